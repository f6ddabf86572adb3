import type { LoadBalancer } from "../../model/aws.ts";
import { type AddressSet, isEmpty, isWithin } from "../../net/addresses.ts";
import { compareSources, compareWithScheme } from "../../net/load-balancer/comparison.ts";
import type { Ownership } from "../../net/load-balancer/owner.ts";
import { placementOfRestricted } from "../../net/load-balancer/placement.ts";
import { askedAdmission, requestedOf, type SourceRequest } from "../../net/load-balancer/requested.ts";
import { asksForNoSecurityGroup } from "../../net/load-balancer/source-ranges.ts";
import { isUnguarded, portsOf, reachOf } from "../../net/load-balancer/sources.ts";
import type { FoundManifest, Subject } from "../../net/load-balancer/subjects.ts";
import { indexTargets } from "../../net/load-balancer/targets.ts";
import { indexSubnets } from "../../net/reach/subnet.ts";
import type { Fix, FixInput } from "../fix.ts";
import { changed, isNone, planOfSteps, type Step, type Steps } from "../steps.ts";
import { deleteLoadBalancer } from "./delete-load-balancer.ts";
import { declareInternal, makeOneInternal } from "./make-internal.ts";
import { withManagedGroup } from "./managed-group.ts";
import { annotateService } from "./manifest-changes.ts";
import { recreate } from "./recreate.ts";
import { blocksOf, declareRanges, rulesNarrowedTo } from "./restrict.ts";
import { groupsIn, ownGroupsNamed, subjectIn } from "./subject.ts";

/**
 * Brings both together, on the narrower side: what is wider in AWS is narrowed to what is asked for, and where less is let in than is
 * asked for, the manifest says so from then on. Nothing is opened.
 */
export const fixLoadBalancerMatchesDeclaration: Fix = (input) => {
  const subject = subjectIn(input.cluster.facts, input);
  if (subject === undefined) return { none: "Its load balancers were not read." };
  const { manifest, resource } = subject;
  if (manifest.kind === "unread") return { none: manifest.reason.message };
  if (manifest.kind === "absent" || manifest.kind === "none") return { none: "It has no manifest to compare it with." };
  const steps: Step[] = [];
  for (const ownership of subject.loadBalancers) {
    const more = brought(input, steps, { ...subject, manifest }, ownership);
    if (isNone(more)) return more;
    steps.push(...more);
  }
  const summary = `Lets ${resource.kind} ${resource.name} and its load balancer say the same, the narrower of both.`;
  return { plan: planOfSteps(input, summary, steps, "gone") };
};

interface Found extends Subject {
  readonly manifest: FoundManifest;
}

function brought(input: FixInput, before: readonly Step[], subject: Found, ownership: Ownership): Steps {
  const now = { ...input, cluster: { ...input.cluster, facts: changed(input.cluster.facts, before) } };
  const requested = requestedOf(subject.manifest, ownership);
  if (requested.state === "unknown") return { none: requested.reason.message };
  if (requested.state === "nothing") return [deleteLoadBalancer(now, ownership.loadBalancer)];
  const scheme = broughtScheme(now, subject, ownership);
  if (isNone(scheme)) return scheme;
  const after = { ...now, cluster: { ...now.cluster, facts: changed(now.cluster.facts, scheme) } };
  const then = subjectIn(after.cluster.facts, after);
  const its = then?.loadBalancers.find(({ loadBalancer }) => loadBalancer.arn === ownership.loadBalancer.arn);
  if (then === undefined || its === undefined || !isFound(then)) return scheme;
  const sources = broughtSources(after, then, its);
  return isNone(sources) ? sources : [...scheme, ...sources];
}

const isFound = (subject: Subject): subject is Found => ["Service", "Ingress", "Gateway"].includes(subject.manifest.kind);

function broughtScheme(input: FixInput, subject: Found, ownership: Ownership): Steps {
  const { manifest } = subject;
  const { scheme: real } = ownership.loadBalancer;
  const requested = requestedOf(manifest, ownership);
  const state = requested.state === "asked" ? compareWithScheme(real, requested.scheme).state : "refused";
  if (state === "same" || state === "unknown") return [];
  if ("refused" in manifest.taking && manifest.taking.refused !== undefined) {
    return { none: `Its controller refuses the object as it is: ${manifest.taking.refused}.` };
  }
  // What is refused means nothing, and what is narrower stays: the manifest is to say internal.
  return real === "internal" ? declareInternal(input, manifest, ownership, undefined) : makeOneInternal(input, subject, ownership);
}

function broughtSources(input: FixInput, { manifest }: Found, ownership: Ownership): Steps {
  const { loadBalancer } = ownership;
  const requested = requestedOf(manifest, ownership);
  if (requested.state === "unknown") return { none: requested.reason.message };
  if (requested.state !== "asked") return { none: `Its controller does nothing for the object as it is: ${requested.rule}.` };
  const { sources } = requested;
  const { subnets, targetGroups } = input.cluster.facts;
  const index = groupsIn(input.cluster.facts);
  const reach = reachOf(loadBalancer, index);
  const compared = compareSources({ ownership, manifest, requested: sources, reach, index, subnets, targets: indexTargets(targetGroups) });
  const { state } = compared;
  if (state === "same") return [];
  if (state === "unknown")
    return {
      none: `Whether it differs in its sources is not known, so that nothing could be shown to mend it: ${compared.reason.message}`,
    };
  const admitted = reach.listeners.state === "known" ? reach.listeners.value.map(({ admission }) => admission.atLeast) : [];
  return state === "wider"
    ? narrowed(input, manifest, loadBalancer, sources)
    : declaredAsIs(input, manifest, loadBalancer, sources, admitted);
}

function narrowed(input: FixInput, manifest: FoundManifest, loadBalancer: LoadBalancer, sources: SourceRequest): Steps {
  const index = groupsIn(input.cluster.facts);
  if (isUnguarded(loadBalancer)) {
    if (manifest.kind !== "Service" || sources.controller === "in-tree") {
      return { none: `Load balancer ${loadBalancer.name} has no security groups, and can't be given any.` };
    }
    return [
      ...(asksForNoSecurityGroup(manifest.service)
        ? [annotateService(manifest.service, { "aws-load-balancer-disable-nlb-sg": undefined })]
        : []),
      recreate(input, manifest.service, [loadBalancer]),
      withManagedGroup(loadBalancer, sources.sourcesOn),
    ];
  }
  const { listeners } = loadBalancer;
  const on = new Map((listeners.state === "known" ? listeners.value : []).map((listener) => [listener.port, listener]));
  return rulesNarrowedTo(input, loadBalancer, (port) => {
    const listener = on.get(port);
    return askedAdmission(sources.sourcesOn(port), listener === undefined ? [] : portsOf(listener), loadBalancer, index).atLeast;
  });
}

/** The manifest then names whom AWS lets in: one list for all listeners, which is all that it can say. */
function declaredAsIs(
  input: FixInput,
  manifest: FoundManifest,
  loadBalancer: LoadBalancer,
  sources: SourceRequest,
  admitted: readonly AddressSet[],
): Steps {
  const [first] = admitted;
  if (first === undefined || isEmpty(first)) return { none: `Nobody is let in by ${loadBalancer.name}, which no list of ranges says.` };
  if (ownGroupsNamed(sources.sourcesOn, loadBalancer)) {
    return {
      none: "The security groups that the manifest names let in more than those that the load balancer has: correct the names, or the groups.",
    };
  }
  if (!admitted.every((one) => isWithin(one, first) && isWithin(first, one))) {
    return { none: "The load balancer lets in others on each of its ports, which one list of ranges does not say." };
  }
  if (
    loadBalancer.scheme === "internet-facing" &&
    placementOfRestricted(loadBalancer, indexSubnets(input.cluster.facts)).misfits.length > 0
  ) {
    return {
      none: "It lets in less than is asked for, which harms nobody. A manifest that names the sources asks for network ACLs that keep others out of its subnets as well, and these admit everybody: write them first.",
    };
  }
  return declareRanges(input, manifest, blocksOf(first, loadBalancer));
}
