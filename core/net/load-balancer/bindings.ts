/** Which load balancers lead into the cluster by a TargetGroupBinding, whoever made them. */
import type { TargetGroup } from "../../model/aws.ts";
import type { Fact, Reason } from "../../model/fact.ts";
import type { TargetGroupBinding } from "../../model/gateway.ts";

/** What was read of bindings, and of the target groups that they name. */
export interface BindingPlane {
  readonly targetGroupBindings: Fact<readonly TargetGroupBinding[]>;
  readonly targetGroups: Fact<readonly TargetGroup[]>;
}

export interface Bindings {
  /** The bindings behind the load balancer with this ARN. */
  readonly of: (arn: string) => readonly TargetGroupBinding[];
  /** Why any load balancer of the VPC may have one more. */
  readonly doubt?: Reason;
  /** Bindings of target groups that are none of the VPC's: their load balancers stand elsewhere. */
  readonly elsewhere: readonly TargetGroupBinding[];
}

const none: readonly TargetGroupBinding[] = [];
const nothing: Omit<Bindings, "doubt"> = { of: () => none, elsewhere: none };

export function bindingsOf({ targetGroupBindings, targetGroups }: BindingPlane): Bindings {
  if (targetGroupBindings.state === "unknown") return { ...nothing, doubt: targetGroupBindings.reason };
  if (targetGroupBindings.value.length === 0) return nothing;
  if (targetGroups.state === "unknown") return { ...nothing, doubt: targetGroups.reason };
  const groups = new Map(targetGroups.value.map((group) => [group.arn, group]));
  const byLoadBalancer = new Map<string, TargetGroupBinding[]>();
  const elsewhere: TargetGroupBinding[] = [];
  let doubt: Reason | undefined;
  for (const binding of targetGroupBindings.value) {
    if (binding.targetGroupArn === undefined) {
      doubt ??= { code: "not-found", message: `TargetGroupBinding ${nameOf(binding)} names its target group by no ARN.` };
      continue;
    }
    const group = groups.get(binding.targetGroupArn);
    if (group === undefined) elsewhere.push(binding);
    for (const arn of group?.loadBalancerArns ?? []) {
      const its = byLoadBalancer.get(arn);
      if (its === undefined) byLoadBalancer.set(arn, [binding]);
      else its.push(binding);
    }
  }
  return { of: (arn) => byLoadBalancer.get(arn) ?? none, elsewhere, ...(doubt === undefined ? {} : { doubt }) };
}

const nameOf = ({ namespace, name }: TargetGroupBinding): string => `${namespace}/${name}`;
