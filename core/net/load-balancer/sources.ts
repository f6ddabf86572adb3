/** Whom a load balancer admits to its listeners, as AWS has it. */
import type { Listener, LoadBalancer } from "../../model/aws.ts";
import { type Fact, known, unknown } from "../../model/fact.ts";
import { type AddressSet, allAddresses, parseCidrs } from "../addresses.ts";
import { type Admission, admissionOf, admittedBy, type GroupIndex, nobody, type Ports, within } from "../security-group.ts";

/** One listener and whom the load balancer admits to it. */
export interface ListenerReach {
  readonly listener: Listener;
  readonly admission: Admission;
}

export interface Reach {
  /** Why nobody reaches it, however open it stands. Missing or unhealthy targets are no reason: they come back. */
  readonly unreachable?: string;
  /** "nothing": a network load balancer without security groups, on which no source is restricted. */
  readonly guardedBy: "security groups" | "nothing";
  readonly listeners: Fact<readonly ListenerReach[]>;
  /** Who would reach a listener on some port: holds also where listeners were not read. */
  readonly anyPort: Admission;
}

const everyIpv4 = parseCidrs(["0.0.0.0/0"]);
const everyIpv6: AddressSet = { ipv4: [], ipv6: allAddresses.ipv6 };

/** Addresses that can be in a packet's source at this load balancer. */
export const familiesOf = ({ ipAddressType }: LoadBalancer): AddressSet => (ipAddressType === "ipv4" ? everyIpv4 : allAddresses);

/** Addresses from which the internet could reach it, were it open: by the families of its public addresses. */
export const publicFamiliesOf = (loadBalancer: LoadBalancer): AddressSet =>
  loadBalancer.ipAddressType === "dualstack-without-public-ipv4" ? everyIpv6 : familiesOf(loadBalancer);

/** Whether nothing on the load balancer itself restricts sources. */
export const isUnguarded = ({ securityGroupIds, type }: LoadBalancer): boolean =>
  securityGroupIds.length === 0 && (type === "network" || type === "gateway");

/** The sources that the load balancer itself admits to each listener, whatever stands before it. Whether the scheme lets the internet in is not asked here. */
export function reachOf(loadBalancer: LoadBalancer, index: GroupIndex): Reach {
  const { listeners, securityGroupIds } = loadBalancer;
  const families = familiesOf(loadBalancer);
  const isOpen = isUnguarded(loadBalancer);
  const admit = (ports: readonly Ports[]): Admission => {
    if (isOpen) return admissionOf(families);
    if (securityGroupIds.length === 0) return { ...nobody, atMost: groupless, unread: ["security groups"] };
    return within(admittedBy(securityGroupIds, ports, index), families);
  };
  const unreachable = whyUnreachable(loadBalancer);
  return {
    ...(unreachable === undefined ? {} : { unreachable }),
    guardedBy: isOpen ? "nothing" : "security groups",
    listeners:
      listeners.state === "known"
        ? known(listeners.value.map((listener) => ({ listener, admission: admit(portsOf(listener)) })))
        : listeners,
    anyPort: admit(everyPort),
  };
}

/** Every application and classic load balancer of a VPC has security groups, so that none means that they were not told. */
export const groupless = unknown("malformed", "The load balancer was listed without its security groups.");

export const everyPort: readonly Ports[] = [
  { protocol: "tcp", from: 0, to: 65535 },
  { protocol: "udp", from: 0, to: 65535 },
];

/** Ports that a listener has: no load balancer listens by SCTP. */
export interface ListenerPorts extends Ports {
  readonly protocol: "tcp" | "udp";
}

/** Transport by ELB's protocol; one that is not listed may be either. Source: Elastic Load Balancing API, Listener. */
const transports: Readonly<Record<string, readonly ListenerPorts["protocol"][]>> = {
  HTTP: ["tcp"],
  HTTPS: ["tcp"],
  TCP: ["tcp"],
  TLS: ["tcp"],
  SSL: ["tcp"],
  UDP: ["udp"],
  QUIC: ["udp"],
};

/** What a security group has to admit for a client to reach the listener. */
export const portsOf = ({ port, protocol }: Listener): readonly ListenerPorts[] =>
  (transports[protocol.toUpperCase()] ?? (["tcp", "udp"] as const)).map((transport) => ({ protocol: transport, from: port, to: port }));

/** Lasting conditions only. "active_impaired" still routes. Source: Elastic Load Balancing API, LoadBalancerState. */
export function whyUnreachable({ state, listeners }: LoadBalancer): string | undefined {
  if (state === "failed" || state === "provisioning") return `its state is ${state}`;
  if (listeners.state === "known" && listeners.value.length === 0) return "it has no listener";
  return undefined;
}
