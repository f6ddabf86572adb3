/** Whether something enforces the source ranges that a manifest declares, and why not where nothing does. */
import type { Listener, LoadBalancer, SecurityGroup, Subnet } from "../../model/aws.ts";
import { type Fact, known, type Reason, unknown } from "../../model/fact.ts";
import type { Service } from "../../model/kubernetes.ts";
import { type AddressSet, difference, isEmpty, isWithin, parseFilterCidrs, union } from "../addresses.ts";
import { type Admission, admittedByRules, coversAnyOf, type GroupIndex, letsInNoMoreThan, type Ports } from "../security-group.ts";
import type { Ownership } from "./owner.ts";
import { rangesAdmission, type SourceRequest } from "./requested.ts";
import { type DeclaredSources, writesNoBackendRules } from "./source-ranges.ts";
import { familiesOf, type Reach } from "./sources.ts";
import type { Manifest } from "./subjects.ts";
import { clientAddressesKept, type TargetIndex } from "./targets.ts";

export type Enforcement =
  /** No ranges are declared, or only such as restrict nothing. */
  | { readonly state: "none"; readonly rule: string }
  | { readonly state: "enforced"; readonly by: string }
  | { readonly state: "not-enforced"; readonly why: string; readonly admitted?: AddressSet }
  | { readonly state: "unknown"; readonly reason: Reason };

export interface EnforcementInput {
  readonly ownership: Ownership;
  readonly manifest: Manifest;
  readonly requested: SourceRequest;
  readonly reach: Reach;
  readonly index: GroupIndex;
  readonly subnets: Fact<readonly Subnet[]>;
  /** Target groups; left out, they count as not read. */
  readonly targets?: TargetIndex;
}

export function enforcementOf(input: EnforcementInput): Enforcement {
  const { ownership, requested, reach } = input;
  const { loadBalancer } = ownership;
  // A port that no listener has asks for what the manifest asks of all its ports.
  const ports = reach.listeners.state === "known" ? reach.listeners.value.map(({ listener }) => listener.port) : [];
  const declared = (ports.length > 0 ? ports : [noPort]).map((port) => requested.sourcesOn(port));
  const restricting = declared.filter((sources) => restricts(sources, loadBalancer, input.index));
  const [first] = restricting;
  if (first === undefined) {
    const spoken = declared.some(({ ranges }) => ranges !== undefined);
    return { state: "none", rule: spoken ? "the ranges it declares hold every address" : "it declares no source ranges" };
  }
  // An in-tree network load balancer without security groups gets none later, named or not: nodes are what refuses then.
  const isOnNodes = requested.controller === "in-tree" && reach.guardedBy === "nothing";
  if (first.ownGroups !== undefined && !isOnNodes) {
    const { names, rule } = first.ownGroups;
    return {
      state: "not-enforced",
      why: `${rule} puts ${names.join(", ")} in the place of the managed security group, so that the ranges are written nowhere`,
    };
  }
  return reach.guardedBy === "security groups" ? bySecurityGroups(input, first) : behindTheLoadBalancer(input, first);
}

const noPort = -1;

/** Whether the declared ranges hold less than every address of the load balancer's families. */
export function restricts(sources: DeclaredSources, loadBalancer: LoadBalancer, index: GroupIndex): boolean {
  const asked = rangesAdmission(sources, loadBalancer, index);
  return asked !== undefined && !isWithin(familiesOf(loadBalancer), asked.atLeast);
}

/** The load balancer's own groups: their rules for each listener, against the ranges declared for its port. */
function bySecurityGroups(input: EnforcementInput, declared: DeclaredSources): Enforcement {
  const { ownership, requested, reach, index } = input;
  const { loadBalancer } = ownership;
  const enforced: Enforcement = { state: "enforced", by: `security groups ${loadBalancer.securityGroupIds.join(", ")}` };
  if (reach.listeners.state === "unknown") {
    const asked = rangesAdmission(declared, loadBalancer, index);
    const fits = asked !== undefined && letsInNoMoreThan(reach.anyPort, asked) === "yes";
    return fits ? enforced : { state: "unknown", reason: reach.listeners.reason };
  }
  let doubt: Reason | undefined;
  for (const { listener, admission } of reach.listeners.value) {
    const sources = requested.sourcesOn(listener.port);
    const asked = rangesAdmission(sources, loadBalancer, index);
    if (asked === undefined) continue;
    const answer = letsInNoMoreThan(admission, asked);
    if (answer === "no") return widened(input, sources, listener, admission.atLeast);
    if (answer === "maybe") doubt ??= whyUnsure(admission, asked);
  }
  return doubt === undefined ? enforced : { state: "unknown", reason: doubt };
}

function widened(input: EnforcementInput, sources: DeclaredSources, listener: Listener, admitted: AddressSet): Enforcement {
  const { requested, ownership } = input;
  const on = `on ${listener.protocol} ${listener.port}`;
  const why = (): string => {
    if (sources.extraGroups !== undefined)
      return `${sources.extraGroups.rule} adds ${sources.extraGroups.names.join(", ")}, and together the groups admit more ${on}`;
    if (requested.controller === "auto-mode" && sources.ranges?.rule.startsWith("annotation") === true) {
      return `EKS Auto Mode does not support the annotation, and the security groups admit more ${on}`;
    }
    return `security groups ${ownership.loadBalancer.securityGroupIds.join(", ")} admit more ${on}`;
  };
  return { state: "not-enforced", why: why(), admitted };
}

/** What keeps two admissions from being compared. */
export function whyUnsure(...admissions: readonly Admission[]): Reason {
  for (const { atMost } of admissions) if (atMost.state === "unknown") return atMost.reason;
  const groups = admissions.flatMap((admission) => admission.groups);
  return { code: "depends-on-unknown", message: `Members of ${groups.join(", ")} are admitted, and their addresses were not read.` };
}

/** A network load balancer without security groups: only nodes and pods can refuse a client, and only by an address that they still see. */
function behindTheLoadBalancer(input: EnforcementInput, declared: DeclaredSources): Enforcement {
  const { manifest, requested } = input;
  if (manifest.kind === "Service" && requested.controller !== "in-tree" && writesNoBackendRules(manifest.service)) {
    return {
      state: "not-enforced",
      why: "the load balancer has no security groups, and aws-load-balancer-manage-backend-security-group-rules keeps the controller from writing the ranges on nodes and pods",
    };
  }
  if (manifest.kind === "Gateway" && manifest.settings.state === "known" && manifest.settings.value.disableSecurityGroup === true) {
    const why =
      "disableSecurityGroup in its LoadBalancerConfiguration leaves the load balancer without the security group that would hold them";
    return { state: "not-enforced", why };
  }
  const kept = clientAddressesSeen(input);
  if (kept.state === "known" && kept.value.lostOn !== undefined) {
    const { protocol, port } = kept.value.lostOn;
    return {
      state: "not-enforced",
      why: `the load balancer has no security groups, and targets behind ${protocol} ${port} see its address in the place of the client's, so that nothing can tell who is in the ranges`,
    };
  }
  if (manifest.kind === "Service" && requested.controller === "in-tree") {
    const onNodes = byNodeGroups(input, manifest.service, declared);
    return onNodes.state === "enforced" && kept.state === "unknown" ? kept : onNodes;
  }
  if (kept.state === "unknown") return kept;
  const message = "The load balancer has no security groups, and whether those of its targets hold the ranges was not read.";
  return { state: "unknown", reason: { code: "depends-on-unknown", message } };
}

/** A listener with declared ranges whose targets do not see the client's address; none where all do. */
function clientAddressesSeen({ ownership, requested, reach, index, targets }: EnforcementInput): Fact<{ readonly lostOn?: Listener }> {
  const { loadBalancer } = ownership;
  if (reach.listeners.state === "unknown") return reach.listeners;
  if (targets === undefined) return notAsked;
  let doubt: Fact<never> | undefined;
  for (const { listener } of reach.listeners.value) {
    if (!restricts(requested.sourcesOn(listener.port), loadBalancer, index)) continue;
    const kept = clientAddressesKept(loadBalancer, listener, targets);
    if (kept.state === "known" && !kept.value) return known({ lostOn: listener });
    if (kept.state === "unknown") doubt ??= kept;
  }
  return doubt ?? known({});
}

const notAsked = unknown(
  "depends-on-unknown",
  "The load balancer has no security groups, and whether its targets see the client's address was not read.",
);

/** Descriptions of the rules that the in-tree controller writes on node security groups. Source: cloud-provider-aws:pkg/providers/v1/aws_loadbalancer.go. */
const clientRule = "kubernetes.io/rule/nlb/client=";
const healthRule = "kubernetes.io/rule/nlb/health=";

function byNodeGroups(input: EnforcementInput, service: Service, declared: DeclaredSources): Enforcement {
  const { ownership, index } = input;
  const { loadBalancer } = ownership;
  const asked = rangesAdmission(declared, loadBalancer, index);
  if (index.all.state === "unknown") return { state: "unknown", reason: index.all.reason };
  if (asked === undefined) return { state: "none", rule: "it declares no source ranges" };
  const isWritten = isWrittenFor(loadBalancer);
  const nodeGroups = index.all.value.filter(isWritten);
  if (nodeGroups.length === 0) {
    const message = `No security group of the VPC holds the rules that the in-tree controller writes for ${loadBalancer.name}.`;
    return { state: "unknown", reason: { code: "not-found", message } };
  }
  const ports = nodePortsOf(service);
  if (ports.length === 0) {
    // The in-tree controller passes over such ports, and what it wrote for them once may still stand.
    const message = `Service ${service.namespace}/${service.name} has no node port, so which rules let clients of ${loadBalancer.name} in is not known.`;
    return { state: "unknown", reason: { code: "depends-on-unknown", message } };
  }
  const allowed = allowedOnNodes(input, asked);
  const ids = nodeGroups.map(({ id }) => id).join(", ");
  const onNodes = admittedOn(nodeGroups, ports, index);
  if (asked.atMost.state === "known" && allowed.state === "known" && !isWithin(onNodes.atLeast, allowed.value)) {
    return {
      state: "not-enforced",
      why: `node security groups ${ids} admit more on the node port`,
      admitted: onNodes.atLeast,
    };
  }
  if (allowed.state === "unknown")
    return isWithin(onNodes.atLeast, asked.atLeast) ? enforcedBy(ids) : { state: "unknown", reason: allowed.reason };
  if (onNodes.atMost.state === "unknown") return { state: "unknown", reason: onNodes.atMost.reason };
  const others = index.all.value.filter((group) => !isWritten(group));
  const elsewhere = others.filter((group) => !isEmpty(difference(admittedOn([group], ports, index).atLeast, allowed.value)));
  if (elsewhere.length > 0) {
    const message = `It was not read whether nodes carry ${elsewhere.map(({ id }) => id).join(", ")}, which admit more on the node port.`;
    return { state: "unknown", reason: { code: "depends-on-unknown", message } };
  }
  return enforcedBy(ids);
}

const enforcedBy = (ids: string): Enforcement => ({ state: "enforced", by: `node security groups ${ids}` });

/** Whether the in-tree controller writes rules of the load balancer's clients into the group. */
export const isWrittenFor = ({ name }: LoadBalancer): ((group: SecurityGroup) => boolean) => {
  const written = `${clientRule}${name}`;
  return ({ ingress }) => ingress.some(({ descriptions }) => descriptions.includes(written));
};

export const nodePortsOf = (service: Service): readonly Ports[] =>
  service.ports.flatMap(({ nodePort = 0, protocol }) =>
    nodePort === 0 ? [] : [{ protocol: protocol === "UDP" ? ("udp" as const) : ("tcp" as const), from: nodePort, to: nodePort }],
  );

/** Rules on the node ports, less what other groups are the source of. */
const admittedOn = (groups: readonly SecurityGroup[], ports: readonly Ports[], index: GroupIndex): Admission =>
  admittedByRules(
    groups.flatMap(({ ingress }) => ingress).filter((rule) => ports.some((port) => coversAnyOf(rule, port))),
    index,
  );

/** The declared ranges, and the load balancer's own subnets where health checks were let in beside them. */
function allowedOnNodes({ ownership, index, subnets }: EnforcementInput, asked: Admission): Fact<AddressSet> {
  const written = `${healthRule}${ownership.loadBalancer.name}`;
  const groups = index.all.state === "known" ? index.all.value : [];
  const hasHealthRules = groups.some(({ ingress }) => ingress.some(({ descriptions }) => descriptions.includes(written)));
  if (asked.atMost.state === "unknown" || !hasHealthRules) return asked.atMost;
  if (subnets.state === "unknown") return subnets;
  const own = subnets.value.filter(({ id }) => ownership.loadBalancer.subnetIds.includes(id)).flatMap(({ cidrs }) => cidrs);
  return { state: "known", value: union(asked.atMost.value, parseFilterCidrs(own)) };
}
