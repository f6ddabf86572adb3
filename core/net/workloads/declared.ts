/** Which pods a declared public service leads to. */
import type { Fact, Reason } from "../../model/fact.ts";
import type { Ingress, Service } from "../../model/kubernetes.ts";
import type { PublicService } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { matchesPattern } from "../pattern.ts";

export interface DeclaredFacts {
  readonly services: Fact<readonly Service[]>;
  readonly ingresses: Fact<readonly Ingress[]>;
}

/** True where one does; the reason why it may where that was not told. A declaration holds through its `expires` date, UTC. */
export function declaredPods(
  { services, ingresses }: DeclaredFacts,
  scope: { readonly cluster: string; readonly readAt: string; readonly publicServices: readonly PublicService[] },
): (pod: Pod) => boolean | Reason {
  const today = scope.readAt.slice(0, "2027-01-31".length);
  const inForce = scope.publicServices.filter(({ cluster, expires }) => matchesPattern(cluster, scope.cluster) && today <= expires);
  const byNamespace = Map.groupBy(inForce, ({ namespace }) => namespace);
  const leading = new Map<string, Leading>();
  return (pod) => {
    const declarations = byNamespace.get(pod.namespace);
    if (declarations === undefined) return false;
    const its = leading.get(pod.namespace) ?? leadingServices(declarations, services, ingresses);
    leading.set(pod.namespace, its);
    const selected = its.services.some(({ selector }) => {
      const labels = Object.entries(selector);
      return labels.length > 0 && labels.every(([key, value]) => Object.hasOwn(pod.labels, key) && pod.labels[key] === value);
    });
    return selected || (its.doubt ?? false);
  };
}

interface Leading {
  readonly services: readonly Service[];
  readonly doubt?: Reason;
}

function leadingServices(
  declarations: readonly PublicService[],
  services: Fact<readonly Service[]>,
  ingresses: Fact<readonly Ingress[]>,
): Leading {
  if (services.state === "unknown") return { services: [], doubt: services.reason };
  const names = new Set<string>();
  let doubt: Reason | undefined;
  const [{ namespace } = { namespace: "" }] = declarations;
  for (const { kind, name } of declarations) {
    if (kind === "Gateway") {
      doubt ??= { code: "not-supported", message: `To which pods Gateway ${namespace}/${name} leads is not read.` };
    } else if (kind === "Service") {
      for (const service of services.value)
        if (service.namespace === namespace && matchesPattern(name, service.name)) names.add(service.name);
    } else if (ingresses.state === "unknown") doubt ??= ingresses.reason;
    else {
      const meant = ingresses.value.filter((one) => one.namespace === namespace && matchesPattern(name, one.name));
      for (const { service } of meant.flatMap(({ backends }) => backends)) names.add(service);
    }
  }
  const found = services.value.filter((service) => service.namespace === namespace && names.has(service.name));
  return { services: found, ...(doubt === undefined ? {} : { doubt }) };
}
