import { quoted } from "../../checks/shell.ts";
import type { Ownership } from "../../net/load-balancer/owner.ts";
import type { Manifest } from "../../net/load-balancer/subjects.ts";
import type { Fix, FixInput } from "../fix.ts";
import { isNone, planOfSteps, type Step, type Steps } from "../steps.ts";
import { configureGateway } from "./gateway-configuration.ts";
import { annotateIngress, annotateService } from "./manifest-changes.ts";
import { movedInto, type PrivateSubnets, privateSubnetsFor, subnetsAnnotation } from "./private-subnets.ts";
import { recreate } from "./recreate.ts";
import { subjectIn } from "./subject.ts";

/** Moves internal load balancers to subnets without a route to an internet gateway. */
export const fixLoadBalancerSubnetsFitScheme: Fix = (input) => {
  const subject = subjectIn(input.cluster.facts, input);
  if (subject === undefined) return { none: "Its load balancers were not read." };
  const steps: Step[] = [];
  for (const ownership of subject.loadBalancers) {
    const { loadBalancer } = ownership;
    const subnets = loadBalancer.scheme === "internal" ? privateSubnetsFor(loadBalancer, input.cluster.facts) : undefined;
    if (subnets === undefined) continue;
    const named = nameSubnets(input, subject.manifest, ownership, subnets);
    if (isNone(named)) return named;
    const { ask, moved } = movedInto(subnets, loadBalancer);
    steps.push(...ask, ...named, ...moved);
  }
  if (steps.length === 0) {
    return {
      none: "A network ACL holds for everything in its subnets, both ways and without memory: which ports all that lies there needs is nowhere to be read, so that its rules are for people to write.",
    };
  }
  const notes = ["Its addresses change with its subnets: clients with old answers of DNS lose it for a while."];
  const summary = `Moves the internal load balancer of ${subject.resource.kind} ${subject.resource.name} to subnets without a route to an internet gateway.`;
  return { plan: planOfSteps(input, summary, [...steps, { notes }]) };
};

/**
 * Only an application load balancer changes its subnets of a zone at once: any other is made anew.
 * Source: Network Load Balancers, "Update the Availability Zones": a subnet goes before another of its zone comes; cloud-provider-aws#249.
 */
function nameSubnets(input: FixInput, manifest: Manifest, ownership: Ownership, subnets: PrivateSubnets): Steps {
  const { cluster, region } = input;
  const { loadBalancer, belongs, bindings = [] } = ownership;
  const isOwned = manifest.kind !== "absent" && manifest.kind !== "none";
  if (isOwned && (belongs === "bound" || bindings.length > 0)) {
    return { none: `Load balancer ${loadBalancer.name} is made by nobody in the cluster: move it where it was made.` };
  }
  const isFast = loadBalancer.type === "application";
  if (!isFast && manifest.kind !== "Service" && manifest.kind !== "unread") {
    return {
      none: `Load balancer ${loadBalancer.name} takes no other subnet of a zone that it is in, and would have to be made anew: make another in private subnets, and lead clients there.`,
    };
  }
  switch (manifest.kind) {
    case "unread":
      return { none: manifest.reason.message };
    case "Service": {
      const { annotations, variables } = subnetsAnnotation("aws-load-balancer-subnets", subnets);
      return [
        annotateService(manifest.service, annotations, variables),
        ...(isFast ? [] : [recreate(input, manifest.service, [loadBalancer])]),
      ];
    }
    case "Ingress": {
      const { annotations, variables } = subnetsAnnotation("subnets", subnets);
      return [annotateIngress(manifest.ingress, annotations, variables)];
    }
    case "Gateway":
      return "ids" in subnets
        ? configureGateway(cluster.facts, manifest.gateway, { loadBalancerSubnets: subnets.ids.map((identifier) => ({ identifier })) })
        : { none: "No subnet without a route to an internet gateway is known of the VPC." };
    case "absent":
    case "none": {
      const words = "ids" in subnets ? subnets.ids.map(quoted).join(" ") : `$(echo "$${subnets.variable}" | tr , ' ')`;
      const at = `--region ${quoted(region)}`;
      return [{ commands: [`aws elbv2 set-subnets --load-balancer-arn ${quoted(loadBalancer.arn)} --subnets ${words} ${at}`] }];
    }
  }
}
