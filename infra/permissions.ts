/** IAM statements made from the table of reads, so that what is granted and what is called can't drift apart. */
import { type AwsRead, awsReads, doctorReads } from "../core/collect/reads.ts";

export interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string;
}

/** What the member role may do in its account: every declared read, importing findings, and asking which of them are suppressed. */
export function memberStatements(partition: string, account: string): readonly Statement[] {
  const actions = new Map<string, Set<string>>();
  for (const { actions: names, resource } of Object.values<AwsRead>({ ...awsReads, ...doctorReads })) {
    const arn = "arn" in resource ? resource.arn.replaceAll("{partition}", partition).replaceAll("{account}", account) : "*";
    actions.set(arn, new Set([...(actions.get(arn) ?? []), ...names]));
  }
  const reads = [...actions].map(([Resource, names]) => ({ Effect: "Allow", Action: [...names].sort(), Resource }) as const);
  const hub = `arn:${partition}:securityhub:*:${account}`;
  return [
    ...reads,
    { Effect: "Allow", Action: ["securityhub:BatchImportFindings"], Resource: `${hub}:product/${account}/default` },
    { Effect: "Allow", Action: ["securityhub:GetFindings"], Resource: `${hub}:hub/default` },
  ];
}
