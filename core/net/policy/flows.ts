/** Whether declared flows are allowed or denied, for every pair of pods that they mean. */
import type { Reason } from "../../model/fact.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { type AddressSet, difference, intersection, isEmpty, isWithin, noAddresses, parseFilterCidrs, toRangesText } from "../addresses.ts";
import type { Effective, Subject } from "./effective.ts";
import type { Direction, Zone } from "./model.ts";
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
    const isMeant = pod.namespace === end.namespace && Object.entries(end.labels ?? {}).every(([key, value]) => pod.labels[key] === value);
    const subject = isMeant ? effective.of(pod) : undefined;
    if (subject === undefined) continue;
    const key = `${subject.key} ${effective.otherKey(pod)}`;
    const group = groups.get(key) ?? { subject, pods: [] };
    groups.set(key, group);
    group.pods.push(pod);
  }
  return [...groups.values()];
}

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
}

type Passage = { readonly state: "allowed" | "denied"; readonly why: string } | { readonly state: "unsure"; readonly reason: Reason };

/**
 * Allowed: for every pair. Denied: for every pair. A pod's connection to itself is asked by nobody. A range means the addresses
 * outside of the cluster, and its nodes; a pod's own node is left out, which most engines let through whatever policies say.
 */
export function flowAnswer(flow: Flow, { from, to, nodes }: Ends): FlowAnswer {
  const count = (groups: readonly Group[] | undefined): number => (groups ?? []).reduce((sum, { pods }) => sum + pods.length, 0);
  const sizes = { podsFrom: count(from), podsTo: count(to) };
  if (from === undefined && to === undefined) {
    return { state: "unsure", reason: { code: "not-supported", message: "Neither end is a pod, and policies are about pods." } };
  }
  let doubt: Reason | undefined;
  for (const source of from ?? [undefined]) {
    for (const destination of to ?? [undefined]) {
      if (isItself(source, destination)) continue;
      const passage = passageOf(flow, source, destination, nodes);
      if (passage.state === "unsure") doubt ??= passage.reason;
      else if (passage.state !== flow.expect) {
        const witness = { from: textOf(flow.from, source), to: textOf(flow.to, destination), why: passage.why };
        return { state: "broken", ...sizes, witness };
      }
    }
  }
  return doubt === undefined ? { state: "holds", ...sizes } : { state: "unsure", reason: doubt };
}

const isItself = (a: Group | undefined, b: Group | undefined): boolean =>
  a !== undefined && a.pods.length === 1 && b?.pods.length === 1 && a.pods[0] === b.pods[0];

const textOf = (end: Flow["from"], group: Group | undefined): string =>
  "cidr" in end ? end.cidr : `${group?.pods[0]?.namespace}/${group?.pods[0]?.name}`;

function passageOf(flow: Flow, source: Group | undefined, destination: Group | undefined, nodes: Ends["nodes"]): Passage {
  const left = sideOf(flow, "egress", source, destination ?? placesOf(flow.to, nodes));
  const entered = sideOf(flow, "ingress", destination, source ?? placesOf(flow.from, nodes));
  const sides = [left, entered];
  // One side that denies for certain decides, whatever the other says.
  const denied = sides.find(({ state }) => state === "denied");
  if (denied !== undefined) return denied;
  const unsure = sides.find(({ state }) => state === "unsure");
  if (unsure !== undefined) return unsure;
  return source === undefined ? entered : left.state === "allowed" && destination !== undefined ? { ...entered } : left;
}

/** Addresses of one kind, as engines tell them apart. */
interface Place {
  readonly zone: Zone;
  readonly addresses: AddressSet;
  /** Whether some of them are of this kind is not known. */
  readonly perhaps: boolean;
}

/** What a range means; empty where it can't be understood. */
function placesOf(end: Flow["from"], nodes: Ends["nodes"]): readonly Place[] {
  const meant = "cidr" in end ? (parseFilterCidrs([end.cidr]) ?? noAddresses) : noAddresses;
  const places: readonly Place[] = [
    { zone: "outside", addresses: nodes === undefined ? meant : difference(meant, nodes), perhaps: false },
    { zone: "other", addresses: nodes === undefined ? meant : intersection(meant, nodes), perhaps: nodes === undefined },
  ];
  return places.filter(({ addresses }) => !isEmpty(addresses));
}

/** What one end's policies say; addresses have none. */
function sideOf(flow: Flow, direction: Direction, own: Group | undefined, other: Group | readonly Place[]): Passage {
  if (own === undefined) return { state: "allowed", why: "no policy is about addresses" };
  const { protocol, port } = flow;
  const { subject } = own;
  if ("subject" in other) {
    const passages = other.subject.classes.map((pod): Passage => {
      const { atLeast, atMost } = subject.side(direction, { pod });
      const has = (set: PortSet): boolean => set[protocol].some(({ from, to }) => from <= port && port <= to);
      if (has(atLeast)) return { state: "allowed", why: subject.why(direction, { pod }, protocol, port) };
      if (!has(atMost)) return { state: "denied", why: subject.why(direction, { pod }, protocol, port) };
      return { state: "unsure", reason: subject.doubt };
    });
    return passages.find(({ state }) => state !== "allowed") ?? passages[0] ?? { state: "unsure", reason: subject.doubt };
  }
  const against = flow.expect === "allowed" ? "denied" : "allowed";
  const unsure: Passage = { state: "unsure", reason: subject.doubt };
  const passages = other.map((place): Passage => {
    const passage = reachOf(subject, direction, place, flow);
    return place.perhaps && passage.state === against ? { state: "unsure", reason: nodesUnread } : passage;
  });
  const found = (wanted: Passage["state"]) => passages.find(({ state }) => state === wanted);
  return found(against) ?? found("unsure") ?? passages[0] ?? unsure;
}

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
