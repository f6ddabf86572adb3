import { quoted } from "../../checks/shell.ts";
import type { Ownership } from "../../net/load-balancer/owner.ts";
import type { Manifest } from "../../net/load-balancer/subjects.ts";
import type { Fix, FixInput } from "../fix.ts";
import { isNone, planOfSteps, type Step, type Steps } from "../steps.ts";
import { configureGateway } from "./gateway-configuration.ts";
import { annotateIngress, annotateService } from "./manifest-changes.ts";
import { movedInto, type PrivateSubnets, privateSubnetsFor, subnetsAnnotation } from "./private-subnets.ts";
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

function nameSubnets(
  { cluster, region }: FixInput,
  manifest: Manifest,
  { loadBalancer, isFrontend }: Ownership,
  subnets: PrivateSubnets,
): Steps {
  switch (manifest.kind) {
    case "unread":
      return { none: manifest.reason.message };
    case "Service": {
      const { annotations, variables } = subnetsAnnotation("aws-load-balancer-subnets", subnets);
      return [annotateService(manifest.service, annotations, variables)];
    }
    case "Ingress": {
      const { annotations, variables } = subnetsAnnotation(isFrontend ? "frontend-nlb-subnets" : "subnets", subnets);
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
      return loadBalancer.type === "classic"
        ? { none: "A classic load balancer without owner is deleted rather than moved." }
        : [{ commands: [`aws elbv2 set-subnets --load-balancer-arn ${quoted(loadBalancer.arn)} --subnets ${words} ${at}`] }];
    }
  }
}
