/** Where load balancers send what they take: actions of listeners and rules, target groups, and security groups at PrivateLink. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { collectCluster } from "../../core/collect/cluster.ts";
import { SharedReads } from "../../core/collect/shared-reads.ts";
import type { FactName } from "../../core/model/check.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import type { FaultInput } from "../../sandbox/faults.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { gapsOf, home, member, portsTo, type RegionInput, soon, stateOf, valueIn, withRegion } from "./aws-bed.ts";

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const vpcs: RegionInput["vpcs"] = [
  { id: "vpc-a", subnets: [{ id: "subnet-a", cidr: "10.0.0.0/24" }], securityGroups: [{ id: "sg-1" }] },
  { id: "vpc-b", cidr: "10.1.0.0/16", subnets: [{ id: "subnet-b", cidr: "10.1.0.0/24" }] },
];
const region: RegionInput = {
  vpcs,
  loadBalancers: [
    {
      name: "app",
      type: "application",
      securityGroups: ["sg-1"],
      listeners: [
        { port: 80, redirect: "https:443", rules: [{ path: "/.well-known/*", target: { name: "acme" } }] },
        {
          port: 443,
          protocol: "HTTPS",
          status: 404,
          rules: [
            { path: "/shop/*", target: { name: "shop", port: 8080 } },
            { path: "/old/*", redirect: "http:80" },
          ],
        },
      ],
    },
    {
      name: "bare",
      listeners: [
        { port: 443, protocol: "TLS", target: { name: "bare-ip" } },
        { port: 53, protocol: "UDP", target: { name: "bare-udp" } },
      ],
    },
    { name: "bare-too", listeners: [{ port: 80, target: { name: "bare-node", type: "instance", preservesClientIp: false } }] },
    { name: "guarded", securityGroups: ["sg-1"], listeners: [{ port: 443, target: { name: "guarded" } }] },
    { name: "lenient", securityGroups: ["sg-1"], privateLinkRules: "off" },
    { name: "gate", type: "gateway", listeners: [{ port: 6081 }] },
    { name: "old", type: "classic", listeners: [{ port: 80 }] },
    { name: "elsewhere", vpc: "vpc-b", listeners: [{ port: 80, target: { name: "elsewhere" } }] },
  ],
  targetGroups: [
    { name: "idle", type: "instance" },
    { name: "function", type: "lambda" },
    { name: "idle-elsewhere", vpc: "vpc-b" },
  ],
  clusters: [
    { name: "prod", reachable: false, vpc: "vpc-a" },
    { name: "second", reachable: false, vpc: "vpc-a" },
  ],
};

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await withRegion(region);
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.forgetRequests();
});
const read = async (
  needs: readonly FactName[],
  { on = sandbox, name = "prod", ...over }: Record<string, unknown> & { on?: Sandbox; name?: string } = {},
) => {
  const target = { account: member, region: home, name };
  const { facts } = await collectCluster(target, new Set(needs), portsTo(on, over), soon());
  ClusterFacts.parse(facts);
  return facts;
};
const count = (operation: string, on = sandbox) => on.requests().filter((one) => one.operation === operation).length;
const fault = (operation: string, rest: Partial<Extract<FaultInput, { kind: "error" }>> = {}): FaultInput => ({
  kind: "error",
  operation,
  code: "AccessDenied",
  status: 403,
  ...rest,
});
const body = (operation: string, content: string): FaultInput => ({
  kind: "nonsense",
  operation,
  body: `<${operation}Response xmlns="x"><${operation}Result>${content}</${operation}Result></${operation}Response>`,
});
const group = (name: string) =>
  expect.stringMatching(new RegExp(`^arn:aws:elasticloadbalancing:${home}:${member}:targetgroup/${name}/[0-9a-f]{16}$`));

describe("actions of a listener", () => {
  const balancers = async () => valueIn((await read(["loadBalancers"])).loadBalancers);
  const listenersOf = async (name: string) => valueIn((await balancers()).find((one) => one.name === name)?.listeners ?? expect.fail(name));

  it("are those of its default action and of its rules, redirects with the protocol that they lead to", async () => {
    expect(await listenersOf("app")).toEqual([
      {
        port: 80,
        protocol: "HTTP",
        actions: {
          state: "known",
          value: [
            { type: "redirect", targetGroupArns: [], redirectProtocol: "HTTPS" },
            { type: "forward", targetGroupArns: [group("acme")] },
          ],
        },
      },
      {
        port: 443,
        protocol: "HTTPS",
        actions: {
          state: "known",
          value: [
            { type: "fixed-response", targetGroupArns: [] },
            { type: "forward", targetGroupArns: [group("shop")] },
            { type: "redirect", targetGroupArns: [], redirectProtocol: "HTTP" },
          ],
        },
      },
    ]);
  });

  it("of other load balancers are the default one's, and their rules are not asked for", async () => {
    const actions = (await listenersOf("bare")).map((listener) => listener.actions && valueIn(listener.actions));
    expect(actions).toEqual([
      [{ type: "forward", targetGroupArns: [group("bare-ip")] }],
      [{ type: "forward", targetGroupArns: [group("bare-udp")] }],
    ]);
    expect((await listenersOf("gate")).map(({ port, actions }) => [port, actions?.state])).toEqual([[0, "known"]]);
    expect((await listenersOf("old")).map(({ actions }) => actions)).toEqual([undefined]);
    // Three scans, two listeners of the one application load balancer.
    expect(count("DescribeRules")).toBe(6);
  });

  it("a forward to several groups names them all", async () => {
    const forward =
      "<Actions><member><Type>forward</Type><ForwardConfig><TargetGroups><member><TargetGroupArn>tg-1</TargetGroupArn></member>" +
      "<member><TargetGroupArn>tg-2</TargetGroupArn></member></TargetGroups></ForwardConfig></member></Actions>";
    sandbox.faults.add([body("DescribeRules", `<Rules><member><IsDefault>false</IsDefault>${forward}</member></Rules>`)]);
    const [first] = await listenersOf("app");
    expect(first?.actions).toMatchObject({ value: [{ type: "redirect" }, { type: "forward", targetGroupArns: ["tg-1", "tg-2"] }] });
  });

  it("rules that are refused leave the actions of their listener unknown, and nothing else", async () => {
    sandbox.faults.add([fault("DescribeRules", { times: 1 })]);
    const { loadBalancers, reads } = await read(["loadBalancers"]);
    const app = valueIn(loadBalancers).find(({ name }) => name === "app");
    const listeners = app === undefined ? [] : valueIn(app.listeners);
    expect(listeners.map(({ port, actions }) => [port, actions && stateOf(actions)])).toEqual([
      [80, "forbidden"],
      [443, "known"],
    ]);
    expect(gapsOf(reads)).toEqual(["elasticloadbalancing:DescribeRules: unknown forbidden"]);
  });

  it("a listener that goes away before its rules were read is left out, and that is no gap", async () => {
    sandbox.faults.add([fault("DescribeRules", { code: "ListenerNotFound", status: 400, times: 1 })]);
    const { loadBalancers, reads } = await read(["loadBalancers"]);
    const app = valueIn(loadBalancers).find(({ name }) => name === "app");
    expect(app && valueIn(app.listeners).map(({ port }) => port)).toEqual([443]);
    expect(gapsOf(reads)).toEqual([]);
  });

  it("malformed: rules without actions, or a listener without a default action", async () => {
    sandbox.faults.add([body("DescribeRules", "<Rules><member><IsDefault>false</IsDefault></member></Rules>")]);
    expect((await listenersOf("app")).map(({ actions }) => actions && stateOf(actions))).toEqual(["malformed", "malformed"]);
    sandbox.faults.clear();
    const bare = "<ListenerArn>l</ListenerArn><Port>80</Port><Protocol>HTTP</Protocol>";
    sandbox.faults.add([body("DescribeListeners", `<Listeners><member>${bare}</member></Listeners>`)]);
    expect((await listenersOf("app")).map(({ actions }) => actions && stateOf(actions))).toEqual(["malformed"]);
  });

  it("every page of rules counts", async () => {
    const rules = many(405, (i) => ({ path: `/${i}/*`, status: 404 }));
    const large = await withRegion({
      ...region,
      loadBalancers: [{ name: "app", type: "application", listeners: [{ port: 80, rules }] }],
    });
    const { loadBalancers } = await read(["loadBalancers"], { on: large });
    const [listener] = valueIn(valueIn(loadBalancers)[0]?.listeners ?? expect.fail());
    expect(listener?.actions && valueIn(listener.actions)).toHaveLength(406);
    expect(count("DescribeRules", large)).toBe(2);
  });
});

it("security groups hold for PrivateLink where AWS says so", async () => {
  const rules = valueIn((await read(["loadBalancers"])).loadBalancers).map(({ name, privateLinkRules }) => [name, privateLinkRules]);
  expect(Object.fromEntries(rules)).toMatchObject({ guarded: "on", lenient: "off", bare: undefined, app: undefined, old: undefined });
});

describe("target groups", () => {
  const groups = async (on = sandbox) => valueIn((await read(["targetGroups"], { on })).targetGroups);
  const clientIp = async () => Object.fromEntries((await groups()).map(({ name, preservesClientIp }) => [name, preservesClientIp]));

  it("are those of the VPC: with protocol, port, kind of target and the load balancers that they serve", async () => {
    const all = await groups();
    expect(all.map(({ name }) => name).sort()).toEqual([
      "acme",
      "bare-ip",
      "bare-node",
      "bare-udp",
      "guarded",
      "idle",
      // The gateway load balancer's.
      expect.stringMatching(/^k8s-/),
      "shop",
    ]);
    expect(all.find(({ name }) => name === "shop")).toMatchObject({
      arn: group("shop"),
      protocol: "HTTP",
      port: 8080,
      targetType: "ip",
      loadBalancerArns: [expect.stringMatching(/:loadbalancer\/app\/app\/[0-9a-f]{16}$/)],
    });
    expect(all.find(({ name }) => name === "idle")).toMatchObject({ targetType: "instance", loadBalancerArns: [] });
  });

  it("whether they preserve clients' addresses is asked where it decides: at network load balancers without security groups", async () => {
    const seen = await clientIp();
    expect(Object.entries(seen).flatMap(([name, fact]) => (fact?.state === "known" ? [[name, fact.value]] : []))).toEqual([
      ["bare-ip", false],
      ["bare-udp", true],
      ["bare-node", false],
    ]);
    // Absent, not unknown: a part that is never read would keep what is gone from ever being closed.
    expect([seen.guarded, seen.shop, seen.idle]).toEqual([undefined, undefined, undefined]);
    expect(count("DescribeTargetGroupAttributes")).toBe(3);
  });

  it("one whose attributes are refused is unknown in that, the others stay known", async () => {
    sandbox.faults.add([fault("DescribeTargetGroupAttributes", { resource: "*/bare-udp/*" })]);
    const { targetGroups, reads } = await read(["targetGroups"]);
    const bare = valueIn(targetGroups).filter(({ name }) => name.startsWith("bare"));
    expect(bare.map(({ preservesClientIp }) => preservesClientIp && stateOf(preservesClientIp))).toEqual(["known", "forbidden", "known"]);
    expect(gapsOf(reads)).toEqual(["elasticloadbalancing:DescribeTargetGroupAttributes: unknown forbidden"]);
  });

  it("one that goes away meanwhile is left out, and that is no gap", async () => {
    sandbox.faults.add([fault("DescribeTargetGroupAttributes", { resource: "*/bare-udp/*", code: "TargetGroupNotFound", status: 400 })]);
    const { targetGroups, reads } = await read(["targetGroups"]);
    expect(
      valueIn(targetGroups)
        .filter(({ name }) => name.startsWith("bare"))
        .map(({ name }) => name),
    ).toEqual(["bare-ip", "bare-node"]);
    expect(gapsOf(reads)).toEqual([]);
  });

  it.each([
    ["malformed: no such attribute", "<Attributes><member><Key>stickiness.enabled</Key><Value>true</Value></member></Attributes>"],
    [
      "malformed: a word that is neither",
      "<Attributes><member><Key>preserve_client_ip.enabled</Key><Value>yes</Value></member></Attributes>",
    ],
    ["malformed: no list", ""],
  ])("%s", async (_rule, content) => {
    sandbox.faults.add([body("DescribeTargetGroupAttributes", content)]);
    expect(stateOf((await clientIp())["bare-ip"] ?? expect.fail())).toBe("malformed");
  });

  it("stay known where the load balancers are refused: which of them decide is then unknown", async () => {
    sandbox.faults.add([fault("DescribeLoadBalancers", { service: "elasticloadbalancingv2" })]);
    const seen = await clientIp();
    expect([seen["bare-ip"], seen.shop, seen.idle].map((fact) => fact && stateOf(fact))).toEqual([
      "depends-on-unknown",
      "depends-on-unknown",
      undefined,
    ]);
    expect(count("DescribeTargetGroupAttributes")).toBe(0);
  });

  const row = (rest: string) =>
    `<TargetGroups><member><TargetGroupArn>tg</TargetGroupArn><TargetGroupName>tg</TargetGroupName><Protocol>TCP</Protocol><TargetType>ip</TargetType>${rest}</member></TargetGroups>`;
  it.each([
    ["malformed: no word on load balancers is not none", row("<VpcId>vpc-a</VpcId>"), "malformed"],
    ["known: a group of another VPC may be anything", row("<VpcId>vpc-b</VpcId>"), "known"],
    ["malformed: no list", "", "malformed"],
  ])("%s", async (_rule, content, state) => {
    sandbox.faults.add([body("DescribeTargetGroups", content)]);
    expect(stateOf((await read(["targetGroups"])).targetGroups)).toBe(state);
  });

  it("unknown: one that serves a load balancer which is not listed", async () => {
    const content = row("<VpcId>vpc-a</VpcId><LoadBalancerArns><member>arn:new</member></LoadBalancerArns>");
    sandbox.faults.add([body("DescribeTargetGroups", content)]);
    expect((await groups()).map(({ preservesClientIp }) => preservesClientIp && stateOf(preservesClientIp))).toEqual(["not-found"]);
  });

  it("denied: unknown, and nothing else", async () => {
    sandbox.faults.add([fault("DescribeTargetGroups")]);
    const { targetGroups, loadBalancers, reads } = await read(["targetGroups", "loadBalancers"]);
    expect([targetGroups, loadBalancers].map(stateOf)).toEqual(["forbidden", "known"]);
    expect(gapsOf(reads)).toEqual(["elasticloadbalancing:DescribeTargetGroups: unknown forbidden"]);
  });

  it("every page counts, and one that is refused leaves nothing that looks complete", async () => {
    const large = await withRegion({ ...region, targetGroups: many(810, (i) => ({ name: `idle-${i}` })) });
    expect(await groups(large)).toHaveLength(817);
    expect(count("DescribeTargetGroups", large)).toBe(3);
    large.faults.add([fault("DescribeTargetGroups", { page: "next" })]);
    expect(stateOf((await read(["targetGroups"], { on: large })).targetGroups)).toBe("forbidden");
  });
});

it("clusters of one VPC share the reads", async () => {
  const shared = new SharedReads(() => new Date());
  const both = await Promise.all(["prod", "second"].map((name) => read(["loadBalancers", "targetGroups"], { name, shared })));
  expect(both.map(({ targetGroups }) => valueIn(targetGroups).length)).toEqual([8, 8]);
  expect(both.map(({ reads }) => gapsOf(reads))).toEqual([[], []]);
  expect(["DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeRules"].map((operation) => count(operation))).toEqual([
    1, 3, 2,
  ]);
});

it.each<[FactName, readonly string[]]>([
  ["targetGroups", ["DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeLoadBalancers"]],
  ["loadBalancers", ["DescribeLoadBalancers", "DescribeListeners", "DescribeRules", "DescribeTags"]],
])("only what is needed is read: %s", async (fact, operations) => {
  await read([fact]);
  const called = new Set(sandbox.requests().map(({ operation }) => operation));
  expect(called).toEqual(new Set(["AssumeRole", "DescribeCluster", ...operations]));
});
