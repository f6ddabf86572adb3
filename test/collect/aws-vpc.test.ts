import { beforeAll, describe, expect, it } from "vitest";
import { collectCluster } from "../../core/collect/cluster.ts";
import type { FactName } from "../../core/model/check.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import type { FaultInput } from "../../sandbox/faults.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { gapsOf, home, member, portsTo, type RegionInput, soon, stateOf, valueIn, withRegion } from "./aws-bed.ts";

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const cluster = { name: "prod", reachable: false, vpc: "vpc-a", subnets: ["subnet-a"] };
const vpcs = [
  { id: "vpc-a", subnets: [{ id: "subnet-a", cidr: "10.0.0.0/24" }], securityGroups: [{ id: "sg-1" }, { id: "sg-2" }] },
  { id: "vpc-b", cidr: "10.1.0.0/16", subnets: [{ id: "subnet-b", cidr: "10.1.0.0/24" }] },
];
const read = async (sandbox: Sandbox, ...needs: readonly FactName[]) => {
  const { facts } = await collectCluster({ account: member, region: home, name: "prod" }, new Set(needs), portsTo(sandbox), soon());
  ClusterFacts.parse(facts);
  return facts;
};

describe("load balancers", () => {
  /** A sandbox of its own with these load balancers, a bystander of each kind in another VPC beside them. */
  const withBalancers = (loadBalancers: RegionInput["loadBalancers"] = []) =>
    withRegion({
      vpcs,
      clusters: [cluster],
      loadBalancers: [
        ...loadBalancers.map((one) => ({ vpc: "vpc-a", subnets: ["subnet-a"], ...one })),
        { name: "elsewhere", vpc: "vpc-b", listeners: [{ port: 80 }] },
        { name: "elsewhere-classic", type: "classic", vpc: "vpc-b", listeners: [{ port: 80 }] },
      ],
    });
  const loadBalancersOf = async (sandbox: Sandbox) => valueIn((await read(sandbox, "loadBalancers")).loadBalancers);

  it("are those of the VPC, of both APIs and every type", async () => {
    const sandbox = await withBalancers([
      {
        name: "net",
        dnsName: "NET-0.elb.eu-west-1.amazonaws.com",
        scheme: "internal",
        ipAddressType: "dualstack",
        listeners: [
          { port: 443, protocol: "TLS" },
          { port: 53, protocol: "TCP_UDP" },
        ],
        tags: { "elbv2.k8s.aws/cluster": "prod" },
      },
      { name: "app", type: "application", state: "provisioning", securityGroups: ["sg-1"], listeners: [{ port: 80 }] },
      { name: "gate", type: "gateway" },
      {
        name: "old",
        type: "classic",
        securityGroups: ["sg-2"],
        listeners: [{ port: 443, protocol: "ssl", instancePort: 30443 }],
        tags: { "kubernetes.io/service-name": "shop/web", "kubernetes.io/cluster/prod": "owned" },
      },
    ]);
    const seen = await loadBalancersOf(sandbox);
    expect(seen).toMatchObject([
      {
        arn: `arn:aws:elasticloadbalancing:${home}:${member}:loadbalancer/old`,
        type: "classic",
        scheme: "internet-facing",
        state: "active",
        ipAddressType: "ipv4",
        subnetIds: ["subnet-a"],
        securityGroupIds: ["sg-2"],
        listeners: { value: [{ port: 443, protocol: "SSL", targetPort: 30443 }] },
        tags: { value: { "kubernetes.io/service-name": "shop/web", "kubernetes.io/cluster/prod": "owned" } },
      },
      {
        name: "net",
        dnsName: "net-0.elb.eu-west-1.amazonaws.com",
        type: "network",
        scheme: "internal",
        ipAddressType: "dualstack",
        securityGroupIds: [],
        listeners: {
          value: [
            { port: 443, protocol: "TLS" },
            { port: 53, protocol: "TCP_UDP" },
          ],
        },
        tags: { value: { "elbv2.k8s.aws/cluster": "prod" } },
      },
      { name: "app", type: "application", state: "provisioning", securityGroupIds: ["sg-1"], tags: { value: {} } },
      { name: "gate", type: "gateway", scheme: "internal", listeners: { state: "known" } },
    ]);
  });

  it("none is an answer", async () => {
    expect(await loadBalancersOf(await withBalancers())).toEqual([]);
  });

  describe("many", () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await withBalancers([
        ...many(410, (i) => ({ name: `net-${i}` })),
        ...many(405, (i) => ({ name: `old-${i}`, type: "classic" as const, listeners: [{ port: 80 }] })),
      ]);
    });

    it("are read to the last page, and their tags 20 at a time", async () => {
      const seen = await loadBalancersOf(sandbox);
      expect(seen).toHaveLength(815);
      expect(seen.every(({ tags, listeners }) => tags.state === "known" && listeners.state === "known")).toBe(true);
      const count = (name: string) => sandbox.requests().filter(({ operation }) => operation === name).length;
      expect([count("DescribeLoadBalancers"), count("DescribeListeners"), count("DescribeTags")]).toEqual([4, 410, 42]);
    });

    it("a second page that is refused leaves nothing that looks complete", async () => {
      sandbox.faults.add([{ kind: "error", operation: "DescribeLoadBalancers", page: "next", code: "AccessDenied", status: 403 }]);
      expect(stateOf((await read(sandbox, "loadBalancers")).loadBalancers)).toBe("forbidden");
      sandbox.faults.clear();
    });

    it("one refused batch of tags makes only its own unknown", async () => {
      sandbox.faults.add([{ kind: "throttle", service: "elasticloadbalancingv2", operation: "DescribeTags", after: 3, times: 1 }]);
      const { loadBalancers, reads } = await read(sandbox, "loadBalancers");
      const untagged = valueIn(loadBalancers).filter(({ tags }) => tags.state === "unknown");
      expect(untagged.map(({ tags }) => stateOf(tags))).toEqual(Array(20).fill("throttled"));
      expect(gapsOf(reads)).toEqual(["elasticloadbalancing:DescribeTags: unknown throttled"]);
      sandbox.faults.clear();
    });
  });

  const two = [
    { name: "one", listeners: [{ port: 443 }] },
    { name: "two", listeners: [{ port: 443 }] },
    { name: "old", type: "classic" as const, listeners: [{ port: 80 }] },
  ];
  const nonsense = (service: string, operation: string, body: string): FaultInput => ({
    kind: "nonsense",
    service,
    operation,
    body: `<${operation}Response xmlns="x"><${operation}Result>${body}</${operation}Result></${operation}Response>`,
  });
  it.each<[string, FaultInput, string]>([
    [
      "forbidden: the classic API alone, since its load balancers would look absent",
      { kind: "error", service: "elasticloadbalancing", operation: "DescribeLoadBalancers", code: "AccessDenied", status: 403 },
      "forbidden",
    ],
    [
      "forbidden: the newer API alone",
      { kind: "error", service: "elasticloadbalancingv2", operation: "DescribeLoadBalancers", code: "AccessDenied", status: 403 },
      "forbidden",
    ],
    [
      "malformed: XML of something else holds no list",
      { kind: "nonsense", service: "elasticloadbalancingv2", operation: "DescribeLoadBalancers", body: "<html/>" },
      "malformed",
    ],
    [
      "malformed: nothing at all holds no list",
      { kind: "nonsense", service: "elasticloadbalancing", operation: "DescribeLoadBalancers", body: "" },
      "malformed",
    ],
    [
      "malformed: a load balancer of the VPC without state, name or subnets",
      nonsense(
        "elasticloadbalancingv2",
        "DescribeLoadBalancers",
        "<LoadBalancers><member><VpcId>vpc-a</VpcId><Type>network</Type></member></LoadBalancers>",
      ),
      "malformed",
    ],
    [
      "known: a load balancer of another VPC may be anything",
      nonsense("elasticloadbalancingv2", "DescribeLoadBalancers", "<LoadBalancers><member><VpcId>vpc-b</VpcId></member></LoadBalancers>"),
      "known",
    ],
  ])("%s", async (_rule, fault, state) => {
    const sandbox = await withBalancers(two);
    sandbox.faults.add([fault]);
    expect(stateOf((await read(sandbox, "loadBalancers")).loadBalancers)).toBe(state);
  });

  it.each([
    ["internal, where that is said", "<Scheme>internal</Scheme>", "internal"],
    ["internet-facing, where nothing is said: the reading that hides nothing", "", "internet-facing"],
  ])("a load balancer is %s", async (_rule, scheme, expected) => {
    const sandbox = await withBalancers([]);
    const names = "<LoadBalancerArn>arn:one</LoadBalancerArn><LoadBalancerName>one</LoadBalancerName><DNSName>one.example</DNSName>";
    const zones = "<AvailabilityZones><member><SubnetId>subnet-a</SubnetId></member></AvailabilityZones>";
    const rest = "<VpcId>vpc-a</VpcId><Type>network</Type><State><Code>active</Code></State><IpAddressType>ipv4</IpAddressType>";
    const member = `<LoadBalancers><member>${names}${rest}${scheme}${zones}</member></LoadBalancers>`;
    sandbox.faults.add([
      nonsense("elasticloadbalancingv2", "DescribeLoadBalancers", member),
      { kind: "error", operation: "DescribeTags", code: "AccessDenied", status: 403 },
      { kind: "error", operation: "DescribeListeners", code: "AccessDenied", status: 403 },
    ]);
    expect((await loadBalancersOf(sandbox)).map((one) => [one.name, one.scheme])).toEqual([["one", expected]]);
  });

  it("listeners that are refused are unknown in their own load balancer", async () => {
    const sandbox = await withBalancers(two);
    sandbox.faults.add([{ kind: "reset", operation: "DescribeListeners", resource: "*/one/*" }]);
    const { loadBalancers, reads } = await read(sandbox, "loadBalancers");
    expect(valueIn(loadBalancers).map(({ name, listeners }) => [name, stateOf(listeners)])).toEqual([
      ["old", "known"],
      ["one", "refused"],
      ["two", "known"],
    ]);
    expect(gapsOf(reads)).toEqual(["elasticloadbalancing:DescribeListeners: unknown refused"]);
  });

  it.each<[string, readonly FaultInput[], readonly string[]]>([
    [
      "before its listeners were read",
      [{ kind: "error", operation: "DescribeListeners", resource: "*/one/*", code: "LoadBalancerNotFound" }],
      ["old", "two"],
    ],
    [
      "before its tags were read: the batch is refused whole, then asked for one by one",
      [{ kind: "error", service: "elasticloadbalancingv2", operation: "DescribeTags", code: "LoadBalancerNotFound", times: 2 }],
      ["old", "two"],
    ],
  ])("one that goes away is left out, and that is no gap: %s", async (_rule, faults, names) => {
    const sandbox = await withBalancers(two);
    sandbox.faults.add(faults);
    const { loadBalancers, reads } = await read(sandbox, "loadBalancers");
    expect(valueIn(loadBalancers).map(({ name }) => name)).toEqual(names);
    expect(gapsOf(reads)).toEqual([]);
  });

  it("malformed: tags that were not answered are not no tags", async () => {
    const sandbox = await withBalancers([{ name: "one" }]);
    sandbox.faults.add([nonsense("elasticloadbalancingv2", "DescribeTags", "<TagDescriptions/>")]);
    expect((await loadBalancersOf(sandbox)).map(({ tags }) => stateOf(tags))).toEqual(["malformed"]);
  });
});

describe("security groups", () => {
  const everything = { securityGroups: "known", prefixLists: "known" } as const;
  const withGroups = (
    groups: NonNullable<NonNullable<RegionInput["vpcs"]>[number]["securityGroups"]>,
    prefixLists: RegionInput["prefixLists"] = [],
  ) =>
    withRegion({
      vpcs: [
        { ...vpcs[0], id: "vpc-a", securityGroups: groups },
        { id: "vpc-b", securityGroups: [{ id: "sg-elsewhere" }] },
      ],
      prefixLists,
      clusters: [cluster],
    });

  it("have their rules both ways, as EC2 writes them", async () => {
    const sandbox = await withGroups(
      [
        {
          id: "sg-1",
          name: "edge",
          description: "[k8s] Managed SecurityGroup for LoadBalancer",
          tags: { Name: "edge" },
          ingress: [
            { protocol: "tcp", ports: "443-8443", from: ["203.0.113.0/24", "2001:db8::/32", "sg-2", "pl-1"], description: "web" },
            { protocol: "all", from: ["10.0.0.0/8"] },
          ],
        },
        { id: "sg-2", egress: [] },
      ],
      [{ id: "pl-1", entries: ["198.51.100.0/24"] }],
    );
    const { securityGroups, prefixLists } = await read(sandbox, "securityGroups", "prefixLists");
    const [edge, other] = valueIn(securityGroups).filter(({ id }) => /^sg-[12]$/.test(id));
    expect(valueIn(securityGroups).map(({ id }) => id)).not.toContain("sg-elsewhere");
    expect(edge).toMatchObject({ name: "edge", description: "[k8s] Managed SecurityGroup for LoadBalancer", tags: { Name: "edge" } });
    const rules = edge?.ingress ?? [];
    // EC2 keeps the parts of one rule in one IpPermission.
    expect(rules.map(({ protocol, fromPort, toPort }) => [protocol, fromPort, toPort])).toEqual([
      ["tcp", 443, 8443],
      ["-1", undefined, undefined],
    ]);
    expect(rules[0]).toMatchObject({
      cidrs: ["203.0.113.0/24", "2001:db8::/32"],
      groupIds: ["sg-2"],
      prefixListIds: ["pl-1"],
      descriptions: ["web"],
    });
    expect(rules[1]).toMatchObject({ cidrs: ["10.0.0.0/8"], groupIds: [], prefixListIds: [] });
    expect(edge?.egress.map(({ protocol, cidrs }) => [protocol, cidrs])).toEqual([["-1", ["0.0.0.0/0"]]]);
    expect(other).toMatchObject({ ingress: [], egress: [] });
    expect(valueIn(prefixLists)).toEqual([{ id: "pl-1", cidrs: { state: "known", value: ["198.51.100.0/24"] } }]);
  });

  it("more than a page of groups and of entries are all read", async () => {
    const sandbox = await withGroups(
      [...many(1_200, (i) => ({ id: `sg-${i}` })), { id: "sg-last", ingress: [{ from: ["pl-1"] }] }],
      [{ id: "pl-1", entries: many(250, (i) => `10.${i}.0.0/16`) }],
    );
    const { securityGroups, prefixLists } = await read(sandbox, "securityGroups", "prefixLists");
    expect(valueIn(securityGroups).filter(({ id }) => /^sg-(\d+|last)$/.test(id))).toHaveLength(1_201);
    expect(valueIn(prefixLists).map(({ cidrs }) => valueIn(cidrs).length)).toEqual([250]);
  });

  const body = (groups: string) =>
    `<DescribeSecurityGroupsResponse><securityGroupInfo>${groups}</securityGroupInfo></DescribeSecurityGroupsResponse>`;
  const group = (rules: string) => `<item><groupId>sg-1</groupId><groupName>edge</groupName>${rules}</item>`;
  it.each<[string, FaultInput, { readonly securityGroups: string; readonly prefixLists: string }]>([
    ["known: no groups", { kind: "nonsense", operation: "DescribeSecurityGroups", body: "<a><securityGroupInfo/></a>" }, everything],
    [
      "known: empty rules, as EC2 writes them",
      { kind: "nonsense", operation: "DescribeSecurityGroups", body: body(group("<ipPermissions/><ipPermissionsEgress/>")) },
      everything,
    ],
    [
      "malformed: no rules at all are not empty rules",
      { kind: "nonsense", operation: "DescribeSecurityGroups", body: body(group("<ipPermissionsEgress/>")) },
      { securityGroups: "malformed", prefixLists: "depends-on-unknown" },
    ],
    [
      "malformed: an empty answer is not an empty list",
      { kind: "nonsense", operation: "DescribeSecurityGroups", body: "" },
      { securityGroups: "malformed", prefixLists: "depends-on-unknown" },
    ],
    [
      "malformed: HTML with status 500",
      { kind: "nonsense", operation: "DescribeSecurityGroups", status: 500 },
      { securityGroups: "malformed", prefixLists: "depends-on-unknown" },
    ],
    [
      "denied-by-policy",
      {
        kind: "error",
        operation: "DescribeSecurityGroups",
        code: "UnauthorizedOperation",
        status: 403,
        message:
          "You are not authorized to perform this operation. User: x is not authorized with an explicit deny in a service control policy",
      },
      { securityGroups: "denied-by-policy", prefixLists: "depends-on-unknown" },
    ],
  ])("%s", async (_rule, fault, states) => {
    const sandbox = await withGroups([]);
    sandbox.faults.add([fault]);
    const { securityGroups, prefixLists } = await read(sandbox, "securityGroups", "prefixLists");
    expect({ securityGroups: stateOf(securityGroups), prefixLists: stateOf(prefixLists) }).toEqual(states);
  });

  it("prefix lists that only a rule for what goes out names are read", async () => {
    const sandbox = await withGroups([{ id: "sg-1", egress: [{ from: ["pl-1"] }] }], [{ id: "pl-1", entries: ["198.51.100.0/24"] }]);
    expect(valueIn((await read(sandbox, "prefixLists")).prefixLists)).toEqual([
      { id: "pl-1", cidrs: { state: "known", value: ["198.51.100.0/24"] } },
    ]);
  });

  it("a prefix list that cannot be read leaves the others known", async () => {
    const sandbox = await withGroups(
      [{ id: "sg-1", ingress: [{ from: ["pl-1"] }, { from: ["pl-2"] }], egress: [{ from: ["pl-1"] }] }],
      [
        { id: "pl-1", entries: ["198.51.100.0/24"] },
        { id: "pl-2", entries: [] },
      ],
    );
    sandbox.faults.add([
      { kind: "error", operation: "GetManagedPrefixListEntries", resource: "*pl-1", code: "UnauthorizedOperation", status: 403 },
    ]);
    const { prefixLists, reads } = await read(sandbox, "prefixLists");
    expect(valueIn(prefixLists).map(({ id, cidrs }) => [id, stateOf(cidrs)])).toEqual([
      ["pl-1", "forbidden"],
      ["pl-2", "known"],
    ]);
    expect(gapsOf(reads)).toEqual(["ec2:GetManagedPrefixListEntries pl-1: unknown forbidden"]);
  });
});

it("subnets: those of the VPC, both families", async () => {
  const subnets = [
    { id: "subnet-a", cidr: "10.0.0.0/24", zone: "b", public: true },
    { id: "subnet-c", cidr: "10.0.1.0/24", ipv6Cidr: "2001:db8:0:1::/64" },
  ];
  const sandbox = await withRegion({ vpcs: [{ id: "vpc-a", subnets }, ...vpcs.slice(1)], clusters: [cluster] });
  expect(valueIn((await read(sandbox, "subnets")).subnets)).toEqual([
    { id: "subnet-a", availabilityZone: "eu-west-1b", cidrs: ["10.0.0.0/24"], mapPublicIpOnLaunch: true },
    { id: "subnet-c", availabilityZone: "eu-west-1a", cidrs: ["10.0.1.0/24", "2001:db8:0:1::/64"], mapPublicIpOnLaunch: false },
  ]);
});
