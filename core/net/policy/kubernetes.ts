/**
 * Kubernetes NetworkPolicy (networking.k8s.io/v1) as policies of the model, and ApplicationNetworkPolicy of AWS, which is the same
 * with names of domains. Source: kubernetes/api networking/v1/types.go.
 */
import type { ApplicationNetworkPolicy, ApplicationNetworkPolicyPeer } from "../../model/cluster-network-policy.ts";
import type { NetworkPolicyPort } from "../../model/network-policy.ts";
import { allAddresses, noAddresses } from "../addresses.ts";
import { portEntries } from "./entries.ts";
import { PolicyFieldError } from "./errors.ts";
import { type OnNote, quoted, readIpBlock, readPortName, readPortNumber, readProtocol, readSelector } from "./fields.ts";
import { banded, denials, prefixOf, widestBand } from "./longest-prefix.ts";
import type { Direction, Policy, PortName, Ports, Rule } from "./model.ts";
import { everyNode, type Peer, peersOf } from "./peers.ts";
import { podSelector } from "./pod-selector.ts";
import { isNone, type PortRange, type Protocol, portSetOf } from "./port-set.ts";
import { everything, type Selector } from "./selector.ts";

/** Where engines differ over the same NetworkPolicy. */
export interface NetworkPolicyReading {
  /** An ipBlock means pods with such an address too: VPC CNI and Calico. The API leaves it open; Cilium says no. */
  readonly blocksMeanPods: boolean;
  /** A section counts although policyTypes does not name it: Cilium. */
  readonly unnamedSectionsCount: boolean;
  /**
   * A namespaceSelector that demands no label may mean addresses outside the cluster too, which have none: Cilium, save for {}. From
   * 1.19 on it adds the label of the cluster to every selector, unless the agent's policy-default-local-cluster is false.
   */
  readonly absenceMayMeanOutside: boolean;
  /**
   * A port by name to go out to is looked up at pods that a selector means alone: to a block, or to everybody, the name is dropped,
   * and with it the rule where it has no other port: VPC CNI.
   * Source: aws/amazon-network-policy-controller-k8s pkg/resolvers/endpoints.go (convertToPolicyInfoPortForCIDRs).
   */
  readonly namesNeedSelectors: boolean;
  /** Whether an ipBlock means nodes, to an engine that tells these from other addresses: Cilium, which can be told so. */
  readonly blocksMeanNodes?: boolean;
  /** By namespace the lengths of exceptions of blocks, the longest first, where these deny what other rules let through: VPC CNI. */
  readonly exceptionLengths?: ReadonlyMap<string, readonly number[]>;
  /** The engine has a limited room for ports at an address: VPC CNI. */
  readonly countsEntries?: boolean;
}

/**
 * A NetworkPolicy is an ApplicationNetworkPolicy that names no domain.
 *
 * @param name kind, namespace and name
 * @throws {PolicyFieldError} for a policy that the API server refuses
 */
export function readNetworkPolicy(
  name: string,
  { namespace, spec }: Pick<ApplicationNetworkPolicy, "namespace" | "spec">,
  reading: NetworkPolicyReading,
  onNote: OnNote,
): Policy {
  const read: RuleReading = { namespace, reading, onNote };
  // All are read, also where policyTypes leaves a section out: the API server judges it all the same.
  const ingress = (spec.ingress ?? []).flatMap(({ from, ports }, i) => readRule(from, ports, `ingress[${i}]`, "from", read));
  const egress = (spec.egress ?? []).flatMap(({ to, ports }, i) => readRule(to, ports, `egress[${i}]`, "to", read));
  const types = directionsOf(spec);
  const counts = (direction: Direction): boolean =>
    types.has(direction) || (reading.unnamedSectionsCount && (spec[direction] ?? []).length > 0);
  return {
    name,
    subject: podSelector({ namespace }, readSelector(spec.podSelector, "spec.podSelector")),
    ...(counts("ingress") ? { ingress } : {}),
    ...(counts("egress") ? { egress } : {}),
  };
}

/** Without policyTypes: ingress always, egress where there is a rule for it. */
function directionsOf({ policyTypes, egress }: ApplicationNetworkPolicy["spec"]): ReadonlySet<Direction> {
  const types = policyTypes ?? [];
  if (types.length > 2) throw new PolicyFieldError("spec.policyTypes", "has more than two entries");
  if (types.length === 0) return new Set(egress && egress.length > 0 ? (["ingress", "egress"] as const) : (["ingress"] as const));
  return new Set(
    types.map((type, i) => {
      if (type !== "Ingress" && type !== "Egress") {
        throw new PolicyFieldError(`spec.policyTypes[${i}]`, `is ${quoted(type)}, not Ingress or Egress`);
      }
      return type === "Ingress" ? "ingress" : "egress";
    }),
  );
}

interface RuleReading {
  readonly namespace: string;
  readonly reading: NetworkPolicyReading;
  readonly onNote: OnNote;
}

function readRule(
  peers: readonly ApplicationNetworkPolicyPeer[] | null | undefined,
  ports: readonly NetworkPolicyPort[] | null | undefined,
  name: string,
  list: "from" | "to",
  read: RuleReading,
): readonly Rule[] {
  const lengths = read.reading.exceptionLengths?.get(read.namespace) ?? [];
  const takes = read.reading.countsEntries ? { entries: portEntries(ports ?? []) } : {};
  const which = { ...(ports && ports.length > 0 ? { ports: readPortList(ports, `spec.${name}.ports`) } : {}), ...takes };
  const dropsNames = list === "to" && read.reading.namesNeedSelectors && which.ports !== undefined && which.ports.names.length > 0;
  if (!peers || peers.length === 0) {
    const band = widestBand(lengths);
    return (dropsNames ? withoutNames(which.ports) : [which]).map((some) => ({ action: "allow", name, band, ...takes, ...some }));
  }
  const field = (i: number): string => `spec.${name}.${list}[${i}]`;
  const domains = peers.flatMap(({ domainNames }) => domainNames ?? []);
  const { blocksMeanNodes } = read.reading;
  const tellsNodes = blocksMeanNodes !== undefined;
  const meant = peers.flatMap((peer, i) => readPeer(peer, field(i), read));
  const named = dropsNames ? meant.filter((peer) => "pods" in peer) : meant;
  const rule: Rule = { action: "allow", name, peers: peersOf(named, tellsNodes), ...which };
  const blocks = dropsNames ? meant.filter((peer) => !("pods" in peer)) : [];
  const inBands = (some: readonly Peer[], rest: Pick<Rule, "ports">): readonly Rule[] =>
    [...banded(lengths, some)].map(([band, its]) => ({
      action: "allow",
      name,
      peers: peersOf(its, tellsNodes),
      band,
      ...takes,
      ...rest,
    }));
  return [
    ...(lengths.length > 0 && named.length > 0 ? inBands(named, which) : [rule]),
    ...(blocks.length > 0 ? withoutNames(which.ports).flatMap((some) => inBands(blocks, some)) : []),
    ...(lengths.length > 0
      ? denials(
          name,
          lengths,
          peers.flatMap(({ ipBlock }) => ipBlock?.except ?? []),
        )
      : []),
    ...(blocksMeanNodes && peers.some(({ ipBlock }) => ipBlock && isWhole(ipBlock.cidr)) ? [{ ...rule, ...nodesByWholeBlock }] : []),
    ...(domains.length > 0 ? [ofDomains("allow", name, domains, which)] : []),
    ...(read.reading.absenceMayMeanOutside && peers.some(demandsAbsence) ? [{ ...rule, ...outsideByAbsence }] : []),
  ];
}

/** The ports by number; nothing where there are none. */
export const withoutNames = (ports: Ports | undefined): readonly { readonly ports: Ports }[] =>
  ports === undefined || isNone(ports.numbers) ? [] : [{ ports: { ...ports, names: [] } }];

/**
 * What a rule says of domains: they may stand for any address, of a pod too, and for those of which the rule names no port by
 * number, as a name is not looked up there.
 */
export function ofDomains(action: Rule["action"], name: string, domains: readonly string[], { ports }: Pick<Rule, "ports">): Rule {
  const numbered = ports && ports.names.length === 0 ? { ports } : {};
  return { action, name, partly: `domain names ${domains.map(quoted).join(", ")}`, ...numbered };
}

/** What Cilium may mean by a selector that only asks for labels to be absent. */
export const outsideByAbsence = {
  partly: "addresses outside the cluster, by the labels that they lack",
  peers: { pods: [], outside: allAddresses, nodes: everyNode },
};

/** To Cilium the block of all addresses is the world, which no node is of; with exceptions it was other blocks, which may be. */
export const nodesByWholeBlock = { partly: "addresses of nodes", peers: { pods: [], outside: noAddresses, nodes: everyNode } };
export const isWhole = (cidr: string): boolean => cidr.endsWith("/0");

function readPeer(peer: ApplicationNetworkPolicyPeer, field: string, read: RuleReading): readonly Peer[] {
  const { podSelector: pods, namespaceSelector, ipBlock, domainNames } = peer;
  if (domainNames && domainNames.length > 0) {
    if (ipBlock || pods || namespaceSelector) throw new PolicyFieldError(field, "has domainNames beside another peer");
    return [];
  }
  if (ipBlock) {
    if (pods || namespaceSelector) throw new PolicyFieldError(field, "has both ipBlock and a selector");
    const addresses = readIpBlock(ipBlock.cidr, ipBlock.except ?? [], `${field}.ipBlock`, read.onNote);
    const { blocksMeanPods: meanPods, blocksMeanNodes } = read.reading;
    return [{ addresses, meanPods, meanNodes: blocksMeanNodes && !isWhole(ipBlock.cidr), prefix: prefixOf(ipBlock.cidr) }];
  }
  if (!pods && !namespaceSelector) throw new PolicyFieldError(field, "names no peer");
  const labels = pods ? readSelector(pods, `${field}.podSelector`) : everything;
  if (!namespaceSelector) return [{ pods: podSelector({ namespace: read.namespace }, labels) }];
  const namespaces = readSelector(namespaceSelector, `${field}.namespaceSelector`);
  return [{ pods: podSelector(namespaces, labels) }];
}

/** Whether it selects namespaces, and by nothing but labels that they lack. */
function demandsAbsence({ podSelector: pods, namespaceSelector }: ApplicationNetworkPolicyPeer): boolean {
  if (!namespaceSelector) return false;
  const namespaces = readSelector(namespaceSelector, "namespaceSelector");
  return namespaces.requirements.length > 0 && demandsNothing(namespaces) && demandsNothing(readSelector(pods, "podSelector"));
}

const demandsNothing = ({ requirements }: Selector): boolean =>
  requirements.every(({ operator }) => operator === "NotIn" || operator === "DoesNotExist");

function readPortList(ports: readonly NetworkPolicyPort[], field: string): Ports {
  const ranges: (PortRange & { readonly protocol: Protocol })[] = [];
  const names: PortName[] = [];
  for (const [i, { protocol: text, port, endPort }] of ports.entries()) {
    const at = `${field}[${i}]`;
    const protocol = readProtocol(text, `${at}.protocol`);
    if (typeof port === "number") {
      const from = readPortNumber(port, `${at}.port`);
      const to = typeof endPort === "number" ? readPortNumber(endPort, `${at}.endPort`) : from;
      if (to < from) throw new PolicyFieldError(`${at}.endPort`, `is ${to}, which is less than port ${from}`);
      ranges.push({ protocol, from, to });
      continue;
    }
    if (typeof endPort === "number") throw new PolicyFieldError(`${at}.endPort`, "is given without a number as port");
    if (typeof port === "string") names.push({ protocol, name: readPortName(port, `${at}.port`) });
    else ranges.push({ protocol, from: 1, to: 65535 });
  }
  return { numbers: portSetOf(ranges), names };
}
