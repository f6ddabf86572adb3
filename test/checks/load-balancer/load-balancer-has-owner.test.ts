import { expect, it } from "vitest";
import { loadBalancerHasOwner } from "../../../core/checks/load-balancer/load-balancer-has-owner.ts";
import type { LoadBalancer } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { aCluster, aLoadBalancer, anIngress, aService, judged } from "../../support/cluster.ts";
import { aBinding, aGateway, aTargetGroup } from "../../support/gateway-plane.ts";
import { aPlane } from "../../support/ingress-plane.ts";

const forbidden = unknown("forbidden", "No access.");
const owned = (stack: string, kind = "service", cluster = "prod") =>
  known({ "elbv2.k8s.aws/cluster": cluster, [`${kind === "gateway" ? "gateway.k8s.aws.alb" : `${kind}.k8s.aws`}/stack`]: stack });
const bystander = aLoadBalancer({ name: "k8s-bystander", tags: owned("shop/bystander") });
const group = { "alb.ingress.kubernetes.io/group.name": "team" };
const plane = aPlane({
  services: [aService("bystander"), aService("web"), aService("idle"), aService("plain", { type: "ClusterIP" })],
  ingresses: [anIngress("member", { ingressClassName: "alb", annotations: group }), anIngress("alone", { ingressClassName: "alb" })],
  gateways: [aGateway("edge")],
  bindings: [aBinding("web")],
  targetGroups: [aTargetGroup("web", [aLoadBalancer({ name: "k8s-bound" }).arn])],
});
function told(loadBalancers: readonly LoadBalancer[], rest: Partial<ClusterFacts> = {}): readonly string[] {
  const cluster = aCluster({ loadBalancers: known([bystander, ...loadBalancers]), ...plane, ...rest });
  return judged(loadBalancerHasOwner, cluster).map(({ resource, status }) => `${resource.kind} ${resource.name}: ${status}`);
}
const others = (loadBalancer: LoadBalancer, rest: Partial<ClusterFacts> = {}): readonly string[] => {
  const all = told([loadBalancer], rest);
  expect(all).toContain(rest.services === forbidden ? "Service bystander: unknown" : "Service bystander: pass");
  return all.filter((text) => !text.startsWith("Service bystander"));
};
const tagged = (tags: LoadBalancer["tags"]) => aLoadBalancer({ name: "k8s-lb", type: "application", tags });

it.each<[string, LoadBalancer["tags"], readonly string[]]>([
  ["pass: its Service exists", owned("shop/web"), ["Service web: pass"]],
  ["pass: its Ingress exists", owned("shop/alone", "ingress"), ["Ingress alone: pass"]],
  ["pass: its Gateway exists", owned("shop/edge", "gateway"), ["Gateway edge: pass"]],
  ["fail: its Gateway is gone", owned("shop/gone", "gateway"), ["Gateway gone: fail"]],
  ["pass: a member of its group exists", owned("team", "ingress"), ["Ingress member: pass"]],
  ["pass: its Service exists and no longer asks for one, which another check tells", owned("shop/plain"), ["Service plain: pass"]],
  ["fail: its Service is gone", owned("shop/gone"), ["Service gone: fail"]],
  ["fail: a Service of the same name in another namespace is another", owned("stage/web"), ["Service web: fail"]],
  ["fail: its Ingress is gone", owned("shop/gone", "ingress"), ["Ingress gone: fail"]],
  ["fail: no member of its group exists", owned("nobody", "ingress"), ["LoadBalancer k8s-lb: fail"]],
  ["fail: tagged for the cluster and for no owner", known({ "kubernetes.io/cluster/prod": "owned" }), ["LoadBalancer k8s-lb: fail"]],
  ["nothing: of another cluster", owned("shop/gone", "service", "stage"), []],
  ["nothing: of nobody's cluster", known({ Name: "team" }), []],
])("%s", (_rule, tags, expected) => {
  expect(others(tagged(tags))).toEqual(expected);
});

it.each<[string, LoadBalancer["tags"], Partial<ClusterFacts>, readonly string[]]>([
  ["unknown: Services could not be listed", owned("shop/web"), { services: forbidden }, ["Service web: unknown"]],
  ["unknown: Ingresses could not be listed", owned("shop/alone", "ingress"), { ingresses: forbidden }, ["Ingress alone: unknown"]],
  ["unknown: whose group it is could not be told", owned("nobody", "ingress"), { ingresses: forbidden }, ["LoadBalancer k8s-lb: unknown"]],
  ["unknown for the cluster: its tags were not read", forbidden, {}, ["Cluster prod: unknown"]],
  ["unknown: Gateways could not be listed", owned("shop/edge", "gateway"), { gateways: forbidden }, ["Gateway edge: unknown"]],
  ["pass: an Ingress of an unread class exists", owned("shop/alone", "ingress"), { ingressClasses: forbidden }, ["Ingress alone: pass"]],
  [
    "unknown: tagged for the cluster and for no owner, and bindings were not read",
    known({ "kubernetes.io/cluster/prod": "owned" }),
    { targetGroupBindings: forbidden },
    ["LoadBalancer k8s-lb: unknown"],
  ],
  [
    "unknown: tagged for the cluster and for no owner, and target groups were not read",
    known({ "kubernetes.io/cluster/prod": "owned" }),
    { targetGroups: forbidden },
    ["LoadBalancer k8s-lb: unknown"],
  ],
  ["fail: its Service is gone, whatever is bound", owned("shop/gone"), { targetGroupBindings: forbidden }, ["Service gone: fail"]],
  ["pass: a Service is judged while Ingresses are unread", owned("shop/web"), { ingresses: forbidden }, ["Service web: pass"]],
])("%s", (_rule, tags, rest, expected) => {
  expect(others(tagged(tags), rest).toSorted()).toEqual(expected.toSorted());
});

it("pass: tagged for the cluster by hand, and a TargetGroupBinding leads from it", () => {
  const bound = aLoadBalancer({ name: "k8s-bound", tags: known({ "kubernetes.io/cluster/prod": "owned" }) });
  expect(others(bound)).toEqual(["LoadBalancer k8s-bound: pass"]);
});
it("nothing: another's, though a TargetGroupBinding leads from it", () => {
  expect(others(aLoadBalancer({ name: "k8s-bound", tags: known({ Name: "team" }) }))).toEqual([]);
});

it("fail: says which object is missed and which load balancer it left", () => {
  const cluster = aCluster({ loadBalancers: known([tagged(owned("shop/gone"))]), ...plane });
  expect(judged(loadBalancerHasOwner, cluster)).toMatchObject([
    {
      severity: "medium",
      message: "Service shop/gone does not exist, and internal load balancer k8s-lb is still made for it.",
      evidence: { loadBalancerArns: [tagged(known({})).arn], scheme: "internal" },
    },
  ]);
});

it("not-applicable: the VPC has no load balancer", () => {
  expect(judged(loadBalancerHasOwner, aCluster({ loadBalancers: known([]), ...plane }))).toMatchObject([{ status: "not-applicable" }]);
});
