/** Commands that fit one owner. Names of Kubernetes objects hold no character that a shell reads. */
import type { Subject } from "../../net/load-balancer/subjects.ts";

/** What makes the owner ask for an internal load balancer; none where its controller keeps the scheme of an existing one. */
export function makeInternal({ manifest, resource }: Subject): readonly string[] {
  const annotate = (kind: string, annotation: string): readonly string[] => [
    `kubectl --namespace ${resource.namespace ?? "default"} annotate ${kind} ${resource.name} ${annotation} --overwrite`,
  ];
  if (manifest.kind === "Ingress") return annotate("ingress", "alb.ingress.kubernetes.io/scheme=internal");
  if (manifest.kind !== "Service") return [];
  const { by } = manifest.taking;
  const isAws = by === "aws-load-balancer-controller" || by === "auto-mode";
  return isAws ? annotate("service", "service.beta.kubernetes.io/aws-load-balancer-scheme=internal") : [];
}
