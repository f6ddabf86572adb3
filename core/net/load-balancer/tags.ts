/** What the tags of a load balancer say of its cluster, its maker and its owner. */
import type { Controller } from "./controller.ts";

/** A Kubernetes object that a load balancer was made for. */
export interface OwnerRef {
  readonly kind: "Service" | "Ingress" | "Gateway";
  readonly namespace: string;
  readonly name: string;
}

export interface TagClaim {
  /** The clusters named by the tags of the controller that made it; of any controller where none is told. Empty: none named. */
  readonly clusters: readonly string[];
  readonly controller?: Controller;
  readonly owner?: OwnerRef;
  /** The explicit Ingress group it was made for. */
  readonly group?: string;
  /** The network load balancer that stands in front of an Ingress's application load balancer. */
  readonly isFrontend: boolean;
}

type Tags = Readonly<Record<string, string>>;

/** Stack tags by the kind of their owner. Sources: aws-load-balancer-controller:pkg/shared_constants/tag_keys.go, pkg/gateway/constants; AWS managed policy AmazonEKSLoadBalancingPolicy. */
const stacks: readonly { readonly prefix: string; readonly kind: OwnerRef["kind"]; readonly controller: Controller }[] = [
  { prefix: "service.eks.amazonaws.com", kind: "Service", controller: "auto-mode" },
  { prefix: "ingress.eks.amazonaws.com", kind: "Ingress", controller: "auto-mode" },
  { prefix: "gateway.eks.amazonaws.com.alb", kind: "Gateway", controller: "auto-mode" },
  { prefix: "gateway.eks.amazonaws.com.nlb", kind: "Gateway", controller: "auto-mode" },
  { prefix: "service.k8s.aws", kind: "Service", controller: "aws-load-balancer-controller" },
  { prefix: "ingress.k8s.aws", kind: "Ingress", controller: "aws-load-balancer-controller" },
  { prefix: "gateway.k8s.aws.alb", kind: "Gateway", controller: "aws-load-balancer-controller" },
  { prefix: "gateway.k8s.aws.nlb", kind: "Gateway", controller: "aws-load-balancer-controller" },
];

/** Tags that name the cluster, by the controller that writes them. `ingress.k8s.aws/cluster` is ALB Ingress Controller v1's. */
const clusterTags: Readonly<Record<Controller, readonly string[]>> = {
  "in-tree": ["KubernetesCluster"],
  "aws-load-balancer-controller": ["elbv2.k8s.aws/cluster", "ingress.k8s.aws/cluster"],
  "auto-mode": ["eks:eks-cluster-name"],
};
const inTreeClusterPrefix = "kubernetes.io/cluster/";

export function claimOf(tags: Tags): TagClaim {
  const stack = stacks.find(({ prefix }) => tags[`${prefix}/stack`] !== undefined);
  if (stack !== undefined) return stackClaim(tags, stack);
  const service = refFrom("Service", tags["kubernetes.io/service-name"]);
  if (service !== undefined) return { clusters: clustersNamed(tags, "in-tree"), controller: "in-tree", owner: service, isFrontend: false };
  const ingress = tags["kubernetes.io/ingress-name"];
  const namespace = tags["kubernetes.io/namespace"];
  const legacy = ingress === undefined || namespace === undefined ? undefined : ({ kind: "Ingress", namespace, name: ingress } as const);
  const controllers: readonly Controller[] = ["auto-mode", "aws-load-balancer-controller", "in-tree"];
  const named = controllers.find((controller) => clustersNamed(tags, controller).length > 0);
  const clusters = named === undefined ? [] : clustersNamed(tags, named);
  if (legacy !== undefined) return { clusters, controller: "aws-load-balancer-controller", owner: legacy, isFrontend: false };
  // A tag "kubernetes.io/cluster/…" alone may be a user's, so it tells of no maker.
  return { clusters, isFrontend: false, ...(named === undefined || named === "in-tree" ? {} : { controller: named }) };
}

function stackClaim(tags: Tags, { prefix, kind, controller }: (typeof stacks)[number]): TagClaim {
  const stack = tags[`${prefix}/stack`] ?? "";
  const owner = refFrom(kind, stack);
  const isFrontend = tags[`${prefix}/resource`] === "FrontendNlb";
  const isGroup = owner === undefined && kind === "Ingress" && stack !== "";
  const clusters = clustersNamed(tags, controller);
  return {
    // ALB Ingress Controller before 1.1 named the cluster as the in-tree controller does.
    clusters: clusters.length > 0 ? clusters : clustersNamed(tags, "in-tree"),
    controller,
    isFrontend,
    ...(owner === undefined ? {} : { owner }),
    ...(isGroup ? { group: stack } : {}),
  };
}

function clustersNamed(tags: Tags, controller: Controller): readonly string[] {
  const direct = clusterTags[controller].flatMap((key) => tags[key] ?? []);
  if (controller !== "in-tree") return [...new Set(direct)];
  const keyed = Object.keys(tags).flatMap((key) => (key.startsWith(inTreeClusterPrefix) ? [key.slice(inTreeClusterPrefix.length)] : []));
  return [...new Set([...direct, ...keyed])];
}

/** The owner in "namespace/name"; undefined for any other text. */
function refFrom(kind: OwnerRef["kind"], text: string | undefined): OwnerRef | undefined {
  const [namespace = "", name = "", ...more] = text?.split("/") ?? [];
  return namespace === "" || name === "" || more.length > 0 ? undefined : { kind, namespace, name };
}
