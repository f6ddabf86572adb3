/**
 * Who reaches a load balancer's listeners from the internet, all layers together: the families of its public addresses,
 * then in each of its subnets the route, Block Public Access and the network ACL, then its security groups.
 * One subnet that lets a source in is enough. Whether the scheme lets the internet in is not asked here.
 */
import type { Listener, LoadBalancer } from "../../model/aws.ts";
import { type Fact, known, type Reason } from "../../model/fact.ts";
import { type AddressSet, allAddresses, union } from "../addresses.ts";
import { type Layer, layer, through } from "../reach/layer.ts";
import type { SubnetIndex } from "../reach/subnet.ts";
import { type Admission, admittedBy, type GroupIndex, type Ports } from "../security-group.ts";
import { everyPort, groupless, isUnguarded, portsOf, publicFamiliesOf, whyUnreachable } from "./sources.ts";

/** One way in: through one subnet, by one transport. */
export interface Path {
  readonly subnetId: string;
  readonly layers: readonly Layer[];
}

/** Who comes in by any of some paths. */
export interface Sources {
  readonly paths: readonly Path[];
  /** Sources that certainly come in, unread protections aside. */
  readonly atLeast: AddressSet;
  /** Sources that may; nobody else does. */
  readonly atMost: AddressSet;
  /** Why the two differ, where they do. */
  readonly doubt?: Reason;
  /** Protections that were not read; fewer may come in for them. */
  readonly unread: readonly Layer[];
  /** Groups whose members are let in by their private addresses. */
  readonly groups: readonly string[];
}

export interface Arrival {
  /** Why nobody reaches it, however open it stands. */
  readonly unreachable?: string;
  /** "nothing": a network load balancer without security groups. */
  readonly guardedBy: "security groups" | "nothing";
  readonly listeners: Fact<readonly { readonly listener: Listener; readonly sources: Sources }[]>;
  /** Who would reach a listener on some port: nobody else reaches any. Holds also where listeners were not read. */
  readonly anyPort: Sources;
}

export function arrivalOf(loadBalancer: LoadBalancer, groups: GroupIndex, subnets: SubnetIndex): Arrival {
  const { listeners } = loadBalancer;
  const unreachable = whyUnreachable(loadBalancer);
  const at = (ports: readonly Ports[]): Sources => sourcesOf(loadBalancer, ports, groups, subnets);
  return {
    ...(unreachable === undefined ? {} : { unreachable }),
    guardedBy: isUnguarded(loadBalancer) ? "nothing" : "security groups",
    listeners:
      listeners.state === "known" ? known(listeners.value.map((listener) => ({ listener, sources: at(portsOf(listener)) }))) : listeners,
    anyPort: at(everyPort),
  };
}

function sourcesOf(loadBalancer: LoadBalancer, ports: readonly Ports[], groups: GroupIndex, subnets: SubnetIndex): Sources {
  const family = layer("public address", publicFamiliesOf(loadBalancer), [loadBalancer.ipAddressType]);
  const guards = ports.map((transport) => ({ transport, guard: guardOf(loadBalancer, transport, groups) }));
  const paths = guards.flatMap(({ transport, guard }) =>
    subnetsOf(loadBalancer, transport, subnets).map(({ subnetId, layers }) => ({ subnetId, layers: [family, ...layers, ...guard.layers] })),
  );
  const reaches = paths.map(({ layers }) => through(layers));
  const doubt = reaches.find((reach) => reach.doubt !== undefined)?.doubt;
  const unread = new Map(reaches.flatMap((reach) => reach.unread.map((one) => [one.name, one])));
  return {
    paths,
    atLeast: union(...reaches.map(({ atLeast }) => atLeast)),
    atMost: union(...reaches.map(({ atMost }) => atMost)),
    ...(doubt === undefined ? {} : { doubt }),
    unread: [...unread.values()],
    groups: [...new Set(guards.flatMap(({ guard }) => guard.groups))].sort(),
  };
}

/** A load balancer lies in at least one subnet, so that none means that they were not told. */
function subnetsOf({ subnetIds }: LoadBalancer, ports: Ports, subnets: SubnetIndex): readonly Path[] {
  if (subnetIds.length > 0) return subnetIds.map((subnetId) => ({ subnetId, layers: subnets.layers(subnetId, ports) }));
  const message = "The load balancer was listed without its subnets.";
  return [{ subnetId: "", layers: [{ ...inDoubt, name: "route", ids: [], unread: { code: "malformed", message } }] }];
}

const inDoubt = { atLeast: { ipv4: [], ipv6: [] }, atMost: allAddresses } as const;

interface Guard {
  readonly layers: readonly Layer[];
  readonly groups: readonly string[];
}

function guardOf(loadBalancer: LoadBalancer, ports: Ports, index: GroupIndex): Guard {
  if (isUnguarded(loadBalancer)) return { layers: [], groups: [] };
  const { securityGroupIds: ids } = loadBalancer;
  const { atLeast, atMost, groups }: Pick<Admission, "atLeast" | "atMost" | "groups"> =
    ids.length === 0 ? { atLeast: inDoubt.atLeast, atMost: groupless, groups: [] } : admittedBy(ids, [ports], index);
  const name = "security group";
  return {
    groups,
    layers: [
      atMost.state === "known"
        ? { name, ids, atLeast, atMost: atMost.value }
        : { name, ids, atLeast, atMost: allAddresses, unread: atMost.reason },
    ],
  };
}
