import { describe, expect, it } from "vitest";
import { loadBalancerInternalOrRestricted } from "../../../core/checks/load-balancer/load-balancer-internal-or-restricted.ts";
import type { LoadBalancer, TargetGroup } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { type Fact, known, unknown } from "../../../core/model/fact.ts";
import type { Finding } from "../../../core/model/finding.ts";
import type { Service } from "../../../core/model/kubernetes.ts";
import {
  aCluster,
  aLoadBalancer,
  anIngress,
  aRule,
  aSecurityGroup,
  aService,
  inShop,
  judged,
  prod,
  readAt,
  withSettings,
} from "../../support/cluster.ts";
import { aBinding, aGateway, aGatewayClass, aTargetGroup } from "../../support/gateway-plane.ts";
import { aPlane } from "../../support/ingress-plane.ts";
import { anAcl, anOpenNetwork, aRoute, aRouteTable } from "../../support/network.ts";

const forbidden = unknown("forbidden", "No access.");
const owned = (name: string) => known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": `shop/${name}` });
const tcp443 = known([{ port: 443, protocol: "TCP" }]);
const web = (rest: Partial<LoadBalancer> = {}) =>
  aLoadBalancer({ name: "k8s-shop-web", scheme: "internet-facing", listeners: tcp443, tags: owned("web"), ...rest });
const bystander = aLoadBalancer({ name: "k8s-shop-bystander", tags: owned("bystander"), listeners: tcp443 });
const stranger = aLoadBalancer({ name: "other-team", scheme: "internet-facing", listeners: tcp443, tags: known({ Name: "other-team" }) });
const open = aSecurityGroup("sg-open", [aRule({ cidrs: ["0.0.0.0/0"] })]);
const office = aSecurityGroup("sg-office", [aRule({ cidrs: ["203.0.113.0/24"] })]);

const facts = (loadBalancers: readonly LoadBalancer[], rest: Partial<ClusterFacts> = {}): Partial<ClusterFacts> => ({
  readAt: known(readAt),
  loadBalancers: known([bystander, stranger, ...loadBalancers]),
  securityGroups: known([open, office]),
  prefixLists: known([]),
  ...anOpenNetwork(),
  ...aPlane({ services: [aService("web"), aService("bystander")] }),
  ...rest,
});
const findings = (given: Partial<ClusterFacts>, settings?: Parameters<typeof judged>[2]): readonly Finding[] =>
  judged(loadBalancerInternalOrRestricted, aCluster(given), settings);
/** Every finding but the bystander's, which has to pass. */
function told(given: Partial<ClusterFacts>, settings?: Parameters<typeof judged>[2]): readonly string[] {
  const all = findings(given, settings).map(({ resource, status }) => `${resource.kind} ${resource.name}: ${status}`);
  expect(all.filter((text) => text.includes("other-team"))).toEqual([]);
  expect(all).toContain("Service bystander: pass");
  return all.filter((text) => text !== "Service bystander: pass");
}

describe("verdict", () => {
  it.each<[string, readonly LoadBalancer[], readonly string[]]>([
    ["pass: internal", [web({ scheme: "internal" })], ["Service web: pass"]],
    ["fail: internet-facing without security groups", [web()], ["Service web: fail"]],
    ["fail: internet-facing and open", [web({ securityGroupIds: ["sg-open"] })], ["Service web: fail"]],
    ["pass: internet-facing and restricted", [web({ securityGroupIds: ["sg-office"] })], ["Service web: pass"]],
    ["pass: internet-facing without listener", [web({ listeners: known([]) })], ["Service web: pass"]],
    ["unknown: internet-facing, its group not read", [web({ securityGroupIds: ["sg-gone"] })], ["Service web: unknown"]],
    ["not-applicable: a Service without load balancer", [], ["Service web: not-applicable"]],
    [
      "fail: of two load balancers of one owner the worse decides",
      [web({ scheme: "internal" }), web({ name: "k8s-shop-web-2" })],
      ["Service web: fail"],
    ],
    [
      "fail: a doubt about one hides no proof about the other",
      [web({ securityGroupIds: ["sg-gone"] }), web({ name: "k8s-shop-web-2" })],
      ["Service web: fail"],
    ],
    [
      "fail: a load balancer tagged for the cluster and for no owner stands for itself",
      [web({ tags: known({ "kubernetes.io/cluster/prod": "owned" }) })],
      ["LoadBalancer k8s-shop-web: fail", "Service web: not-applicable"],
    ],
    [
      "nothing is said of another cluster's, though the Service has the same name",
      [web({ tags: known({ "elbv2.k8s.aws/cluster": "stage", "service.k8s.aws/stack": "shop/web" }) })],
      ["Service web: not-applicable"],
    ],
    [
      "fail: an owner that no longer exists keeps its id",
      [web({ tags: owned("gone") })],
      ["Service gone: fail", "Service web: not-applicable"],
    ],
  ])("%s", (_rule, loadBalancers, expected) => {
    expect(told(facts(loadBalancers)).toSorted()).toEqual(expected.toSorted());
  });

  it.each<[string, Partial<ClusterFacts>, LoadBalancer, string]>([
    [
      "fail by tags alone: Kubernetes was not read",
      { services: forbidden, ingresses: forbidden, ingressClasses: forbidden, ingressClassParams: forbidden },
      web(),
      "Service web: fail",
    ],
    ["pass by tags alone: internal", { services: forbidden, ingresses: forbidden }, web({ scheme: "internal" }), "Service web: pass"],
    [
      "fail: security groups were not read and there are none",
      { securityGroups: forbidden, prefixLists: forbidden },
      web(),
      "Service web: fail",
    ],
    [
      "unknown: security groups were not read",
      { securityGroups: forbidden },
      web({ securityGroupIds: ["sg-open"] }),
      "Service web: unknown",
    ],
    [
      "pass: internal needs no security group",
      { securityGroups: forbidden },
      web({ scheme: "internal", securityGroupIds: ["sg-open"] }),
      "Service web: pass",
    ],
  ])("%s", (_rule, rest, loadBalancer, expected) => {
    expect(told(facts([loadBalancer], rest))).toEqual([expected]);
  });

  it("unknown for the cluster: load balancers could not be listed", () => {
    expect(findings(facts([], { loadBalancers: forbidden }))).toMatchObject([
      { resource: { id: prod }, status: "unknown", reason: { code: "forbidden" } },
    ]);
  });
});

describe("tags that were not read", () => {
  const services = [aService("web", { hostnames: [web().dnsName] }), aService("bystander")];
  it("fail: the status of the Service names the load balancer", () => {
    const all = findings(facts([web({ tags: forbidden })], aPlane({ services })));
    expect(all.map(({ resource, status }) => [resource.name, status])).toContainEqual(["web", "fail"]);
  });
  it("unknown for the cluster, and no pass for anybody, while an internet-facing one may be anybody's", () => {
    const all = findings(facts([web({ tags: forbidden })]));
    expect(all.map(({ resource, status }) => `${resource.kind} ${resource.name} ${status}`).toSorted()).toEqual([
      "Cluster prod unknown",
      "Service bystander unknown",
      "Service web unknown",
    ]);
  });
  it("an internal one spoils no pass", () => {
    const all = findings(facts([web({ scheme: "internal", tags: forbidden })]));
    expect(all.map(({ resource, status }) => `${resource.name} ${status}`)).toContain("bystander pass");
  });
  it("unknown: the status names a load balancer that is not in the VPC", () => {
    const [finding] = findings(facts([], aPlane({ services }))).filter(({ resource }) => resource.name === "web");
    expect(finding).toMatchObject({ status: "unknown", reason: { code: "not-found" } });
  });
  it.each([
    ["unknown: a classic load balancer, its Region before elb", "a0web-1.eu-west-1.elb.amazonaws.com", "unknown"],
    ["unknown: a network load balancer, its Region after elb", "a0web-1.elb.eu-west-1.amazonaws.com", "unknown"],
    ["unknown: one of another partition", "a0web-1.elb.cn-north-1.amazonaws.com.cn", "unknown"],
    ["not-applicable: a name that Elastic Load Balancing does not give", "web.elb.example", "not-applicable"],
    ["not-applicable: a name of another controller's", "web.example.ts.net", "not-applicable"],
  ])("elsewhere, %s", (_rule, hostname, expected) => {
    const given = facts([], aPlane({ services: [aService("web", { hostnames: [hostname] }), aService("bystander")] }));
    expect(told(given)).toEqual([`Service web: ${expected}`]);
  });
});

describe("Ingresses", () => {
  const group = { "alb.ingress.kubernetes.io/group.name": "team" };
  const members = [
    anIngress("a", { ingressClassName: "alb", annotations: group }),
    anIngress("b", { ingressClassName: "alb", annotations: group }),
    anIngress("nginx", { ingressClassName: "nginx", hostnames: [web().dnsName] }),
    anIngress("alone", { ingressClassName: "alb" }),
  ];
  const alb = web({
    name: "k8s-team",
    type: "application",
    securityGroupIds: ["sg-open"],
    tags: known({ "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "team" }),
  });
  const services = [aService("bystander")];
  it("fail: every member of a group, nothing for an Ingress of another controller, not-applicable without load balancer", () => {
    expect(told(facts([alb], aPlane({ services, ingresses: members })))).toEqual([
      "Ingress a: fail",
      "Ingress alone: not-applicable",
      "Ingress b: fail",
    ]);
  });
  it("fail: the load balancer itself while Ingresses were not read", () => {
    const [finding] = findings(facts([alb], { ...aPlane({ services }), ingresses: forbidden })).filter(({ status }) => status === "fail");
    expect(finding?.resource).toEqual({ kind: "LoadBalancer", id: alb.arn, name: "k8s-team" });
  });
  it("unknown: an Ingress that may be a member, while classes were not read", () => {
    const all = told(facts([alb], { ...aPlane({ services, ingresses: members }), ingressClasses: forbidden }));
    expect(all.toSorted()).toEqual([
      "Ingress a: unknown",
      "Ingress alone: unknown",
      "Ingress b: unknown",
      "Ingress nginx: unknown",
      "LoadBalancer k8s-team: fail",
    ]);
  });
  it("fail: an internet-facing network load balancer before an internal application load balancer", () => {
    const stack = { "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "shop/alone" };
    const internal = web({
      name: "k8s-shop-alone",
      type: "application",
      scheme: "internal",
      securityGroupIds: ["sg-open"],
      tags: known(stack),
    });
    const frontend = web({
      name: "k8s-shop-alone-nlb",
      securityGroupIds: ["sg-open"],
      tags: known({ ...stack, "ingress.k8s.aws/resource": "FrontendNlb" }),
    });
    expect(told(facts([internal, frontend], aPlane({ services, ingresses: members })))).toContain("Ingress alone: fail");
  });
});

describe("declared exposure", () => {
  const declaration = {
    cluster: "prod",
    namespace: "shop",
    kind: "Service",
    name: "web",
    ports: [443],
    owner: "team-shop",
    reason: "the shop",
    expires: "2027-06-30",
  };
  const declared = (rest: Readonly<Record<string, unknown>> = {}) => withSettings({ publicServices: [{ ...declaration, ...rest }] });
  const both = known([
    { port: 80, protocol: "TCP" },
    { port: 443, protocol: "TCP" },
  ]);
  it.each<[string, LoadBalancer, Readonly<Record<string, unknown>>, string]>([
    ["pass: every port is declared", web(), {}, "Service web: pass"],
    ["fail: one port is not", web({ listeners: both }), {}, "Service web: fail"],
    ["pass: both are", web({ listeners: both }), { ports: [80, 443] }, "Service web: pass"],
    ["fail: for another Service", web(), { name: "api" }, "Service web: fail"],
    ["fail: it has expired", web(), { expires: "2026-10-31" }, "Service web: fail"],
    ["unknown: listeners were not read", web({ listeners: forbidden }), {}, "Service web: unknown"],
  ])("%s", (_rule, loadBalancer, rest, expected) => {
    expect(told(facts([loadBalancer]), declared(rest))).toEqual([expected]);
  });
  it("the message says when the declaration expired", () => {
    const [finding] = findings(facts([web()]), declared({ expires: "2026-10-31" })).filter(({ status }) => status === "fail");
    expect(finding?.message).toContain("Its declaration by team-shop expired on 2026-10-31.");
  });
});

it("a finding shows its load balancers, the scheme, the ports, the sources and what was not read", () => {
  const [finding] = findings(facts([web({ securityGroupIds: ["sg-open"] })])).filter(({ status }) => status === "fail");
  expect(finding).toMatchObject({
    resource: inShop("Service", "services", "web"),
    severity: "medium",
    message: "Service shop/web is reachable from the internet: internet-facing load balancer k8s-shop-web admits 0.0.0.0/0 on TCP 443.",
    evidence: { loadBalancerArns: [web().arn], scheme: "internet-facing", ports: [443], sources: ["0.0.0.0/0"], notRead: [] },
  });
});

describe("what lies before the load balancer", () => {
  const open = web({ securityGroupIds: ["sg-open"] });
  const behindNat = { routeTables: known([aRouteTable([], aRoute("0.0.0.0/0", "nat-1"))]) };
  const blocked = { blockPublicAccess: known({ mode: "block-ingress" as const, exclusions: [] }) };
  const denied = { networkAcls: known([anAcl(["subnet-0a1"], [])]) };
  it.each<[string, Partial<ClusterFacts>, LoadBalancer, string, string]>([
    [
      "pass: its subnet has no route to an internet gateway",
      behindNat,
      open,
      "pass",
      "no active route leads from subnet-0a1 to an internet gateway",
    ],
    ["pass: Block Public Access", blocked, open, "pass", "VPC Block Public Access (block-ingress) keeps the internet out of subnet-0a1"],
    ["pass: a network ACL", denied, open, "pass", "network ACL acl-of-subnet-0a1 keeps the internet out of subnet-0a1"],
    ["pass: no route, and nothing on the load balancer restricts", behindNat, web(), "pass", "no active route leads from subnet-0a1"],
    ["unknown: routes were not read", { routeTables: forbidden }, open, "unknown", "who reaches it is not known: No access."],
    [
      "pass: routes were not read, and its groups restrict",
      { routeTables: forbidden },
      web({ securityGroupIds: ["sg-office"] }),
      "pass",
      "its security groups admit known sources only",
    ],
    ["fail: network ACLs were not read", { networkAcls: forbidden }, open, "fail", "admits 0.0.0.0/0 on TCP 443"],
    ["fail: Block Public Access was not read", { blockPublicAccess: forbidden }, open, "fail", "admits 0.0.0.0/0 on TCP 443"],
  ])("%s", (_rule, rest, loadBalancer, status, message) => {
    const finding = findings(facts([loadBalancer], rest)).find(({ resource }) => resource.name === "web");
    expect(finding?.status).toBe(status);
    expect(finding?.message).toContain(message);
  });
  it("a pass names the deciding layer, a fail the protections that were not read", () => {
    const [pass] = findings(facts([open], behindNat)).filter(({ resource }) => resource.name === "web");
    expect(pass?.evidence?.decidedBy).toEqual([{ layer: "route", ids: ["rtb-of-all"], subnetId: "subnet-0a1" }]);
    const [fail] = findings(facts([open], { networkAcls: forbidden, blockPublicAccess: forbidden })).filter(
      ({ status }) => status === "fail",
    );
    expect(fail?.evidence?.notRead).toEqual(["VPC Block Public Access", "network ACLs"]);
  });
});

describe("a network load balancer without security groups", () => {
  const group = (preservesClientIp: Fact<boolean>, rest: Partial<TargetGroup> = {}): TargetGroup => ({
    arn: "tg-1",
    name: "k8s-shop-web",
    protocol: "TCP",
    port: 8443,
    targetType: "ip",
    loadBalancerArns: [],
    preservesClientIp,
    ...rest,
  });
  const forwarding = web({
    listeners: known([{ port: 443, protocol: "TCP", actions: known([{ type: "forward", targetGroupArns: ["tg-1"] }]) }]),
  });
  it.each<[string, Fact<readonly TargetGroup[]>, readonly string[]]>([
    ["fail: targets see the load balancer's address, so nothing behind it restricts", known([group(known(false))]), []],
    [
      "fail: targets see the client's address, and their groups could restrict",
      known([group(known(true))]),
      ["security groups of targets"],
    ],
    ["fail: UDP always shows the client's address", known([group(known(false), { protocol: "UDP" })]), ["security groups of targets"]],
    ["fail: attributes were not read", known([group(forbidden)]), ["target groups and the security groups of targets"]],
    ["fail: target groups were not read", forbidden, ["target groups and the security groups of targets"]],
  ])("%s", (_rule, targetGroups, notRead) => {
    const [finding] = findings(facts([forwarding], { targetGroups })).filter(({ status }) => status === "fail");
    expect(finding?.evidence?.notRead).toEqual(notRead);
  });
});

describe("what to do", () => {
  const command = "kubectl --namespace shop annotate service web service.beta.kubernetes.io/aws-load-balancer-scheme=internal --overwrite";
  it.each<[string, Partial<Service>, readonly string[] | undefined]>([
    ["the scheme, of a controller that follows it", { loadBalancerClass: "service.k8s.aws/nlb" }, [command]],
    ["no command, where the scheme stays as it was made", {}, undefined],
  ])("%s", (_rule, service, commands) => {
    const given = facts([web()], aPlane({ services: [aService("web", service), aService("bystander")] }));
    const [finding] = findings(given).filter(({ status }) => status === "fail");
    expect(finding?.remediation?.commands).toEqual(commands);
  });
});

describe("a load balancer made elsewhere", () => {
  const plane = (given: Parameters<typeof aPlane>[0] = {}) => aPlane({ services: [aService("web"), aService("bystander")], ...given });
  const bound = plane({ bindings: [aBinding("web")], targetGroups: [aTargetGroup("web", [stranger.arn])] });
  it("fail: open to the internet, and bound to the cluster's pods", () => {
    const its = findings(facts([web({ scheme: "internal" })], bound)).find(({ resource }) => resource.id === stranger.arn);
    expect(its).toMatchObject({
      status: "fail",
      resource: { kind: "LoadBalancer", id: stranger.arn, name: "other-team" },
      evidence: { loadBalancerArns: [stranger.arn], bindings: ["TargetGroupBinding shop/web to Service shop/web"] },
    });
  });
  it("pass: internal, and bound to the cluster's pods", () => {
    const given = { ...facts([], bound), loadBalancers: known([bystander, { ...stranger, scheme: "internal" as const }]) };
    expect(findings(given).map(({ resource, status }) => `${resource.name}: ${status}`)).toContain("other-team: pass");
  });
  it("unknown for the cluster: bindings were not read, and it may be bound; owners are judged all the same", () => {
    const given = facts([web({ scheme: "internal" })], { targetGroupBindings: forbidden });
    expect(told(given)).toEqual(["Service web: pass", "Cluster prod: unknown"]);
    expect(findings(given).at(-1)).toMatchObject({ reason: { code: "forbidden" }, evidence: { loadBalancerArns: [stranger.arn] } });
  });
  it("nothing is said while bindings are unread, where all others are internal", () => {
    const loadBalancers = known([bystander, web({ scheme: "internal" }), { ...stranger, scheme: "internal" as const }]);
    const given = { ...facts([], { targetGroupBindings: forbidden }), loadBalancers };
    expect(told(given)).toEqual(["Service web: pass"]);
  });
  it("unknown for the cluster: it is bound outside the VPC", () => {
    const given = facts([web({ scheme: "internal" })], plane({ bindings: [aBinding("web")] }));
    expect(told(given)).toEqual(["Service web: pass", "Cluster prod: unknown"]);
  });
});

describe("a Gateway's load balancer", () => {
  const tags = known({ "elbv2.k8s.aws/cluster": "prod", "gateway.k8s.aws.alb/stack": "shop/edge" });
  const edge = web({ name: "k8s-edge", type: "application", securityGroupIds: ["sg-open"], tags });
  const plane = aPlane({
    services: [aService("web"), aService("bystander")],
    gateways: [aGateway("edge")],
    gatewayClasses: [aGatewayClass("alb")],
  });
  const declaring = (kind: string) =>
    withSettings({
      publicServices: [
        {
          cluster: "prod",
          namespace: "shop",
          kind,
          name: "edge",
          ports: [443],
          owner: "team-shop",
          reason: "the shop",
          expires: "2099-01-31",
        },
      ],
    });
  it("fail: open to the internet", () => {
    expect(told(facts([edge], plane))).toEqual(["Gateway edge: fail", "Service web: not-applicable"]);
  });
  it("pass: declared under publicServices as a Gateway, and as no other kind", () => {
    expect(told(facts([edge], plane), declaring("Gateway"))).toContain("Gateway edge: pass");
    expect(told(facts([edge], plane), declaring("Ingress"))).toContain("Gateway edge: fail");
  });
  it("fail: proven by AWS alone", () => {
    const unread = { gateways: forbidden, gatewayClasses: forbidden, loadBalancerConfigurations: forbidden };
    expect(told(facts([edge], { ...plane, ...unread }))).toContain("Gateway edge: fail");
  });
});

it("pass: an internal load balancer, with what may lead to it all the same and is not seen", () => {
  const its = findings(facts([web({ scheme: "internal" })])).find(({ resource }) => resource.name === "web");
  expect(its).toMatchObject({ status: "pass", evidence: { notSeen: ["Global Accelerator"] } });
  const dual = findings(facts([web({ scheme: "internal", ipAddressType: "dualstack" })])).find(({ resource }) => resource.name === "web");
  expect(dual?.evidence?.notSeen).toEqual(["Global Accelerator", "the attribute ipv6.deny_all_igw_traffic"]);
  const closed = findings(facts([web({ securityGroupIds: ["sg-office"] })])).find(({ resource }) => resource.name === "web");
  expect(closed).toMatchObject({ status: "pass", evidence: { scheme: "internet-facing" } });
  expect(Object.keys(closed !== undefined && "evidence" in closed ? (closed.evidence ?? {}) : {})).not.toContain("notSeen");
});
