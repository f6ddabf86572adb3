/** Ways past the source ranges of a load balancer that its rules do not stand in. */
import type { LoadBalancer } from "../../model/aws.ts";
import type { Fact } from "../../model/fact.ts";
import type { Node } from "../../model/workloads.ts";
import { isUnguarded } from "./sources.ts";
import type { Manifest } from "./subjects.ts";

/** In words. Nodes that were not read name none. */
export function bypassesOf(loadBalancer: LoadBalancer, manifest: Manifest, nodes: Fact<readonly Node[]>): readonly string[] {
  const { privateLinkRules, type, ipAddressType } = loadBalancer;
  const isOpen = isUnguarded(loadBalancer);
  return [
    ...(privateLinkRules === "off" && !isOpen ? ["PrivateLink endpoints, for whose traffic the rules of its security groups are off"] : []),
    ...(type === "network" && isOpen && ipAddressType !== "ipv4"
      ? ["translation between IPv4 and IPv6, which shows targets the load balancer's address"]
      : []),
    ...(isOpen ? [] : nodePorts(manifest, nodes)),
  ];
}

/** A node with a public address answers on every node port, as far as its own groups let clients in. */
function nodePorts(manifest: Manifest, nodes: Fact<readonly Node[]>): readonly string[] {
  const ports = manifest.kind === "Service" ? manifest.service.ports.flatMap(({ nodePort = 0 }) => (nodePort === 0 ? [] : [nodePort])) : [];
  const names = nodes.state === "known" ? nodes.value.filter(({ externalIps }) => externalIps.length > 0).map(({ name }) => name) : [];
  if (ports.length === 0 || names.length === 0) return [];
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return [`node ports ${ports.join(", ")} of nodes with public addresses: ${names.slice(0, 3).join(", ")}${more}`];
}
