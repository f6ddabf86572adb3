/** An owner's load balancers, narrowed to some ranges where something enforces them. */
import type { LoadBalancer } from "../../model/aws.ts";
import { type AddressSet, intersection, isWithin, parseFilterCidrs, toCidrs } from "../../net/addresses.ts";
import { serviceAnnotation } from "../../net/load-balancer/annotations.ts";
import type { Ownership } from "../../net/load-balancer/owner.ts";
import { requestedOf } from "../../net/load-balancer/requested.ts";
import { familiesOf, isUnguarded, portsOf } from "../../net/load-balancer/sources.ts";
import type { FoundManifest, Subject } from "../../net/load-balancer/subjects.ts";
import type { Ports } from "../../net/security-group.ts";
import { aboutOf, type FixInput } from "../fix.ts";
import { narrowedRules, sourcesOn } from "../narrowed-rules.ts";
import { changed, isNone, type Step, type Steps } from "../steps.ts";
import { configureGateway } from "./gateway-configuration.ts";
import { annotateService, setRangesOfGroup, setSourceRanges } from "./manifest-changes.ts";
import { groupsIn, isInternetFacing, ownGroupsNamed, portsIn, withGroups } from "./subject.ts";

/** Of several load balancers all that face the internet. @param cidrs whoever else comes loses it */
export function restrict(input: FixInput, subject: Subject, cidrs: readonly string[]): Steps {
  const steps: Step[] = [];
  for (const ownership of subject.loadBalancers.filter(isInternetFacing)) {
    const facts = changed(input.cluster.facts, steps);
    const more = restrictOne({ ...input, cluster: { ...input.cluster, facts } }, subject, ownership, cidrs);
    if (isNone(more)) return more;
    steps.push(...more);
  }
  return steps.length === 0 ? { none: "None of its load balancers faces the internet." } : steps;
}

function restrictOne(input: FixInput, { manifest }: Subject, ownership: Ownership, cidrs: readonly string[]): Steps {
  const { loadBalancer } = ownership;
  if (isUnguarded(loadBalancer))
    return { none: `Load balancer ${loadBalancer.name} has no security groups, and can't be given any: nothing on it restricts sources.` };
  if (manifest.kind === "unread") return { none: manifest.reason.message };
  const isInTree = manifest.kind === "Service" && manifest.taking.by === "in-tree";
  const families: AddressSet = isInTree ? parseFilterCidrs(["0.0.0.0/0"]) : familiesOf(loadBalancer);
  const ranges = cidrs.filter((cidr) => isWithin(parseFilterCidrs([cidr]), families));
  if (ranges.length === 0)
    return { none: `Load balancer ${loadBalancer.name} can be narrowed to none of the ranges: they are of another family.` };
  const keep = parseFilterCidrs(ranges);
  if (manifest.kind === "absent" || manifest.kind === "none") return rulesNarrowedTo(input, loadBalancer, () => keep);
  const requested = requestedOf(manifest, ownership);
  if (requested.state === "unknown") return { none: requested.reason.message };
  if (requested.state !== "asked") return rulesNarrowedTo(input, loadBalancer, () => keep);
  const { sourcesOn: sourcesOf } = requested.sources;
  // The controller writes nothing into groups of the user's own.
  if (ownGroupsNamed(sourcesOf, loadBalancer)) return rulesNarrowedTo(input, loadBalancer, () => keep);
  const declared = declareRanges(input, manifest, ranges);
  if (isNone(declared)) return declared;
  const written = rulesNarrowedTo(input, loadBalancer, () => keep);
  if (isNone(written)) return written;
  // Into groups that stand beside its own the controller writes nothing either.
  if (portsIn(loadBalancer).some((port) => sourcesOf(port).extraGroups !== undefined)) return [...declared, ...written];
  return [
    ...declared,
    ...written.map(({ change }) => (change === undefined ? {} : { change })),
    {
      notes: [
        "The controller writes the ranges into the security group that it keeps: clients outside them lose the load balancer at once.",
      ],
    },
  ];
}

const prefixLists = "aws-load-balancer-security-group-prefix-lists";

/** The declaration in the form that the owner's controller reads. */
export function declareRanges({ cluster }: FixInput, manifest: FoundManifest, cidrs: readonly string[]): Steps {
  switch (manifest.kind) {
    case "Service":
      // Prefix lists would be let in beside the ranges.
      return serviceAnnotation(manifest.service, prefixLists) === undefined
        ? [setSourceRanges(manifest.service, cidrs)]
        : [setSourceRanges(manifest.service, cidrs), annotateService(manifest.service, { [prefixLists]: undefined })];
    case "Ingress":
      return setRangesOfGroup(manifest.members, cidrs);
    case "Gateway":
      return configureGateway(cluster.facts, manifest.gateway, { sourceRanges: cidrs, securityGroupPrefixes: null });
  }
}

/** Rules of the load balancer's own groups, with everybody else taken from its listeners' ports. */
export function rulesNarrowedTo(input: FixInput, loadBalancer: LoadBalancer, keepOn: (port: number) => AddressSet): Steps {
  const { listeners, securityGroupIds } = loadBalancer;
  if (listeners.state === "unknown") return { none: `The listeners of ${loadBalancer.name} were not read: ${listeners.reason.message}` };
  const steps: Step[] = [];
  for (const listener of listeners.value) {
    const facts = changed(input.cluster.facts, steps);
    const ports: readonly Ports[] = portsOf(listener);
    const keep = keepOn(listener.port);
    const strangers = sourcesOn(securityGroupIds, ports, groupsIn(facts)).filter(({ addresses }) => !isWithin(addresses, keep));
    const { groups, commands, notes } = narrowedRules(strangers, ports, keep, aboutOf(input));
    if (groups.length > 0) steps.push({ commands, notes, change: (before) => withGroups(before, groups) });
  }
  if (steps.length === 0) return { none: `No rule of the security groups of ${loadBalancer.name} was found that lets others in.` };
  return [
    ...steps,
    { notes: ["Whatever else has these security groups loses the same sources on the same ports; other ports stay as they are."] },
  ];
}

/** Whom the load balancer lets in on a port today, as blocks that a manifest can name. */
export const blocksOf = (admitted: AddressSet, loadBalancer: LoadBalancer): readonly string[] =>
  toCidrs(intersection(admitted, familiesOf(loadBalancer)));
