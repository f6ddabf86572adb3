/** Clusters as DescribeCluster has them, with the values that AWS fills in. */
import type { Cluster } from "../estate/cluster.ts";
import { type AddOnState, buildAddOn } from "./add-on.ts";
import { hex } from "./ids.ts";
import { buildNodeGroup, type NodeGroupState } from "./node-group.ts";
import { arn, domainOf, type Place } from "./place.ts";

/** What is known of a cluster's API server once it runs. */
export interface KubernetesEndpoint {
  readonly url: string;
  /** The certificate authority, PEM in base64. */
  readonly certificateAuthorityData: string;
}

export interface ClusterState {
  readonly arn: string;
  readonly place: Place;
  readonly estate: Cluster;
  readonly version: string;
  /** By name, in the order in which ListNodegroups answers. */
  readonly nodeGroups: ReadonlyMap<string, NodeGroupState>;
  /** By name, in the order in which ListAddons answers. */
  readonly addOns: ReadonlyMap<string, AddOnState>;
  /** The member `cluster` of DescribeCluster's answer. */
  readonly description: Readonly<Record<string, unknown>>;
}

/** Where a cluster's control plane is attached, found by the one who knows the Region. */
export interface ClusterSite {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly clusterSecurityGroupId: string;
}

const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"] as const;
/** The statuses in which a cluster has an API server. */
const running: ReadonlySet<string> = new Set(["ACTIVE", "UPDATING", "DELETING"]);
export const isRunning = ({ status, connector }: Cluster): boolean => running.has(status) && connector === undefined;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Lays one value over another: objects member by member, null takes a member away, anything else replaces. */
function overlay(under: Record<string, unknown>, over: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    if (value === null) delete result[key];
    else result[key] = isRecord(value) ? overlay(isRecord(below) ? below : {}, value) : value;
  }
  return result;
}

function logging(enabled: Cluster["logging"]) {
  const off = logTypes.filter((type) => !enabled.includes(type));
  return {
    clusterLogging: [
      ...(enabled.length > 0 ? [{ types: enabled, enabled: true }] : []),
      ...(off.length > 0 ? [{ types: off, enabled: false }] : []),
    ],
  };
}

function publicRanges({ endpoint, ipFamily }: Cluster): readonly string[] {
  if (endpoint.cidrs !== undefined) return endpoint.cidrs;
  if (!endpoint.public) return [];
  return ipFamily === "ipv6" ? ["0.0.0.0/0", "::/0"] : ["0.0.0.0/0"];
}

/** A registered cluster: EKS knows its name and who connected it, and nothing of its network. */
const connected = (cluster: Cluster, place: Place): Record<string, unknown> => ({
  name: cluster.name,
  arn: arn(place, "eks", `cluster/${cluster.name}`),
  createdAt: 1_767_225_600,
  status: cluster.status,
  connectorConfig: {
    activationId: hex(36, cluster.name),
    provider: cluster.connector,
    roleArn: `arn:${place.partition}:iam::${place.account}:role/eks-connector`,
  },
  tags: cluster.tags,
});

export function buildCluster(
  cluster: Cluster,
  version: string,
  site: ClusterSite,
  place: Place,
  endpoint: KubernetesEndpoint | undefined,
): ClusterState {
  const clusterArn = arn(place, "eks", `cluster/${cluster.name}`);
  const id = hex(32, clusterArn).toUpperCase();
  const base: Record<string, unknown> =
    cluster.connector !== undefined
      ? connected(cluster, place)
      : {
          name: cluster.name,
          arn: clusterArn,
          createdAt: 1_767_225_600,
          version,
          ...(isRunning(cluster) && {
            endpoint: endpoint?.url ?? `https://${id}.gr7.${place.region}.eks.${domainOf(place.partition)}`,
            certificateAuthority: { data: endpoint?.certificateAuthorityData ?? "" },
            identity: { oidc: { issuer: `https://oidc.eks.${place.region}.${domainOf(place.partition)}/id/${id}` } },
          }),
          roleArn: `arn:${place.partition}:iam::${place.account}:role/eks-cluster`,
          resourcesVpcConfig: {
            subnetIds: site.subnetIds,
            securityGroupIds: cluster.securityGroups,
            clusterSecurityGroupId: site.clusterSecurityGroupId,
            vpcId: site.vpcId,
            endpointPublicAccess: cluster.endpoint.public,
            endpointPrivateAccess: cluster.endpoint.private,
            publicAccessCidrs: publicRanges(cluster),
          },
          kubernetesNetworkConfig: {
            ...(cluster.ipFamily === "ipv4" ? { serviceIpv4Cidr: "172.20.0.0/16" } : { serviceIpv6Cidr: "fd5d:1f2e:3c4b::/108" }),
            ipFamily: cluster.ipFamily,
            elasticLoadBalancing: { enabled: cluster.autoMode },
          },
          logging: logging(cluster.logging),
          status: cluster.status,
          platformVersion: "eks.9",
          tags: cluster.tags,
          ...(cluster.encryptionKey !== undefined && {
            encryptionConfig: [{ resources: ["secrets"], provider: { keyArn: cluster.encryptionKey } }],
          }),
          health: { issues: [] },
          accessConfig: { authenticationMode: cluster.autoMode ? "API" : "API_AND_CONFIG_MAP" },
          upgradePolicy: { supportType: "EXTENDED" },
          zonalShiftConfig: { enabled: false },
          computeConfig: { enabled: cluster.autoMode, ...(cluster.autoMode && { nodePools: ["general-purpose", "system"] }) },
          storageConfig: { blockStorage: { enabled: cluster.autoMode } },
          deletionProtection: false,
        };
  const groups = cluster.nodeGroups.map((group) =>
    buildNodeGroup(group, { cluster: cluster.name, version, subnetIds: site.subnetIds }, place),
  );
  const nodeGroups = new Map(groups.map((group) => [group.name, group]));
  const addOns = new Map(cluster.addOns.map((addOn) => [addOn.name, buildAddOn(addOn, cluster.name, place)]));
  return { arn: clusterArn, place, estate: cluster, version, nodeGroups, addOns, description: overlay(base, cluster.describe) };
}
