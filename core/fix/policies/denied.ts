/** Policies that keep pods from some ends of connections, in the dialect of the engine that polices them. */
import type { ClusterFacts } from "../../model/cluster.ts";
import type { LabelSelector } from "../../model/network-policy.ts";
import type { Pod } from "../../model/workloads.ts";
import { readSelector } from "../../net/policy/fields.ts";
import type { Direction } from "../../net/policy/model.ts";
import type { ManifestObject } from "../manifests.ts";
import { awsDenial } from "./aws.ts";
import { shadowing } from "./baseline.ts";
import { calicoDenial } from "./calico.ts";
import { ciliumDenial } from "./cilium.ts";
import { type Dialect, lacksDenials, notesOn } from "./dialect.ts";
import { networkPolicy } from "./kubernetes.ts";
import { labels, type Names, namesIn } from "./names.ts";
import { narrowed, type PolicySpec, speaksOf, type TakenOut } from "./narrow.ts";
import { withoutExceptions } from "./ranges.ts";
import { selectorsFor } from "./selection.ts";
import type { Allowance, Denial, PodsOf, Subject } from "./terms.ts";

/** The pods of a namespace that are to be kept from it, and those that are not. */
export interface Group {
  readonly namespace: string;
  readonly pods: readonly Pod[];
  readonly others: readonly Pod[];
}

export interface Wanted extends Omit<Denial, "subjects" | "name"> {
  /** What the policies are called by, such as "no-kubelet". */
  readonly purpose: string;
  readonly groups: readonly Group[];
  /** Where one policy for the whole cluster will do: namespaces that it is not for. Each group that it leaves out gets one of its own. */
  readonly everyNamespaceBut?: readonly string[];
  /** For NetworkPolicies, which can only let through: everything but this. */
  readonly otherwise: readonly Allowance[];
  readonly takenOut: TakenOut;
}

export interface Written {
  readonly manifests: readonly ManifestObject[];
  readonly notes: readonly string[];
}

export function denied(facts: ClusterFacts, dialect: Dialect, wanted: Wanted): Written | { readonly none: string } {
  const lacking = lacksDenials(dialect);
  if (lacking !== undefined) return { none: lacking };
  const names = namesIn(facts);
  const written = dialect.denies ? inWordsOf(facts, dialect, wanted, names) : undefined;
  const all = written ?? byNetworkPolicies(facts, wanted, names);
  if ("none" in all) return all;
  const isNothing = all.manifests.every(({ kind }) => kind === "Tier");
  return isNothing
    ? { none: all.notes[0] ?? "No policy that can be written would change it: change the one that decides, which the finding names." }
    : all;
}

/** Undefined where the dialect has no words for it after all. */
function inWordsOf(facts: ClusterFacts, dialect: Dialect, wanted: Wanted, names: Names): Written | undefined {
  const { engine } = dialect;
  const { purpose, groups, everyNamespaceBut, direction, peers, ports, sparesPods } = wanted;
  const shared = { direction, ...(ports ? { ports } : {}), ...(sparesPods === undefined ? {} : { sparesPods }) };
  const notes: string[] = [];
  const subjectsOf = ({ namespace, pods, others }: Group): readonly PodsOf[] => {
    const { selectors, leftOut } = selectorsFor(pods, others);
    notes.push(...notesOnLeftOut(leftOut));
    return selectors.map((selector) => ({ namespace, selector }));
  };
  const wide: readonly { readonly name: string; readonly subjects: readonly Subject[] }[] =
    everyNamespaceBut === undefined ? [] : [{ name: names(purpose), subjects: [{ everyNamespaceBut }] }];
  const narrow = groups
    .filter(({ namespace }) => everyNamespaceBut === undefined || everyNamespaceBut.includes(namespace))
    .map((group) => {
      const isNamespaced = engine !== "vpc-cni";
      const name = isNamespaced ? names(purpose, group.namespace) : names(`${purpose}-${group.namespace}`);
      return { name, subjects: subjectsOf(group) };
    });
  const manifests: ManifestObject[] = [];
  for (const { name, subjects } of [...wide, ...narrow]) {
    const made = inDialect(facts, engine, { ...shared, name, subjects, peers });
    if (made === undefined) return undefined;
    manifests.push(...made.filter((one) => !manifests.some((other) => other.kind === one.kind && sameName(one, other))));
  }
  return { manifests, notes: [...notes, ...notesOn(dialect)] };
}

const sameName = (a: ManifestObject, b: ManifestObject): boolean =>
  a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;

function inDialect(facts: ClusterFacts, engine: Dialect["engine"], denial: Denial): readonly ManifestObject[] | undefined {
  if (engine === "calico") return calicoDenial(denial, facts.calicoTiers.state === "known" ? facts.calicoTiers.value : []);
  if (engine === "cilium") return ciliumDenial(denial);
  const existing = facts.clusterNetworkPolicies.state === "known" ? facts.clusterNetworkPolicies.value : [];
  return awsDenial({ ...denial, peers: withoutExceptions(denial.peers) }, existing);
}

/** Isolates pods that no policy isolates, and writes anew the rules that let it through to others. */
function byNetworkPolicies(
  facts: ClusterFacts,
  { purpose, groups, direction, otherwise, takenOut }: Wanted,
  names: Names,
): Written | { readonly none: string } {
  const manifests: ManifestObject[] = [];
  const notes: string[] = [];
  for (const { namespace, pods, others } of groups) {
    const there = policiesIn(facts, namespace).filter(({ spec }) => speaksOf(spec, direction));
    const isSelected = (pod: Pod): boolean => there.some(({ spec }) => selects(spec, pod));
    const free = pods.filter((pod) => !isSelected(pod));
    if (free.length > 0) {
      const none = shadowing(facts, direction);
      if (none !== undefined) return { none };
      const { selectors, leftOut } = selectorsFor(free, [...others, ...pods.filter(isSelected)]);
      notes.push(...notesOnLeftOut(leftOut));
      for (const selector of selectors) {
        manifests.push(networkPolicy({ name: names(purpose, namespace), direction, subject: { namespace, selector }, allow: otherwise }));
      }
    }
    const concerned = there.filter(({ spec }) => pods.some((pod) => selects(spec, pod)));
    for (const policy of concerned) {
      const { kind, apiVersion, name, spec } = policy;
      const spared = others.filter((pod) => selects(spec, pod));
      const less = narrowed(spec, direction, takenOut, spared.length > 0);
      if (less === undefined) continue;
      manifests.push({ apiVersion, kind, metadata: { name, namespace }, spec: less });
      notes.push(rewritten(`${kind} ${namespace}/${name}`));
      if (spared.length === 0) continue;
      const rest = [...pods, ...others.filter((pod) => !spared.includes(pod))];
      const kept = selectorsFor(spared, rest);
      notes.push(...notesOnLeftOut(kept.leftOut));
      manifests.push(...kept.selectors.map((selector) => asBefore(policy, direction, selector, names(`${purpose}-but`, namespace))));
    }
  }
  return { manifests, notes: [...new Set(notes)] };
}

/** What a policy that was narrowed lets through, for those of its pods that are to keep it. */
const asBefore = (
  { apiVersion, kind, namespace, spec }: Listed,
  direction: Direction,
  podSelector: LabelSelector,
  name: string,
): ManifestObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace, labels },
  spec: { podSelector, policyTypes: [direction === "ingress" ? "Ingress" : "Egress"], [direction]: spec[direction] ?? [] },
});

export interface Listed {
  readonly apiVersion: string;
  readonly kind: "NetworkPolicy" | "ApplicationNetworkPolicy";
  readonly namespace: string;
  readonly name: string;
  readonly spec: PolicySpec;
}

/** NetworkPolicies of a namespace, and those of AWS that are like them. */
export const policiesIn = ({ networkPolicies, applicationNetworkPolicies }: ClusterFacts, namespace: string): readonly Listed[] =>
  [
    ...(networkPolicies.state === "known" ? networkPolicies.value : []).map(
      (one): Listed => ({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", ...one }),
    ),
    ...(applicationNetworkPolicies.state === "known" ? applicationNetworkPolicies.value : []).map(
      (one): Listed => ({ apiVersion: "networking.k8s.aws/v1alpha1", kind: "ApplicationNetworkPolicy", ...one }),
    ),
  ].filter((one) => one.namespace === namespace);

export const selects = ({ podSelector }: PolicySpec, { labels }: Pod): boolean =>
  readSelector(podSelector, "spec.podSelector").matches(labels);

export const rewritten = (policy: string): string =>
  `${policy} is written anew: mend it where it is kept, such as in a chart, or it will come back.`;

const notesOnLeftOut = (leftOut: readonly Pod[]): readonly string[] => {
  const [first] = leftOut;
  if (first === undefined) return [];
  return [
    `No label tells ${leftOut.length} pods, such as ${first.namespace}/${first.name}, from others that are to be left alone: give them one in their pod template.`,
  ];
};
