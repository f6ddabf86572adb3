import { describe, expect, it } from "vitest";
import { loadBalancerSourceRangesEnforced } from "../../../core/checks/load-balancer/load-balancer-source-ranges-enforced.ts";
import type { LoadBalancer, SecurityGroup, SecurityGroupRule, TargetGroup } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { type Fact, known, unknown } from "../../../core/model/fact.ts";
import type { Finding } from "../../../core/model/finding.ts";
import type { LoadBalancerConfiguration } from "../../../core/model/gateway.ts";
import type { Ingress, Service } from "../../../core/model/kubernetes.ts";
import { aCluster, aLoadBalancer, anIngress, aRule, aSecurityGroup, aService, judged, prod } from "../../support/cluster.ts";
import { aConfiguration, aGateway, aGatewayClass, configurationRef } from "../../support/gateway-plane.ts";
import { aPlane } from "../../support/ingress-plane.ts";
import { aNode } from "../../support/nodes.ts";

const forbidden = unknown("forbidden", "No access.");
const office = ["203.0.113.0/24"];
const beta = (annotations: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`service.beta.kubernetes.io/${key}`, value]));
const groups: readonly SecurityGroup[] = [
  aSecurityGroup("sg-all", [aRule({ cidrs: ["0.0.0.0/0"] })]),
  aSecurityGroup("sg-office", [aRule({ cidrs: office })]),
  aSecurityGroup("sg-desk", [aRule({ cidrs: ["203.0.113.7/32"] })]),
  aSecurityGroup("sg-unread-list", [aRule({ prefixListIds: ["pl-unread"] })]),
  aSecurityGroup("sg-peer", [aRule({ cidrs: office, groupIds: ["sg-all"] })]),
  aSecurityGroup("sg-elsewhere", [aRule({ cidrs: office }), aRule({ protocol: "tcp", fromPort: 22, toPort: 22, cidrs: ["0.0.0.0/0"] })]),
];
const lbcTags = (name: string) => known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": `shop/${name}` });
const inTreeTags = known({ "kubernetes.io/cluster/prod": "owned", "kubernetes.io/service-name": "shop/web" });
const tcp443 = known([{ port: 443, protocol: "TCP" }]);
const nlb = (...securityGroupIds: string[]) =>
  aLoadBalancer({ name: "k8s-shop-web", listeners: tcp443, securityGroupIds, tags: lbcTags("web") });
const classic = (...securityGroupIds: string[]) =>
  aLoadBalancer({ name: "a0web", type: "classic", listeners: tcp443, securityGroupIds, tags: inTreeTags });
const forwarding = (protocol = "TCP") => known([{ port: 443, protocol, actions: known([{ type: "forward", targetGroupArns: ["tg-1"] }]) }]);
const inTreeNlb = (...securityGroupIds: string[]) =>
  aLoadBalancer({ name: "a0web", listeners: forwarding(), securityGroupIds, tags: inTreeTags });
/** Behind `forwarding` listeners. */
const targetGroupsOf = (preservesClientIp: Fact<boolean>, rest: Partial<TargetGroup> = {}): readonly TargetGroup[] => [
  {
    arn: "tg-1",
    name: "k8s-shop-web",
    protocol: "TCP",
    port: 31_443,
    targetType: "instance",
    loadBalancerArns: [],
    preservesClientIp,
    ...rest,
  },
];
const targetsThat = (preservesClientIp: Fact<boolean>, rest: Partial<TargetGroup> = {}): Pick<ClusterFacts, "targetGroups"> => ({
  targetGroups: known(targetGroupsOf(preservesClientIp, rest)),
});

const bystander = aLoadBalancer({ name: "k8s-bystander", listeners: tcp443, securityGroupIds: ["sg-office"], tags: lbcTags("bystander") });
const bystanders = [aService("bystander", { loadBalancerClass: "service.k8s.aws/nlb", loadBalancerSourceRanges: office })];
const facts = (loadBalancers: readonly LoadBalancer[], rest: Partial<ClusterFacts>): Partial<ClusterFacts> => ({
  loadBalancers: known([bystander, ...loadBalancers]),
  securityGroups: known(groups),
  prefixLists: known([{ id: "pl-unread", cidrs: forbidden }]),
  subnets: known([{ id: "subnet-0a1", availabilityZone: "eu-west-1a", cidrs: ["10.0.1.0/24"], mapPublicIpOnLaunch: false }]),
  ...rest,
});
function found(given: Partial<ClusterFacts>): Finding | undefined {
  const all = judged(loadBalancerSourceRangesEnforced, aCluster(given));
  expect(all.find(({ resource }) => resource.name === "bystander")?.status).toBe("pass");
  return all.find(({ resource }) => resource.name === "web");
}
const judge = (loadBalancer: LoadBalancer, service: Partial<Service>, rest: Partial<ClusterFacts> = {}): Finding | undefined =>
  found(facts([loadBalancer], { ...aPlane({ services: [...bystanders, aService("web", service)] }), ...rest }));

const lbc = { loadBalancerClass: "service.k8s.aws/nlb" };
const ranged = { loadBalancerSourceRanges: office };

describe("in-tree classic load balancer", () => {
  it.each<[string, LoadBalancer, Partial<Service>, string]>([
    ["pass: its group admits the ranges", classic("sg-office"), ranged, "pass"],
    ["pass: its group admits less", classic("sg-desk"), ranged, "pass"],
    [
      "pass: ranges by annotation",
      classic("sg-office"),
      { annotations: beta({ "load-balancer-source-ranges": "203.0.113.0/24" }) },
      "pass",
    ],
    ["pass: more is admitted where nothing listens", classic("sg-elsewhere"), ranged, "pass"],
    ["fail: its group admits more", classic("sg-all"), ranged, "fail"],
    [
      "fail: groups of its own, whatever they admit",
      classic("sg-office"),
      { ...ranged, annotations: beta({ "aws-load-balancer-security-groups": "sg-office" }) },
      "fail",
    ],
    [
      "fail: widened by extra groups",
      classic("sg-office", "sg-all"),
      { ...ranged, annotations: beta({ "aws-load-balancer-extra-security-groups": "sg-all" }) },
      "fail",
    ],
    [
      "pass: extra groups that admit no more",
      classic("sg-office", "sg-desk"),
      { ...ranged, annotations: beta({ "aws-load-balancer-extra-security-groups": "sg-desk" }) },
      "pass",
    ],
    [
      "fail: groups of its own, though they and extra ones together admit no more",
      classic("sg-office", "sg-desk"),
      {
        ...ranged,
        annotations: beta({ "aws-load-balancer-security-groups": "sg-office", "aws-load-balancer-extra-security-groups": "sg-desk" }),
      },
      "fail",
    ],
    [
      "fail: an IPv6 range lets nobody in over IPv4, and its group admits everybody",
      classic("sg-all"),
      { loadBalancerSourceRanges: ["2001:db8::/32"] },
      "fail",
    ],
    [
      "fail: a range that does not parse aborts the controller, an older load balancer stays",
      classic("sg-office"),
      { annotations: beta({ "load-balancer-source-ranges": "203.0.113.0/24," }) },
      "fail",
    ],
    ["not-applicable: no ranges", classic("sg-all"), {}, "not-applicable"],
    [
      "not-applicable: ranges that hold every address restrict nothing",
      classic("sg-all"),
      { loadBalancerSourceRanges: ["0.0.0.0/0"] },
      "not-applicable",
    ],
    [
      "not-applicable: two halves that hold every address",
      classic("sg-all"),
      { loadBalancerSourceRanges: ["0.0.0.0/1", "128.0.0.0/1"] },
      "not-applicable",
    ],
    ["unknown: an unread prefix list on its group", classic("sg-office", "sg-unread-list"), ranged, "unknown"],
    ["unknown: members of another group are admitted", classic("sg-peer"), ranged, "unknown"],
    ["unknown: a group that was not read", classic("sg-office", "sg-gone"), ranged, "unknown"],
    ["fail: proven beside a group that was not read", classic("sg-all", "sg-gone"), ranged, "fail"],
  ])("%s", (_rule, loadBalancer, service, expected) => {
    expect(judge(loadBalancer, service)?.status).toBe(expected);
  });
});

describe("in-tree network load balancer, default mode: rules on node security groups", () => {
  const service = {
    ...ranged,
    annotations: beta({ "aws-load-balancer-type": "nlb" }),
    ports: [{ protocol: "TCP" as const, port: 443, nodePort: 30_443 }],
  };
  const nodeRule = (
    cidrs: readonly string[],
    descriptions: readonly string[] = ["kubernetes.io/rule/nlb/client=a0web"],
    rest: Partial<SecurityGroupRule> = {},
  ) => aRule({ protocol: "tcp", fromPort: 30_443, toPort: 30_443, cidrs, descriptions, ...rest });
  const health = ["kubernetes.io/rule/nlb/client=a0web", "kubernetes.io/rule/nlb/health=a0web"];
  const nodes = (...ingress: SecurityGroupRule[]) => ({
    ...targetsThat(known(true)),
    securityGroups: known([...groups.filter(({ id }) => id !== "sg-all"), aSecurityGroup("sg-nodes", ingress)]),
  });
  const mtu = aRule({ protocol: "icmp", fromPort: 3, toPort: 4, cidrs: ["0.0.0.0/0"], descriptions: ["kubernetes.io/rule/nlb/mtu"] });
  const quiet = {
    ...targetsThat(known(true)),
    securityGroups: known([
      aSecurityGroup("sg-office", [aRule({ protocol: "tcp", fromPort: 443, toPort: 443, cidrs: office })]),
      aSecurityGroup("sg-nodes", [nodeRule(office)]),
    ]),
  };

  it.each<[string, Partial<Service>, Partial<ClusterFacts>, string]>([
    ["pass: the ranges, on the node port", service, quiet, "pass"],
    ["pass: mtu rules beside them", service, nodes(nodeRule(office), mtu), "pass"],
    [
      "pass: health checks from the load balancer's subnets beside them",
      service,
      nodes(nodeRule([...office, "10.0.1.0/24"], health)),
      "pass",
    ],
    ["pass: other groups as sources beside them", service, nodes(nodeRule(office, undefined, { groupIds: ["sg-peer"] })), "pass"],
    ["fail: everybody, on the node port", service, nodes(nodeRule(["0.0.0.0/0"])), "fail"],
    [
      "fail: a range that is neither declared nor a subnet of the load balancer's",
      service,
      nodes(nodeRule([...office, "10.0.2.0/24"], health)),
      "fail",
    ],
    [
      "fail: a rule of another hand on the same group",
      service,
      nodes(nodeRule(office), aRule({ protocol: "tcp", fromPort: 30_000, toPort: 32_767, cidrs: ["0.0.0.0/0"] })),
      "fail",
    ],
    [
      "unknown: another group of the VPC admits more, and may be on nodes",
      service,
      { ...targetsThat(known(true)), securityGroups: known([...groups, aSecurityGroup("sg-nodes", [nodeRule(office)])]) },
      "unknown",
    ],
    [
      "fail: health checks of another load balancer's subnets are none of its own",
      service,
      nodes(nodeRule([...office, "10.0.1.0/24"], ["kubernetes.io/rule/nlb/client=a0web", "kubernetes.io/rule/nlb/health=a0other"])),
      "fail",
    ],
    [
      "pass: everybody, on another port of the nodes",
      service,
      nodes(nodeRule(office), aRule({ protocol: "tcp", fromPort: 30_444, toPort: 30_444, cidrs: ["0.0.0.0/0"] })),
      "pass",
    ],
    [
      "pass: everybody by UDP, where the node port is TCP",
      service,
      nodes(nodeRule(office), aRule({ protocol: "udp", fromPort: 30_443, toPort: 30_443, cidrs: ["0.0.0.0/0"] })),
      "pass",
    ],
    [
      "pass: a port without node port is passed over",
      { ...service, ports: [...service.ports, { protocol: "TCP", port: 8443, nodePort: 0 }] },
      quiet,
      "pass",
    ],
    [
      "unknown: no port has a node port, so which rules are in its way is not told",
      { ...service, ports: [{ protocol: "TCP", port: 443 }] },
      nodes(nodeRule(["0.0.0.0/0"])),
      "unknown",
    ],
    [
      "unknown: every node port is 0",
      { ...service, ports: [{ protocol: "TCP", port: 443, nodePort: 0 }] },
      nodes(nodeRule(["0.0.0.0/0"])),
      "unknown",
    ],
    [
      "not-applicable: no ranges, so that everybody is let in",
      { ...service, loadBalancerSourceRanges: [] },
      nodes(nodeRule(["0.0.0.0/0"])),
      "not-applicable",
    ],
    ["unknown: no rule was written, as DisableSecurityGroupIngress says", service, nodes(), "unknown"],
    ["unknown: nothing was written for it", service, nodes(nodeRule(office, ["kubernetes.io/rule/nlb/client=a0other"])), "unknown"],
    [
      "unknown: health checks were let in, and subnets were not read",
      service,
      { ...nodes(nodeRule([...office, "10.0.1.0/24"], health)), subnets: forbidden },
      "unknown",
    ],
    ["fail: targets see the load balancer's address", service, { ...quiet, ...targetsThat(known(false)) }, "fail"],
    [
      "pass: UDP shows targets the client's address whatever the attribute",
      service,
      { ...quiet, ...targetsThat(known(false), { protocol: "UDP" }) },
      "pass",
    ],
    ["unknown: attributes were not read", service, { ...quiet, ...targetsThat(forbidden) }, "unknown"],
    ["unknown: target groups were not read", service, { ...quiet, targetGroups: forbidden }, "unknown"],
    [
      "fail: everybody on the node port, and target groups were not read",
      service,
      { ...nodes(nodeRule(["0.0.0.0/0"])), targetGroups: forbidden },
      "fail",
    ],
    [
      "pass: groups of its own mean nothing in this mode",
      { ...service, annotations: { ...service.annotations, ...beta({ "aws-load-balancer-security-groups": "sg-office" }) } },
      quiet,
      "pass",
    ],
  ])("%s", (_rule, given, rest, expected) => {
    expect(judge(inTreeNlb(), given, rest)?.status).toBe(expected);
  });
  it("unknown: security groups were not read", () => {
    const all = judged(
      loadBalancerSourceRangesEnforced,
      aCluster(facts([inTreeNlb()], { ...aPlane({ services: [aService("web", service)] }), ...quiet, securityGroups: forbidden })),
    );
    expect(all.find(({ resource }) => resource.name === "web")?.status).toBe("unknown");
  });
  it.each<[string, LoadBalancer, Partial<Service>, string]>([
    ["pass, managed mode: its own group admits the ranges", inTreeNlb("sg-office"), service, "pass"],
    ["fail, managed mode: its own group admits more", inTreeNlb("sg-all"), service, "fail"],
    [
      "not-applicable: internal, and no ranges",
      { ...inTreeNlb(), scheme: "internal" },
      { ...service, loadBalancerSourceRanges: [] },
      "not-applicable",
    ],
    [
      "fail, managed mode: groups of its own get no rules",
      inTreeNlb("sg-office"),
      { ...service, annotations: { ...service.annotations, ...beta({ "aws-load-balancer-security-groups": "sg-office" }) } },
      "fail",
    ],
  ])("%s", (_rule, loadBalancer, given, expected) => {
    expect(judge(loadBalancer, given)?.status).toBe(expected);
  });
});

describe("network load balancer of AWS Load Balancer Controller", () => {
  it.each<[string, LoadBalancer, Partial<Service>, string]>([
    ["pass: the managed group admits the ranges", nlb("sg-office"), { ...lbc, ...ranged }, "pass"],
    ["fail: its groups admit more", nlb("sg-office", "sg-all"), { ...lbc, ...ranged }, "fail"],
    [
      "fail: groups of its own replace the managed one",
      nlb("sg-office"),
      { ...lbc, ...ranged, annotations: beta({ "aws-load-balancer-security-groups": "sg-office" }) },
      "fail",
    ],
    [
      "fail: groups of its own, and rules on targets do not help",
      nlb("sg-office"),
      {
        ...lbc,
        ...ranged,
        annotations: beta({
          "aws-load-balancer-security-groups": "sg-office",
          "aws-load-balancer-manage-backend-security-group-rules": "true",
        }),
      },
      "fail",
    ],
    [
      "pass: the prefix list that is declared, though its entries were not read",
      nlb("sg-unread-list"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-group-prefix-lists": "pl-unread" }) },
      "pass",
    ],
    [
      "fail: everybody where nobody is asked for",
      nlb("sg-all"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-group-prefix-lists": "" }) },
      "fail",
    ],
    ["not-applicable: no ranges", nlb("sg-all"), lbc, "not-applicable"],
    ["unknown: without groups, target group attributes decide", nlb(), { ...lbc, ...ranged }, "unknown"],
    [
      "unknown: groups were disabled",
      nlb(),
      { ...lbc, ...ranged, annotations: beta({ "aws-load-balancer-disable-nlb-sg": "true" }) },
      "unknown",
    ],
    [
      "fail: without groups, and no rules on targets",
      nlb(),
      { ...lbc, ...ranged, annotations: beta({ "aws-load-balancer-manage-backend-security-group-rules": "false" }) },
      "fail",
    ],
    [
      "fail: its controller refuses an IPv6 range without dualstack",
      nlb("sg-all"),
      { ...lbc, loadBalancerSourceRanges: ["2001:db8::/32"] },
      "fail",
    ],
    [
      "fail: its controller refuses the scheme, and AWS admits more",
      nlb("sg-all"),
      { ...lbc, ...ranged, annotations: beta({ "aws-load-balancer-scheme": "public" }) },
      "fail",
    ],
    [
      "pass: its controller refuses the scheme, and AWS keeps the ranges",
      nlb("sg-office"),
      { ...lbc, ...ranged, annotations: beta({ "aws-load-balancer-scheme": "public" }) },
      "pass",
    ],
    [
      "not-applicable: its controller refuses the scheme, and no ranges are declared",
      nlb("sg-all"),
      { ...lbc, annotations: beta({ "aws-load-balancer-scheme": "public" }) },
      "not-applicable",
    ],
    ["not-applicable: a Service that asks for none any more", nlb("sg-all"), { type: "ClusterIP" }, "not-applicable"],
    [
      "fail: nobody takes the Service, and the older load balancer admits more",
      nlb("sg-all"),
      { ...ranged, annotations: beta({ "aws-load-balancer-type": "external" }) },
      "fail",
    ],
    ["pass: of a class of its own flag", nlb("sg-office"), { ...ranged, loadBalancerClass: "example.com/nlb" }, "pass"],
    ["fail: of a class of its own flag", nlb("sg-all"), { ...ranged, loadBalancerClass: "example.com/nlb" }, "fail"],
  ])("%s", (_rule, loadBalancer, service, expected) => {
    expect(judge(loadBalancer, service)?.status).toBe(expected);
  });
  const noGroup = { annotations: beta({ "aws-load-balancer-disable-nlb-sg": "true" }) };
  const without = (protocol?: string, rest: Partial<LoadBalancer> = {}) =>
    aLoadBalancer({ ...nlb(), listeners: forwarding(protocol), ...rest });
  it.each<[string, LoadBalancer, Partial<Service>, Partial<ClusterFacts>, string]>([
    ["fail: without groups, and targets see the load balancer's address", without(), ranged, targetsThat(known(false)), "fail"],
    ["fail: TLS too", without("TLS"), ranged, targetsThat(known(false), { protocol: "TLS" }), "fail"],
    [
      "unknown: targets see the client's address, and which groups they carry was not read",
      without(),
      ranged,
      targetsThat(known(true)),
      "unknown",
    ],
    [
      "unknown: UDP shows the client's address whatever the attribute",
      without("UDP"),
      ranged,
      targetsThat(known(false), { protocol: "UDP" }),
      "unknown",
    ],
    ...["TCP_UDP", "QUIC", "TCP_QUIC"].map((protocol): [string, LoadBalancer, Partial<Service>, Partial<ClusterFacts>, string] => [
      `unknown: ${protocol} shows the client's address whatever the attribute`,
      without(protocol),
      ranged,
      targetsThat(known(false), { protocol }),
      "unknown",
    ]),
    [
      "fail: one listener's targets lose the client's address beside another's that keep it",
      without(undefined, {
        listeners: known([
          { port: 53, protocol: "UDP", actions: known([{ type: "forward", targetGroupArns: ["tg-udp"] }]) },
          { port: 443, protocol: "TCP", actions: known([{ type: "forward", targetGroupArns: ["tg-1"] }]) },
        ]),
      }),
      ranged,
      { targetGroups: known([...targetGroupsOf(known(false)), ...targetGroupsOf(known(true), { arn: "tg-udp", protocol: "UDP" })]) },
      "fail",
    ],
    [
      "unknown: an IPv6 range without groups, which nothing refuses then",
      without(),
      { loadBalancerSourceRanges: ["2001:db8::/32"], ...noGroup },
      targetsThat(known(true)),
      "unknown",
    ],
    ["unknown: attributes were not read", without(), ranged, targetsThat(forbidden), "unknown"],
    ["unknown: target groups were not read", without(), ranged, { targetGroups: forbidden }, "unknown"],
    [
      "unknown: actions were not read",
      without(undefined, { listeners: known([{ port: 443, protocol: "TCP", actions: forbidden }]) }),
      ranged,
      targetsThat(known(false)),
      "unknown",
    ],
    ["not-applicable: no ranges, whatever targets see", without(), {}, targetsThat(known(false)), "not-applicable"],
    [
      "pass: with groups it does not matter what targets see",
      without(undefined, { securityGroupIds: ["sg-office"] }),
      ranged,
      targetsThat(known(false)),
      "pass",
    ],
  ])("%s", (_rule, loadBalancer, service, rest, expected) => {
    expect(judge(loadBalancer, { ...lbc, ...service }, rest)?.status).toBe(expected);
  });
  it("the message says on which listener targets lose the client's address", () => {
    expect(judge(without(), { ...lbc, ...ranged }, targetsThat(known(false)))?.message).toBe(
      "Service shop/web declares source ranges that nothing enforces on load balancer k8s-shop-web: the load balancer has no security groups, and targets behind TCP 443 see its address in the place of the client's, so that nothing can tell who is in the ranges.",
    );
  });
  it("unknown: listeners were not read, and some port is open", () => {
    expect(judge(aLoadBalancer({ ...nlb("sg-elsewhere"), listeners: forbidden }), { ...lbc, ...ranged })?.status).toBe("unknown");
  });
  it("pass: listeners were not read, and no port admits more", () => {
    expect(judge(aLoadBalancer({ ...nlb("sg-office"), listeners: forbidden }), { ...lbc, ...ranged })?.status).toBe("pass");
  });
  it("the message says why they are ignored", () => {
    const annotations = beta({ "aws-load-balancer-security-groups": "sg-all" });
    expect(judge(nlb("sg-all"), { ...lbc, ...ranged, annotations })?.message).toBe(
      "Service shop/web declares source ranges that nothing enforces on load balancer k8s-shop-web: aws-load-balancer-security-groups puts sg-all in the place of the managed security group, so that the ranges are written nowhere.",
    );
  });
});

describe("EKS Auto Mode", () => {
  const auto = { loadBalancerClass: "eks.amazonaws.com/nlb" };
  const autoNlb = (...securityGroupIds: string[]) =>
    aLoadBalancer({
      ...nlb(...securityGroupIds),
      tags: known({ "eks:eks-cluster-name": "prod", "service.eks.amazonaws.com/stack": "shop/web" }),
    });
  const annotated = { ...auto, annotations: beta({ "load-balancer-source-ranges": "203.0.113.0/24" }) };
  it.each<[string, LoadBalancer, Partial<Service>, string]>([
    ["pass: the field", autoNlb("sg-office"), { ...auto, ...ranged }, "pass"],
    ["fail: AWS admits more", autoNlb("sg-all"), { ...auto, ...ranged }, "fail"],
    ["fail: the annotation is not supported, and AWS admits everybody", autoNlb("sg-all"), annotated, "fail"],
    ["pass: the annotation, where AWS has it", autoNlb("sg-office"), annotated, "pass"],
  ])("%s", (_rule, loadBalancer, service, expected) => {
    expect(judge(loadBalancer, service)?.status).toBe(expected);
  });
  it("the message says that the annotation is not supported", () => {
    expect(judge(autoNlb("sg-all"), annotated)?.message).toContain("EKS Auto Mode does not support the annotation");
  });
});

describe("application load balancer of an Ingress", () => {
  const ann = (annotations: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value]));
  const alb = (listeners: LoadBalancer["listeners"], ...securityGroupIds: string[]) =>
    aLoadBalancer({
      name: "k8s-alb",
      type: "application",
      listeners,
      securityGroupIds,
      tags: known({ "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "shop/web" }),
    });
  const http = known([{ port: 80, protocol: "HTTP" }]);
  const both = known([
    { port: 80, protocol: "HTTP" },
    { port: 443, protocol: "HTTPS" },
  ]);
  const ports = aSecurityGroup("sg-ports", [
    aRule({ protocol: "tcp", fromPort: 80, toPort: 80, cidrs: office }),
    aRule({ protocol: "tcp", fromPort: 443, toPort: 443, cidrs: ["0.0.0.0/0"] }),
  ]);
  const web = (annotations: Readonly<Record<string, string>>): Ingress =>
    anIngress("web", { ingressClassName: "alb", annotations: ann(annotations) });
  const cidrs = { "inbound-cidrs": "203.0.113.0/24" };
  it.each<[string, LoadBalancer, Ingress, string]>([
    ["pass: the managed group admits the ranges", alb(http, "sg-office"), web(cidrs), "pass"],
    ["fail: it admits more", alb(http, "sg-all"), web(cidrs), "fail"],
    ["fail: groups of its own, whatever they admit", alb(http, "sg-office"), web({ ...cidrs, "security-groups": "sg-office" }), "fail"],
    ["not-applicable: no ranges", alb(http, "sg-all"), web({}), "not-applicable"],
    [
      "fail: one of two listeners admits more",
      alb(both, "sg-ports"),
      web({ ...cidrs, "listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]' }),
      "fail",
    ],
    [
      "fail: groups of its own beside prefix lists, whatever they admit",
      alb(http, "sg-unread-list"),
      web({ "security-group-prefix-lists": "pl-unread", "security-groups": "sg-unread-list" }),
      "fail",
    ],
    [
      "pass: prefix lists, though their entries were not read",
      alb(http, "sg-unread-list"),
      web({ "security-group-prefix-lists": "pl-unread" }),
      "pass",
    ],
    ["pass: on the port that has a list", alb(http, "sg-ports"), web(cidrs), "pass"],
    ["fail: a range that is none", alb(http, "sg-all"), web({ "inbound-cidrs": "office" }), "fail"],
    [
      "not-applicable: listen-ports are refused, and no ranges are declared",
      alb(http, "sg-all"),
      web({ "listen-ports": "80" }),
      "not-applicable",
    ],
    ["fail: listen-ports are refused, and ranges with them", alb(http, "sg-all"), web({ ...cidrs, "listen-ports": "80" }), "fail"],
    ["fail: the group's name is refused, and AWS admits more", alb(http, "sg-all"), web({ ...cidrs, "group.name": "Team" }), "fail"],
  ])("%s", (_rule, loadBalancer, ingress, expected) => {
    const given = facts([loadBalancer], {
      ...aPlane({ services: bystanders, ingresses: [ingress] }),
      securityGroups: known([...groups, ports]),
    });
    expect(found(given)?.status).toBe(expected);
  });
});

describe("load balancer of a Gateway", () => {
  const made = (kind: "alb" | "nlb", ...securityGroupIds: string[]) =>
    aLoadBalancer({
      name: "k8s-web",
      type: kind === "alb" ? "application" : "network",
      listeners: tcp443,
      securityGroupIds,
      tags: known({ "elbv2.k8s.aws/cluster": "prod", [`gateway.k8s.aws.${kind}/stack`]: "shop/web" }),
    });
  const gatewayClasses = [aGatewayClass("alb"), aGatewayClass("nlb", { controller: "gateway.k8s.aws/nlb" })];
  const sourceRanges = office;
  it.each<[string, "alb" | "nlb", readonly string[], Partial<LoadBalancerConfiguration>, string]>([
    ["pass: the managed group admits the ranges", "alb", ["sg-office"], { sourceRanges }, "pass"],
    ["fail: it admits more", "nlb", ["sg-all"], { sourceRanges }, "fail"],
    ["fail: securityGroups replace it, whatever they admit", "alb", ["sg-office"], { sourceRanges, securityGroups: ["sg-office"] }, "fail"],
    ["fail: disableSecurityGroup leaves none", "nlb", [], { sourceRanges, disableSecurityGroup: true }, "fail"],
    ["not-applicable: no ranges", "alb", ["sg-all"], {}, "not-applicable"],
    ["not-applicable: prefix lists stand beside everybody", "nlb", ["sg-all"], { securityGroupPrefixes: ["pl-unread"] }, "not-applicable"],
    ["fail: an empty list of ranges asks for nobody", "alb", ["sg-office"], { sourceRanges: [] }, "fail"],
    ["fail: a range that is none", "alb", ["sg-office"], { sourceRanges: ["office"] }, "fail"],
  ])("%s", (_rule, kind, securityGroupIds, said, expected) => {
    const gateways = [aGateway("web", { className: kind, parameters: configurationRef("own") })];
    const plane = aPlane({ services: bystanders, gateways, gatewayClasses, configurations: [aConfiguration("own", said)] });
    expect(found(facts([made(kind, ...securityGroupIds)], plane))?.status).toBe(expected);
  });
});

it("fail: members of a group that disagree on ranges are refused", () => {
  const member = (name: string, cidrs: string): Ingress =>
    anIngress(name, {
      ingressClassName: "alb",
      annotations: { "alb.ingress.kubernetes.io/group.name": "team", "alb.ingress.kubernetes.io/inbound-cidrs": cidrs },
    });
  const alb = aLoadBalancer({
    name: "k8s-team",
    type: "application",
    listeners: known([{ port: 80, protocol: "HTTP" }]),
    securityGroupIds: ["sg-all"],
    tags: known({ "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "team" }),
  });
  const ingresses = [member("web", "203.0.113.0/24"), member("api", "198.51.100.0/24")];
  const finding = found(facts([alb], aPlane({ services: bystanders, ingresses })));
  expect(finding).toMatchObject({
    status: "fail",
    evidence: { why: "its controller refuses the manifest: conflicting inbound-cidrs on port 80" },
  });
});

describe("what was not read", () => {
  it("unknown: the Service", () => {
    const all = judged(loadBalancerSourceRangesEnforced, aCluster(facts([nlb("sg-all")], { ...aPlane({}), services: forbidden })));
    expect(all.map(({ resource, status }) => `${resource.name} ${status}`)).toEqual(["bystander unknown", "web unknown"]);
  });
  it("unknown for the cluster: load balancers", () => {
    const all = judged(loadBalancerSourceRangesEnforced, aCluster({ ...facts([], aPlane({})), loadBalancers: forbidden }));
    expect(all).toMatchObject([{ resource: { id: prod }, status: "unknown" }]);
  });
  it("not-applicable: a Service without load balancer", () => {
    const given = facts([], aPlane({ services: [...bystanders, aService("web", { ...lbc, ...ranged })] }));
    expect(found(given)?.status).toBe("not-applicable");
  });
});

describe("ways past the ranges, named beside the verdict", () => {
  const nodePort = { ports: [{ protocol: "TCP" as const, port: 443, nodePort: 30_443 }] };
  const nodes = known([aNode("private"), aNode("public", { externalIps: ["203.0.113.9"] })]);
  const guarded = (rest: Partial<LoadBalancer>) => aLoadBalancer({ ...nlb("sg-office"), ...rest });
  it.each<[string, LoadBalancer, Partial<Service>, Partial<ClusterFacts>, readonly string[] | undefined]>([
    ["none", guarded({}), {}, {}, undefined],
    [
      "PrivateLink, where its rules are off",
      guarded({ privateLinkRules: "off" }),
      {},
      {},
      ["PrivateLink endpoints, for whose traffic the rules of its security groups are off"],
    ],
    ["none, where they are on", guarded({ privateLinkRules: "on" }), {}, {}, undefined],
    ["none, where security groups of a dualstack one see the client", guarded({ ipAddressType: "dualstack" }), {}, {}, undefined],
    [
      "node ports of nodes with public addresses",
      guarded({}),
      nodePort,
      { nodes },
      ["node ports 30443 of nodes with public addresses: public"],
    ],
    ["none, where no node has one", guarded({}), nodePort, { nodes: known([aNode("private")]) }, undefined],
    ["none, where the Service has no node port", guarded({}), {}, { nodes }, undefined],
  ])("pass: %s", (_rule, loadBalancer, service, rest, bypasses) => {
    const finding = judge(loadBalancer, { ...lbc, ...ranged, ...service }, rest);
    expect(finding?.status).toBe("pass");
    expect(finding?.evidence?.bypasses).toEqual(bypasses);
    for (const one of bypasses ?? []) expect(finding?.message).toContain(one);
  });
  it.each<[string, Partial<LoadBalancer>]>([
    ["translation, of one of IPv4 alone", {}],
    ["PrivateLink, where there are no security groups whose rules could be off", { privateLinkRules: "off" }],
  ])("unknown, and none: %s", (_rule, rest) => {
    const finding = judge(aLoadBalancer({ ...nlb(), listeners: forwarding(), ...rest }), { ...lbc, ...ranged }, targetsThat(known(true)));
    expect(finding?.status).toBe("unknown");
    expect(Object.keys(finding?.evidence ?? {})).not.toContain("bypasses");
  });
  it("unknown: translation, of a dualstack load balancer without groups", () => {
    const loadBalancer = aLoadBalancer({ ...nlb(), ipAddressType: "dualstack", listeners: forwarding() });
    const finding = judge(loadBalancer, { ...lbc, ...ranged }, targetsThat(known(true)));
    expect(finding).toMatchObject({
      status: "unknown",
      evidence: { bypasses: ["translation between IPv4 and IPv6, which shows targets the load balancer's address"] },
    });
  });
});
