/** cilium.io/v2 policies. Source: Cilium documentation, "Deny Policies" and "Layer 3 Examples". */
import type { LabelSelector } from "../../model/network-policy.ts";
import type { Direction } from "../../net/policy/model.ts";
import type { ManifestObject } from "../manifests.ts";
import { labels } from "./names.ts";
import { type Denial, type Isolation, inChunks, type Namespaces, type Peer, type Port, type Subject } from "./terms.ts";

const apiVersion = "cilium.io/v2";

/** An entry of nothing isolates, and lets nobody through. */
export function ciliumIsolation({ name, direction, subject, allow }: Isolation): ManifestObject {
  const entries = allow.flatMap(({ peers, ports }) => entriesOf(direction, peers, ports));
  return policyFor(name, subject, { [direction]: entries.length > 0 ? entries : [{}] });
}

/** Denials beat whatever lets through; what neither speaks of stays as it was. */
export const ciliumDenial = ({ name, direction, subjects, peers, ports }: Denial): readonly ManifestObject[] =>
  subjects.map((subject, i) =>
    policyFor(i === 0 ? name : `${name}-${i + 1}`, subject, {
      enableDefaultDeny: { ingress: false, egress: false },
      [`${direction}Deny`]: entriesOf(direction, peers, ports),
    }),
  );

/** Lets through, and isolates nothing. */
export const ciliumAdmission = ({ name, direction, subject, allow }: Isolation): readonly ManifestObject[] => [
  policyFor(name, subject, {
    enableDefaultDeny: { ingress: false, egress: false },
    [direction]: allow.flatMap(({ peers, ports }) => entriesOf(direction, peers, ports)),
  }),
];

function policyFor(name: string, subject: Subject, rules: object): ManifestObject {
  if ("namespace" in subject) {
    const { namespace, selector } = subject;
    return {
      apiVersion,
      kind: "CiliumNetworkPolicy",
      metadata: { name, namespace, labels },
      spec: { endpointSelector: selector, ...rules },
    };
  }
  const names = subject.everyNamespaceBut;
  const endpointSelector = names.length === 0 ? {} : { matchExpressions: [{ key: namespaceKey, operator: "NotIn", values: names }] };
  return {
    apiVersion,
    kind: "CiliumClusterwideNetworkPolicy",
    metadata: { name, labels },
    spec: { endpointSelector, ...rules },
  };
}

const namespaceKey = "k8s:io.kubernetes.pod.namespace";
/** What toPorts of one entry may list. */
const portsInEntry = 40;

/** An entry names peers of one kind. */
export function entriesOf(direction: Direction, peers: readonly Peer[], ports: readonly Port[] | undefined): readonly object[] {
  const side = direction === "ingress" ? "from" : "to";
  const pods = peers.flatMap((peer) => ("pods" in peer ? [endpointsOf(peer.namespaces, peer.pods)] : []));
  const blocks = peers.flatMap((peer) => ("block" in peer ? [peer.block] : []));
  const isForNodes = peers.some((peer) => "nodes" in peer);
  const who: readonly object[] = [
    ...(pods.length > 0 ? [{ [`${side}Endpoints`]: pods }] : []),
    ...(blocks.length > 0
      ? [{ [`${side}CIDRSet`]: blocks.map(({ cidr, except }) => ({ cidr, ...(except.length > 0 ? { except } : {}) })) }]
      : []),
    ...(isForNodes ? [{ [`${side}Entities`]: ["host", "remote-node"] }] : []),
  ];
  const whom: readonly object[] = peers.length === 0 ? [{ [`${side}Entities`]: ["all"] }] : who;
  const which = inChunks(ports ?? [], portsInEntry).map((some) => ({ toPorts: [{ ports: some.map(portOf) }] }));
  return whom.flatMap((one) => (which.length === 0 ? [one] : which.map((some) => ({ ...one, ...some }))));
}

const portOf = ({ protocol, port, endPort }: Port) => ({
  port: String(port ?? 0),
  ...(endPort === undefined ? {} : { endPort }),
  protocol,
});

/** Without a label that only pods have, what asks for another to be absent would mean the world too. */
function endpointsOf(namespaces: Namespaces, { matchLabels, matchExpressions = [] }: LabelSelector): LabelSelector {
  const ofNamespaces =
    namespaces === "own"
      ? []
      : namespaces === "every"
        ? [{ key: namespaceKey, operator: "Exists" }]
        : Array.isArray(namespaces)
          ? [{ key: namespaceKey, operator: "In", values: namespaces as readonly string[] }]
          : [
              { key: namespaceKey, operator: "Exists" },
              { key: namespaceKey, operator: "NotIn", values: (namespaces as { readonly notIn: readonly string[] }).notIn },
            ];
  const all = [...(matchExpressions ?? []), ...ofNamespaces];
  return { ...(matchLabels ? { matchLabels } : {}), ...(all.length > 0 ? { matchExpressions: all } : {}) };
}
