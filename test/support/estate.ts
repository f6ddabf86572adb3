/**
 * A cluster of many Services and Ingresses over all controllers, schemes, sources and traps. The verdicts it expects are
 * written by the rule, case by case, in tables of their own: nothing here asks the code under test.
 */
import type { LoadBalancer, SecurityGroup } from "../../core/model/aws.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { Ingress, Service } from "../../core/model/kubernetes.ts";
import { aLoadBalancer, anIngress, aRule, aSecurityGroup, aService, readAt } from "./cluster.ts";
import { aClass, aParams, aPlane, paramsRef } from "./ingress-plane.ts";
import { anAcl, anOpenNetwork, aRoute, aRouteTable } from "./network.ts";

/** "fail low" is a fail of severity low. */
export type Expected = "pass" | "fail" | "fail low" | "unknown" | "not-applicable";
export interface Verdicts {
  readonly exposure: Expected;
  readonly declaration: Expected;
  readonly enforcement: Expected;
}
/** Some objects and load balancers that stand or fall together, and what is right to say of each: "Kind name" to verdicts. */
export interface Household {
  readonly rule: string;
  readonly services: readonly Service[];
  readonly ingresses: readonly Ingress[];
  readonly loadBalancers: readonly LoadBalancer[];
  readonly verdicts: Readonly<Record<string, Partial<Verdicts>>>;
  /** What is right of a load balancer by itself, where it is not what is right of its owners: "Kind name" to verdicts. */
  readonly apart?: Readonly<Record<string, Partial<Verdicts>>>;
  /** The one protection that keeps the internet out, where leaving it unread withholds no proof of the rest. */
  readonly guard?: "networkAcls" | "blockPublicAccess";
}

export type Scheme = LoadBalancer["scheme"];
export const schemes: readonly Scheme[] = ["internal", "internet-facing"];
export const office = "203.0.113.0/24";
export type Sources = "all" | "office";
export const groupOf: Readonly<Record<Sources, string>> = { all: "sg-all", office: "sg-office" };
/** How the owner is found: by tags, by the name in its status; and once more with IPv6. */
export type Way = "tags" | "status" | "dualstack";
export const ways: readonly Way[] = ["tags", "status", "dualstack"];

export const beta = (annotations: Readonly<Record<string, string | undefined>>) => prefixed("service.beta.kubernetes.io", annotations);
export const alb = (annotations: Readonly<Record<string, string | undefined>>) => prefixed("alb.ingress.kubernetes.io", annotations);
const prefixed = (prefix: string, annotations: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(annotations).flatMap(([key, value]) => (value === undefined ? [] : [[`${prefix}/${key}`, value]])));

export const tcp = known([{ port: 443, protocol: "TCP" }]);
export const lbcTags = (stack: string, kind = "service", cluster = "prod") =>
  known({ "elbv2.k8s.aws/cluster": cluster, [`${kind}.k8s.aws/stack`]: stack });
export const inTreeTags = (name: string) => known({ "kubernetes.io/cluster/prod": "owned", "kubernetes.io/service-name": `shop/${name}` });
export const autoTags = (stack: string, kind = "service") =>
  known({ "eks:eks-cluster-name": "prod", [`${kind}.eks.amazonaws.com/stack`]: stack });

/** What the internet can do: nothing to an internal one, and nothing beyond the office where the groups say so. */
export const exposureOf = (real: Scheme, admitted: Sources): Expected =>
  real === "internet-facing" && admitted === "all" ? "fail" : "pass";
/** Wider is a fail, narrower a low one, and wider decides. */
export function declarationOf(real: Scheme, asked: Scheme | "refused", admitted: Sources, declared: Sources): Expected {
  if (asked === "refused") return real === "internal" ? "fail low" : "fail";
  const isWider = (real === "internet-facing" && asked === "internal") || (admitted === "all" && declared === "office");
  const isNarrower = (real === "internal" && asked === "internet-facing") || (admitted === "office" && declared === "all");
  if (isWider) return "fail";
  return isNarrower ? "fail low" : "pass";
}
export const enforcementOf = (admitted: Sources, declared: Sources): Expected => {
  if (declared === "all") return "not-applicable";
  return admitted === "office" ? "pass" : "fail";
};

/** The annotations of a Service, and the scheme each asks its controller for. */
const inTreeSchemes: readonly (readonly [internal: string | undefined, asked: Scheme])[] = [
  [undefined, "internet-facing"],
  ["", "internet-facing"],
  ["false", "internet-facing"],
  ["true", "internal"],
  ["0.0.0.0/0", "internal"],
  ["False", "internal"],
  ["no", "internal"],
];
const lbcSchemes: readonly (readonly [scheme: string | undefined, internal: string | undefined, asked: Scheme | "refused"])[] = [
  [undefined, undefined, "internal"],
  ["internet-facing", undefined, "internet-facing"],
  ["internal", "false", "internal"],
  ["internet-facing", "true", "internet-facing"],
  [undefined, "true", "internal"],
  [undefined, "f", "internet-facing"],
  ["public", undefined, "refused"],
  [undefined, "0.0.0.0/0", "refused"],
];
const autoSchemes: readonly (readonly [scheme: string | undefined, internal: string | undefined, asked: Scheme | "refused"])[] = [
  [undefined, undefined, "internal"],
  [undefined, "false", "internal"],
  ["internet-facing", undefined, "internet-facing"],
  ["internal", "false", "internal"],
];
const sources: readonly Sources[] = ["all", "office"];

export type Named = (name: string) => Household;
const owned = (rule: string, service: Service, loadBalancers: readonly LoadBalancer[], verdicts: Verdicts): Household => ({
  rule,
  services: [service],
  ingresses: [],
  loadBalancers,
  verdicts: { [`Service ${service.name}`]: verdicts },
});

export interface Variant {
  readonly real: Scheme;
  readonly admitted: Sources;
  readonly declared: Sources;
}
export const variants: readonly Variant[] = schemes.flatMap((real) =>
  sources.flatMap((admitted) => sources.map((declared) => ({ real, admitted, declared }))),
);
export const rangesOf = (declared: Sources): readonly string[] => (declared === "office" ? [office] : []);

function inTreeClassic(
  { real, admitted, declared }: Variant,
  [internal, asked]: (typeof inTreeSchemes)[number],
  isByStatus: boolean,
): Named {
  return (name) => {
    const loadBalancer = aLoadBalancer({
      name: `a-${name}`,
      type: "classic",
      scheme: real,
      listeners: tcp,
      securityGroupIds: [groupOf[admitted]],
      tags: isByStatus ? known({}) : inTreeTags(name),
    });
    const service = aService(name, {
      annotations: beta({ "aws-load-balancer-internal": internal }),
      loadBalancerSourceRanges: rangesOf(declared),
      hostnames: [loadBalancer.dnsName],
    });
    return owned("in-tree classic", service, [loadBalancer], {
      exposure: exposureOf(real, admitted),
      declaration: declarationOf(real, asked, admitted, declared),
      enforcement: enforcementOf(admitted, declared),
    });
  };
}

/** Without security groups on the load balancer, and so open whatever the ranges; the ranges may be kept by nodes. */
function inTreeNetwork(real: Scheme, declared: Sources, [internal, asked]: (typeof inTreeSchemes)[number]): Named {
  return (name) => {
    const loadBalancer = aLoadBalancer({ name: `a-${name}`, scheme: real, listeners: tcp, tags: inTreeTags(name) });
    const service = aService(name, {
      annotations: beta({ "aws-load-balancer-type": "nlb", "aws-load-balancer-internal": internal }),
      loadBalancerSourceRanges: rangesOf(declared),
      hostnames: [loadBalancer.dnsName],
    });
    const scheme = declarationOf(real, asked, "all", "all");
    const sourcesToo = declared === "office" && scheme === "pass" ? "unknown" : scheme;
    return owned("in-tree network without groups", service, [loadBalancer], {
      exposure: exposureOf(real, "all"),
      declaration: sourcesToo,
      enforcement: declared === "office" ? "unknown" : "not-applicable",
    });
  };
}

function managedNetwork(
  by: "lbc" | "auto",
  { real, admitted, declared }: Variant,
  [scheme, internal, asked]: (typeof lbcSchemes)[number],
  way: Way,
): Named {
  return (name) => {
    const stack = `shop/${name}`;
    const isDual = way === "dualstack";
    const tags = by === "lbc" ? lbcTags(stack) : autoTags(stack);
    const loadBalancer = aLoadBalancer({
      name: `k8s-${name}`,
      scheme: real,
      listeners: tcp,
      ipAddressType: isDual ? "dualstack" : "ipv4",
      securityGroupIds: [isDual && admitted === "all" ? "sg-all-dual" : groupOf[admitted]],
      tags: way === "status" ? known({}) : tags,
    });
    const service = aService(name, {
      loadBalancerClass: by === "lbc" ? "service.k8s.aws/nlb" : "eks.amazonaws.com/nlb",
      annotations: beta({
        "aws-load-balancer-scheme": scheme,
        "aws-load-balancer-internal": internal,
        "aws-load-balancer-ip-address-type": isDual ? "dualstack" : undefined,
      }),
      loadBalancerSourceRanges: rangesOf(declared),
      hostnames: way === "status" ? [loadBalancer.dnsName] : [],
    });
    return owned(`network of ${by}`, service, [loadBalancer], {
      exposure: exposureOf(real, admitted),
      declaration: declarationOf(real, asked, admitted, declared),
      enforcement: enforcementOf(admitted, declared),
    });
  };
}

/** Groups of the user's own: the declared ranges go nowhere. */
function ownGroups({ real, admitted, declared }: Variant): Named {
  return (name) => {
    const group = groupOf[admitted];
    const loadBalancer = aLoadBalancer({
      name: `k8s-${name}`,
      scheme: real,
      listeners: tcp,
      securityGroupIds: [group],
      tags: lbcTags(`shop/${name}`),
    });
    const service = aService(name, {
      loadBalancerClass: "service.k8s.aws/nlb",
      annotations: beta({ "aws-load-balancer-scheme": real, "aws-load-balancer-security-groups": group }),
      loadBalancerSourceRanges: rangesOf(declared),
    });
    return owned("own groups", service, [loadBalancer], {
      exposure: exposureOf(real, admitted),
      declaration: admitted === "all" && declared === "office" ? "fail" : "pass",
      enforcement: declared === "office" ? "fail" : "not-applicable",
    });
  };
}

/** The annotation and the class's parameters of an Ingress, and the scheme they ask for together. */
const ingressSchemes: readonly (readonly [scheme: string | undefined, className: string, asked: Scheme | "refused"])[] = [
  [undefined, "alb", "internal"],
  ["internal", "alb", "internal"],
  ["internet-facing", "alb", "internet-facing"],
  ["internet-facing", "alb-internal", "internal"],
  [undefined, "alb-facing", "internet-facing"],
  ["Internal", "alb", "refused"],
  ["internet-facing", "auto", "internet-facing"],
  [undefined, "auto", "internal"],
];

function loneIngress({ real, admitted, declared }: Variant, [scheme, className, asked]: (typeof ingressSchemes)[number], way: Way): Named {
  return (name) => {
    const stack = `shop/${name}`;
    const tags = className === "auto" ? autoTags(stack, "ingress") : lbcTags(stack, "ingress");
    const loadBalancer = aLoadBalancer({
      name: `k8s-${name}`,
      type: "application",
      scheme: real,
      listeners: known([{ port: 80, protocol: "HTTP" }]),
      securityGroupIds: [groupOf[admitted]],
      tags: way === "status" ? known({}) : tags,
    });
    const ingress = anIngress(name, {
      ingressClassName: className,
      annotations: alb({ scheme, "inbound-cidrs": declared === "office" ? office : undefined }),
      hostnames: [loadBalancer.dnsName],
    });
    const verdicts = {
      exposure: exposureOf(real, admitted),
      declaration: declarationOf(real, asked, admitted, declared),
      enforcement: enforcementOf(admitted, declared),
    };
    return {
      rule: "Ingress of its own",
      services: [],
      ingresses: [ingress],
      loadBalancers: [loadBalancer],
      verdicts: { [`Ingress ${name}`]: verdicts },
    };
  };
}

/** Three members: what the first says holds for all; an Ingress of another controller beside them is nobody's subject. */
function ingressGroup({ real, admitted, declared }: Variant, isConflicting: boolean): Named {
  return (name) => {
    const group = `team-${name}`;
    const loadBalancer = aLoadBalancer({
      name: `k8s-${name}`,
      type: "application",
      scheme: real,
      listeners: known([{ port: 80, protocol: "HTTP" }]),
      securityGroupIds: [groupOf[admitted]],
      tags: lbcTags(group, "ingress"),
    });
    const annotations = [
      { scheme: "internet-facing", "inbound-cidrs": declared === "office" ? office : undefined },
      {},
      isConflicting ? { scheme: "internal" } : {},
    ];
    const ingresses = annotations.map((one, i) =>
      anIngress(`${name}-${i}`, {
        namespace: "shop",
        ingressClassName: "alb",
        annotations: alb({ "group.name": group, ...one }),
        hostnames: i === 0 ? [loadBalancer.dnsName] : [],
      }),
    );
    const verdicts = {
      exposure: exposureOf(real, admitted),
      declaration: declarationOf(real, isConflicting ? "refused" : "internet-facing", admitted, declared),
      enforcement: enforcementOf(admitted, declared),
    };
    return {
      rule: "Ingress group",
      services: [],
      ingresses: [...ingresses, anIngress(`${name}-nginx`, { ingressClassName: "nginx" })],
      loadBalancers: [loadBalancer],
      verdicts: Object.fromEntries(ingresses.map((one) => [`Ingress ${one.name}`, verdicts])),
    };
  };
}

/** Where a load balancer lies, and whether the internet gets there. */
interface Place {
  readonly rule: string;
  readonly subnetIds: readonly string[];
  readonly ipAddressType: LoadBalancer["ipAddressType"];
  readonly isReached: boolean;
  /** What alone keeps the internet out, where it could also be left unread. */
  readonly guard?: "networkAcls" | "blockPublicAccess";
}
const places: readonly Place[] = [
  { rule: "behind NAT", subnetIds: ["subnet-nat"], ipAddressType: "ipv4", isReached: false },
  { rule: "behind NAT, and once not", subnetIds: ["subnet-nat", "subnet-0b2"], ipAddressType: "ipv4", isReached: true },
  { rule: "behind a gateway that is gone", subnetIds: ["subnet-dead"], ipAddressType: "ipv4", isReached: false },
  { rule: "Block Public Access", subnetIds: ["subnet-blocked"], ipAddressType: "ipv4", isReached: false, guard: "blockPublicAccess" },
  {
    rule: "excluded from it for egress alone",
    subnetIds: ["subnet-out"],
    ipAddressType: "ipv4",
    isReached: false,
    guard: "blockPublicAccess",
  },
  { rule: "a network ACL that denies", subnetIds: ["subnet-denied"], ipAddressType: "ipv4", isReached: false, guard: "networkAcls" },
  {
    rule: "a network ACL that denies, beside NAT",
    subnetIds: ["subnet-denied", "subnet-nat"],
    ipAddressType: "ipv4",
    isReached: false,
    guard: "networkAcls",
  },
  { rule: "a network ACL that denies, and once not", subnetIds: ["subnet-denied", "subnet-0a1"], ipAddressType: "ipv4", isReached: true },
  { rule: "IPv6 through an egress-only gateway", subnetIds: ["subnet-egress"], ipAddressType: "dualstack", isReached: false },
  { rule: "IPv6 alone through the gateway", subnetIds: ["subnet-six"], ipAddressType: "dualstack", isReached: true },
  { rule: "IPv6 alone through the gateway, without IPv6", subnetIds: ["subnet-six"], ipAddressType: "ipv4", isReached: false },
];
const types: readonly LoadBalancer["type"][] = ["network", "application", "classic"];

/** A load balancer as its manifest asks for it, in a place of its own. */
function placed(
  { rule, subnetIds, ipAddressType, isReached, guard }: Place,
  type: LoadBalancer["type"],
  real: Scheme,
  admitted: Sources,
): Named {
  return (name) => {
    const isDual = ipAddressType === "dualstack";
    const loadBalancer = aLoadBalancer({
      name: `at-${name}`,
      type,
      scheme: real,
      subnetIds,
      ipAddressType,
      listeners: known([{ port: 443, protocol: type === "application" ? "HTTPS" : "TCP" }]),
      securityGroupIds: [isDual && admitted === "all" ? "sg-all-dual" : groupOf[admitted]],
      tags: type === "application" ? lbcTags(`shop/${name}`, "ingress") : type === "classic" ? inTreeTags(name) : lbcTags(`shop/${name}`),
    });
    const verdicts: Verdicts = {
      exposure: isReached ? exposureOf(real, admitted) : "pass",
      declaration: declarationOf(real, real, admitted, "all"),
      enforcement: "not-applicable",
    };
    const itsGuard = guard !== undefined && exposureOf(real, admitted) === "fail" ? { guard } : {};
    if (type === "application") {
      const annotations = alb({ scheme: real, "ip-address-type": ipAddressType });
      const ingress = anIngress(name, { ingressClassName: "alb", annotations });
      return {
        rule,
        services: [],
        ingresses: [ingress],
        loadBalancers: [loadBalancer],
        verdicts: { [`Ingress ${name}`]: verdicts },
        ...itsGuard,
      };
    }
    const service = aService(name, {
      ...(type === "network" ? { loadBalancerClass: "service.k8s.aws/nlb" } : {}),
      annotations:
        type === "network"
          ? beta({ "aws-load-balancer-scheme": real, "aws-load-balancer-ip-address-type": ipAddressType })
          : beta({ "aws-load-balancer-internal": real === "internal" ? "true" : undefined }),
    });
    return { ...owned(rule, service, [loadBalancer], verdicts), ...itsGuard };
  };
}

/** A classic load balancer of a VPC has IPv4 alone. */
const fits = ({ ipAddressType }: Place, type: LoadBalancer["type"]): boolean => type !== "classic" || ipAddressType === "ipv4";

export const none: Verdicts = { exposure: "not-applicable", declaration: "not-applicable", enforcement: "not-applicable" };
const facing = { scheme: "internet-facing", listeners: tcp, securityGroupIds: ["sg-all"] } as const;

/** One of each kind of thing that other scanners get wrong. */
const traps: readonly Named[] = [
  (name) => owned("asks nobody", aService(name, { annotations: beta({ "aws-load-balancer-type": "external" }) }), [], none),
  (name) =>
    owned("left to another controller", aService(name, { loadBalancerClass: "tailscale", hostnames: ["web.example.ts.net"] }), [], none),
  (name) => owned("refused in-tree", aService(name, { sessionAffinity: "ClientIP" }), [], none),
  (name) => owned("not made yet", aService(name), [], none),
  (name) =>
    owned(
      "another cluster's load balancer of the same name",
      aService(name),
      [aLoadBalancer({ name: `k8s-${name}`, ...facing, tags: lbcTags(`shop/${name}`, "service", "stage") })],
      none,
    ),
  (name) =>
    owned(
      "its status names a load balancer that is elsewhere",
      aService(name, { hostnames: [`gone-${name}.elb.eu-west-1.amazonaws.com`] }),
      [],
      { exposure: "unknown", declaration: "unknown", enforcement: "unknown" },
    ),
  (name) => ({ ...owned("ClusterIP", aService(name, { type: "ClusterIP" }), [], none), verdicts: {} }),
  (name) => ({
    ...owned(
      "a load balancer of somebody else in the VPC",
      aService(name, { type: "ClusterIP" }),
      [aLoadBalancer({ name: `team-${name}`, ...facing, tags: known({ Name: "team" }) })],
      none,
    ),
    verdicts: {},
  }),
  (name) =>
    owned(
      "no listener",
      aService(name),
      [aLoadBalancer({ name: `a-${name}`, type: "classic", ...facing, listeners: known([]), tags: inTreeTags(name) })],
      {
        exposure: "pass",
        declaration: "pass",
        enforcement: "not-applicable",
      },
    ),
  (name) =>
    owned(
      "a NodePort Service may own one",
      aService(name, { type: "NodePort", annotations: beta({ "aws-load-balancer-type": "nlb-ip" }) }),
      [aLoadBalancer({ name: `k8s-${name}`, ...facing, tags: lbcTags(`shop/${name}`) })],
      {
        exposure: "fail",
        declaration: "fail",
        enforcement: "not-applicable",
      },
    ),
  (name) => ({
    rule: "nginx: its Ingress repeats the name of the Service's load balancer",
    services: [
      aService(name, {
        annotations: beta({ "aws-load-balancer-type": "nlb" }),
        hostnames: [`k8s-${name}-0123456789abcdef.elb.eu-west-1.amazonaws.com`],
      }),
    ],
    ingresses: [
      anIngress(`${name}-behind`, { ingressClassName: "nginx", hostnames: [`k8s-${name}-0123456789abcdef.elb.eu-west-1.amazonaws.com`] }),
    ],
    loadBalancers: [aLoadBalancer({ name: `k8s-${name}`, ...facing, securityGroupIds: [], tags: inTreeTags(name) })],
    verdicts: { [`Service ${name}`]: { exposure: "fail", declaration: "pass", enforcement: "not-applicable" } },
  }),
  (name) => ({
    rule: "an internet-facing network load balancer before an internal application load balancer",
    services: [],
    ingresses: [
      anIngress(name, {
        ingressClassName: "alb",
        annotations: alb({ "enable-frontend-nlb": "true", "frontend-nlb-scheme": "internet-facing" }),
      }),
    ],
    loadBalancers: [
      aLoadBalancer({
        name: `k8s-${name}`,
        type: "application",
        listeners: known([{ port: 80, protocol: "HTTP" }]),
        securityGroupIds: ["sg-all"],
        tags: lbcTags(`shop/${name}`, "ingress"),
      }),
      aLoadBalancer({
        name: `k8s-${name}-nlb`,
        ...facing,
        listeners: known([{ port: 80, protocol: "TCP" }]),
        tags: known({
          "elbv2.k8s.aws/cluster": "prod",
          "ingress.k8s.aws/stack": `shop/${name}`,
          "ingress.k8s.aws/resource": "FrontendNlb",
        }),
      }),
    ],
    verdicts: { [`Ingress ${name}`]: { exposure: "fail", declaration: "pass", enforcement: "not-applicable" } },
  }),
  (name) => ({
    rule: "a load balancer tagged for the cluster without owner",
    services: [],
    ingresses: [],
    loadBalancers: [aLoadBalancer({ name: `k8s-${name}`, ...facing, tags: known({ "elbv2.k8s.aws/cluster": "prod" }) })],
    verdicts: { [`LoadBalancer k8s-${name}`]: { exposure: "fail", declaration: "not-applicable", enforcement: "not-applicable" } },
  }),
  (name) => ({
    rule: "a Gateway that is gone",
    services: [],
    ingresses: [],
    loadBalancers: [
      aLoadBalancer({
        name: `k8s-${name}`,
        ...facing,
        tags: known({ "elbv2.k8s.aws/cluster": "prod", "gateway.k8s.aws.nlb/stack": `shop/${name}` }),
      }),
    ],
    verdicts: { [`Gateway ${name}`]: { exposure: "fail", declaration: "not-applicable", enforcement: "not-applicable" } },
  }),
];

/** Every case of every kind, each under a name of its own. */
export const households: readonly Household[] = [
  ...variants.flatMap((variant) =>
    inTreeSchemes.flatMap((scheme) => [inTreeClassic(variant, scheme, false), inTreeClassic(variant, scheme, true)]),
  ),
  ...schemes.flatMap((real) => sources.flatMap((declared) => inTreeSchemes.map((scheme) => inTreeNetwork(real, declared, scheme)))),
  ...variants.flatMap((variant) => lbcSchemes.flatMap((scheme) => ways.map((way) => managedNetwork("lbc", variant, scheme, way)))),
  ...variants.flatMap((variant) => autoSchemes.flatMap((scheme) => ways.map((way) => managedNetwork("auto", variant, scheme, way)))),
  ...variants.map((variant) => ownGroups(variant)),
  ...variants.flatMap((variant) =>
    ingressSchemes.flatMap((scheme) => [loneIngress(variant, scheme, "tags"), loneIngress(variant, scheme, "status")]),
  ),
  ...variants.flatMap((variant) => [ingressGroup(variant, false), ingressGroup(variant, true)]),
  ...places.flatMap((place) =>
    types
      .filter((type) => fits(place, type))
      .flatMap((type) => schemes.flatMap((real) => sources.map((admitted) => placed(place, type, real, admitted)))),
  ),
  ...traps,
].map((make, i) => make(`n${i}`));

const groups: readonly SecurityGroup[] = [
  aSecurityGroup("sg-all", [aRule({ protocol: "tcp", fromPort: 0, toPort: 65_535, cidrs: ["0.0.0.0/1", "128.0.0.0/1"] })]),
  aSecurityGroup("sg-all-dual", [aRule({ protocol: "tcp", fromPort: 443, toPort: 443, cidrs: ["0.0.0.0/0", "::/0"] })]),
  aSecurityGroup("sg-office", [aRule({ cidrs: [office] }), aRule({ protocol: "tcp", fromPort: 8443, toPort: 8443, cidrs: ["0.0.0.0/0"] })]),
];

const excluded = ["subnet-0a1", "subnet-0b2", "subnet-nat", "subnet-dead", "subnet-denied", "subnet-egress", "subnet-six"];
const network = {
  ...anOpenNetwork({
    tables: [
      aRouteTable(["subnet-nat"], aRoute("0.0.0.0/0", "nat-0a1")),
      aRouteTable(["subnet-dead"], aRoute("0.0.0.0/0", "igw-0b2", "blackhole")),
      aRouteTable(["subnet-egress"], aRoute("0.0.0.0/0", "nat-0a1"), aRoute("::/0", "eigw-0a1")),
      aRouteTable(["subnet-six"], aRoute("0.0.0.0/0", "nat-0a1"), aRoute("::/0", "igw-0a1")),
    ],
    acls: [
      anAcl(["subnet-nat", "subnet-dead", "subnet-blocked", "subnet-out", "subnet-egress", "subnet-six"]),
      anAcl(
        ["subnet-denied"],
        [
          { number: 10, direction: "ingress", action: "allow", protocol: "-1", cidr: "10.0.0.0/8" },
          { number: 20, direction: "ingress", action: "deny", protocol: "-1", cidr: "0.0.0.0/0" },
          { number: 30, direction: "ingress", action: "allow", protocol: "-1", cidr: "0.0.0.0/0" },
        ],
      ),
    ],
  }),
  blockPublicAccess: known({
    mode: "block-ingress" as const,
    exclusions: [
      ...excluded.map((resourceId) => ({ resourceId, mode: "allow-bidirectional" as const })),
      { resourceId: "subnet-out", mode: "allow-egress" as const },
    ],
  }),
};

/** The facts of a cluster that holds these households and no other. */
export const estateOf = (some: readonly Household[]): Partial<ClusterFacts> => ({
  readAt: known(readAt),
  loadBalancers: known(some.flatMap(({ loadBalancers }) => loadBalancers)),
  securityGroups: known(groups),
  prefixLists: known([]),
  subnets: known([]),
  ...network,
  ...aPlane({
    services: some.flatMap(({ services }) => services),
    ingresses: some.flatMap(({ ingresses }) => ingresses),
    classes: [
      aClass("nginx", { controller: "k8s.io/ingress-nginx" }),
      aClass("auto", { controller: "eks.amazonaws.com/alb" }),
      aClass("alb-internal", { parameters: paramsRef("internal") }),
      aClass("alb-facing", { parameters: paramsRef("facing") }),
    ],
    params: [aParams("internal", { scheme: "internal" }), aParams("facing", { scheme: "internet-facing" })],
  }),
});
