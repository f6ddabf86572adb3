/** Whether declared flows are allowed or denied, for every pair of pods that they mean. */
import type { Reason } from "../../model/fact.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { type AddressSet, difference, intersection, isEmpty, isWithin, noAddresses, parseFilterCidrs, toRangesText } from "../addresses.ts";
import { hasEnded } from "../workloads/phase.ts";
import type { Effective, Subject } from "./effective.ts";
import type { Direction, PodClass, Zone } from "./model.ts";
import { egressOf, type Family, families, inFamilies, unpolicedIn } from "./other-family.ts";
import { type PortSet, portsOf } from "./port-set.ts";

export type Flow = Settings["flows"][number];

/** Pods that policies do the same to, and that are the same to others. */
interface Group {
  readonly subject: Subject;
  readonly pods: readonly Pod[];
}

/** The pods that one end means; undefined for addresses. Those on the network of their node are none. */
export function podsOfEnd(end: Flow["from"], pods: readonly Pod[], effective: Effective): readonly Group[] | undefined {
  if ("cidr" in end) return undefined;
  const groups = new Map<string, { subject: Subject; pods: Pod[] }>();
  for (const pod of pods) {
    const subject = isMeantBy(end, pod) ? effective.of(pod) : undefined;
    if (subject === undefined) continue;
    const key = `${subject.key} ${effective.otherKey(pod)}`;
    const group = groups.get(key) ?? { subject, pods: [] };
    groups.set(key, group);
    group.pods.push(pod);
  }
  return [...groups.values()];
}

/** One of those that an end means which share the network of their node: no policy is about what it opens or what is opened to it. */
export const podOnHost = (end: Flow["from"], pods: readonly Pod[]): Pod | undefined =>
  "cidr" in end
    ? undefined
    : pods.find((pod) => isMeantBy(end, pod) && pod.spec.hostNetwork && pod.nodeName !== undefined && !hasEnded(pod));

const isMeantBy = (end: Exclude<Flow["from"], { readonly cidr: string }>, { namespace, labels }: Pod): boolean =>
  namespace === end.namespace && Object.entries(end.labels ?? {}).every(([key, value]) => labels[key] === value);

export type FlowAnswer =
  | { readonly state: "holds"; readonly podsFrom: number; readonly podsTo: number }
  | {
      readonly state: "broken";
      readonly podsFrom: number;
      readonly podsTo: number;
      readonly witness: { readonly from: string; readonly to: string; readonly why: string };
    }
  | { readonly state: "unsure"; readonly reason: Reason };

interface Ends {
  readonly from: readonly Group[] | undefined;
  readonly to: readonly Group[] | undefined;
  /** The addresses of the cluster's nodes, which engines tell from others; undefined where they were not read. */
  readonly nodes: AddressSet | undefined;
  /** The addresses of the cluster's pods and Services, which policies mean by labels. */
  readonly inside: AddressSet;
  /** A pod that is meant too, and of which nothing can be asked. */
  readonly onHost: Pod | undefined;
  /** The families in which a pod may send past every policy. */
  readonly beside: (pod: Pod) => readonly Family[];
}

type Passage = { readonly state: "allowed" | "denied"; readonly why: string } | { readonly state: "unsure"; readonly reason: Reason };

/**
 * Allowed: for every pair. Denied: for every pair. A pod's connection to itself is not judged. A range means the addresses
 * outside of the cluster, and its nodes; a pod's own node is left out, which most engines let through whatever policies say.
 */
export function flowAnswer(flow: Flow, { from, to, nodes, inside, onHost, beside }: Ends): FlowAnswer {
  const count = (groups: readonly Group[] | undefined): number => (groups ?? []).reduce((sum, { pods }) => sum + pods.length, 0);
  const sizes = { podsFrom: count(from), podsTo: count(to) };
  if (from === undefined && to === undefined) {
    return { state: "unsure", reason: { code: "not-supported", message: "Neither end is a pod, and policies are about pods." } };
  }
  const range = rangeOf(from === undefined ? flow.from : flow.to);
  if (!isEmpty(range) && isWithin(range, inside)) return { state: "unsure", reason: meansPods };
  const places = placesOf(range, nodes);
  let doubt: Reason | undefined;
  for (const source of from ?? [undefined]) {
    for (const destination of to ?? [undefined]) {
      if (isItself(source, destination)) {
        // Of several pods that are alike, the others are judged.
        if (sizes.podsFrom === 1 && sizes.podsTo === 1) doubt ??= onlyItself;
        continue;
      }
      const passage = passageOf(flow, { source, destination, places, beside });
      if (passage.state === "unsure") doubt ??= passage.reason;
      else if (passage.state !== flow.expect) {
        const witness = { from: textOf(flow.from, source), to: textOf(flow.to, destination), why: passage.why };
        return { state: "broken", ...sizes, witness };
      }
    }
  }
  doubt ??= onHost === undefined ? undefined : sharesNetwork(onHost);
  return doubt === undefined ? { state: "holds", ...sizes } : { state: "unsure", reason: doubt };
}

const meansPods: Reason = {
  code: "not-supported",
  message:
    "The range holds addresses of the cluster's own pods or Services alone, which policies let through by labels: name pods by theirs.",
};

const sharesNetwork = ({ namespace, name }: Pod): Reason => ({
  code: "not-supported",
  message: `Pod ${namespace}/${name} is meant too and shares the network of its node, where policies for pods do not hold.`,
});

const onlyItself: Reason = {
  code: "not-supported",
  message: "It means one pod's connection to itself alone, which policies can't be relied on to block.",
};

const isItself = (a: Group | undefined, b: Group | undefined): boolean =>
  a !== undefined && a.pods.length === 1 && b?.pods.length === 1 && a.pods[0] === b.pods[0];

const textOf = (end: Flow["from"], group: Group | undefined): string =>
  "cidr" in end ? end.cidr : `${group?.pods[0]?.namespace}/${group?.pods[0]?.name}`;

interface Pair {
  readonly source: Group | undefined;
  readonly destination: Group | undefined;
  /** What the range at the other end means. */
  readonly places: readonly Place[];
  readonly beside: Ends["beside"];
}

function passageOf(flow: Flow, { source, destination, places, beside }: Pair): Passage {
  const besideOf = ({ pods }: Group): readonly Family[] => families.filter((family) => pods.some((pod) => beside(pod).includes(family)));
  if (source !== undefined && destination !== undefined) {
    const between = pairsOf(source.subject, destination.subject).map(([from, to]) =>
      throughBoth(sideOf(flow, "egress", source.subject, to), sideOf(flow, "ingress", destination.subject, from)),
    );
    return deciding(flow, between) ?? { state: "unsure", reason: source.subject.doubt };
  }
  if (source !== undefined) return placesSide(flow, "egress", source, places, besideOf(source));
  if (destination !== undefined) return placesSide(flow, "ingress", destination, places, []);
  return { state: "allowed", why: "no policy is about addresses" };
}

/** A pod with addresses of both families is two ends: a connection is of one family. */
function pairsOf(source: Subject, destination: Subject): readonly (readonly [PodClass, PodClass])[] {
  const all = source.classes.flatMap((from) => destination.classes.map((to) => [from, to] as const));
  const isUntold = ({ addresses }: PodClass): boolean => isEmpty(addresses);
  const share = (family: "ipv4" | "ipv6", from: PodClass, to: PodClass): boolean =>
    from.addresses[family].length > 0 && to.addresses[family].length > 0;
  const pairs = all.filter(([from, to]) => isUntold(from) || isUntold(to) || share("ipv4", from, to) || share("ipv6", from, to));
  return pairs.length > 0 ? pairs : all;
}

/** One side that denies for certain decides, whatever the other says. */
function throughBoth(left: Passage, entered: Passage): Passage {
  const sides = [left, entered];
  return sides.find(({ state }) => state === "denied") ?? sides.find(({ state }) => state === "unsure") ?? entered;
}

/** What is against the expectation in one way decides, and what is in doubt before what is as expected. */
function deciding({ expect }: Flow, passages: readonly Passage[]): Passage | undefined {
  const found = (wanted: Passage["state"]) => passages.find(({ state }) => state === wanted);
  return found(expect === "allowed" ? "denied" : "allowed") ?? found("unsure") ?? passages[0];
}

/** Addresses of one kind, as engines tell them apart. */
interface Place {
  readonly zone: Zone;
  readonly addresses: AddressSet;
  /** Whether some of them are of this kind is not known. */
  readonly perhaps: boolean;
}

/** The addresses of a range; none of an end that is pods, or that can't be understood. */
const rangeOf = (end: Flow["from"]): AddressSet => ("cidr" in end ? (parseFilterCidrs([end.cidr]) ?? noAddresses) : noAddresses);

function placesOf(meant: AddressSet, nodes: Ends["nodes"]): readonly Place[] {
  const places: readonly Place[] = [
    { zone: "outside", addresses: nodes === undefined ? meant : difference(meant, nodes), perhaps: false },
    { zone: "other", addresses: nodes === undefined ? meant : intersection(meant, nodes), perhaps: nodes === undefined },
  ];
  return places.filter(({ addresses }) => !isEmpty(addresses));
}

/** What a pod's policies say of another. */
function sideOf({ protocol, port }: Flow, direction: Direction, subject: Subject, pod: PodClass): Passage {
  const { atLeast, atMost } = subject.side(direction, { pod });
  const has = (set: PortSet): boolean => set[protocol].some(({ from, to }) => from <= port && port <= to);
  if (has(atLeast)) return { state: "allowed", why: subject.why(direction, { pod }, protocol, port) };
  if (!has(atMost)) return { state: "denied", why: subject.why(direction, { pod }, protocol, port) };
  return { state: "unsure", reason: subject.doubt };
}

/** What they say of addresses, which have no policies of their own. A pod sends in a family that it has no address of where `beside` names it. */
function placesSide(flow: Flow, direction: Direction, { subject }: Group, places: readonly Place[], beside: readonly Family[]): Passage {
  const against = flow.expect === "allowed" ? "denied" : "allowed";
  const has = (family: Family): boolean => subject.classes.some(({ addresses }) => addresses[family].length > 0);
  const own = families.some(has) ? families.filter(has) : families;
  const foreign = families.filter((family) => !own.includes(family));
  const passages = places.flatMap((place): readonly Passage[] => {
    const addresses = inFamilies(place.addresses, own);
    const elsewhere = foreign.filter((family) => place.addresses[family].length > 0).map((family) => passageInOther(family, beside));
    if (isEmpty(addresses)) return elsewhere;
    const passage = reachOf(subject, direction, { ...place, addresses }, flow);
    return [place.perhaps && passage.state === against ? { state: "unsure", reason: nodesUnread } : passage, ...elsewhere];
  });
  return deciding(flow, passages) ?? { state: "unsure", reason: subject.doubt };
}

const passageInOther = (family: Family, beside: readonly Family[]): Passage =>
  beside.includes(family)
    ? { state: "unsure", reason: unpolicedIn(family) }
    : { state: "denied", why: `the pod has no address of ${egressOf[family].text}` };

const nodesUnread: Reason = {
  code: "depends-on-unknown",
  message: "Nodes were not read, and the policies mean other addresses of the range than nodes'.",
};

/** Allowed: for every address where it is to be allowed, for some where it is to be denied. */
function reachOf(subject: Subject, direction: Direction, { zone, addresses }: Place, flow: Flow): Passage {
  const { atLeast, atMost } = subject.reach(direction, addresses, portsOf(flow.protocol, flow.port, flow.port), zone);
  const [isAllowed, isDenied] =
    flow.expect === "allowed" ? [isWithin(addresses, atLeast), !isWithin(addresses, atMost)] : [!isEmpty(atLeast), isEmpty(atMost)];
  const one = firstOf(isAllowed ? atLeast : addresses);
  const why = (): string =>
    subject.why(direction, zone === "outside" ? { outside: one } : { outside: one, node: zone }, flow.protocol, flow.port);
  if (isAllowed) return { state: "allowed", why: why() };
  if (isDenied) return { state: "denied", why: why() };
  return { state: "unsure", reason: subject.doubt };
}

function firstOf(set: AddressSet): AddressSet {
  const [ipv4] = set.ipv4;
  if (ipv4 !== undefined) return { ipv4: [{ first: ipv4.first, last: ipv4.first }], ipv6: [] };
  const [ipv6] = set.ipv6;
  return { ipv4: [], ipv6: ipv6 === undefined ? [] : [{ first: ipv6.first, last: ipv6.first }] };
}

export const addressText = (set: AddressSet): string => toRangesText(firstOf(set))[0]?.split("-")[0] ?? "";
