/** Changes of the objects that own load balancers, in the form that their controllers read. */
import { annotate } from "../../checks/load-balancer/commands.ts";
import { quoted, quotedJson } from "../../checks/shell.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { mapFact } from "../../model/fact.ts";
import type { Ingress, IngressClassParams, Service } from "../../model/kubernetes.ts";
import { ingressAnnotation } from "../../net/load-balancer/annotations.ts";
import type { GroupMember } from "../../net/load-balancer/ingress-group.ts";
import type { Step } from "../steps.ts";

type Annotations = Readonly<Record<string, string | undefined>>;
interface Named {
  readonly namespace: string;
  readonly name: string;
}
const isSame = (a: Named, b: Named): boolean => a.namespace === b.namespace && a.name === b.name;
const prefixed = (prefix: string, annotations: Annotations): Annotations =>
  Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`${prefix}/${key}`, value]));

/** Annotations with others set, and those without a value taken away. */
const annotated = (before: Readonly<Record<string, string>>, annotations: Annotations): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries({ ...before, ...annotations }).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

/** @param annotations without their prefix */
export function annotateService(service: Service, annotations: Annotations, variables: Readonly<Record<string, string>> = {}): Step {
  const all = prefixed("service.beta.kubernetes.io", annotations);
  const standIns = Object.fromEntries(Object.keys(variables).map((key) => [`service.beta.kubernetes.io/${key}`, "stand-in"]));
  const asked = Object.fromEntries(Object.entries(variables).map(([key, variable]) => [`service.beta.kubernetes.io/${key}`, variable]));
  return {
    commands: [annotate("service", service, all, asked)],
    change: (facts) => withService(facts, service, (one) => ({ ...one, annotations: annotated(one.annotations, { ...all, ...standIns }) })),
  };
}

export function annotateIngress(ingress: Ingress, annotations: Annotations, variables: Readonly<Record<string, string>> = {}): Step {
  const all = prefixed("alb.ingress.kubernetes.io", annotations);
  const standIns = Object.fromEntries(Object.keys(variables).map((key) => [`alb.ingress.kubernetes.io/${key}`, "stand-in"]));
  const asked = Object.fromEntries(Object.entries(variables).map(([key, variable]) => [`alb.ingress.kubernetes.io/${key}`, variable]));
  return {
    commands: [annotate("ingress", ingress, all, asked)],
    change: (facts) => ({
      ...facts,
      ingresses: mapFact(facts.ingresses, (list) =>
        list.map((one) => (isSame(one, ingress) ? { ...one, annotations: annotated(one.annotations, { ...all, ...standIns }) } : one)),
      ),
    }),
  };
}

export const withService = (facts: ClusterFacts, service: Named, change: (one: Service) => Service): ClusterFacts => ({
  ...facts,
  services: mapFact(facts.services, (all) => all.map((one) => (isSame(one, service) ? change(one) : one))),
});

export function setSourceRanges(service: Service, cidrs: readonly string[]): Step {
  const patch = { spec: { loadBalancerSourceRanges: cidrs } };
  return {
    commands: [
      `kubectl --namespace ${quoted(service.namespace)} patch service ${quoted(service.name)} --type merge --patch ${quotedJson(patch)}`,
    ],
    change: (facts) => withService(facts, service, (one) => ({ ...one, loadBalancerSourceRanges: cidrs })),
  };
}

/** What the parameters of the class say beats annotations, of every Ingress of the class. */
export function patchParams(
  params: IngressClassParams,
  change: Partial<Pick<IngressClassParams, "scheme" | "inboundCidrs" | "prefixListIds">>,
): Step {
  const { scheme, inboundCidrs, prefixListIds } = change;
  const spec = {
    ...(scheme === undefined ? {} : { scheme }),
    ...(inboundCidrs === undefined ? {} : { inboundCIDRs: inboundCidrs }),
    // Two spellings of the field have been served.
    ...(prefixListIds === undefined ? {} : { prefixListsIDs: prefixListIds.length === 0 ? null : prefixListIds, PrefixListsIDs: null }),
  };
  return {
    commands: [`kubectl patch ingressclassparams.${params.apiGroup} ${quoted(params.name)} --type merge --patch ${quotedJson({ spec })}`],
    change: (facts) => ({
      ...facts,
      ingressClassParams: mapFact(facts.ingressClassParams, (all) =>
        all.map((one) => (one.name === params.name && one.apiGroup === params.apiGroup ? { ...one, ...change } : one)),
      ),
    }),
    notes: [`IngressClassParams ${params.name} holds for every Ingress of its class.`],
  };
}

/** One scheme for the group: every member that names one names this, and where none does, the given one. */
export function setSchemeOfGroup(
  members: readonly GroupMember[],
  ingress: Ingress,
  scheme: string,
  name: "scheme" | "frontend-nlb-scheme",
): readonly Step[] {
  const params = name === "scheme" ? paramsOf(members.filter(({ params: its }) => its?.scheme !== undefined)) : [];
  const speaking = members.filter(
    ({ ingress: one, params: its }) => ingressAnnotation(one, name) !== undefined && (name !== "scheme" || its?.scheme === undefined),
  );
  const annotatedOnes = speaking.length + params.length > 0 ? speaking.map((member) => member.ingress) : [ingress];
  return [
    ...params.map((one) => patchParams(one, { scheme })),
    ...annotatedOnes.map((one) => annotateIngress(one, { [name]: scheme })),
    ...(members.length > 1 ? [{ notes: [`All ${members.length} Ingresses of the group share the load balancer.`] }] : []),
  ];
}

/** What takes the annotation away, where it is there. */
export const taken = (ingress: Ingress, name: string): Annotations =>
  ingressAnnotation(ingress, name) === undefined ? {} : { [name]: undefined };

/** One list for the group: all members have to agree on a port. */
export function setRangesOfGroup(members: readonly GroupMember[], cidrs: readonly string[]): readonly Step[] {
  const params = paramsOf(members.filter(({ params: its }) => its !== undefined && its.inboundCidrs.length + its.prefixListIds.length > 0));
  return [
    ...params.map((one) => patchParams(one, { inboundCidrs: cidrs, prefixListIds: [] })),
    ...members.map(({ ingress }) =>
      annotateIngress(ingress, { "inbound-cidrs": cidrs.join(","), ...taken(ingress, "security-group-prefix-lists") }),
    ),
    ...(members.length > 1 ? [{ notes: [`All ${members.length} Ingresses of the group share the load balancer.`] }] : []),
  ];
}

const paramsOf = (members: readonly GroupMember[]): readonly IngressClassParams[] => [
  ...new Set(members.flatMap(({ params }) => (params === undefined ? [] : [params]))),
];
