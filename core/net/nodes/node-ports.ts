/** Which ports Kubernetes gives to Services on every node. */
import type { ClusterNetwork } from "../../model/aws.ts";
import type { Fact, Reason } from "../../model/fact.ts";

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Unless the API server is told otherwise. Source: Kubernetes, "Service", type NodePort. */
export const usualNodePorts: PortRange = { from: 30_000, to: 32_767 };

export interface NodePortRanges {
  readonly ranges: readonly PortRange[];
  /** Why there may be others. */
  readonly doubt?: Reason;
}

/**
 * The usual range, and the one that the cluster was given. Both: Services keep the ports that they had before a range was
 * changed. Source: Amazon EKS API, KubeApiServerConfigResponse; kubernetes pkg/registry/core/service/portallocator.
 */
export function nodePortRanges(network: Fact<ClusterNetwork>): NodePortRanges {
  const usual = [usualNodePorts];
  if (network.state === "unknown") return { ranges: usual, doubt: network.reason };
  const { nodePorts } = network.value;
  if (nodePorts === undefined) return { ranges: usual };
  if (nodePorts.state === "unknown") return { ranges: usual, doubt: nodePorts.reason };
  const { from, to } = nodePorts.value;
  return { ranges: from === usualNodePorts.from && to === usualNodePorts.to ? usual : [...usual, nodePorts.value] };
}
