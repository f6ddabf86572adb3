import type { Resource as AsffResource, AwsSecurityFinding, Compliance } from "@aws-sdk/client-securityhub";
import type { Surface } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { shortened } from "../model/finding-id.ts";
import { accountArn } from "../model/resource.ts";
import { asffResources } from "./asff-resource.ts";
import { clipped, plainText } from "./plain-text.ts";

/** A finding that Security Hub can hold. What could not be judged is none: it leaves earlier findings as they are. */
export type PublishableFinding = Finding & { readonly status: "fail" | "waived" | "pass" | "not-applicable" };

/** An account and Region whose Security Hub holds findings. */
export interface HubPlace {
  readonly account: string;
  readonly region: string;
}

/** What a finding's document needs beside the finding. */
export interface AsffContext {
  /** What the finding is about. Their Security Hub is called, and owns the default product, unless there is a `hub`. */
  readonly account: string;
  readonly region: string;
  /** Whose Security Hub takes the finding in central mode. */
  readonly hub?: HubPlace;
  /** The partition's name, such as "aws-cn". */
  readonly partition: string;
  /** When reading the cluster or account began, RFC 3339 with milliseconds; of two documents the later one wins. */
  readonly readAt: string;
  readonly firstSeen: string;
  readonly productVersion: string;
  /** The check's title. */
  readonly title: string;
  readonly surface: Surface;
  /** Absent for a finding about an account. */
  readonly clusterName?: string;
}

/** Names of ProductFields that others rely on: a rescan reads where to look from them. */
export const productField = {
  account: "eks-perimeter/account",
  region: "eks-perimeter/region",
  cluster: "eks-perimeter/cluster",
  /** "true" where another account's Security Hub holds the finding than that of the account that it is about. */
  central: "eks-perimeter/central",
  status: "eks-perimeter/status",
  leftOut: "eks-perimeter/left-out",
  /** The ARN of the cluster or account that the finding is about. */
  subject: "eks-perimeter/subject",
} as const;

/** Limits of the AWS Security Finding Format (API reference, AwsSecurityFinding); a finding's bytes as JSON below 240 KB. */
const limit = {
  title: 256,
  description: 1_024,
  recommendation: 512,
  productValue: 2_048,
  requirements: 32,
  requirement: 64,
  severityOriginal: 64,
  reasonDescription: 1_024,
  bytes: 240_000,
} as const;
/** What the console filters findings by. */
export const productName = "eks-perimeter";

/** The finding as Security Hub imports it: within its limits, and the same for the same finding and times. */
export function toAsff(finding: PublishableFinding, context: AsffContext): AwsSecurityFinding {
  const { account, region, hub = { account, region }, partition, readAt, firstSeen } = context;
  return withinBytes({
    SchemaVersion: "2018-10-08",
    Id: asffId(finding.id),
    ProductArn: productArn(partition, hub),
    ProductName: productName,
    CompanyName: productName,
    GeneratorId: `${productName}/${finding.check}`,
    AwsAccountId: hub.account,
    CreatedAt: firstSeen,
    FirstObservedAt: firstSeen,
    LastObservedAt: readAt,
    UpdatedAt: readAt,
    Title: line(context.title, limit.title),
    Description: line(finding.message, limit.description),
    FindingProviderFields: {
      Severity: { Label: label(finding.severity), Original: clipped(finding.severity, limit.severityOriginal) },
      Types: [typeOf(context.surface)],
    },
    Compliance: complianceOf(finding, context.surface),
    RecordState: finding.status === "fail" || finding.status === "waived" ? "ACTIVE" : "ARCHIVED",
    Resources: asffResources(finding, context),
    ProductFields: productFields(finding, context),
    ...(finding.remediation === undefined
      ? {}
      : { Remediation: { Recommendation: { Text: line(finding.remediation.text, limit.recommendation) } } }),
  });
}

/** The product by which an account imports findings of its own making. */
export const productArn = (partition: string, { account, region }: HubPlace): string =>
  `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`;

/** The id under which Security Hub knows a finding: the finding's own, unless it is broken text. */
export const asffId = (id: string): string => shortened(id).toWellFormed();

/** One line that is never blank: Security Hub refuses blank text. */
const line = (text: string, most: number): string => clipped(plainText(text).trim() || "(no text)", most);

const label = (severity: Finding["severity"]) => severity.toUpperCase() as Uppercase<Finding["severity"]>;

/** Types taxonomy for ASFF: namespace/category/classifier. */
function typeOf(surface: Surface): string {
  const practice = "Software and Configuration Checks/AWS Security Best Practices";
  return surface === "beyond" || surface === "coverage" ? practice : `${practice}/Network Reachability`;
}

function complianceOf(finding: PublishableFinding, surface: Surface): Compliance {
  const status = {
    fail: surface === "coverage" ? "WARNING" : "FAILED",
    waived: "FAILED",
    pass: "PASSED",
    "not-applicable": "NOT_AVAILABLE",
  } as const;
  const reason = finding.reason ?? (finding.status === "not-applicable" ? { code: "not-applicable", message: finding.message } : undefined);
  return {
    Status: status[finding.status],
    SecurityControlId: finding.check,
    RelatedRequirements: finding.frameworks.slice(0, limit.requirements).map((reference) => clipped(reference, limit.requirement)),
    ...(reason === undefined
      ? {}
      : {
          StatusReasons: [
            { ReasonCode: reason.code.replaceAll("-", "_").toUpperCase(), Description: line(reason.message, limit.reasonDescription) },
          ],
        }),
  };
}

function productFields(finding: PublishableFinding, context: AsffContext): Record<string, string> {
  const { resource, waiver, remediation } = finding;
  const commands = remediation?.commands?.map(plainText).join("\n");
  const fields: Readonly<Record<string, string | undefined>> = {
    ProviderName: productName,
    ProviderVersion: context.productVersion,
    [productField.account]: context.account,
    [productField.region]: context.region,
    [productField.cluster]: context.clusterName,
    [productField.central]: context.hub === undefined ? undefined : "true",
    [productField.status]: finding.status,
    [productField.subject]: finding.cluster ?? accountArn(context.account, context.region),
    "eks-perimeter/kind": resource.kind,
    "eks-perimeter/namespace": resource.namespace,
    "eks-perimeter/name": resource.name,
    "eks-perimeter/waiver-owner": waiver?.owner,
    "eks-perimeter/waiver-reason": waiver?.reason,
    "eks-perimeter/waiver-expires": waiver?.expires,
  };
  const lines = Object.entries(fields)
    .map(([name, value]) => [name, clipped(plainText(value ?? ""), limit.productValue)] as const)
    .filter(([, value]) => value.trim() !== "");
  // Half a command is worse than none.
  const whole = commands !== undefined && commands.trim() !== "" && commands.length <= limit.productValue;
  return Object.fromEntries(whole ? [...lines, [commandsField, commands]] : lines);
}
const commandsField = "eks-perimeter/commands";

/** What a finding that is too large can do without, in the order in which it goes. */
const dispensable: readonly (readonly [name: string, without: (finding: AwsSecurityFinding) => AwsSecurityFinding])[] = [
  ["evidence", (finding) => ({ ...finding, Resources: finding.Resources?.map(withoutOther) })],
  ["commands", ({ ProductFields: { [commandsField]: _commands, ...fields } = {}, ...finding }) => ({ ...finding, ProductFields: fields })],
];

function withinBytes(finding: AwsSecurityFinding): AwsSecurityFinding {
  let smaller = finding;
  const leftOut: string[] = [];
  for (const [name, without] of dispensable) {
    if (bytesOf(smaller) <= limit.bytes) return smaller;
    leftOut.push(name);
    smaller = without(smaller);
    smaller = { ...smaller, ProductFields: { ...smaller.ProductFields, [productField.leftOut]: `too large: ${leftOut.join(", ")}` } };
  }
  return smaller;
}

function withoutOther({ Details: { Other: _other, ...details } = {}, ...resource }: AsffResource): AsffResource {
  return { ...resource, ...(Object.keys(details).length === 0 ? {} : { Details: details }) };
}

/** How many bytes the finding takes in a request. */
export const bytesOf = (finding: AwsSecurityFinding): number => Buffer.byteLength(JSON.stringify(finding));
