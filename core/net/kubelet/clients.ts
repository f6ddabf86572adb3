/** Pods that may call kubelets for a reason: they are counted, not judged. */
import { type Fact, known, type Reason } from "../../model/fact.ts";
import type { Role, RoleBinding } from "../../model/rbac.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { indexRbac, whoMay } from "../rbac/access.ts";
import { serviceAccount } from "../rbac/identity.ts";
import { someName } from "../rbac/rules.ts";
import { systemMembership } from "../workloads/system.ts";
import type { TopController } from "../workloads/top-controller.ts";
import type { Candidate } from "./sources.ts";

export const exemptions = ["hostNetwork", "systemWorkloads", "kubeletClients", "clientsByRbac", "withoutAddressYet"] as const;
export type Exemption = (typeof exemptions)[number];

export interface Sorted {
  readonly judged: readonly Candidate[];
  readonly exempt: Readonly<Record<Exemption, readonly Pod[]>>;
}

export interface Sorters {
  readonly topOf: (pod: Pod) => TopController;
  /** Whether RBAC grants a service account nodes/metrics, nodes/stats or nodes/proxy. */
  readonly isClient: Fact<(namespace: string, serviceAccount: string) => boolean>;
  readonly settings: Pick<Settings, "systemWorkloads" | "kubeletClients">;
}

/** The pods that are judged, and those that are not, each under the first reason that holds. Pods that have ended are neither. */
export function sortPods(pods: readonly Pod[], sorters: Sorters): Sorted {
  const judged: Candidate[] = [];
  const exempt: Record<Exemption, Pod[]> = {
    hostNetwork: [],
    systemWorkloads: [],
    kubeletClients: [],
    clientsByRbac: [],
    withoutAddressYet: [],
  };
  for (const pod of pods) {
    if (pod.phase === "Succeeded" || pod.phase === "Failed") continue;
    const place = placeOf(pod, sorters);
    if (typeof place === "string") exempt[place].push(pod);
    else judged.push({ pod, ...place });
  }
  return { judged, exempt };
}

function placeOf(pod: Pod, { topOf, isClient, settings }: Sorters): Exemption | { readonly mayBeExempt?: Reason } {
  if (pod.spec.hostNetwork) return "hostNetwork";
  if (settings.kubeletClients.some((client) => isOf(pod, client))) return "kubeletClients";
  const system = systemMembership(pod, topOf(pod), settings);
  if (system.state === "yes") return "systemWorkloads";
  if (isClient.state === "known" && isClient.value(pod.namespace, pod.spec.serviceAccount)) return "clientsByRbac";
  if (pod.phase === "Pending" && pod.podIps.length === 0) return "withoutAddressYet";
  if (isClient.state === "unknown") return { mayBeExempt: isClient.reason };
  return system.state === "maybe" ? { mayBeExempt: system.reason } : {};
}

const isOf = ({ namespace, labels }: Pod, client: Settings["kubeletClients"][number]): boolean =>
  client.namespace === namespace && Object.entries(client.labels ?? {}).every(([key, value]) => labels[key] === value);

/** What RBAC asks for at a kubelet's own door. Source: kubernetes/kubernetes pkg/kubelet/server/auth.go. */
const kubeletRequests = [
  { verb: "get", resource: "nodes/metrics" },
  { verb: "get", resource: "nodes/stats" },
  { verb: "get", resource: "nodes/proxy" },
  { verb: "create", resource: "nodes/proxy" },
] as const;

/** Which service accounts RBAC takes for clients of kubelets. */
export function clientsByRbac(roles: Fact<readonly Role[]>, bindings: Fact<readonly RoleBinding[]>): Sorters["isClient"] {
  if (roles.state === "unknown") return roles;
  if (bindings.state === "unknown") return bindings;
  const index = indexRbac(bindings.value, roles.value);
  const asked = kubeletRequests.map((request) => whoMay(index, { ...request, group: "", name: someName, namespace: "" }));
  return known((namespace, name) => {
    const account = serviceAccount(namespace, name);
    return asked.some((mayAsk) => mayAsk(account) !== undefined);
  });
}
