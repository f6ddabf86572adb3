/** What an import makes of a finding, new or known. Source: Security Hub user guide, "BatchImportFindings for finding providers". */
import type { Finding } from "./asff.ts";
import type { StoredFinding } from "./hub.ts";

/** What an import can't change once the finding exists. */
const customerOwned = ["Note", "UserDefinedFields", "VerificationState", "Workflow", "WorkflowState"] as const;
/** What producers write under FindingProviderFields and customers at the top. */
const provided = ["Confidence", "Criticality", "RelatedFindings", "Severity", "Types"] as const;

const normalized: Readonly<Record<string, number>> = { INFORMATIONAL: 0, LOW: 1, MEDIUM: 40, HIGH: 70, CRITICAL: 90 };
const labels = Object.entries(normalized).toReversed();

/** Label and number say the same; whichever is missing follows from the other. */
export function completeSeverity(severity: Record<string, unknown>): Record<string, unknown> {
  const number = typeof severity.Normalized === "number" ? severity.Normalized : 0;
  const label = typeof severity.Label === "string" ? severity.Label : (labels.find(([, from]) => number >= from)?.[0] ?? "INFORMATIONAL");
  return { ...severity, Label: label, Normalized: normalized[label] ?? number };
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Nanoseconds since 1970: findings carry up to nine digits of a second, and an import that is later by one of them counts. */
function instant(text: unknown): bigint {
  const [, whole = "", fraction = "", zone = "Z"] = /^(.{19})(?:\.(\d+))?(.+)$/.exec(String(text)) ?? [];
  return BigInt(Date.parse(`${whole}${zone}`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** Each of the provided attributes in both places: what the producer says, and what is shown until a customer says otherwise. */
function spread(
  incoming: Finding,
  existing: StoredFinding | undefined,
): { readonly top: Finding; readonly FindingProviderFields: Finding } {
  const from = record(incoming.FindingProviderFields);
  const provider: Record<string, unknown> = { ...record(existing?.finding.FindingProviderFields) };
  const top: Record<string, unknown> = {};
  for (const name of provided) {
    const said = from[name] ?? incoming[name];
    if (said !== undefined) provider[name] = said;
    const touched = existing?.customers.has(name) === true;
    // A new finding shows what the producer says; in a known one a top-level value of the import comes first.
    const shown = touched ? existing.finding[name] : existing === undefined ? said : (incoming[name] ?? said ?? existing.finding[name]);
    if (shown !== undefined) top[name] = name === "Severity" ? completeSeverity(record(shown)) : shown;
  }
  const { Label, Original } = completeSeverity(record(provider.Severity));
  return { top, FindingProviderFields: { ...provider, Severity: { Label, ...(Original !== undefined && { Original }) } } };
}

const status = (finding: Finding): unknown => record(finding.Compliance).Status;

/** Whether work on the finding has to begin again: it was archived and is back, or it had passed and no longer does. */
function isReopened(before: Finding, after: Finding): boolean {
  const returns = before.RecordState === "ARCHIVED" && after.RecordState === "ACTIVE";
  const relapses = status(before) === "PASSED" && ["FAILED", "WARNING", "NOT_AVAILABLE"].includes(String(status(after)));
  return returns || relapses;
}

function customerPart(existing: StoredFinding | undefined, incoming: Finding, next: Finding): Finding {
  if (existing === undefined) {
    const Status = record(incoming.Workflow).Status ?? "NEW";
    const own = Object.fromEntries(customerOwned.filter((name) => incoming[name] !== undefined).map((name) => [name, incoming[name]]));
    return { ...own, Workflow: { Status }, WorkflowState: "NEW" };
  }
  const kept = Object.fromEntries(
    customerOwned.filter((name) => existing.finding[name] !== undefined).map((name) => [name, existing.finding[name]]),
  );
  const was = record(existing.finding.Workflow).Status;
  const reset = (was === "NOTIFIED" || was === "RESOLVED") && isReopened(existing.finding, next);
  return reset ? { ...kept, Workflow: { Status: "NEW" }, WorkflowState: "NEW" } : kept;
}

export interface Importing {
  readonly account: string;
  readonly region: string;
  readonly now: Date;
}

/** The finding as it stands after an import; the stored one itself where the import is no newer, which is no error. */
export function importFinding(existing: StoredFinding | undefined, incoming: Finding, { region, now }: Importing): StoredFinding {
  if (existing !== undefined && instant(incoming.UpdatedAt) <= instant(existing.finding.UpdatedAt)) return existing;
  const { top, FindingProviderFields } = spread(incoming, existing);
  const next: Record<string, unknown> = {
    ...incoming,
    ...top,
    FindingProviderFields,
    Region: region,
    ProductName: incoming.ProductName ?? "Default",
    CompanyName: incoming.CompanyName ?? "Personal",
    RecordState: incoming.RecordState ?? "ACTIVE",
    ProductFields: {
      ...record(incoming.ProductFields),
      "aws/securityhub/FindingId": `${incoming.ProductArn}/${incoming.Id}`,
      "aws/securityhub/ProductName": incoming.ProductName ?? "Default",
      "aws/securityhub/CompanyName": incoming.CompanyName ?? "Personal",
    },
    ProcessedAt: now.toISOString(),
  };
  for (const name of customerOwned) delete next[name];
  return { finding: { ...next, ...customerPart(existing, incoming, next) }, customers: existing?.customers ?? new Set() };
}
