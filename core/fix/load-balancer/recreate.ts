/** Making a controller delete a load balancer and make another: what was settled when it was made can't be changed otherwise. */
import { quoted, quotedJson } from "../../checks/shell.ts";
import type { LoadBalancer } from "../../model/aws.ts";
import type { Service } from "../../model/kubernetes.ts";
import type { FixInput } from "../fix.ts";
import type { Step } from "../steps.ts";

const rangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";

/**
 * Takes the Service's type away until its load balancer is gone, and what the API server admits for this type alone: it gives all of
 * that back. What is new of the load balancer the caller says.
 */
export function recreate({ region }: FixInput, service: Service, loadBalancers: readonly LoadBalancer[]): Step {
  const { namespace, name, loadBalancerClass, loadBalancerSourceRanges: ranges, externalTrafficPolicy: policy, annotations } = service;
  const patch = (change: object): string =>
    `kubectl --namespace ${quoted(namespace)} patch service ${quoted(name)} --type merge --patch ${quotedJson(change)}`;
  const annotated = annotations[rangesAnnotation];
  const fields = {
    ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    ...(ranges.length === 0 ? {} : { loadBalancerSourceRanges: ranges }),
    ...(policy === undefined ? {} : { externalTrafficPolicy: policy }),
  };
  const taken = Object.fromEntries(Object.keys(fields).map((field) => [field, null]));
  const withRanges = (value: string | null): object =>
    annotated === undefined ? {} : { metadata: { annotations: { [rangesAnnotation]: value } } };
  return {
    commands: [
      patch({ ...withRanges(null), spec: { type: "ClusterIP", ...taken } }),
      ...loadBalancers.map((one) => waitUntilGone(one, region)),
      patch({ ...withRanges(annotated ?? null), spec: { type: "LoadBalancer", ...fields } }),
    ],
    notes: [
      "The load balancer is made anew: clients lose it for some minutes, and its DNS name, its addresses and the node ports change. Point your names at the new one.",
    ],
  };
}

const waitUntilGone = ({ arn, name, type }: LoadBalancer, region: string): string =>
  type === "classic"
    ? // Any other refusal, such as of credentials that ended, does not say that it is gone.
      `until aws elb describe-load-balancers --load-balancer-names ${quoted(name)} --region ${quoted(region)} 2>&1 | grep -q LoadBalancerNotFound; do sleep 5; done`
    : `aws elbv2 wait load-balancers-deleted --load-balancer-arns ${quoted(arn)} --region ${quoted(region)}`;
