/**
 * Which Ingresses an AWS controller takes, and which of them share one load balancer.
 * Source: aws-load-balancer-controller:pkg/ingress (class_loader.go, class_annotation_matcher.go, group_loader.go).
 */
import { type Fact, known, type Reason, unknown } from "../../model/fact.ts";
import type { Ingress, IngressClass, IngressClassParams } from "../../model/kubernetes.ts";
import { ingressAnnotation } from "./annotations.ts";
import type { Controller, Taking } from "./controller.ts";
import { type ControllerFlags, usualFlags } from "./controller-flags.ts";

/** What was read of Ingresses. */
export interface IngressPlane {
  readonly ingresses: Fact<readonly Ingress[]>;
  readonly ingressClasses: Fact<readonly IngressClass[]>;
  readonly ingressClassParams: Fact<readonly IngressClassParams[]>;
}

/** An Ingress that an AWS controller takes. */
export interface GroupMember {
  readonly ingress: Ingress;
  readonly controller: Exclude<Controller, "in-tree">;
  /** "namespace/name" for an Ingress on its own, else the group's name: what stands in the load balancer's stack tag. */
  readonly group: string;
  readonly params?: IngressClassParams;
  readonly taking: Taking;
}

/** Who takes the Ingress; `member` where that is an AWS controller that accepts it. */
export interface ClassifiedIngress {
  readonly ingress: Ingress;
  readonly taking: Taking;
  readonly member?: GroupMember;
}

/** Ingresses by what could be told of them. */
export interface Ingresses {
  readonly classified: readonly ClassifiedIngress[];
  /** Those whose class or parameters were not read. */
  readonly unclassified: readonly { readonly ingress: Ingress; readonly reason: Reason }[];
  /** The members of each group, by `groupKey`. */
  readonly groups: ReadonlyMap<string, readonly GroupMember[]>;
}

export const groupKey = (controller: Controller, group: string): string => `${controller} ${group}`;

const controllers: ReadonlyMap<string, GroupMember["controller"]> = new Map([
  ["ingress.k8s.aws/alb", "aws-load-balancer-controller"],
  ["eks.amazonaws.com/alb", "auto-mode"],
]);
const apiGroups = { "aws-load-balancer-controller": "elbv2.k8s.aws", "auto-mode": "eks.amazonaws.com" } as const;
const groupName = /^(?:[a-z0-9][-a-z0-9.]*)?[a-z0-9]$/;
const maxGroupNameLength = 63;

export function classifyIngresses(plane: IngressPlane, flags: ControllerFlags = usualFlags): Fact<Ingresses> {
  if (plane.ingresses.state === "unknown") return plane.ingresses;
  const classes = classLookup(plane.ingressClasses);
  const params = paramsLookup(plane.ingressClassParams);
  const classified: ClassifiedIngress[] = [];
  const unclassified: Ingresses["unclassified"][number][] = [];
  const groups = new Map<string, GroupMember[]>();
  for (const ingress of plane.ingresses.value) {
    const answer = classify(ingress, { classes, params, flags });
    if (answer.state === "unknown") unclassified.push({ ingress, reason: answer.reason });
    else {
      classified.push(answer.value);
      const { member } = answer.value;
      if (member === undefined) continue;
      const key = groupKey(member.controller, member.group);
      const members = groups.get(key);
      if (members === undefined) groups.set(key, [member]);
      else members.push(member);
    }
  }
  return known({ classified, unclassified, groups });
}

interface Classes {
  readonly named: (name: string) => Fact<IngressClass | undefined>;
  readonly defaults: Fact<readonly IngressClass[]>;
}
type ParamsLookup = (apiGroup: IngressClassParams["apiGroup"], name: string) => Fact<IngressClassParams | undefined>;

function classLookup(fact: Fact<readonly IngressClass[]>): Classes {
  if (fact.state === "unknown") return { named: () => fact, defaults: fact };
  const byName = new Map(fact.value.map((one) => [one.name, one]));
  return { named: (name) => known(byName.get(name)), defaults: known(fact.value.filter(({ isDefault }) => isDefault)) };
}

function paramsLookup(fact: Fact<readonly IngressClassParams[]>): ParamsLookup {
  if (fact.state === "unknown") return () => fact;
  const byKey = new Map(fact.value.map((one) => [`${one.apiGroup} ${one.name}`, one]));
  return (apiGroup, name) => known(byKey.get(`${apiGroup} ${name}`));
}

const answer = (ingress: Ingress, taking: Taking): Fact<ClassifiedIngress> => known({ ingress, taking });

interface ClassContext {
  readonly classes: Classes;
  readonly params: ParamsLookup;
  readonly flags: ControllerFlags;
}

function classify(ingress: Ingress, { classes, params, flags }: ClassContext): Fact<ClassifiedIngress> {
  const annotation = ingress.annotations["kubernetes.io/ingress.class"];
  // The annotation beats spec.ingressClassName, and such an Ingress has no parameters. EKS Auto Mode does not read it.
  if (annotation !== undefined && flags.ingressClasses.has(annotation)) {
    // Where the controller was not seen, that of Auto Mode may be the only one there is.
    const other = flags.isRead || ingress.ingressClassName === undefined ? undefined : classes.named(ingress.ingressClassName);
    if (other?.state === "known" && other.value !== undefined && controllers.get(other.value.controller) === "auto-mode") {
      const message = `Annotation kubernetes.io/ingress.class and IngressClass ${other.value.name} name two controllers, and AWS Load Balancer Controller was not seen.`;
      return unknown("depends-on-unknown", message);
    }
    return joined(ingress, "aws-load-balancer-controller", `annotation kubernetes.io/ingress.class ${annotation}`, undefined);
  }
  const named = ingress.ingressClassName;
  if (annotation !== undefined && named === undefined) {
    return answer(ingress, { by: "another", rule: `annotation kubernetes.io/ingress.class ${annotation}` });
  }
  const found = named === undefined ? onlyDefault(classes.defaults) : classes.named(named);
  if (found.state === "unknown") return found;
  if (found.value === undefined) {
    if (named === undefined && flags.takesClassless) {
      return joined(ingress, "aws-load-balancer-controller", "it has no class, and the flag --ingress-class is empty", undefined);
    }
    return answer(ingress, {
      by: "nobody",
      rule: named === undefined ? "it has no class and no class is the default" : `IngressClass ${named} does not exist`,
    });
  }
  const { name, controller, parameters } = found.value;
  const by = controllers.get(controller);
  const rule = `IngressClass ${name} of ${controller}`;
  if (by === undefined || (annotation !== undefined && by === "aws-load-balancer-controller")) {
    return answer(ingress, {
      by: "another",
      rule: annotation === undefined ? rule : `annotation kubernetes.io/ingress.class ${annotation}`,
    });
  }
  if (parameters === undefined) return joined(ingress, by, rule, undefined);
  const read = params(apiGroups[by], parameters.name);
  if (read.state === "unknown") return read;
  const isOfGroup = (parameters.apiGroup ?? apiGroups[by]) === apiGroups[by];
  if (read.value === undefined || parameters.kind !== "IngressClassParams" || !isOfGroup) {
    return answer(ingress, { by, makes: "application", rule, refused: `IngressClass ${name} names parameters that do not exist` });
  }
  return joined(ingress, by, rule, read.value);
}

/** The default class; two of them are none, since the API server then refuses to choose. */
const onlyDefault = (defaults: Fact<readonly IngressClass[]>): Fact<IngressClass | undefined> =>
  defaults.state === "unknown" ? defaults : known(defaults.value.length === 1 ? defaults.value[0] : undefined);

function joined(
  ingress: Ingress,
  controller: GroupMember["controller"],
  rule: string,
  params: IngressClassParams | undefined,
): Fact<ClassifiedIngress> {
  const taking = { by: controller, makes: "application", rule } as const;
  // EKS Auto Mode does not support the annotation group.name.
  const named = params?.groupName ?? (controller === "auto-mode" ? undefined : ingressAnnotation(ingress, "group.name"));
  if (named !== undefined && (!groupName.test(named) || named.length > maxGroupNameLength)) {
    return answer(ingress, { ...taking, refused: `${JSON.stringify(named)} is no name of an Ingress group` });
  }
  const group = named ?? `${ingress.namespace}/${ingress.name}`;
  return known({ ingress, taking, member: { ingress, controller, group, taking, ...(params === undefined ? {} : { params }) } });
}
