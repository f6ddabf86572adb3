/** networking.k8s.io/v1 NetworkPolicy. */
import type { LabelSelector, NetworkPolicyPeer, NetworkPolicyPort } from "../../model/network-policy.ts";
import type { ManifestObject } from "../manifests.ts";
import { labels } from "./names.ts";
import type { Isolation, Namespaces, Peer, Port } from "./terms.ts";

export function networkPolicy({ name, direction, subject: { namespace, selector }, allow }: Isolation): ManifestObject {
  const side = direction === "ingress" ? "from" : "to";
  const rules = allow.flatMap(({ peers, ports }) => {
    const named = peers.flatMap(peerOf);
    // Peers that have no words here are nobody: without any, a rule would mean everybody.
    if (peers.length > 0 && named.length === 0) return [];
    return [{ ...(named.length > 0 ? { [side]: named } : {}), ...(ports && ports.length > 0 ? { ports: ports.map(portOf) } : {}) }];
  });
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace, labels },
    spec: {
      podSelector: selector,
      policyTypes: [direction === "ingress" ? "Ingress" : "Egress"],
      ...(rules.length > 0 ? { [direction]: rules } : {}),
    },
  };
}

/** A node is an address like any other, and none that is known here. */
export function peerOf(peer: Peer): readonly NetworkPolicyPeer[] {
  if ("nodes" in peer) return [];
  if ("block" in peer) {
    const { cidr, except } = peer.block;
    return [{ ipBlock: { cidr, ...(except.length > 0 ? { except } : {}) } }];
  }
  const namespaceSelector = namespaceSelectorOf(peer.namespaces);
  const isEvery = Object.keys(peer.pods).length === 0;
  if (namespaceSelector === undefined) return [{ podSelector: peer.pods }];
  return [{ namespaceSelector, ...(isEvery ? {} : { podSelector: peer.pods }) }];
}

/** Undefined for the policy's own. */
export function namespaceSelectorOf(namespaces: Namespaces): LabelSelector | undefined {
  if (namespaces === "own") return undefined;
  if (namespaces === "every") return {};
  const isIn = Array.isArray(namespaces);
  const values: readonly string[] = isIn ? namespaces : (namespaces as { readonly notIn: readonly string[] }).notIn;
  return { matchExpressions: [{ key: nameLabel, operator: isIn ? "In" : "NotIn", values }] };
}
export const nameLabel = "kubernetes.io/metadata.name";

export const portOf = ({ protocol, port, endPort }: Port): NetworkPolicyPort => ({
  protocol,
  ...(port === undefined ? {} : { port }),
  ...(endPort === undefined ? {} : { endPort }),
});
