import { describe, expect, it } from "vitest";
import { loadBalancerHidesSensitivePorts } from "../../../core/checks/load-balancer/load-balancer-hides-sensitive-ports.ts";
import type { ClusterNetwork, Listener, LoadBalancer, TargetGroup } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Finding } from "../../../core/model/finding.ts";
import type { Service } from "../../../core/model/kubernetes.ts";
import {
  aCluster,
  aLoadBalancer,
  aNetwork,
  anIngress,
  aRule,
  aSecurityGroup,
  aService,
  judged,
  withSettings,
} from "../../support/cluster.ts";
import { aPlane } from "../../support/ingress-plane.ts";
import { anOpenNetwork, aRoute, aRouteTable } from "../../support/network.ts";
import { aContainer, aPod } from "../../support/workloads.ts";

const forbidden = unknown("forbidden", "No access.");
const owned = (name: string) => known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": `shop/${name}` });
const leadingTo = (arn: string, rest: Partial<Listener> = {}): Listener => ({
  port: 443,
  protocol: "TCP",
  actions: known([{ type: "forward", targetGroupArns: [arn] }]),
  ...rest,
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
const web = (listener: Listener, rest: Partial<LoadBalancer> = {}): LoadBalancer =>
  aLoadBalancer({ scheme: "internet-facing", listeners: known([listener]), tags: owned("web"), ...rest });
const bystander = aLoadBalancer({
  name: "k8s-bystander",
  scheme: "internet-facing",
  listeners: known([leadingTo("tg-bystander")]),
  tags: owned("bystander"),
});
const lbc = { loadBalancerClass: "service.k8s.aws/nlb" };
const tcp = (port: number, targetPort: number | string | undefined, rest: { nodePort?: number; name?: string } = {}) => ({
  protocol: "TCP" as const,
  port,
  ...(targetPort === undefined ? {} : { targetPort }),
  ...rest,
});

interface Given {
  readonly loadBalancer: LoadBalancer;
  readonly groups?: readonly TargetGroup[];
  readonly service?: Partial<Service>;
  readonly rest?: Partial<ClusterFacts>;
}
function found({ loadBalancer, groups = [], service = {}, rest = {} }: Given, settings = withSettings({})): Finding | undefined {
  const all = judged(
    loadBalancerHidesSensitivePorts,
    aCluster({
      loadBalancers: known([bystander, loadBalancer]),
      securityGroups: known([
        aSecurityGroup("sg-office", [aRule({ cidrs: ["203.0.113.0/24"] })]),
        aSecurityGroup("sg-open", [aRule({ cidrs: ["0.0.0.0/0"] })]),
      ]),
      prefixLists: known([]),
      pods: known([]),
      ...anOpenNetwork(),
      ...aPlane({
        services: [
          aService("web", { ...lbc, ports: [tcp(443, 8443)], ...service }),
          aService("bystander", { ...lbc, ports: [tcp(443, 8888)] }),
        ],
      }),
      targetGroups: known([group(8888, { arn: "tg-bystander" }), ...groups]),
      ...rest,
    }),
    settings,
  );
  const others = all.filter(({ resource }) => resource.name !== "web");
  expect(others.filter(({ status }) => status === "fail")).toEqual([]);
  return all.find(({ resource }) => resource.name === "web");
}
const told = (given: Given) => {
  const finding = found(given);
  return finding?.status === "fail" ? `fail ${finding.severity}` : finding?.status;
};
const to = (port: number, rest: Partial<TargetGroup> = {}): Pick<Given, "loadBalancer" | "groups"> => ({
  loadBalancer: web(leadingTo(`tg-${port}`)),
  groups: [group(port, rest)],
});

const given = (nodePorts: NonNullable<ClusterNetwork["nodePorts"]>) => known(aNetwork({ nodePorts }));

describe("the port that a listener leads to", () => {
  it.each<[string, Given, string]>([
    ["pass: a port of no such protocol", to(8443), "pass"],
    ["fail: a cache behind 443", to(6379), "fail critical"],
    ["fail: a database", to(5432), "fail critical"],
    ["fail: a shell", to(22), "fail critical"],
    ["fail: the kubelet", to(10250, { targetType: "instance" }), "fail critical"],
    ["fail: the kubelet's read-only port", to(10255, { targetType: "instance" }), "fail critical"],
    ["fail: etcd", to(2379), "fail critical"],
    [
      "fail: a port that UDP alone makes sensitive, by a protocol that is not known and may be either",
      { loadBalancer: web(leadingTo("tg-1434", { protocol: "MASQUE" })), groups: [group(1434, { protocol: "MASQUE" })] },
      "fail critical",
    ],
    [
      "fail: Memcached over UDP",
      { loadBalancer: web(leadingTo("tg-11211", { protocol: "UDP" })), groups: [group(11211, { protocol: "UDP" })] },
      "fail critical",
    ],
    [
      "fail: a UDP protocol's port over both",
      { loadBalancer: web(leadingTo("tg-1434", { protocol: "TCP_UDP" })), groups: [group(1434, { protocol: "TCP_UDP" })] },
      "fail critical",
    ],
    [
      "fail: a node port over both that UDP alone answers on",
      {
        loadBalancer: web(leadingTo("tg-30100", { protocol: "TCP_UDP" })),
        groups: [group(30100, { protocol: "TCP_UDP", targetType: "instance" })],
        service: { ports: [{ protocol: "UDP", port: 443, targetPort: 11211, nodePort: 30100 }] },
      },
      "fail critical",
    ],
    [
      "pass: a TCP protocol's port over UDP",
      { loadBalancer: web(leadingTo("tg-6379", { protocol: "UDP" })), groups: [group(6379, { protocol: "UDP" })] },
      "pass",
    ],
    [
      "pass: the listener's port is a database's, and what answers is not",
      { ...to(8443), loadBalancer: web(leadingTo("tg-8443", { port: 5432 })) },
      "pass",
    ],
    ["pass: internal", { ...to(6379), loadBalancer: web(leadingTo("tg-6379"), { scheme: "internal" }) }, "pass"],
    [
      "pass: its groups admit known sources",
      { ...to(6379), loadBalancer: web(leadingTo("tg-6379"), { securityGroupIds: ["sg-office"] }) },
      "pass",
    ],
    [
      "fail: its groups admit the internet",
      { ...to(6379), loadBalancer: web(leadingTo("tg-6379"), { securityGroupIds: ["sg-open"] }) },
      "fail critical",
    ],
    [
      "pass: no route to an internet gateway",
      { ...to(6379), rest: { routeTables: known([aRouteTable([], aRoute("0.0.0.0/0", "nat-1"))]) } },
      "pass",
    ],
    ["pass: no listener", { loadBalancer: web(leadingTo("tg-1"), { listeners: known([]) }) }, "pass"],
    [
      "pass: a redirect leads nowhere",
      {
        loadBalancer: web(
          { port: 80, protocol: "HTTP", actions: known([{ type: "redirect", targetGroupArns: [] }]) },
          { type: "application", securityGroupIds: ["sg-open"] },
        ),
      },
      "pass",
    ],
    ["pass: a function has no port", { loadBalancer: web(leadingTo("tg-1")), groups: [group(1, { targetType: "lambda" })] }, "pass"],
    [
      "fail: one of two groups",
      {
        loadBalancer: web({ port: 443, protocol: "TCP", actions: known([{ type: "forward", targetGroupArns: ["tg-8443", "tg-6379"] }]) }),
        groups: [group(8443), group(6379)],
      },
      "fail critical",
    ],
    [
      "fail: a classic load balancer's instance port",
      { loadBalancer: web({ port: 443, protocol: "TCP", targetPort: 3306 }, { type: "classic", securityGroupIds: ["sg-open"] }) },
      "fail critical",
    ],
  ])("%s", (_rule, given, expected) => {
    expect(told(given)).toBe(expected);
  });
});

describe("a port that says nothing alone", () => {
  const cache = { ...lbc, ports: [tcp(6379, 6379, { nodePort: 31_379 })] };
  const atNode = { loadBalancer: web(leadingTo("tg-31379")), groups: [group(31_379, { targetType: "instance" })] };
  const named = { loadBalancer: web(leadingTo("tg-1")), groups: [group(1)] };
  const redis = aPod("web-0", {
    labels: { app: "web" },
    spec: { containers: [aContainer("redis:8", { ports: [{ name: "redis", protocol: "TCP", containerPort: 6379 }] })] },
  });
  it.each<[string, Given, string]>([
    ["fail: a node port is followed to its Service", { ...atNode, service: cache }, "fail critical"],
    [
      "fail: a classic load balancer's node port too",
      {
        loadBalancer: web({ port: 443, protocol: "TCP", targetPort: 31_379 }, { type: "classic", securityGroupIds: ["sg-open"] }),
        service: cache,
      },
      "fail critical",
    ],
    ["pass: a node port of a harmless Service", { ...atNode, service: { ...lbc, ports: [tcp(443, 8443, { nodePort: 31_379 })] } }, "pass"],
    [
      "fail: the Service's own port where it names no other",
      { ...atNode, service: { ...lbc, ports: [tcp(6379, undefined, { nodePort: 31_379 })] } },
      "fail critical",
    ],
    ["unknown: a node port while Services were not read", { ...atNode, rest: { services: forbidden } }, "unknown"],
    [
      "unknown: a node port of the range that the API server was given, while Services were not read",
      { ...to(20_379, { targetType: "instance" }), rest: { services: forbidden, network: given(known({ from: 20_000, to: 22_767 })) } },
      "unknown",
    ],
    [
      "unknown: any port while neither Services nor the range were read",
      { ...to(20_379, { targetType: "instance" }), rest: { services: forbidden, network: given(forbidden) } },
      "unknown",
    ],
    [
      "pass: a port of no range of node ports, while Services were not read",
      { ...to(20_379, { targetType: "instance" }), rest: { services: forbidden, network: known(aNetwork()) } },
      "pass",
    ],
    [
      "fail: a node port while Services were not read, behind a database's port",
      { ...atNode, loadBalancer: web(leadingTo("tg-31379", { port: 6379 })), rest: { services: forbidden } },
      "fail critical",
    ],
    [
      "fail: a named port that a pod tells",
      { ...named, service: { ...lbc, ports: [tcp(443, "redis")] }, rest: { pods: known([redis]) } },
      "fail critical",
    ],
    ["unknown: a named port that no pod tells", { ...named, service: { ...lbc, ports: [tcp(443, "redis")] } }, "unknown"],
    [
      "unknown: a named port while pods were not read",
      { ...named, service: { ...lbc, ports: [tcp(443, "redis")] }, rest: { pods: forbidden } },
      "unknown",
    ],
    ["unknown: target groups were not read", { ...to(6379), rest: { targetGroups: forbidden } }, "unknown"],
    ["unknown: actions were not read", { loadBalancer: web({ port: 443, protocol: "TCP", actions: forbidden }) }, "unknown"],
    ["unknown: nobody says where it leads", { loadBalancer: web({ port: 443, protocol: "TCP" }) }, "unknown"],
    [
      "fail: nobody says where it leads, and the listener's port is a database's",
      { loadBalancer: web({ port: 5432, protocol: "TCP" }) },
      "fail critical",
    ],
    [
      "fail: target groups were not read, and the listener's port is a shell's",
      { loadBalancer: web(leadingTo("tg-1", { port: 22 })), rest: { targetGroups: forbidden } },
      "fail critical",
    ],
    ["unknown: listeners were not read", { loadBalancer: web(leadingTo("tg-1"), { listeners: forbidden }) }, "unknown"],
    [
      "pass: listeners were not read, and nobody gets in",
      { loadBalancer: web(leadingTo("tg-1"), { listeners: forbidden, securityGroupIds: ["sg-office"] }) },
      "pass",
    ],
    ["unknown: routes were not read, and it leads to a cache", { ...to(6379), rest: { routeTables: forbidden } }, "unknown"],
    ["pass: routes were not read, and it leads to nothing of the kind", { ...to(8443), rest: { routeTables: forbidden } }, "pass"],
    ["fail: network ACLs were not read", { ...to(6379), rest: { networkAcls: forbidden } }, "fail critical"],
  ])("%s", (_rule, given, expected) => {
    expect(told(given)).toBe(expected);
  });
});

describe("dashboards and metrics", () => {
  const running = (image: string) => ({
    pods: known([aPod("web-0", { labels: { app: "web" }, spec: { containers: [aContainer(image)] } })]),
  });
  const on = (port: number, image?: string, rest: Partial<Given> = {}): Given => ({
    ...to(port),
    service: { ...lbc, ports: [tcp(80, port)] },
    ...(image === undefined ? {} : { rest: running(image) }),
    ...rest,
  });
  it.each<[string, Given, string]>([
    ["fail: Grafana by its image", on(3000, "docker.io/grafana/grafana:12.2.0"), "fail high"],
    [
      "fail: Prometheus by the image of a mirror",
      on(9090, "111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror/prometheus@sha256:0a"),
      "fail high",
    ],
    ["fail: Argo CD by its image", on(8080, "quay.io/argoproj/argocd:v3.1.0"), "fail high"],
    [
      "fail: Grafana by the name of the port",
      on(3000, undefined, { service: { ...lbc, ports: [tcp(80, 3000, { name: "http-grafana" })] } }),
      "fail high",
    ],
    ["pass: the port alone, and another image", on(3000, "registry.example.com/shop/web:1.0.0"), "pass"],
    ["pass: an image that only begins alike", on(3000, "grafana/grafana-image-renderer:3"), "pass"],
    ["pass: the image on another port", on(8443, "grafana/grafana:12"), "pass"],
    [
      "pass: a pod of another Service",
      on(3000, undefined, {
        rest: { pods: known([aPod("other", { labels: { app: "other" }, spec: { containers: [aContainer("grafana/grafana:12")] } })]) },
      }),
      "pass",
    ],
    ["unknown: pods were not read, and the port may be a dashboard's", on(3000, undefined, { rest: { pods: forbidden } }), "unknown"],
    ["pass: pods were not read, and the port is no dashboard's", on(8444, undefined, { rest: { pods: forbidden } }), "pass"],
    [
      "unknown: Services were not read, and the port may be a dashboard's",
      on(3000, undefined, { rest: { services: forbidden } }),
      "unknown",
    ],
  ])("%s", (_rule, given, expected) => {
    expect(told(given)).toBe(expected);
  });
  it("fail: by the owner's name in the tags, though Kubernetes was not read", () => {
    const loadBalancer = web(leadingTo("tg-3000"), { tags: owned("kube-prometheus-grafana") });
    const all = judged(
      loadBalancerHidesSensitivePorts,
      aCluster({ loadBalancers: known([loadBalancer]), targetGroups: known([group(3000)]), ...anOpenNetwork() }),
    );
    expect(all).toMatchObject([{ status: "fail", severity: "high", resource: { name: "kube-prometheus-grafana" } }]);
  });
});

it("fail: an Ingress that leads to a search engine, and a declaration that does not excuse it", () => {
  const alb = aLoadBalancer({
    name: "k8s-web",
    type: "application",
    scheme: "internet-facing",
    securityGroupIds: ["sg-open"],
    listeners: known([leadingTo("tg-9200", { protocol: "HTTPS" })]),
    tags: known({ "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "shop/web" }),
  });
  const ingress = anIngress("web", { ingressClassName: "alb", backends: [{ service: "search", port: 9200 }] });
  const declared = withSettings({
    publicServices: [
      {
        cluster: "prod",
        namespace: "shop",
        kind: "Ingress",
        name: "web",
        ports: [443],
        owner: "team",
        reason: "meant",
        expires: "2027-01-31",
      },
    ],
  });
  const plane = aPlane({ services: [aService("search", { type: "ClusterIP" })], ingresses: [ingress] });
  const finding = found({ loadBalancer: alb, rest: { ...plane, targetGroups: known([group(9200, { protocol: "HTTP" })]) } }, declared);
  expect(finding).toMatchObject({ status: "fail", severity: "critical", resource: { kind: "Ingress" } });
});

it("fail: a network load balancer before an internal application load balancer is followed through it", () => {
  const stack = { "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "shop/web" };
  const alb = aLoadBalancer({
    name: "k8s-web",
    type: "application",
    securityGroupIds: ["sg-open"],
    listeners: known([leadingTo("tg-9200", { port: 80, protocol: "HTTP" })]),
    tags: known(stack),
  });
  const front = web(leadingTo("tg-alb", { port: 80 }), {
    name: "k8s-web-nlb",
    tags: known({ ...stack, "ingress.k8s.aws/resource": "FrontendNlb" }),
  });
  const ingress = anIngress("web", { ingressClassName: "alb", annotations: { "alb.ingress.kubernetes.io/enable-frontend-nlb": "true" } });
  const groups = known([group(80, { arn: "tg-alb", targetType: "alb" }), group(9200, { protocol: "HTTP" })]);
  const rest = { ...aPlane({ ingresses: [ingress] }), targetGroups: groups, loadBalancers: known([alb, front]) };
  expect(found({ loadBalancer: alb, rest })).toMatchObject({ status: "fail", severity: "critical" });
});

it("says what is offered, by which way, and what to do", () => {
  expect(found({ ...to(6379), service: { ...lbc, ports: [tcp(443, 6379)] } })).toMatchObject({
    message:
      "Service shop/web offers the internet Redis or Valkey (cache, known by the port): load balancer k8s-shop-web leads from TCP 443 to port 6379.",
    evidence: { leadsTo: [{ listener: "TCP 443", port: 6379, kind: "cache", what: "Redis or Valkey", by: "the port" }] },
    remediation: {
      commands: ["kubectl --namespace shop annotate service web service.beta.kubernetes.io/aws-load-balancer-scheme=internal --overwrite"],
    },
  });
});
