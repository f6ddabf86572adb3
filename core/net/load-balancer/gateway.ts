/**
 * Which Gateways an AWS controller takes, and what their configurations say together.
 * Source: aws-load-balancer-controller:pkg/gateway (lb_config_merger.go, gatewayutils), controllers/gateway/config_resolver.go.
 */
import { type Fact, known, type Reason, unknown } from "../../model/fact.ts";
import type { Gateway, GatewayClass, LoadBalancerConfiguration } from "../../model/gateway.ts";
import type { Taking } from "./controller.ts";

/** What was read of Gateways. */
export interface GatewayPlane {
  readonly gateways: Fact<readonly Gateway[]>;
  readonly gatewayClasses: Fact<readonly GatewayClass[]>;
  readonly loadBalancerConfigurations: Fact<readonly LoadBalancerConfiguration[]>;
}

/** What a class's and a Gateway's configuration say together. An absent field leaves the controller's default. */
export type GatewaySettings = Partial<Omit<LoadBalancerConfiguration, "namespace" | "name" | "uid" | "mergingMode">>;

export interface ClassifiedGateway {
  readonly gateway: Gateway;
  readonly taking: Taking;
  /** Unknown where a configuration that it names was not read. */
  readonly settings: Fact<GatewaySettings>;
}

/** Gateways by what could be told of them. */
export interface Gateways {
  readonly classified: readonly ClassifiedGateway[];
  /** Those whose class was not read. */
  readonly unclassified: readonly { readonly gateway: Gateway; readonly reason: Reason }[];
}

const controllers: ReadonlyMap<string, "application" | "network"> = new Map([
  ["gateway.k8s.aws/alb", "application"],
  ["gateway.k8s.aws/nlb", "network"],
]);

export function classifyGateways(plane: GatewayPlane): Fact<Gateways> {
  if (plane.gateways.state === "unknown") return plane.gateways;
  const { gatewayClasses } = plane;
  const classes = new Map((gatewayClasses.state === "known" ? gatewayClasses.value : []).map((one) => [one.name, one]));
  const configurations = configurationLookup(plane.loadBalancerConfigurations);
  const classified: ClassifiedGateway[] = [];
  const unclassified: Gateways["unclassified"][number][] = [];
  for (const gateway of plane.gateways.value) {
    if (gatewayClasses.state === "unknown") unclassified.push({ gateway, reason: gatewayClasses.reason });
    else classified.push(classify(gateway, classes.get(gateway.className), configurations));
  }
  return known({ classified, unclassified });
}

type Reference = NonNullable<Gateway["parameters"]>;
/** The configuration that the reference leads to; undefined where there is none of that name. */
type Lookup = (reference: Reference, namespace: string) => Fact<LoadBalancerConfiguration | undefined>;

function configurationLookup(fact: Fact<readonly LoadBalancerConfiguration[]>): Lookup {
  const byKey = new Map((fact.state === "known" ? fact.value : []).map((one) => [`${one.namespace}/${one.name}`, one]));
  return ({ group, kind, name }, namespace) => {
    if (group !== "gateway.k8s.aws" || kind !== "LoadBalancerConfiguration") {
      return unknown("not-supported", `It takes its parameters from ${kind} ${name} of ${group}, which is not read.`);
    }
    return fact.state === "unknown" ? fact : known(byKey.get(`${namespace}/${name}`));
  };
}

const silent: Fact<GatewaySettings> = known({});

function classify(gateway: Gateway, its: GatewayClass | undefined, configurations: Lookup): ClassifiedGateway {
  const { className } = gateway;
  if (its === undefined) return { gateway, settings: silent, taking: { by: "nobody", rule: `GatewayClass ${className} does not exist` } };
  const makes = controllers.get(its.controller);
  const rule = `GatewayClass ${className} of ${its.controller}`;
  if (makes === undefined) return { gateway, settings: silent, taking: { by: "another", rule } };
  const taking = { by: "aws-load-balancer-controller", makes, rule } as const;
  const { settings, refused } = settingsOf(gateway, its, configurations);
  return { gateway, settings, taking: refused === undefined ? taking : { ...taking, refused } };
}

type Settled = { readonly settings: Fact<GatewaySettings>; readonly refused?: string };

/** A reference that leads nowhere stops the controller, and so does a class's that names no namespace. */
function settingsOf(gateway: Gateway, its: GatewayClass, configurations: Lookup): Settled {
  const { name, parameters } = its;
  if (parameters !== undefined && parameters.namespace === undefined) {
    return { settings: silent, refused: `GatewayClass ${name} names its parameters without a namespace` };
  }
  const ofClass = referred(parameters, parameters?.namespace ?? "", configurations);
  const own = referred(gateway.parameters, gateway.namespace, configurations);
  if (ofClass.state === "missing" || own.state === "missing") {
    const who = ofClass.state === "missing" ? `GatewayClass ${name}` : "it";
    return { settings: silent, refused: `${who} names a LoadBalancerConfiguration that does not exist` };
  }
  if (ofClass.state === "unknown") return { settings: ofClass };
  if (own.state === "unknown") return { settings: own };
  return { settings: known(merged(ofClass.value, own.value)) };
}

type Referred = Fact<Partial<LoadBalancerConfiguration>> | { readonly state: "missing" };

function referred(reference: Reference | undefined, namespace: string, configurations: Lookup): Referred {
  if (reference === undefined) return known({});
  const found = configurations(reference, namespace);
  if (found.state === "unknown") return found;
  return found.value === undefined ? { state: "missing" } : known(found.value);
}

/** Field by field: the class's wins, unless its configuration prefers the Gateway's. An empty list is a value too. */
export function merged(ofClass: Partial<LoadBalancerConfiguration>, own: Partial<LoadBalancerConfiguration>): GatewaySettings {
  return ofClass.mergingMode === "prefer-gateway"
    ? { ...settingsIn(ofClass), ...settingsIn(own) }
    : { ...settingsIn(own), ...settingsIn(ofClass) };
}

const settingsIn = ({ namespace, name, uid, mergingMode, ...settings }: Partial<LoadBalancerConfiguration>): GatewaySettings => settings;
