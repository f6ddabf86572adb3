import type { LoadBalancer } from "../../model/aws.ts";
import type { Service } from "../../model/kubernetes.ts";
import { type AddressSet, isWithin, parseFilterCidrs, union } from "../../net/addresses.ts";
import { isWrittenFor, nodePortsOf } from "../../net/load-balancer/enforcement.ts";
import type { Ownership } from "../../net/load-balancer/owner.ts";
import { rangesAdmission, requestedOf, type SourceRequest } from "../../net/load-balancer/requested.ts";
import { asksForNoSecurityGroup } from "../../net/load-balancer/source-ranges.ts";
import { familiesOf, isUnguarded } from "../../net/load-balancer/sources.ts";
import type { FoundManifest } from "../../net/load-balancer/subjects.ts";
import { aboutOf, type Fix, type FixInput } from "../fix.ts";
import { narrowedRules, sourcesOn } from "../narrowed-rules.ts";
import { changed, isNone, planOfSteps, type Step, type Steps } from "../steps.ts";
import { configureGateway } from "./gateway-configuration.ts";
import { withManagedGroup } from "./managed-group.ts";
import { annotateIngress, annotateService, setSourceRanges, taken } from "./manifest-changes.ts";
import { recreate } from "./recreate.ts";
import { rulesNarrowedTo } from "./restrict.ts";
import { groupsIn, portsIn, subjectIn, withGroups, withLoadBalancer } from "./subject.ts";

/** Lets something enforce the ranges that are declared: the controller where it was kept from it, the groups where they let in more. */
export const fixLoadBalancerSourceRangesEnforced: Fix = (input) => {
  const subject = subjectIn(input.cluster.facts, input);
  if (subject === undefined) return { none: "Its load balancers were not read." };
  const { manifest, resource } = subject;
  if (manifest.kind === "unread") return { none: manifest.reason.message };
  if (manifest.kind === "absent" || manifest.kind === "none") return { none: "It has no manifest that declares ranges." };
  const steps: Step[] = [];
  for (const ownership of subject.loadBalancers) {
    const more = enforce(withFacts(input, steps), manifest, ownership);
    if (isNone(more)) return more;
    steps.push(...more);
  }
  return { plan: planOfSteps(input, `Lets the declared source ranges of ${resource.kind} ${resource.name} be enforced.`, steps) };
};

const withFacts = (input: FixInput, steps: readonly Step[]): FixInput => ({
  ...input,
  cluster: { ...input.cluster, facts: changed(input.cluster.facts, steps) },
});

function enforce(input: FixInput, manifest: FoundManifest, ownership: Ownership): Steps {
  const { loadBalancer } = ownership;
  const requested = requestedOf(manifest, ownership);
  if (requested.state === "unknown") return { none: requested.reason.message };
  if (requested.state !== "asked") return { none: `Its controller does nothing for the object as it is: ${requested.rule}.` };
  const { sources } = requested;
  const declared = portsIn(loadBalancer).map((port) => sources.sourcesOn(port));
  if (declared.every(({ ranges }) => ranges === undefined)) return [];
  if (isUnguarded(loadBalancer)) return unguarded(input, manifest, loadBalancer, sources);
  if (declared.some(({ ownGroups }) => ownGroups !== undefined)) return withoutOwnGroups(input, manifest, ownership, sources);
  const first = [
    ...(declared.some(({ extraGroups }) => extraGroups !== undefined) ? withoutExtraGroups(input, manifest, loadBalancer, sources) : []),
    ...asField(manifest, sources),
  ];
  const narrowed = toDeclared(withFacts(input, first), loadBalancer, sources);
  if (!isNone(narrowed)) return [...first, ...narrowed];
  return first.length > 0 ? first : narrowed;
}

const handedOver =
  "The controller puts a security group of its own, with the declared ranges, in the place of yours: what else your groups let in is shut out.";

/** Groups of the user's own keep the controller from writing the ranges anywhere. */
function withoutOwnGroups(
  input: FixInput,
  manifest: FoundManifest,
  { loadBalancer, isFrontend }: Ownership,
  sources: SourceRequest,
): Steps {
  const managed: readonly Step[] = [withManagedGroup(loadBalancer, sources.sourcesOn), { notes: [handedOver] }];
  switch (manifest.kind) {
    case "Service":
      return [annotateService(manifest.service, { "aws-load-balancer-security-groups": undefined }), ...managed];
    case "Ingress": {
      const key = isFrontend ? "frontend-nlb-security-groups" : "security-groups";
      const naming = manifest.members.map(({ ingress }) => ingress).filter((ingress) => key in taken(ingress, key));
      return [...naming.map((ingress) => annotateIngress(ingress, taken(ingress, key))), ...managed];
    }
    case "Gateway": {
      const configured = configureGateway(input.cluster.facts, manifest.gateway, { securityGroups: null });
      return isNone(configured) ? configured : [...configured, ...managed];
    }
  }
}

/** Groups beside the controller's own let in more than it writes. */
function withoutExtraGroups(
  { cluster }: FixInput,
  manifest: FoundManifest,
  loadBalancer: LoadBalancer,
  sources: SourceRequest,
): readonly Step[] {
  if (manifest.kind !== "Service") return [];
  const names = sources.sourcesOn(-1).extraGroups?.names ?? [];
  const { securityGroups } = cluster.facts;
  const tagged = (securityGroups.state === "known" ? securityGroups.value : []).filter(({ tags }) => names.includes(tags.Name ?? ""));
  const extra = new Set([...names, ...tagged.map(({ id }) => id)]);
  const left = loadBalancer.securityGroupIds.filter((id) => !extra.has(id));
  return [
    annotateService(manifest.service, { "aws-load-balancer-extra-security-groups": undefined }),
    {
      change: (facts) => withLoadBalancer(facts, loadBalancer.arn, { securityGroupIds: left }),
      notes: [`The controller takes ${[...extra].join(", ")} off the load balancer.`],
    },
  ];
}

/** EKS Auto Mode reads the field alone. */
function asField(manifest: FoundManifest, { controller, sourcesOn: declaredOn }: SourceRequest): readonly Step[] {
  const { ranges } = declaredOn(-1);
  if (manifest.kind !== "Service" || controller !== "auto-mode" || ranges === undefined) return [];
  const { service } = manifest;
  if (service.loadBalancerSourceRanges.length > 0) return [];
  return [setSourceRanges(service, ranges.cidrs), annotateService(service, { "load-balancer-source-ranges": undefined })];
}

const toDeclared = (input: FixInput, loadBalancer: LoadBalancer, sources: SourceRequest): Steps =>
  rulesNarrowedTo(input, loadBalancer, (port) => declaredOn(input, loadBalancer, sources, port));

const declaredOn = ({ cluster }: FixInput, loadBalancer: LoadBalancer, sources: SourceRequest, port: number): AddressSet =>
  rangesAdmission(sources.sourcesOn(port), loadBalancer, groupsIn(cluster.facts))?.atLeast ?? familiesOf(loadBalancer);

/** A network load balancer that was made without security groups can't be given any: it is made anew, or its nodes refuse. */
function unguarded(input: FixInput, manifest: FoundManifest, loadBalancer: LoadBalancer, sources: SourceRequest): Steps {
  if (manifest.kind !== "Service") {
    return {
      none: `Load balancer ${loadBalancer.name} was made without security groups and can't be given any: delete the ${manifest.kind} and make it again with them.`,
    };
  }
  const { service } = manifest;
  if (sources.controller === "in-tree") return onNodes(input, service, loadBalancer, sources);
  return [
    ...(asksForNoSecurityGroup(service) ? [annotateService(service, { "aws-load-balancer-disable-nlb-sg": undefined })] : []),
    recreate(input, service, [loadBalancer]),
    withManagedGroup(loadBalancer, sources.sourcesOn),
  ];
}

/** The in-tree controller leaves the ranges to the nodes' groups, into which it writes them. */
function onNodes(input: FixInput, service: Service, loadBalancer: LoadBalancer, sources: SourceRequest): Steps {
  const { securityGroups, subnets } = input.cluster.facts;
  const written = (securityGroups.state === "known" ? securityGroups.value : []).filter(isWrittenFor(loadBalancer)).map(({ id }) => id);
  const own = (subnets.state === "known" ? subnets.value : []).filter(({ id }) => loadBalancer.subnetIds.includes(id));
  const keep = union(declaredOn(input, loadBalancer, sources, -1), parseFilterCidrs(own.flatMap(({ cidrs }) => cidrs)));
  const ports = nodePortsOf(service);
  const strangers = sourcesOn(written, ports, groupsIn(input.cluster.facts)).filter(({ addresses }) => !isWithin(addresses, keep));
  const { groups, commands } = narrowedRules(strangers, ports, keep, aboutOf(input));
  if (groups.length === 0) {
    return {
      none: "The in-tree controller leaves the ranges to the nodes, which can't tell who is in them: let AWS Load Balancer Controller make a new load balancer, with loadBalancerClass service.k8s.aws/nlb on a new Service.",
    };
  }
  return [{ commands, change: (facts) => withGroups(facts, groups) }];
}
