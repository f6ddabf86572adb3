/** The ports of nodes that nobody outside is to reach. */
import type { Ports } from "../../net/security-group.ts";

/** The kubelet's API, and its read-only port. Source: kubernetes:pkg/cluster/ports/ports.go. */
export const kubeletPorts: readonly Ports[] = [10_250, 10_255].map((port) => ({ protocol: "tcp", from: port, to: port }));

/** SSH and RDP. Source: IANA port numbers. */
export const remoteShells: readonly Ports[] = [22, 3389].map((port) => ({ protocol: "tcp", from: port, to: port }));

export const ofEachProtocol = (from: number, to: number): readonly Ports[] =>
  (["tcp", "udp", "sctp"] as const).map((protocol) => ({ protocol, from, to }));
