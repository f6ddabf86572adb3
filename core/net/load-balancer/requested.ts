/** What a manifest asks of one of its load balancers today: scheme and sources together. */
import type { LoadBalancer } from "../../model/aws.ts";
import type { Reason } from "../../model/fact.ts";
import { type AddressSet, isWithin, parseFilterCidrs } from "../addresses.ts";
import {
  type Admission,
  admissionOf,
  admittedBy,
  admittedByPrefixList,
  type GroupIndex,
  nobody,
  type Ports,
  unionOf,
  within,
} from "../security-group.ts";
import { type Controller, controllerNames, type Taking } from "./controller.ts";
import type { Ownership } from "./owner.ts";
import {
  type AskedScheme,
  type DeclaredScheme,
  schemeOfFrontend,
  schemeOfGateway,
  schemeOfGroup,
  schemeOfService,
  type UnsureScheme,
} from "./scheme.ts";
import {
  type Declared,
  type DeclaredSources,
  type NamedGroups,
  sourcesOfFrontend,
  sourcesOfGateway,
  sourcesOfGroup,
  sourcesOfService,
} from "./source-ranges.ts";
import { familiesOf } from "./sources.ts";
import type { FoundManifest, Manifest } from "./subjects.ts";

/** What a manifest asks to be let in, as this controller reads it. */
export interface SourceRequest {
  readonly controller: Controller;
  /** What it asks to be let in on a listener's port. */
  readonly sourcesOn: (port: number) => DeclaredSources;
}

/** `nothing`: it asks for no such load balancer. `refused`: its controller fails on it, so nothing is made or changed. */
export type Requested =
  | {
      readonly state: "nothing" | "refused";
      readonly rule: string;
      /** What it says of sources all the same. */
      readonly sources?: SourceRequest;
      /** It names ranges, and they are part of what is refused. */
      readonly refusesRanges?: boolean;
    }
  | { readonly state: "unknown"; readonly reason: Reason }
  | { readonly state: "asked"; readonly scheme: AskedScheme | UnsureScheme; readonly sources: SourceRequest };

/** What the manifest asks of this load balancer. */
export function requestedOf(manifest: Manifest, ownership: Pick<Ownership, "isFrontend" | "controller" | "loadBalancer">): Requested {
  if (manifest.kind === "unread") return { state: "unknown", reason: manifest.reason };
  if (manifest.kind === "absent") return { state: "nothing", rule: "it does not exist" };
  if (manifest.kind === "none") return { state: "nothing", rule: "it has no owner" };
  const { taking } = manifest;
  if (manifest.kind === "Gateway" && ownership.controller === "auto-mode") {
    const message = `How ${controllerNames["auto-mode"]} reads a Gateway is not documented.`;
    return { state: "unknown", reason: { code: "not-supported", message } };
  }
  if (taking.by === "nobody" || taking.by === "another") return ofNobody(manifest, taking, ownership);
  const asked = ofController(manifest, taking.by, ownership);
  if (taking.refused !== undefined) return { ...withoutScheme(asked), state: "refused", rule: taking.refused };
  const left = whyLeftBehind(manifest, taking, ownership);
  if (left !== undefined) {
    const { controller = taking.by } = ownership;
    return { ...withoutScheme(ofController(manifest, controller, ownership)), state: "nothing", rule: left };
  }
  return asked;
}

/**
 * A class or an annotation may be changed from one kind of load balancer to another, or from one controller to another, and
 * what the first made is then left behind: the in-tree controller deletes nothing that is implemented elsewhere, and AWS Load
 * Balancer Controller adopts nothing without its own tags.
 */
function whyLeftBehind(
  manifest: FoundManifest,
  taking: Extract<Taking, { readonly makes: string }>,
  { controller, loadBalancer }: Pick<Ownership, "controller" | "loadBalancer">,
): string | undefined {
  if (manifest.kind === "Ingress") return undefined;
  if (taking.makes !== loadBalancer.type) return `${taking.rule} makes ${taking.makes} load balancers`;
  const isOther = controller !== undefined && (controller === "in-tree") !== (taking.by === "in-tree");
  return isOther ? `${taking.rule} makes load balancers of ${controllerNames[taking.by]}` : undefined;
}

/** No controller takes the object today, so that the load balancer was left behind; as far as that could be seen. */
function ofNobody(manifest: FoundManifest, taking: Taking, ownership: Pick<Ownership, "isFrontend" | "controller">): Requested {
  const { rule } = taking;
  if (manifest.kind === "Gateway") return { state: "nothing", rule };
  if (manifest.kind === "Ingress") {
    if (manifest.flags.isRead) return { state: "nothing", rule };
    // A class that is none of the usual may be the controller's all the same, by a flag.
    const message = `The flags of the controller, which tell whether it takes the Ingress, were not read (${rule}).`;
    return { state: "unknown", reason: { code: "depends-on-unknown", message } };
  }
  const { controller } = ownership;
  if (controller === undefined) return { state: "nothing", rule };
  const asked = ofController(manifest, controller, ownership);
  // A class never changes once it is set, so a load balancer that a controller made for it shows that its flags name the class.
  if (taking.by === "another" && controller !== "in-tree") return asked;
  return { ...withoutScheme(asked), state: "nothing", rule };
}

function withoutScheme(requested: Requested): { readonly sources?: SourceRequest; readonly refusesRanges?: boolean } {
  if (requested.state === "unknown") return {};
  const { sources } = requested;
  const refusesRanges = requested.state !== "asked" && requested.refusesRanges === true;
  return { refusesRanges, ...(sources === undefined ? {} : { sources }) };
}

function ofController(manifest: FoundManifest, controller: Controller, { isFrontend }: Pick<Ownership, "isFrontend">): Requested {
  const flag = manifest.flags.defaultScheme;
  if (manifest.kind === "Service") {
    const { service } = manifest;
    return together(controller, schemeOfService(service, controller, flag), onAllPorts(sourcesOfService(service, controller)));
  }
  if (manifest.kind === "Gateway") {
    const { settings } = manifest;
    if (settings.state === "unknown") return settings;
    return together(controller, schemeOfGateway(settings.value, flag), onAllPorts(sourcesOfGateway(settings.value)));
  }
  const { members } = manifest;
  const scheme = isFrontend ? schemeOfFrontend(members, flag) : schemeOfGroup(members, flag);
  const sources = isFrontend ? sourcesOfFrontend(members) : sourcesOfGroup(members);
  return together(controller, scheme, sources.state === "asked" ? { state: "asked", value: sources.value.on } : sources);
}

const onAllPorts = (sources: Declared<DeclaredSources>): Declared<SourceRequest["sourcesOn"]> =>
  sources.state === "asked" ? { state: "asked", value: () => sources.value } : sources;

function together(controller: Controller, scheme: DeclaredScheme, sources: Declared<SourceRequest["sourcesOn"]>): Requested {
  const request =
    sources.state === "asked" ? { sources: { controller, sourcesOn: sources.value } } : { refusesRanges: sources.declaresRanges };
  if (scheme.state === "none") return { state: "nothing", rule: scheme.rule, ...request };
  if (scheme.state === "refused") return { state: "refused", rule: scheme.rule, ...request };
  if (sources.state === "refused") return { state: "refused", rule: sources.rule, refusesRanges: sources.declaresRanges };
  return { state: "asked", scheme, sources: { controller, sourcesOn: sources.value } };
}

/** The ranges and prefix lists by themselves; undefined where none are declared. */
export function rangesAdmission({ ranges }: DeclaredSources, loadBalancer: LoadBalancer, index: GroupIndex): Admission | undefined {
  if (ranges === undefined) return undefined;
  const lists = ranges.prefixListIds.map((id) => admittedByPrefixList(id, index));
  const families = familiesOf(loadBalancer);
  const named = within(unionOf([admissionOf(parseFilterCidrs(ranges.cidrs)), ...lists]), families);
  // Beside everybody it makes no difference what a list holds.
  return isWithin(families, named.atLeast) ? admissionOf(families) : named;
}

/**
 * Everybody whom the manifest asks to be let in: the declared ranges, else the members of the groups it names, else
 * everybody; and whom its extra groups let in.
 */
export function askedAdmission(
  sources: DeclaredSources,
  ports: readonly Ports[],
  loadBalancer: LoadBalancer,
  index: GroupIndex,
): Admission {
  const families: AddressSet = familiesOf(loadBalancer);
  const named = (groups: NamedGroups | undefined): Admission | undefined =>
    groups === undefined ? undefined : within(admittedByNames(groups.names, ports, index), families);
  const base = rangesAdmission(sources, loadBalancer, index) ?? named(sources.ownGroups) ?? admissionOf(families);
  const extra = named(sources.extraGroups);
  return extra === undefined ? base : unionOf([base, extra]);
}

/** Groups by id, or by the value of their Name tag. Source: aws-load-balancer-controller:docs/guide/service/annotations.md. */
function admittedByNames(names: readonly string[], ports: readonly Ports[], index: GroupIndex): Admission {
  return unionOf(
    names.map((name) => {
      if (name.startsWith("sg-")) return admittedBy([name], ports, index);
      if (index.all.state === "unknown") return { ...nobody, atMost: index.all, unread: [name] };
      const ids = index.all.value.filter(({ tags }) => tags.Name === name).map(({ id }) => id);
      if (ids.length > 0) return admittedBy(ids, ports, index);
      const missing = { code: "not-found", message: `No security group of the VPC is tagged Name ${name}.` } as const;
      return { ...nobody, atMost: { state: "unknown", reason: missing }, unread: [name] };
    }),
  );
}
