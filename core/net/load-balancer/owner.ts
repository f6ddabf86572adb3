/**
 * Who owns the load balancers of a VPC: tags first, since AWS keeps them and they name cluster and owner; the DNS name in
 * an object's status where the tags were not read or name no owner. A load balancer tagged for another cluster is not ours,
 * but a TargetGroupBinding may lead from anybody's to the cluster's pods.
 */
import type { LoadBalancer } from "../../model/aws.ts";
import type { Fact, Reason } from "../../model/fact.ts";
import type { TargetGroupBinding } from "../../model/gateway.ts";
import type { Service } from "../../model/kubernetes.ts";
import type { Workload } from "../../model/workloads.ts";
import { type BindingPlane, type Bindings, bindingsOf } from "./bindings.ts";
import type { Controller, Taking } from "./controller.ts";
import { type ControllerFlags, controllerFlagsOf } from "./controller-flags.ts";
import { classifyGateways, type GatewayPlane, type Gateways } from "./gateway.ts";
import { classifyIngresses, type GroupMember, groupKey, type Ingresses, type IngressPlane } from "./ingress-group.ts";
import { claimOf, type OwnerRef, type TagClaim } from "./tags.ts";

/** What was read of the objects that own load balancers or stand behind them, and of the controllers' own flags. */
export interface KubernetesPlane extends IngressPlane, GatewayPlane, BindingPlane {
  readonly services: Fact<readonly Service[]>;
  readonly workloads: Fact<readonly Workload[]>;
}

/** Whose one load balancer is. */
export interface Ownership {
  readonly loadBalancer: LoadBalancer;
  /** `bound`: made by nobody in the cluster, and bound to its pods. */
  readonly belongs: "yes" | "bound" | "no" | "unknown";
  /** Why it is not known whether it belongs to the cluster. */
  readonly reason?: Reason;
  readonly controller?: Controller;
  /** Several only for an Ingress group. Empty: no owner, or one that can't be told: the load balancer stands for itself. */
  readonly owners: readonly OwnerRef[];
  /** The explicit Ingress group it was made for. */
  readonly group?: string;
  readonly isFrontend: boolean;
  /** What leads from a load balancer without owner to the cluster's pods. */
  readonly bindings?: readonly TargetGroupBinding[];
}

/** The ownership of each load balancer, in the order given, and what was told of the objects on the way. */
export interface Owners {
  readonly ownerships: readonly Ownership[];
  readonly ingresses: Fact<Ingresses>;
  readonly gateways: Fact<Gateways>;
  readonly bindings: Bindings;
  readonly flags: ControllerFlags;
}

export const refKey = ({ kind, namespace, name }: OwnerRef): string => `${kind} ${namespace}/${name}`;

/** @param cluster its name */
export function ownershipsOf(loadBalancers: readonly LoadBalancer[], plane: KubernetesPlane, cluster: string): Owners {
  const flags = controllerFlagsOf(plane.workloads);
  const told = { ingresses: classifyIngresses(plane, flags), gateways: classifyGateways(plane), bindings: bindingsOf(plane), flags };
  const join: Join = { cluster, ...told, byHostname: hostnames(plane, told), byInTreeName: inTreeNames(plane) };
  return { ...told, ownerships: loadBalancers.map((loadBalancer) => withBindings(ownershipOf(loadBalancer, join), join)) };
}

interface Candidates {
  readonly services: readonly OwnerRef[];
  /** Of an AWS controller for certain. */
  readonly ingresses: readonly GroupMember[];
  readonly gateways: readonly OwnerRef[];
  /** Of a controller that could not be told. */
  readonly unclassified: readonly OwnerRef[];
}
interface Join extends Omit<Owners, "ownerships"> {
  readonly cluster: string;
  readonly byHostname: ReadonlyMap<string, Candidates>;
  readonly byInTreeName: ReadonlyMap<string, OwnerRef>;
}

/** Only of those that have no owner: a controller binds the target groups of its own load balancers in the same way. */
function withBindings(ownership: Ownership, { bindings }: Join): Ownership {
  const { belongs, owners, loadBalancer } = ownership;
  if (owners.length > 0 || belongs === "unknown") return ownership;
  const its = bindings.of(loadBalancer.arn);
  if (its.length === 0) return ownership;
  return { ...ownership, belongs: belongs === "no" ? "bound" : belongs, bindings: its };
}

function ownershipOf(loadBalancer: LoadBalancer, join: Join): Ownership {
  const { tags } = loadBalancer;
  if (tags.state === "unknown") {
    return byHostname(loadBalancer, join) ?? byInTreeName(loadBalancer, join) ?? undecided(loadBalancer, tags.reason);
  }
  const claim = claimOf(tags.value);
  if (claim.clusters.includes(join.cluster)) return claimed(loadBalancer, claim, join);
  const stranger: Ownership = { loadBalancer, belongs: "no", owners: [], isFrontend: claim.isFrontend };
  if (claim.clusters.length > 0) return stranger;
  const joined = byHostname(loadBalancer, join);
  if (joined !== undefined) return joined;
  if (claim.controller === undefined) return stranger;
  return undecided(loadBalancer, { code: "not-found", message: "Its tags are a Kubernetes controller's and name no cluster." });
}

const undecided = (loadBalancer: LoadBalancer, reason: Reason): Ownership => ({
  loadBalancer,
  belongs: "unknown",
  reason,
  owners: [],
  isFrontend: false,
});

function claimed(loadBalancer: LoadBalancer, claim: TagClaim, join: Join): Ownership {
  const { controller, owner, group, isFrontend } = claim;
  const ours = { loadBalancer, belongs: "yes", isFrontend, ...(controller === undefined ? {} : { controller }) } as const;
  if (owner !== undefined) return { ...ours, owners: [owner] };
  if (group !== undefined) return { ...ours, group, owners: membersOf(loadBalancer, controller, group, join) };
  const named = byHostname(loadBalancer, join);
  return named === undefined ? { ...ours, owners: [] } : { ...named, ...ours };
}

/** Today's members of the group, and the Ingresses whose status still names its load balancer. */
function membersOf(loadBalancer: LoadBalancer, controller: Controller | undefined, group: string, join: Join): readonly OwnerRef[] {
  if (join.ingresses.state === "unknown") return [];
  const members = controller === undefined ? [] : (join.ingresses.value.groups.get(groupKey(controller, group)) ?? []);
  const named = join.byHostname.get(loadBalancer.dnsName.toLowerCase());
  const refs = [
    ...members.map(({ ingress }) => ingressRef(ingress)),
    ...(named?.ingresses ?? []).map(({ ingress }) => ingressRef(ingress)),
    ...(named?.unclassified ?? []),
  ];
  return unique(refs);
}

const unique = (refs: readonly OwnerRef[]): readonly OwnerRef[] => [...new Map(refs.map((ref) => [refKey(ref), ref])).values()];

/**
 * The owner by the DNS name in its status. An Ingress of another controller repeats the name of the Service before it, so
 * a Service comes first, and an Ingress of an unknown class counts only for an application load balancer.
 */
function byHostname(loadBalancer: LoadBalancer, join: Join): Ownership | undefined {
  const named = join.byHostname.get(loadBalancer.dnsName.toLowerCase());
  if (named === undefined) return undefined;
  const found: Ownership = { loadBalancer, belongs: "yes", owners: [], isFrontend: false };
  if (named.services.length > 0) return { ...found, owners: named.services };
  const isApplication = loadBalancer.type === "application";
  const controller = named.ingresses[0]?.controller;
  // What is one member's load balancer is the whole group's, whether or not their statuses say so yet.
  const groups = new Set(named.ingresses.map((member) => groupKey(member.controller, member.group)));
  const byKey = join.ingresses.state === "known" ? join.ingresses.value.groups : undefined;
  const members = [...groups].flatMap((key) => byKey?.get(key) ?? []);
  const owners = unique([...members.map(({ ingress }) => ingressRef(ingress)), ...(isApplication ? named.unclassified : [])]);
  if (owners.length === 0) return byGateway(found, named);
  // The one network load balancer that a controller makes for an Ingress stands in front of its application load balancer.
  return { ...found, owners, isFrontend: !isApplication, ...(controller === undefined ? {} : { controller }) };
}

const byGateway = (found: Ownership, { gateways }: Candidates): Ownership | undefined =>
  gateways.length === 0 ? undefined : { ...found, owners: gateways, controller: "aws-load-balancer-controller" };

/** Source: kubernetes/cloud-provider:cloud.go, DefaultLoadBalancerName. */
const inTreeNameLength = 32;
const inTreeNameOf = ({ uid }: Service): string => `a${uid.replaceAll("-", "")}`.slice(0, inTreeNameLength);

function byInTreeName(loadBalancer: LoadBalancer, join: Join): Ownership | undefined {
  const owner = join.byInTreeName.get(loadBalancer.name);
  return owner === undefined ? undefined : { loadBalancer, belongs: "yes", owners: [owner], isFrontend: false, controller: "in-tree" };
}

const inTreeNames = ({ services }: KubernetesPlane): ReadonlyMap<string, OwnerRef> =>
  new Map(
    (services.state === "known" ? services.value : []).map((service) => [
      inTreeNameOf(service),
      { kind: "Service", namespace: service.namespace, name: service.name },
    ]),
  );

export const gatewayRef = ({ namespace, name }: { readonly namespace: string; readonly name: string }): OwnerRef => ({
  kind: "Gateway",
  namespace,
  name,
});

export const ingressRef = ({ namespace, name }: { readonly namespace: string; readonly name: string }): OwnerRef => ({
  kind: "Ingress",
  namespace,
  name,
});

/** Whether a controller that this product knows takes the object: another's repeats the name of the Service before it. */
export const isTaken = ({ by }: Taking): boolean => by !== "nobody" && by !== "another";

function hostnames(
  plane: KubernetesPlane,
  { ingresses, gateways }: Pick<Owners, "ingresses" | "gateways">,
): ReadonlyMap<string, Candidates> {
  const found = new Map<string, { [K in keyof Candidates]: Candidates[K][number][] }>();
  const at = (hostname: string) => {
    const key = hostname.toLowerCase();
    const candidates = found.get(key) ?? { services: [], ingresses: [], gateways: [], unclassified: [] };
    found.set(key, candidates);
    return candidates;
  };
  if (plane.services.state === "known") {
    for (const { hostnames: names, namespace, name } of plane.services.value) {
      for (const hostname of names) at(hostname).services.push({ kind: "Service", namespace, name });
    }
  }
  if (ingresses.state === "known") {
    for (const { ingress, member } of ingresses.value.classified) {
      if (member === undefined) continue;
      for (const hostname of ingress.hostnames) at(hostname).ingresses.push(member);
    }
    for (const { ingress } of ingresses.value.unclassified) {
      for (const hostname of ingress.hostnames) at(hostname).unclassified.push(ingressRef(ingress));
    }
  }
  if (gateways.state === "known") {
    for (const { gateway, taking } of gateways.value.classified) {
      if (!isTaken(taking)) continue;
      for (const hostname of gateway.hostnames) at(hostname).gateways.push(gatewayRef(gateway));
    }
    for (const { gateway } of gateways.value.unclassified) {
      for (const hostname of gateway.hostnames) at(hostname).unclassified.push(gatewayRef(gateway));
    }
  }
  return found;
}
