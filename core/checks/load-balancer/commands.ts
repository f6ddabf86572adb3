/** Commands that fit one owner. */
import type { Subject } from "../../net/load-balancer/subjects.ts";
import { quoted } from "../shell.ts";

interface Named {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The command that sets annotations of an object, and takes away those without a value.
 *
 * @param kind as kubectl names it, such as "service"
 * @param variables annotations whose value is a variable of the shell
 */
export function annotate(
  kind: string,
  { namespace, name }: Named,
  annotations: Readonly<Record<string, string | undefined>>,
  variables: Readonly<Record<string, string>> = {},
): string {
  const words = [
    ...Object.entries(annotations).map(([key, value]) => quoted(value === undefined ? `${key}-` : `${key}=${value}`)),
    ...Object.entries(variables).map(([key, variable]) => `${quoted(key)}="$${variable}"`),
  ];
  return `kubectl --namespace ${quoted(namespace)} annotate ${kind} ${quoted(name)} ${words.join(" ")} --overwrite`;
}

/** What makes the owner ask for an internal load balancer; none where its controller keeps the scheme of an existing one. */
export function makeInternal({ manifest, resource }: Subject): readonly string[] {
  const object = { namespace: resource.namespace ?? "default", name: resource.name };
  if (manifest.kind === "Ingress") return [annotate("ingress", object, { "alb.ingress.kubernetes.io/scheme": "internal" })];
  if (manifest.kind !== "Service") return [];
  const { by } = manifest.taking;
  const isAws = by === "aws-load-balancer-controller" || by === "auto-mode";
  return isAws ? [annotate("service", object, { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" })] : [];
}
