/**
 * NetworkPolicies that let less through than they did. They can only let through, so a rule that opens too much is written anew
 * with what is left of it. ApplicationNetworkPolicies of AWS are the same with names of domains.
 */
import type { ApplicationNetworkPolicy } from "../../model/cluster-network-policy.ts";
import type { LabelSelector, NetworkPolicyPeer, NetworkPolicyPort } from "../../model/network-policy.ts";
import { type AddressSet, difference, intersection, isCidr, isEmpty, parseFilterCidrs, toCidrs } from "../../net/addresses.ts";
import { readProtocol } from "../../net/policy/fields.ts";
import type { Direction } from "../../net/policy/model.ts";
import { commonPorts, isNone, type PortSet, portSetOf, portsOf, portsWithout, protocols } from "../../net/policy/port-set.ts";
import type { Port } from "./terms.ts";

export type PolicySpec = ApplicationNetworkPolicy["spec"];
interface Rule {
  readonly from?: readonly NetworkPolicyPeer[] | null | undefined;
  readonly to?: readonly NetworkPolicyPeer[] | null | undefined;
  readonly ports?: readonly NetworkPolicyPort[] | null | undefined;
}

/** What is to be taken out: addresses on every port, or ports of whatever is no pod. */
export type TakenOut =
  /** Of the blocks that are meant: all of them without the question. */
  { readonly addresses: AddressSet; readonly isMeant?: (meant: AddressSet) => boolean } | { readonly ports: PortSet };

/**
 * The spec without it; undefined where nothing in it let that through.
 *
 * @param plainly without exceptions of blocks: of VPC CNI they deny what other policies let through
 */
export function narrowed(spec: PolicySpec, direction: Direction, taken: TakenOut, plainly: boolean): PolicySpec | undefined {
  const side = direction === "ingress" ? "from" : "to";
  const before: readonly Rule[] = spec[direction] ?? [];
  const after = before.flatMap((rule) => ruleWithout(rule, side, taken, plainly));
  if (after.length === before.length && after.every((rule, i) => rule === before[i])) return undefined;
  return { ...spec, policyTypes: typesOf(spec), [direction]: after };
}

/**
 * The spec with the namespaces in the place of all of them: where a rule means everybody, or every namespace by a selector that asks
 * for no label, or by blocks that hold the addresses of pods. Undefined where no rule does.
 */
export function narrowedTo(namespaces: readonly string[], spec: PolicySpec, pods: AddressSet): PolicySpec | undefined {
  const named = { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: namespaces }] };
  const before = spec.ingress ?? [];
  const after = before.flatMap((rule) => {
    const peers = rule.from ?? [];
    if (peers.length === 0) return [{ ...rule, from: [{ namespaceSelector: named }] }];
    const left = peers.flatMap((peer): readonly NetworkPolicyPeer[] => {
      if (peer.ipBlock) return blockWithout(peer, { addresses: pods }, true);
      if (!peer.namespaceSelector || !asksForNothing(peer.namespaceSelector)) return [peer];
      const { matchExpressions } = peer.namespaceSelector;
      return [{ ...peer, namespaceSelector: { matchExpressions: [...(matchExpressions ?? []), ...named.matchExpressions] } }];
    });
    if (left.length === peers.length && left.every((one, i) => one === peers[i])) return [rule];
    return left.length === 0 ? [] : [{ ...rule, from: left }];
  });
  if (after.length === before.length && after.every((rule, i) => rule === before[i])) return undefined;
  return { ...spec, policyTypes: typesOf(spec), ingress: after };
}

/** Whatever it asks for is that a label be absent, or another: nearly every namespace. */
const asksForNothing = ({ matchLabels, matchExpressions }: LabelSelector): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 &&
  (matchExpressions ?? []).every(({ operator }) => operator === "NotIn" || operator === "DoesNotExist");

/** Said in full: a section that is left empty would not count by itself. */
const typesOf = ({ policyTypes, egress }: PolicySpec): readonly string[] =>
  policyTypes && policyTypes.length > 0 ? policyTypes : ["Ingress", ...((egress ?? []).length > 0 ? ["Egress"] : [])];

export const speaksOf = (spec: PolicySpec, direction: Direction): boolean =>
  typesOf(spec).includes(direction === "ingress" ? "Ingress" : "Egress");

const everyAddress = ["0.0.0.0/0", "::/0"];

function ruleWithout(rule: Rule, side: "from" | "to", taken: TakenOut, plainly: boolean): readonly Rule[] {
  const peers = rule[side] ?? [];
  const isEverybody = peers.length === 0;
  const pods = isEverybody ? [{ namespaceSelector: {} }] : peers.filter(({ ipBlock }) => !ipBlock);
  const blocks = isEverybody ? everyAddress.map((cidr) => ({ ipBlock: { cidr, except: [] } })) : peers.filter(({ ipBlock }) => ipBlock);
  if (blocks.length === 0) return [rule];
  const { from: _, to: __, ...rest } = rule;
  if ("ports" in taken) {
    const numbers = numbersOf(rule.ports);
    if (numbers === undefined || isNone(commonPorts(numbers, taken.ports))) return [rule];
    const left = portsWithout(numbers, taken.ports);
    // On the way in a name stands for the pod's own port, whoever sends; on the way out no address has one.
    const names = side === "from" ? (rule.ports ?? []).filter(({ port }) => typeof port === "string") : [];
    const ports = [...portList(left), ...names];
    const its = ports.length === 0 ? [] : [{ ...rest, ...(isEverybody ? {} : { [side]: blocks }), ports }];
    return [...its, ...(pods.length > 0 ? [{ ...rest, [side]: pods }] : [])];
  }
  const left = blocks.flatMap((peer) => blockWithout(peer, taken, plainly));
  if (left.length === blocks.length && left.every((one, i) => one === blocks[i])) return [rule];
  const all = [...pods, ...left];
  // A rule that names nobody would mean everybody.
  return all.length === 0 ? [] : [{ ...rest, [side]: all }];
}

type Addresses = Exclude<TakenOut, { readonly ports: PortSet }>;

function blockWithout(peer: NetworkPolicyPeer, { addresses: taken, isMeant }: Addresses, plainly: boolean): readonly NetworkPolicyPeer[] {
  const { cidr, except } = peer.ipBlock ?? { cidr: "", except: [] };
  if (!isCidr(cidr)) return [peer];
  const whole = parseFilterCidrs([cidr]);
  const meant = difference(whole, parseFilterCidrs((except ?? []).filter(isCidr)));
  if (isEmpty(intersection(meant, taken)) || isMeant?.(meant) === false) return [peer];
  const left = difference(meant, taken);
  if (isEmpty(left)) return [];
  const cidrs = toCidrs(left);
  const excepted = toCidrs(difference(whole, left));
  if (plainly || cidrs.length <= excepted.length + 1) return cidrs.map((one) => ({ ipBlock: { cidr: one } }));
  return [{ ipBlock: { cidr, except: excepted } }];
}

/** Undefined where a rule has ports by name alone, which no address has. */
function numbersOf(ports: readonly NetworkPolicyPort[] | null | undefined): PortSet | undefined {
  if (!ports || ports.length === 0) return portSetOf(protocols.map((protocol) => ({ protocol, from: 1, to: 65535 })));
  const ranges = ports.flatMap(({ protocol, port, endPort }) => {
    if (typeof port === "string") return [];
    const one = readProtocol(protocol, "protocol");
    return [{ protocol: one, from: port ?? 1, to: endPort ?? port ?? 65535 }];
  });
  return ranges.length === 0 ? undefined : portSetOf(ranges);
}

/** A set of ports as policies list it. */
export const portList = (set: PortSet): readonly Port[] =>
  (["TCP", "UDP", "SCTP"] as const).flatMap((protocol) =>
    set[protocol].map(({ from, to }) => {
      const [whole] = portsOf(protocol)[protocol];
      if (from === whole?.from && to === whole.to) return { protocol };
      return { protocol, port: from, ...(to === from ? {} : { endPort: to }) };
    }),
  );
