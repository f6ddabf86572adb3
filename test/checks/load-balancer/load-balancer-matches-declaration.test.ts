import { describe, expect, it } from "vitest";
import { loadBalancerMatchesDeclaration } from "../../../core/checks/load-balancer/load-balancer-matches-declaration.ts";
import type { LoadBalancer, SecurityGroup, TargetGroup } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { type Fact, known, unknown } from "../../../core/model/fact.ts";
import type { Finding } from "../../../core/model/finding.ts";
import type { Gateway, LoadBalancerConfiguration } from "../../../core/model/gateway.ts";
import type { Ingress, Service } from "../../../core/model/kubernetes.ts";
import { aCluster, aLoadBalancer, anIngress, aRule, aSecurityGroup, aService, judged, prod } from "../../support/cluster.ts";
import { aConfiguration, aController, aGateway, aGatewayClass, configurationRef } from "../../support/gateway-plane.ts";
import { aClass, aParams, aPlane, paramsRef } from "../../support/ingress-plane.ts";

const forbidden = unknown("forbidden", "No access.");
const tcp = (port: number) => known([{ port, protocol: "TCP" }]);
const on = (port: number, cidrs: readonly string[], rest: Partial<SecurityGroup["ingress"][number]> = {}) =>
  aRule({ protocol: "tcp", fromPort: port, toPort: port, cidrs, ...rest });
const groups = [
  aSecurityGroup("sg-all", [aRule({ cidrs: ["0.0.0.0/0"] })]),
  aSecurityGroup("sg-both", [aRule({ cidrs: ["0.0.0.0/0", "::/0"] })]),
  aSecurityGroup("sg-office", [aRule({ cidrs: ["203.0.113.0/24"] })]),
  aSecurityGroup("sg-half-office", [aRule({ cidrs: ["203.0.113.0/25"] })]),
  aSecurityGroup("sg-other-half", [aRule({ cidrs: ["203.0.113.128/25"] })]),
  aSecurityGroup("sg-list", [aRule({ prefixListIds: ["pl-1"] })]),
  aSecurityGroup("sg-unread-list", [aRule({ prefixListIds: ["pl-unread"] })]),
  aSecurityGroup("sg-nobody", []),
  aSecurityGroup("sg-named", [aRule({ cidrs: ["203.0.113.0/24"] })], { tags: { Name: "edge" } }),
  aSecurityGroup("sg-called", [aRule({ cidrs: ["203.0.113.0/24"] })], { name: "called", tags: { Name: "other" } }),
  aSecurityGroup("sg-ports", [on(80, ["203.0.113.0/24"]), on(443, ["0.0.0.0/0"])]),
];
const prefixLists = known([
  { id: "pl-1", cidrs: known(["203.0.113.0/24"]) },
  { id: "pl-unread", cidrs: forbidden },
]);

const beta = (annotations: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`service.beta.kubernetes.io/${key}`, value]));
const inTree = { "kubernetes.io/cluster/prod": "owned", "kubernetes.io/service-name": "shop/web" };
const lbcTags = { "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": "shop/web" };
const classic = (rest: Partial<LoadBalancer> = {}) =>
  aLoadBalancer({
    name: "a0web",
    type: "classic",
    scheme: "internet-facing",
    securityGroupIds: ["sg-all"],
    listeners: tcp(443),
    tags: known(inTree),
    ...rest,
  });
const nlb = (rest: Partial<LoadBalancer> = {}) =>
  aLoadBalancer({ name: "k8s-shop-web", securityGroupIds: ["sg-all"], listeners: tcp(443), tags: known(lbcTags), ...rest });

const bystander = aLoadBalancer({
  name: "k8s-bystander",
  listeners: tcp(443),
  securityGroupIds: ["sg-all"],
  tags: known({ ...lbcTags, "service.k8s.aws/stack": "shop/bystander" }),
});
const bystanders = [aService("bystander", { loadBalancerClass: "service.k8s.aws/nlb" })];
const facts = (loadBalancers: readonly LoadBalancer[], rest: Partial<ClusterFacts>): Partial<ClusterFacts> => ({
  loadBalancers: known([bystander, ...loadBalancers]),
  securityGroups: known(groups),
  prefixLists,
  subnets: known([]),
  ...rest,
});
/** The finding about the one that is not the bystander. */
function found(given: Partial<ClusterFacts>): Finding | undefined {
  const all = judged(loadBalancerMatchesDeclaration, aCluster(given));
  const rest = all.filter(({ resource }) => resource.name !== "bystander");
  expect(all.find(({ resource }) => resource.name === "bystander")?.status).toBe("pass");
  expect(rest).toHaveLength(1);
  return rest[0];
}
const told = (finding: Finding | undefined): string =>
  finding?.status === "fail" ? `fail ${finding.severity}` : (finding?.status ?? "none");
const judgeService = (loadBalancer: LoadBalancer, service: Partial<Service>): Finding | undefined =>
  found(facts([loadBalancer], aPlane({ services: [...bystanders, aService("web", service)] })));

describe("scheme of a Service", () => {
  const internal = { scheme: "internal" } as const;
  const lbc = { loadBalancerClass: "service.k8s.aws/nlb" };
  const auto = { loadBalancerClass: "eks.amazonaws.com/nlb" };
  const autoTags = known({ "eks:eks-cluster-name": "prod", "service.eks.amazonaws.com/stack": "shop/web" });
  const facing = { scheme: "internet-facing" } as const;
  const inTreeNlb = (rest: Partial<LoadBalancer>) => nlb({ name: "a0web", securityGroupIds: [], tags: known(inTree), ...rest });
  const typeNlb = { annotations: beta({ "aws-load-balancer-type": "nlb" }) };
  const nlbIp = { annotations: beta({ "aws-load-balancer-type": "nlb-ip", "aws-load-balancer-scheme": "internet-facing" }) };
  it.each<[string, LoadBalancer, Partial<Service>, string]>([
    ["pass: in-tree, silent, internet-facing", classic(), {}, "pass"],
    ["fail low: in-tree, silent, internal is narrower", classic(internal), {}, "fail low"],
    [
      "fail: in-tree does not sync a later annotation",
      classic(),
      { annotations: beta({ "aws-load-balancer-internal": "true" }) },
      "fail high",
    ],
    [
      "fail: in-tree reads 0.0.0.0/0 as internal",
      classic(),
      { annotations: beta({ "aws-load-balancer-internal": "0.0.0.0/0" }) },
      "fail high",
    ],
    ["pass: in-tree reads False as internal", classic(internal), { annotations: beta({ "aws-load-balancer-internal": "False" }) }, "pass"],
    [
      "pass: in-tree does not read aws-load-balancer-scheme",
      classic(),
      { annotations: beta({ "aws-load-balancer-scheme": "internal" }) },
      "pass",
    ],
    ["pass: LBC, silent, internal", nlb(internal), lbc, "pass"],
    ["fail: LBC, silent, an older internet-facing one was kept", nlb(facing), lbc, "fail high"],
    ["pass: LBC, asked for", nlb(facing), { ...lbc, annotations: beta({ "aws-load-balancer-scheme": "internet-facing" }) }, "pass"],
    [
      "pass: LBC reads internal false as internet-facing",
      nlb(facing),
      { ...lbc, annotations: beta({ "aws-load-balancer-internal": "false" }) },
      "pass",
    ],
    [
      "fail low: LBC, asked to be internet-facing and internal",
      nlb(internal),
      { ...lbc, annotations: beta({ "aws-load-balancer-scheme": "internet-facing" }) },
      "fail low",
    ],
    [
      "fail: LBC refuses the scheme, so an older load balancer stays",
      nlb(facing),
      { ...lbc, annotations: beta({ "aws-load-balancer-scheme": "public" }) },
      "fail high",
    ],
    [
      "fail low: LBC refuses, and the older one is internal",
      nlb(internal),
      { ...lbc, annotations: beta({ "aws-load-balancer-internal": "0.0.0.0/0" }) },
      "fail low",
    ],
    ["pass: LBC under a class of its own flag", nlb(internal), { loadBalancerClass: "example.com/nlb" }, "pass"],
    ["fail: a Service that asks for none any more", nlb(facing), { type: "ClusterIP" }, "fail high"],
    [
      "fail: external without target type asks nobody, the older one stays",
      classic(),
      { annotations: beta({ "aws-load-balancer-type": "external" }) },
      "fail high",
    ],
    ["pass: Auto Mode, silent, internal", nlb({ ...internal, tags: autoTags }), auto, "pass"],
    [
      "fail: Auto Mode does not read aws-load-balancer-internal",
      nlb({ ...facing, tags: autoTags }),
      { ...auto, annotations: beta({ "aws-load-balancer-internal": "false" }) },
      "fail high",
    ],
    [
      "fail: LBC's default is internal under the class that its webhook sets, whatever type nlb says",
      nlb(facing),
      { ...lbc, ...typeNlb },
      "fail high",
    ],
    [
      "pass: LBC's default is internal under the class that its webhook sets, whatever type nlb says",
      nlb(internal),
      { ...lbc, ...typeNlb },
      "pass",
    ],
    ["pass: in-tree network, silent, internet-facing", inTreeNlb(facing), typeNlb, "pass"],
    ["fail: in-tree classic, left behind by type nlb", classic(), typeNlb, "fail high"],
    ["fail low: in-tree classic, internal, left behind by type nlb", classic(internal), typeNlb, "fail low"],
    ["fail: in-tree network, left behind where type nlb was taken away", inTreeNlb(facing), {}, "fail high"],
    ["fail: in-tree classic, left behind by nlb-ip, whatever LBC is asked for", classic(), nlbIp, "fail high"],
    ["fail: in-tree network, left behind by nlb-ip, whatever LBC is asked for", inTreeNlb(facing), nlbIp, "fail high"],
    ["pass: LBC's own beside it, as nlb-ip asks for", nlb(facing), nlbIp, "pass"],
    ["fail: LBC's, left behind where in-tree takes the Service now", nlb(facing), typeNlb, "fail high"],
    [
      "fail: in-tree refuses mixed protocols, an older one stays",
      classic(),
      {
        ports: [
          { protocol: "TCP", port: 443 },
          { protocol: "UDP", port: 53 },
        ],
      },
      "fail high",
    ],
  ])("%s", (_rule, loadBalancer, service, expected) => {
    expect(told(judgeService(loadBalancer, service))).toBe(expected);
  });
  it("the message says that its controller makes others now", () => {
    expect(judgeService(classic(), nlbIp)?.message).toBe(
      "Service shop/web has internet-facing load balancer a0web, although it asks for none: annotation aws-load-balancer-type nlb-ip makes network load balancers.",
    );
    expect(judgeService(inTreeNlb(facing), nlbIp)?.message).toBe(
      "Service shop/web has internet-facing load balancer a0web, although it asks for none: annotation aws-load-balancer-type nlb-ip makes load balancers of AWS Load Balancer Controller.",
    );
  });
  it("the message of a silent manifest says that the load balancer may be older", () => {
    expect(judgeService(nlb(facing), lbc)?.message).toBe(
      "Service shop/web has internet-facing load balancer k8s-shop-web, although it says nothing and AWS Load Balancer Controller then makes internal ones (an older load balancer may have kept its scheme).",
    );
  });
});

describe("sources of a Service", () => {
  const targetGroups = [true, false].map((sees) => ({
    arn: sees ? "tg-seeing" : "tg-blind",
    name: "k8s-shop-web",
    protocol: "TCP",
    port: 8443,
    targetType: "ip" as const,
    loadBalancerArns: [],
    preservesClientIp: known(sees),
  }));
  const behind = (arn: string) =>
    nlb({
      securityGroupIds: [],
      listeners: known([{ port: 443, protocol: "TCP", actions: known([{ type: "forward", targetGroupArns: [arn] }]) }]),
    });
  const lbc = { loadBalancerClass: "service.k8s.aws/nlb" };
  const office = { loadBalancerSourceRanges: ["203.0.113.0/24"] };
  const guarded = (...securityGroupIds: string[]) => nlb({ securityGroupIds });
  it.each<[string, LoadBalancer, Partial<Service>, string]>([
    ["pass: the declared range", guarded("sg-office"), { ...lbc, ...office }, "pass"],
    ["pass: the declared range in two halves", guarded("sg-half-office", "sg-other-half"), { ...lbc, ...office }, "pass"],
    ["fail: everybody where a range is declared", guarded("sg-all"), { ...lbc, ...office }, "fail high"],
    ["fail low: half of what is declared", guarded("sg-half-office"), { ...lbc, ...office }, "fail low"],
    ["fail low: a range where everybody is asked for", guarded("sg-office"), lbc, "fail low"],
    ["pass: everybody where nothing is declared", guarded("sg-all"), lbc, "pass"],
    ["pass: IPv6 rules mean nothing without dualstack", guarded("sg-both"), lbc, "pass"],
    [
      "pass: prefix lists by their entries",
      guarded("sg-office"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-group-prefix-lists": "pl-1" }) },
      "pass",
    ],
    [
      "pass: the same prefix list, though its entries were not read",
      guarded("sg-unread-list"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-group-prefix-lists": "pl-unread" }) },
      "pass",
    ],
    ["unknown: a prefix list that was not read", guarded("sg-unread-list"), { ...lbc, ...office }, "unknown"],
    [
      "pass: nobody, as the prefix list annotation is present and empty",
      guarded("sg-nobody"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-group-prefix-lists": "" }) },
      "pass",
    ],
    [
      "fail: everybody where nobody is asked for",
      guarded("sg-all"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-group-prefix-lists": "" }) },
      "fail high",
    ],
    [
      "pass: the groups that the manifest names",
      guarded("sg-office"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-groups": "sg-office" }) },
      "pass",
    ],
    [
      "pass: groups by their Name tag",
      guarded("sg-named"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-groups": "edge" }) },
      "pass",
    ],
    [
      "unknown: groups by their GroupName, which the controller does not look at",
      guarded("sg-called"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-groups": "called" }) },
      "unknown",
    ],
    [
      "pass: in-tree classic, groups of its own and extra ones together",
      classic({ securityGroupIds: ["sg-half-office", "sg-other-half"] }),
      {
        annotations: beta({
          "aws-load-balancer-security-groups": "sg-half-office",
          "aws-load-balancer-extra-security-groups": "sg-other-half",
        }),
      },
      "pass",
    ],
    [
      "fail: in-tree classic, more than the groups of its own and the extra ones",
      classic({ securityGroupIds: ["sg-all"] }),
      {
        annotations: beta({
          "aws-load-balancer-security-groups": "sg-half-office",
          "aws-load-balancer-extra-security-groups": "sg-other-half",
        }),
      },
      "fail high",
    ],
    [
      "pass: dualstack, everybody of both families where nothing is declared",
      nlb({ securityGroupIds: ["sg-both"], ipAddressType: "dualstack" }),
      { ...lbc, annotations: beta({ "aws-load-balancer-ip-address-type": "dualstack" }) },
      "pass",
    ],
    [
      "fail low: dualstack, IPv4 alone where nothing is declared",
      nlb({ securityGroupIds: ["sg-all"], ipAddressType: "dualstack" }),
      { ...lbc, annotations: beta({ "aws-load-balancer-ip-address-type": "dualstack" }) },
      "fail low",
    ],
    [
      "fail: other groups than those named",
      guarded("sg-all"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-groups": "sg-office" }) },
      "fail high",
    ],
    [
      "fail: groups of its own admit more than the declared ranges",
      guarded("sg-all"),
      { ...lbc, ...office, annotations: beta({ "aws-load-balancer-security-groups": "sg-all" }) },
      "fail high",
    ],
    [
      "unknown: a group that is named and not found",
      guarded("sg-all"),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-groups": "gone" }) },
      "unknown",
    ],
    [
      "pass: no security group is asked for",
      guarded(),
      { ...lbc, annotations: beta({ "aws-load-balancer-disable-nlb-sg": "true" }) },
      "pass",
    ],
    [
      "fail: named groups, and a load balancer made without any",
      guarded(),
      { ...lbc, annotations: beta({ "aws-load-balancer-security-groups": "sg-office" }) },
      "fail high",
    ],
    ["fail: without groups, and targets do not see who is in the range", behind("tg-blind"), { ...lbc, ...office }, "fail high"],
    ["unknown: without groups, targets see the client and may keep the range", behind("tg-seeing"), { ...lbc, ...office }, "unknown"],
    ["unknown: without groups, targets may keep the declared range", guarded(), { ...lbc, ...office }, "unknown"],
    [
      "fail: without groups, and no rules on targets either",
      guarded(),
      { ...lbc, ...office, annotations: beta({ "aws-load-balancer-manage-backend-security-group-rules": "false" }) },
      "fail high",
    ],
    ["pass: in-tree classic, the declared range", classic({ securityGroupIds: ["sg-office"] }), office, "pass"],
    [
      "pass: in-tree classic, extra groups are asked for too",
      classic({ securityGroupIds: ["sg-half-office", "sg-other-half"] }),
      { loadBalancerSourceRanges: ["203.0.113.0/25"], annotations: beta({ "aws-load-balancer-extra-security-groups": "sg-other-half" }) },
      "pass",
    ],
    ["unknown: listeners were not read", nlb({ listeners: forbidden }), lbc, "unknown"],
    ["unknown: a group that was not read", guarded("sg-gone"), { ...lbc, ...office }, "unknown"],
    ["fail: a proven excess on one group beside an unread one", guarded("sg-gone", "sg-all"), { ...lbc, ...office }, "fail high"],
  ])("%s", (_rule, loadBalancer, service, expected) => {
    const plane = aPlane({ services: [...bystanders, aService("web", service)], targetGroups });
    expect(told(found(facts([loadBalancer], plane)))).toBe(expected);
  });
  const groupArn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef";
  const forwarding = known([{ port: 443, protocol: "TCP", actions: known([{ type: "forward", targetGroupArns: [groupArn] }]) }]);
  it.each<[string, Fact<boolean>, string]>([
    ["fail: without groups, and targets that see the load balancer's address, nothing keeps the range", known(false), "fail high"],
    ["unknown: without groups, targets that see the client's address may keep it", known(true), "unknown"],
    ["unknown: without groups, whether targets see the client's address was not read", forbidden, "unknown"],
  ])("%s", (_rule, preservesClientIp, expected) => {
    const loadBalancer = nlb({ securityGroupIds: [], listeners: forwarding });
    const behind: TargetGroup = {
      arn: groupArn,
      name: "web",
      protocol: "TCP",
      port: 8443,
      targetType: "ip",
      loadBalancerArns: [loadBalancer.arn],
      preservesClientIp,
    };
    const plane = aPlane({ services: [...bystanders, aService("web", { ...lbc, ...office })] });
    expect(told(found({ ...facts([loadBalancer], plane), targetGroups: known([behind]) }))).toBe(expected);
  });
  it("fail: the scheme differs, though sources could not be compared", () => {
    const given = facts([nlb({ scheme: "internet-facing" })], aPlane({ services: [...bystanders, aService("web", lbc)] }));
    const [finding] = judged(loadBalancerMatchesDeclaration, aCluster({ ...given, securityGroups: forbidden })).filter(
      ({ resource }) => resource.name === "web",
    );
    expect(told(finding)).toBe("fail high");
  });
});

describe("Ingresses", () => {
  const ann = (annotations: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value]));
  const stack = (name: string) => known({ "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": name });
  const alb = (rest: Partial<LoadBalancer> = {}) =>
    aLoadBalancer({
      name: "k8s-alb",
      type: "application",
      securityGroupIds: ["sg-all"],
      listeners: known([{ port: 80, protocol: "HTTP" }]),
      tags: stack("shop/web"),
      ...rest,
    });
  const classes = [aClass("params", { parameters: paramsRef("edge") })];
  const params = [aParams("edge", { scheme: "internal", inboundCidrs: ["203.0.113.0/24"] })];
  const judge = (
    loadBalancers: readonly LoadBalancer[],
    ingresses: readonly Ingress[],
    rest: Partial<ClusterFacts> = {},
  ): readonly string[] => {
    const given = facts(loadBalancers, { ...aPlane({ services: bystanders, ingresses, classes, params }), ...rest });
    return judged(loadBalancerMatchesDeclaration, aCluster(given))
      .filter(({ resource }) => resource.name !== "bystander")
      .map((finding) => `${finding.resource.name} ${told(finding)}`);
  };
  const web = (annotations: Readonly<Record<string, string>>, rest: Partial<Ingress> = {}) =>
    anIngress("web", { ingressClassName: "alb", annotations: ann(annotations), ...rest });
  const facing = { scheme: "internet-facing" } as const;

  it.each<[string, LoadBalancer, Ingress, string]>([
    ["pass: silent and internal", alb(), web({}), "web pass"],
    ["fail: silent and internet-facing", alb(facing), web({}), "web fail high"],
    ["pass: internet-facing is asked for", alb(facing), web({ scheme: "internet-facing" }), "web pass"],
    ["fail low: internet-facing is asked for", alb(), web({ scheme: "internet-facing" }), "web fail low"],
    [
      "fail: IngressClassParams beat the annotation",
      alb({ ...facing, securityGroupIds: ["sg-office"] }),
      web({ scheme: "internet-facing" }, { ingressClassName: "params" }),
      "web fail high",
    ],
    ["pass: inbound-cidrs", alb({ securityGroupIds: ["sg-office"] }), web({ "inbound-cidrs": "203.0.113.0/24" }), "web pass"],
    [
      "pass: an IPv6 range without dualstack is no error, and lets nobody in",
      alb({ securityGroupIds: ["sg-nobody"] }),
      web({ "inbound-cidrs": "2001:db8::/32" }),
      "web pass",
    ],
    [
      "pass: dualstack, everybody of both families where silent",
      alb({ securityGroupIds: ["sg-both"], ipAddressType: "dualstack" }),
      web({}),
      "web pass",
    ],
    ["fail low: dualstack, IPv4 alone where silent", alb({ ipAddressType: "dualstack" }), web({}), "web fail low"],
    ["fail: everybody beside inbound-cidrs", alb(), web({ "inbound-cidrs": "203.0.113.0/24" }), "web fail high"],
    [
      "pass: inbound-cidrs of IngressClassParams",
      alb({ securityGroupIds: ["sg-office"] }),
      web({}, { ingressClassName: "params" }),
      "web pass",
    ],
    [
      "unknown: a class of another name may be the controller's by a flag",
      alb(facing),
      web({}, { ingressClassName: "gone" }),
      "web unknown",
    ],
  ])("%s", (_rule, loadBalancer, ingress, expected) => {
    expect(judge([loadBalancer], [ingress])).toEqual([expected]);
  });

  const group = { "group.name": "team" };
  const a = (annotations: Readonly<Record<string, string>>) =>
    anIngress("a", { ingressClassName: "alb", annotations: ann({ ...group, ...annotations }) });
  const b = (annotations: Readonly<Record<string, string>>) =>
    anIngress("b", { ingressClassName: "alb", annotations: ann({ ...group, ...annotations }) });
  it.each<[string, LoadBalancer, readonly Ingress[], readonly string[]]>([
    [
      "pass: one member that says internet-facing makes the silent one so",
      alb({ ...facing, tags: stack("team") }),
      [a({ scheme: "internet-facing" }), b({})],
      ["a pass", "b pass"],
    ],
    [
      "fail: members that disagree are refused",
      alb({ ...facing, tags: stack("team") }),
      [a({ scheme: "internet-facing" }), b({ scheme: "internal" })],
      ["a fail high", "b fail high"],
    ],
    [
      "pass: one list on port 80, everybody on port 443",
      alb({
        tags: stack("team"),
        securityGroupIds: ["sg-ports"],
        listeners: known([
          { port: 80, protocol: "HTTP" },
          { port: 443, protocol: "HTTPS" },
        ]),
      }),
      [a({ "inbound-cidrs": "203.0.113.0/24" }), b({ "listen-ports": '[{"HTTPS": 443}]' })],
      ["a pass", "b pass"],
    ],
    [
      "fail: one list on port 443 too",
      alb({ tags: stack("team"), securityGroupIds: ["sg-ports"], listeners: known([{ port: 443, protocol: "HTTPS" }]) }),
      [a({ "inbound-cidrs": "203.0.113.0/24", "listen-ports": '[{"HTTPS": 443}]' })],
      ["a fail high"],
    ],
  ])("%s", (_rule, loadBalancer, ingresses, expected) => {
    expect(judge([loadBalancer], ingresses)).toEqual(expected);
  });

  it("pass: a frontend network load balancer is internet-facing where it is asked to be, before an internal one", () => {
    const frontend = nlb({
      name: "k8s-alb-nlb",
      ...facing,
      listeners: tcp(80),
      tags: known({ "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "shop/web", "ingress.k8s.aws/resource": "FrontendNlb" }),
    });
    const ingress = web({ "enable-frontend-nlb": "true", "frontend-nlb-scheme": "internet-facing", scheme: "internal" });
    expect(judge([alb(), frontend], [ingress])).toEqual(["web pass"]);
    expect(judge([alb(), frontend], [web({ scheme: "internal" })])).toEqual(["web fail high"]);
    expect(judge([alb(), frontend], [web({ "enable-frontend-nlb": "true" })])).toEqual(["web fail high"]);
  });
  it("unknown: a member whose parameters were not read may decide for the whole group", () => {
    const silent = a({});
    const other = anIngress("b", { ingressClassName: "params", annotations: ann(group) });
    const all = judge([alb({ ...facing, tags: stack("team") })], [silent, other], { ingressClassParams: forbidden });
    expect(all).toEqual(["a unknown", "b unknown"]);
  });
  it("unknown: Ingresses, classes or parameters were not read", () => {
    const ingress = web({}, { ingressClassName: "params" });
    for (const unread of ["ingresses", "ingressClasses", "ingressClassParams"] as const) {
      expect(judge([alb(facing)], [ingress], { [unread]: forbidden })).toEqual(["web unknown"]);
    }
  });
});

describe("Gateways", () => {
  const tags = known({ "elbv2.k8s.aws/cluster": "prod", "gateway.k8s.aws.nlb/stack": "shop/edge" });
  const its = (rest: Partial<LoadBalancer> = {}) => nlb({ name: "k8s-edge", tags, ...rest });
  const gatewayClasses = [aGatewayClass("nlb", { controller: "gateway.k8s.aws/nlb" }), aGatewayClass("alb")];
  const facing = { scheme: "internet-facing" } as const;
  const office = { sourceRanges: ["203.0.113.0/24"] };
  const judge = (
    loadBalancer: LoadBalancer,
    said: Partial<LoadBalancerConfiguration>,
    rest: Partial<Gateway> = {},
    unread: Partial<ClusterFacts> = {},
  ): Finding | undefined => {
    const gateways = [aGateway("edge", { className: "nlb", parameters: configurationRef("own"), ...rest })];
    const plane = aPlane({ services: bystanders, gateways, gatewayClasses, configurations: [aConfiguration("own", said)] });
    return found(facts([loadBalancer], { ...plane, ...unread }));
  };
  it.each<[string, LoadBalancer, Partial<LoadBalancerConfiguration>, Partial<Gateway>, string]>([
    ["pass: silent and internal", its(), {}, {}, "pass"],
    ["fail: silent and internet-facing", its(facing), {}, {}, "fail high"],
    ["pass: internet-facing is asked for", its(facing), facing, {}, "pass"],
    ["fail low: internet-facing is asked for", its(), facing, {}, "fail low"],
    ["fail: a scheme that is none is refused, the older load balancer stays", its(facing), { scheme: "Internal" }, {}, "fail high"],
    ["pass: its ranges", its({ securityGroupIds: ["sg-office"] }), office, {}, "pass"],
    ["fail: everybody beside its ranges", its(), office, {}, "fail high"],
    [
      "pass: an IPv6 range without dualstack is no error, and lets nobody in",
      its({ securityGroupIds: ["sg-nobody"] }),
      { sourceRanges: ["2001:db8::/32"] },
      {},
      "pass",
    ],
    ["fail: an IPv6 range without dualstack lets nobody in over IPv4", its(), { sourceRanges: ["2001:db8::/32"] }, {}, "fail high"],
    [
      "pass: dualstack, everybody of both families where silent",
      its({ securityGroupIds: ["sg-both"], ipAddressType: "dualstack" }),
      {},
      {},
      "pass",
    ],
    ["pass: everybody, and prefix lists beside that were not read", its(), { securityGroupPrefixes: ["pl-unread"] }, {}, "pass"],
    [
      "fail low: prefix lists are asked for beside everybody",
      its({ securityGroupIds: ["sg-list"] }),
      { securityGroupPrefixes: ["pl-1"] },
      {},
      "fail low",
    ],
    ["pass: its own groups", its({ securityGroupIds: ["sg-office"] }), { securityGroups: ["sg-office"] }, {}, "pass"],
    ["pass: no group is asked for", its({ securityGroupIds: [] }), { disableSecurityGroup: true }, {}, "pass"],
    [
      "fail: its configuration does not exist, the older load balancer stays",
      its(facing),
      {},
      { parameters: configurationRef("gone") },
      "fail high",
    ],
    ["fail: its class makes application load balancers now", its(), {}, { className: "alb" }, "fail low"],
    ["fail: its class is gone", its(facing), {}, { className: "gone" }, "fail high"],
    ["unknown: parameters of another kind", its(), {}, { parameters: { group: "", kind: "ConfigMap", name: "own" } }, "unknown"],
  ])("%s", (_rule, loadBalancer, said, rest, expected) => {
    expect(told(judge(loadBalancer, said, rest))).toBe(expected);
  });
  it("unknown: how EKS Auto Mode reads a Gateway is not documented", () => {
    const auto = known({ "eks:eks-cluster-name": "prod", "gateway.eks.amazonaws.com.nlb/stack": "shop/edge" });
    expect(judge(its({ tags: auto }), {})).toMatchObject({ status: "unknown", reason: { code: "not-supported" } });
    expect(judge(its({ tags: auto }), {}, { className: "auto" })).toMatchObject({ status: "unknown", reason: { code: "not-supported" } });
  });
  it("fail: says what the Gateway asks for", () => {
    const finding = judge(its(facing), { scheme: "internal" });
    expect(finding?.message).toBe("Gateway shop/edge has internet-facing load balancer k8s-edge, although it asks for internal.");
    expect(finding?.resource).toMatchObject({ kind: "Gateway", id: `${prod}/namespaces/shop/gateways/edge` });
  });
  it("unknown: Gateways, their classes or configurations were not read", () => {
    for (const unread of ["gateways", "gatewayClasses", "loadBalancerConfigurations"] as const) {
      expect(told(judge(its(facing), facing, {}, { [unread]: forbidden }))).toBe("unknown");
    }
  });
  it("pass: a Gateway that names no configuration, though none was read", () => {
    const gateways = [aGateway("edge", { className: "nlb" })];
    const plane = { ...aPlane({ services: bystanders, gateways, gatewayClasses }), loadBalancerConfigurations: forbidden };
    expect(told(found(facts([its()], plane)))).toBe("pass");
  });
});

describe("the flags of AWS Load Balancer Controller", () => {
  const flag = "--default-load-balancer-scheme";
  const schemes = ["internal", "internet-facing"] as const;
  type Scheme = (typeof schemes)[number];
  const stage = aController({ [flag]: "internet-facing" }, { name: "stage" });
  /** What was read of the controller, and the scheme that a silent manifest asks it for. */
  const readings: readonly (readonly [string, ClusterFacts["workloads"], Scheme | "unknown"])[] = [
    ["workloads were not read", forbidden, "internal"],
    ["no Deployment was found", known([]), "internal"],
    ["no flag is set", known([aController({})]), "internal"],
    ["the flag says internal", known([aController({ [flag]: "internal" })]), "internal"],
    ["the flag says internet-facing", known([aController({ [flag]: "internet-facing" })]), "internet-facing"],
    ["two Deployments agree", known([aController({ [flag]: "internet-facing" }), stage]), "internet-facing"],
    ["two Deployments disagree", known([aController({}), stage]), "unknown"],
    ["the flag says what is no scheme", known([aController({ [flag]: "public" })]), "unknown"],
  ];
  /** A load balancer of each owner, with what it says of the scheme. EKS Auto Mode has no flags. */
  const owners: Readonly<Record<string, (real: Scheme, said: Scheme | undefined) => Partial<ClusterFacts>>> = {
    Service: (scheme, said) => {
      const annotations = said === undefined ? {} : beta({ "aws-load-balancer-scheme": said });
      return {
        ...facts([nlb({ scheme })], aPlane({ services: [aService("web", { loadBalancerClass: "service.k8s.aws/nlb", annotations })] })),
      };
    },
    "Auto Mode Service": (scheme, said) => {
      const tags = known({ "eks:eks-cluster-name": "prod", "service.eks.amazonaws.com/stack": "shop/web" });
      const annotations = said === undefined ? {} : beta({ "aws-load-balancer-scheme": said });
      return facts(
        [nlb({ scheme, tags })],
        aPlane({ services: [aService("web", { loadBalancerClass: "eks.amazonaws.com/nlb", annotations })] }),
      );
    },
    Ingress: (scheme, said) => {
      const tags = known({ "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "shop/web" });
      const annotations: Record<string, string> = said === undefined ? {} : { "alb.ingress.kubernetes.io/scheme": said };
      const alb = nlb({ scheme, tags, type: "application", listeners: known([{ port: 80, protocol: "HTTP" }]) });
      return facts([alb], aPlane({ ingresses: [anIngress("web", { ingressClassName: "alb", annotations })] }));
    },
    frontend: (scheme, said) => {
      const tags = known({
        "elbv2.k8s.aws/cluster": "prod",
        "ingress.k8s.aws/stack": "shop/web",
        "ingress.k8s.aws/resource": "FrontendNlb",
      });
      const annotations = {
        "alb.ingress.kubernetes.io/enable-frontend-nlb": "true",
        ...(said === undefined ? {} : { "alb.ingress.kubernetes.io/frontend-nlb-scheme": said }),
      };
      return facts(
        [nlb({ scheme, tags, listeners: tcp(80) })],
        aPlane({ ingresses: [anIngress("web", { ingressClassName: "alb", annotations })] }),
      );
    },
    Gateway: (scheme, said) => {
      const tags = known({ "elbv2.k8s.aws/cluster": "prod", "gateway.k8s.aws.nlb/stack": "shop/web" });
      const gatewayClasses = [aGatewayClass("nlb", { controller: "gateway.k8s.aws/nlb" })];
      const configurations = [aConfiguration("own", said === undefined ? {} : { scheme: said })];
      const gateways = [aGateway("web", { className: "nlb", parameters: configurationRef("own") })];
      return facts([nlb({ scheme, tags })], aPlane({ gateways, gatewayClasses, configurations }));
    },
  };
  const right = (real: Scheme, asked: Scheme | "unknown"): string => {
    if (asked === "unknown") return "unknown";
    if (real === asked) return "pass";
    return real === "internet-facing" ? "fail high" : "fail low";
  };
  it.each(readings)("decide for silent manifests alone: %s", (_seen, workloads, silent) => {
    for (const [owner, factsOf] of Object.entries(owners)) {
      for (const real of schemes) {
        for (const said of [undefined, ...schemes]) {
          const findings = judged(loadBalancerMatchesDeclaration, aCluster({ ...factsOf(real, said), workloads }));
          const web = findings.find(({ resource }) => resource.name === "web");
          const asked = said ?? (owner === "Auto Mode Service" ? "internal" : silent);
          expect([owner, real, said, told(web)]).toEqual([owner, real, said, right(real, asked)]);
        }
      }
    }
  });
  it("fail: sources that are proven wider are not hidden by a doubt about the scheme", () => {
    const service = aService("web", { loadBalancerClass: "service.k8s.aws/nlb", loadBalancerSourceRanges: ["203.0.113.0/24"] });
    const plane = aPlane({ services: [...bystanders, service], workloads: [aController({}), stage] });
    const all = judged(loadBalancerMatchesDeclaration, aCluster(facts([nlb()], plane)));
    expect(all.map((finding) => [finding.resource.name, told(finding)])).toEqual([
      ["bystander", "unknown"],
      ["web", "fail high"],
    ]);
  });
  it("fail: says by which flag, and that an older load balancer may have kept its scheme", () => {
    const plane = aPlane({
      services: [...bystanders, aService("web", { loadBalancerClass: "service.k8s.aws/nlb" })],
      workloads: [aController({})],
    });
    expect(found(facts([nlb({ scheme: "internet-facing" })], plane))).toMatchObject({
      message: expect.stringContaining("an older load balancer may have kept its scheme"),
      evidence: { rule: "--default-load-balancer-scheme internal of Deployment kube-system/aws-load-balancer-controller" },
    });
  });

  const edge = aController({ "--load-balancer-class": "example.com/edge", "--ingress-class": "edge" });
  it("pass: a Service of the class that a flag names", () => {
    const services = [aService("web", { loadBalancerClass: "example.com/edge" })];
    const all = judged(loadBalancerMatchesDeclaration, aCluster(facts([nlb()], aPlane({ services, workloads: [edge] }))));
    expect(all.find(({ resource }) => resource.name === "web")?.status).toBe("pass");
  });
  it("an Ingress by the annotation that a flag names, and by no other", () => {
    const tags = known({ "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "shop/web" });
    const alb = nlb({ tags, scheme: "internet-facing", type: "application", listeners: known([{ port: 80, protocol: "HTTP" }]) });
    const classed = (name: string) => {
      const ingress = anIngress("web", {
        annotations: { "kubernetes.io/ingress.class": name, "alb.ingress.kubernetes.io/scheme": "internet-facing" },
      });
      const all = judged(loadBalancerMatchesDeclaration, aCluster(facts([alb], aPlane({ ingresses: [ingress], workloads: [edge] }))));
      return told(all.find(({ resource }) => resource.name === "web"));
    };
    expect(classed("edge")).toBe("pass");
    expect(classed("alb")).toBe("fail high");
  });
});

describe("what there is nothing to compare with", () => {
  it.each<[string, readonly LoadBalancer[], readonly Service[], string]>([
    ["not-applicable: no load balancer", [], [aService("web")], "not-applicable"],
    ["not-applicable: an owner that no longer exists", [nlb()], [], "not-applicable"],
    ["not-applicable: a load balancer without owner", [nlb({ tags: known({ "elbv2.k8s.aws/cluster": "prod" }) })], [], "not-applicable"],
  ])("%s", (_rule, loadBalancers, services, expected) => {
    expect(told(found(facts(loadBalancers, aPlane({ services: [...bystanders, ...services] }))))).toBe(expected);
  });
  it("unknown: Services were not read", () => {
    const all = judged(loadBalancerMatchesDeclaration, aCluster(facts([nlb()], { ...aPlane({}), services: forbidden })));
    expect(all.map(({ status }) => status)).toEqual(["unknown", "unknown"]);
  });
  it("unknown: Gateways were not read", () => {
    const gateway = nlb({ tags: known({ "elbv2.k8s.aws/cluster": "prod", "gateway.k8s.aws.nlb/stack": "shop/edge" }) });
    const given = facts([gateway], { ...aPlane({ services: bystanders }), gateways: forbidden });
    expect(found(given)).toMatchObject({ status: "unknown", reason: { code: "forbidden" } });
  });
  it("unknown for the cluster: load balancers could not be listed", () => {
    const all = judged(loadBalancerMatchesDeclaration, aCluster({ ...facts([], aPlane({})), loadBalancers: forbidden }));
    expect(all).toMatchObject([{ resource: { id: prod }, status: "unknown" }]);
  });
});
