import type { FactName } from "../model/check.ts";
import type { Cluster, ClusterFacts } from "../model/cluster.ts";
import { type Fact, known, mapFact, type Reason } from "../model/fact.ts";
import { type ClusterTarget, clusterArn } from "../model/resource.ts";
import type { CollectPorts } from "./access.ts";
import { readAddOns } from "./add-ons.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { withSupport } from "./cluster-versions.ts";
import { type DescribedCluster, describeCluster } from "./describe-cluster.ts";
import { type KubernetesTarget, readKubernetes } from "./kubernetes.ts";
import { readLoadBalancers } from "./load-balancers.ts";
import { neededReads } from "./needed.ts";
import { readNodeGroups } from "./node-groups.ts";
import { Reading } from "./reading.ts";
import { type KubernetesFactName, kubernetesFactNames } from "./reads.ts";
import { SharedReads } from "./shared-reads.ts";
import { readTargetGroups } from "./target-groups.ts";
import { readVpcFacts } from "./vpc-facts.ts";

/** All facts but those about the reading itself. */
type ReadFacts = Omit<ClusterFacts, "readAt" | "reads">;

/**
 * What one cluster is like, as far as the needed facts tell. Every read that fails is unknown with its reason; only a bug
 * is thrown.
 *
 * @param needs decides which reads are made; DescribeCluster always is, since it says whether there is anything to judge
 * @param signal the deadline: what is not read by then is unknown with `timeout`, the rest stays known
 */
export async function collectCluster(
  target: ClusterTarget,
  needs: ReadonlySet<FactName>,
  ports: CollectPorts,
  signal: AbortSignal,
): Promise<Cluster> {
  const { account, region, name } = target;
  const reading = new Reading(ports, `${account} ${region} ${name}`);
  let readAt = ports.now();
  const access = ports.access(account);
  const shared = ports.shared ?? new SharedReads(ports.now);
  const plane: AwsPlane = {
    account,
    region,
    clients: access.clients(region),
    reading,
    signal,
    shared: async (key, work) => {
      const { value, startedAt } = await shared.once(`${account}/${region}/${key}`, work, signal);
      // What another cluster read before is as old as that read: a finding must not claim to be newer than its evidence.
      if (startedAt < readAt) readAt = startedAt;
      return value;
    },
  };
  const described = await reading.attempt("eks:DescribeCluster", () => describeCluster(plane.clients.eks, name, signal));
  const inapplicable = described.state === "known" ? described.value.inapplicable : undefined;
  const facts =
    inapplicable === undefined
      ? await readAll(name, described, needs, plane, ports, (kubernetes) => ({ ...kubernetes, region, credentials: access.credentials }))
      : notRead(described, () => inapplicable);
  return {
    resource: { kind: "Cluster", id: clusterArn(target), name },
    account,
    region,
    name,
    ...(inapplicable === undefined ? {} : { inapplicable }),
    facts: { ...facts, readAt: known(readAt.toISOString()), reads: known(reading.outcomes) },
  };
}

async function readAll(
  name: string,
  described: Fact<DescribedCluster>,
  needs: ReadonlySet<FactName>,
  plane: AwsPlane,
  ports: CollectPorts,
  reach: (kubernetes: Pick<KubernetesTarget, "url" | "certificateAuthority" | "clusterId">) => KubernetesTarget,
): Promise<ReadFacts> {
  const facts = notRead(described, notNeeded);
  const needed = neededReads(needs, facts.network, plane);
  const [version, nodeGroups, addOns, loadBalancers, targetGroups, vpc, kubernetes] = await Promise.all([
    needed.ifNeeded("eks:DescribeClusterVersions", facts.version, () =>
      withSupport(partOf(described, "version"), isOnOutpost(described), plane),
    ),
    needed.ifNeeded("eks:ListNodegroups", facts.nodeGroups, () => readNodeGroups(name, plane)),
    needed.ifNeeded("eks:ListAddons", facts.addOns, () => readAddOns(name, plane)),
    needed.inVpc("elasticloadbalancing:DescribeLoadBalancers", facts.loadBalancers, readLoadBalancers),
    needed.inVpc("elasticloadbalancing:DescribeTargetGroups", facts.targetGroups, readTargetGroups),
    readVpcFacts(facts, needed, plane),
    readKubernetes(mapFact(partOf(described, "kubernetes"), reach), needs, plane.reading, ports, plane.signal),
  ]);
  return { ...facts, version, nodeGroups, addOns, loadBalancers, targetGroups, ...vpc, ...kubernetes };
}

/** What DescribeCluster says; the facts that other reads answer are unknown for the reason that `why` gives. */
function notRead(described: Fact<DescribedCluster>, why: (fact: string) => Reason): ReadFacts {
  const left = (fact: string): Fact<never> => ({ state: "unknown", reason: why(fact) });
  return {
    endpoint: partOf(described, "endpoint"),
    network: partOf(described, "network"),
    version: mapFact(partOf(described, "version"), (version) => ({ ...version, support: left("version support") })),
    logging: partOf(described, "logging"),
    secretsEncryption: partOf(described, "secretsEncryption"),
    loadBalancers: left("loadBalancers"),
    securityGroups: left("securityGroups"),
    prefixLists: left("prefixLists"),
    subnets: left("subnets"),
    vpc: left("vpc"),
    routeTables: left("routeTables"),
    networkAcls: left("networkAcls"),
    blockPublicAccess: left("blockPublicAccess"),
    targetGroups: left("targetGroups"),
    networkInterfaces: left("networkInterfaces"),
    instances: left("instances"),
    nodeGroups: left("nodeGroups"),
    addOns: left("addOns"),
    // Object.fromEntries forgets the type of its keys.
    ...(Object.fromEntries(kubernetesFactNames.map((name) => [name, left(name)])) as Readonly<Record<KubernetesFactName, Fact<never>>>),
  };
}

const notNeeded = (fact: string): Reason => ({
  code: "not-supported",
  message: `No selected check needs ${fact}, so it was not read.`,
});

type Part = Exclude<keyof DescribedCluster, "inapplicable" | "isOnOutpost">;
const partOf = <P extends Part>(described: Fact<DescribedCluster>, part: P): DescribedCluster[P] | Fact<never> =>
  described.state === "known" ? described.value[part] : described;

const isOnOutpost = (described: Fact<DescribedCluster>): boolean => described.state === "known" && described.value.isOnOutpost;
