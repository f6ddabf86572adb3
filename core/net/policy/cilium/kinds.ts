/**
 * Which kinds of policy Cilium reads, as its ConfigMap tells it.
 * Source: cilium/cilium pkg/option/config.go (EnableK8sNetworkPolicy, EnableCiliumNetworkPolicy, EnableCiliumClusterwideNetworkPolicy,
 * EnableK8sClusterNetworkPolicy since 1.20), pkg/policy/k8s/cell.go; Documentation, "Limiting Identity-Relevant Labels".
 */
import { isTrue } from "../enforcement/vpc-cni.ts";
import { quoted } from "../fields.ts";
import { kindOfCilium, nameOf } from "../policy-name.ts";
import type { Policies, Remark } from "../translation.ts";

type Kind = "NetworkPolicy" | "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy";

export interface CiliumKinds {
  /** Those that it was told to leave alone. */
  readonly left: readonly Kind[];
  /** It reads ClusterNetworkPolicies of upstream too, in its own way, which is not judged. */
  readonly readsClusterNetworkPolicies: boolean;
  /** A clause: by what policies mean something else than their text says, in ways that are not judged. */
  readonly unjudged?: string;
}

const keys: Readonly<Record<Kind, string>> = {
  NetworkPolicy: "enable-k8s-networkpolicy",
  CiliumNetworkPolicy: "enable-cilium-network-policy",
  CiliumClusterwideNetworkPolicy: "enable-cilium-clusterwide-network-policy",
};
const kinds = Object.keys(keys) as readonly Kind[];

/** What the ConfigMap cilium-config says. */
export function ciliumKinds(values: Readonly<Record<string, string>>): CiliumKinds {
  const modes = (values["policy-cidr-match-mode"] ?? "").split(/[\s,]+/);
  // "pods" since 1.20.
  const strange = modes.filter((mode) => mode !== "" && mode !== "nodes");
  // Labels that are not told to be of an identity match no selector.
  const labels = (values.labels ?? "").trim();
  return {
    left: kinds.filter((kind) => !isTrue(values[keys[kind]] ?? "true")),
    readsClusterNetworkPolicies: isTrue(values["enable-k8s-cluster-network-policy"] ?? "false"),
    ...(strange.length > 0
      ? { unjudged: `policy-cidr-match-mode has ${quoted(strange.join())}, and what blocks mean then is not judged` }
      : {}),
    ...(labels === "" ? {} : { unjudged: "labels says which labels of pods count, and what selectors mean then is not judged" }),
  };
}

/** The policies that are read as they are written, and what is to be said of the others. */
export function readByCilium(
  policies: Policies,
  { left, readsClusterNetworkPolicies, unjudged }: CiliumKinds,
): { readonly policies: Policies; readonly remarks: readonly Remark[] } {
  const remarks: Remark[] = [];
  const say = (policy: string, effect: Remark["effect"], problem: string): void => {
    remarks.push({ policy, field: "kind", effect, message: `${policy}: ${problem}.` });
  };
  const isRead = (kind: Kind, policy: string): boolean => {
    if (left.includes(kind)) say(policy, "not-enforced", `the engine was told to leave policies of this kind alone, by ${keys[kind]}`);
    else if (unjudged !== undefined) say(policy, "refused", unjudged);
    else return true;
    return false;
  };
  const { networkPolicies = [], ciliumPolicies = [], clusterNetworkPolicies = [] } = policies;
  return {
    policies: {
      ...policies,
      networkPolicies: networkPolicies.filter((one) => isRead("NetworkPolicy", nameOf("NetworkPolicy", one))),
      ciliumPolicies: ciliumPolicies.filter((one) => isRead(kindOfCilium(one), nameOf(kindOfCilium, one))),
      clusterNetworkPolicies: clusterNetworkPolicies.filter((one) => {
        if (!readsClusterNetworkPolicies || one.apiGroup !== "policy.networking.k8s.io") return true;
        say(nameOf("ClusterNetworkPolicy", one), "refused", "the engine reads policies of this kind in ways that are not judged");
        return false;
      }),
    },
    remarks,
  };
}
