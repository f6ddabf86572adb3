import * as z from "zod";
import { AddOn } from "./add-on.ts";
import {
  ClusterNetwork,
  ClusterVersion,
  ControlPlaneLogging,
  Endpoint,
  LoadBalancer,
  PrefixList,
  SecretsEncryption,
  SecurityGroup,
  Subnet,
  TargetGroup,
} from "./aws.ts";
import { CalicoNetworkSet, CalicoPolicy, CalicoTier } from "./calico-policy.ts";
import { CiliumPolicy } from "./cilium-policy.ts";
import { AdminNetworkPolicy, ApplicationNetworkPolicy, ClusterNetworkPolicy } from "./cluster-network-policy.ts";
import { factOf, Reason } from "./fact.ts";
import { Gateway, GatewayClass, LoadBalancerConfiguration, Route, TargetGroupBinding } from "./gateway.ts";
import { Ingress, IngressClass, IngressClassParams, Service } from "./kubernetes.ts";
import { NetworkPolicy } from "./network-policy.ts";
import { Instance, NodeGroup } from "./nodes.ts";
import { ApiServerAddresses, NetworkSettings, NodeClass, SecurityGroupPolicy } from "./pod-network.ts";
import { Role, RoleBinding } from "./rbac.ts";
import { Resource } from "./resource.ts";
import { BlockPublicAccess, NetworkAcl, NetworkInterface, RouteTable, Vpc } from "./vpc.ts";
import { Namespace, Node, Pod, Workload } from "./workloads.ts";

/** What became of one read of a run. `skipped`: closed on purpose, such as a Region denied by a service control policy. */
export const Coverage = z
  .strictObject({
    /** A key of `collect/reads`, with what was asked for where it is not plain, such as "eks:ListClusters eu-west-1". */
    read: z.string(),
    state: z.enum(["read", "unknown", "skipped"]),
    reason: Reason.exactOptional(),
    /** What to do about a read that failed, in a sentence. */
    remedy: z.string().exactOptional(),
  })
  .readonly();
export type Coverage = z.infer<typeof Coverage>;

const factsOfList = <S extends z.ZodType>(item: S) => factOf(z.array(item).readonly());

/** Everything that a scan tried to learn about one cluster; each field carries its own refusal. */
export const ClusterFacts = z
  .strictObject({
    /** When reading this cluster began, RFC 3339 with milliseconds. The only clock that a check sees. */
    readAt: factOf(z.string()),
    /** The outcome of every read that the selected checks need. */
    reads: factsOfList(Coverage),

    endpoint: factOf(Endpoint),
    network: factOf(ClusterNetwork),
    version: factOf(ClusterVersion),
    logging: factOf(ControlPlaneLogging),
    secretsEncryption: factOf(SecretsEncryption),

    /** Every load balancer of the cluster's VPC. */
    loadBalancers: factsOfList(LoadBalancer),
    /** Every security group of the cluster's VPC. */
    securityGroups: factsOfList(SecurityGroup),
    /** The prefix lists that those security groups name, and those of route tables where they were read. */
    prefixLists: factsOfList(PrefixList),
    subnets: factsOfList(Subnet),
    vpc: factOf(Vpc),
    /** Every route table of the cluster's VPC. */
    routeTables: factsOfList(RouteTable),
    /** Every network ACL of the cluster's VPC. */
    networkAcls: factsOfList(NetworkAcl),
    /** Of the account and Region. */
    blockPublicAccess: factOf(BlockPublicAccess),
    /** Every target group of the cluster's VPC. */
    targetGroups: factsOfList(TargetGroup),
    /** Every network interface of the cluster's VPC. */
    networkInterfaces: factsOfList(NetworkInterface),
    /** Every instance of the cluster's VPC that has not ended. */
    instances: factsOfList(Instance),
    /** The managed node groups. */
    nodeGroups: factsOfList(NodeGroup),
    /** Those of EKS; an agent that was installed by other means is none of them. */
    addOns: factsOfList(AddOn),

    services: factsOfList(Service),
    ingresses: factsOfList(Ingress),
    ingressClasses: factsOfList(IngressClass),
    /** Empty where the kind is not installed. */
    ingressClassParams: factsOfList(IngressClassParams),
    /** Of the Gateway API and of controllers' kinds: empty where they are not installed. */
    gatewayClasses: factsOfList(GatewayClass),
    gateways: factsOfList(Gateway),
    loadBalancerConfigurations: factsOfList(LoadBalancerConfiguration),
    targetGroupBindings: factsOfList(TargetGroupBinding),
    gatewayRoutes: factsOfList(Route),

    namespaces: factsOfList(Namespace),
    nodes: factsOfList(Node),
    pods: factsOfList(Pod),
    /** Every controller of pods. */
    workloads: factsOfList(Workload),

    networkPolicies: factsOfList(NetworkPolicy),
    /** Kinds of policy that a cluster may lack; then there are none. */
    adminNetworkPolicies: factsOfList(AdminNetworkPolicy),
    clusterNetworkPolicies: factsOfList(ClusterNetworkPolicy),
    applicationNetworkPolicies: factsOfList(ApplicationNetworkPolicy),
    calicoPolicies: factsOfList(CalicoPolicy),
    calicoTiers: factsOfList(CalicoTier),
    calicoNetworkSets: factsOfList(CalicoNetworkSet),
    ciliumPolicies: factsOfList(CiliumPolicy),
    securityGroupPolicies: factsOfList(SecurityGroupPolicy),
    /** Of EKS Auto Mode. */
    nodeClasses: factsOfList(NodeClass),
    networkSettings: factOf(NetworkSettings),
    apiServerAddresses: factOf(ApiServerAddresses),

    /** Roles and ClusterRoles. */
    roles: factsOfList(Role),
    /** RoleBindings and ClusterRoleBindings. */
    roleBindings: factsOfList(RoleBinding),
  })
  .readonly();
export type ClusterFacts = z.infer<typeof ClusterFacts>;

/** One cluster as a run saw it. */
export const Cluster = z
  .strictObject({
    resource: Resource,
    account: z.string(),
    region: z.string(),
    name: z.string(),
    /** Why the cluster as a whole is not judged: being created or deleted, or registered from elsewhere. */
    inapplicable: Reason.exactOptional(),
    facts: ClusterFacts,
  })
  .readonly();
export type Cluster = z.infer<typeof Cluster>;
