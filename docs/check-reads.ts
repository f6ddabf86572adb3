/** What a check makes a scan read, from the table of reads: in words of IAM and of RBAC. */
import { type AwsRead, awsReads, type KubernetesRead, kubernetesReads } from "../core/collect/reads.ts";
import type { AnyCheck } from "../core/model/check.ts";
import { code, table } from "./markdown.ts";

/** Every scan begins with it, so that naming it with each says nothing. */
const first = "eks:DescribeCluster";

/** A table of the facts, or a sentence where the check looks at what a scan itself did. */
export function readsOf({ needs, uses, subject }: AnyCheck): string {
  const rows = [
    ...needs.map((fact) => [code(fact), "needed", ...callsFor(fact)]),
    ...uses.map((fact) => [code(fact), "used where known", ...callsFor(fact)]),
  ];
  const facts = table(["fact", "", "IAM", "RBAC"], rows);
  if (subject === "account" || needs.includes("reads")) {
    return `${facts}\n\nThe fact \`reads\` is the outcome of every read that this scan made: this check makes none of its own.`;
  }
  return `${facts}\n\nEvery scan begins with ${code(first)}. What is needed and was not read makes the verdict \`unknown\`; what is used and was not read does so only where it could change the verdict.`;
}

function callsFor(fact: string): readonly [iam: string, rbac: string] {
  const dependsOn = ({ facts }: AwsRead | KubernetesRead): boolean => facts.some((one) => one === fact);
  const actions = Object.values<AwsRead>(awsReads)
    .filter(dependsOn)
    .flatMap((read) => read.actions);
  const own = actions.filter((action) => action !== first);
  const rbac = Object.values<KubernetesRead>(kubernetesReads).filter(dependsOn).map(ruleOf);
  const iam = own.length + rbac.length === 0 ? actions : own;
  return [iam.map(code).join(", "), rbac.map(code).join(", ")];
}

const ruleOf = ({ group, resource, verb, object }: KubernetesRead): string =>
  `${verb} ${resource}${group === "" ? "" : `.${group}`}${object === undefined ? "" : ` ${object}`}`;
