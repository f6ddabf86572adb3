import type { FactName } from "../../model/check.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Fact, Reason } from "../../model/fact.ts";
import { upstreamApiOf } from "../policy/calico/version.ts";
import { engineSettings } from "../policy/translation.ts";
import type { EngineSigns } from "./engine.ts";
import type { Estate } from "./model.ts";

/** Kinds of policy that a cluster may lack. */
const otherPolicies = [
  "adminNetworkPolicies",
  "clusterNetworkPolicies",
  "applicationNetworkPolicies",
  "ciliumPolicies",
  "calicoPolicies",
  "calicoTiers",
  "calicoNetworkSets",
] as const satisfies readonly FactName[];

/** The facts that connections are told from. */
export const connectivityFacts = [
  "namespaces",
  "workloads",
  "pods",
  "nodes",
  "services",
  "ingresses",
  "gatewayRoutes",
  "networkPolicies",
  "networkSettings",
  ...otherPolicies,
] as const satisfies readonly FactName[];

export interface Unread {
  readonly fact: FactName;
  readonly reason: Reason;
}

export interface FromFacts {
  readonly estate: Estate;
  /** What is missing in it. */
  readonly unread: readonly Unread[];
  /** Why nothing can be told from the facts: without policies, or without anything that they are about. */
  readonly useless?: Unread;
}

/** What the facts of a cluster say of connections. Of a fact that was not read the estate holds nothing. */
export function estateOf(facts: ClusterFacts): FromFacts {
  const unread: Unread[] = [];
  const listOf = <N extends FactName, T>(fact: N, read: Fact<readonly T[]>): readonly T[] => {
    if (read.state === "known") return read.value;
    unread.push({ fact, reason: read.reason });
    return [];
  };
  const estate: Estate = {
    namespaces: listOf("namespaces", facts.namespaces),
    workloads: listOf("workloads", facts.workloads),
    pods: listOf("pods", facts.pods),
    nodes: listOf("nodes", facts.nodes),
    services: listOf("services", facts.services),
    ingresses: listOf("ingresses", facts.ingresses),
    settings: {
      ...engineSettings(facts.networkSettings),
      ...(facts.pods.state === "known" ? { calico: { upstreamApi: upstreamApiOf(facts.pods.value) } } : {}),
    },
    // Where there is no Gateway none leads anywhere. No check needs them, so that a scan's evidence has none.
    routes: facts.gatewayRoutes.state === "unknown" && isNone(facts.gateways) ? [] : listOf("gatewayRoutes", facts.gatewayRoutes),
    policies: {
      networkPolicies: listOf("networkPolicies", facts.networkPolicies),
      adminNetworkPolicies: listOf("adminNetworkPolicies", facts.adminNetworkPolicies),
      clusterNetworkPolicies: listOf("clusterNetworkPolicies", facts.clusterNetworkPolicies),
      applicationNetworkPolicies: listOf("applicationNetworkPolicies", facts.applicationNetworkPolicies),
      ciliumPolicies: listOf("ciliumPolicies", facts.ciliumPolicies),
      calicoPolicies: listOf("calicoPolicies", facts.calicoPolicies),
      calicoTiers: listOf("calicoTiers", facts.calicoTiers),
      calicoNetworkSets: listOf("calicoNetworkSets", facts.calicoNetworkSets),
    },
  };
  if (facts.networkSettings.state === "unknown") unread.push({ fact: "networkSettings", reason: facts.networkSettings.reason });
  const of = (name: FactName): Unread | undefined => unread.find(({ fact }) => fact === name);
  const useless = of("networkPolicies") ?? (of("pods") && of("workloads"));
  return { estate, unread, ...(useless === undefined ? {} : { useless }) };
}

const isNone = (list: Fact<readonly unknown[]>): boolean => list.state === "known" && list.value.length === 0;

/** The signs of an engine in an estate. @param groups further API groups that objects were seen of */
export function signsOf({ workloads, policies }: Estate, groups: ReadonlySet<string> = new Set()): EngineSigns {
  const { calicoPolicies = [], calicoTiers = [], calicoNetworkSets = [], ciliumPolicies = [] } = policies;
  const { clusterNetworkPolicies = [], applicationNetworkPolicies = [] } = policies;
  const isCalico = calicoPolicies.length + calicoTiers.length + calicoNetworkSets.length > 0;
  const isAws = applicationNetworkPolicies.length > 0 || clusterNetworkPolicies.some(({ apiGroup }) => apiGroup === "networking.k8s.aws");
  return {
    workloads,
    groups: new Set([
      ...groups,
      ...(isCalico && !groups.has("crd.projectcalico.org") ? ["projectcalico.org"] : []),
      ...(ciliumPolicies.length > 0 ? ["cilium.io"] : []),
      ...(isAws ? ["networking.k8s.aws"] : []),
    ]),
  };
}
