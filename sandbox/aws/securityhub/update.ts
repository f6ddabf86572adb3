/** What BatchUpdateFindings makes of a finding: the customer's side of it. */
import type { StoredFinding } from "./hub.ts";
import { completeSeverity } from "./import.ts";

export interface Update {
  readonly Note?: { readonly Text: string; readonly UpdatedBy: string } | undefined;
  readonly Severity?: Record<string, unknown> | undefined;
  readonly Workflow?: { readonly Status?: string | undefined } | undefined;
  readonly [attribute: string]: unknown;
}

/** The finding as it stands after a customer's update. UpdatedAt belongs to the producer and stays. */
export function updateFinding({ finding, customers }: StoredFinding, update: Update, now: Date): StoredFinding {
  const { Note, Severity, ...rest } = update;
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    finding: {
      ...finding,
      ...said,
      ...(Note !== undefined && { Note: { ...Note, UpdatedAt: now.toISOString() } }),
      ...(Severity !== undefined && { Severity: completeSeverity(Severity) }),
    },
    customers: new Set([...customers, ...Object.keys(said), ...(Severity === undefined ? [] : ["Severity"])]),
  };
}
