/**
 * What VPC CNI keeps of ports: at an address one entry for each that differs in its protocol, start and end, whatever rules they are
 * of. It stops at 24, after a walk in an order that differs from time to time.
 * Source: aws/aws-network-policy-agent pkg/utils/utils.go (ComputeTrieValue, ComputeTrieValueForCPE), fw_rule_processor.go.
 */
import type { ClusterPolicyRule } from "../../model/cluster-network-policy.ts";
import type { NetworkPolicyPort } from "../../model/network-policy.ts";
import type { Room } from "./model.ts";
import { type PortSet, protocols } from "./port-set.ts";

/** Of a map of its own; cluster-scoped policies have one for both of their tiers. */
export const roomOfVpcCni = (): Room => ({ entries: 24 });

const entry = (protocol: string | null | undefined, from: number | string, to?: number | null): string =>
  `${protocol ?? "TCP"} ${from}-${to ?? 0}`;
const everyPort: readonly string[] = ["any 0-0"];

/** A range is one, and so is every port there is. */
export const portEntries = (ports: readonly NetworkPolicyPort[]): readonly string[] =>
  ports.length === 0 ? everyPort : ports.map(({ protocol, port, endPort }) => entry(protocol, port ?? 0, endPort));

/** The same of ports that names stand for, each of which is one. */
export const entriesOf = (ports: PortSet): readonly string[] =>
  protocols.flatMap((protocol) =>
    ports[protocol].flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => entry(protocol, from + i))),
  );

/** Those of policies of another place in the order, or with another action, stand apart. */
export const clusterEntries = ({ action, ports }: Pick<ClusterPolicyRule, "action" | "ports">, place: string): readonly string[] => {
  const all = (ports ?? []).flatMap(({ portNumber, portRange, namedPort }) => [
    ...(portNumber ? [entry(portNumber.protocol, portNumber.port)] : []),
    ...(portRange ? [entry(portRange.protocol, portRange.start, portRange.end)] : []),
    ...(namedPort ? [entry("TCP", namedPort)] : []),
  ]);
  return (all.length === 0 ? everyPort : all).map((one) => `${place} ${action} ${one}`);
};
