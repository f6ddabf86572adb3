/** projectcalico.org/v3 policies. Source: Calico documentation, "Tiered policy" and the reference of its resources. */
import type { CalicoTier } from "../../model/calico-policy.ts";
import type { LabelSelector } from "../../model/network-policy.ts";
import type { Direction } from "../../net/policy/model.ts";
import type { ManifestObject } from "../manifests.ts";
import { labels, prefix } from "./names.ts";
import { type Denial, type Isolation, inChunks, isIpv6, type Namespaces, type Peer, type Port, type Subject } from "./terms.ts";

const apiVersion = "projectcalico.org/v3";

/** Among NetworkPolicies, whose order is 1000 in the default tier. */
export function calicoIsolation({ name, direction, subject: { namespace, selector }, allow }: Isolation): ManifestObject {
  const rules = allow.flatMap(({ peers, ports }) => rulesOf("Allow", direction, peers, ports));
  return {
    apiVersion,
    kind: "NetworkPolicy",
    metadata: { name, namespace, labels },
    spec: {
      order: 1000,
      selector: expressionOf(selector),
      types: [typeOf(direction)],
      ...(rules.length > 0 ? { [direction]: rules } : {}),
    },
  };
}

/**
 * A tier of our own before all others, which leaves to them what its policies do not decide: so a denial isolates no pod, and no
 * allow of another tier comes before it.
 */
export function calicoDenial(denial: Denial, tiers: readonly CalicoTier[]): readonly ManifestObject[] {
  const { name, direction, subjects, peers, ports, sparesPods = false } = denial;
  const spared = sparesPods ? rulesOf("Pass", direction, [{ namespaces: "every", pods: {} }], ports) : [];
  const rules = [...spared, ...rulesOf("Deny", direction, peers, ports)];
  return [
    ...ownTier(tiers),
    ...subjects.map((subject, i) => inTier({ name: i === 0 ? name : `${name}-${i + 1}`, direction, subject, rules })),
  ];
}

/** Lets through what no other tier is then asked about; isolates nothing. */
export function calicoAdmission(admission: Isolation, tiers: readonly CalicoTier[]): readonly ManifestObject[] {
  const { name, direction, subject, allow } = admission;
  const rules = allow.flatMap(({ peers, ports }) => rulesOf("Allow", direction, peers, ports));
  return [...ownTier(tiers), inTier({ name, direction, subject, rules })];
}

function inTier(one: {
  readonly name: string;
  readonly direction: Direction;
  readonly subject: Subject;
  readonly rules: readonly object[];
}): ManifestObject {
  const { direction, subject, rules } = one;
  const name = `${prefix}.${one.name.startsWith(`${prefix}-`) ? one.name.slice(prefix.length + 1) : one.name}`;
  const spec = { tier: prefix, order: 10, types: [typeOf(direction)], [direction]: rules };
  if ("namespace" in subject) {
    const { namespace, selector } = subject;
    return {
      apiVersion,
      kind: "NetworkPolicy",
      metadata: { name, namespace, labels },
      spec: { selector: expressionOf(selector), ...spec },
    };
  }
  // With a selector of namespaces it means pods alone, never host endpoints.
  const namespaceSelector = subject.everyNamespaceBut.length === 0 ? "all()" : `${nameKey} not in ${setOf(subject.everyNamespaceBut)}`;
  return { apiVersion, kind: "GlobalNetworkPolicy", metadata: { name, labels }, spec: { namespaceSelector, ...spec } };
}

const built = 1000; // of kube-admin, the first of Calico's own
function ownTier(tiers: readonly CalicoTier[]): readonly ManifestObject[] {
  if (tiers.some(({ name, defaultAction }) => name === prefix && defaultAction === "Pass")) return [];
  const first = Math.min(built, ...tiers.filter(({ name }) => name !== prefix).map(({ order }) => order ?? built));
  return [
    {
      apiVersion,
      kind: "Tier",
      metadata: { name: prefix, labels },
      spec: { order: first > 100 ? 100 : first - 1, defaultAction: "Pass" },
    },
  ];
}

const typeOf = (direction: Direction): string => (direction === "ingress" ? "Ingress" : "Egress");

function rulesOf(action: string, direction: Direction, peers: readonly Peer[], ports: readonly Port[] | undefined): readonly object[] {
  const byProtocol = Map.groupBy(ports ?? [], ({ protocol }) => protocol);
  const which =
    byProtocol.size === 0 ? [{ protocol: undefined, some: [] }] : [...byProtocol].map(([protocol, some]) => ({ protocol, some }));
  const ends = peers.length === 0 ? [{}] : entitiesOf(peers);
  return ends.flatMap((end) =>
    which.map(({ protocol, some }) => {
      const numbers = some.every(({ port }) => port !== undefined) ? some.map(portOf) : [];
      const its = numbers.length > 0 ? { ports: numbers } : {};
      const [source, destination] = direction === "ingress" ? [end, its] : [{}, { ...end, ...its }];
      return {
        action,
        ...(protocol === undefined ? {} : { protocol }),
        ...(Object.keys(source).length > 0 ? { source } : {}),
        ...(Object.keys(destination).length > 0 ? { destination } : {}),
      };
    }),
  );
}

const portOf = ({ port, endPort }: Port): number | string | undefined =>
  endPort === undefined || endPort === port ? port : `${port}:${endPort}`;

/** Blocks without exceptions stand together, family by family. */
export function entitiesOf(peers: readonly Peer[]): readonly object[] {
  const blocks = peers.flatMap((peer) => ("block" in peer ? [peer.block] : []));
  const whole = blocks.filter(({ except }) => except.length === 0).map(({ cidr }) => cidr);
  const families = [whole.filter((cidr) => !isIpv6(cidr)), whole.filter(isIpv6)];
  return [
    ...peers.flatMap((peer) => ("pods" in peer ? [podsEntity(peer.namespaces, peer.pods)] : [])),
    ...families.flatMap((nets) => inChunks(nets, 50).map((some) => ({ nets: some }))),
    ...blocks.filter(({ except }) => except.length > 0).map(({ cidr, except }) => ({ nets: [cidr], notNets: except })),
  ];
}

function podsEntity(namespaces: Namespaces, pods: LabelSelector): object {
  const selector = expressionOf(pods);
  if (namespaces === "own") return { selector };
  const its = selector === "all()" ? {} : { selector };
  if (namespaces === "every") return { namespaceSelector: "all()", ...its };
  const isIn = Array.isArray(namespaces);
  const names: readonly string[] = isIn ? namespaces : (namespaces as { readonly notIn: readonly string[] }).notIn;
  return { namespaceSelector: `${nameKey} ${isIn ? "in" : "not in"} ${setOf(names)}`, ...its };
}

const nameKey = "projectcalico.org/name";
const setOf = (values: readonly string[]): string => `{${values.map((value) => `'${value}'`).join(", ")}}`;

/** A selector of Kubernetes in Calico's words: values of labels hold no quotation mark. */
export function expressionOf({ matchLabels, matchExpressions }: LabelSelector): string {
  const parts = [
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => `${key} == '${value}'`),
    ...(matchExpressions ?? []).map(({ key, operator, values }) => {
      if (operator === "Exists") return `has(${key})`;
      if (operator === "DoesNotExist") return `!has(${key})`;
      return `${key} ${operator === "In" ? "in" : "not in"} ${setOf(values ?? [])}`;
    }),
  ];
  return parts.length === 0 ? "all()" : parts.join(" && ");
}
