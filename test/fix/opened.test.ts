import { describe, expect, it } from "vitest";
import { checks } from "../../core/checks/index.ts";
import type { Plan } from "../../core/fix/fix.ts";
import { applied, type ManifestObject } from "../../core/fix/manifests.ts";
import { propose } from "../../core/fix/propose.ts";
import { judgedOn, prove } from "../../core/fix/prove.ts";
import type { SecurityGroup, SecurityGroupRule } from "../../core/model/aws.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known, unknown } from "../../core/model/fact.ts";
import type { NetworkInterface } from "../../core/model/vpc.ts";
import { aCluster, aLoadBalancer, anEndpoint, aRule, aSecurityGroup, aService, readAt, withSettings } from "../support/cluster.ts";
import { anEni } from "../support/vpc.ts";
import { aPod } from "../support/workloads.ts";

/** A plan that mends the finding, and does something besides. */
function provedWith(before: Partial<ClusterFacts>, besides: Partial<ClusterFacts>, config: object = {}, rest: Partial<Plan> = {}) {
  const endpoint = anEndpoint({ publicAccess: true, privateAccess: false, publicCidrs: ["198.51.100.7/32"] });
  const cluster = aCluster({ endpoint: known(endpoint), ...before });
  const ground = { cluster, checks, settings: withSettings({ ...config }), readAt };
  const finding = judgedOn(ground).find(({ check, status }) => check === "endpoint-private-access-enabled" && status === "fail");
  if (finding === undefined) throw new TypeError("The finding does not fail.");
  const after = { ...cluster.facts, endpoint: known({ ...endpoint, privateAccess: true }), ...besides };
  return prove(ground, finding, { summary: "Mends it.", commands: [], manifests: [], after, ...rest });
}

const web = { protocol: "tcp", fromPort: 400, toPort: 500 };
const group = (...rules: readonly Parameters<typeof aRule>[0][]) =>
  known([
    aSecurityGroup(
      "sg-0a1",
      rules.map((rule) => aRule(rule)),
    ),
  ]);
const lists = known([{ id: "pl-0a1", cidrs: known(["10.1.0.0/16"]) }]);
const whole = group(
  { ...web, cidrs: ["10.0.0.0/8"], groupIds: ["sg-0b1"] },
  { protocol: "17", fromPort: 53, toPort: 53, cidrs: ["10.0.0.0/8"] },
);

describe("rules of a security group", () => {
  it.each([
    ["another source", [{ ...web, cidrs: ["10.0.0.0/8", "192.0.2.0/24"] }]],
    ["another port", [{ ...web, toPort: 501, cidrs: ["10.0.0.0/8"] }]],
    ["another protocol", [{ ...web, protocol: "udp", cidrs: ["10.0.0.0/8"] }]],
    ["all protocols", [{ protocol: "-1", cidrs: ["10.0.0.0/8"] }]],
    ["another group", [{ ...web, groupIds: ["sg-0c1"] }]],
    ["a prefix list that nobody read", [{ ...web, prefixListIds: ["pl-0b1"] }]],
  ])("not proved: %s is let in", (_rule, rules) => {
    expect(provedWith({ securityGroups: whole, prefixLists: lists }, { securityGroups: group(...rules) })).toMatchObject({
      passes: false,
      why: expect.stringContaining("sg-0a1"),
    });
  });

  it.each([
    ["a part of the sources", [{ ...web, cidrs: ["10.2.0.0/16"] }]],
    [
      "the ports in parts",
      [
        { ...web, toPort: 442, cidrs: ["10.0.0.0/8"] },
        { ...web, fromPort: 444, cidrs: ["10.0.0.0/8"] },
      ],
    ],
    ["a prefix list of addresses that were let in", [{ ...web, prefixListIds: ["pl-0a1"] }]],
    ["a protocol by its name", [{ protocol: "udp", fromPort: 53, toPort: 53, cidrs: ["10.0.0.0/8"] }]],
    ["the same group", [{ ...web, groupIds: ["sg-0b1"] }]],
  ])("proved: %s", (_rule, rules) => {
    expect(provedWith({ securityGroups: whole, prefixLists: lists }, { securityGroups: group(...rules) })).toMatchObject({ passes: true });
  });

  it("proved, and told: it is what the plan is meant to open", () => {
    const wider = { securityGroups: group({ ...web, toPort: 501, cidrs: ["10.0.0.0/8"] }) };
    const proof = provedWith({ securityGroups: whole }, wider, {}, { opens: true });
    expect(proof).toMatchObject({ passes: true, opened: [expect.stringContaining("sg-0a1")] });
  });
});

/** What the group is to those who move into it, and who names it. */
interface MovedTo {
  readonly rule?: SecurityGroupRule;
  readonly pods?: readonly SecurityGroupRule[];
  readonly out?: readonly SecurityGroupRule[];
  readonly db?: string;
}

describe("members of a security group that move into another", () => {
  const nodes = (rest: object) => aRule({ protocol: "-1", groupIds: ["sg-nodes"], ...rest });
  const before: Partial<ClusterFacts> = {
    securityGroups: known([
      aSecurityGroup("sg-nodes", [nodes({})], { egress: [aRule({ protocol: "-1", cidrs: ["10.0.0.0/8"] })] }),
      aSecurityGroup("sg-db", [aRule({ protocol: "tcp", fromPort: 5432, toPort: 5432, groupIds: ["sg-nodes"] })]),
      aSecurityGroup("sg-bystander", [aRule({ protocol: "tcp", fromPort: 22, toPort: 22, groupIds: ["sg-admin"] })]),
    ]),
    networkInterfaces: known([
      anEni("eni-0a", { groupIds: ["sg-nodes"], privateIpv4: ["10.0.1.4", "10.0.1.20"] }),
      anEni("eni-0b", { groupIds: ["sg-other"], privateIpv4: ["10.0.1.30"] }),
    ]),
    loadBalancers: known([]),
  };
  const podRule = (rest: Partial<SecurityGroupRule> = {}) =>
    aRule({ protocol: "tcp", fromPort: 5432, toPort: 5432, groupIds: ["sg-nodes", "sg-pods"], ...rest });
  const movedTo = (
    { rule = podRule(), pods = [], out = [], db = "sg-db" }: MovedTo,
    members: readonly Partial<NetworkInterface>[] = [{ privateIpv4: ["10.0.1.20"] }],
    rest: Partial<ClusterFacts> = {},
  ): Partial<ClusterFacts> => {
    const { securityGroups, networkInterfaces } = before;
    if (securityGroups?.state !== "known" || networkInterfaces?.state !== "known") throw new TypeError("Both are known.");
    return {
      securityGroups: known([
        ...securityGroups.value.map((one) => (one.id === db ? { ...one, ingress: [rule] } : one)),
        aSecurityGroup("sg-pods", pods, { egress: out }),
      ]),
      networkInterfaces: known([
        ...networkInterfaces.value,
        ...members.map((one, i) => anEni(`eni-pod-${i}`, { groupIds: ["sg-pods"], type: "branch", ...one })),
      ]),
      ...rest,
    };
  };
  const ofAll = (...groupIds: readonly string[]) => aRule({ protocol: "-1", groupIds });
  const lb = aLoadBalancer({ securityGroupIds: ["sg-pods"] });

  it.each<[string, Partial<ClusterFacts>]>([
    ["they are named where their group was", movedTo({})],
    ["they are named on a part of the ports", movedTo({ rule: podRule({ groupIds: ["sg-pods"] }) })],
    ["they let in whom their group did", movedTo({ pods: [ofAll("sg-nodes", "sg-pods")] })],
    [
      "they may send what their group did",
      movedTo({ out: [aRule({ protocol: "tcp", fromPort: 443, toPort: 443, cidrs: ["10.0.0.0/9"] })] }),
    ],
  ])("proved: %s", (_rule, besides) => {
    expect(provedWith(before, besides)).toMatchObject({ passes: true, opened: [] });
  });

  it.each<[string, Partial<ClusterFacts>, string]>([
    ["on a port where their group was not", movedTo({ rule: podRule({ fromPort: 5431 }) }), "more into sg-db"],
    ["on all protocols", movedTo({ rule: ofAll("sg-nodes", "sg-pods") }), "more into sg-db"],
    ["where another group was", movedTo({ rule: ofAll("sg-pods"), db: "sg-bystander" }), "more into sg-bystander"],
    ["one of them had another group", movedTo({}, [{ privateIpv4: ["10.0.1.20"] }, { privateIpv4: ["10.0.1.30"] }]), "more into sg-db"],
    ["one has an address of each", movedTo({}, [{ privateIpv4: ["10.0.1.20", "10.0.1.30"] }]), "more into sg-db"],
    ["one was nowhere before", movedTo({}, [{ privateIpv4: ["10.0.1.20"] }, { privateIpv4: ["10.0.1.99"] }]), "sg-db"],
    ["one has no address that was read", movedTo({}, [{ privateIpv4: ["10.0.1.20"] }, {}]), "sg-db"],
    ["nobody moved into it yet", movedTo({}, []), "more into sg-db"],
    ["a load balancer has it too", movedTo({}, undefined, { loadBalancers: known([lb]) }), "sg-db"],
    ["the interfaces were not read before", { ...movedTo({}), networkInterfaces: unknown("forbidden", "No access.") }, "more into sg-db"],
    ["they let in another group", movedTo({ pods: [ofAll("sg-db")] }), "more in by sg-pods"],
    [
      "they let in everybody",
      movedTo({ pods: [aRule({ protocol: "tcp", fromPort: 1, toPort: 1, cidrs: ["0.0.0.0/0"] })] }),
      "more in by sg-pods",
    ],
    ["they let in a group that is new as well", movedTo({ pods: [ofAll("sg-brand-new")] }), "more in by sg-pods"],
    ["they may send more", movedTo({ out: [aRule({ protocol: "-1", cidrs: ["0.0.0.0/0"] })] }), "more out by sg-pods"],
  ])("not proved: %s", (_rule, besides, what) => {
    const { passes, opened } = provedWith(before, besides);
    expect(passes).toBe(false);
    expect(opened.join()).toContain(what);
  });

  /** They move into a group that was there. */
  const movedInto = (
    { ingress = [], egress = [] }: { readonly ingress?: readonly SecurityGroupRule[]; readonly egress?: readonly SecurityGroupRule[] },
    others: readonly NetworkInterface[] = [],
    theirs?: SecurityGroup,
  ) => {
    const { securityGroups, networkInterfaces: were } = before;
    const { networkInterfaces } = movedTo({});
    if (networkInterfaces?.state !== "known" || securityGroups?.state !== "known" || were?.state !== "known") throw new TypeError("Known.");
    const isThere = {
      ...before,
      securityGroups: known([
        ...securityGroups.value.map((one) => (one.id === theirs?.id ? theirs : one)),
        aSecurityGroup("sg-pods", ingress, { egress }),
      ]),
      networkInterfaces: known([...were.value, ...others]),
    };
    return provedWith(isThere, { networkInterfaces: known([...networkInterfaces.value, ...others]) });
  };

  it.each([
    ["lets in everybody", { ingress: [aRule({ protocol: "tcp", fromPort: 22, toPort: 22, cidrs: ["0.0.0.0/0"] })] }, "more in by sg-pods"],
    ["lets them out to more", { egress: [aRule({ protocol: "-1", cidrs: ["0.0.0.0/0"] })] }, "more out by sg-pods"],
  ])("not proved: they move into a group that was there, and that %s", (_rule, rules, what) => {
    expect(movedInto(rules).opened).toEqual([expect.stringContaining(what)]);
  });

  it("not proved: they move into a group that lets in others who have it", () => {
    const other = anEni("eni-pod-old", { groupIds: ["sg-pods"], privateIpv4: ["10.0.1.40"] });
    expect(movedInto({ ingress: [ofAll("sg-pods")] }, [other]).opened).toEqual([
      expect.stringContaining("those into sg-pods who move into sg-pods"),
      expect.stringContaining("more in by sg-pods"),
    ]);
  });

  it("not proved: they move into a group that lets in others who have it, whom theirs let in, and lets in none of theirs", () => {
    const other = anEni("eni-pod-old", { groupIds: ["sg-pods"], privateIpv4: ["10.0.1.40"] });
    const named = aSecurityGroup("sg-nodes", [ofAll("sg-nodes", "sg-pods")]);
    expect(movedInto({ ingress: [ofAll("sg-pods")] }, [other], named).opened).toEqual([
      expect.stringContaining("those into sg-pods who move into sg-pods"),
    ]);
  });

  it.each([
    ["proved: on the ports on which theirs let those in", 10_249, true],
    ["not proved: on more ports than theirs let those in", 10_250, false],
  ])("%s they move into a group that lets in others who have it", (_rule, toPort, passes) => {
    const other = anEni("eni-pod-old", { groupIds: ["sg-pods"], privateIpv4: ["10.0.1.40"] });
    const named = aSecurityGroup("sg-nodes", [nodes({}), aRule({ protocol: "tcp", fromPort: 0, toPort: 10_249, groupIds: ["sg-pods"] })]);
    const ingress = [ofAll("sg-nodes"), aRule({ protocol: "tcp", fromPort: 0, toPort, groupIds: ["sg-pods"] })];
    expect(movedInto({ ingress }, [other], named).passes).toBe(passes);
  });

  it.each([
    ["whom theirs did", [ofAll("sg-nodes")]],
    ["those who have it, which nobody had", [ofAll("sg-nodes", "sg-pods")]],
    ["those who have it alone, which nobody had", [ofAll("sg-pods")]],
  ])("proved: they move into a group that was there, and that lets in %s", (_rule, ingress) => {
    expect(movedInto({ ingress })).toMatchObject({ passes: true, opened: [] });
  });

  it.each([
    ["proved: that another names on the ports on which it names theirs", 5432, []],
    ["not proved: that another names on a port on which it does not name theirs", 22, ["protocol tcp, ports 22-22."]],
  ])("%s, where they move into a group that was there", (_rule, port, told) => {
    const db = aSecurityGroup("sg-db", [podRule({}), aRule({ protocol: "tcp", fromPort: port, toPort: port, groupIds: ["sg-pods"] })]);
    expect(movedInto({}, [], db).opened).toEqual(told.map((what) => `It lets those into sg-db who move into sg-pods, on ${what}`));
  });

  it("not proved: a group that was there is named, whoever has it", () => {
    const isThere = movedTo({});
    const was = isThere.securityGroups;
    if (was?.state !== "known" || before.securityGroups?.state !== "known") throw new TypeError("Both are known.");
    const unnamed = known([...before.securityGroups.value, aSecurityGroup("sg-pods", [])]);
    expect(provedWith({ ...before, securityGroups: unnamed }, isThere).opened).toEqual([expect.stringContaining("more into sg-db")]);
  });
});

it.each([
  ["not proved: the public endpoint admits more", ["198.51.100.0/24"], false],
  ["proved: what the organization calls its own comes in the place of it", ["192.0.2.0/24"], true],
])("%s", (_rule, publicCidrs, passes) => {
  const after = known(anEndpoint({ publicAccess: true, privateAccess: true, publicCidrs }));
  expect(provedWith({}, { endpoint: after }, { trustedCidrs: ["192.0.2.0/24"] }).passes).toBe(passes);
});

it("not proved: a load balancer is turned to the internet", () => {
  const one = aLoadBalancer({ scheme: "internal" });
  const facts = { loadBalancers: known([one]) };
  const { opened } = provedWith(facts, { loadBalancers: known([{ ...one, scheme: "internet-facing" }]) });
  expect(opened).toEqual(["It turns load balancer k8s-shop-web to the internet."]);
});

it.each([
  ["proved: the controller writes a group of its own, which lets in no others", "0.0.0.0/0", true],
  ["not proved: the user's own group lets in fewer than the controller will", "203.0.113.7/32", false],
])("%s", (_rule, cidr, passes) => {
  const annotations = { "service.beta.kubernetes.io/aws-load-balancer-security-groups": "sg-own" };
  const loadBalancerClass = "service.k8s.aws/nlb";
  const ground = {
    cluster: aCluster({
      services: known([aService("web", { annotations, loadBalancerClass, loadBalancerSourceRanges: ["203.0.113.0/24"] })]),
      loadBalancers: known([
        aLoadBalancer({
          scheme: "internet-facing",
          securityGroupIds: ["sg-own"],
          listeners: known([{ port: 443, protocol: "TCP" }]),
          tags: known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": "shop/web" }),
        }),
      ]),
      securityGroups: known([aSecurityGroup("sg-own", [aRule({ ...web, cidrs: [cidr] })])]),
    }),
    checks: checks.filter(({ id }) => id === "load-balancer-source-ranges-enforced"),
    settings: withSettings({}),
    readAt,
  };
  expect(propose(ground, judgedOn(ground))).toMatchObject([{ state: "planned", proved: passes }]);
});

describe("connections", () => {
  const policy = (name: string, spec: object): ManifestObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: "shop", name },
    spec,
  });
  const closed = policy("closed", { podSelector: { matchLabels: { app: "api" } }, policyTypes: ["Ingress"] });
  const pod = (app: string) => aPod(app, { namespace: "shop", labels: { app }, podIps: [] });
  const shop: Partial<ClusterFacts> = {
    namespaces: known([{ name: "shop", labels: {} }]),
    pods: known([pod("web"), pod("api")]),
    workloads: known([]),
    networkPolicies: known([]),
  };
  const opening = (ports: readonly object[]) =>
    policy("open", {
      podSelector: { matchLabels: { app: "api" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }], ports }],
    });
  const flow = (expected: string) => ({
    name: "web-to-api",
    cluster: "*",
    from: { namespace: "shop", labels: { app: "web" } },
    to: { namespace: "shop", labels: { app: "api" } },
    port: 8080,
    expect: expected,
  });
  const opened = (ports: readonly object[], flows: readonly object[]): readonly string[] => {
    const { facts } = aCluster(shop);
    const { networkPolicies } = applied(facts, [closed]);
    const after = applied({ ...facts, networkPolicies }, [opening(ports)]).networkPolicies;
    return provedWith({ ...shop, networkPolicies }, { networkPolicies: after }, { flows }).opened;
  };

  it.each([
    ["opened: one that nobody declared", [{ port: 8080 }], [], 1],
    ["opened: more of it than was declared", [{ port: 8080, endPort: 8081 }], [flow("allowed")], 1],
    ["opened: one that is declared as denied", [{ port: 8080 }], [flow("denied")], 1],
    ["not opened: one that is declared, and no more", [{ port: 8080 }], [flow("allowed")], 0],
  ])("%s", (_rule, ports, flows, count) => {
    expect(opened(ports, flows)).toHaveLength(count);
  });

  it.each([
    ["one of them", ["web"], "shop/web[Pod] => shop/api[Pod] : TCP 8080."],
    ["one of them, and how many more", ["web", "cart", "till"], "shop/cart[Pod] => shop/api[Pod] : TCP 8080, and 2 connections more."],
  ])("opened, and named: %s", (_rule, apps, sentence) => {
    const inShop = { ...shop, pods: known(["api", ...apps].map(pod)) };
    const { facts } = aCluster(inShop);
    const { networkPolicies } = applied(facts, [closed]);
    const from = [{ podSelector: { matchExpressions: [{ key: "app", operator: "In", values: apps }] } }];
    const spec = { podSelector: { matchLabels: { app: "api" } }, policyTypes: ["Ingress"], ingress: [{ from, ports: [{ port: 8080 }] }] };
    const after = applied({ ...facts, networkPolicies }, [policy("open", spec)]).networkPolicies;
    expect(provedWith({ ...inShop, networkPolicies }, { networkPolicies: after }).opened).toEqual([
      `It lets through what policies do not let through today: ${sentence}`,
    ]);
  });
});
