import { describe, expect, it } from "vitest";
import type { LoadBalancer } from "../../../core/model/aws.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Ingress, Service } from "../../../core/model/kubernetes.ts";
import { type Ownership, ownershipsOf, refKey } from "../../../core/net/load-balancer/owner.ts";
import { aLoadBalancer, anIngress, aService } from "../../support/cluster.ts";
import { aBinding, aGateway, aGatewayClass, aTargetGroup } from "../../support/gateway-plane.ts";
import { aClass, aPlane } from "../../support/ingress-plane.ts";

type Tags = Readonly<Record<string, string>>;
const lbc = { "elbv2.k8s.aws/cluster": "prod" };
const auto = { "eks:eks-cluster-name": "prod" };
const inTree = { "kubernetes.io/cluster/prod": "owned" };
const forbidden = unknown("forbidden", "No access to tags.");
const { dnsName } = aLoadBalancer();

/** "belongs controller owner,owner", with what is not there left out. */
const told = ({ belongs, controller, owners, isFrontend }: Ownership): string =>
  [belongs, controller, owners.map(refKey).join(", ") || undefined, isFrontend ? "frontend" : undefined]
    .filter((part) => part !== undefined)
    .join(" | ");
const ownership = (loadBalancer: LoadBalancer, objects: { services?: readonly Service[]; ingresses?: readonly Ingress[] } = {}): string => {
  const bystander = aService("bystander", { hostnames: ["other.elb.eu-west-1.amazonaws.com"] });
  const plane = aPlane({ services: [bystander, ...(objects.services ?? [])], ingresses: objects.ingresses ?? [] });
  const [first] = ownershipsOf([loadBalancer], plane, "prod").ownerships;
  return first === undefined ? "" : told(first);
};

describe("by tags", () => {
  it.each<[string, Tags, string]>([
    ["in-tree", { ...inTree, "kubernetes.io/service-name": "shop/web" }, "yes | in-tree | Service shop/web"],
    ["in-tree, legacy mode", { KubernetesCluster: "prod", "kubernetes.io/service-name": "shop/web" }, "yes | in-tree | Service shop/web"],
    [
      "in-tree, of another cluster with the same Service",
      { "kubernetes.io/cluster/stage": "owned", "kubernetes.io/service-name": "shop/web" },
      "no",
    ],
    ["in-tree, legacy tag of another cluster", { KubernetesCluster: "stage", "kubernetes.io/service-name": "shop/web" }, "no"],
    [
      "in-tree, of a cluster whose name only begins alike",
      { "kubernetes.io/cluster/prod-2": "owned", "kubernetes.io/service-name": "shop/web" },
      "no",
    ],
    [
      "LBC Service",
      { ...lbc, "service.k8s.aws/stack": "shop/web", "service.k8s.aws/resource": "LoadBalancer" },
      "yes | aws-load-balancer-controller | Service shop/web",
    ],
    ["LBC Service of another cluster", { "elbv2.k8s.aws/cluster": "stage", "service.k8s.aws/stack": "shop/web" }, "no"],
    [
      "LBC, tagged with a second cluster's in-tree tag by hand",
      { ...lbc, "kubernetes.io/cluster/stage": "shared", "service.k8s.aws/stack": "shop/web" },
      "yes | aws-load-balancer-controller | Service shop/web",
    ],
    [
      "LBC of another cluster, tagged with ours by hand",
      { ...inTree, "elbv2.k8s.aws/cluster": "stage", "service.k8s.aws/stack": "shop/web" },
      "no",
    ],
    [
      "LBC Ingress of its own",
      { ...lbc, "ingress.k8s.aws/stack": "shop/web", "ingress.k8s.aws/resource": "LoadBalancer" },
      "yes | aws-load-balancer-controller | Ingress shop/web",
    ],
    [
      "LBC frontend NLB of an Ingress",
      { ...lbc, "ingress.k8s.aws/stack": "shop/web", "ingress.k8s.aws/resource": "FrontendNlb" },
      "yes | aws-load-balancer-controller | Ingress shop/web | frontend",
    ],
    [
      "ALB Ingress Controller v1",
      { "ingress.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "shop/web" },
      "yes | aws-load-balancer-controller | Ingress shop/web",
    ],
    [
      "ALB Ingress Controller before 1.1",
      { ...inTree, "kubernetes.io/namespace": "shop", "kubernetes.io/ingress-name": "web" },
      "yes | aws-load-balancer-controller | Ingress shop/web",
    ],
    [
      "LBC Gateway, network",
      { ...lbc, "gateway.k8s.aws.nlb/stack": "shop/edge" },
      "yes | aws-load-balancer-controller | Gateway shop/edge",
    ],
    [
      "LBC Gateway, application",
      { ...lbc, "gateway.k8s.aws.alb/stack": "shop/edge" },
      "yes | aws-load-balancer-controller | Gateway shop/edge",
    ],
    ["Auto Mode Service", { ...auto, "service.eks.amazonaws.com/stack": "shop/web" }, "yes | auto-mode | Service shop/web"],
    ["Auto Mode Ingress", { ...auto, "ingress.eks.amazonaws.com/stack": "shop/web" }, "yes | auto-mode | Ingress shop/web"],
    ["Auto Mode Gateway", { ...auto, "gateway.eks.amazonaws.com.alb/stack": "shop/edge" }, "yes | auto-mode | Gateway shop/edge"],
    ["Auto Mode Gateway, network", { ...auto, "gateway.eks.amazonaws.com.nlb/stack": "shop/edge" }, "yes | auto-mode | Gateway shop/edge"],
    ["Auto Mode Ingress of another cluster", { "eks:eks-cluster-name": "stage", "ingress.eks.amazonaws.com/stack": "shop/web" }, "no"],
    ["LBC Gateway of another cluster", { "elbv2.k8s.aws/cluster": "stage", "gateway.k8s.aws.nlb/stack": "shop/edge" }, "no"],
    ["ALB Ingress Controller v1 of another cluster", { "ingress.k8s.aws/cluster": "stage", "ingress.k8s.aws/stack": "shop/web" }, "no"],
    ["tagged by Auto Mode, without stack", auto, "yes | auto-mode"],
    [
      "another cluster's tag of LBC decides, whatever EKS tagged",
      { ...auto, "elbv2.k8s.aws/cluster": "stage", "service.k8s.aws/stack": "shop/web" },
      "no",
    ],
    ["Auto Mode of another cluster", { "eks:eks-cluster-name": "stage", "service.eks.amazonaws.com/stack": "shop/web" }, "no"],
    ["tagged for the cluster and for nobody in it", { ...inTree, Name: "edge" }, "yes"],
    ["tagged for the cluster by LBC, without stack", lbc, "yes | aws-load-balancer-controller"],
    ["no Kubernetes tag", { Name: "edge" }, "no"],
    ["no tag", {}, "no"],
    ["a controller's tags that name no cluster", { "service.k8s.aws/stack": "shop/web" }, "unknown"],
    ["a group that has no members", { ...lbc, "ingress.k8s.aws/stack": "team" }, "yes | aws-load-balancer-controller"],
    ["a service-name that is no name", { ...inTree, "kubernetes.io/service-name": "web" }, "yes"],
  ])("%s", (_creator, tags, expected) => {
    expect(ownership(aLoadBalancer({ tags: known(tags) }))).toBe(expected);
  });
});

describe("by the DNS name in a status", () => {
  const web = aService("web", { hostnames: [dnsName] });
  const alb = { type: "application" } as const;
  const taken = anIngress("web", { ingressClassName: "alb", hostnames: [dnsName] });
  const nginx = anIngress("behind-nginx", { ingressClassName: "nginx", hostnames: [dnsName] });
  it.each<[string, Partial<LoadBalancer>, Parameters<typeof ownership>[1], string]>([
    ["decides where tags were not read", { tags: forbidden }, { services: [web] }, "yes | Service shop/web"],
    ["decides in any case", { tags: forbidden, dnsName: dnsName.toUpperCase() }, { services: [web] }, "yes | Service shop/web"],
    ["decides where tags name nobody", { tags: known({}) }, { services: [web] }, "yes | Service shop/web"],
    [
      "decides where tags name no cluster",
      { tags: known({ "service.k8s.aws/stack": "shop/old" }) },
      { services: [web] },
      "yes | Service shop/web",
    ],
    [
      "does not make another cluster's ours",
      { tags: known({ "elbv2.k8s.aws/cluster": "stage", "service.k8s.aws/stack": "shop/web" }) },
      { services: [web] },
      "no",
    ],
    [
      "does not outvote the tags' owner",
      { tags: known({ ...lbc, "service.k8s.aws/stack": "shop/api" }) },
      { services: [web] },
      "yes | aws-load-balancer-controller | Service shop/api",
    ],
    [
      "leads to an Ingress of an AWS controller",
      { tags: forbidden, ...alb },
      { ingresses: [taken] },
      "yes | aws-load-balancer-controller | Ingress shop/web",
    ],
    [
      "leads to the frontend NLB of an Ingress",
      { tags: forbidden },
      { ingresses: [taken] },
      "yes | aws-load-balancer-controller | Ingress shop/web | frontend",
    ],
    [
      "leads to the Service before the Ingresses of another controller",
      { tags: forbidden },
      { services: [web], ingresses: [nginx] },
      "yes | Service shop/web",
    ],
    ["does not lead to an Ingress of another controller", { tags: forbidden }, { ingresses: [nginx] }, "unknown"],
    ["matches nobody's: unknown while tags are unread", { tags: forbidden }, {}, "unknown"],
  ])("%s", (_rule, rest, objects, expected) => {
    expect(ownership(aLoadBalancer(rest), objects)).toBe(expected);
  });
});

describe("an explicit group's load balancer", () => {
  const group = { "alb.ingress.kubernetes.io/group.name": "team" };
  const tags = known({ ...lbc, "ingress.k8s.aws/stack": "team", "ingress.k8s.aws/resource": "LoadBalancer" });
  const alb = aLoadBalancer({ type: "application", tags });
  const a = anIngress("a", { ingressClassName: "alb", annotations: group });
  const b = anIngress("b", { ingressClassName: "alb", annotations: group, hostnames: [dnsName] });
  const leaver = anIngress("leaver", { ingressClassName: "alb", hostnames: [dnsName] });
  const bystander = anIngress("bystander", { ingressClassName: "alb" });
  it("belongs to every member, once each", () => {
    expect(ownership(alb, { ingresses: [a, b, bystander] })).toBe("yes | aws-load-balancer-controller | Ingress shop/a, Ingress shop/b");
  });
  it("belongs to an Ingress too whose status still names it", () => {
    expect(ownership(alb, { ingresses: [a, leaver] })).toBe("yes | aws-load-balancer-controller | Ingress shop/a, Ingress shop/leaver");
  });
  it("stands for itself while Ingresses were not read", () => {
    const plane = { ...aPlane({}), ingresses: forbidden };
    expect(ownershipsOf([alb], plane, "prod").ownerships).toMatchObject([{ belongs: "yes", owners: [], group: "team" }]);
  });
  it("belongs to those whose status names it while classes were not read", () => {
    const plane = {
      ...aPlane({ ingresses: [a, b], classes: [aClass("nginx", { controller: "k8s.io/ingress-nginx" })] }),
      ingressClasses: forbidden,
    };
    expect(ownershipsOf([alb], plane, "prod").ownerships.map(told)).toEqual(["yes | aws-load-balancer-controller | Ingress shop/b"]);
  });
});

describe("a Gateway", () => {
  const gatewayClasses = [aGatewayClass("alb"), aGatewayClass("envoy", { controller: "gateway.envoyproxy.io/gatewayclass-controller" })];
  const at = { hostnames: [dnsName] };
  const edge = aGateway("edge", at);
  const envoy = aGateway("envoy", { ...at, className: "envoy" });
  const unread = aLoadBalancer({ tags: forbidden, type: "application" });
  const owners = (loadBalancer: LoadBalancer, given: Parameters<typeof aPlane>[0], rest: Partial<ReturnType<typeof aPlane>> = {}) =>
    ownershipsOf([loadBalancer], { ...aPlane({ gatewayClasses, ...given }), ...rest }, "prod").ownerships.map(told);
  it("of an AWS controller owns what its status names", () => {
    expect(owners(unread, { gateways: [edge] })).toEqual(["yes | aws-load-balancer-controller | Gateway shop/edge"]);
    expect(owners(aLoadBalancer({ tags: forbidden }), { gateways: [edge] })).toEqual([
      "yes | aws-load-balancer-controller | Gateway shop/edge",
    ]);
  });
  it("of another controller owns nothing, and the Service that it repeats does", () => {
    expect(owners(unread, { gateways: [envoy] })).toEqual(["unknown"]);
    expect(owners(aLoadBalancer({ tags: forbidden }), { gateways: [envoy], services: [aService("web", at)] })).toEqual([
      "yes | Service shop/web",
    ]);
  });
  it("of an unread class owns an application load balancer that its status names, and no other", () => {
    const classless = { gatewayClasses: forbidden };
    expect(owners(unread, { gateways: [edge] }, classless)).toEqual(["yes | Gateway shop/edge"]);
    expect(owners(aLoadBalancer({ tags: forbidden }), { gateways: [edge] }, classless)).toEqual(["unknown"]);
  });
});

describe("the name of an in-tree load balancer", () => {
  const uid = "01234567-89ab-cdef-0123-456789abcdef";
  const services = [aService("web", { uid }), aService("bystander")];
  const named = (name: string, tags: LoadBalancer["tags"]) =>
    ownershipsOf([aLoadBalancer({ name, type: "classic", tags })], aPlane({ services }), "prod").ownerships.map(told);
  it("tells its Service where tags were not read", () => {
    expect(named("a0123456789abcdef0123456789abcde", forbidden)).toEqual(["yes | in-tree | Service shop/web"]);
  });
  it("of no Service tells nothing", () => {
    expect(named("a0123456789abcdef0123456789abcdf", forbidden)).toEqual(["unknown"]);
  });
  it("does not make ours what tags say is another cluster's", () => {
    const stage = known({ "kubernetes.io/cluster/stage": "owned", "kubernetes.io/service-name": "shop/web" });
    expect(named("a0123456789abcdef0123456789abcde", stage)).toEqual(["no"]);
  });
});

describe("a TargetGroupBinding", () => {
  const ofTeam = aLoadBalancer({ type: "application", tags: known({ Name: "team" }) });
  const bindings = [aBinding("web"), aBinding("bystander")];
  const targetGroups = [aTargetGroup("web", [ofTeam.arn]), aTargetGroup("bystander", []), aTargetGroup("other", [ofTeam.arn])];
  const bound = (loadBalancer: LoadBalancer, given: Parameters<typeof aPlane>[0]) =>
    ownershipsOf([loadBalancer], aPlane(given), "prod").ownerships.map((one) => [
      told(one),
      ...(one.bindings ?? []).map(({ name }) => name),
    ]);
  it.each<[string, LoadBalancer, Parameters<typeof aPlane>[0], readonly string[]]>([
    ["binds a load balancer of nobody's to the cluster", ofTeam, { bindings, targetGroups }, ["bound", "web"]],
    [
      "binds one of another cluster",
      { ...ofTeam, tags: known({ "elbv2.k8s.aws/cluster": "stage", "service.k8s.aws/stack": "shop/web" }) },
      { bindings, targetGroups },
      ["bound", "web"],
    ],
    ["of another target group binds nothing", ofTeam, { bindings: [aBinding("bystander")], targetGroups }, ["no"]],
    [
      "does not change whose an owned one is",
      { ...ofTeam, tags: known({ ...lbc, "service.k8s.aws/stack": "shop/web" }) },
      { bindings, targetGroups },
      ["yes | aws-load-balancer-controller | Service shop/web"],
    ],
    [
      "stands behind one that is tagged for the cluster by hand",
      { ...ofTeam, tags: known(inTree) },
      { bindings, targetGroups },
      ["yes", "web"],
    ],
    ["leaves open whose one of unread tags is", { ...ofTeam, tags: forbidden }, { bindings, targetGroups }, ["unknown"]],
  ])("%s", (_rule, loadBalancer, given, expected) => {
    expect(bound(loadBalancer, given)).toEqual([expected]);
  });
});
