/** Deleting a load balancer that no controller looks after. */
import { asksFor, quoted } from "../../checks/shell.ts";
import type { LoadBalancer, TargetGroup } from "../../model/aws.ts";
import { mapFact } from "../../model/fact.ts";
import type { FixInput } from "../fix.ts";
import type { Step } from "../steps.ts";

const variable = "LOAD_BALANCERS_ARE_UNUSED";

/** With the target groups that lead to nothing else. Security groups stay: whether something else has them is not all read. */
export function deleteLoadBalancer({ cluster, region }: FixInput, loadBalancer: LoadBalancer): Step {
  const { arn, name, type, dnsName, securityGroupIds } = loadBalancer;
  const { targetGroups } = cluster.facts;
  const its = (targetGroups.state === "known" ? targetGroups.value : []).filter(isOnlyOf(arn));
  const at = `--region ${quoted(region)}`;
  return {
    asks: [asksFor(variable, "yes, once nobody uses the load balancers that are deleted here")],
    commands:
      type === "classic"
        ? [`aws elb delete-load-balancer --load-balancer-name ${quoted(name)} ${at}`]
        : [
            `aws elbv2 delete-load-balancer --load-balancer-arn ${quoted(arn)} ${at}`,
            `aws elbv2 wait load-balancers-deleted --load-balancer-arns ${quoted(arn)} ${at}`,
            ...its.map((group) => `aws elbv2 delete-target-group --target-group-arn ${quoted(group.arn)} ${at}`),
          ],
    change: (facts) => ({
      ...facts,
      loadBalancers: mapFact(facts.loadBalancers, (all) => all.filter((one) => one.arn !== arn)),
      targetGroups: mapFact(facts.targetGroups, (all) => all.filter((group) => !isOnlyOf(arn)(group))),
      networkInterfaces: mapFact(facts.networkInterfaces, (all) => all.filter(({ description }) => !isOf(description, loadBalancer))),
    }),
    notes: [
      `Deletion can't be undone, so the commands ask for ${variable}. See first that nobody uses ${dnsName === "" ? name : dnsName} any more, and take DNS records that lead to it away.`,
      ...(securityGroupIds.length === 0
        ? []
        : [`Its security groups stay: delete ${securityGroupIds.join(", ")} where nothing else has them.`]),
    ],
  };
}

const isOnlyOf =
  (arn: string) =>
  ({ loadBalancerArns }: TargetGroup): boolean =>
    loadBalancerArns.length > 0 && loadBalancerArns.every((one) => one === arn);

/** Source: Elastic Load Balancing names its interfaces "ELB app/NAME/ID", and "ELB NAME" for a classic one. */
const isOf = (description: string, { arn, name, type }: LoadBalancer): boolean =>
  description === `ELB ${type === "classic" ? name : arn.slice(arn.indexOf(":loadbalancer/") + ":loadbalancer/".length)}`;
