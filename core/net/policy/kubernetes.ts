/** Kubernetes NetworkPolicy (networking.k8s.io/v1) as policies of the model. Source: kubernetes/api networking/v1/types.go. */
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../../model/network-policy.ts";
import { type AddressSet, allAddresses, noAddresses, unionOf } from "../addresses.ts";
import { PolicyFieldError } from "./errors.ts";
import { type OnNote, quoted, readIpBlock, readPortName, readPortNumber, readProtocol, readSelector } from "./fields.ts";
import type { Direction, Peers, Policy, PortName, Ports, Rule } from "./model.ts";
import { type PodSelector, podSelector, podsAt } from "./pod-selector.ts";
import { type PortRange, type Protocol, portSetOf } from "./port-set.ts";
import { everything, type Selector } from "./selector.ts";

/** Where engines differ over the same NetworkPolicy. */
export interface NetworkPolicyReading {
  /** An ipBlock means pods with such an address too: VPC CNI and Calico. The API leaves it open; Cilium says no. */
  readonly blocksMeanPods: boolean;
  /** A section counts although policyTypes does not name it: Cilium. */
  readonly unnamedSectionsCount: boolean;
  /** A namespaceSelector that demands no label means addresses outside the cluster too, which have none: Cilium, save for {}. */
  readonly absenceMeansOutside: boolean;
}

/** @throws {PolicyFieldError} for a policy that the API server refuses */
export function readNetworkPolicy({ namespace, name, spec }: NetworkPolicy, reading: NetworkPolicyReading, onNote: OnNote): Policy {
  const read: RuleReading = { namespace, reading, onNote };
  // All are read, also where policyTypes leaves a section out: the API server judges it all the same.
  const ingress = (spec.ingress ?? []).map(({ from, ports }, i) => readRule(from, ports, `ingress[${i}]`, "from", read));
  const egress = (spec.egress ?? []).map(({ to, ports }, i) => readRule(to, ports, `egress[${i}]`, "to", read));
  const types = directionsOf(spec);
  const counts = (direction: Direction, rules: readonly Rule[]): boolean =>
    types.has(direction) || (reading.unnamedSectionsCount && rules.length > 0);
  return {
    name: `NetworkPolicy ${namespace}/${name}`,
    subject: podSelector({ namespace }, readSelector(spec.podSelector, "spec.podSelector")),
    ...(counts("ingress", ingress) ? { ingress } : {}),
    ...(counts("egress", egress) ? { egress } : {}),
  };
}

/** Without policyTypes: ingress always, egress where there is a rule for it. */
function directionsOf({ policyTypes, egress }: NetworkPolicy["spec"]): ReadonlySet<Direction> {
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
  peers: readonly NetworkPolicyPeer[] | null | undefined,
  ports: readonly NetworkPolicyPort[] | null | undefined,
  name: string,
  list: "from" | "to",
  read: RuleReading,
): Rule {
  const readPorts = ports && ports.length > 0 ? { ports: readPortList(ports, `spec.${name}.ports`) } : {};
  if (!peers || peers.length === 0) return { action: "allow", name, ...readPorts };
  return {
    action: "allow",
    name,
    peers: peersOf(peers.map((peer, i) => readPeer(peer, `spec.${name}.${list}[${i}]`, read))),
    ...readPorts,
  };
}

type Peer = { readonly pods: PodSelector } | { readonly addresses: AddressSet; readonly meanPods: boolean };

/** Blocks are one set of addresses: a rule of ten thousand is asked as fast as one of one. */
function peersOf(peers: readonly (readonly Peer[])[]): Peers {
  const all = peers.flat();
  const selectors = all.flatMap((peer) => ("pods" in peer ? [peer.pods] : []));
  const blocks = all.flatMap((peer) => ("addresses" in peer ? [peer] : []));
  const forPods = blocks.filter(({ meanPods }) => meanPods).map(({ addresses }) => addresses);
  return {
    pods: forPods.length > 0 ? [...selectors, podsAt(unionOf(forPods))] : selectors,
    outside: blocks.length > 0 ? unionOf(blocks.map(({ addresses }) => addresses)) : noAddresses,
  };
}

function readPeer({ podSelector: pods, namespaceSelector, ipBlock }: NetworkPolicyPeer, field: string, read: RuleReading): readonly Peer[] {
  if (ipBlock) {
    if (pods || namespaceSelector) throw new PolicyFieldError(field, "has both ipBlock and a selector");
    const addresses = readIpBlock(ipBlock.cidr, ipBlock.except ?? [], `${field}.ipBlock`, read.onNote);
    return [{ addresses, meanPods: read.reading.blocksMeanPods }];
  }
  if (!pods && !namespaceSelector) throw new PolicyFieldError(field, "names no peer");
  const labels = pods ? readSelector(pods, `${field}.podSelector`) : everything;
  if (!namespaceSelector) return [{ pods: podSelector({ namespace: read.namespace }, labels) }];
  const namespaces = readSelector(namespaceSelector, `${field}.namespaceSelector`);
  const selected = { pods: podSelector(namespaces, labels) };
  const meansOutside = read.reading.absenceMeansOutside && demandsAbsence(namespaces) && demandsNothing(labels);
  return meansOutside ? [selected, { addresses: allAddresses, meanPods: false }] : [selected];
}

const demandsNothing = ({ requirements }: Selector): boolean =>
  requirements.every(({ operator }) => operator === "NotIn" || operator === "DoesNotExist");
const demandsAbsence = (selector: Selector): boolean => selector.requirements.length > 0 && demandsNothing(selector);

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
