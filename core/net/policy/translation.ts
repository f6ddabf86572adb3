import type { CalicoNetworkSet, CalicoPolicy, CalicoTier } from "../../model/calico-policy.ts";
import type { CiliumPolicy } from "../../model/cilium-policy.ts";
import type { AdminNetworkPolicy, ApplicationNetworkPolicy, ClusterNetworkPolicy } from "../../model/cluster-network-policy.ts";
import type { Fact } from "../../model/fact.ts";
import type { NetworkPolicy } from "../../model/network-policy.ts";
import type { NetworkSettings } from "../../model/pod-network.ts";
import { readCalicoPolicy } from "./calico/policies.ts";
import { calicoTiers, type Entry } from "./calico/tiers.ts";
import { perhapsHonoured, type UpstreamApi } from "./calico/version.ts";
import { type CiliumKinds, ciliumKinds, readByCilium } from "./cilium/kinds.ts";
import { type CiliumPolicies, type CiliumReading, readCiliumPolicy } from "./cilium/policies.ts";
import { byPriority, byPriorityAndAction, type ClusterScopedReading, type Placed, readClusterScoped } from "./cluster-scoped.ts";
import type { ClusterPolicies } from "./enforcement/vpc-cni-agent.ts";
import { roomOfVpcCni } from "./entries.ts";
import { PolicyFieldError } from "./errors.ts";
import { type OnNote, quoted } from "./fields.ts";
import { type NetworkPolicyReading, readNetworkPolicy } from "./kubernetes.ts";
import { byLongestPrefix, exceptionLengths } from "./longest-prefix.ts";
import type { PodClass, Policy, PolicyModel, Tier } from "./model.ts";
import { lendingNames, perhapsByName } from "./named-ports.ts";
import { inOtherDirections } from "./other-direction.ts";
import { byApi, byCilium, byVpcCni, type OwnNodeRules, perhapsByVpcCni, sparingOwnNode } from "./own-node.ts";
import { kindOfCilium, type Named, nameOf } from "./policy-name.ts";
import type { Labels } from "./selector.ts";

/** "kubernetes" is the text of the APIs, with blocks applied to addresses outside the cluster only. */
export const engines = ["kubernetes", "vpc-cni", "calico", "cilium"] as const;
export type Engine = (typeof engines)[number];

/** The policies of a cluster, of every kind that was read. */
export interface Policies {
  readonly networkPolicies?: readonly NetworkPolicy[];
  readonly adminNetworkPolicies?: readonly AdminNetworkPolicy[];
  readonly clusterNetworkPolicies?: readonly ClusterNetworkPolicy[];
  readonly applicationNetworkPolicies?: readonly ApplicationNetworkPolicy[];
  readonly ciliumPolicies?: readonly CiliumPolicy[];
  readonly calicoPolicies?: readonly CalicoPolicy[];
  readonly calicoTiers?: readonly CalicoTier[];
  readonly calicoNetworkSets?: readonly CalicoNetworkSet[];
  /** Labels of namespaces by name, for network sets that lie in one. */
  readonly namespaces?: Readonly<Record<string, Labels>>;
}

/** What is to be said of a field of a policy. */
export interface Remark {
  /** Kind, namespace and name. */
  readonly policy: string;
  readonly field: string;
  /** One sentence. */
  readonly message: string;
  /**
   * "counts": it does, as the message says. "refused": its API would not have taken it, so it was left out, and what it would have
   * said is not known. "not-enforced": the engine does not know its kind.
   */
  readonly effect: "counts" | "refused" | "not-enforced";
}

export interface Translation {
  readonly model: PolicyModel;
  readonly remarks: readonly Remark[];
}

/** What engines are told about how to read policies, where it isn't the default. */
export interface EngineSettings {
  /** Those that have not ended, for ports by name that an engine looks up at other pods than the destination. */
  readonly pods?: readonly PodClass[];
  /** Undefined: one that honours policies for whole clusters in both of upstream's versions. */
  readonly calico?: { readonly upstreamApi: UpstreamApi };
  /** Undefined: some agent that knows ClusterNetworkPolicies. */
  readonly vpcCni?: {
    readonly clusterPolicies?: ClusterPolicies;
    /** A pod is closed where no policy says otherwise. */
    readonly isStrict?: boolean;
  };
  readonly cilium?: Partial<CiliumReading> & {
    /** Undefined: every kind of its own, and NetworkPolicy. */
    readonly kinds?: CiliumKinds;
    /** A node reaches its own pods only where policies let it: allow-localhost is "policy". */
    readonly localhostNeedsPolicy?: boolean;
  };
}

/** What the ConfigMaps of engines say; where they were not read, no engine is known to enforce. */
export function engineSettings(settings: Fact<NetworkSettings>): EngineSettings {
  const cilium = settings.state === "known" ? settings.value.cilium : settings;
  if (cilium.state === "unknown") return {};
  const { values } = cilium.value;
  const modes = (values["policy-cidr-match-mode"] ?? "").split(/[\s,]+/);
  const localhostNeedsPolicy = values["allow-localhost"]?.toLowerCase() === "policy";
  return { cilium: { blocksMeanNodes: modes.includes("nodes"), localhostNeedsPolicy, kinds: ciliumKinds(values) } };
}

/** The policies as the engine reads them. One that can't be read is left out, with a remark; the rest counts. */
export function translate(engine: Engine, policies: Policies, settings: EngineSettings = {}): Translation {
  const { kinds } = settings.cilium ?? {};
  const read = engine === "cilium" && kinds !== undefined ? readByCilium(policies, kinds) : { policies, remarks: [] };
  const remarks: Remark[] = [...read.remarks];
  const tiers = assemblies[engine](new Reader(read.policies, remarks), settings);
  // Felix polices no packet from a host to its own workloads: projectcalico/calico felix/rules/static.go.
  return { model: { tiers, ...(engine === "calico" ? { ownNodeEnters: "Calico lets every node reach its own pods" } : {}) }, remarks };
}

/** Which tiers each engine makes of the policies. */
const assemblies: Readonly<Record<Engine, (reader: Reader, settings: EngineSettings) => readonly Tier[]>> = {
  kubernetes: (reader) => {
    const upstream = reader.upstream(textOfTheApi);
    const reading = { blocksMeanPods: false, unnamedSectionsCount: false, absenceMayMeanOutside: false, namesNeedSelectors: false };
    for (const group of ["networking.k8s.aws", "projectcalico.org", "cilium.io"] as const) reader.ignore(group);
    return [
      { name: "Admin", policies: byPriority(upstream, "Admin"), otherwise: "pass" },
      { name: "NetworkPolicy", policies: sparing(byApi, reader.networkPolicies(reading)), otherwise: "deny" },
      { name: "Baseline", policies: byPriority(upstream, "Baseline"), otherwise: "pass" },
    ];
  },
  "vpc-cni": (reader, { pods = [], vpcCni: { clusterPolicies = "perhaps not own node", isStrict = false } = {} }) => {
    const own = clusterPolicies === "none" ? [] : reader.ofAws();
    const reading = {
      blocksMeanPods: true,
      unnamedSectionsCount: false,
      absenceMayMeanOutside: false,
      namesNeedSelectors: true,
      exceptionLengths: reader.exceptionLengths(),
      countsEntries: true,
    };
    for (const group of ["policy.networking.k8s.io", "projectcalico.org", "cilium.io"] as const) reader.ignore(group);
    const namespaced = lendingNames([...reader.networkPolicies(reading), ...reader.applicationNetworkPolicies(reading)], pods);
    const policies = sparing(byVpcCni, byLongestPrefix(namespaced));
    const spares = clusterPolicies === "own node too" ? {} : perhapsByVpcCni;
    const wide = (tier: Placed["tier"]): readonly Policy[] => sparing(spares, perhapsByName(byPriorityAndAction(own, tier), pods));
    const room = roomOfVpcCni();
    const baseline = wide("Baseline");
    // Where nothing is asked after them it is all the same.
    const others = isStrict || baseline.length > 0 ? inOtherDirections(namespaced) : [];
    return [
      { name: "Admin", policies: wide("Admin"), otherwise: "pass", room },
      { name: "NetworkPolicy", policies, otherwise: "deny", room: roomOfVpcCni() },
      ...(others.length > 0 ? [{ name: "NetworkPolicy, of the other direction", policies: others, otherwise: "pass" } as const] : []),
      { name: "Baseline", policies: baseline, otherwise: "pass", room },
    ];
  },
  calico: (reader, { calico }) => {
    const clusterScoped = { namesAreTcp: false, nodesAreUnknown: true, namesNeedSelectors: false };
    const upstream = reader.upstream(clusterScoped, calico?.upstreamApi);
    const reading = { blocksMeanPods: true, unnamedSectionsCount: false, absenceMayMeanOutside: false, namesNeedSelectors: false };
    for (const group of ["networking.k8s.aws", "cilium.io"] as const) reader.ignore(group);
    return calicoTiers(reader.tiers(), [...upstreamEntries(upstream), ...reader.entries(reading), ...reader.calicoEntries()]);
  },
  cilium: (reader, { cilium = {} }) => {
    const { blocksMeanNodes = false, localhostNeedsPolicy = false } = cilium;
    const reading = {
      blocksMeanPods: false,
      unnamedSectionsCount: true,
      absenceMayMeanOutside: true,
      namesNeedSelectors: false,
      blocksMeanNodes,
    };
    for (const group of ["policy.networking.k8s.io", "networking.k8s.aws", "projectcalico.org"] as const) reader.ignore(group);
    const own = reader.ofCilium({ blocksMeanNodes });
    const allowing = [...reader.networkPolicies(reading), ...own.flatMap((one) => one.allowing)];
    return [
      { name: "deny", policies: own.flatMap(({ denying }) => denying), otherwise: "pass" },
      { name: "allow", policies: localhostNeedsPolicy ? allowing : sparing(byCilium, allowing), otherwise: "deny" },
    ];
  },
};
const sparing = (rules: OwnNodeRules, policies: readonly Policy[]): readonly Policy[] =>
  policies.map((policy) => sparingOwnNode(policy, rules));

const textOfAws: ClusterScopedReading = {
  namesAreTcp: true,
  nodesAreUnknown: false,
  namesNeedSelectors: true,
  countsEntries: true,
  skipsOwnNode: true,
};
const textOfTheApi: ClusterScopedReading = { namesAreTcp: false, nodesAreUnknown: false, namesNeedSelectors: false };

const upstreamEntries = (placed: readonly Placed[]): readonly Entry[] =>
  placed.map(({ tier, priority, policy }) => ({
    tier: tier === "Admin" ? "kube-admin" : "kube-baseline",
    order: priority,
    name: policy.name,
    policies: [policy],
  }));

/** Reads policies, and remembers what is to be said of them. */
class Reader {
  readonly #policies: Policies;
  readonly #remarks: Remark[];

  constructor(policies: Policies, remarks: Remark[]) {
    this.#policies = policies;
    this.#remarks = remarks;
  }

  networkPolicies = (reading: NetworkPolicyReading): readonly Policy[] =>
    this.#accepted("NetworkPolicy", this.#policies.networkPolicies, (name, policy, onNote) =>
      readNetworkPolicy(name, policy, reading, onNote),
    );

  applicationNetworkPolicies = (reading: NetworkPolicyReading): readonly Policy[] =>
    this.#accepted("ApplicationNetworkPolicy", this.#policies.applicationNetworkPolicies, (name, policy, onNote) =>
      readNetworkPolicy(name, policy, reading, onNote),
    );

  /** By namespace: the lengths of exceptions of blocks. */
  exceptionLengths = (): ReadonlyMap<string, readonly number[]> =>
    exceptionLengths([...(this.#policies.networkPolicies ?? []), ...(this.#policies.applicationNetworkPolicies ?? [])]);

  tiers = (): readonly CalicoTier[] => this.#policies.calicoTiers ?? [];

  /** NetworkPolicies where Calico puts them: in the default tier with order 1000. */
  entries = (reading: NetworkPolicyReading): readonly Entry[] =>
    this.#accepted("NetworkPolicy", this.#policies.networkPolicies, (name, policy, onNote) => ({
      tier: "default",
      order: 1000,
      name: `knp.default.${policy.name}`,
      policies: [readNetworkPolicy(name, policy, reading, onNote)],
    }));

  calicoEntries(): readonly Entry[] {
    const { calicoPolicies = [], calicoNetworkSets = [], namespaces = {} } = this.#policies;
    const known = new Set([...this.tiers().map(({ name }) => name), "default"]);
    return this.#accepted(kindOfCalico, calicoPolicies, (name, policy) => {
      const tier = policy.spec.tier ?? "default";
      if (!known.has(tier)) throw new PolicyFieldError("spec.tier", `is ${quoted(tier)}, which is no tier here`);
      const policies = readCalicoPolicy(name, policy, { networkSets: calicoNetworkSets, namespaces });
      return { tier, order: policy.spec.order ?? Number.POSITIVE_INFINITY, name: policy.name, policies };
    });
  }

  /** Those of policy.networking.k8s.io. @param honoured the version of the API that the engine knows; undefined: both */
  upstream(reading: ClusterScopedReading, honoured?: UpstreamApi): readonly Placed[] {
    const read = (name: string, policy: AdminNetworkPolicy | ClusterNetworkPolicy, onNote: OnNote): Placed => {
      const placed = readClusterScoped(name, policy, reading, onNote);
      return honoured === "untold" ? { ...placed, policy: perhapsHonoured(placed.policy) } : placed;
    };
    const { adminNetworkPolicies = [] } = this.#policies;
    const clusterNetworkPolicies = ofGroup(this.#policies, "policy.networking.k8s.io");
    if (honoured === "v1alpha1") this.#ignoreVersion(clusterNetworkPolicies.map((one) => nameOf("ClusterNetworkPolicy", one)));
    if (honoured === "v1alpha2") this.#ignoreVersion(adminNetworkPolicies.map((one) => nameOf(kindOfAdmin, one)));
    return [
      ...(honoured === "v1alpha2" ? [] : this.#accepted(kindOfAdmin, adminNetworkPolicies, read)),
      ...(honoured === "v1alpha1" ? [] : this.#accepted("ClusterNetworkPolicy", clusterNetworkPolicies, read)),
    ];
  }

  #ignoreVersion(policies: readonly string[]): void {
    for (const policy of policies) {
      const message = `${policy}: the engine's version does not enforce policies of this kind.`;
      this.#remarks.push({ policy, field: "apiVersion", effect: "not-enforced", message });
    }
  }

  ofCilium = (reading: CiliumReading): readonly CiliumPolicies[] =>
    this.#accepted(kindOfCilium, this.#policies.ciliumPolicies, (name, policy, onNote) => readCiliumPolicy(name, policy, reading, onNote));

  /** Those of networking.k8s.aws. */
  ofAws = (): readonly Placed[] =>
    this.#accepted("ClusterNetworkPolicy", ofGroup(this.#policies, "networking.k8s.aws"), (name, policy, onNote) =>
      readClusterScoped(name, policy, textOfAws, onNote),
    );

  /** Says of all policies of a group that the engine does not know them. */
  ignore(group: keyof typeof groups): void {
    for (const policy of groups[group](this.#policies)) {
      const message = `${policy}: the engine does not enforce policies of ${group}.`;
      this.#remarks.push({ policy, field: "apiVersion", effect: "not-enforced", message });
    }
  }

  #accepted<P extends Named, T>(
    kind: string | ((policy: P) => string),
    all: readonly P[] = [],
    read: (name: string, policy: P, onNote: OnNote) => T,
  ): readonly T[] {
    return all.flatMap((one) => {
      const policy = nameOf(kind, one);
      const remark = (field: string, problem: string, effect: Remark["effect"]): void => {
        this.#remarks.push({ policy, field, effect, message: `${policy}: ${field} ${problem}.` });
      };
      try {
        return [read(policy, one, (field, problem) => remark(field, problem, "counts"))];
      } catch (cause) {
        if (!(cause instanceof PolicyFieldError)) throw cause;
        remark(cause.field, cause.problem, "refused");
        return [];
      }
    });
  }
}

const kindOfCalico = ({ namespace }: CalicoPolicy): string => (namespace === undefined ? "GlobalNetworkPolicy" : "Calico NetworkPolicy");
const kindOfAdmin = ({ kind }: AdminNetworkPolicy): string => kind;

const ofGroup = ({ clusterNetworkPolicies = [] }: Policies, group: ClusterNetworkPolicy["apiGroup"]): readonly ClusterNetworkPolicy[] =>
  clusterNetworkPolicies.filter(({ apiGroup }) => apiGroup === group);

/** The names of all policies of a group. */
const groups = {
  "policy.networking.k8s.io": (policies: Policies) => [
    ...ofGroup(policies, "policy.networking.k8s.io").map((one) => nameOf("ClusterNetworkPolicy", one)),
    ...(policies.adminNetworkPolicies ?? []).map((one) => nameOf(kindOfAdmin, one)),
  ],
  "networking.k8s.aws": (policies: Policies) => [
    ...ofGroup(policies, "networking.k8s.aws").map((one) => nameOf("ClusterNetworkPolicy", one)),
    ...(policies.applicationNetworkPolicies ?? []).map((one) => nameOf("ApplicationNetworkPolicy", one)),
  ],
  "projectcalico.org": (policies: Policies) => (policies.calicoPolicies ?? []).map((one) => nameOf(kindOfCalico, one)),
  "cilium.io": (policies: Policies) => (policies.ciliumPolicies ?? []).map((one) => nameOf(kindOfCilium, one)),
};
