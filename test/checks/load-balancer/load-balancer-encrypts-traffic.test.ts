import { describe, expect, it } from "vitest";
import { loadBalancerEncryptsTraffic } from "../../../core/checks/load-balancer/load-balancer-encrypts-traffic.ts";
import type { Listener, ListenerAction, LoadBalancer, TargetGroup } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Finding } from "../../../core/model/finding.ts";
import { aCluster, aLoadBalancer, anIngress, aService, judged } from "../../support/cluster.ts";
import { aPlane } from "../../support/ingress-plane.ts";

const forbidden = unknown("forbidden", "No access.");
const owned = (name: string) => known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": `shop/${name}` });
const bystander = aLoadBalancer({
  name: "k8s-bystander",
  scheme: "internet-facing",
  listeners: known([{ port: 443, protocol: "TLS" }]),
  tags: owned("bystander"),
});
const group = (port: number, rest: Partial<TargetGroup> = {}): TargetGroup => ({
  arn: `tg-${port}`,
  name: `k8s-${port}`,
  protocol: "TCP",
  port,
  targetType: "ip",
  loadBalancerArns: [],
  preservesClientIp: forbidden,
  ...rest,
});
const lbc = { loadBalancerClass: "service.k8s.aws/nlb" };
function found(loadBalancers: readonly LoadBalancer[], rest: Partial<ClusterFacts> = {}): Finding | undefined {
  const all = judged(
    loadBalancerEncryptsTraffic,
    aCluster({
      loadBalancers: known([bystander, ...loadBalancers]),
      ...aPlane({
        services: [
          aService("bystander", lbc),
          aService("web", { ...lbc, ports: [{ protocol: "TCP", port: 443, targetPort: 8443, nodePort: 31_443 }] }),
        ],
      }),
      pods: known([]),
      targetGroups: known([group(80), group(443), group(8080), group(8443), group(10443), group(31_443, { targetType: "instance" })]),
      ...rest,
    }),
  );
  const others = all.filter(({ resource }) => resource.name === "bystander");
  expect(others.map(({ status }) => status).filter((status) => status !== "pass" && status !== "unknown")).toEqual([]);
  return all.find(({ resource }) => resource.name === "web");
}
const web = (listeners: readonly Listener[], rest: Partial<LoadBalancer> = {}): LoadBalancer =>
  aLoadBalancer({ scheme: "internet-facing", listeners: known(listeners), tags: owned("web"), ...rest });
const alb = (listener: Listener) => web([listener], { type: "application", securityGroupIds: ["sg-open"] });
const http = (...actions: readonly Partial<ListenerAction>[]): Listener => ({
  port: 80,
  protocol: "HTTP",
  actions: known(actions.map((action) => ({ type: "redirect", targetGroupArns: [], ...action }))),
});
const tcp = (port: number, to?: number, protocol = "TCP"): Listener => ({
  port,
  protocol,
  ...(to === undefined ? {} : { actions: known([{ type: "forward", targetGroupArns: [`tg-${to}`] }]) }),
});
const toHttps = { redirectProtocol: "HTTPS" };

describe("a listener", () => {
  it.each<[string, LoadBalancer, string]>([
    ["pass: HTTPS", alb({ port: 443, protocol: "HTTPS" }), "pass"],
    ["pass: TLS", web([{ port: 443, protocol: "TLS" }]), "pass"],
    ["pass: TLS on a port of plain text", web([{ port: 80, protocol: "TLS" }]), "pass"],
    ["pass: SSL on a classic load balancer", web([{ port: 443, protocol: "SSL" }], { type: "classic" }), "pass"],
    ["pass: QUIC", web([{ port: 8443, protocol: "QUIC" }]), "pass"],
    ["pass: TCP_QUIC, both halves", web([{ port: 8443, protocol: "TCP_QUIC" }]), "pass"],
    ["fail: TCP_QUIC, whose TCP half is HTTP", web([{ port: 80, protocol: "TCP_QUIC" }]), "fail"],
    ["pass: HTTP that only redirects to HTTPS", alb(http(toHttps)), "pass"],
    ["pass: HTTP whose rules redirect to HTTPS too", alb(http(toHttps, toHttps)), "pass"],
    ["fail: HTTP that forwards", alb(http({ type: "forward" })), "fail"],
    ["fail: HTTP that redirects by default and forwards by a rule", alb(http(toHttps, { type: "forward" })), "fail"],
    ["fail: HTTP that redirects to HTTP", alb(http({ redirectProtocol: "HTTP" })), "fail"],
    ["fail: HTTP that keeps the protocol of the request", alb(http({ redirectProtocol: "#{protocol}" })), "fail"],
    ["fail: HTTP that redirects without saying how", alb(http({})), "fail"],
    ["fail: HTTP that answers by itself", alb(http(toHttps, { type: "fixed-response" })), "fail"],
    ["fail: HTTP on a classic load balancer", web([{ port: 80, protocol: "HTTP", targetPort: 31_443 }], { type: "classic" }), "fail"],
    ["unknown: HTTP whose actions were not read", alb({ port: 80, protocol: "HTTP", actions: forbidden }), "unknown"],
    ["unknown: HTTP whose actions nobody says", alb({ port: 80, protocol: "HTTP" }), "unknown"],
    ["pass: TCP to HTTPS", web([tcp(443, 8443)]), "pass"],
    ["pass: TCP 80 to HTTPS: what answers decides", web([tcp(80, 443)]), "pass"],
    ["fail: TCP 443 to HTTP: what answers decides", web([tcp(443, 8080)]), "fail"],
    ["fail: TCP to HTTP", web([tcp(80, 80)]), "fail"],
    ["unknown: TCP to a port that tells no protocol", web([tcp(443, 10443)]), "unknown"],
    ["pass: TCP 443, and nobody says where it leads", web([tcp(443)]), "pass"],
    ["fail: TCP 80, and nobody says where it leads", web([tcp(80)]), "fail"],
    ["unknown: TCP 9999, and nobody says where it leads", web([tcp(9999)]), "unknown"],
    ["pass: a node port is followed to its Service", web([tcp(443, 31_443)]), "pass"],
    [
      "pass: a classic load balancer's instance port is followed too",
      web([{ port: 80, protocol: "TCP", targetPort: 31_443 }], { type: "classic" }),
      "pass",
    ],
    ["pass: SSH", web([tcp(22)]), "pass"],
    ["pass: QUIC passed on as UDP", web([tcp(443, undefined, "UDP")]), "pass"],
    ["pass: WireGuard", web([tcp(51820, undefined, "UDP")]), "pass"],
    ["fail: DNS over UDP and TCP", web([tcp(53, undefined, "TCP_UDP")]), "fail"],
    ["unknown: HTTPS's port over UDP and TCP, where UDP tells nothing", web([tcp(8443, undefined, "TCP_UDP")]), "unknown"],
    ["unknown: listeners were not read", { ...web([]), listeners: forbidden }, "unknown"],
    ["not-applicable: internal, whatever listens", web([http({ type: "forward" })], { scheme: "internal" }), "not-applicable"],
    ["not-applicable: no listener", web([]), "not-applicable"],
    ["fail: one of two listeners", web([{ port: 443, protocol: "TLS" }, tcp(80)]), "fail"],
    ["fail: plain, although another is not known", web([tcp(9999), tcp(80)]), "fail"],
    ["unknown: one of two listeners", web([{ port: 443, protocol: "TLS" }, tcp(9999)]), "unknown"],
  ])("%s", (_rule, loadBalancer, status) => {
    expect(found([loadBalancer])?.status).toBe(status);
  });
  it("unknown, not-supported: a port in no table", () => {
    expect(found([web([tcp(9999)])])).toMatchObject({ status: "unknown", reason: { code: "not-supported" } });
  });
});

describe("what was not read", () => {
  it.each<[string, LoadBalancer, Partial<ClusterFacts>, string]>([
    ["unknown: target groups, though the listener's port is HTTPS's", web([tcp(443, 8443)]), { targetGroups: forbidden }, "unknown"],
    ["pass: target groups, of a listener that encrypts itself", web([tcp(443, 8443, "TLS")]), { targetGroups: forbidden }, "pass"],
    ["unknown: Services, behind a node port", web([tcp(443, 31_443)]), { services: forbidden }, "unknown"],
    ["fail: Services, beside HTTP", web([tcp(443, 31_443), tcp(80, 8080)]), { services: forbidden }, "fail"],
    ["pass: Services, in front of HTTPS", web([tcp(443, 8443)]), { services: forbidden }, "pass"],
  ])("%s", (_rule, loadBalancer, rest, status) => {
    expect(found([loadBalancer], rest)?.status).toBe(status);
  });
});

describe("a network load balancer before an application load balancer", () => {
  const stack = { "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "shop/web" };
  const plane = aPlane({
    services: [aService("bystander", lbc)],
    ingresses: [anIngress("web", { ingressClassName: "alb", annotations: { "alb.ingress.kubernetes.io/enable-frontend-nlb": "true" } })],
  });
  const front = web([tcp(80, 80)], { name: "k8s-web-nlb", tags: known({ ...stack, "ingress.k8s.aws/resource": "FrontendNlb" }) });
  const behind = (listener: Listener) =>
    aLoadBalancer({
      name: "k8s-web",
      type: "application",
      securityGroupIds: ["sg-open"],
      listeners: known([listener]),
      tags: known(stack),
    });
  const rest = { ...plane, targetGroups: known([group(80, { targetType: "alb" })]) };
  it.each<[string, readonly LoadBalancer[], string]>([
    ["pass: it redirects to HTTPS", [front, behind(http(toHttps))], "pass"],
    ["fail: it forwards", [front, behind(http({ type: "forward" }))], "fail"],
    ["unknown: it is none of the owner's", [front], "unknown"],
  ])("%s", (_rule, loadBalancers, status) => {
    expect(found(loadBalancers, rest)?.status).toBe(status);
  });
});

it("says which listener carries plain text, and why", () => {
  expect(found([web([{ port: 443, protocol: "TLS" }, tcp(80, 8080)])])).toMatchObject({
    severity: "medium",
    message:
      "Service shop/web has internet-facing load balancer k8s-shop-web, which carries plain text on TCP 80: HTTP, alternate (port 8080).",
    evidence: { encrypted: ["TLS 443: TLS itself"], plain: ["TCP 80: HTTP, alternate (port 8080)"] },
  });
});
