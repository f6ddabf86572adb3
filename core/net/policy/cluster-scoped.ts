/**
 * Policies for whole clusters: those of policy.networking.k8s.io, and ClusterNetworkPolicy of AWS.
 * Sources: kubernetes-sigs/network-policy-api apis/v1alpha1, apis/v1alpha2; aws/amazon-network-policy-controller-k8s
 * pkg/resolvers/clusternetworkpolicy_resolver.go.
 */
import {
  type AdminNetworkPolicy,
  type ClusterNetworkPolicy,
  ClusterPolicyPeer,
  type ClusterPolicyRule,
} from "../../model/cluster-network-policy.ts";
import { allAddresses } from "../addresses.ts";
import { clusterEntries } from "./entries.ts";
import { PolicyFieldError } from "./errors.ts";
import { type OnNote, quoted, readCidr, readPortName, readPortNumber, readProtocol, readSelector } from "./fields.ts";
import { ofDomains, withoutNames } from "./kubernetes.ts";
import type { Action, Direction, Policy, PortName, Ports, Rule } from "./model.ts";
import { skippingOwnNode } from "./own-node.ts";
import { type Peer, peersOf } from "./peers.ts";
import { podSelector } from "./pod-selector.ts";
import { type PortRange, type Protocol, portSetOf, protocols } from "./port-set.ts";
import { everything } from "./selector.ts";

/** Where engines differ over them. */
export interface ClusterScopedReading {
  /** A port by name is one of TCP: AWS. Upstream it is one of any protocol. */
  readonly namesAreTcp: boolean;
  /** Nodes and domain names are peers that the engine does not know: Calico. Such a peer fails closed. */
  readonly nodesAreUnknown: boolean;
  /** A port by name to go out to networks is dropped, and with it the rule where it has no other port: AWS, as of NetworkPolicies. */
  readonly namesNeedSelectors: boolean;
  /** The engine has a limited room for ports at an address: AWS. */
  readonly countsEntries?: boolean;
  /** The engine leaves out blocks that begin at the address of the pod's own node: AWS. */
  readonly skipsOwnNode?: boolean;
}

/** A policy, and where it stands among the others. */
export interface Placed {
  readonly tier: "Admin" | "Baseline";
  readonly priority: number;
  readonly policy: Policy;
}

/** @throws {PolicyFieldError} for a policy that its API refuses */
export function readClusterScoped(
  name: string,
  policy: AdminNetworkPolicy | ClusterNetworkPolicy,
  reading: ClusterScopedReading,
  onNote: OnNote,
): Placed {
  const { subject, ingress, egress } = policy.spec;
  const rules = (direction: Direction): readonly Rule[] =>
    (policy.spec[direction] ?? []).flatMap((rule, i) => {
      const all = readRule(rule, `${direction}[${i}]`, reading, onNote);
      const read = reading.skipsOwnNode ? all.flatMap((one) => skippingOwnNode(one, blocksOf(rule))) : all;
      if (!reading.countsEntries) return read;
      const entries = clusterEntries(rule, `${tier} ${priority}`);
      return read.map((one) => ({ ...one, entries }));
    });
  const [tier, priority] = [tierOf(policy), priorityOf(policy)];
  return {
    tier,
    priority,
    policy: {
      name,
      subject: readPods(subject, "spec.subject"),
      // A direction without rules is not affected.
      ...(ingress && ingress.length > 0 ? { ingress: rules("ingress") } : {}),
      ...(egress && egress.length > 0 ? { egress: rules("egress") } : {}),
    },
  };
}

function tierOf(policy: AdminNetworkPolicy | ClusterNetworkPolicy): Placed["tier"] {
  if ("kind" in policy) return policy.kind === "AdminNetworkPolicy" ? "Admin" : "Baseline";
  const { tier } = policy.spec;
  if (tier !== "Admin" && tier !== "Baseline") throw new PolicyFieldError("spec.tier", `is ${quoted(tier)}, not Admin or Baseline`);
  return tier;
}

function priorityOf(policy: AdminNetworkPolicy | ClusterNetworkPolicy): number {
  const { priority } = policy.spec;
  if ("kind" in policy && policy.kind === "BaselineAdminNetworkPolicy") return 0;
  if (typeof priority !== "number" || priority < 0 || priority > 1000) {
    throw new PolicyFieldError("spec.priority", `is ${priority ?? "absent"}, not a number from 0 to 1000`);
  }
  return priority;
}

function readPods({ namespaces, pods }: Pick<ClusterPolicyPeer, "namespaces" | "pods">, field: string) {
  if (namespaces && pods) throw new PolicyFieldError(field, "has both namespaces and pods");
  if (namespaces) return podSelector(readSelector(namespaces, `${field}.namespaces`), everything);
  if (!pods) throw new PolicyFieldError(field, "names neither namespaces nor pods");
  return podSelector(
    readSelector(pods.namespaceSelector, `${field}.pods.namespaceSelector`),
    readSelector(pods.podSelector, `${field}.pods.podSelector`),
  );
}

function readRule(rule: ClusterPolicyRule, name: string, reading: ClusterScopedReading, onNote: OnNote): readonly Rule[] {
  const field = `spec.${name}`;
  const action = readAction(rule.action, `${field}.action`);
  const ports = readPorts(rule, field, reading);
  const which = ports ? { ports } : {};
  const list = "from" in rule ? "from" : "to";
  const listed = ("from" in rule ? rule.from : "to" in rule ? rule.to : undefined) ?? [];
  if (listed.length === 0) throw new PolicyFieldError(`${field}.${list}`, "names no peer");

  const peers: Peer[] = [];
  const domains: string[] = [];
  let nodes = false;
  let strange = false;
  for (const [i, peer] of listed.entries()) {
    const at = `${field}.${list}[${i}]`;
    if (peer.namespaces || peer.pods) peers.push({ pods: readPods(peer, at) });
    else if (peer.networks) {
      const addresses = peer.networks.map((cidr, j) => readCidr(cidr, `${at}.networks[${j}]`, onNote));
      peers.push(...addresses.map((one) => ({ addresses: one, meanPods: true })));
    } else if (peer.domainNames && !reading.nodesAreUnknown) domains.push(...peer.domainNames);
    else if (peer.nodes && !reading.nodesAreUnknown) nodes = true;
    // Its API has it, so that the engine may know it, and mean anybody by it; one that does not denies everything.
    else if (isStrange(peer)) {
      if (action === "pass") throw new PolicyFieldError(at, "is of a kind that is not known");
      strange = true;
    }
    // A peer of a newer API: an allowing rule does not mean it, any other becomes one that denies everything.
    else if (action !== "allow") return [{ action: "deny", name }];
  }
  const dropsNames = list === "to" && reading.namesNeedSelectors && ports !== undefined && ports.names.length > 0;
  const blocks = dropsNames ? peers.filter((peer) => !("pods" in peer)) : [];
  return [
    { action, name, peers: peersOf(dropsNames ? peers.filter((peer) => "pods" in peer) : peers), ...which },
    ...(blocks.length > 0 ? withoutNames(ports).map((some): Rule => ({ action, name, peers: peersOf(blocks), ...some })) : []),
    ...(domains.length > 0 ? [ofDomains(action, name, domains, which)] : []),
    ...(strange ? [{ action, name, partly: "peers of a kind that is not known", ...(action === "allow" ? which : {}) }] : []),
    // Nodes are addresses outside the pods; which, the model does not know.
    ...(nodes ? [{ action, name, partly: "addresses of nodes", peers: { pods: [], outside: allAddresses }, ...which }] : []),
  ];
}

const peerFields: ReadonlySet<string> = new Set(Object.keys(ClusterPolicyPeer.unwrap().shape));
const isStrange = (peer: ClusterPolicyPeer): boolean =>
  Object.entries(peer).some(([field, value]) => !peerFields.has(field) && value !== null && value !== undefined);

const blocksOf = (rule: ClusterPolicyRule): readonly string[] =>
  (("from" in rule ? rule.from : "to" in rule ? rule.to : undefined) ?? []).flatMap(({ networks }) => networks ?? []);

const actions: Readonly<Record<string, Action>> = { Accept: "allow", Allow: "allow", Deny: "deny", Pass: "pass" };

function readAction(text: string, field: string): Action {
  const action = Object.hasOwn(actions, text) ? actions[text] : undefined;
  if (action === undefined) throw new PolicyFieldError(field, `is ${quoted(text)}, not ${Object.keys(actions).join(", ")}`);
  return action;
}

type Range = PortRange & { readonly protocol: Protocol };

function readPorts({ ports, protocols: matches }: ClusterPolicyRule, field: string, reading: ClusterScopedReading): Ports | undefined {
  if ((ports ?? []).length === 0 && (matches ?? []).length === 0) return undefined;
  const ranges: Range[] = [];
  const names: PortName[] = [];
  const addName = (text: string, at: string): void => {
    const name = readPortName(text, at);
    names.push(...(reading.namesAreTcp ? (["TCP"] as const) : protocols).map((protocol) => ({ protocol, name })));
  };
  for (const [i, { portNumber, portRange, namedPort }] of (ports ?? []).entries()) {
    const at = `${field}.ports[${i}]`;
    if (portNumber) ranges.push(readRange(portNumber.port, portNumber.port, portNumber.protocol, `${at}.portNumber`));
    if (portRange) ranges.push(readRange(portRange.start, portRange.end, portRange.protocol, `${at}.portRange`));
    if (namedPort) addName(namedPort, `${at}.namedPort`);
  }
  for (const [i, { destinationNamedPort, ...match }] of (matches ?? []).entries()) {
    const at = `${field}.protocols[${i}]`;
    if (destinationNamedPort) addName(destinationNamedPort, `${at}.destinationNamedPort`);
    for (const [key, value] of Object.entries(match)) {
      if (!value) continue;
      const { number, range } = value.destinationPort ?? { range: { start: 1, end: 65535 } };
      const { start, end } = range ?? { start: number ?? 0, end: number ?? 0 };
      ranges.push(readRange(start, end, key.toUpperCase(), `${at}.${key}.destinationPort`));
    }
  }
  return { numbers: portSetOf(ranges), names };
}

function readRange(start: number, end: number, protocol: string | null | undefined, field: string): Range {
  const range = {
    from: readPortNumber(start, field),
    to: readPortNumber(end, field),
    protocol: readProtocol(protocol, `${field}.protocol`),
  };
  if (range.to < range.from) throw new PolicyFieldError(field, `ends at ${range.to}, before its start ${range.from}`);
  return range;
}

/** Upstream: by priority; it isn't defined which of two with the same priority is asked first. */
export const byPriority = (placed: readonly Placed[], tier: Placed["tier"]): readonly Policy[] =>
  sorted(placed, tier).map(({ policy, priority }) => ({ ...policy, tie: priority }));

/**
 * AWS: by priority, and at the same priority every deny before every accept before every pass, of whatever policy.
 * Source: aws/aws-network-policy-agent controllers/clusterpolicyendpoints_controller.go.
 */
export function byPriorityAndAction(placed: readonly Placed[], tier: Placed["tier"]): readonly Policy[] {
  const policies = sorted(placed, tier);
  return [...new Set(policies.map(({ priority }) => priority))].flatMap((priority) =>
    (["deny", "allow", "pass"] as const).flatMap((action) =>
      policies.filter((one) => one.priority === priority).map(({ policy }) => withRulesOf(policy, action)),
    ),
  );
}

const sorted = (placed: readonly Placed[], tier: Placed["tier"]): readonly Placed[] =>
  placed.filter((one) => one.tier === tier).sort((a, b) => a.priority - b.priority);

const withRulesOf = ({ name, subject, ingress, egress }: Policy, action: Action): Policy => ({
  name,
  subject,
  ...(ingress ? { ingress: ingress.filter((rule) => rule.action === action) } : {}),
  ...(egress ? { egress: egress.filter((rule) => rule.action === action) } : {}),
});
