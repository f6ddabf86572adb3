/** Load balancers of a Region, in the words of the two ELB APIs. */
import type { LoadBalancer, Subnet } from "../estate/network.ts";
import { digits, hex } from "./ids.ts";
import type { Resident } from "./inhabitants.ts";
import { buildListener, type ListenerState } from "./listener.ts";
import { defaultGroupId } from "./network.ts";
import { arn, domainOf, type Place } from "./place.ts";

export type Tag = { readonly Key: string; readonly Value: string };

/** A load balancer of the ELBv2 API. */
export interface LoadBalancerV2 {
  readonly LoadBalancerArn: string;
  readonly LoadBalancerName: string;
  readonly listeners: readonly ListenerState[];
  readonly tags: readonly Tag[];
  /** What DescribeLoadBalancers answers. */
  readonly description: Readonly<Record<string, unknown>>;
}

/** A load balancer of the older API, which knows names and no ARNs. */
export interface ClassicLoadBalancer {
  readonly LoadBalancerName: string;
  readonly tags: readonly Tag[];
  readonly description: Readonly<Record<string, unknown>>;
}

/** The subnets of a load balancer, found by the one who knows the Region. */
export interface Site {
  readonly vpcId: string;
  readonly subnets: readonly Pick<Subnet, "id" | "zone" | "cidr">[];
}

const createdTime = "2026-01-15T09:30:00.000Z";
const paths: Readonly<Record<string, string>> = { application: "app", network: "net", gateway: "gwy" };
const pathOf = ({ type, name }: LoadBalancer, { account, region }: Place): string =>
  `${paths[type]}/${name}/${hex(16, account, region, name)}`;
const tagsOf = (balancer: LoadBalancer): readonly Tag[] => Object.entries(balancer.tags).map(([Key, Value]) => ({ Key, Value }));

/**
 * The name that ELB gives: network load balancers have the Region after `elb`, the others before it, and those others say `internal-`.
 * Source: the hosted zones' names in the AWS General Reference, "Elastic Load Balancing endpoints".
 */
function dnsName(balancer: LoadBalancer, { account, region, partition }: Place): string {
  if (balancer.dnsName !== undefined) return balancer.dnsName;
  const words = [account, region, balancer.name];
  const domain = domainOf(partition);
  if (balancer.type === "network" || balancer.type === "gateway") return `${balancer.name}-${hex(16, ...words)}.elb.${region}.${domain}`;
  return `${balancer.scheme === "internal" ? "internal-" : ""}${balancer.name}-${digits(10, ...words)}.${region}.elb.${domain}`;
}

/** What has security groups gets its VPC's default one where none is named; network and gateway load balancers then have none. */
function groupsOf(balancer: LoadBalancer, vpcId: string): readonly string[] | undefined {
  if (balancer.securityGroups.length > 0) return balancer.securityGroups;
  return balancer.type === "network" || balancer.type === "gateway" ? undefined : [defaultGroupId(vpcId)];
}

/** ELB's words for the interfaces of its load balancers, which tell whose they are. */
export function residentOf(balancer: LoadBalancer, site: Site, place: Place): Resident {
  const { name, type } = balancer;
  return {
    description: `ELB ${type === "classic" ? name : pathOf(balancer, place)}`,
    site,
    groupIds: groupsOf(balancer, site.vpcId) ?? [],
    type: type === "network" || type === "gateway" ? `${type}_load_balancer` : "interface",
    requester: "amazon-elb",
    isPublic: type !== "gateway" && balancer.scheme === "internet-facing",
  };
}

export function buildV2(balancer: LoadBalancer, { vpcId, subnets }: Site, place: Place): LoadBalancerV2 {
  const path = pathOf(balancer, place);
  const LoadBalancerArn = arn(place, "elasticloadbalancing", `loadbalancer/${path}`);
  const groups = groupsOf(balancer, vpcId);
  const privateLinkRules = balancer.type === "network" && groups !== undefined ? (balancer.privateLinkRules ?? "on") : undefined;
  return {
    LoadBalancerArn,
    LoadBalancerName: balancer.name,
    listeners: balancer.listeners.map((listener) => buildListener(listener, { balancer, path, vpcId, place })),
    tags: tagsOf(balancer),
    description: {
      LoadBalancerArn,
      DNSName: dnsName(balancer, place),
      CanonicalHostedZoneId: `Z${hex(13, place.region, balancer.type).toUpperCase()}`,
      CreatedTime: createdTime,
      LoadBalancerName: balancer.name,
      // A gateway load balancer has no scheme.
      Scheme: balancer.type === "gateway" ? undefined : balancer.scheme,
      VpcId: vpcId,
      State: { Code: balancer.state },
      Type: balancer.type,
      AvailabilityZones: subnets.map(({ id, zone }) => ({ ZoneName: `${place.region}${zone}`, SubnetId: id, LoadBalancerAddresses: [] })),
      SecurityGroups: groups,
      IpAddressType: balancer.ipAddressType,
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: privateLinkRules,
    },
  };
}

export function buildClassic(balancer: LoadBalancer, { vpcId, subnets }: Site, place: Place): ClassicLoadBalancer {
  const name = dnsName(balancer, place);
  const [first] = balancer.listeners;
  const internal = balancer.scheme === "internal";
  return {
    LoadBalancerName: balancer.name,
    tags: tagsOf(balancer),
    description: {
      LoadBalancerName: balancer.name,
      DNSName: name,
      CanonicalHostedZoneName: internal ? undefined : name,
      CanonicalHostedZoneNameID: `Z${hex(13, place.region, "classic").toUpperCase()}`,
      ListenerDescriptions: balancer.listeners.map(({ port, protocol = "TCP", instancePort = port }) => ({
        Listener: {
          Protocol: protocol,
          LoadBalancerPort: port,
          InstanceProtocol: protocol === "SSL" ? "TCP" : protocol,
          InstancePort: instancePort,
        },
        PolicyNames: [],
      })),
      Policies: { AppCookieStickinessPolicies: [], LBCookieStickinessPolicies: [], OtherPolicies: [] },
      BackendServerDescriptions: [],
      AvailabilityZones: subnets.map(({ zone }) => `${place.region}${zone}`),
      Subnets: subnets.map(({ id }) => id),
      VPCId: vpcId,
      Instances: [],
      HealthCheck: {
        Target: `TCP:${first?.instancePort ?? first?.port ?? 80}`,
        Interval: 10,
        Timeout: 5,
        UnhealthyThreshold: 6,
        HealthyThreshold: 2,
      },
      SourceSecurityGroup: { OwnerAlias: place.account, GroupName: "default" },
      SecurityGroups: groupsOf(balancer, vpcId),
      CreatedTime: createdTime,
      Scheme: balancer.scheme,
    },
  };
}
