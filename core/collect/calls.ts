/** What knowing a fact takes, from the table of reads: in words of IAM and of RBAC. */
import { type AwsRead, awsReads, type KubernetesRead, kubernetesReads } from "./reads.ts";

export interface Calls {
  /** IAM actions, such as "ec2:DescribeSubnets". */
  readonly iam: readonly string[];
  /** Rules of RBAC, such as "list networkpolicies.networking.k8s.io". */
  readonly rbac: readonly string[];
}

/** Every scan begins with it, so that naming it with each fact says nothing. */
export const firstCall = "eks:DescribeCluster";

/** Without the first call, but where nothing else is asked. */
export function callsFor(fact: string): Calls {
  const dependsOn = ({ facts }: AwsRead | KubernetesRead): boolean => facts.some((one) => one === fact);
  const actions = Object.values<AwsRead>(awsReads)
    .filter(dependsOn)
    .flatMap((read) => read.actions);
  const own = actions.filter((action) => action !== firstCall);
  const rbac = Object.values<KubernetesRead>(kubernetesReads).filter(dependsOn).map(ruleOf);
  return { iam: own.length + rbac.length === 0 ? actions : own, rbac };
}

const ruleOf = ({ group, resource, verb, object }: KubernetesRead): string =>
  `${verb} ${resource}${group === "" ? "" : `.${group}`}${object === undefined ? "" : ` ${object}`}`;
