import { describe, expect, it } from "vitest";
import type { LoadBalancer } from "../../../core/model/aws.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { KubernetesPlane } from "../../../core/net/load-balancer/owner.ts";
import { madeForCluster, type Subject, subjectsOf } from "../../../core/net/load-balancer/subjects.ts";
import { aLoadBalancer, aService, prod } from "../../support/cluster.ts";
import { aBinding, aGateway, aGatewayClass, aTargetGroup } from "../../support/gateway-plane.ts";
import { aPlane } from "../../support/ingress-plane.ts";

const forbidden = unknown("forbidden", "No access.");
const cluster = { id: prod, name: "prod" };
const lbc = { "elbv2.k8s.aws/cluster": "prod" };
const web = aLoadBalancer({ name: "k8s-web", tags: known({ ...lbc, "service.k8s.aws/stack": "shop/web" }) });
const team = aLoadBalancer({ name: "team", type: "application", scheme: "internet-facing", tags: known({ Name: "team" }) });
const services = [aService("web", { loadBalancerClass: "service.k8s.aws/nlb" })];
const of = (loadBalancers: readonly LoadBalancer[], given: Parameters<typeof aPlane>[0], rest: Partial<KubernetesPlane> = {}) =>
  subjectsOf(loadBalancers, { ...aPlane({ services, ...given }), ...rest }, cluster);
const told = ({ resource, manifest, loadBalancers }: Subject): string =>
  [resource.kind, resource.name, manifest.kind, ...loadBalancers.map(({ loadBalancer }) => loadBalancer.name)].join(" ");

describe("a load balancer that is bound", () => {
  const bound = { bindings: [aBinding("web")], targetGroups: [aTargetGroup("web", [team.arn, web.arn])] };
  const { subjects, unfollowed } = of([web, team], bound);
  it("is a subject by its ARN, with the binding beside it; one that is owned is no second one", () => {
    expect(subjects.map(told).toSorted()).toEqual(["LoadBalancer team none team", "Service web Service k8s-web"]);
    const its = subjects.find(({ resource }) => resource.id === team.arn)?.loadBalancers[0];
    expect(its?.bindings).toEqual([aBinding("web")]);
    expect(unfollowed).toEqual([]);
  });
  it("is nobody's declaration, and no leftover", () => {
    expect(madeForCluster({ subjects, undecided: [], unfollowed: [] }).subjects.map(told)).toEqual(["Service web Service k8s-web"]);
  });
});

describe("what may be bound", () => {
  const classic = aLoadBalancer({ name: "classic", type: "classic", tags: known({}) });
  const unfollowed = (given: Parameters<typeof aPlane>[0], rest: Partial<KubernetesPlane> = {}) =>
    of([web, team, classic], given, rest).unfollowed.map(({ reason, loadBalancers }) => [
      reason.code,
      ...loadBalancers.map(({ loadBalancer }) => loadBalancer.name),
    ]);
  const bindings = [aBinding("web")];
  it.each<[string, Parameters<typeof aPlane>[0], Partial<KubernetesPlane>, readonly (readonly string[])[]]>([
    ["nothing: no binding", {}, {}, []],
    ["nothing: no binding, though target groups were not read", {}, { targetGroups: forbidden }, []],
    ["those of nobody: bindings were not read", {}, { targetGroupBindings: forbidden }, [["forbidden", "team"]]],
    ["those of nobody: target groups were not read", { bindings }, { targetGroups: forbidden }, [["forbidden", "team"]]],
    [
      "those of nobody: a binding without ARN",
      { bindings: [{ namespace: "shop", name: "nameless", uid: "u", service: "web" }], targetGroups: [] },
      {},
      [["not-found", "team"]],
    ],
    ["one outside the VPC: a target group that is none of its own", { bindings }, {}, [["not-found"]]],
    ["nothing: a target group without load balancer", { bindings, targetGroups: [aTargetGroup("web", [])] }, {}, []],
  ])("%s", (_rule, given, rest, expected) => {
    expect(unfollowed(given, rest)).toEqual(expected);
  });
  it("names the first binding that leads outside the VPC, and how many more", () => {
    const [first] = of([], { bindings: [aBinding("web"), aBinding("api")] }).unfollowed;
    expect(first?.reason.message).toBe(
      `TargetGroupBinding shop/web and 1 more binds ${aBinding("web").targetGroupArn}, which is no target group of the VPC.`,
    );
  });
});

describe("a Gateway without load balancer", () => {
  const gatewayClasses = [aGatewayClass("alb"), aGatewayClass("envoy", { controller: "gateway.envoyproxy.io/gatewayclass-controller" })];
  const absences = (rest: Parameters<typeof aGateway>[1]) =>
    of([web], { gateways: [aGateway("edge", rest)], gatewayClasses })
      .subjects.filter(({ resource }) => resource.kind === "Gateway")
      .map(({ absence }) => absence?.state);
  it.each<[string, Parameters<typeof aGateway>[1], readonly (string | undefined)[]]>([
    ["has none: its controller made none yet", {}, ["none"]],
    ["is in doubt: its status names one that is elsewhere", { hostnames: ["edge-1.elb.eu-west-1.amazonaws.com"] }, ["unsure"]],
    ["is no subject: of another controller", { className: "envoy", hostnames: ["edge-1.elb.eu-west-1.amazonaws.com"] }, []],
    ["is no subject: of a class that does not exist", { className: "gone" }, []],
  ])("%s", (_rule, rest, expected) => {
    expect(absences(rest)).toEqual(expected);
  });
});
