import type { Requirement } from "../../frameworks/framework.ts";
import type { Finding } from "../../model/finding.ts";

/** What a report says of one requirement. The worst of it decides, and nothing counts as met that was not judged. */
export type RequirementState = "fails" | "not judged" | "left open" | "waived" | "met" | "nothing to judge" | "manual" | "not covered";

export interface Answered {
  readonly state: RequirementState;
  /** The checks that answer for it, the findings that count, and what is to be said of them. */
  readonly checks: readonly string[];
  readonly findings: readonly Finding[];
  readonly note?: string;
}

/**
 * What the findings say of a requirement.
 *
 * @param reference the requirement's reference as findings carry it: of passes only those that answer for it do
 */
export function answered(requirement: Requirement, reference: string, byCheck: ReadonlyMap<string, readonly Finding[]>): Answered {
  if ("manual" in requirement) return { state: "manual", checks: [], findings: [], note: requirement.manual };
  if ("notCovered" in requirement) return { state: "not covered", checks: [], findings: [], note: requirement.notCovered };
  const { checks, passes } = requirement;
  const all = checks.flatMap((check) => byCheck.get(check) ?? []);
  const findings = all.filter(({ status, frameworks }) => status !== "pass" || frameworks.includes(reference));
  const has = (...wanted: readonly Finding["status"][]) => findings.some(({ status }) => wanted.includes(status));
  const unasked = checks.filter((check) => !byCheck.has(check));
  const base = { checks, findings };
  if (has("fail")) return { ...base, state: "fails" };
  if (unasked.length > 0) return { ...base, state: "not judged", note: `Not asked in this run: ${unasked.join(", ")}.` };
  if (has("unknown", "error")) return { ...base, state: "not judged" };
  if (findings.length < all.length)
    return { ...base, state: "left open", ...(passes === undefined ? {} : { note: `Where ${passes.otherwise}.` }) };
  if (has("waived")) return { ...base, state: "waived" };
  return { ...base, state: has("pass") ? "met" : "nothing to judge" };
}
