import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { collectCluster } from "../../core/collect/cluster.ts";
import { describeCluster } from "../../core/collect/describe-cluster.ts";
import { SharedReads } from "../../core/collect/shared-reads.ts";
import type { FactName } from "../../core/model/check.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { FaultInput } from "../../sandbox/faults.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { everyFact, gapsOf, home, member, portsTo, type RegionInput, soon, stateOf, valueIn, withRegion } from "./aws-bed.ts";

type ClusterInput = NonNullable<RegionInput["clusters"]>[number];

/** Each a variant of one cluster; only `plain` has an API server, since starting one takes time. */
const quiet = { reachable: false } as const;
const onOutpost = { outpostConfig: { outpostArns: [], controlPlaneInstanceType: "m5.large" } };
const described: Readonly<Record<string, Omit<ClusterInput, "name">>> = {
  plain: {},
  open: { ...quiet, endpoint: { public: true, private: true, cidrs: ["0.0.0.0/1", "128.0.0.0/1"] } },
  "no-ranges": { ...quiet, describe: { resourcesVpcConfig: { publicAccessCidrs: null } } },
  "no-private": { ...quiet, describe: { resourcesVpcConfig: { endpointPrivateAccess: null } } },
  "no-public": { ...quiet, describe: { resourcesVpcConfig: { endpointPublicAccess: null } } },
  "no-vpc-config": { ...quiet, describe: { resourcesVpcConfig: null } },
  "no-subnets": { ...quiet, describe: { resourcesVpcConfig: { subnetIds: null } } },
  "no-groups": { ...quiet, describe: { resourcesVpcConfig: { securityGroupIds: null } } },
  "no-family": {
    ...quiet,
    describe: { kubernetesNetworkConfig: { ipFamily: null, serviceIpv6Cidr: "fd5d::/108", elasticLoadBalancing: null } },
  },
  "no-vpc": { ...quiet, describe: { resourcesVpcConfig: { vpcId: null } } },
  "odd-family": { ...quiet, describe: { kubernetesNetworkConfig: { ipFamily: "ipx" } } },
  "node-ports": { ...quiet, describe: { kubeApiServerConfig: { serviceNodePortRange: { minPort: 20000, maxPort: 22767 } } } },
  "odd-node-ports": { ...quiet, describe: { kubeApiServerConfig: { serviceNodePortRange: { minPort: 20000 } } } },
  "no-node-ports": { ...quiet, describe: { kubeApiServerConfig: { eventTtl: "30m" } } },
  "no-version": { ...quiet, describe: { version: null } },
  "odd-version": { ...quiet, describe: { version: "1.19" } },
  "old-version": { ...quiet, describe: { version: "1.30", upgradePolicy: { supportType: "STANDARD" } } },
  "no-upgrade-policy": { ...quiet, describe: { upgradePolicy: null } },
  "no-endpoint": { ...quiet, describe: { endpoint: null } },
  "no-logging": { ...quiet, describe: { logging: null } },
  "no-ca": { ...quiet, describe: { certificateAuthority: null } },
  grouped: { ...quiet, securityGroups: ["sg-extra"] },
  logged: { ...quiet, logging: ["audit", "authenticator"], encryptionKey: "arn:aws:kms:eu-west-1:222222222222:key/k1" },
  "other-key": { ...quiet, describe: { encryptionConfig: [{ resources: ["configmaps"], provider: { keyArn: "arn:aws:kms:x" } }] } },
  six: {
    ...quiet,
    ipFamily: "ipv6",
    autoMode: true,
    describe: {
      remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ["10.80.0.0/16"] }], remotePodNetworks: [{ cidrs: ["10.85.0.0/16"] }] },
    },
  },
  creating: { status: "CREATING" },
  deleting: { ...quiet, status: "DELETING" },
  pending: { status: "PENDING" },
  failed: { status: "FAILED" },
  "failed-early": { status: "FAILED", describe: { resourcesVpcConfig: null } },
  updating: { ...quiet, status: "UPDATING" },
  connected: { connector: "EKS_ANYWHERE" },
  outpost: { ...quiet, describe: { ...onOutpost, version: "1.30", id: "0a1b2c3d" } },
  "outpost-without-id": { ...quiet, describe: onOutpost },
  "with-id": { ...quiet, describe: { id: "4e5f6a7b" } },
};
const region: RegionInput = {
  vpcs: [{ id: "vpc-a", subnets: [{ id: "subnet-a", cidr: "10.0.0.0/24" }], securityGroups: [{ id: "sg-extra" }] }],
  loadBalancers: [{ name: "web", listeners: [{ port: 443 }] }],
  clusters: Object.entries(described).map(([name, rest]) => ({ name, ...rest })),
};

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await withRegion(region);
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.forgetRequests();
});
const collect = (name: string, needs: ReadonlySet<FactName> = everyFact, signal = soon(), over = {}) =>
  collectCluster({ account: member, region: home, name }, needs, portsTo(sandbox, over), signal);
const onlyAws: ReadonlySet<FactName> = new Set(["endpoint", "network", "version", "logging", "secretsEncryption"]);
const operations = () => sandbox.requests().map(({ action }) => action);

describe("what DescribeCluster says", () => {
  it.each<[string, string, FactName, unknown]>([
    [
      "ranges as they are written",
      "open",
      "endpoint",
      { publicAccess: true, privateAccess: true, publicCidrs: ["0.0.0.0/1", "128.0.0.0/1"] },
    ],
    ["absent ranges are none, not a guess", "no-ranges", "endpoint", { publicAccess: true, privateAccess: false, publicCidrs: [] }],
    ["an absent private endpoint is off, as EKS has it", "no-private", "endpoint", { privateAccess: false }],
    ["delivered logs", "logged", "logging", { enabledTypes: ["audit", "authenticator"] }],
    ["no delivered logs", "plain", "logging", { enabledTypes: [] }],
    ["a key for secrets", "logged", "secretsEncryption", { keyArn: "arn:aws:kms:eu-west-1:222222222222:key/k1" }],
    ["no key", "plain", "secretsEncryption", {}],
    ["a key, but not for secrets", "other-key", "secretsEncryption", {}],
    [
      "the network of a cluster of IPv6 with hybrid nodes and Auto Mode",
      "six",
      "network",
      {
        vpcId: "vpc-a",
        subnetIds: ["subnet-a"],
        ipFamily: "ipv6",
        serviceCidrs: ["fd5d:1f2e:3c4b::/108"],
        remoteNodeNetworks: ["10.80.0.0/16"],
        remotePodNetworks: ["10.85.0.0/16"],
        autoModeLoadBalancing: true,
      },
    ],
    [
      "the security groups of the control plane, the cluster's own apart",
      "grouped",
      "network",
      { clusterSecurityGroupId: expect.stringMatching(/^sg-[0-9a-f]{17}$/), securityGroupIds: ["sg-extra"] },
    ],
    [
      "IPv6 by its Service range, and no Auto Mode, where neither is said",
      "no-family",
      "network",
      { ipFamily: "ipv6", autoModeLoadBalancing: false },
    ],
    ["the range of node ports that the API server was given", "node-ports", "network", { nodePorts: known({ from: 20_000, to: 22_767 }) }],
    ["an API server that was given no range of node ports", "no-node-ports", "network", { vpcId: "vpc-a" }],
    [
      "a range of node ports that is none leaves the rest known",
      "odd-node-ports",
      "network",
      { vpcId: "vpc-a", nodePorts: expect.objectContaining({ state: "unknown" }) },
    ],
    ["an upgrade policy", "old-version", "version", { kubernetes: "1.30", supportType: "STANDARD" }],
  ])("%s", async (_rule, name, fact, value) => {
    const { facts } = await collect(name, onlyAws);
    expect(valueIn<unknown>(facts[fact])).toMatchObject(value as object);
    expect(() => ClusterFacts.parse(facts)).not.toThrow();
  });

  it.each<[string, string, Partial<Record<FactName, string>>]>([
    ["unknown: no word on public access", "no-public", { endpoint: "malformed", network: "known", version: "known" }],
    ["unknown: no VPC configuration", "no-vpc-config", { endpoint: "malformed", network: "malformed", logging: "known" }],
    ["unknown: no VPC", "no-vpc", { endpoint: "known", network: "malformed" }],
    ["unknown: no subnets are not none", "no-subnets", { network: "malformed", endpoint: "known" }],
    ["unknown: no security groups are not none", "no-groups", { network: "malformed", endpoint: "known" }],
    ["unknown: an IP family that does not exist", "odd-family", { network: "malformed", endpoint: "known" }],
    ["unknown: no version", "no-version", { version: "malformed", endpoint: "known" }],
    ["unknown: no word on logs", "no-logging", { logging: "malformed", endpoint: "known" }],
    ["not-ready: a failed cluster that never had a VPC", "failed-early", { endpoint: "not-ready", network: "not-ready" }],
    ["known: a cluster that is updated", "updating", { endpoint: "known", network: "known", version: "known", logging: "known" }],
  ])("%s", async (_rule, name, states) => {
    const { facts, inapplicable } = await collect(name, onlyAws);
    expect(inapplicable).toBeUndefined();
    expect(Object.fromEntries(Object.keys(states).map((fact) => [fact, stateOf(facts[fact as FactName])]))).toEqual(states);
  });

  it("without a VPC, what lies in it is unknown, and says on what it hangs", async () => {
    const { facts } = await collect("no-vpc", new Set(["loadBalancers", "securityGroups", "prefixLists", "subnets"]));
    const { loadBalancers, securityGroups, prefixLists, subnets } = facts;
    expect([loadBalancers, securityGroups, prefixLists, subnets].map(stateOf)).toEqual(Array(4).fill("depends-on-unknown"));
    expect(gapsOf(facts.reads)).toEqual([
      "ec2:DescribeSecurityGroups: unknown depends-on-unknown",
      "ec2:DescribeSubnets: unknown depends-on-unknown",
      "ec2:GetManagedPrefixListEntries: unknown depends-on-unknown",
      "elasticloadbalancing:DescribeLoadBalancers: unknown depends-on-unknown",
    ]);
  });
});

describe("a cluster that is not judged", () => {
  it.each([
    ["being created", "creating", "not-ready"],
    ["being deleted", "deleting", "not-ready"],
    ["registered and not yet connected", "pending", "not-ready"],
    ["running elsewhere", "connected", "not-supported"],
  ])("%s: nothing more is read", async (_rule, name, code) => {
    const { inapplicable, facts } = await collect(name);
    expect(inapplicable?.code).toBe(code);
    expect(operations()).toEqual(["sts:AssumeRole", "eks:DescribeCluster"]);
    expect([facts.loadBalancers, facts.services].map(stateOf)).toEqual([code, code]);
  });
});

describe("the Kubernetes plane", () => {
  it.each([
    ["not-ready: a failed cluster is judged by AWS alone", "failed", "not-ready"],
    ["malformed: no certificate authority", "no-ca", "malformed"],
    ["malformed: no endpoint", "no-endpoint", "malformed"],
    ["malformed: a local cluster without the id that its tokens are bound to", "outpost-without-id", "malformed"],
    ["refused: nobody listens", "open", "refused"],
  ])("%s", async (_rule, name, code) => {
    const { facts, inapplicable } = await collect(name, new Set(["endpoint", "services"]));
    expect(inapplicable).toBeUndefined();
    expect([stateOf(facts.endpoint), stateOf(facts.services)]).toEqual(["known", code]);
    expect(gapsOf(facts.reads)).toEqual([`kubernetes:list services: unknown ${code}`]);
  });
});

it.each([
  ["a cluster in the Region: its name", "plain", "plain"],
  ["one that says an id as well: its name all the same", "with-id", "with-id"],
  ["a local cluster on Outposts: its id", "outpost", "0a1b2c3d"],
])("what a token is bound to, of %s", async (_rule, name, clusterId) => {
  const { eks } = portsTo(sandbox).access(member).clients(home);
  expect(valueIn((await describeCluster(eks, name, soon())).kubernetes)).toMatchObject({ clusterId });
});

describe("support of the version", () => {
  it("has status and dates", async () => {
    const { facts } = await collect("plain", new Set(["version"]));
    const { kubernetes, support, supportType, platform } = valueIn(facts.version);
    expect({ kubernetes, supportType, platform }).toMatchObject({ kubernetes: expect.stringMatching(/^1\.\d+$/), platform: "eks.9" });
    expect(valueIn(support)).toEqual({
      status: "STANDARD_SUPPORT",
      endOfStandardSupport: expect.stringMatching(/^20\d\d-\d\d-\d\dT00:00:00.000Z$/),
      endOfExtendedSupport: expect.stringMatching(/^20\d\d-\d\d-\d\dT00:00:00.000Z$/),
    });
  });
  it("is read of a version that EKS lists only where all are asked for", async () => {
    const { facts } = await collect("old-version", new Set(["version"]));
    expect(valueIn(valueIn(facts.version).support)).toEqual({
      status: "UNSUPPORTED",
      endOfStandardSupport: "2025-07-23T00:00:00.000Z",
      endOfExtendedSupport: "2026-07-23T00:00:00.000Z",
    });
  });
  it("an absent upgrade policy is not said, which EKS reads as EXTENDED", async () => {
    expect(valueIn((await collect("no-upgrade-policy", new Set(["version"]))).facts.version)).not.toHaveProperty("supportType");
  });
  it.each([
    [
      "a cluster of the Region: the row that names no type, by versionStatus and not by the deprecated status",
      "old-version",
      "EXTENDED_SUPPORT",
    ],
    ["a local cluster: the row of another type", "outpost", "UNSUPPORTED"],
  ])("%s", async (_rule, name, status) => {
    const rows = [
      { clusterVersion: "1.30", clusterType: "eks-local-outposts", versionStatus: "UNSUPPORTED" },
      { clusterVersion: "1.30", status: "standard-support", versionStatus: "EXTENDED_SUPPORT" },
    ];
    const body = JSON.stringify({ clusterVersions: rows });
    sandbox.faults.add([{ kind: "nonsense", operation: "DescribeClusterVersions", contentType: "application/json", body }]);
    const { facts } = await collect(name, new Set(["version"]));
    expect(valueIn(valueIn(facts.version).support)).toEqual({ status });
  });
  it.each<[string, string, FaultInput | undefined, string]>([
    ["not-found: EKS lists no such version", "odd-version", undefined, "not-found"],
    ["not-found: a local cluster has other versions than the Region's", "outpost", undefined, "not-found"],
    [
      "malformed: an API that lacks the operation",
      "plain",
      { kind: "nonsense", operation: "DescribeClusterVersions", status: 404 },
      "malformed",
    ],
    [
      "forbidden",
      "plain",
      { kind: "error", operation: "DescribeClusterVersions", code: "AccessDeniedException", status: 403 },
      "forbidden",
    ],
  ])("%s, and the version stays known", async (_rule, name, fault, code) => {
    if (fault !== undefined) sandbox.faults.add([fault]);
    const { facts } = await collect(name, new Set(["version"]));
    expect(stateOf(valueIn(facts.version).support)).toBe(code);
  });
});

describe("only what is needed is read", () => {
  const always = ["sts:AssumeRole", "eks:DescribeCluster"];
  it.each<[string, readonly FactName[], readonly string[]]>([
    ["nothing", [], []],
    ["the endpoint", ["endpoint"], []],
    ["the version", ["version"], ["eks:DescribeClusterVersions"]],
    ["subnets", ["subnets"], ["ec2:DescribeSubnets"]],
    ["security groups", ["securityGroups"], ["ec2:DescribeSecurityGroups"]],
    ["prefix lists, which groups name", ["prefixLists"], ["ec2:DescribeSecurityGroups"]],
  ])("%s", async (_rule, needs, reads) => {
    const { facts } = await collect("open", new Set(needs));
    expect(new Set(operations())).toEqual(new Set([...always, ...reads]));
    expect(valueIn(facts.reads).map(({ read }) => read)).toEqual([...reads, "eks:DescribeCluster"].sort());
    expect(stateOf(facts.loadBalancers)).toBe("not-supported");
  });
});

describe("what is refused", () => {
  const denied = (operation: string, rest: Partial<FaultInput> = {}) =>
    ({ kind: "error", operation, code: "AccessDenied", status: 403, ...rest }) as FaultInput;
  it("one describe that is denied blinds that cluster and no other", async () => {
    sandbox.faults.add([denied("DescribeCluster", { resource: "*/open" })]);
    const [open, plain] = await Promise.all([collect("open", onlyAws), collect("logged", onlyAws)]);
    expect([...onlyAws].map((fact) => stateOf(open.facts[fact]))).toEqual(Array(5).fill("forbidden"));
    expect([...onlyAws].map((fact) => stateOf(plain.facts[fact]))).toEqual(Array(5).fill("known"));
    expect(gapsOf(open.facts.reads)).toEqual(["eks:DescribeCluster: unknown forbidden"]);
    expect(valueIn(open.facts.reads)[0]?.remedy).toContain("Allow eks:DescribeCluster");
  });

  it("a cluster that does not exist is not-found", async () => {
    expect(gapsOf((await collect("gone", onlyAws)).facts.reads)).toEqual(["eks:DescribeCluster: unknown not-found"]);
  });

  it("one read that fails leaves the others known", async () => {
    sandbox.faults.add([denied("DescribeSubnets")]);
    const { facts } = await collect("open", new Set(["endpoint", "subnets", "securityGroups"]));
    expect([facts.endpoint, facts.subnets, facts.securityGroups].map(stateOf)).toEqual(["known", "forbidden", "known"]);
    expect(gapsOf(facts.reads)).toEqual(["ec2:DescribeSubnets: unknown forbidden"]);
  });

  it("what is not finished by the deadline is timeout, the rest stays known", async () => {
    sandbox.faults.add([{ kind: "hang", operation: "DescribeSubnets" }]);
    const { facts } = await collect("open", new Set(["endpoint", "subnets", "securityGroups"]), soon(600));
    expect([facts.endpoint, facts.subnets, facts.securityGroups].map(stateOf)).toEqual(["known", "timeout", "known"]);
  });

  it("a deadline that has passed reads nothing and still answers", async () => {
    const { facts } = await collect("open", everyFact, AbortSignal.abort());
    expect(stateOf(facts.endpoint)).toBe("timeout");
    expect(gapsOf(facts.reads)).toContain("eks:DescribeCluster: unknown timeout");
    expect(operations()).not.toContain("eks:DescribeCluster");
  });

  it("a bug stays a bug", async () => {
    const broken = { access: () => ({ clients: () => ({ eks: undefined }) }) };
    await expect(collect("open", onlyAws, soon(), broken)).rejects.toThrow(TypeError);
  });
});

describe("clusters of one run", () => {
  it("share what belongs to their VPC and Region, and each says that it was read", async () => {
    const shared = new SharedReads(() => new Date());
    const all = await Promise.all(["open", "logged", "six"].map((name) => collect(name, everyFact, soon(), { shared })));
    const count = (action: string) => operations().filter((one) => one === action).length;
    expect(count("eks:DescribeCluster")).toBe(3);
    expect(count("ec2:DescribeSecurityGroups")).toBe(1);
    expect(count("eks:DescribeClusterVersions")).toBe(1);
    // One call of each API, and one listener and one batch of tags of the one load balancer.
    expect(count("elasticloadbalancing:DescribeLoadBalancers")).toBe(2);
    expect(count("elasticloadbalancing:DescribeListeners")).toBe(1);
    expect(count("elasticloadbalancing:DescribeTags")).toBe(1);
    for (const { facts } of all) {
      const awsReads = valueIn(facts.reads).filter(({ read }) => !read.startsWith("kubernetes:"));
      expect(awsReads.map(({ state }) => state)).toEqual(Array(18).fill("read"));
    }
  });

  it("a cluster is no newer than the oldest read that it shares", async () => {
    const clock = { now: Date.now() };
    const now = () => new Date(clock.now);
    const over = { shared: new SharedReads(now), now };
    const began = now().toISOString();
    await collect("open", new Set(["subnets"]), soon(), over);
    clock.now += 60_000;
    const [sharing, alone] = [
      await collect("logged", new Set(["subnets"]), soon(), over),
      await collect("logged", onlyAws, soon(), { now }),
    ];
    expect(valueIn(sharing.facts.readAt)).toBe(began);
    expect(valueIn(alone.facts.readAt)).toBe(now().toISOString());
  });
});

it("a whole cluster: every fact known, every read in the coverage", async () => {
  const { facts, resource } = await collect("plain");
  expect(resource).toEqual({ kind: "Cluster", id: `arn:aws:eks:${home}:${member}:cluster/plain`, name: "plain" });
  expect(Object.entries(facts).filter(([, fact]) => fact.state === "unknown")).toEqual([]);
  expect(gapsOf(facts.reads)).toEqual([]);
  expect(() => ClusterFacts.parse(facts)).not.toThrow();
});
