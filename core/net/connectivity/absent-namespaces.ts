import type { LabelSelector } from "../../model/network-policy.ts";
import type { Estate } from "./model.ts";

/** A policy that is in, or names, a namespace in which there is nothing. */
export interface AbsentNamespace {
  /** Kind, namespace and name. */
  readonly policy: string;
  readonly field: string;
  readonly namespace: string;
}

/** Namespaces that NetworkPolicies name and no other object knows: misspelt, or of another cluster. */
export function absentNamespaces({ namespaces, workloads, pods, policies }: Estate): readonly AbsentNamespace[] {
  const known = new Set([...namespaces.map(({ name }) => name), ...[...workloads, ...pods].map(({ namespace }) => namespace)]);
  return (policies.networkPolicies ?? []).flatMap(({ namespace, name, spec }) => {
    const policy = `NetworkPolicy ${namespace}/${name}`;
    const named = [
      { field: "metadata.namespace", namespace },
      ...(spec.ingress ?? []).flatMap(({ from }, i) => peerNames(from, `spec.ingress[${i}].from`)),
      ...(spec.egress ?? []).flatMap(({ to }, i) => peerNames(to, `spec.egress[${i}].to`)),
    ];
    return named.filter((one) => !known.has(one.namespace)).map((one) => ({ policy, ...one }));
  });
}

type Peers = readonly { readonly namespaceSelector?: LabelSelector | null | undefined }[] | null | undefined;

const peerNames = (peers: Peers, field: string) =>
  (peers ?? []).flatMap(({ namespaceSelector }, i) =>
    namesIn(namespaceSelector ?? {}).map((namespace) => ({ field: `${field}[${i}].namespaceSelector`, namespace })),
  );

function namesIn({ matchLabels, matchExpressions }: LabelSelector): readonly string[] {
  const label = "kubernetes.io/metadata.name";
  const exact = matchLabels && Object.hasOwn(matchLabels, label) ? [matchLabels[label] ?? ""] : [];
  const listed = (matchExpressions ?? []).flatMap(({ key, operator, values }) =>
    key === label && operator === "In" ? (values ?? []) : [],
  );
  return [...exact, ...listed];
}
