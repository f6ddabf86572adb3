/** Objects that own load balancers, as people apply them, with what AWS has for each, and the verdicts by rule. */
import type { Manifest } from "./bed/kube/admin.ts";
import type { BalancerPlan } from "./bed/moto-network.ts";

export const cluster = "exposed";
export const everybody = ["0.0.0.0/0"];
export const office = ["8.8.8.0/24"];
/** What a run is configured with; the Service "meant" is exposed on purpose. */
export const configuration = {
  trustedCidrs: office,
  publicServices: [
    {
      cluster,
      namespace: "shop",
      kind: "Service",
      name: "meant",
      ports: [443],
      owner: "team-shop",
      reason: "the shop",
      expires: "2099-12-31",
    },
  ],
};

/** What is judged, by the check that judges it. */
export const judged = {
  exposure: "load-balancer-internal-or-restricted",
  declaration: "load-balancer-matches-declaration",
  ranges: "load-balancer-source-ranges-enforced",
  trusted: "load-balancer-ranges-are-trusted",
  encryption: "load-balancer-encrypts-traffic",
  sensitive: "load-balancer-hides-sensitive-ports",
  owner: "load-balancer-has-owner",
  subnets: "load-balancer-subnets-fit-scheme",
  externalIps: "service-uses-no-external-ips",
} as const;

const beta = (name: string) => `service.beta.kubernetes.io/aws-load-balancer-${name}`;
const alb = (name: string) => `alb.ingress.kubernetes.io/${name}`;

export const lbcTags = (kind: "service" | "ingress", stack: string) => ({
  "elbv2.k8s.aws/cluster": cluster,
  [`${kind}.k8s.aws/stack`]: stack,
  [`${kind}.k8s.aws/resource`]: "LoadBalancer",
});
const inTreeTags = (name: string) => ({ [`kubernetes.io/cluster/${cluster}`]: "owned", "kubernetes.io/service-name": `shop/${name}` });
const autoTags = (stack: string) => ({ "eks:eks-cluster-name": cluster, "service.eks.amazonaws.com/stack": stack });

export type Verdict = "pass" | "fail" | "not-applicable" | "absent";
export interface Household {
  /** The rule, as a case's name. */
  readonly rule: string;
  readonly object: Manifest;
  readonly plural: "services" | "ingresses" | "gateways";
  /** A network load balancer before its own. */
  readonly frontend?: Omit<BalancerPlan, "name">;
  /** The Ingress whose load balancer it shares. */
  readonly shares?: string;
  readonly balancer?: Omit<BalancerPlan, "name" | "subnets"> & {
    /** "guarded": public, with network ACLs that admit the office alone. */
    readonly subnets: "public" | "private" | "guarded";
  };
  /** By what is judged; a check that is not named is not looked at. */
  readonly verdicts: Readonly<Partial<Record<keyof typeof judged, Verdict>>>;
}

const service = (name: string, annotations: Readonly<Record<string, string>>, spec: object = {}): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "shop", name, annotations },
  spec: { type: "LoadBalancer", selector: { app: name }, ports: [{ port: 443, targetPort: 8443 }], ...spec },
});
const ingress = (name: string, ingressClassName: string, annotations: Readonly<Record<string, string>> = {}): Manifest => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { namespace: "shop", name, annotations },
  spec: { ingressClassName, defaultBackend: { service: { name, port: { number: 80 } } } },
});
const configurationKind = "LoadBalancerConfiguration";
const gateway = (name: string, configuration?: string): Manifest => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { namespace: "shop", name },
  spec: {
    gatewayClassName: "nlb",
    listeners: [{ name: "tls", port: 443, protocol: "TCP" }],
    ...(configuration === undefined
      ? {}
      : { infrastructure: { parametersRef: { group: "gateway.k8s.aws", kind: configurationKind, name: configuration } } }),
  },
});
const loadBalancerConfiguration = (name: string, spec: object): Manifest => ({
  apiVersion: "gateway.k8s.aws/v1beta1",
  kind: configurationKind,
  metadata: { namespace: "shop", name },
  spec,
});
const gatewayTags = (stack: string) => ({
  "elbv2.k8s.aws/cluster": cluster,
  "gateway.k8s.aws.nlb/stack": stack,
  "gateway.k8s.aws.nlb/resource": "LoadBalancer",
});
/** Stands for the list that moto numbers. */
export const prefixListName = "pl-halves";
export const network = { type: "network", protocol: "TCP", port: 443, targetPort: 8443, subnets: "public" } as const;
const application = { type: "application", protocol: "HTTP", port: 80, subnets: "public" } as const;
const classic = { type: "classic", protocol: "TCP", port: 443, subnets: "public" } as const;
const lbc = { loadBalancerClass: "service.k8s.aws/nlb" };

export const households: readonly Household[] = [
  {
    rule: "an internal load balancer is not exposed, whatever its group admits",
    object: service("internal", { [beta("scheme")]: "internal" }, lbc),
    plural: "services",
    balancer: { ...network, scheme: "internal", admits: everybody, tags: lbcTags("service", "shop/internal") },
    verdicts: {
      exposure: "pass",
      declaration: "pass",
      owner: "pass",
      subnets: "fail",
      trusted: "pass",
      sensitive: "pass",
      encryption: "not-applicable",
    },
  },
  {
    rule: "an internet-facing one that admits everybody is exposed",
    object: service("open", { [beta("scheme")]: "internet-facing" }, lbc),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", admits: everybody, tags: lbcTags("service", "shop/open") },
    verdicts: {
      exposure: "fail",
      declaration: "pass",
      owner: "pass",
      trusted: "fail",
      encryption: "pass",
      ranges: "not-applicable",
      subnets: "not-applicable",
      externalIps: "pass",
    },
  },
  {
    rule: "one that admits the office alone is restricted",
    object: service("partner", { [beta("scheme")]: "internet-facing" }, { ...lbc, loadBalancerSourceRanges: office }),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", admits: office, tags: lbcTags("service", "shop/partner") },
    verdicts: { exposure: "pass", declaration: "pass", owner: "pass", ranges: "pass", trusted: "pass", subnets: "fail" },
  },
  {
    rule: "in-tree: a changed annotation does not change an existing load balancer",
    object: service("classic", { [beta("internal")]: "true" }),
    plural: "services",
    balancer: { ...classic, scheme: "internet-facing", admits: everybody, tags: inTreeTags("classic") },
    verdicts: { exposure: "fail", declaration: "fail", owner: "pass" },
  },
  {
    rule: "in-tree: a silent manifest asks for internet-facing",
    object: service("silent", {}),
    plural: "services",
    balancer: { ...classic, scheme: "internet-facing", admits: everybody, tags: inTreeTags("silent") },
    verdicts: { exposure: "fail", declaration: "pass", owner: "pass" },
  },
  {
    rule: "Auto Mode: its class, and its tags",
    object: service("auto", { [beta("scheme")]: "internet-facing" }, { loadBalancerClass: "eks.amazonaws.com/nlb" }),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", admits: everybody, tags: autoTags("shop/auto") },
    verdicts: { exposure: "fail", declaration: "pass", owner: "pass" },
  },
  {
    rule: "an Ingress of the controller's class, by its annotation",
    object: ingress("web", "alb", { [alb("scheme")]: "internet-facing" }),
    plural: "ingresses",
    balancer: { ...application, scheme: "internet-facing", admits: everybody, tags: lbcTags("ingress", "shop/web") },
    verdicts: { exposure: "fail", declaration: "pass", owner: "pass", encryption: "fail", sensitive: "pass" },
  },
  {
    rule: "an Ingress without a scheme asks for internal",
    object: ingress("intern", "alb"),
    plural: "ingresses",
    balancer: { ...application, scheme: "internal", admits: everybody, tags: lbcTags("ingress", "shop/intern") },
    verdicts: { exposure: "pass", declaration: "pass", owner: "pass" },
  },
  {
    rule: "the parameters of the class beat the annotation",
    object: ingress("params", "alb-facing", { [alb("scheme")]: "internal" }),
    plural: "ingresses",
    balancer: { ...application, scheme: "internet-facing", admits: everybody, tags: lbcTags("ingress", "shop/params") },
    verdicts: { exposure: "fail", declaration: "pass", owner: "pass" },
  },
  {
    rule: "an Ingress of another controller owns no load balancer",
    object: ingress("nginx", "nginx"),
    plural: "ingresses",
    verdicts: { exposure: "absent", declaration: "absent", owner: "absent" },
  },
  {
    rule: "an internal one in subnets without an internet gateway's route fits",
    object: service("inside", { [beta("scheme")]: "internal" }, lbc),
    plural: "services",
    balancer: { ...network, scheme: "internal", subnets: "private", admits: everybody, tags: lbcTags("service", "shop/inside") },
    verdicts: { exposure: "pass", declaration: "pass", owner: "pass", subnets: "pass" },
  },
  {
    rule: "subnets without a route to an internet gateway keep everybody out of an internet-facing one",
    object: service("unrouted", { [beta("scheme")]: "internet-facing" }, lbc),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", subnets: "private", admits: everybody, tags: lbcTags("service", "shop/unrouted") },
    verdicts: { exposure: "pass", declaration: "pass", trusted: "pass" },
  },
  {
    rule: "network ACLs that admit the office alone restrict what the security group leaves open",
    object: service("walled", { [beta("scheme")]: "internet-facing" }, lbc),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", subnets: "guarded", admits: everybody, tags: lbcTags("service", "shop/walled") },
    verdicts: { exposure: "pass", declaration: "pass", trusted: "pass" },
  },
  {
    rule: "declared sources, and network ACLs that are not allow-all",
    object: service("twice", { [beta("scheme")]: "internet-facing" }, { ...lbc, loadBalancerSourceRanges: office }),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", subnets: "guarded", admits: office, tags: lbcTags("service", "shop/twice") },
    verdicts: { exposure: "pass", declaration: "pass", ranges: "pass", subnets: "pass" },
  },
  {
    rule: "declared sources that the security group is wider than",
    object: service("widened", { [beta("scheme")]: "internet-facing" }, { ...lbc, loadBalancerSourceRanges: office }),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", admits: everybody, tags: lbcTags("service", "shop/widened") },
    verdicts: { exposure: "fail", declaration: "fail", ranges: "fail", trusted: "fail" },
  },
  {
    rule: "a network load balancer without a security group is open, whatever ranges are declared",
    object: service(
      "bare",
      { [beta("scheme")]: "internet-facing", [beta("disable-nlb-sg")]: "true" },
      { ...lbc, loadBalancerSourceRanges: office },
    ),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", tags: lbcTags("service", "shop/bare") },
    verdicts: { exposure: "fail", declaration: "fail", ranges: "fail", trusted: "fail" },
  },
  {
    rule: "a prefix list counts by its entries: two halves are the internet",
    object: service("listed", { [beta("scheme")]: "internet-facing", [beta("security-group-prefix-lists")]: prefixListName }, lbc),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", admitsPrefixLists: [prefixListName], tags: lbcTags("service", "shop/listed") },
    verdicts: { exposure: "fail", declaration: "pass", owner: "pass" },
  },
  {
    rule: "exposure that is meant, on every port that the internet reaches",
    object: service("meant", { [beta("scheme")]: "internet-facing" }, lbc),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", admits: everybody, tags: lbcTags("service", "shop/meant") },
    verdicts: { exposure: "pass", trusted: "fail" },
  },
  {
    rule: "a TCP listener that leads to Redis, whatever its own port",
    object: service("cache", { [beta("scheme")]: "internet-facing" }, { ...lbc, ports: [{ port: 443, targetPort: 6379 }] }),
    plural: "services",
    balancer: {
      ...network,
      scheme: "internet-facing",
      targetPort: 6379,
      admits: everybody,
      tags: lbcTags("service", "shop/cache"),
    },
    verdicts: { exposure: "fail", sensitive: "fail", encryption: "fail" },
  },
  {
    rule: "Redis that the office alone reaches is offered to no internet",
    object: service("office-cache", { [beta("scheme")]: "internet-facing" }, { ...lbc, loadBalancerSourceRanges: office }),
    plural: "services",
    balancer: {
      ...network,
      scheme: "internet-facing",
      targetPort: 6379,
      admits: office,
      tags: lbcTags("service", "shop/office-cache"),
    },
    verdicts: { exposure: "pass", sensitive: "pass", encryption: "fail" },
  },
  {
    rule: "an HTTP listener that does no more than redirect to HTTPS",
    object: ingress("redirect", "alb", { [alb("scheme")]: "internet-facing" }),
    plural: "ingresses",
    balancer: {
      ...application,
      scheme: "internet-facing",
      redirects: "always",
      admits: everybody,
      tags: lbcTags("ingress", "shop/redirect"),
    },
    verdicts: { exposure: "fail", encryption: "pass", sensitive: "pass" },
  },
  {
    rule: "an HTTP listener that redirects to HTTPS by default, and forwards by a rule",
    object: ingress("mixed", "alb", { [alb("scheme")]: "internet-facing" }),
    plural: "ingresses",
    balancer: {
      ...application,
      scheme: "internet-facing",
      redirects: "by default",
      admits: everybody,
      tags: lbcTags("ingress", "shop/mixed"),
    },
    verdicts: { exposure: "fail", encryption: "fail" },
  },
  {
    rule: "dualstack: all of IPv6 is the internet too",
    object: service("dual", { [beta("scheme")]: "internet-facing", [beta("ip-address-type")]: "dualstack" }, lbc),
    plural: "services",
    balancer: {
      ...network,
      scheme: "internet-facing",
      dualstack: true,
      admits: [...office, "::/0"],
      tags: lbcTags("service", "shop/dual"),
    },
    verdicts: { exposure: "fail", trusted: "fail" },
  },
  {
    rule: "rules for IPv6 mean nothing to a load balancer of IPv4 alone",
    object: service("single", { [beta("scheme")]: "internet-facing" }, { ...lbc, loadBalancerSourceRanges: office }),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", admits: [...office, "::/0"], tags: lbcTags("service", "shop/single") },
    verdicts: { exposure: "pass", declaration: "pass", ranges: "pass", trusted: "pass" },
  },
  {
    rule: "a member of an Ingress group that asks for internet-facing",
    object: ingress("member", "alb", { [alb("group.name")]: "edge", [alb("scheme")]: "internet-facing" }),
    plural: "ingresses",
    balancer: { ...application, scheme: "internet-facing", admits: everybody, tags: lbcTags("ingress", "edge") },
    verdicts: { exposure: "fail", declaration: "pass", owner: "pass" },
  },
  {
    rule: "one member's scheme is that of the whole group",
    object: ingress("silent-member", "alb", { [alb("group.name")]: "edge" }),
    plural: "ingresses",
    shares: "member",
    verdicts: { exposure: "fail", declaration: "pass", owner: "pass" },
  },
  {
    rule: "an internet-facing network load balancer before an internal application load balancer",
    object: ingress("fronted", "alb", { [alb("enable-frontend-nlb")]: "true", [alb("frontend-nlb-scheme")]: "internet-facing" }),
    plural: "ingresses",
    balancer: { ...application, scheme: "internal", subnets: "private", admits: everybody, tags: lbcTags("ingress", "shop/fronted") },
    frontend: {
      ...network,
      port: 80,
      targetPort: 80,
      targetType: "alb",
      scheme: "internet-facing",
      admits: everybody,
      tags: { ...lbcTags("ingress", "shop/fronted"), "ingress.k8s.aws/resource": "FrontendNlb" },
    },
    verdicts: { exposure: "fail", declaration: "pass", owner: "pass", encryption: "fail" },
  },
  {
    rule: "Gateway: its configuration's scheme and ranges",
    object: gateway("edge", "edge"),
    plural: "gateways",
    balancer: { ...network, scheme: "internet-facing", admits: office, tags: gatewayTags("shop/edge") },
    verdicts: { exposure: "pass", declaration: "pass", owner: "pass", ranges: "pass" },
  },
  {
    rule: "Gateway: without ranges everybody is admitted",
    object: gateway("wide", "wide"),
    plural: "gateways",
    balancer: { ...network, scheme: "internet-facing", admits: everybody, tags: gatewayTags("shop/wide") },
    verdicts: { exposure: "fail", declaration: "pass", owner: "pass", ranges: "not-applicable" },
  },
  {
    rule: "Gateway: without a configuration it asks for internal",
    object: gateway("silent-gateway"),
    plural: "gateways",
    balancer: { ...network, scheme: "internet-facing", admits: everybody, tags: gatewayTags("shop/silent-gateway") },
    verdicts: { exposure: "fail", declaration: "fail" },
  },
  {
    rule: "an external address that nobody trusts",
    object: service("claims", {}, { type: "ClusterIP", externalIPs: ["9.9.9.9"] }),
    plural: "services",
    verdicts: { externalIps: "fail", exposure: "absent" },
  },
  {
    rule: "an external address in a trusted range",
    object: service("claims-own", {}, { type: "ClusterIP", externalIPs: ["8.8.8.9"] }),
    plural: "services",
    verdicts: { externalIps: "pass", exposure: "absent" },
  },
];

const named = (apiVersion: string, kind: string, name: string, spec: object): Manifest => ({ apiVersion, kind, metadata: { name }, spec });
const params = { apiGroup: "elbv2.k8s.aws", kind: "IngressClassParams", name: "facing" };
/** What the households' objects refer to. */
export const referredTo: readonly (readonly [plural: string, object: Manifest])[] = [
  ["ingressclassparams", named("elbv2.k8s.aws/v1beta1", "IngressClassParams", "facing", { scheme: "internet-facing" })],
  ["ingressclasses", named("networking.k8s.io/v1", "IngressClass", "alb", { controller: "ingress.k8s.aws/alb" })],
  [
    "ingressclasses",
    named("networking.k8s.io/v1", "IngressClass", "alb-facing", { controller: "ingress.k8s.aws/alb", parameters: params }),
  ],
  ["ingressclasses", named("networking.k8s.io/v1", "IngressClass", "nginx", { controller: "k8s.io/ingress-nginx" })],
  ["gatewayclasses", named("gateway.networking.k8s.io/v1", "GatewayClass", "nlb", { controllerName: "gateway.k8s.aws/nlb" })],
  ["loadbalancerconfigurations", loadBalancerConfiguration("edge", { scheme: "internet-facing", sourceRanges: office })],
  ["loadbalancerconfigurations", loadBalancerConfiguration("wide", { scheme: "internet-facing" })],
];
