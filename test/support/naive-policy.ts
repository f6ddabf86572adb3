/**
 * A second, deliberately slow way to tell what NetworkPolicies allow: one pair of ends, one protocol and one port at a time, from
 * the objects as they are written. It shares no line with core/net.
 */
import { BlockList, isIPv4 } from "node:net";
import type { LabelSelector, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../../core/model/network-policy.ts";

export type NaiveLabels = Readonly<Record<string, string>>;
export interface NaivePod {
  readonly namespace: string;
  /** The workload that it belongs to. */
  readonly workload: string;
  readonly labels: NaiveLabels;
  readonly serviceAccount?: string;
  readonly ip: string;
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[];
}
export interface NaiveCluster {
  /** Labels by name; each namespace also has the label of its name. */
  readonly namespaces: Readonly<Record<string, NaiveLabels>>;
  readonly pods: readonly NaivePod[];
}
/** A pod, or an address outside the cluster; "own 10.0.1.4" is the node that the pod at the other end runs on, "other 10.0.1.5" another. */
export type NaiveEnd = NaivePod | string;
export interface NaiveFlow {
  readonly from: NaiveEnd;
  readonly to: NaiveEnd;
  readonly protocol: string;
  readonly port: number;
}

const blocks = new Map<string, BlockList>();
const listed = new Map<string, boolean>();

/** Which node an end is, and its address, or that of one that is no node. */
export const nodeOf = (end: string): { readonly node?: string; readonly address: string } => {
  const [node, address] = end.split(" ");
  return address === undefined ? { address: end } : { node: node ?? "", address };
};

/** Whether the address is in the block, by Node's own arithmetic. */
export function inBlock(address: string, cidr: string): boolean {
  const key = `${address} ${cidr}`;
  const known = listed.get(key);
  if (known !== undefined) return known;
  const [base = "", length = ""] = cidr.split("/");
  const block = blocks.get(cidr) ?? new BlockList();
  if (!blocks.has(cidr)) block.addSubnet(base, Number(length), isIPv4(base) ? "ipv4" : "ipv6");
  blocks.set(cidr, block);
  const isIn = isIPv4(base) === isIPv4(address) && block.check(address, isIPv4(address) ? "ipv4" : "ipv6");
  listed.set(key, isIn);
  return isIn;
}

export function selects(selector: LabelSelector, labels: NaiveLabels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false;
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const value = labels[key];
    const isListed = value !== undefined && (values ?? []).includes(value);
    if (operator === "In" && !isListed) return false;
    if (operator === "NotIn" && isListed) return false;
    if (operator === "Exists" && value === undefined) return false;
    if (operator === "DoesNotExist" && value !== undefined) return false;
  }
  return true;
}

export interface NaiveReading {
  readonly blocksMeanPods: boolean;
  readonly isCilium: boolean;
  /** VPC CNI: to go out to a block, or to everybody, ports by name count for nothing. */
  readonly namesNeedSelectors?: boolean;
  /** VPC CNI: what a block excepts is closed to all rules but those for pods, and for blocks that are no longer than the exception. */
  readonly exceptionsDeny?: boolean;
  /** Cilium: every selector asks for the label of the cluster too, as it does by default from 1.19 on. */
  readonly localCluster?: boolean;
  /** Cilium: its policy-cidr-match-mode is "nodes". */
  readonly blocksMeanNodes?: boolean;
}

/** Whether NetworkPolicies let the flow through. */
export const naivelyAllowed = (
  cluster: NaiveCluster,
  policies: readonly NetworkPolicy[],
  reading: NaiveReading,
  flow: NaiveFlow,
): boolean => (["egress", "ingress"] as const).every((direction) => naiveVerdict(cluster, policies, reading, direction, flow) !== "deny");

/** What they say on one side; "next" where none isolates the pod there. */
export function naiveVerdict(
  cluster: NaiveCluster,
  policies: readonly NetworkPolicy[],
  reading: NaiveReading,
  direction: "ingress" | "egress",
  flow: NaiveFlow,
): "allow" | "deny" | "next" {
  const [subject, other] = direction === "ingress" ? [flow.to, flow.from] : [flow.from, flow.to];
  if (typeof subject === "string") return "next";
  const isolating = policies.filter((policy) => isSubject(policy, subject) && hasType(policy, direction, reading));
  if (isolating.length === 0) return "next";
  const excepted = reading.exceptionsDeny ? longestException(isolating, direction, other) : 0;
  const reaches = (cidr: string): boolean => Number(cidr.split("/")[1]) >= excepted;
  const admits = isolating.some((policy) =>
    (direction === "ingress" ? (policy.spec.ingress ?? []) : (policy.spec.egress ?? [])).some((rule) => {
      const peers = "from" in rule ? rule.from : "to" in rule ? rule.to : [];
      const isMeant = (some: typeof peers): boolean => peersHold(cluster, policy, some, other, reading);
      if (excepted > 0 && (!peers || peers.length === 0)) return false;
      if (!reading.namesNeedSelectors || direction === "ingress") {
        const near = peers?.filter(({ ipBlock }) => !ipBlock || reaches(ipBlock.cidr));
        return (!peers?.length || !!near?.length) && isMeant(near) && portsHold(rule.ports, flow);
      }
      const numbered = (rule.ports ?? []).filter(({ port }) => typeof port !== "string");
      const isNumbered =
        portsHold(rule.ports, flow) && ((rule.ports ?? []).length === 0 || (numbered.length > 0 && portsHold(numbered, flow)));
      if (!peers || peers.length === 0) return isNumbered;
      return peers.some(
        (peer) => isMeant([peer]) && (peer.ipBlock ? isNumbered && reaches(peer.ipBlock.cidr) : portsHold(rule.ports, flow)),
      );
    }),
  );
  return admits ? "allow" : "deny";
}

/** The length of the longest exception that the other end is in, of whatever policy; 0 where it is in none. */
function longestException(policies: readonly NetworkPolicy[], direction: "ingress" | "egress", other: NaiveEnd): number {
  const address = typeof other === "string" ? nodeOf(other).address : other.ip;
  let longest = 0;
  for (const { spec } of policies) {
    const peers =
      direction === "ingress" ? (spec.ingress ?? []).flatMap(({ from }) => from ?? []) : (spec.egress ?? []).flatMap(({ to }) => to ?? []);
    for (const except of peers.flatMap(({ ipBlock }) => ipBlock?.except ?? [])) {
      if (inBlock(address, except)) longest = Math.max(longest, Number(except.split("/")[1]));
    }
  }
  return longest;
}

const isSubject = ({ namespace, spec }: NetworkPolicy, pod: NaivePod): boolean =>
  pod.namespace === namespace && selects(spec.podSelector ?? {}, pod.labels);

function hasType({ spec }: NetworkPolicy, direction: "ingress" | "egress", { isCilium }: NaiveReading): boolean {
  const type = direction === "ingress" ? "Ingress" : "Egress";
  const section = spec[direction];
  const hasRules = section !== undefined && section !== null && section.length > 0;
  if (isCilium && hasRules) return true;
  if (spec.policyTypes && spec.policyTypes.length > 0) return spec.policyTypes.includes(type);
  return type === "Ingress" || hasRules;
}

function peersHold(
  cluster: NaiveCluster,
  policy: NetworkPolicy,
  peers: readonly NetworkPolicyPeer[] | null | undefined,
  end: NaiveEnd,
  reading: NaiveReading,
): boolean {
  if (!peers || peers.length === 0) return true;
  return peers.some((peer) => peerHolds(cluster, policy, peer, end, reading));
}

function peerHolds(cluster: NaiveCluster, policy: NetworkPolicy, peer: NetworkPolicyPeer, end: NaiveEnd, reading: NaiveReading): boolean {
  if (peer.ipBlock) {
    if (typeof end !== "string" && !reading.blocksMeanPods) return false;
    const { node, address } = typeof end === "string" ? nodeOf(end) : { node: undefined, address: end.ip };
    if (node !== undefined && !reading.blocksMeanNodes) return false;
    // That of all addresses is the world, save that before 1.19 its exceptions may have made other blocks of it.
    if (node !== undefined && peer.ipBlock.cidr.endsWith("/0")) return !reading.localCluster;
    return inBlock(address, peer.ipBlock.cidr) && !(peer.ipBlock.except ?? []).some((except) => inBlock(address, except));
  }
  if (typeof end === "string") {
    // Cilium: a selector that only asks for labels to be absent holds for what has no labels at all.
    if (!reading.isCilium || reading.localCluster || !peer.namespaceSelector || isEmptySelector(peer.namespaceSelector)) return false;
    return selects(peer.namespaceSelector, {}) && selects(peer.podSelector ?? {}, {});
  }
  if (peer.namespaceSelector) {
    const labels = { ...cluster.namespaces[end.namespace], "kubernetes.io/metadata.name": end.namespace };
    if (!selects(peer.namespaceSelector, labels)) return false;
  } else if (end.namespace !== policy.namespace) return false;
  return selects(peer.podSelector ?? {}, end.labels);
}

const isEmptySelector = ({ matchLabels, matchExpressions }: LabelSelector): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;

function portsHold(ports: readonly NetworkPolicyPort[] | null | undefined, { to, protocol, port }: NaiveFlow): boolean {
  if (!ports || ports.length === 0) return true;
  return ports.some((one) => {
    if ((one.protocol ?? "TCP") !== protocol) return false;
    if (one.port === undefined || one.port === null) return true;
    if (typeof one.port === "number") return port >= one.port && port <= (one.endPort ?? one.port);
    return (
      typeof to !== "string" && to.ports.some((named) => named.name === one.port && named.protocol === protocol && named.port === port)
    );
  });
}
