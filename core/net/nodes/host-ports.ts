/** Ports that pods open on the machine they run on. */
import type { Pod } from "../../model/workloads.ts";
import type { Ports } from "../security-group.ts";
import type { Machine } from "./machines.ts";

/** Ports by the machine that they are open on. */
export type HostPorts = (machine: Machine) => readonly Ports[];

const protocols = { TCP: "tcp", UDP: "udp", SCTP: "sctp" } as const;

/**
 * What the pods of each machine declare: host ports, and the container ports of pods that share the host's network. Pods are
 * found by their Node's name; where Nodes were not read, by the host's address.
 */
export function hostPortsOf(pods: readonly Pod[]): HostPorts {
  const byNode = new Map<string, Map<string, Ports>>();
  const byAddress = new Map<string, Map<string, Ports>>();
  for (const pod of pods) {
    if (pod.phase === "Succeeded" || pod.phase === "Failed") continue;
    for (const ports of portsOf(pod)) {
      put(byNode, pod.nodeName, ports);
      put(byAddress, pod.hostIp, ports);
    }
  }
  return ({ node, interfaces }) => {
    if (node !== undefined) return [...(byNode.get(node.name)?.values() ?? [])];
    const own = interfaces.state === "known" ? interfaces.value : [];
    const found = own.flatMap(({ privateIpv4, ipv6 }) => [...privateIpv4, ...ipv6]).map((address) => byAddress.get(address));
    return [...new Map(found.flatMap((ports) => [...(ports ?? [])])).values()];
  };
}

const portsOf = ({ spec }: Pod): readonly Ports[] =>
  spec.containers
    .filter(({ isInit }) => !isInit)
    .flatMap(({ ports }) => ports)
    .flatMap(({ protocol, containerPort, hostPort }) => {
      const port = hostPort ?? (spec.hostNetwork ? containerPort : undefined);
      return port === undefined || port === 0 ? [] : [{ protocol: protocols[protocol], from: port, to: port }];
    });

function put(index: Map<string, Map<string, Ports>>, key: string | undefined, ports: Ports): void {
  if (key === undefined) return;
  const others = index.get(key) ?? new Map<string, Ports>();
  index.set(key, others.set(`${ports.protocol} ${ports.from}`, ports));
}
