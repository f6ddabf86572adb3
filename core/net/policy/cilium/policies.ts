/**
 * CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy as policies of the model. Nodes are ends of their own, and no part of the world;
 * the API server of EKS is on no node, and which addresses are its own is not known, so what is said of it holds partly.
 * Sources: cilium/cilium pkg/policy/api, pkg/ipcache/metadata.go (resolveLabels), Documentation/security/policy.
 */
import type { CiliumEgressRule, CiliumIngressRule, CiliumPolicy, CiliumRule } from "../../../model/cilium-policy.ts";
import { type AddressSet, allAddresses, difference, isCidr, noAddresses, parseFilterCidrs, unionOf } from "../../addresses.ts";
import { PolicyFieldError } from "../errors.ts";
import { type OnNote, quoted, readIpBlock, readPortName, readPortNumber } from "../fields.ts";
import { isWhole, nodesByWholeBlock, outsideByAbsence } from "../kubernetes.ts";
import type { Action, Direction, Policy, PortName, Ports, Rule } from "../model.ts";
import { everyNode, type Nodes, nodesAt, noNode, onlyNodes } from "../peers.ts";
import type { PodSelector } from "../pod-selector.ts";
import { type PortRange, type Protocol, portSetOf, protocols } from "../port-set.ts";
import { readEndpoints, readSubject } from "./selectors.ts";

/** Denials, which beat every allow of whatever kind, and the rest. */
export interface CiliumPolicies {
  readonly denying: readonly Policy[];
  readonly allowing: readonly Policy[];
}

/** What Cilium's settings say of how it reads policies. */
export interface CiliumReading {
  /** CIDR rules mean nodes too: policy-cidr-match-mode. */
  readonly blocksMeanNodes: boolean;
}

/** @throws {PolicyFieldError} for what Cilium refuses, or this does not read */
export function readCiliumPolicy(
  name: string,
  { namespace, spec, specs }: CiliumPolicy,
  reading: CiliumReading,
  onNote: OnNote,
): CiliumPolicies {
  const rules = [...(spec ? [{ rule: spec, field: "spec" }] : []), ...(specs ?? []).map((rule, i) => ({ rule, field: `specs[${i}]` }))];
  if (rules.length === 0) throw new PolicyFieldError("spec", "is absent");
  const read = rules.map(({ rule, field }) => readRule(name, rule, { namespace, field, ...reading, onNote }));
  return { denying: read.flatMap(({ denying }) => denying), allowing: read.flatMap(({ allowing }) => allowing) };
}

type Whereabouts = Pick<Place, "namespace" | "field" | "blocksMeanNodes" | "onNote">;

function readRule(name: string, rule: CiliumRule, at: Whereabouts): CiliumPolicies {
  const { namespace, field } = at;
  const { endpointSelector, nodeSelector, enableDefaultDeny } = rule;
  if ([rule.ingress, rule.ingressDeny, rule.egress, rule.egressDeny].every((list) => (list ?? []).length === 0)) {
    throw new PolicyFieldError(field, "has no rule");
  }
  if (!endpointSelector && !nodeSelector) throw new PolicyFieldError(field, "has neither endpointSelector nor nodeSelector");
  if (endpointSelector && nodeSelector) throw new PolicyFieldError(field, "has both endpointSelector and nodeSelector");
  const subject = endpointSelector ? readSubject(endpointSelector, namespace, `${field}.endpointSelector`) : undefined;
  const denying: Policy[] = [];
  const allowing: Policy[] = [];
  for (const direction of ["ingress", "egress"] as const) {
    const denyList = direction === "ingress" ? rule.ingressDeny : rule.egressDeny;
    const [allowed, denied] = [rule[direction] ?? [], denyList ?? []];
    const readAll = (list: readonly (CiliumIngressRule | CiliumEgressRule)[], section: string, action: Action): readonly Rule[] =>
      list.flatMap((one, i) => readPart(one, { ...at, direction, action, name: `${section}[${i}]`, field: `${field}.${section}[${i}]` }));
    const allows = readAll(allowed, direction, "allow");
    const denies = readAll(denied, `${direction}Deny`, "deny");
    if (subject === undefined) continue; // for nodes alone
    // Nothing isolates in a direction for which there is no rule.
    const isolates = (enableDefaultDeny?.[direction] ?? true) && allowed.length + denied.length > 0;
    if (denies.length > 0) denying.push({ name, subject, [direction]: denies });
    if (isolates) allowing.push({ name, subject, [direction]: allows });
    else if (allows.length > 0) allowing.push({ name, subject, [direction]: allows, isolation: "none" });
  }
  return { denying, allowing };
}

interface Place extends CiliumReading {
  readonly direction: Direction;
  readonly action: Action;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly field: string;
  readonly onNote: OnNote;
}

/** What an entry of a rule means: some of it surely, some of it partly. */
interface Said {
  readonly pods?: readonly PodSelector[];
  readonly outside?: AddressSet;
  readonly nodes?: Nodes;
  readonly partly?: string;
}

function readPart(rule: CiliumIngressRule | CiliumEgressRule, place: Place): readonly Rule[] {
  const { action, name, field } = place;
  const peers = readPeers(rule, place);
  const ports = readPorts(rule, field);
  // Without peers and without ports an entry means nobody: it isolates, and no more.
  if (peers === undefined && ports.length === 0) return [];
  const which = ports.length === 0 ? [{}] : ports;
  const who: readonly Said[] = peers ?? [{}];
  return which.flatMap(({ ports: some, partly: ofPorts }: PortsSaid) =>
    who.map(({ pods = [], outside = noAddresses, nodes = noNode, partly: ofPeers }) => {
      const partly = rule.authentication ? "authentication" : (ofPorts ?? ofPeers);
      return {
        action,
        name,
        ...(peers === undefined ? {} : { peers: { pods, outside, nodes } }),
        ...(some ? { ports: some } : {}),
        ...(partly ? { partly } : {}),
      };
    }),
  );
}

const everyPod: PodSelector = { key: "cilium:pods", matches: () => true };
const family = (name: "ipv4" | "ipv6"): AddressSet => ({ ...noAddresses, [name]: allAddresses[name] });

/** Source: cilium/cilium pkg/policy/api/entity.go. */
const entities: Readonly<Record<string, readonly Said[]>> = {
  all: [{ pods: [everyPod], outside: allAddresses, nodes: everyNode }],
  world: [{ outside: allAddresses }],
  "world-ipv4": [{ outside: family("ipv4") }],
  "world-ipv6": [{ outside: family("ipv6") }],
  cluster: [{ pods: [everyPod], nodes: everyNode }],
  host: [{ nodes: onlyNodes("own") }],
  "remote-node": [{ nodes: onlyNodes("other") }],
  "kube-apiserver": [{ outside: allAddresses, partly: "addresses of the API server" }],
  // Neither pods, addresses outside nor nodes.
  health: [],
  init: [],
  ingress: [],
  unmanaged: [],
  none: [],
};

/** Undefined: the entry names no peers, so that it means everyone. A list of none means nobody. */
function readPeers(rule: CiliumIngressRule | CiliumEgressRule, place: Place): readonly Said[] | undefined {
  const { field, namespace, blocksMeanNodes } = place;
  const addressesOfAll: Said = { outside: allAddresses, nodes: blocksMeanNodes ? everyNode : noNode };
  const lists = Object.entries(rule).filter(
    ([key, list]) => /^(?:from|to)[A-Z]/.test(key) && key !== "toPorts" && list !== null && list !== undefined,
  );
  if (lists.some(([key]) => key.endsWith("Requires")))
    throw new PolicyFieldError(field, "has requirements for other rules, which are not read");
  const kinds = new Set(
    lists.filter(([, list]) => Array.isArray(list) && list.length > 0).map(([key]) => (key.includes("CIDR") ? "CIDR" : key)),
  );
  if (kinds.size > 1) throw new PolicyFieldError(field, `has both ${lists.map(([key]) => key).join(" and ")}`);
  if (lists.length === 0) return undefined;
  const [endpoints, cidrs, cidrSets, named] =
    place.direction === "ingress"
      ? (["fromEndpoints", "fromCIDR", "fromCIDRSet", "fromEntities"] as const)
      : (["toEndpoints", "toCIDR", "toCIDRSet", "toEntities"] as const);
  const of = rule as CiliumIngressRule & CiliumEgressRule; // the other direction's fields are absent
  return [
    ...(of[endpoints] ?? []).flatMap((selector, i): readonly Said[] => {
      const { pods, mayMeanOutside, partly } = readEndpoints(selector, namespace, `${field}.${endpoints}[${i}]`);
      return [
        { pods, ...(partly ? { partly } : {}) },
        ...(mayMeanOutside ? [{ ...outsideByAbsence.peers, partly: partly ?? outsideByAbsence.partly }] : []),
      ];
    }),
    ...(of[cidrs] ?? []).flatMap((cidr, i) => readBlock(cidr, [], `${field}.${cidrs}[${i}]`, place)),
    ...(of[cidrSets] ?? []).flatMap(({ cidr, except }, i): readonly Said[] => {
      if (!cidr) return [{ ...addressesOfAll, partly: "groups of CIDR blocks" }];
      return readBlock(cidr, except ?? [], `${field}.${cidrSets}[${i}]`, place);
    }),
    ...(of[named] ?? []).flatMap((entity, i) => {
      const said = Object.hasOwn(entities, entity) ? entities[entity] : undefined;
      if (said === undefined) throw new PolicyFieldError(`${field}.${named}[${i}]`, `is ${quoted(entity)}, which is no entity`);
      return said;
    }),
    ...(of.fromNodes?.length || of.toNodes?.length ? [{ nodes: everyNode, partly: "labels of nodes" }] : []),
    ...(of.fromGroups?.length || of.toGroups?.length ? [{ ...addressesOfAll, partly: "groups of a cloud provider" }] : []),
    ...(of.toServices?.length ? [{ pods: [everyPod], ...addressesOfAll, partly: "endpoints of Services" }] : []),
    // By a name no pod is meant, even where it resolves to one.
    ...(of.toFQDNs?.length ? [{ ...addressesOfAll, partly: "domain names" }] : []),
  ];
}

/** Unlike elsewhere an address alone will do. Blocks mean no pod. */
function readBlock(cidr: string, except: readonly string[], field: string, { blocksMeanNodes, onNote }: Place): readonly Said[] {
  const isExcepting = cidr.includes("/") && except.length > 0;
  if (!isExcepting && !isCidr(cidr)) throw new PolicyFieldError(field, `is ${quoted(cidr)}, which is no CIDR block`);
  const outside = isExcepting
    ? readIpBlock(cidr, except, field, onNote)
    : difference(parseFilterCidrs([cidr]), unionOf(except.map((one) => parseFilterCidrs([one]))));
  if (!blocksMeanNodes) return [{ outside }];
  if (!isWhole(cidr)) return [{ outside, nodes: nodesAt(outside) }];
  return [{ outside }, { ...nodesByWholeBlock.peers, partly: nodesByWholeBlock.partly }];
}

interface PortsSaid {
  readonly ports?: Ports;
  readonly partly?: string;
}

/** One entry for each of toPorts, of no port where its list is empty; no entry where any port is meant. */
function readPorts({ toPorts, icmps }: CiliumIngressRule | CiliumEgressRule, field: string): readonly PortsSaid[] {
  // Of ICMP, which is none of the three protocols.
  if ((icmps ?? []).length > 0) return [{ ports: { numbers: portSetOf([]), names: [] } }];
  return (toPorts ?? []).map(({ ports, rules, listener, serverNames }, i) => {
    const unsaid = rules || listener || (serverNames ?? []).length > 0;
    const partly = unsaid ? { partly: "rules beyond ports" } : {};
    const ranges: (PortRange & { readonly protocol: Protocol })[] = [];
    const names: PortName[] = [];
    for (const [j, { port, endPort, protocol }] of (ports ?? []).entries()) {
      const at = `${field}.toPorts[${i}].ports[${j}]`;
      const spoken = protocolsOf(protocol, `${at}.protocol`);
      const text = port ?? "0";
      if (!/^\d+$/.test(text)) names.push(...spoken.map((one) => ({ protocol: one, name: readPortName(text, `${at}.port`) })));
      else if (Number(text) === 0) ranges.push(...spoken.map((one) => ({ protocol: one, from: 1, to: 65535 })));
      else {
        const from = readPortNumber(Number(text), `${at}.port`);
        const to = endPort ? readPortNumber(endPort, `${at}.endPort`) : from;
        if (to < from) throw new PolicyFieldError(`${at}.endPort`, `is ${to}, which is less than port ${from}`);
        ranges.push(...spoken.map((one) => ({ protocol: one, from, to })));
      }
    }
    return { ports: { numbers: portSetOf(ranges), names }, ...partly };
  });
}

function protocolsOf(text: string | null | undefined, field: string): readonly Protocol[] {
  if (!text || text.toUpperCase() === "ANY") return protocols;
  const found = protocols.filter((one) => one === text.toUpperCase());
  if (found.length === 0 && !["ICMP", "ICMPV6", "VRRP", "IGMP"].includes(text.toUpperCase())) {
    throw new PolicyFieldError(field, `is ${quoted(text)}, which is no protocol`);
  }
  return found;
}
