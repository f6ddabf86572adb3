/**
 * What policies really do to pods: those of the engines that enforce on the pod's node, and none where nothing enforces. An answer
 * is certain where it holds whatever was not read or is not defined.
 */

import type { ClusterFacts } from "../../model/cluster.ts";
import { type Fact, known, type Reason } from "../../model/fact.ts";
import type { Pod } from "../../model/workloads.ts";
import { type AddressSet, allAddresses, intersection, noAddresses, union } from "../addresses.ts";
import { namespaceLabels, podClasses } from "../workloads/ends.ts";
import { hasEnded } from "../workloads/phase.ts";
import { upstreamApiOf } from "./calico/version.ts";
import type { Decision, One } from "./decide.ts";
import { type EnforcementFacts, enforcementOf, type PodEnforcement } from "./enforcement/enforcement.ts";
import type { Enforcing, PolicyEngine } from "./enforcement/signal.ts";
import type { VpcCniAgent } from "./enforcement/vpc-cni-agent.ts";
import type { Isolation, NamedRule } from "./isolation.ts";
import type { Direction, PodClass, Policy, PolicyModel, Zone } from "./model.ts";
import { perhapsByVpcCni, sparingOwnNode } from "./own-node.ts";
import { podSelector } from "./pod-selector.ts";
import type { Protocol } from "./port-set.ts";
import { allPorts, commonPorts, eitherPorts, noPorts, type PortSet } from "./port-set.ts";
import { type Decider, Questions, type Reach } from "./questions.ts";
import { everything } from "./selector.ts";
import { type Engine, type EngineSettings, engineSettings, type Policies, translate } from "./translation.ts";

/** The lists of policies, by the names of their facts. */
export const policyFacts = [
  "networkPolicies",
  "adminNetworkPolicies",
  "clusterNetworkPolicies",
  "applicationNetworkPolicies",
  "calicoPolicies",
  "calicoTiers",
  "calicoNetworkSets",
  "ciliumPolicies",
] as const satisfies readonly (keyof ClusterFacts & keyof Policies)[];
type PolicyFact = (typeof policyFacts)[number];

/** What tells which policies hold: every check of pods' networks uses these facts, beside `pods` and `namespaces`. */
export const effectiveFacts = [...policyFacts, "nodes", "workloads", "networkSettings", "nodeClasses"] as const;

export interface EffectiveFacts extends Omit<EnforcementFacts, "pods">, Pick<ClusterFacts, PolicyFact> {
  readonly pods: readonly Pod[];
  readonly namespaces: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** Pods to which the policies do the same. */
export interface Subject {
  /** The same for pods that get the same answers. */
  readonly key: string;
  readonly isolation: (direction: Direction) => EffectiveIsolation;
  /** The names of the policies that by themselves let everybody through. */
  readonly openers: (direction: Direction) => readonly string[];
  /** Of addresses outside the cluster, or of nodes. */
  readonly reach: (direction: Direction, addresses: AddressSet, ports: PortSet, zone?: Zone) => Reach;
  readonly side: (direction: Direction, other: One) => Decision;
  /** As `side`, for pods that have been asked about before: lists of the classes that a pod stands for, such as `classesOf` gives. */
  readonly towards: (direction: Direction) => (others: readonly PodClass[]) => Decision;
  /** Whether the pod's ingress lets in one of the others on some port. */
  readonly admits: (others: readonly PodClass[]) => "yes" | "no" | "unsure";
  /** Why it is let through, as a clause: "NetworkPolicy shop/web ingress[0] allows it". */
  readonly why: (direction: Direction, other: One, protocol: Protocol, port: number) => string;
  /** What an answer may hang on that is neither yes nor no. */
  readonly doubt: Reason;
  /** Of what policies do to it not everything was read, or is defined. */
  readonly isUncertain: boolean;
  /** Nothing enforces policies for it; the clause says why. */
  readonly unenforced?: string;
  /** Those that certainly enforce, and whose policies were read. */
  readonly engines: readonly PolicyEngine[];
  /** Where VPC CNI is one of them: what is known of its agent. */
  readonly agent?: VpcCniAgent;
  /** For certain no policy isolates it, and none denies it anything: whatever the other end is, it is let through. */
  readonly isUnrestricted: (direction: Direction) => boolean;
  readonly classes: readonly PodClass[];
  /** The engine looks at a packet before the address of a Service becomes that of an endpoint. */
  readonly seesClusterIps: boolean;
}

export type EffectiveIsolation =
  | { readonly state: "yes" }
  /** `why` is a clause: "no policy selects it for ingress". */
  | { readonly state: "no"; readonly why: string }
  | { readonly state: "unsure"; readonly reason: Reason };

export interface Effective {
  /** Undefined for a pod without an endpoint of its own: it has ended, is on no node yet, or shares its node's network. */
  readonly of: (pod: Pod) => Subject | undefined;
  /** The classes that a pod stands for as the other end. */
  readonly classesOf: (pod: Pod) => readonly PodClass[];
  /** The same for pods that are the same as the other end of every connection. */
  readonly otherKey: (pod: Pod) => string;
  /** A plain pod of a namespace, for one that has none. */
  readonly plainIn: (namespace: string) => PodClass;
  /** Why it is not known what is enforced for some pod that one of these policies selects; undefined where it is for all of them. */
  readonly doubtAbout: (policies: readonly Policy[]) => Reason | undefined;
  /** How many policies of any kind there are, as far as they were read. */
  readonly policies: number;
}

/** Many checks ask of one cluster: what was worked out for the same facts is kept as long as its pods are. */
const made = new WeakMap<readonly Pod[], { readonly facts: EffectiveFacts; readonly effective: Effective }>();
const names = ["pods", "namespaces", ...effectiveFacts] as const;

export function effectivePolicies(facts: EffectiveFacts): Effective {
  const before = made.get(facts.pods);
  if (before !== undefined && names.every((name) => before.facts[name] === facts[name])) return before.effective;
  const effective = workedOut(facts);
  made.set(facts.pods, { facts, effective });
  return effective;
}

function workedOut(facts: EffectiveFacts): Effective {
  const labelsOf = namespaceLabels(facts.namespaces);
  const own = new Map<Pod, readonly PodClass[]>();
  const classesOf = (pod: Pod): readonly PodClass[] => {
    const made = own.get(pod) ?? podClasses(pod, labelsOf);
    own.set(pod, made);
    return made;
  };
  const running = facts.pods.filter(hasEndpoint);
  // An address of the pods' own stands for that of a pod to come: blocks that mean pods mean it too.
  const addresses = running.map((pod) => classesOf(pod)[0]?.addresses ?? noAddresses).find((set) => set.ipv4.length + set.ipv6.length > 0);
  const plain = new Map<string, PodClass>();
  for (const { name } of facts.namespaces) {
    plain.set(name, { namespace: name, labels: {}, namespaceLabels: labelsOf(name), namedPorts: [], addresses: addresses ?? noAddresses });
  }
  const ends = [...running.flatMap(classesOf), ...plain.values()];
  const enforcement = enforcementOf({ ...facts, pods: known(facts.pods) });
  const stances = stancesOf(facts, ends);
  const subjects = new Map<string, Subject>();
  return {
    of: (pod) => {
      if (!hasEndpoint(pod)) return undefined;
      const says = enforcement.ofPod(pod);
      if (says.state === "no-endpoint") return undefined;
      const stance = stances(says, pod.namespace);
      const classes = classesOf(pod);
      const key = `${stance.key} ${classes.map((one) => stance.options.map((option) => option.classOf(one)).join("/")).join()}`;
      const found = subjects.get(key) ?? subjectOf(key, stance, classes);
      subjects.set(key, found);
      return found;
    },
    classesOf,
    otherKey: (pod) => classesOf(pod).map(stances.numbers).join(),
    plainIn: (namespace) =>
      plain.get(namespace) ?? { namespace, labels: {}, namespaceLabels: labelsOf(namespace), namedPorts: [], addresses: noAddresses },
    doubtAbout: (policies) => {
      for (const pod of running) {
        const says = enforcement.ofPod(pod);
        if (says.state === "no-endpoint" || says.state === "not-enforced") continue;
        const { mayNarrow } = stances(says, pod.namespace);
        if (mayNarrow !== undefined && policies.some(({ subject }) => classesOf(pod).some(subject.matches))) return mayNarrow;
      }
      return undefined;
    },
    policies: policyFacts
      .filter((name) => name !== "calicoTiers" && name !== "calicoNetworkSets")
      .reduce((sum, name) => sum + (facts[name].state === "known" ? facts[name].value.length : 0), 0),
  };
}

const hasEndpoint = ({ phase, spec, nodeName }: Pod): boolean =>
  phase !== "Succeeded" && phase !== "Failed" && nodeName !== undefined && !spec.hostNetwork;

/** What may be true of policies for some pods: at least one of the options is. */
interface Stance {
  readonly key: string;
  readonly options: readonly Questions[];
  /** Something may restrict pods further than any option does. */
  readonly mayNarrow?: Reason;
  readonly unenforced?: string;
  readonly engines: readonly PolicyEngine[];
  readonly agent?: VpcCniAgent;
  readonly seesClusterIps: boolean;
}

const noPolicies: PolicyModel = { tiers: [] };

interface Stances {
  (says: PodEnforcement, namespace: string): Stance;
  /** The numbers of a class in all models that were asked so far. */
  readonly numbers: (podClass: PodClass) => string;
}

function stancesOf(facts: EffectiveFacts, ends: readonly PodClass[]): Stances {
  const asked = new Map<string, Questions>();
  const once = (key: string, model: () => PolicyModel): Questions => {
    const questions = asked.get(key) ?? new Questions(model(), ends);
    asked.set(key, questions);
    return questions;
  };
  const open = (): Questions => once("none", () => noPolicies);
  const unknowable = (reason: Reason): Stance => ({
    key: `unknown ${reason.message}`,
    options: [open()],
    mayNarrow: reason,
    engines: [],
    seesClusterIps: true,
  });
  const translations = new Map<string, ReturnType<typeof translation>>();
  const translated = (engine: Engine, vpcCni: EngineSettings["vpcCni"]): ReturnType<typeof translation> => {
    const key = readingKey(engine, vpcCni);
    const made = translations.get(key) ?? translation(engine, facts, vpcCni);
    translations.set(key, made);
    return made;
  };
  const stanceOf = (says: PodEnforcement, namespace: string): Stance => {
    if (says.state === "not-enforced") {
      // Told of all pods that are treated alike, on whichever node.
      const unenforced = says.cause === "no-engine" ? "no policy engine enforces on the node" : says.why;
      return { key: `none ${unenforced}`, options: [open()], unenforced, engines: [], seesClusterIps: true };
    }
    if (says.state !== "enforced") return unknowable(says.state === "unsure" ? says.reason : notPlaced);
    const options: Questions[] = [];
    const keys: string[] = [];
    for (const enforcing of says.enforcing) {
      const engine = engineOf(enforcing.engine);
      if (engine === undefined) return unknowable(notJudged(enforcing.engine));
      for (const isClosed of closedByDefault(enforcing, facts)) {
        const { agent } = enforcing;
        const vpcCni = engine === "vpc-cni" ? { isStrict: isClosed, ...(agent && { clusterPolicies: agent.clusterPolicies }) } : undefined;
        const made = translated(engine, vpcCni);
        if (made.state === "unknown") return unknowable(made.reason);
        const refused = made.value.refused(namespace);
        if (refused !== undefined) return unknowable(refused);
        const key = `${readingKey(engine, vpcCni)} ${isClosed ? "closed" : "open"}`;
        keys.push(key);
        options.push(once(key, () => (isClosed ? closed(engine, made.value.model) : made.value.model)));
      }
    }
    const mayNarrow = says.possible[0]?.reason;
    const agent = says.enforcing.find(({ engine }) => engine === "vpc-cni")?.agent;
    // What is told of answers names the version.
    const key = `${keys.join("+")} ${agent?.tag ?? agent?.why ?? ""} ${mayNarrow?.message ?? ""}`;
    // Calico and Cilium look at packets to endpoints: kube-proxy, or Cilium itself, has put these in the place of Services before.
    const seesClusterIps = says.enforcing.some(({ engine }) => engine === "vpc-cni");
    const engines = says.enforcing.map(({ engine }) => engine);
    return { key, options, engines, seesClusterIps, ...(agent && { agent }), ...(mayNarrow && { mayNarrow }) };
  };
  const numbers = (podClass: PodClass): string => [...asked.values()].map((questions) => questions.classOf(podClass)).join("/");
  return Object.assign(stanceOf, { numbers });
}

const readingKey = (engine: Engine, vpcCni: EngineSettings["vpcCni"]): string => `${engine} ${JSON.stringify(vpcCni ?? {})}`;

const notPlaced: Reason = { code: "not-ready", message: "The pod is on no node yet." };
const notJudged = (engine: PolicyEngine): Reason => ({
  code: "not-supported",
  message: `Policies are enforced by ${engine}, whose reading of them is not judged.`,
});
const engineOf = (engine: PolicyEngine): Engine | undefined => (engine === "antrea" || engine === "kube-router" ? undefined : engine);

/** Whether a pod that no policy selects is closed; both where it is not known. */
function closedByDefault({ engine, mode }: Enforcing, { networkSettings }: EffectiveFacts): readonly boolean[] {
  if (engine === "vpc-cni") {
    if (mode === undefined) return [false];
    return mode.state === "unknown" ? [false, true] : [mode.value === "strict"];
  }
  if (engine !== "cilium") return [false];
  const cilium = networkSettings.state === "known" ? networkSettings.value.cilium : networkSettings;
  if (cilium.state === "unknown") return [false, true];
  return [cilium.value.values["enable-policy"]?.toLowerCase() === "always"];
}

const engineDefault: Policy = { name: "the engine's default", subject: podSelector(everything, everything), ingress: [], egress: [] };

/** What no tier decides is denied. Whether VPC CNI spares the own node then too was not read in any version of its agent. */
const closed = (engine: Engine, { tiers, ...rest }: PolicyModel): PolicyModel => ({
  ...rest,
  tiers: [
    ...tiers,
    {
      name: "default of the engine",
      otherwise: "deny",
      policies: [sparingOwnNode(engineDefault, engine === "vpc-cni" ? perhapsByVpcCni : {})],
    },
  ],
});

interface Translated {
  readonly model: PolicyModel;
  /** Why policies of a namespace, or of all, could not be read. */
  readonly refused: (namespace: string) => Reason | undefined;
}

const kindsOf: Readonly<Record<Engine, readonly PolicyFact[]>> = {
  kubernetes: ["networkPolicies", "adminNetworkPolicies", "clusterNetworkPolicies"],
  "vpc-cni": ["networkPolicies", "clusterNetworkPolicies", "applicationNetworkPolicies"],
  calico: ["networkPolicies", "adminNetworkPolicies", "clusterNetworkPolicies", "calicoPolicies", "calicoTiers", "calicoNetworkSets"],
  cilium: ["networkPolicies", "ciliumPolicies"],
};

function translation(engine: Engine, facts: EffectiveFacts, vpcCni: EngineSettings["vpcCni"]): Fact<Translated> {
  const policies: Record<string, unknown> = {};
  const settings = engineSettings(facts.networkSettings);
  const readsUpstream = engine === "cilium" && settings.cilium?.kinds?.readsClusterNetworkPolicies === true;
  for (const name of [...kindsOf[engine], ...(readsUpstream ? (["clusterNetworkPolicies"] as const) : [])]) {
    const fact = facts[name];
    if (fact.state === "unknown") return fact;
    policies[name] = fact.value;
  }
  const namespaces = Object.fromEntries(facts.namespaces.map(({ name, labels }) => [name, labels]));
  const labelsOf = namespaceLabels(facts.namespaces);
  const pods = facts.pods.filter((pod) => !hasEnded(pod)).flatMap((pod) => podClasses(pod, labelsOf));
  // Each list stands under the name of its fact, which is its name among the policies.
  const { model, remarks } = translate(
    engine,
    { ...(policies as Policies), namespaces },
    {
      ...settings,
      pods,
      calico: { upstreamApi: upstreamApiOf(facts.pods) },
      ...(vpcCni && { vpcCni }),
    },
  );
  const refused = remarks.filter(({ effect }) => effect === "refused");
  const byNamespace = new Map(refused.map((remark) => [namespaceOf(remark.policy), malformed(remark.message)]));
  return known({ model, refused: (namespace) => byNamespace.get("") ?? byNamespace.get(namespace) });
}

/** Of "Kind namespace/name"; "" for "Kind name". */
const namespaceOf = (policy: string): string => {
  const name = policy.slice(policy.lastIndexOf(" ") + 1);
  return name.includes("/") ? name.slice(0, name.indexOf("/")) : "";
};
const malformed = (message: string): Reason => ({ code: "malformed", message });

const undefinedTogether: Reason = { code: "not-supported", message: "What several policy engines make of a pod together is not defined." };
const dependsOnPolicy: Reason = {
  code: "not-supported",
  message:
    "A policy speaks of names of domains, labels of service accounts or others that were not read, or its engine may not hold all that it says.",
};

function subjectOf(
  key: string,
  { options, mayNarrow, unenforced, engines, agent, seesClusterIps }: Stance,
  classes: readonly PodClass[],
): Subject {
  /** Every option, for every family of the pod. */
  const asked = options.flatMap((questions) => classes.map((one) => ({ questions, number: questions.classOf(one) })));
  const doubt = mayNarrow ?? (options.length > 1 ? undefinedTogether : dependsOnPolicy);
  const isolations = new Map<Direction, EffectiveIsolation>();
  const certainly = (set: AddressSet): AddressSet => (mayNarrow === undefined ? set : noAddresses);
  const [first] = asked;
  return {
    key,
    classes,
    doubt,
    isUncertain: mayNarrow !== undefined || options.length > 1,
    seesClusterIps,
    engines,
    ...(agent && { agent }),
    ...(unenforced === undefined ? {} : { unenforced }),
    isUnrestricted: (direction) =>
      mayNarrow === undefined && asked.every(({ questions, number }) => !questions.isRestricted(number, direction)),
    isolation: (direction) => {
      const known = isolations.get(direction);
      if (known !== undefined) return known;
      const all = asked.map(({ questions, number }) => questions.isolation(number, direction));
      const states = new Set(all.map(({ state }) => state));
      const answer = isolationOf(states, mayNarrow !== undefined, doubt, () => unenforced ?? whyOpen(direction, all));
      isolations.set(direction, answer);
      return answer;
    },
    openers: (direction) =>
      unenforced === undefined
        ? asked.flatMap(({ questions, number }) => questions.openers(number, direction).map(({ name }) => name))
        : [],
    reach: (direction, addresses, ports, zone) => {
      const all = asked.map(({ questions, number }) => questions.reach(number, direction, addresses, ports, zone));
      return {
        atLeast: certainly(all.reduce((set, { atLeast }) => intersection(set, atLeast), allAddresses)),
        atMost: all.reduce((set, { atMost }) => union(set, atMost), noAddresses),
      };
    },
    side: (direction, other) => {
      const all = asked.map(({ questions, number }) => questions.side(number, direction, other));
      const atLeast = all.reduce((set, one) => commonPorts(set, one.atLeast), allPorts);
      return {
        atLeast: mayNarrow === undefined ? atLeast : noPorts,
        atMost: all.reduce((set, one) => eitherPorts(set, one.atMost), noPorts),
      };
    },
    towards: (direction) => {
      const all = asked.map(({ questions, number }) => ({ questions, decision: questions.towards(number, direction) }));
      const isCertain = mayNarrow === undefined;
      const worked = new Map<string, Decision>();
      const single = isCertain && all.length === 1 ? all[0] : undefined;
      return (others) => {
        // Nearly always: one engine, and a pod with addresses of one family.
        const [number, another] = single?.questions.numbersOf(others) ?? [];
        if (single !== undefined && number !== undefined && another === undefined) return single.decision(number);
        const said = all.flatMap(({ questions, decision }) => questions.numbersOf(others).map(decision));
        const atLeast = isCertain ? said.reduce((set, { atLeast }) => commonPorts(set, atLeast), allPorts) : noPorts;
        const atMost = said.reduce((set, { atMost }) => eitherPorts(set, atMost), noPorts);
        const key = `${atLeast.key}/${atMost.key}`;
        const decision = worked.get(key) ?? { atLeast, atMost };
        worked.set(key, decision);
        return decision;
      };
    },
    admits: (others) => {
      const all = asked.map(({ questions, number }) => {
        const { atLeast, atMost } = questions.admitted(number);
        const numbers = questions.numbersOf(others);
        return { atLeast: numbers.some(atLeast), atMost: numbers.some(atMost) };
      });
      if (all.every(({ atMost }) => !atMost)) return "no";
      return mayNarrow === undefined && all.every(({ atLeast }) => atLeast) ? "yes" : "unsure";
    },
    why: (direction, other, protocol, port) => {
      if (unenforced !== undefined) return unenforced;
      if (first === undefined) return "";
      const { atMost } = first.questions.side(first.number, direction, other);
      const isDenied = !atMost[protocol].some(({ from, to }) => from <= port && port <= to);
      return deciderText(direction, isDenied, first.questions.decider(first.number, direction, other, protocol, port));
    },
  };
}

function isolationOf(states: ReadonlySet<Isolation["state"]>, mayNarrow: boolean, doubt: Reason, why: () => string): EffectiveIsolation {
  if (states.size === 1 && states.has("yes")) return { state: "yes" };
  if (states.size === 1 && states.has("no") && !mayNarrow) return { state: "no", why: why() };
  return { state: "unsure", reason: doubt };
}

function whyOpen(direction: Direction, all: readonly Isolation[]): string {
  const by = all.flatMap(({ openedBy }) => openedBy ?? [])[0];
  return by === undefined ? `no policy isolates it for ${direction}` : (by.rule.because ?? `${ruleText(by)} lets everybody through`);
}

export const ruleText = ({ policy, rule }: NamedRule): string => `${policy.name} ${rule.name}`;

function deciderText(direction: Direction, isDenied: boolean, { by, selectedBy }: Decider): string {
  if (by?.rule.because !== undefined) return by.rule.because;
  if (by !== undefined) return `${ruleText(by)} ${by.rule.action === "deny" ? "denies" : "allows"} it`;
  if (selectedBy === undefined) return `no policy selects it for ${direction}`;
  if (!isDenied) return `no policy denies it for ${direction}`;
  return `${selectedBy.name} isolates it for ${direction}, and no rule allows it`;
}
