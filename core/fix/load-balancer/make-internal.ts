/** An owner's internet-facing load balancers, made internal in the way that its controller follows. */
import type { LoadBalancer } from "../../model/aws.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Ownership } from "../../net/load-balancer/owner.ts";
import { requestedOf } from "../../net/load-balancer/requested.ts";
import type { FoundManifest, Subject } from "../../net/load-balancer/subjects.ts";
import type { FixInput } from "../fix.ts";
import { isNone, type Step, type Steps } from "../steps.ts";
import { deleteLoadBalancer } from "./delete-load-balancer.ts";
import { configureGateway } from "./gateway-configuration.ts";
import { annotateIngress, annotateService, setSchemeOfGroup } from "./manifest-changes.ts";
import { movedInto, type PrivateSubnets, privateSubnetsFor, subnetsAnnotation } from "./private-subnets.ts";
import { recreate } from "./recreate.ts";
import { isInternetFacing, withLoadBalancer } from "./subject.ts";

const notTheirs =
  "Clients on the internet lose it: whoever is meant to use it has to come through the VPC, a VPN or a peered network. Where it is meant to be public, declare it under publicServices in the place of this.";

/** Of several load balancers all that face the internet. */
export function makeInternal(input: FixInput, subject: Subject): Steps {
  const steps: Step[] = [];
  for (const ownership of subject.loadBalancers.filter(isInternetFacing)) {
    const more = makeOneInternal(input, subject, ownership);
    if (isNone(more)) return more;
    steps.push(...more);
  }
  return steps.length === 0 ? { none: "None of its load balancers faces the internet." } : [...steps, { notes: [notTheirs] }];
}

export function makeOneInternal(input: FixInput, { manifest }: Subject, ownership: Ownership): Steps {
  const { loadBalancer, belongs } = ownership;
  const { name } = loadBalancer;
  if (belongs === "bound" || (ownership.bindings ?? []).length > 0) {
    return {
      none: `Load balancer ${name} is made by nobody in the cluster, and its scheme can't be changed: make an internal one where it was made, and bind its target groups in the place of these.`,
    };
  }
  if (manifest.kind === "unread") return { none: manifest.reason.message };
  if (manifest.kind === "absent" || manifest.kind === "none") return [deleteLoadBalancer(input, loadBalancer)];
  const requested = requestedOf(manifest, ownership);
  if (requested.state === "unknown") return { none: requested.reason.message };
  // Left behind, or made for what nobody asks for any more: no controller would follow a change.
  if (requested.state === "nothing") return [deleteLoadBalancer(input, loadBalancer)];
  const { taking } = manifest;
  if ("refused" in taking && taking.refused !== undefined)
    return { none: `Its controller refuses the object as it is: ${taking.refused}.` };
  const subnets = privateSubnetsFor(loadBalancer, input.cluster.facts);
  if (manifest.kind === "Gateway" && subnets !== undefined && !("ids" in subnets)) {
    return {
      none: `Load balancer ${name} lies in subnets that lead to an internet gateway, and no others are known of the VPC: make such subnets first, and ask again.`,
    };
  }
  const declared = declareInternal(input, manifest, ownership, subnets);
  if (isNone(declared)) return declared;
  const { ask, moved } = movedInto(subnets, loadBalancer);
  const recreated =
    manifest.kind === "Service" && taking.by === "in-tree" ? [recreate(input, manifest.service, [loadBalancer])] : [{ notes: [replaced] }];
  return [...ask, ...declared, ...recreated, ...moved, becomesInternal(loadBalancer)];
}

const becomesInternal = ({ arn }: LoadBalancer): Step => ({
  change: (facts: ClusterFacts) => withLoadBalancer(facts, arn, { scheme: "internal" }),
});

const replaced =
  "The controller deletes the load balancer and makes an internal one: clients lose it for some minutes, and its DNS name changes. Point your names at the new one.";

/** What makes the owner ask for an internal load balancer, in the subnets where they are given. */
export function declareInternal(
  { cluster }: FixInput,
  manifest: FoundManifest,
  { isFrontend }: Pick<Ownership, "isFrontend">,
  subnets: PrivateSubnets | undefined,
): Steps {
  switch (manifest.kind) {
    case "Service": {
      const { service, taking } = manifest;
      const { annotations, variables } = subnetsAnnotation("aws-load-balancer-subnets", subnets);
      const asked = taking.by === "in-tree" ? { "aws-load-balancer-internal": "true" } : { "aws-load-balancer-scheme": "internal" };
      return [annotateService(service, { ...asked, ...annotations }, variables)];
    }
    case "Ingress": {
      const { members, ingress } = manifest;
      const { annotations, variables } = subnetsAnnotation(isFrontend ? "frontend-nlb-subnets" : "subnets", subnets);
      const scheme = setSchemeOfGroup(members, ingress, "internal", isFrontend ? "frontend-nlb-scheme" : "scheme");
      return subnets === undefined ? scheme : [...scheme, annotateIngress(ingress, annotations, variables)];
    }
    case "Gateway":
      return configureGateway(cluster.facts, manifest.gateway, {
        scheme: "internal",
        ...(subnets !== undefined && "ids" in subnets ? { loadBalancerSubnets: subnets.ids.map((identifier) => ({ identifier })) } : {}),
      });
  }
}
