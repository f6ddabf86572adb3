/** Every policy of a cluster, each as its own dialect means it, whether or not an engine enforces it. */
import type { ClusterNetworkPolicy } from "../../model/cluster-network-policy.ts";
import type { Reason } from "../../model/fact.ts";
import { objectId, type Resource } from "../../model/resource.ts";
import type { Workload } from "../../model/workloads.ts";
import { namespaceLabels, podClasses } from "../workloads/ends.ts";
import { hasEnded } from "../workloads/phase.ts";
import { Classes } from "./classes.ts";
import { type EffectiveFacts, policyFacts } from "./effective.ts";
import type { Policy } from "./model.ts";
import { type Engine, type Policies, translate } from "./translation.ts";

export interface ListedPolicy {
  /** A ClusterNetworkPolicy of AWS and one of upstream share it where they share a name. */
  readonly resource: Resource;
  /** Whose kind it is, where two have one of that name. */
  readonly apiGroup?: ClusterNetworkPolicy["apiGroup"];
  /** What its text says; several where it speaks at more than one place in the order. */
  readonly parts: readonly Policy[];
  /** Why its text could not be read. */
  readonly refused?: Reason;
}

/** The dialects, each with the lists that are its own. */
const dialects: readonly (readonly [Engine, readonly (keyof Policies)[]])[] = [
  ["kubernetes", ["networkPolicies", "adminNetworkPolicies", "clusterNetworkPolicies"]],
  ["vpc-cni", ["clusterNetworkPolicies", "applicationNetworkPolicies"]],
  ["calico", ["calicoPolicies", "calicoTiers", "calicoNetworkSets"]],
  ["cilium", ["ciliumPolicies"]],
];

const apiGroups: Readonly<Partial<Record<Engine, ClusterNetworkPolicy["apiGroup"]>>> = {
  kubernetes: "policy.networking.k8s.io",
  "vpc-cni": "networking.k8s.aws",
};

export interface Listing {
  readonly policies: readonly ListedPolicy[];
  /** Lists that were not read. */
  readonly unread: readonly Reason[];
}

export function listPolicies(facts: EffectiveFacts, cluster: Resource): Listing {
  const byKey = new Map<string, Omit<ListedPolicy, "parts" | "refused"> & { readonly parts: Policy[]; refused?: Reason }>();
  // One name may be that of two policies, each of a dialect of its own: what holds of one says nothing of the other.
  const of = (engine: Engine, name: string) => {
    const key = `${engine} ${name}`;
    const group = name.startsWith("ClusterNetworkPolicy ") ? apiGroups[engine] : undefined;
    const found = byKey.get(key) ?? { resource: policyResource(name, cluster), parts: [], ...(group && { apiGroup: group }) };
    byKey.set(key, found);
    return found;
  };
  const namespaces = Object.fromEntries(facts.namespaces.map(({ name, labels }) => [name, labels]));
  for (const [engine, names] of dialects) {
    const lists = Object.fromEntries(
      policyFacts.flatMap((name) => {
        const fact = facts[name];
        return names.includes(name) && fact.state === "known" ? [[name, fact.value]] : [];
      }),
    );
    const { model, remarks } = translate(engine, { ...lists, namespaces });
    for (const policy of model.tiers.flatMap(({ policies }) => policies)) of(engine, policy.name).parts.push(policy);
    for (const { policy, effect, message } of remarks)
      if (effect === "refused") of(engine, policy).refused = { code: "malformed", message };
  }
  return {
    policies: [...byKey.values()],
    unread: policyFacts.flatMap((name): Reason[] => {
      const fact = facts[name];
      return fact.state === "unknown" ? [fact.reason] : [];
    }),
  };
}

const plurals: Readonly<Record<string, string>> = {
  NetworkPolicy: "networkpolicies",
  AdminNetworkPolicy: "adminnetworkpolicies",
  BaselineAdminNetworkPolicy: "baselineadminnetworkpolicies",
  ClusterNetworkPolicy: "clusternetworkpolicies",
  ApplicationNetworkPolicy: "applicationnetworkpolicies",
  GlobalNetworkPolicy: "globalnetworkpolicies",
  CiliumNetworkPolicy: "ciliumnetworkpolicies",
  CiliumClusterwideNetworkPolicy: "ciliumclusterwidenetworkpolicies",
  // Beside Kubernetes' own of the same name it needs its group, as kubectl asks for it.
  "Calico NetworkPolicy": "networkpolicies.projectcalico.org",
};

/** What a policy's name, "Kind namespace/name" or "Kind name", stands for. */
export function policyResource(text: string, cluster: Resource): Resource {
  const space = text.lastIndexOf(" ");
  const [kind, name] = [text.slice(0, space), text.slice(space + 1)];
  const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
  const slash = name.indexOf("/");
  const its = kind.slice(kind.lastIndexOf(" ") + 1);
  if (slash < 0) return { kind: its, id: objectId(cluster.id, plural, name), name };
  const [namespace, own] = [name.slice(0, slash), name.slice(slash + 1)];
  return { kind: its, id: objectId(cluster.id, plural, own, namespace), namespace, name: own };
}

export interface Selection {
  /** Whether the subject of some part matches a pod, or the template of a workload. */
  readonly selects: (policy: ListedPolicy) => boolean;
  /** Rules of which a selector of peers matches nothing. */
  readonly idlePeers: (policy: ListedPolicy) => readonly string[];
}

/** What the policies select among pods that run and pods that workloads would have, at no replicas too. */
export function selections({ policies }: Listing, { pods, namespaces, workloads }: EffectiveFacts): Selection {
  const labelsOf = namespaceLabels(namespaces);
  const parts = policies.flatMap((policy) => policy.parts);
  const classes = new Classes({ tiers: [{ name: "all", policies: parts, otherwise: "pass" }] });
  const templates = workloads.state === "known" ? workloads.value.flatMap(templateOf) : [];
  const ends = [...pods.filter((pod) => !hasEnded(pod) && !pod.spec.hostNetwork), ...templates];
  classes.of(ends.flatMap((end) => podClasses(end, labelsOf)));
  return {
    selects: (policy) => policy.parts.some(({ subject }) => classes.membersOf(subject).length > 0),
    idlePeers: (policy) => [
      ...new Set(
        policy.parts.flatMap(({ ingress = [], egress = [] }) =>
          [...ingress, ...egress]
            .filter(({ peers }) => peers?.pods.some((one) => one.at === undefined && classes.membersOf(one).length === 0))
            .map(({ name }) => name),
        ),
      ),
    ],
  };
}

const templateOf = ({ namespace, template: { labels, spec } }: Workload) =>
  spec.hostNetwork ? [] : [{ namespace, labels, spec, podIps: [] }];
