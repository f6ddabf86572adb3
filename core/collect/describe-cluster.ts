import { DescribeClusterCommand, type EKSClient } from "@aws-sdk/client-eks";
import * as z from "zod";
import type { ClusterNetwork, ClusterVersion, ControlPlaneLogging, Endpoint, SecretsEncryption } from "../model/aws.ts";
import { type Fact, known, type Reason, unknown } from "../model/fact.ts";
import { answerOf } from "./answer.ts";
import type { KubernetesTarget } from "./kubernetes.ts";

/** What DescribeCluster says, each part a fact of its own: any of them may be missing, in every state of a cluster. */
export interface DescribedCluster {
  /** Why the cluster as a whole is not judged. */
  readonly inapplicable?: Reason;
  readonly endpoint: Fact<Endpoint>;
  readonly network: Fact<ClusterNetwork>;
  readonly version: Fact<Omit<ClusterVersion, "support">>;
  readonly logging: Fact<ControlPlaneLogging>;
  readonly secretsEncryption: Fact<SecretsEncryption>;
  readonly kubernetes: Fact<Pick<KubernetesTarget, "url" | "certificateAuthority" | "clusterId">>;
  /** A local cluster: its control plane runs on an Outpost. */
  readonly isOnOutpost: boolean;
}

const strings = z.array(z.string());
const remoteNetworks = z.array(z.object({ cidrs: strings.optional() })).optional();

const DescribeClusterAnswer = z.object({
  cluster: z.object({
    status: z.string().optional(),
    version: z.string().optional(),
    platformVersion: z.string().optional(),
    upgradePolicy: z.object({ supportType: z.string().optional() }).optional(),
    endpoint: z.string().optional(),
    certificateAuthority: z.object({ data: z.string().optional() }).optional(),
    id: z.string().optional(),
    resourcesVpcConfig: z
      .object({
        endpointPublicAccess: z.boolean().optional(),
        endpointPrivateAccess: z.boolean().optional(),
        publicAccessCidrs: strings.optional(),
        vpcId: z.string().optional(),
        subnetIds: strings.optional(),
        securityGroupIds: strings.optional(),
        clusterSecurityGroupId: z.string().optional(),
      })
      .optional(),
    kubernetesNetworkConfig: z
      .object({
        ipFamily: z.string().optional(),
        serviceIpv4Cidr: z.string().optional(),
        serviceIpv6Cidr: z.string().optional(),
        elasticLoadBalancing: z.object({ enabled: z.boolean().optional() }).optional(),
      })
      .optional(),
    // Judged on its own: a range that is not understood leaves the rest of the answer what it is.
    kubeApiServerConfig: z.object({ serviceNodePortRange: z.unknown().optional() }).nullish(),
    remoteNetworkConfig: z.object({ remoteNodeNetworks: remoteNetworks, remotePodNetworks: remoteNetworks }).optional(),
    logging: z
      .object({ clusterLogging: z.array(z.object({ types: strings.optional(), enabled: z.boolean().optional() })).optional() })
      .optional(),
    encryptionConfig: z
      .array(z.object({ resources: strings.optional(), provider: z.object({ keyArn: z.string().optional() }).optional() }))
      .optional(),
    connectorConfig: z.object({ provider: z.string().optional() }).optional(),
    outpostConfig: z.object({}).optional(),
  }),
});
type Described = z.output<typeof DescribeClusterAnswer>["cluster"];

export async function describeCluster(eks: EKSClient, name: string, signal: AbortSignal): Promise<DescribedCluster> {
  const call = eks.send(new DescribeClusterCommand({ name }), { abortSignal: signal });
  const { cluster } = await answerOf(DescribeClusterAnswer, call, signal);
  const inapplicable = whyInapplicable(cluster);
  return {
    ...(inapplicable === undefined ? {} : { inapplicable }),
    endpoint: endpointOf(cluster),
    network: networkOf(cluster),
    version: versionOf(cluster),
    logging: loggingOf(cluster),
    secretsEncryption: encryptionOf(cluster),
    kubernetes: kubernetesOf(cluster, name),
    isOnOutpost: isOnOutpost(cluster),
  };
}

const isOnOutpost = ({ outpostConfig }: Described): boolean => outpostConfig !== undefined;

/** A FAILED cluster still has an endpoint and a VPC, and is judged by what AWS says of it. */
function whyInapplicable({ status, connectorConfig }: Described): Reason | undefined {
  if (connectorConfig !== undefined) {
    const where = connectorConfig.provider === undefined ? "elsewhere" : `as ${connectorConfig.provider}`;
    return { code: "not-supported", message: `The cluster runs outside EKS (registered ${where}) and has no EKS endpoint.` };
  }
  // PENDING: registered, not yet connected.
  if (status === "CREATING" || status === "DELETING" || status === "PENDING") {
    return { code: "not-ready", message: `The cluster is ${status}.` };
  }
  return undefined;
}

/** A part that the answer lacks: expected while there is no working cluster, and no answer of EKS otherwise. */
function missing({ status }: Described, part: string): Fact<never> {
  const code = status === undefined || status === "ACTIVE" ? "malformed" : "not-ready";
  return unknown(code, `DescribeCluster answered without ${part}, the cluster being ${status ?? "in no state"}.`);
}

function endpointOf(cluster: Described): Fact<Endpoint> {
  const config = cluster.resourcesVpcConfig;
  if (config?.endpointPublicAccess === undefined) return missing(cluster, "endpointPublicAccess");
  return known({
    publicAccess: config.endpointPublicAccess,
    // EKS's default; the reading that hides nothing.
    privateAccess: config.endpointPrivateAccess ?? false,
    publicCidrs: config.publicAccessCidrs ?? [],
    ...(cluster.endpoint === undefined ? {} : { url: cluster.endpoint }),
  });
}

function networkOf(cluster: Described): Fact<ClusterNetwork> {
  const config = cluster.resourcesVpcConfig;
  if (config?.vpcId === undefined) return missing(cluster, "vpcId");
  if (config.subnetIds === undefined) return missing(cluster, "subnetIds");
  if (config.securityGroupIds === undefined) return missing(cluster, "securityGroupIds");
  const { ipFamily, serviceIpv4Cidr, serviceIpv6Cidr, elasticLoadBalancing } = cluster.kubernetesNetworkConfig ?? {};
  const family = ipFamily ?? (serviceIpv6Cidr === undefined ? "ipv4" : "ipv6");
  if (family !== "ipv4" && family !== "ipv6") return unknown("malformed", "DescribeCluster answered with an IP family that is not known.");
  const { remoteNodeNetworks = [], remotePodNetworks = [] } = cluster.remoteNetworkConfig ?? {};
  const cidrs = (networks: readonly { readonly cidrs?: string[] | undefined }[]) => networks.flatMap(({ cidrs }) => cidrs ?? []);
  return known({
    vpcId: config.vpcId,
    subnetIds: config.subnetIds,
    ...(config.clusterSecurityGroupId === undefined ? {} : { clusterSecurityGroupId: config.clusterSecurityGroupId }),
    securityGroupIds: config.securityGroupIds,
    ipFamily: family,
    serviceCidrs: [serviceIpv4Cidr, serviceIpv6Cidr].filter((cidr) => cidr !== undefined),
    remoteNodeNetworks: cidrs(remoteNodeNetworks),
    remotePodNetworks: cidrs(remotePodNetworks),
    // Absent on a cluster that never had Auto Mode.
    autoModeLoadBalancing: elasticLoadBalancing?.enabled ?? false,
    ...nodePortsOf(cluster),
  });
}

const Port = z.int().min(1).max(65_535);
const NodePortRange = z.object({ minPort: Port, maxPort: Port }).refine(({ minPort, maxPort }) => minPort <= maxPort);

/** Source: Amazon EKS API, ServiceNodePortRange. */
function nodePortsOf({ kubeApiServerConfig }: Described): Pick<ClusterNetwork, "nodePorts"> {
  const range = kubeApiServerConfig?.serviceNodePortRange ?? undefined;
  if (range === undefined) return {};
  const { success, data } = NodePortRange.safeParse(range);
  if (!success) return { nodePorts: unknown("malformed", "DescribeCluster answered with a range of node ports that is none.") };
  return { nodePorts: known({ from: data.minPort, to: data.maxPort }) };
}

function versionOf(cluster: Described): Fact<Omit<ClusterVersion, "support">> {
  if (cluster.version === undefined) return missing(cluster, "a version");
  const supportType = cluster.upgradePolicy?.supportType;
  return known({
    kubernetes: cluster.version,
    ...(cluster.platformVersion === undefined ? {} : { platform: cluster.platformVersion }),
    ...(supportType === "STANDARD" || supportType === "EXTENDED" ? { supportType } : {}),
  });
}

function loggingOf(cluster: Described): Fact<ControlPlaneLogging> {
  if (cluster.logging?.clusterLogging === undefined) return missing(cluster, "logging");
  const setups = cluster.logging.clusterLogging;
  return known({ enabledTypes: setups.flatMap(({ types, enabled }) => (enabled === true ? (types ?? []) : [])) });
}

/** EKS leaves encryptionConfig out where no key was configured. */
function encryptionOf(cluster: Described): Fact<SecretsEncryption> {
  const setup = (cluster.encryptionConfig ?? []).find(({ resources }) => resources?.includes("secrets"));
  const keyArn = setup?.provider?.keyArn;
  return known(keyArn === undefined ? {} : { keyArn });
}

function kubernetesOf(cluster: Described, name: string): DescribedCluster["kubernetes"] {
  if (cluster.status === "FAILED") return unknown("not-ready", "The cluster is FAILED: its Kubernetes API is not asked.");
  const { endpoint: url, certificateAuthority } = cluster;
  if (url === undefined) return missing(cluster, "an endpoint");
  if (certificateAuthority?.data === undefined) return missing(cluster, "a certificate authority");
  // Tokens of a local cluster are bound to its id: another cluster of the same name may exist in the Region.
  const clusterId = isOnOutpost(cluster) ? cluster.id : name;
  if (clusterId === undefined) return missing(cluster, "the id of a local cluster");
  return known({ url, certificateAuthority: certificateAuthority.data, clusterId });
}
