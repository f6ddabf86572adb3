// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that are filled where a policy is made.
/**
 * Every read that is ever made, as data: what it is called in coverage, what it may call, and which facts depend on it.
 * The IAM policy and the ClusterRole are made from this table, and it decides which reads the selected checks need; a test
 * compares it with the calls that are really sent, both ways.
 */
import type { FactName } from "../model/check.ts";

/** A read of the AWS plane. The key is the name under which coverage lists it. */
export interface AwsRead {
  /** IAM actions that it calls. */
  readonly actions: readonly string[];
  /** What IAM lets the actions be narrowed to; `any` carries the reason why nothing narrower exists. */
  readonly resource: { readonly arn: string } | { readonly any: string };
  /** Facts about a cluster that cannot be known without it. */
  readonly facts: readonly FactName[];
}

/** A read of the Kubernetes API. */
export interface KubernetesRead {
  /** "" is the core group. */
  readonly group: string;
  readonly resource: string;
  readonly verb: "list" | "get";
  /** For `get`: the one object, as "namespace/name". */
  readonly object?: string;
  readonly facts: readonly FactName[];
}

/** Facts about a cluster that lists of its Kubernetes API answer. */
export const kubernetesListNames = [
  "services",
  "ingresses",
  "ingressClasses",
  "ingressClassParams",
  "gatewayClasses",
  "gateways",
  "loadBalancerConfigurations",
  "targetGroupBindings",
  "gatewayRoutes",
  "namespaces",
  "nodes",
  "pods",
  "workloads",
  "networkPolicies",
  "adminNetworkPolicies",
  "clusterNetworkPolicies",
  "applicationNetworkPolicies",
  "calicoPolicies",
  "calicoTiers",
  "calicoNetworkSets",
  "ciliumPolicies",
  "securityGroupPolicies",
  "nodeClasses",
  "roles",
  "roleBindings",
] as const;
export type KubernetesListName = (typeof kubernetesListNames)[number];

/** Facts about a cluster that are made of single objects. */
export const kubernetesObjectNames = ["networkSettings", "apiServerAddresses"] as const;
export type KubernetesObjectName = (typeof kubernetesObjectNames)[number];

/** Facts about a cluster that its Kubernetes API answers. */
export const kubernetesFactNames = [...kubernetesListNames, ...kubernetesObjectNames] as const;
export type KubernetesFactName = (typeof kubernetesFactNames)[number];

const noResourceType = { any: "the action takes no resource" } as const;
const eksCluster = { arn: "arn:{partition}:eks:*:{account}:cluster/*" } as const;
const eksAddon = { arn: "arn:{partition}:eks:*:{account}:addon/*/*/*" } as const;
const eksNodegroup = { arn: "arn:{partition}:eks:*:{account}:nodegroup/*/*/*" } as const;

/** Made by a scan with the member role in the cluster's account, and granted to it. */
export const awsReads = {
  "eks:ListClusters": { actions: ["eks:ListClusters"], resource: noResourceType, facts: [] },
  "eks:DescribeCluster": {
    actions: ["eks:DescribeCluster"],
    resource: eksCluster,
    // It names the VPC and the Kubernetes API, so everything hangs on it.
    facts: [
      "endpoint",
      "network",
      "version",
      "logging",
      "secretsEncryption",
      "loadBalancers",
      "securityGroups",
      "prefixLists",
      "subnets",
      "vpc",
      "routeTables",
      "networkAcls",
      "targetGroups",
      "networkInterfaces",
      "instances",
      ...kubernetesFactNames,
    ],
  },
  "eks:ListNodegroups": { actions: ["eks:ListNodegroups"], resource: eksCluster, facts: ["nodeGroups"] },
  "eks:DescribeNodegroup": { actions: ["eks:DescribeNodegroup"], resource: eksNodegroup, facts: ["nodeGroups"] },
  "eks:ListAddons": { actions: ["eks:ListAddons"], resource: eksCluster, facts: ["addOns"] },
  "eks:DescribeAddon": { actions: ["eks:DescribeAddon"], resource: eksAddon, facts: ["addOns"] },
  "eks:DescribeClusterVersions": { actions: ["eks:DescribeClusterVersions"], resource: noResourceType, facts: ["version"] },
  "account:ListRegions": { actions: ["account:ListRegions"], resource: { arn: "arn:{partition}:account::{account}:account" }, facts: [] },
  "elasticloadbalancing:DescribeLoadBalancers": {
    actions: ["elasticloadbalancing:DescribeLoadBalancers"],
    resource: noResourceType,
    facts: ["loadBalancers"],
  },
  "elasticloadbalancing:DescribeListeners": {
    actions: ["elasticloadbalancing:DescribeListeners"],
    resource: noResourceType,
    facts: ["loadBalancers"],
  },
  "elasticloadbalancing:DescribeRules": {
    actions: ["elasticloadbalancing:DescribeRules"],
    resource: noResourceType,
    facts: ["loadBalancers"],
  },
  "elasticloadbalancing:DescribeTags": {
    actions: ["elasticloadbalancing:DescribeTags"],
    resource: noResourceType,
    facts: ["loadBalancers"],
  },
  "elasticloadbalancing:DescribeTargetGroups": {
    actions: ["elasticloadbalancing:DescribeTargetGroups"],
    resource: noResourceType,
    facts: ["targetGroups"],
  },
  "elasticloadbalancing:DescribeTargetGroupAttributes": {
    actions: ["elasticloadbalancing:DescribeTargetGroupAttributes"],
    resource: noResourceType,
    facts: ["targetGroups"],
  },
  "ec2:DescribeSecurityGroups": {
    actions: ["ec2:DescribeSecurityGroups"],
    resource: noResourceType,
    facts: ["securityGroups", "prefixLists"],
  },
  "ec2:GetManagedPrefixListEntries": {
    actions: ["ec2:GetManagedPrefixListEntries"],
    resource: { arn: "arn:{partition}:ec2:*:*:prefix-list/*" },
    facts: ["prefixLists"],
  },
  "ec2:DescribeSubnets": { actions: ["ec2:DescribeSubnets"], resource: noResourceType, facts: ["subnets"] },
  "ec2:DescribeVpcs": { actions: ["ec2:DescribeVpcs"], resource: noResourceType, facts: ["vpc"] },
  "ec2:DescribeRouteTables": { actions: ["ec2:DescribeRouteTables"], resource: noResourceType, facts: ["routeTables"] },
  "ec2:DescribeNetworkAcls": { actions: ["ec2:DescribeNetworkAcls"], resource: noResourceType, facts: ["networkAcls"] },
  "ec2:DescribeNetworkInterfaces": { actions: ["ec2:DescribeNetworkInterfaces"], resource: noResourceType, facts: ["networkInterfaces"] },
  "ec2:DescribeInstances": { actions: ["ec2:DescribeInstances"], resource: noResourceType, facts: ["instances"] },
  "ec2:DescribeVpcBlockPublicAccessOptions": {
    actions: ["ec2:DescribeVpcBlockPublicAccessOptions"],
    resource: noResourceType,
    facts: ["blockPublicAccess"],
  },
  "ec2:DescribeVpcBlockPublicAccessExclusions": {
    actions: ["ec2:DescribeVpcBlockPublicAccessExclusions"],
    resource: noResourceType,
    facts: ["blockPublicAccess"],
  },
} as const satisfies Record<string, AwsRead>;
export type AwsReadName = keyof typeof awsReads;

/** Made by `doctor` besides, with the same role and granted to it as well: no fact about a cluster hangs on them. */
export const doctorReads = {
  "eks:DescribeAccessEntry": {
    actions: ["eks:DescribeAccessEntry"],
    // access-entry/CLUSTER/role/ACCOUNT/NAME/UUID
    resource: { arn: "arn:{partition}:eks:*:{account}:access-entry/*" },
    facts: [],
  },
  "securityhub:DescribeHub": {
    actions: ["securityhub:DescribeHub"],
    resource: { arn: "arn:{partition}:securityhub:*:{account}:hub/default" },
    facts: [],
  },
} as const satisfies Record<string, AwsRead>;
export type DoctorReadName = keyof typeof doctorReads;

/** Made with the credentials that the product itself runs with, outside the accounts it scans. */
export const hubReads = {
  "organizations:ListAccounts": { actions: ["organizations:ListAccounts"], resource: noResourceType, facts: [] },
  "sts:AssumeRole": { actions: ["sts:AssumeRole"], resource: { arn: "arn:{partition}:iam::*:role/{memberRole}" }, facts: [] },
} as const satisfies Record<string, AwsRead>;
export type HubReadName = keyof typeof hubReads;

const list = (group: string, resource: string, fact: FactName): KubernetesRead => ({ group, resource, verb: "list", facts: [fact] });

const get = (group: string, resource: string, object: string, fact: FactName): KubernetesRead => ({
  group,
  resource,
  verb: "get",
  object,
  facts: [fact],
});

export const kubernetesReads = {
  "kubernetes:list services": list("", "services", "services"),
  "kubernetes:list ingresses": list("networking.k8s.io", "ingresses", "ingresses"),
  "kubernetes:list ingressclasses": list("networking.k8s.io", "ingressclasses", "ingressClasses"),
  "kubernetes:list ingressclassparams.elbv2.k8s.aws": list("elbv2.k8s.aws", "ingressclassparams", "ingressClassParams"),
  "kubernetes:list ingressclassparams.eks.amazonaws.com": list("eks.amazonaws.com", "ingressclassparams", "ingressClassParams"),
  "kubernetes:list gatewayclasses.gateway.networking.k8s.io": list("gateway.networking.k8s.io", "gatewayclasses", "gatewayClasses"),
  "kubernetes:list gateways.gateway.networking.k8s.io": list("gateway.networking.k8s.io", "gateways", "gateways"),
  "kubernetes:list loadbalancerconfigurations.gateway.k8s.aws": list(
    "gateway.k8s.aws",
    "loadbalancerconfigurations",
    "loadBalancerConfigurations",
  ),
  "kubernetes:list httproutes.gateway.networking.k8s.io": list("gateway.networking.k8s.io", "httproutes", "gatewayRoutes"),
  "kubernetes:list grpcroutes.gateway.networking.k8s.io": list("gateway.networking.k8s.io", "grpcroutes", "gatewayRoutes"),
  "kubernetes:list tlsroutes.gateway.networking.k8s.io": list("gateway.networking.k8s.io", "tlsroutes", "gatewayRoutes"),
  "kubernetes:list tcproutes.gateway.networking.k8s.io": list("gateway.networking.k8s.io", "tcproutes", "gatewayRoutes"),
  "kubernetes:list udproutes.gateway.networking.k8s.io": list("gateway.networking.k8s.io", "udproutes", "gatewayRoutes"),
  "kubernetes:list targetgroupbindings.elbv2.k8s.aws": list("elbv2.k8s.aws", "targetgroupbindings", "targetGroupBindings"),
  "kubernetes:list targetgroupbindings.eks.amazonaws.com": list("eks.amazonaws.com", "targetgroupbindings", "targetGroupBindings"),
  "kubernetes:list namespaces": list("", "namespaces", "namespaces"),
  "kubernetes:list nodes": list("", "nodes", "nodes"),
  "kubernetes:list pods": list("", "pods", "pods"),
  "kubernetes:list replicationcontrollers": list("", "replicationcontrollers", "workloads"),
  "kubernetes:list daemonsets": list("apps", "daemonsets", "workloads"),
  "kubernetes:list deployments": list("apps", "deployments", "workloads"),
  "kubernetes:list replicasets": list("apps", "replicasets", "workloads"),
  "kubernetes:list statefulsets": list("apps", "statefulsets", "workloads"),
  "kubernetes:list networkpolicies": list("networking.k8s.io", "networkpolicies", "networkPolicies"),
  "kubernetes:list adminnetworkpolicies.policy.networking.k8s.io": list(
    "policy.networking.k8s.io",
    "adminnetworkpolicies",
    "adminNetworkPolicies",
  ),
  "kubernetes:list baselineadminnetworkpolicies.policy.networking.k8s.io": list(
    "policy.networking.k8s.io",
    "baselineadminnetworkpolicies",
    "adminNetworkPolicies",
  ),
  "kubernetes:list clusternetworkpolicies.policy.networking.k8s.io": list(
    "policy.networking.k8s.io",
    "clusternetworkpolicies",
    "clusterNetworkPolicies",
  ),
  "kubernetes:list clusternetworkpolicies.networking.k8s.aws": list(
    "networking.k8s.aws",
    "clusternetworkpolicies",
    "clusterNetworkPolicies",
  ),
  "kubernetes:list applicationnetworkpolicies.networking.k8s.aws": list(
    "networking.k8s.aws",
    "applicationnetworkpolicies",
    "applicationNetworkPolicies",
  ),
  "kubernetes:list networkpolicies.projectcalico.org": list("projectcalico.org", "networkpolicies", "calicoPolicies"),
  "kubernetes:list networkpolicies.crd.projectcalico.org": list("crd.projectcalico.org", "networkpolicies", "calicoPolicies"),
  "kubernetes:list globalnetworkpolicies.projectcalico.org": list("projectcalico.org", "globalnetworkpolicies", "calicoPolicies"),
  "kubernetes:list globalnetworkpolicies.crd.projectcalico.org": list("crd.projectcalico.org", "globalnetworkpolicies", "calicoPolicies"),
  "kubernetes:list tiers.projectcalico.org": list("projectcalico.org", "tiers", "calicoTiers"),
  "kubernetes:list tiers.crd.projectcalico.org": list("crd.projectcalico.org", "tiers", "calicoTiers"),
  "kubernetes:list networksets.projectcalico.org": list("projectcalico.org", "networksets", "calicoNetworkSets"),
  "kubernetes:list networksets.crd.projectcalico.org": list("crd.projectcalico.org", "networksets", "calicoNetworkSets"),
  "kubernetes:list globalnetworksets.projectcalico.org": list("projectcalico.org", "globalnetworksets", "calicoNetworkSets"),
  "kubernetes:list globalnetworksets.crd.projectcalico.org": list("crd.projectcalico.org", "globalnetworksets", "calicoNetworkSets"),
  "kubernetes:list ciliumnetworkpolicies.cilium.io": list("cilium.io", "ciliumnetworkpolicies", "ciliumPolicies"),
  "kubernetes:list ciliumclusterwidenetworkpolicies.cilium.io": list("cilium.io", "ciliumclusterwidenetworkpolicies", "ciliumPolicies"),
  "kubernetes:list securitygrouppolicies.vpcresources.k8s.aws": list(
    "vpcresources.k8s.aws",
    "securitygrouppolicies",
    "securityGroupPolicies",
  ),
  "kubernetes:list nodeclasses.eks.amazonaws.com": list("eks.amazonaws.com", "nodeclasses", "nodeClasses"),
  "kubernetes:get configmaps kube-system/amazon-vpc-cni": get("", "configmaps", "kube-system/amazon-vpc-cni", "networkSettings"),
  "kubernetes:get configmaps kube-system/cilium-config": get("", "configmaps", "kube-system/cilium-config", "networkSettings"),
  "kubernetes:get endpointslices default/kubernetes": get("discovery.k8s.io", "endpointslices", "default/kubernetes", "apiServerAddresses"),
  "kubernetes:list cronjobs": list("batch", "cronjobs", "workloads"),
  "kubernetes:list jobs": list("batch", "jobs", "workloads"),
  "kubernetes:list clusterrolebindings": list("rbac.authorization.k8s.io", "clusterrolebindings", "roleBindings"),
  "kubernetes:list clusterroles": list("rbac.authorization.k8s.io", "clusterroles", "roles"),
  "kubernetes:list rolebindings": list("rbac.authorization.k8s.io", "rolebindings", "roleBindings"),
  "kubernetes:list roles": list("rbac.authorization.k8s.io", "roles", "roles"),
} as const satisfies Record<string, KubernetesRead>;
export type KubernetesReadName = keyof typeof kubernetesReads;

export type ReadName = AwsReadName | DoctorReadName | HubReadName | KubernetesReadName;
