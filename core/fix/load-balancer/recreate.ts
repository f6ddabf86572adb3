/** Making a controller delete a load balancer and make another: what was settled when it was made can't be changed otherwise. */
import { quoted, quotedJson } from "../../checks/shell.ts";
import type { LoadBalancer } from "../../model/aws.ts";
import type { Service } from "../../model/kubernetes.ts";
import type { FixInput } from "../fix.ts";
import type { Step } from "../steps.ts";

/** Takes the Service's type away until its load balancer is gone. What is new of the load balancer the caller says. */
export function recreate({ region }: FixInput, service: Service, loadBalancers: readonly LoadBalancer[]): Step {
  const { namespace, name, loadBalancerClass } = service;
  const patch = (spec: object): string =>
    `kubectl --namespace ${quoted(namespace)} patch service ${quoted(name)} --type merge --patch ${quotedJson({ spec })}`;
  const itsClass = loadBalancerClass === undefined ? {} : { loadBalancerClass };
  return {
    commands: [
      patch({ type: "ClusterIP", ...(loadBalancerClass === undefined ? {} : { loadBalancerClass: null }) }),
      ...loadBalancers.map((one) => waitUntilGone(one, region)),
      patch({ type: "LoadBalancer", ...itsClass }),
    ],
    notes: [
      "The load balancer is made anew: clients lose it for some minutes, and its DNS name, its addresses and the node ports change. Point your names at the new one.",
    ],
  };
}

const waitUntilGone = ({ arn, name, type }: LoadBalancer, region: string): string =>
  type === "classic"
    ? `while aws elb describe-load-balancers --load-balancer-names ${quoted(name)} --region ${quoted(region)} >/dev/null 2>&1; do sleep 5; done`
    : `aws elbv2 wait load-balancers-deleted --load-balancer-arns ${quoted(arn)} --region ${quoted(region)}`;
