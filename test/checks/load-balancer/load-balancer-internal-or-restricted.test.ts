import { describe, expect, it } from "vitest";
import { loadBalancerInternalOrRestricted } from "../../../core/checks/load-balancer/load-balancer-internal-or-restricted.ts";
import type { LoadBalancer } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Finding } from "../../../core/model/finding.ts";
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
import { aPlane } from "../../support/ingress-plane.ts";

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
    evidence: { loadBalancerArns: [web().arn], scheme: "internet-facing", ports: [443], sources: ["0.0.0.0/0"] },
  });
  expect(finding?.evidence?.notRead).toContain("network ACLs");
});
