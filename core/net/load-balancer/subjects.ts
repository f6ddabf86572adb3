/** What the checks of load balancers judge: each owner with its load balancers, and each load balancer without one. */
import type { LoadBalancer } from "../../model/aws.ts";
import type { Fact, Reason } from "../../model/fact.ts";
import type { Gateway, TargetGroupBinding } from "../../model/gateway.ts";
import type { Ingress, Service } from "../../model/kubernetes.ts";
import { objectId, type Resource } from "../../model/resource.ts";
import { type Taking, takingOfService } from "./controller.ts";
import type { ControllerFlags } from "./controller-flags.ts";
import type { ClassifiedGateway } from "./gateway.ts";
import { type GroupMember, groupKey, type Ingresses } from "./ingress-group.ts";
import { gatewayRef, ingressRef, isTaken, type KubernetesPlane, type Owners, type Ownership, ownershipsOf, refKey } from "./owner.ts";
import type { OwnerRef } from "./tags.ts";

/** What Kubernetes says of an owner. `absent`: read, and there is no such object. `none`: the load balancer has no owner. */
export type Manifest =
  | FoundManifest
  | { readonly kind: "absent" }
  | { readonly kind: "none" }
  /** `exists`: the object is there, and what it says could not be told. */
  | { readonly kind: "unread"; readonly reason: Reason; readonly exists?: true };

/** `flags` are those by which AWS Load Balancer Controller reads it. */
export type FoundManifest = { readonly taking: Taking; readonly flags: ControllerFlags } & (
  | { readonly kind: "Service"; readonly service: Service }
  | { readonly kind: "Ingress"; readonly ingress: Ingress; readonly members: readonly GroupMember[] }
  | ({ readonly kind: "Gateway" } & Pick<ClassifiedGateway, "gateway" | "settings">)
);

/** Why an object that asks for a load balancer has none: for certain, or as far as could be seen. */
export type Absence = { readonly state: "none"; readonly rule: string } | { readonly state: "unsure"; readonly reason: Reason };

export interface Subject {
  readonly resource: Resource;
  /** None only with `absence`. */
  readonly loadBalancers: readonly Ownership[];
  readonly manifest: Manifest;
  readonly absence?: Absence;
}

export interface Subjects {
  /** Sorted by the id of the resource. */
  readonly subjects: readonly Subject[];
  /** Load balancers of which it is not known whether they are the cluster's. Each may be anybody's, so it withholds every pass that it could spoil. */
  readonly undecided: readonly (Ownership & { readonly reason: Reason })[];
  /** What may lead to the cluster's pods from load balancers that are not its own. It spoils no owner's pass. */
  readonly unfollowed: readonly Unfollowed[];
}

/** Load balancers that may be bound to the cluster's pods, or none where such a one stands outside the VPC. */
export interface Unfollowed {
  readonly reason: Reason;
  readonly loadBalancers: readonly Ownership[];
}

/** @param cluster its name and ARN */
export function subjectsOf(
  loadBalancers: readonly LoadBalancer[],
  plane: KubernetesPlane,
  cluster: Pick<Resource, "id" | "name">,
): Subjects {
  const told = ownershipsOf(loadBalancers, plane, cluster.name);
  const { ownerships, ingresses } = told;
  const undecided = ownerships.flatMap((one) =>
    one.belongs === "unknown" && one.reason !== undefined ? [{ ...one, reason: one.reason }] : [],
  );
  const ours = ownerships.filter(({ belongs }) => belongs === "yes" || belongs === "bound");
  const manifests = manifestLookup(plane, told);
  const owned = new Map<string, { readonly ref: OwnerRef; readonly loadBalancers: Ownership[] }>();
  for (const ownership of ours) {
    for (const ref of ownership.owners) {
      const entry = owned.get(refKey(ref)) ?? { ref, loadBalancers: [] };
      entry.loadBalancers.push(ownership);
      owned.set(refKey(ref), entry);
    }
  }
  const subjects: Subject[] = [
    ...[...owned.values()].map(({ ref, loadBalancers: its }) => ({
      resource: resourceOf(cluster, ref),
      loadBalancers: its,
      manifest: manifests(ref),
    })),
    ...ours.filter(({ owners }) => owners.length === 0).map((ownership) => ownerless(ownership, ingresses)),
    ...withoutLoadBalancer({ plane, told, ours, undecided, isOwned: (ref) => owned.has(refKey(ref)) }).map(({ ref, absence }) => ({
      resource: resourceOf(cluster, ref),
      loadBalancers: [],
      manifest: manifests(ref),
      absence,
    })),
  ];
  return { subjects: subjects.sort((a, b) => (a.resource.id < b.resource.id ? -1 : 1)), undecided, unfollowed: unfollowedOf(told) };
}

/** Less what the cluster did not make: for what is asked of makers alone. */
export const madeForCluster = ({ subjects, undecided }: Subjects): Subjects => ({
  undecided,
  unfollowed: [],
  subjects: subjects.filter(({ loadBalancers }) => loadBalancers.length === 0 || loadBalancers.some(({ belongs }) => belongs !== "bound")),
});

function unfollowedOf({ ownerships, bindings: { doubt, elsewhere } }: Owners): readonly Unfollowed[] {
  const [first] = elsewhere;
  const outside: readonly Unfollowed[] =
    first === undefined ? [] : [{ loadBalancers: [], reason: { code: "not-found", message: outsideWords(first, elsewhere.length - 1) } }];
  if (doubt === undefined) return outside;
  // Classic load balancers have no target groups.
  const strangers = ownerships.filter(({ belongs, loadBalancer }) => belongs === "no" && loadBalancer.type !== "classic");
  return strangers.length === 0 ? outside : [{ loadBalancers: strangers, reason: doubt }, ...outside];
}

const outsideWords = ({ namespace, name, targetGroupArn = "" }: TargetGroupBinding, more: number): string =>
  `TargetGroupBinding ${namespace}/${name}${more > 0 ? ` and ${more} more` : ""} binds ${targetGroupArn}, which is no target group of the VPC.`;

const plurals = { Service: "services", Ingress: "ingresses", Gateway: "gateways" } as const;

const resourceOf = (cluster: Pick<Resource, "id">, { kind, namespace, name }: OwnerRef): Resource => ({
  kind,
  id: objectId(cluster.id, plurals[kind], name, namespace),
  namespace,
  name,
});

/** A load balancer that stands for itself; the group's Ingresses are unread rather than absent where they could not be told. */
function ownerless(ownership: Ownership, ingresses: Fact<Ingresses>): Subject {
  const { arn, name } = ownership.loadBalancer;
  const reason = ownership.group === undefined ? undefined : whyUntold(ingresses);
  return {
    resource: { kind: "LoadBalancer", id: arn, name },
    loadBalancers: [ownership],
    manifest: reason === undefined ? { kind: "none" } : { kind: "unread", reason },
  };
}

const whyUntold = (ingresses: Fact<Ingresses>): Reason | undefined =>
  ingresses.state === "unknown" ? ingresses.reason : ingresses.value.unclassified[0]?.reason;

function manifestLookup(plane: KubernetesPlane, { ingresses, gateways, flags }: Owners): (ref: OwnerRef) => Manifest {
  const gatewayManifest = gatewayLookup(gateways, flags);
  const services = new Map(
    (plane.services.state === "known" ? plane.services.value : []).map((one) => [`${one.namespace}/${one.name}`, one]),
  );
  const classified = new Map(
    (ingresses.state === "known" ? ingresses.value.classified : []).map((one) => [`${one.ingress.namespace}/${one.ingress.name}`, one]),
  );
  const unclassified = new Map(
    (ingresses.state === "known" ? ingresses.value.unclassified : []).map((one) => [
      `${one.ingress.namespace}/${one.ingress.name}`,
      one.reason,
    ]),
  );
  return ({ kind, namespace, name }) => {
    const key = `${namespace}/${name}`;
    if (kind === "Gateway") return gatewayManifest(key);
    if (kind === "Service") {
      if (plane.services.state === "unknown") return { kind: "unread", reason: plane.services.reason };
      const service = services.get(key);
      return service === undefined ? { kind: "absent" } : { kind: "Service", service, taking: takingOfService(service, flags), flags };
    }
    if (ingresses.state === "unknown") return { kind: "unread", reason: ingresses.reason };
    const reason = unclassified.get(key);
    if (reason !== undefined) return { kind: "unread", reason, exists: true };
    const found = classified.get(key);
    if (found === undefined) return { kind: "absent" };
    const { ingress, taking, member } = found;
    // A refused one stands alone: what it says can still be read.
    if (member === undefined) return { kind: "Ingress", ingress, taking, flags, members: alone(ingress, taking) };
    // An Ingress whose class was not read may be one more member, and one member decides for all.
    const isExplicit = member.group !== `${ingress.namespace}/${ingress.name}`;
    const untold = isExplicit ? ingresses.value.unclassified[0]?.reason : undefined;
    if (untold !== undefined) return { kind: "unread", reason: untold, exists: true };
    const members = ingresses.value.groups.get(groupKey(member.controller, member.group)) ?? [];
    return { kind: "Ingress", ingress, taking, flags, members };
  };
}

function gatewayLookup(gateways: Owners["gateways"], flags: ControllerFlags): (key: string) => Manifest {
  if (gateways.state === "unknown") return () => ({ kind: "unread", reason: gateways.reason });
  const keyOf = ({ gateway }: { readonly gateway: Gateway }): string => `${gateway.namespace}/${gateway.name}`;
  const classified = new Map(gateways.value.classified.map((one) => [keyOf(one), one]));
  const unclassified = new Map(gateways.value.unclassified.map((one) => [keyOf(one), one.reason]));
  return (key) => {
    const found = classified.get(key);
    if (found !== undefined) return { kind: "Gateway", flags, ...found };
    const reason = unclassified.get(key);
    return reason === undefined ? { kind: "absent" } : { kind: "unread", reason, exists: true };
  };
}

const alone = (ingress: Ingress, taking: Taking): readonly GroupMember[] =>
  taking.by === "aws-load-balancer-controller" || taking.by === "auto-mode"
    ? [{ ingress, controller: taking.by, group: `${ingress.namespace}/${ingress.name}`, taking }]
    : [];

interface Unowned {
  readonly plane: KubernetesPlane;
  readonly told: Owners;
  readonly ours: readonly Ownership[];
  readonly undecided: Subjects["undecided"];
  readonly isOwned: (ref: OwnerRef) => boolean;
}

/** The objects that ask for a load balancer and have none that could be told. */
function withoutLoadBalancer({ plane, told, ours, undecided, isOwned }: Unowned): readonly { ref: OwnerRef; absence: Absence }[] {
  const found: { ref: OwnerRef; absence: Absence }[] = [];
  const note = (ref: OwnerRef, hostnames: readonly string[], rule: string) => {
    if (!isOwned(ref)) found.push({ ref, absence: absenceOf(hostnames, undecided, rule) });
  };
  if (plane.services.state === "known") {
    for (const service of plane.services.value) {
      const taking = takingOfService(service, told.flags);
      if (service.type !== "LoadBalancer" && taking.by === "nobody") continue;
      const { namespace, name } = service;
      note({ kind: "Service", namespace, name }, service.hostnames, whyNoneBy(taking));
    }
  }
  const { ingresses, gateways } = told;
  for (const { gateway, taking } of gateways.state === "known" ? gateways.value.classified : []) {
    if (isTaken(taking)) note(gatewayRef(gateway), gateway.hostnames, whyNoneBy(taking));
  }
  if (ingresses.state === "unknown") return found;
  for (const { ingress, taking } of ingresses.value.classified) {
    if (isTaken(taking)) note(ingressRef(ingress), ingress.hostnames, whyNoneBy(taking));
  }
  // Behind another controller it would be nobody's subject; only where a group's load balancer may be its own does the doubt matter.
  if (ours.some(({ group }) => group !== undefined)) {
    for (const { ingress, reason } of ingresses.value.unclassified) {
      if (!isOwned(ingressRef(ingress))) found.push({ ref: ingressRef(ingress), absence: { state: "unsure", reason } });
    }
  }
  return found;
}

function whyNoneBy(taking: Taking): string {
  if (taking.by === "nobody") return `no controller takes it: ${taking.rule}`;
  if (taking.by === "another") return `it is left to another controller: ${taking.rule}`;
  return taking.refused === undefined ? "its controller has made none" : `its controller refuses it: ${taking.refused}`;
}

/** A DNS name that only Elastic Load Balancing gives, in any partition. */
const elbHostname = /\.elb\.(?:[a-z0-9-]+\.)+[a-z]+$/i;

function absenceOf(hostnames: readonly string[], undecided: Subjects["undecided"], rule: string): Absence {
  const elsewhere = hostnames.find((hostname) => elbHostname.test(hostname));
  if (elsewhere !== undefined) {
    const message = `Its status names ${elsewhere}, which is no load balancer of the cluster in the cluster's VPC.`;
    return { state: "unsure", reason: { code: "not-found", message } };
  }
  const [first] = undecided;
  return first === undefined ? { state: "none", rule } : { state: "unsure", reason: doubtOf(undecided) };
}

/** Why a pass can't be given while it is not known whose these load balancers are. */
export function doubtOf(undecided: Subjects["undecided"]): Reason {
  const names = undecided.slice(0, 3).map(({ loadBalancer }) => loadBalancer.name);
  const more = undecided.length > names.length ? ` and ${undecided.length - names.length} more` : "";
  const why = undecided[0]?.reason.message ?? "";
  return { code: "depends-on-unknown", message: `It is not known whose ${names.join(", ")}${more} may be: ${why}` };
}
