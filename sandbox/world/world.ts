/** The organization as the APIs see it: made from an estate, changed only as a whole. */
import { EstateError } from "../errors.ts";
import { type Account, Region, Role } from "../estate/account.ts";
import type { LoadBalancer, Vpc } from "../estate/network.ts";
import type { Estate } from "../estate.ts";
import { buildCluster, type ClusterState, type KubernetesEndpoint } from "./cluster.ts";
import { controlPlane, inhabitants, residentInterfaces } from "./inhabitants.ts";
import type { ListenerState } from "./listener.ts";
import { buildClassic, buildV2, type ClassicLoadBalancer, type LoadBalancerV2, residentOf, type Site } from "./load-balancer.ts";
import { buildNetwork, clusterGroup, impliedVpc, type Network, securityGroup } from "./network.ts";
import { arn, type Place } from "./place.ts";
import { idleTargetGroup, type TargetGroupState } from "./target-group.ts";

export interface RegionState {
  readonly place: Place;
  readonly securityHub: Region["securityHub"];
  readonly network: Network;
  readonly loadBalancers: readonly LoadBalancerV2[];
  readonly loadBalancersByArn: ReadonlyMap<string, LoadBalancerV2>;
  readonly listenersByArn: ReadonlyMap<string, ListenerState>;
  readonly targetGroupsByArn: ReadonlyMap<string, TargetGroupState>;
  readonly classicLoadBalancers: readonly ClassicLoadBalancer[];
  /** By name, in the order in which ListClusters answers. */
  readonly clusters: ReadonlyMap<string, ClusterState>;
}

export interface AccountState {
  readonly id: string;
  readonly estate: Account;
  readonly roles: ReadonlyMap<string, Role>;
  readonly enabledRegions: ReadonlySet<string>;
  region(name: string): RegionState;
}

export interface World {
  readonly estate: Estate;
  readonly partition: string;
  readonly accounts: ReadonlyMap<string, AccountState>;
  readonly managementAccount: string | undefined;
}

/** Clusters' API servers by cluster ARN. */
export type Endpoints = ReadonlyMap<string, KubernetesEndpoint>;

/** Finds what a cluster or load balancer names, or takes the Region's first VPC and all of its subnets. */
function siteFinder(vpcs: readonly Vpc[], where: string) {
  const fail = (what: string): never => {
    throw new EstateError(`${where}: ${what}`);
  };
  return (owner: { readonly name: string; readonly vpc?: string | undefined; readonly subnets?: readonly string[] | undefined }): Site => {
    const vpc = owner.vpc === undefined ? vpcs[0] : vpcs.find(({ id }) => id === owner.vpc);
    if (vpc === undefined) return fail(`${owner.name} is in VPC ${owner.vpc}, which is not one of this Region`);
    const named = owner.subnets?.map(
      (id) => vpc.subnets.find((subnet) => subnet.id === id) ?? fail(`${owner.name} is in subnet ${id}, which is not one of VPC ${vpc.id}`),
    );
    return { vpcId: vpc.id, subnets: named ?? vpc.subnets };
  };
}

/** Groups that something names must be there, or every reader would call the estate broken. Groups of other accounts can't be attached. */
function demandGroups(
  network: Network,
  owners: readonly { readonly name: string; readonly securityGroups: readonly string[] }[],
  where: string,
): void {
  const known = new Set(network.securityGroups.map(({ groupId }) => groupId));
  for (const { name, securityGroups } of owners) {
    for (const id of securityGroups)
      if (!known.has(id)) throw new EstateError(`${where}: ${name} has security group ${id}, which is not one of this Region`);
  }
}

function buildRegion(region: Region, place: Place, versionOf: (version: string | undefined) => string, endpoints: Endpoints): RegionState {
  const where = `accounts.${place.account}.regions.${place.region}`;
  const inhabited = region.clusters.length > 0 || region.loadBalancers.length > 0;
  const vpcs = region.vpcs.length > 0 || !inhabited ? region.vpcs : [impliedVpc(place)];
  const siteOf = siteFinder(vpcs, where);
  const network = buildNetwork({ ...region, vpcs }, place);
  const clusters = new Map<string, ClusterState>();
  for (const cluster of region.clusters) {
    if (clusters.has(cluster.name)) throw new EstateError(`${where}: cluster ${cluster.name} stands here twice`);
    const site = siteOf(cluster);
    const group = clusterGroup(cluster.name, place);
    network.securityGroups.push(securityGroup(group, site.vpcId, place));
    if (cluster.connector === undefined) {
      const plane = controlPlane(cluster.name, site, [group.id, ...cluster.securityGroups]);
      network.networkInterfaces.push(...residentInterfaces(plane, place));
    }
    const clusterSite = { vpcId: site.vpcId, subnetIds: site.subnets.map(({ id }) => id), clusterSecurityGroupId: group.id };
    const endpoint = endpoints.get(arn(place, "eks", `cluster/${cluster.name}`));
    clusters.set(cluster.name, buildCluster(cluster, versionOf(cluster.version), clusterSite, place, endpoint));
  }
  for (const vpc of vpcs) {
    const { instances, networkInterfaces } = inhabitants(vpc, place);
    network.instances.push(...instances);
    network.networkInterfaces.push(...networkInterfaces);
  }
  for (const balancer of region.loadBalancers) {
    network.networkInterfaces.push(...residentInterfaces(residentOf(balancer, siteOf(balancer), place), place));
  }
  const onNetwork = vpcs.flatMap(({ instances, networkInterfaces }) => [...instances, ...networkInterfaces]);
  demandGroups(network, [...region.clusters, ...region.loadBalancers, ...onNetwork.map((one) => ({ ...one, name: one.id }))], where);
  const isClassic = ({ type }: LoadBalancer) => type === "classic";
  const loadBalancers = region.loadBalancers
    .filter((balancer) => !isClassic(balancer))
    .map((balancer) => buildV2(balancer, siteOf(balancer), place));
  const listeners = loadBalancers.flatMap((balancer) => balancer.listeners);
  const idle = region.targetGroups.map((group) => idleTargetGroup(group, group.vpc ?? vpcs[0]?.id, place));
  const targetGroups = [...listeners.flatMap((listener) => listener.targetGroups), ...idle];
  return {
    place,
    securityHub: region.securityHub,
    network,
    loadBalancers,
    loadBalancersByArn: new Map(loadBalancers.map((balancer) => [balancer.LoadBalancerArn, balancer])),
    listenersByArn: new Map(listeners.map((listener) => [listener.ListenerArn, listener])),
    targetGroupsByArn: new Map(targetGroups.map((group) => [group.TargetGroupArn, group])),
    classicLoadBalancers: region.loadBalancers.filter(isClassic).map((balancer) => buildClassic(balancer, siteOf(balancer), place)),
    clusters,
  };
}

function buildAccount(
  account: Account,
  estate: Estate,
  versionOf: (version: string | undefined) => string,
  endpoints: Endpoints,
): AccountState {
  const regions = new Map<string, RegionState>();
  const build = (region: string, content: Region) => {
    const state = buildRegion(content, { partition: estate.partition, account: account.id, region }, versionOf, endpoints);
    regions.set(region, state);
    return state;
  };
  for (const [region, content] of Object.entries(account.regions)) build(region, content);
  const roles = account.roles ?? { [estate.memberRole]: Role.parse({}) };
  return {
    id: account.id,
    estate: account,
    roles: new Map(Object.entries(roles)),
    enabledRegions: new Set(account.enabledRegions ?? estate.enabledRegions),
    // A Region of which the estate says nothing is an empty one.
    region: (name) => regions.get(name) ?? build(name, Region.parse({})),
  };
}

/** The Kubernetes version that EKS gives a cluster for which none was asked. */
export function newestVersion({ versions }: Estate, now: Date): string {
  const today = now.toISOString().slice(0, 10);
  const newest = versions.filter(({ released }) => released <= today).at(-1) ?? versions[0];
  if (newest === undefined) throw new EstateError("versions: there has to be one");
  return newest.version;
}

/**
 * Makes the world that an estate describes.
 *
 * @param endpoints the API servers that really run; a cluster without one gets an endpoint of EKS's form
 * @throws {EstateError} where the estate names something that it does not have
 */
export function buildWorld(estate: Estate, now: Date, endpoints: Endpoints = new Map()): World {
  const newest = newestVersion(estate, now);
  const versionOf = (version: string | undefined) => version ?? newest;
  return {
    estate,
    partition: estate.partition,
    accounts: new Map(estate.accounts.map((account) => [account.id, buildAccount(account, estate, versionOf, endpoints)])),
    managementAccount: estate.organization === null ? undefined : (estate.organization.managementAccount ?? estate.hub.account),
  };
}
