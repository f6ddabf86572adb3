/** Builders that say only what matters to a test: everything else is unread, so a check that quietly leans on more shows it. */
import { evaluateAccount, evaluateCluster } from "../../core/evaluate.ts";
import type { Account, AccountFacts } from "../../core/model/account.ts";
import type { ClusterNetwork, ClusterVersion, Endpoint, LoadBalancer, SecurityGroup, SecurityGroupRule } from "../../core/model/aws.ts";
import type { AnyCheck } from "../../core/model/check.ts";
import { type Cluster, ClusterFacts } from "../../core/model/cluster.ts";
import { known, type Reason, unknown } from "../../core/model/fact.ts";
import type { Finding } from "../../core/model/finding.ts";
import { frozen } from "../../core/model/frozen.ts";
import type { Ingress, Service } from "../../core/model/kubernetes.ts";
import { accountArn, clusterArn, objectId, type Resource } from "../../core/model/resource.ts";
import { defaultSettings, Settings } from "../../core/model/settings.ts";

export const account = "111122223333";
export const region = "eu-west-1";
/** The ARN of the cluster that `aCluster` makes. */
export const prod = clusterArn({ account, region, name: "prod" });
/** When reading began, in every test that does not say otherwise. */
export const readAt = "2026-11-01T06:00:00.000Z";
export const unreadReason: Reason = { code: "forbidden", message: "This test did not say." };
const unread = unknown(unreadReason.code, unreadReason.message);

/** The names of all facts about a cluster. */
export const factNames = Object.keys(ClusterFacts.unwrap().shape) as readonly (keyof ClusterFacts)[];

/** A cluster of which only the given facts were read. */
export function aCluster(facts: Partial<ClusterFacts> = {}, rest: Partial<Omit<Cluster, "facts">> = {}): Cluster {
  // Every name of the schema stands in it, so it is the whole type.
  const nothing = Object.fromEntries(factNames.map((name) => [name, unread])) as ClusterFacts;
  const resource: Resource = { kind: "Cluster", id: prod, name: "prod" };
  return frozen({ resource, account, region, name: "prod", ...rest, facts: { ...nothing, ...facts } });
}

/** An account of which only the given facts were read. */
export function anAccount(facts: Partial<AccountFacts> = {}): Account {
  const resource: Resource = { kind: "Account", id: accountArn(account, region), name: account };
  return frozen({ resource, account, facts: { reads: unread, ...facts }, clusters: [] });
}

/** Settings as a configuration file with these keys means them. */
export const withSettings = (config: Readonly<Record<string, unknown>>): Settings => Settings.parse(config);

/** What the one check says of the cluster. */
export const judged = (check: AnyCheck, cluster: Cluster, settings: Settings = defaultSettings, now = readAt): readonly Finding[] =>
  evaluateCluster([check], cluster, settings, now).findings;

/** What the one check says of the account. */
export const judgedAccount = (check: AnyCheck, subject: Account, settings: Settings = defaultSettings): readonly Finding[] =>
  evaluateAccount([check], subject, settings, readAt).findings;

/** A private endpoint, but for what is said. */
export const anEndpoint = (rest: Partial<Endpoint> = {}): Endpoint => ({
  publicAccess: false,
  privateAccess: true,
  publicCidrs: [],
  ...rest,
});

export const aNetwork = (rest: Partial<ClusterNetwork> = {}): ClusterNetwork => ({
  vpcId: "vpc-0a1",
  subnetIds: ["subnet-0a1"],
  securityGroupIds: [],
  ipFamily: "ipv4",
  serviceCidrs: ["10.100.0.0/16"],
  remoteNodeNetworks: [],
  remotePodNetworks: [],
  autoModeLoadBalancing: false,
  ...rest,
});

export const aVersion = (kubernetes: string, rest: Partial<ClusterVersion> = {}): ClusterVersion => ({
  kubernetes,
  support: unread,
  ...rest,
});

/** The load balancer `k8s-shop-web`, internal and without listeners, but for what is said. */
export const aLoadBalancer = (rest: Partial<LoadBalancer> = {}): LoadBalancer => {
  const name = rest.name ?? "k8s-shop-web";
  return {
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/net/${name}/0123456789abcdef`,
    name,
    dnsName: `${name}-0123456789abcdef.elb.${region}.amazonaws.com`,
    type: "network",
    scheme: "internal",
    state: "active",
    ipAddressType: "ipv4",
    subnetIds: ["subnet-0a1"],
    securityGroupIds: [],
    listeners: known([]),
    tags: known({}),
    ...rest,
  };
};

export const aRule = (rest: Partial<SecurityGroupRule> = {}): SecurityGroupRule => ({
  protocol: "-1",
  cidrs: [],
  prefixListIds: [],
  groupIds: [],
  descriptions: [],
  ...rest,
});

export const aSecurityGroup = (id: string, ingress: readonly SecurityGroupRule[], rest: Partial<SecurityGroup> = {}): SecurityGroup => ({
  id,
  name: id,
  description: "",
  tags: {},
  ingress,
  egress: [],
  ...rest,
});

const metadata = (name: string) => ({ namespace: "shop", name, uid: `uid-of-${name}`, annotations: {}, labels: {} });

/** A Service of the namespace `shop`, of type LoadBalancer with one TCP port, but for what is said. */
export const aService = (name: string, rest: Partial<Service> = {}): Service => ({
  ...metadata(name),
  type: "LoadBalancer",
  loadBalancerSourceRanges: [],
  sessionAffinity: "None",
  externalIPs: [],
  clusterIPs: ["10.100.0.7"],
  selector: { app: name },
  ports: [{ protocol: "TCP", port: 443 }],
  hostnames: [],
  ...rest,
});

/** An Ingress of the namespace `shop`, without class, but for what is said. */
export const anIngress = (name: string, rest: Partial<Ingress> = {}): Ingress => ({
  ...metadata(name),
  backends: [],
  hostnames: [],
  ...rest,
});

/** The resource of an object in the namespace `shop` of the cluster that `aCluster` makes. */
export const inShop = (kind: string, plural: string, name: string): Resource => ({
  kind,
  id: objectId(prod, plural, name, "shop"),
  namespace: "shop",
  name,
});
