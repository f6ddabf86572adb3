/**
 * Which version of upstream's policies for whole clusters Calico honours: up to 3.31 AdminNetworkPolicy and
 * BaselineAdminNetworkPolicy of v1alpha1, from 3.32 on ClusterNetworkPolicy of v1alpha2 in their place.
 * Source: projectcalico/calico libcalico-go/lib/names/policy.go, lib/backend/k8s/conversion/clusternetworkpolicy.go.
 */
import type { Pod } from "../../../model/workloads.ts";
import { hasEnded } from "../../workloads/phase.ts";
import type { Policy, Rule } from "../model.ts";

/** "untold": one of the two. */
export type UpstreamApi = "v1alpha1" | "v1alpha2" | "untold";

/** By the tags of the agent's images, where all of them tell the same. */
export function upstreamApiOf(pods: readonly Pod[]): UpstreamApi {
  const told = new Set(pods.filter((pod) => isAgent(pod) && !hasEnded(pod)).map(apiOfAgent));
  const [api = "untold"] = told;
  return told.size === 1 ? api : "untold";
}

const isAgent = ({ namespace, owner }: Pod): boolean =>
  (namespace === "calico-system" || namespace === "kube-system") &&
  owner?.kind === "DaemonSet" &&
  (owner.name === "calico-node" || owner.name === "calico-node-windows");

function apiOfAgent({ spec }: Pod): UpstreamApi {
  const told = new Set(spec.containers.filter(({ isInit }) => !isInit).flatMap(({ image }) => apiOfImage(image) ?? []));
  const [api = "untold"] = told;
  return told.size === 1 ? api : "untold";
}

/** Of Calico's own image; Calico Enterprise counts its versions otherwise. */
function apiOfImage(image: string): UpstreamApi | undefined {
  const [, text] = /(?:^|\/)calico\/node(?:-windows)?(?::v?([^@]+))?(?:@.*)?$/.exec(image) ?? [];
  if (text === undefined) return undefined;
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+$/.exec(text) ?? [];
  if (major !== "3" || minor === undefined) return "untold";
  return Number(minor) <= 31 ? "v1alpha1" : "v1alpha2";
}

/** A policy whose kind the engine may not know. */
export const perhapsHonoured = (policy: Policy): Policy => {
  const partly = (rules: readonly Rule[]): readonly Rule[] =>
    rules.map((rule) => ({ ...rule, partly: rule.partly ?? "the version of Calico" }));
  return {
    ...policy,
    isolation: "perhaps",
    ...(policy.ingress ? { ingress: partly(policy.ingress) } : {}),
    ...(policy.egress ? { egress: partly(policy.egress) } : {}),
  };
};
