/**
 * The part of the estate about Gateways, TargetGroupBindings, network load balancers in front of Ingresses, and classes
 * whose objects are wrong. As in the rest of the estate, the verdicts are written by the rule, case by case.
 */
import type { LoadBalancer, TargetGroup } from "../../core/model/aws.ts";
import { known } from "../../core/model/fact.ts";
import type { Gateway, GatewayClass, LoadBalancerConfiguration, TargetGroupBinding } from "../../core/model/gateway.ts";
import type { IngressClass, IngressClassParams } from "../../core/model/kubernetes.ts";
import { aLoadBalancer, anIngress, aService } from "./cluster.ts";
import {
  alb,
  autoTags,
  beta,
  declarationOf,
  enforcementOf,
  exposureOf,
  groupOf,
  type Household,
  lbcTags,
  none,
  rangesOf,
  type Scheme,
  schemes,
  tcp,
  type Variant,
  type Verdicts,
  variants,
} from "./estate.ts";
import { aBinding, aConfiguration, aGateway, aGatewayClass, aTargetGroup, configurationRef } from "./gateway-plane.ts";
import { aClass, aParams, paramsRef } from "./ingress-plane.ts";

/** A household with the objects that only this part of the estate has. */
export interface WiderHousehold extends Household {
  readonly gateways: readonly Gateway[];
  readonly gatewayClasses: readonly GatewayClass[];
  readonly configurations: readonly LoadBalancerConfiguration[];
  readonly bindings: readonly TargetGroupBinding[];
  readonly targetGroups: readonly TargetGroup[];
}
type Named = (name: string) => WiderHousehold;

const empty: Omit<WiderHousehold, "rule" | "verdicts"> = {
  services: [],
  ingresses: [],
  loadBalancers: [],
  gateways: [],
  gatewayClasses: [],
  configurations: [],
  bindings: [],
  targetGroups: [],
};

/** Classes of Ingresses whose parameters are those of the other group, or none. */
export const wrongClasses: readonly IngressClass[] = [
  aClass("auto-facing", { controller: "eks.amazonaws.com/alb", parameters: paramsRef("internal", "eks.amazonaws.com") }),
  aClass("auto-wrong", { controller: "eks.amazonaws.com/alb", parameters: paramsRef("internal") }),
  aClass("alb-wrong", { parameters: paramsRef("internal", "eks.amazonaws.com") }),
  aClass("alb-dangling", { parameters: paramsRef("gone") }),
];
/** Of the same name as the controller's own, and saying the opposite. */
export const otherParams: readonly IngressClassParams[] = [
  aParams("internal", { apiGroup: "eks.amazonaws.com", scheme: "internet-facing" }),
];

type Asked = Scheme | "refused";
const missing = "missing";
/** The scheme in the class's configuration, in the Gateway's own, and how they are merged. */
const gatewaySchemes: readonly (readonly [
  ofClass: string | undefined,
  own: string | undefined,
  mergingMode: string | undefined,
  asked: Asked,
])[] = [
  [undefined, undefined, undefined, "internal"],
  [undefined, "internet-facing", undefined, "internet-facing"],
  ["internal", "internet-facing", undefined, "internal"],
  ["internal", "internet-facing", "prefer-gateway", "internet-facing"],
  ["internet-facing", undefined, "prefer-gateway", "internet-facing"],
  ["internet-facing", "internal", "prefer-gateway-class", "internet-facing"],
  [undefined, "Internal", undefined, "refused"],
  ["internet-facing", missing, undefined, "refused"],
  [missing, "internet-facing", undefined, "refused"],
];

type Kind = "alb" | "nlb";
const kinds: readonly Kind[] = ["alb", "nlb"];
const gatewayTags = (kind: Kind, name: string) =>
  known({ "elbv2.k8s.aws/cluster": "prod", [`gateway.k8s.aws.${kind}/stack`]: `shop/${name}` });
const typeOf = { alb: "application", nlb: "network" } as const;
const listenersOf = { alb: known([{ port: 80, protocol: "HTTP" }]), nlb: tcp };

/** The class and the configurations of one Gateway, each under its own name. */
function dressed(
  name: string,
  kind: Kind,
  ofClass: Partial<LoadBalancerConfiguration> | typeof missing | undefined,
  own: Partial<LoadBalancerConfiguration> | typeof missing | undefined,
): Pick<WiderHousehold, "gatewayClasses" | "configurations"> & { readonly rest: Partial<Gateway> } {
  const given = (its: typeof ofClass, called: string) => (its === undefined || its === missing ? [] : [aConfiguration(called, its)]);
  return {
    gatewayClasses: [
      aGatewayClass(`class-${name}`, {
        controller: `gateway.k8s.aws/${kind}`,
        ...(ofClass === undefined ? {} : { parameters: configurationRef(`class-${name}`, "shop") }),
      }),
    ],
    configurations: [...given(ofClass, `class-${name}`), ...given(own, `own-${name}`)],
    rest: { className: `class-${name}`, ...(own === undefined ? {} : { parameters: configurationRef(`own-${name}`) }) },
  };
}

const saying = (scheme: string | undefined, rest: Partial<LoadBalancerConfiguration>) => {
  if (scheme === missing) return missing;
  return scheme === undefined && Object.keys(rest).length === 0 ? undefined : { ...rest, ...(scheme === undefined ? {} : { scheme }) };
};

function gateway(kind: Kind, { real, admitted, declared }: Variant, row: (typeof gatewaySchemes)[number], isByStatus: boolean): Named {
  const [ofClass, own, mergingMode, asked] = row;
  return (name) => {
    // With an own configuration that is missing, what the class's says is not reached; the ranges stand where they count.
    const isReadable = own !== missing && ofClass !== missing;
    const ranges = declared === "office" ? { sourceRanges: rangesOf(declared) } : {};
    const clothes = dressed(
      name,
      kind,
      saying(ofClass, { ...(mergingMode === undefined ? {} : { mergingMode }), ...(mergingMode === "prefer-gateway" ? ranges : {}) }),
      saying(own, mergingMode === "prefer-gateway" ? {} : ranges),
    );
    const loadBalancer = aLoadBalancer({
      name: `k8s-${name}`,
      type: typeOf[kind],
      scheme: real,
      listeners: listenersOf[kind],
      securityGroupIds: [groupOf[admitted]],
      tags: isByStatus ? known({}) : gatewayTags(kind, name),
    });
    return {
      ...empty,
      rule: `Gateway of ${kind}`,
      gateways: [aGateway(name, { ...clothes.rest, hostnames: isByStatus ? [loadBalancer.dnsName] : [] })],
      gatewayClasses: clothes.gatewayClasses,
      configurations: clothes.configurations,
      loadBalancers: [loadBalancer],
      verdicts: {
        [`Gateway ${name}`]: {
          exposure: exposureOf(real, admitted),
          declaration: declarationOf(real, asked, admitted, declared),
          enforcement: isReadable ? enforcementOf(admitted, declared) : "not-applicable",
        },
      },
    };
  };
}

/** What a configuration may say of sources besides ranges, and what that makes of who is let in. */
const gatewaySources: readonly Named[] = schemes.flatMap((real) => [
  ofConfiguration("prefix lists beside everybody", "alb", real, "all", { securityGroupPrefixes: ["pl-unread"] }, "pass", "not-applicable"),
  ofConfiguration(
    "prefix lists beside everybody, of whom fewer are let in",
    "alb",
    real,
    "office",
    { securityGroupPrefixes: ["pl-1"] },
    "fail low",
    "not-applicable",
  ),
  ofConfiguration("an empty list of ranges asks for nobody", "alb", real, "office", { sourceRanges: [] }, "fail", "fail"),
  ofConfiguration("groups of its own", "nlb", real, "office", { securityGroups: ["sg-office"] }, "pass", "not-applicable"),
  ofConfiguration("other groups than its own", "nlb", real, "all", { securityGroups: ["sg-office"] }, "fail", "not-applicable"),
  ofConfiguration(
    "ranges beside groups of its own",
    "alb",
    real,
    "office",
    { securityGroups: ["sg-office"], sourceRanges: ["203.0.113.0/24"] },
    "pass",
    "fail",
  ),
  ofConfiguration("no group, and none is asked for", "nlb", real, "none", { disableSecurityGroup: true }, "pass", "not-applicable"),
  ofConfiguration(
    "no group, so that nothing holds the ranges",
    "nlb",
    real,
    "none",
    { disableSecurityGroup: true, sourceRanges: ["203.0.113.0/24"] },
    "fail",
    "fail",
  ),
  ofConfiguration(
    "a range that is none",
    "alb",
    real,
    "all",
    { sourceRanges: ["office"] },
    real === "internal" ? "fail low" : "fail",
    "fail",
  ),
]);

function ofConfiguration(
  rule: string,
  kind: Kind,
  real: Scheme,
  admitted: "all" | "office" | "none",
  said: Partial<LoadBalancerConfiguration>,
  declaration: Verdicts["declaration"],
  enforcement: Verdicts["enforcement"],
): Named {
  return (name) => {
    const clothes = dressed(name, kind, undefined, { ...said, scheme: real });
    return {
      ...empty,
      rule,
      gateways: [aGateway(name, clothes.rest)],
      gatewayClasses: clothes.gatewayClasses,
      configurations: clothes.configurations,
      loadBalancers: [
        aLoadBalancer({
          name: `k8s-${name}`,
          type: typeOf[kind],
          scheme: real,
          listeners: listenersOf[kind],
          securityGroupIds: admitted === "none" ? [] : [groupOf[admitted]],
          tags: gatewayTags(kind, name),
        }),
      ],
      verdicts: {
        [`Gateway ${name}`]: { exposure: exposureOf(real, admitted === "office" ? "office" : "all"), declaration, enforcement },
      },
    };
  };
}

/** A load balancer that is there, and a Gateway that asks for no such one. */
const gatewayTraps: readonly Named[] = schemes.flatMap((real): readonly Named[] => {
  const left = {
    exposure: exposureOf(real, "all"),
    declaration: real === "internal" ? "fail low" : "fail",
    enforcement: "not-applicable",
  } as const;
  const made = (name: string, tags: LoadBalancer["tags"], rest: Partial<LoadBalancer> = {}) =>
    aLoadBalancer({ name: `k8s-${name}`, scheme: real, listeners: tcp, securityGroupIds: ["sg-all"], tags, ...rest });
  const envoy = aGatewayClass("envoy", { controller: "gateway.envoyproxy.io/gatewayclass-controller" });
  return [
    (name) => ({
      ...empty,
      rule: "its class does not exist",
      gateways: [aGateway(name, { className: "gone" })],
      loadBalancers: [made(name, gatewayTags("nlb", name))],
      verdicts: { [`Gateway ${name}`]: left },
    }),
    (name) => ({
      ...empty,
      rule: "its class became another controller's",
      gateways: [aGateway(name, { className: `envoy-${name}` })],
      gatewayClasses: [{ ...envoy, name: `envoy-${name}` }],
      loadBalancers: [made(name, gatewayTags("nlb", name))],
      verdicts: { [`Gateway ${name}`]: left },
    }),
    (name) => ({
      ...empty,
      rule: "its class makes the other kind of load balancer now",
      gateways: [aGateway(name, { className: `class-${name}` })],
      gatewayClasses: [aGatewayClass(`class-${name}`)],
      loadBalancers: [made(name, gatewayTags("nlb", name))],
      verdicts: { [`Gateway ${name}`]: left },
    }),
    (name) => ({
      ...empty,
      rule: "of EKS Auto Mode, which does not say how it reads one",
      gateways: [aGateway(name, { className: `auto-${name}` })],
      gatewayClasses: [aGatewayClass(`auto-${name}`, { controller: "eks.amazonaws.com/gateway" })],
      loadBalancers: [made(name, known({ "eks:eks-cluster-name": "prod", "gateway.eks.amazonaws.com.nlb/stack": `shop/${name}` }))],
      verdicts: { [`Gateway ${name}`]: { ...left, declaration: "unknown", enforcement: "unknown" } },
    }),
    (name) => ({
      ...empty,
      rule: "of another controller, and so evidence on its Service",
      services: [aService(name, { loadBalancerClass: "service.k8s.aws/nlb", annotations: beta({ "aws-load-balancer-scheme": real }) })],
      gateways: [aGateway(`${name}-behind`, { className: `envoy-${name}`, hostnames: [made(name, known({})).dnsName] })],
      gatewayClasses: [{ ...envoy, name: `envoy-${name}` }],
      loadBalancers: [made(name, lbcTags(`shop/${name}`))],
      verdicts: { [`Service ${name}`]: { ...left, declaration: "pass" } },
    }),
    (name) => ({
      ...empty,
      rule: "not made yet",
      gateways: [aGateway(name, { className: `class-${name}` })],
      gatewayClasses: [aGatewayClass(`class-${name}`)],
      verdicts: { [`Gateway ${name}`]: none },
    }),
  ];
});

/** Load balancers that somebody else made, and that are bound to pods of the cluster. */
function bound(real: Scheme, tags: LoadBalancer["tags"], isTagged: boolean): Named {
  return (name) => {
    const loadBalancer = aLoadBalancer({
      name: `team-${name}`,
      type: "application",
      scheme: real,
      listeners: known([{ port: 443, protocol: "HTTPS" }]),
      securityGroupIds: ["sg-all"],
      tags,
    });
    const exposure = exposureOf(real, "all");
    return {
      ...empty,
      rule: "bound by a TargetGroupBinding",
      services: [aService(name, { type: "ClusterIP" })],
      loadBalancers: [loadBalancer],
      bindings: [aBinding(name), aBinding(`${name}-too`)],
      targetGroups: [aTargetGroup(name, [loadBalancer.arn]), aTargetGroup(`${name}-too`, [])],
      verdicts: {
        [`LoadBalancer team-${name}`]: isTagged ? { exposure, declaration: "not-applicable", enforcement: "not-applicable" } : { exposure },
      },
    };
  };
}
const bindings: readonly Named[] = schemes.flatMap((real) => [
  bound(real, known({ Name: "team" }), false),
  bound(real, known({}), false),
  bound(real, lbcTags("shop/web", "service", "stage"), false),
  bound(real, known({ "kubernetes.io/cluster/prod": "shared" }), true),
  (name) => {
    const loadBalancer = aLoadBalancer({
      name: `k8s-${name}`,
      scheme: real,
      listeners: tcp,
      securityGroupIds: ["sg-all"],
      tags: lbcTags(`shop/${name}`),
    });
    return {
      ...empty,
      rule: "bound by the controller that made it",
      services: [aService(name, { loadBalancerClass: "service.k8s.aws/nlb", annotations: beta({ "aws-load-balancer-scheme": real }) })],
      loadBalancers: [loadBalancer],
      bindings: [aBinding(name)],
      targetGroups: [aTargetGroup(name, [loadBalancer.arn])],
      verdicts: { [`Service ${name}`]: { exposure: exposureOf(real, "all"), declaration: "pass", enforcement: "not-applicable" } },
    };
  },
  (name) => ({
    ...empty,
    rule: "of nobody's, and bound to nothing",
    loadBalancers: [
      aLoadBalancer({ name: `team-${name}`, scheme: real, listeners: tcp, securityGroupIds: ["sg-all"], tags: known({ Name: "team" }) }),
    ],
    targetGroups: [aTargetGroup(name, [`${name}-elsewhere`])],
    verdicts: {},
  }),
]);

/** The network load balancer in front of an internal application load balancer: whether it is asked for, and with which scheme. */
const frontends: readonly (readonly [enable: string | undefined, scheme: string | undefined, asked: Asked])[] = [
  ["true", undefined, "internal"],
  ["true", "internal", "internal"],
  ["true", "internet-facing", "internet-facing"],
  ["T", "internet-facing", "internet-facing"],
  ["true", "Internal", "refused"],
  ["yes", "internal", "refused"],
  ["false", "internet-facing", "refused"],
  [undefined, "internet-facing", "refused"],
];
function frontend([enable, scheme, asked]: (typeof frontends)[number], real: Scheme, group: string | undefined): Named {
  return (name) => {
    const stack = group === undefined ? `shop/${name}` : `${group}-${name}`;
    const its = (resource: string) =>
      known({ "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": stack, "ingress.k8s.aws/resource": resource });
    const annotations = alb({
      "enable-frontend-nlb": enable,
      "frontend-nlb-scheme": scheme,
      "group.name": group === undefined ? undefined : stack,
    });
    const shared = { listeners: known([{ port: 80, protocol: "HTTP" }]), securityGroupIds: ["sg-all"] };
    const silent = alb({ "group.name": stack });
    const ingresses = [
      anIngress(name, { ingressClassName: "alb", annotations }),
      ...(group === undefined ? [] : [anIngress(`${name}-silent`, { ingressClassName: "alb", annotations: silent })]),
    ];
    const verdicts: Verdicts = {
      exposure: exposureOf(real, "all"),
      declaration: declarationOf(real, asked, "all", "all"),
      enforcement: "not-applicable",
    };
    return {
      ...empty,
      rule: "frontend network load balancer",
      ingresses,
      loadBalancers: [
        aLoadBalancer({ name: `k8s-${name}`, type: "application", ...shared, tags: its("LoadBalancer") }),
        aLoadBalancer({
          name: `k8s-${name}-nlb`,
          ...shared,
          listeners: known([{ port: 80, protocol: "TCP" }]),
          scheme: real,
          tags: its("FrontendNlb"),
        }),
      ],
      verdicts: Object.fromEntries(ingresses.map((one) => [`Ingress ${one.name}`, verdicts])),
      apart: { [`LoadBalancer k8s-${name}`]: { exposure: "pass", declaration: "pass", enforcement: "not-applicable" } },
    };
  };
}

/** Classes by what their parameters ask for. */
const classes: readonly (readonly [className: string, scheme: string | undefined, asked: Asked])[] = [
  ["auto-facing", undefined, "internet-facing"],
  ["auto-facing", "internal", "internet-facing"],
  ["auto-wrong", "internet-facing", "refused"],
  ["alb-wrong", "internet-facing", "refused"],
  ["alb-dangling", undefined, "refused"],
];
function classed([className, scheme, asked]: (typeof classes)[number], { real, admitted, declared }: Variant): Named {
  return (name) => {
    const stack = `shop/${name}`;
    const loadBalancer = aLoadBalancer({
      name: `k8s-${name}`,
      type: "application",
      scheme: real,
      listeners: known([{ port: 80, protocol: "HTTP" }]),
      securityGroupIds: [groupOf[admitted]],
      tags: className.startsWith("auto") ? autoTags(stack, "ingress") : lbcTags(stack, "ingress"),
    });
    const annotations = alb({ scheme, "inbound-cidrs": declared === "office" ? rangesOf(declared).join() : undefined });
    return {
      ...empty,
      rule: `Ingress of class ${className}`,
      ingresses: [anIngress(name, { ingressClassName: className, annotations })],
      loadBalancers: [loadBalancer],
      verdicts: {
        [`Ingress ${name}`]: {
          exposure: exposureOf(real, admitted),
          declaration: declarationOf(real, asked, admitted, declared),
          enforcement: enforcementOf(admitted, declared),
        },
      },
    };
  };
}

/** Services that the controller takes by its webhook's class, or by an annotation without being of type LoadBalancer. */
const taken: readonly (readonly [
  rule: string,
  type: "LoadBalancer" | "NodePort" | "ClusterIP",
  loadBalancerClass: string | undefined,
  annotations: Readonly<Record<string, string>>,
])[] = [
  ["the webhook's class over type nlb", "LoadBalancer", "service.k8s.aws/nlb", { "aws-load-balancer-type": "nlb" }],
  ["a NodePort Service with nlb-ip", "NodePort", undefined, { "aws-load-balancer-type": "nlb-ip" }],
  [
    "a ClusterIP Service with target type ip",
    "ClusterIP",
    undefined,
    { "aws-load-balancer-type": "external", "aws-load-balancer-nlb-target-type": "ip" },
  ],
];
function takenService(
  [rule, type, loadBalancerClass, said]: (typeof taken)[number],
  { real, admitted, declared }: Variant,
  scheme: Scheme | undefined,
): Named {
  return (name) => ({
    ...empty,
    rule,
    services: [
      aService(name, {
        type,
        ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
        annotations: beta({ ...said, "aws-load-balancer-scheme": scheme }),
        loadBalancerSourceRanges: rangesOf(declared),
      }),
    ],
    loadBalancers: [
      aLoadBalancer({
        name: `k8s-${name}`,
        scheme: real,
        listeners: tcp,
        securityGroupIds: [groupOf[admitted]],
        tags: lbcTags(`shop/${name}`),
      }),
    ],
    verdicts: {
      [`Service ${name}`]: {
        exposure: exposureOf(real, admitted),
        declaration: declarationOf(real, scheme ?? "internal", admitted, declared),
        enforcement: enforcementOf(admitted, declared),
      },
    },
  });
}

/** Every case of every kind, each under a name of its own. */
export const widerHouseholds: readonly WiderHousehold[] = [
  ...kinds.flatMap((kind) =>
    variants.flatMap((variant) => gatewaySchemes.flatMap((row) => [gateway(kind, variant, row, false), gateway(kind, variant, row, true)])),
  ),
  ...gatewaySources,
  ...gatewayTraps,
  ...bindings,
  ...schemes.flatMap((real) => frontends.flatMap((row) => [frontend(row, real, undefined), frontend(row, real, "team")])),
  ...variants.flatMap((variant) => classes.map((row) => classed(row, variant))),
  ...variants.flatMap((variant) => taken.flatMap((row) => [undefined, ...schemes].map((scheme) => takenService(row, variant, scheme)))),
].map((make, i) => make(`w${i}`));
