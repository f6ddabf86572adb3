/**
 * networking.k8s.aws/v1alpha1 ClusterNetworkPolicy. Its ingress rules know pods alone, and at one priority a denial comes first.
 * Sources: aws/amazon-network-policy-controller-k8s api/v1alpha1; aws/aws-network-policy-agent controllers.
 */
import type { ClusterNetworkPolicy } from "../../model/cluster-network-policy.ts";
import type { LabelSelector } from "../../model/network-policy.ts";
import type { ManifestObject } from "../manifests.ts";
import { nameLabel, namespaceSelectorOf } from "./kubernetes.ts";
import { labels } from "./names.ts";
import { type Denial, type Isolation, inChunks, type Peer, type Port, type Subject } from "./terms.ts";

/** Undefined where the kind has no words for it. */
export function awsDenial(denial: Denial, existing: readonly ClusterNetworkPolicy[]): readonly ManifestObject[] | undefined {
  const { name, direction, subjects, peers, ports, sparesPods = false } = denial;
  if (direction === "ingress" && peers.some((peer) => !("pods" in peer))) return undefined;
  const others = existing.filter(({ apiGroup, spec }) => apiGroup === group && spec.tier === "Admin");
  const priority = before(others);
  // A pass leaves the tier, past what later policies of it deny: it is written where there are none.
  const passes = sparesPods && others.length === 0 && priority > 0;
  return subjects.flatMap((subject, i) => {
    const its = i === 0 ? name : `${name}-${i + 1}`;
    const pass: Peer = { namespaces: "every", pods: {} };
    return [
      ...(passes ? [policyFor(`${its}-spares-pods`, subject, priority - 1, direction, [{ action: "Pass", peers: [pass], ports }])] : []),
      policyFor(its, subject, priority, direction, [{ action: "Deny", peers, ports }]),
    ];
  });
}

/** Accepts before every policy of a namespace; undefined where the kind has no words for it. */
export function awsAdmission(
  { name, direction, subject, allow }: Isolation,
  existing: readonly ClusterNetworkPolicy[],
): readonly ManifestObject[] | undefined {
  if (direction === "ingress" && allow.some(({ peers }) => peers.some((peer) => !("pods" in peer)))) return undefined;
  const others = existing.filter(({ apiGroup, spec }) => apiGroup === group && spec.tier === "Admin");
  return [
    policyFor(
      name,
      subject,
      Math.max(0, before(others) - 1),
      direction,
      allow.map((one) => ({ action: "Accept", ...one })),
    ),
  ];
}

const group = "networking.k8s.aws";
/** Before all that are there, as far as there is room. */
const before = (others: readonly ClusterNetworkPolicy[]): number =>
  Math.max(0, Math.min(100, ...others.map(({ spec }) => spec.priority - 1)));

interface Rule {
  readonly action: string;
  readonly peers: readonly Peer[];
  readonly ports?: readonly Port[] | undefined;
}

function policyFor(
  name: string,
  subject: Subject,
  priority: number,
  direction: "ingress" | "egress",
  rules: readonly Rule[],
): ManifestObject {
  const side = direction === "ingress" ? "from" : "to";
  return {
    apiVersion: `${group}/v1alpha1`,
    kind: "ClusterNetworkPolicy",
    metadata: { name, labels },
    spec: {
      tier: "Admin",
      priority,
      subject: subjectOf(subject),
      [direction]: rules.flatMap(({ action, peers, ports }) =>
        inChunks(peersOf(peers), peersInRule).map((some) => ({
          action,
          [side]: some,
          ...(ports && ports.length > 0 ? { ports: ports.map(portOf) } : {}),
        })),
      ),
    },
  };
}

/** What the definition of the kind admits in one list. */
const [peersInRule, networksInPeer] = [25, 25] as const;

function subjectOf(subject: Subject): object {
  if ("namespace" in subject) return { pods: podsOf(subject.namespace, subject.selector) };
  const names = subject.everyNamespaceBut;
  return { namespaces: names.length === 0 ? {} : { matchExpressions: [{ key: nameLabel, operator: "NotIn", values: names }] } };
}

const podsOf = (namespace: string, podSelector: LabelSelector) => ({
  namespaceSelector: { matchLabels: { [nameLabel]: namespace } },
  podSelector,
});

function peersOf(peers: readonly Peer[]): readonly object[] {
  const blocks = peers.flatMap((peer) => ("block" in peer ? [peer.block.cidr] : []));
  return [
    ...peers.flatMap((peer) => {
      if (!("pods" in peer)) return [];
      const namespaceSelector = namespaceSelectorOf(peer.namespaces) ?? {};
      return [
        Object.keys(peer.pods).length === 0 ? { namespaces: namespaceSelector } : { pods: { namespaceSelector, podSelector: peer.pods } },
      ];
    }),
    ...inChunks(blocks, networksInPeer).map((networks) => ({ networks })),
  ];
}

function portOf({ protocol, port, endPort }: Port): object {
  if (typeof port === "string") return { namedPort: port };
  if (port === undefined) return { portRange: { protocol, start: 1, end: 65535 } };
  return endPort === undefined || endPort === port
    ? { portNumber: { protocol, port } }
    : { portRange: { protocol, start: port, end: endPort } };
}
