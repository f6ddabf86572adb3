/** The scheme that a manifest asks for today, as its controller reads it. */
import type { LoadBalancer } from "../../model/aws.ts";
import type { Reason } from "../../model/fact.ts";
import type { Service } from "../../model/kubernetes.ts";
import { ingressAnnotation, parseGoBool, serviceAnnotation } from "./annotations.ts";
import type { Controller } from "./controller.ts";
import { type ControllerFlags, usualFlags } from "./controller-flags.ts";
import type { GatewaySettings } from "./gateway.ts";
import type { GroupMember } from "./ingress-group.ts";

export type Scheme = LoadBalancer["scheme"];

/** `default`: the manifest is silent. `refused`: the controller fails on it, so that nothing is made or changed. `none`: it asks for no such load balancer. */
export type DeclaredScheme =
  | AskedScheme
  | UnsureScheme
  | { readonly state: "refused"; readonly rule: string }
  | { readonly state: "none"; readonly rule: string };
export interface AskedScheme {
  readonly state: "explicit" | "default";
  readonly scheme: Scheme;
  /** What decided. */
  readonly rule: string;
}

/** The manifest is silent, and what its controller makes then could not be told. */
export interface UnsureScheme {
  readonly state: "unsure";
  readonly reason: Reason;
}

/** What a controller makes for a silent manifest. */
export type DefaultScheme = ControllerFlags["defaultScheme"];

/** EKS Auto Mode has no flags; internal by the code it shares with AWS Load Balancer Controller. */
const autoModeDefault: AskedScheme = { state: "default", scheme: "internal", rule: "the default of EKS Auto Mode" };

const defaultOf = (controller: Controller, flag: DefaultScheme): AskedScheme | UnsureScheme => {
  if (controller === "auto-mode") return autoModeDefault;
  return flag.state === "unknown" ? { state: "unsure", reason: flag.reason } : { state: "default", ...flag.value };
};

const isScheme = (text: string): text is Scheme => text === "internet-facing" || text === "internal";
const explicit = (scheme: Scheme, rule: string): DeclaredScheme => ({ state: "explicit", scheme, rule });

/** @param flag AWS Load Balancer Controller's own default scheme */
export function schemeOfService(service: Service, controller: Controller, flag: DefaultScheme = usualFlags.defaultScheme): DeclaredScheme {
  return controller === "in-tree" ? inTreeScheme(service) : networkScheme(service, controller, flag);
}

/** Any text but "" and "false" means internal. Source: cloud-provider-aws:pkg/providers/v1/aws.go. */
function inTreeScheme(service: Service): DeclaredScheme {
  const internal = serviceAnnotation(service, "aws-load-balancer-internal");
  if (internal === undefined || internal === "") {
    return { state: "default", scheme: "internet-facing", rule: "the in-tree controller's default" };
  }
  const rule = `aws-load-balancer-internal ${JSON.stringify(internal)}`;
  return explicit(internal === "false" ? "internet-facing" : "internal", rule);
}

/** Source: aws-load-balancer-controller:pkg/service/model_build_load_balancer.go. */
function networkScheme(service: Service, controller: Controller, flag: DefaultScheme): DeclaredScheme {
  const scheme = serviceAnnotation(service, "aws-load-balancer-scheme");
  if (scheme !== undefined) {
    const rule = `aws-load-balancer-scheme ${JSON.stringify(scheme)}`;
    return isScheme(scheme) ? explicit(scheme, rule) : { state: "refused", rule };
  }
  // EKS Auto Mode lists aws-load-balancer-internal as not supported.
  const internal = controller === "auto-mode" ? undefined : serviceAnnotation(service, "aws-load-balancer-internal");
  if (internal === undefined) return defaultOf(controller, flag);
  const rule = `aws-load-balancer-internal ${JSON.stringify(internal)}`;
  const isInternal = parseGoBool(internal);
  return isInternal === undefined ? { state: "refused", rule } : explicit(isInternal ? "internal" : "internet-facing", rule);
}

/**
 * One scheme for all members: the silent ones follow those that speak, and two that disagree stop the whole group.
 * Source: aws-load-balancer-controller:pkg/ingress/model_build_load_balancer.go.
 */
export function schemeOfGroup(members: readonly GroupMember[], flag: DefaultScheme = usualFlags.defaultScheme): DeclaredScheme {
  return agreed(members, "scheme", ({ ingress, params }) => params?.scheme ?? ingressAnnotation(ingress, "scheme"), flag);
}

/** The network load balancer in front of the group's own. Source: aws-load-balancer-controller:pkg/ingress/model_build_frontend_nlb.go. */
export function schemeOfFrontend(members: readonly GroupMember[], flag: DefaultScheme = usualFlags.defaultScheme): DeclaredScheme {
  const enabled = new Set(members.flatMap(({ ingress }) => ingressAnnotation(ingress, "enable-frontend-nlb") ?? []).map(parseGoBool));
  if (enabled.has(undefined)) return { state: "refused", rule: "enable-frontend-nlb is no boolean" };
  if (enabled.size > 1) return { state: "refused", rule: "the group's members disagree on enable-frontend-nlb" };
  if (!enabled.has(true)) return { state: "none", rule: "enable-frontend-nlb is not set" };
  return agreed(members, "frontend-nlb-scheme", ({ ingress }) => ingressAnnotation(ingress, "frontend-nlb-scheme"), flag);
}

function agreed(
  members: readonly GroupMember[],
  name: string,
  schemeOf: (member: GroupMember) => string | undefined,
  flag: DefaultScheme,
): DeclaredScheme {
  const speaking = members.flatMap((member) => {
    const scheme = schemeOf(member);
    return scheme === undefined ? [] : [{ scheme, by: `${member.ingress.namespace}/${member.ingress.name}` }];
  });
  const [first] = speaking;
  if (first === undefined) return defaultOf(members[0]?.controller ?? "aws-load-balancer-controller", flag);
  const other = speaking.find(({ scheme }) => scheme !== first.scheme);
  if (other !== undefined) {
    return {
      state: "refused",
      rule: `conflicting ${name}: ${first.by} ${JSON.stringify(first.scheme)}, ${other.by} ${JSON.stringify(other.scheme)}`,
    };
  }
  const rule = `${name} ${JSON.stringify(first.scheme)} of ${first.by}`;
  return isScheme(first.scheme) ? explicit(first.scheme, rule) : { state: "refused", rule };
}

/** Source: aws-load-balancer-controller:pkg/gateway/model/base_model_builder.go. */
export function schemeOfGateway({ scheme }: GatewaySettings, flag: DefaultScheme = usualFlags.defaultScheme): DeclaredScheme {
  if (scheme === undefined) return defaultOf("aws-load-balancer-controller", flag);
  const rule = `LoadBalancerConfiguration scheme ${JSON.stringify(scheme)}`;
  return isScheme(scheme) ? explicit(scheme, rule) : { state: "refused", rule };
}
