/** The sources that a manifest asks to be let in, as its controller reads it. */
import type { Service } from "../../model/kubernetes.ts";
import { isCidr } from "../addresses.ts";
import { ingressAnnotation, parseGoBool, parseList, serviceAnnotation } from "./annotations.ts";
import type { Controller } from "./controller.ts";
import type { GatewaySettings } from "./gateway.ts";
import type { GroupMember } from "./ingress-group.ts";

/** What a manifest says about sources. All empty or absent: it is silent, and its controller lets everybody in. */
export interface DeclaredSources {
  /** The ranges and prefix lists it names. Both empty where it asks for nobody. */
  readonly ranges?: { readonly cidrs: readonly string[]; readonly prefixListIds: readonly string[]; readonly rule: string };
  /** Security groups of its own that replace the managed one: then the controller does not write the ranges anywhere. */
  readonly ownGroups?: NamedGroups;
  /** Security groups of its own beside the managed one. */
  readonly extraGroups?: NamedGroups;
}
export interface NamedGroups {
  /** Ids, or the values of Name tags. */
  readonly names: readonly string[];
  readonly rule: string;
}

/** `refused`: the controller fails on the manifest, so that nothing is made or changed. */
export type Declared<T> =
  | { readonly state: "asked"; readonly value: T }
  /** `declaresRanges`: it names ranges or prefix lists all the same. */
  | { readonly state: "refused"; readonly rule: string; readonly declaresRanges: boolean };

const asked = <T>(value: T): Declared<T> => ({ state: "asked", value });
const refused = (rule: string, declaresRanges = true): Declared<never> => ({ state: "refused", rule, declaresRanges });

const isBlock = (text: string): boolean => text.includes("/") && isCidr(text);

/**
 * Sources: kubernetes/cloud-provider:service/helpers/helper.go (GetLoadBalancerSourceRanges);
 * cloud-provider-aws:pkg/providers/v1/aws.go (buildELBSecurityGroupList);
 * aws-load-balancer-controller:pkg/service/model_build_managed_sg.go.
 */
export function sourcesOfService(service: Service, controller: Controller): Declared<DeclaredSources> {
  const ranges = rangesOfService(service, controller);
  const wrong = ranges?.cidrs.find((cidr) => !isBlock(cidr));
  if (ranges !== undefined && wrong !== undefined) return refused(`${ranges.rule} holds ${JSON.stringify(wrong)}`);
  const own = groupsNamed(serviceAnnotation(service, "aws-load-balancer-security-groups"), "aws-load-balancer-security-groups");
  if (controller === "in-tree") {
    const extra = groupsNamed(
      serviceAnnotation(service, "aws-load-balancer-extra-security-groups"),
      "aws-load-balancer-extra-security-groups",
    );
    return asked({
      ...(ranges === undefined ? {} : { ranges: { ...ranges, prefixListIds: [] } }),
      ...(own === undefined ? {} : { ownGroups: own }),
      ...(extra === undefined ? {} : { extraGroups: extra }),
    });
  }
  const addressType = serviceAnnotation(service, "aws-load-balancer-ip-address-type") ?? "ipv4";
  const ipv6 = ranges?.cidrs.find((cidr) => cidr.includes(":"));
  // Without a group of the controller's own nothing is written, and so nothing refused.
  const writesGroup = controller === "aws-load-balancer-controller" && own === undefined && !asksForNoSecurityGroup(service);
  if (writesGroup && ipv6 !== undefined && addressType !== "dualstack") {
    return refused(`${ipv6} on a load balancer that is not dualstack`);
  }
  // Present but empty counts: it drops the default of everybody.
  const lists = serviceAnnotation(service, "aws-load-balancer-security-group-prefix-lists");
  const listRule = "aws-load-balancer-security-group-prefix-lists";
  const both =
    ranges === undefined && lists === undefined
      ? undefined
      : {
          cidrs: ranges?.cidrs ?? [],
          prefixListIds: lists === undefined ? [] : parseList(lists),
          rule: [ranges?.rule, lists === undefined ? undefined : listRule].filter((rule) => rule !== undefined).join(" and "),
        };
  return asked({ ...(both === undefined ? {} : { ranges: both }), ...(own === undefined ? {} : { ownGroups: own }) });
}

/** The field wins over the annotation. In-tree, an empty part of the annotation's list is a range that does not parse. */
function rangesOfService(
  service: Service,
  controller: Controller,
): { readonly cidrs: readonly string[]; readonly rule: string } | undefined {
  const field = service.loadBalancerSourceRanges.map((cidr) => cidr.trim());
  if (field.length > 0) return { cidrs: field, rule: "spec.loadBalancerSourceRanges" };
  const text = serviceAnnotation(service, "load-balancer-source-ranges") ?? "";
  const isStrict = controller === "in-tree" && text.trim() !== "";
  const annotated = isStrict ? text.split(",").map((cidr) => cidr.trim()) : parseList(text);
  return annotated.length > 0 ? { cidrs: annotated, rule: "annotation load-balancer-source-ranges" } : undefined;
}

const groupsNamed = (text: string | undefined, rule: string): NamedGroups | undefined => {
  const names = parseList(text ?? "");
  return names.length > 0 ? { names, rule } : undefined;
};

/** Whether the controller was told to write no rules on nodes and pods either. */
export const writesNoBackendRules = (service: Service): boolean =>
  parseGoBool(serviceAnnotation(service, "aws-load-balancer-manage-backend-security-group-rules") ?? "") === false;

/** Whether the manifest asks for a network load balancer without security groups. */
export const asksForNoSecurityGroup = (service: Service): boolean =>
  parseGoBool(serviceAnnotation(service, "aws-load-balancer-disable-nlb-sg") ?? "") === true;

/** What an Ingress group asks for, per listen port. */
export interface GroupSources {
  /** The ports that its members listen on. */
  readonly ports: readonly number[];
  /** What is asked on this port; a port that no member listens on asks for what all of them ask together. */
  readonly on: (port: number) => DeclaredSources;
}

/**
 * Lists are merged per listen port: two that differ stop the whole group, and silence of all lets everybody in.
 * Source: aws-load-balancer-controller:pkg/ingress (model_builder.go mergeListenPortConfigs, model_build_listener.go).
 */
export function sourcesOfGroup(members: readonly GroupMember[]): Declared<GroupSources> {
  const own = ownGroupsOf(members, "security-groups");
  if (own.state === "refused") return own;
  const byPort = new Map<number, GroupMember[]>();
  for (const member of members) {
    const ports = listenPortsOf(member);
    if (ports.state === "refused") return ports;
    for (const port of ports.value) byPort.set(port, [...(byPort.get(port) ?? []), member]);
  }
  const merged = new Map<number, DeclaredSources["ranges"]>();
  for (const [port, listening] of byPort) {
    const ranges = mergedRanges(listening, port);
    if (ranges.state === "refused") return ranges;
    merged.set(port, ranges.value);
  }
  const groups = own.value === undefined ? {} : { ownGroups: own.value };
  const all = [...merged.values()];
  const everywhere =
    all.length > 0 && all.every((ranges) => ranges !== undefined)
      ? {
          cidrs: all.flatMap(({ cidrs }) => cidrs),
          prefixListIds: all.flatMap(({ prefixListIds }) => prefixListIds),
          rule: all[0]?.rule ?? "",
        }
      : undefined;
  return asked({
    ports: [...byPort.keys()].sort((a, b) => a - b),
    on: (port) => {
      const ranges = merged.has(port) ? merged.get(port) : everywhere;
      return { ...groups, ...(ranges === undefined ? {} : { ranges }) };
    },
  });
}

/**
 * What the network load balancer in front of a group is asked for: groups of its own, else the application load balancer's;
 * on each port what is asked of the port behind it.
 * Source: aws-load-balancer-controller:pkg/ingress/model_build_frontend_nlb.go.
 */
export function sourcesOfFrontend(members: readonly GroupMember[]): Declared<GroupSources> {
  const own = ownGroupsOf(members, "frontend-nlb-security-groups");
  if (own.state === "refused") return own;
  const group = sourcesOfGroup(members);
  if (group.state === "refused") return group;
  const behind = portsBehind(members);
  if (behind === undefined) return refused("frontend-nlb-listener-port-mapping holds what is no port", members.some(declaresRanges));
  const groups = own.value === undefined ? {} : { ownGroups: own.value };
  return asked({ ...group.value, on: (port) => ({ ...group.value.on(behind.get(port) ?? port), ...groups }) });
}

/** The annotation "80=443,…": a port of the network load balancer, and the one of the application load balancer behind it. */
function portsBehind(members: readonly GroupMember[]): ReadonlyMap<number, number> | undefined {
  const texts = members.flatMap(({ ingress }) => parseList(ingressAnnotation(ingress, "frontend-nlb-listener-port-mapping") ?? ""));
  const pairs = texts.map((text) => /^(\d{1,5})\s*=\s*(\d{1,5})$/.exec(text)?.slice(1).map(Number));
  const found = pairs.flatMap((pair) => (pair?.[0] === undefined || pair[1] === undefined ? [] : [[pair[0], pair[1]] as const]));
  return found.length === pairs.length ? new Map(found) : undefined;
}

const everybody: readonly string[] = ["0.0.0.0/0", "::/0"];

/**
 * A Gateway's, on all its listeners: prefix lists stand beside everybody where no ranges are given.
 * Source: aws-load-balancer-controller:pkg/gateway/model/model_build_security_group.go.
 */
export function sourcesOfGateway({
  sourceRanges,
  securityGroups = [],
  securityGroupPrefixes = [],
}: GatewaySettings): Declared<DeclaredSources> {
  const wrong = sourceRanges?.find((cidr) => !isBlock(cidr));
  if (wrong !== undefined) return refused(`sourceRanges holds ${JSON.stringify(wrong)}`);
  const isSilent = sourceRanges === undefined && securityGroupPrefixes.length === 0;
  return asked({
    ...(isSilent
      ? {}
      : { ranges: { cidrs: sourceRanges ?? everybody, prefixListIds: securityGroupPrefixes, rule: "LoadBalancerConfiguration" } }),
    ...(securityGroups.length === 0 ? {} : { ownGroups: { names: securityGroups, rule: "LoadBalancerConfiguration securityGroups" } }),
  });
}

/** The annotation has to be the same, order included, on all members that set it. */
function ownGroupsOf(members: readonly GroupMember[], name: string): Declared<NamedGroups | undefined> {
  const lists = members.flatMap(({ ingress }) => {
    const text = ingressAnnotation(ingress, name);
    return text === undefined ? [] : [parseList(text)];
  });
  const texts = new Set(lists.map((names) => names.join()));
  if (texts.size > 1) return refused(`conflicting ${name}: ${[...texts].join(" | ")}`, members.some(declaresRanges));
  const [names = []] = lists;
  return asked(names.length === 0 ? undefined : { names, rule: name });
}

const httpsPort = 443;
const httpPort = 80;

/** The ports of the annotation listen-ports, a JSON list of {"HTTP": 80} and the like. */
function listenPortsOf(member: GroupMember): Declared<readonly number[]> {
  const { ingress, params } = member;
  const text = ingressAnnotation(ingress, "listen-ports");
  if (text === undefined) {
    const certificates = [...(params?.certificateArns ?? []), ...parseList(ingressAnnotation(ingress, "certificate-arn") ?? "")];
    // A certificate that the controller is to ask for counts as one that is named. Source: pkg/ingress/model_builder.go.
    const isCreated = parseGoBool(ingressAnnotation(ingress, "create-acm-cert") ?? "") === true;
    return asked([certificates.length > 0 || isCreated ? httpsPort : httpPort]);
  }
  const ports = portsIn(text);
  return ports === undefined
    ? refused(`listen-ports ${JSON.stringify(text)} of ${ingress.namespace}/${ingress.name}`, declaresRanges(member))
    : asked(ports);
}

function portsIn(text: string): readonly number[] | undefined {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    return undefined; // What it is when it does not parse: nothing that the controller takes.
  }
  if (!Array.isArray(entries) || entries.length === 0) return undefined;
  const pairs: readonly (readonly [string, unknown])[] = entries.flatMap((entry: unknown) =>
    typeof entry === "object" && entry !== null ? Object.entries(entry) : [["", entry]],
  );
  const ports = pairs.flatMap(([protocol, port]) => (isAlbProtocol(protocol) && isPort(port) ? [port] : []));
  return ports.length === pairs.length ? ports : undefined;
}

const isAlbProtocol = (text: string): boolean => text === "HTTP" || text === "HTTPS";
const isPort = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65535;

function mergedRanges(members: readonly GroupMember[], port: number): Declared<DeclaredSources["ranges"]> {
  const lists = members.map((member) => rangesOfMember(member));
  const wrong = lists.flatMap(({ cidrs }) => cidrs).find((cidr) => !isBlock(cidr));
  if (wrong !== undefined) return refused(`inbound-cidrs holds ${JSON.stringify(wrong)}`);
  const cidrs = sameOrNone(lists.map((list) => list.cidrs));
  if (cidrs === undefined) return refused(`conflicting inbound-cidrs on port ${port}`);
  const prefixListIds = sameOrNone(lists.map((list) => list.prefixListIds));
  if (prefixListIds === undefined) return refused(`conflicting prefix lists on port ${port}`);
  if (cidrs.length === 0 && prefixListIds.length === 0) return asked(undefined);
  const rules = lists.filter((list) => list.cidrs.length + list.prefixListIds.length > 0).map(({ rule }) => rule);
  return asked({ cidrs, prefixListIds, rule: [...new Set(rules)].join(" and ") });
}

/** What IngressClassParams say beats the annotations, the two kinds of list each by itself. */
function rangesOfMember({ ingress, params }: GroupMember): NonNullable<DeclaredSources["ranges"]> {
  const fromParams = params !== undefined && params.inboundCidrs.length > 0;
  const listsFromParams = params !== undefined && params.prefixListIds.length > 0;
  return {
    cidrs: fromParams ? params.inboundCidrs : parseList(ingressAnnotation(ingress, "inbound-cidrs") ?? ""),
    prefixListIds: listsFromParams ? params.prefixListIds : parseList(ingressAnnotation(ingress, "security-group-prefix-lists") ?? ""),
    rule: fromParams || listsFromParams ? `IngressClassParams ${params?.name ?? ""}` : "annotations of the Ingress",
  };
}

function declaresRanges(member: GroupMember): boolean {
  const { cidrs, prefixListIds } = rangesOfMember(member);
  return cidrs.length + prefixListIds.length > 0;
}

/** The one list that is not empty; undefined where two differ. The order of a list says nothing. */
function sameOrNone(lists: readonly (readonly string[])[]): readonly string[] | undefined {
  const spoken = lists.filter((list) => list.length > 0);
  const texts = new Set(spoken.map((list) => [...new Set(list)].sort().join()));
  return texts.size > 1 ? undefined : (spoken[0] ?? []);
}
