import type { AnyCheck } from "./model/check.ts";
import type { Finding } from "./model/finding.ts";
import type { Waiver } from "./model/settings.ts";
import { matchesPattern } from "./net/pattern.ts";

/**
 * Turns each failing finding that a waiver covers into `waived`; one whose waiver has expired keeps failing and says
 * since when. Coverage can't be waived.
 *
 * @param readAt the time that counts as now, RFC 3339; a waiver holds through its `expires` date, UTC
 */
export function applyWaivers(
  checks: readonly AnyCheck[],
  findings: readonly Finding[],
  waivers: readonly Waiver[],
  readAt: string,
): readonly Finding[] {
  if (waivers.length === 0) return findings;
  const unwaivable = new Set(checks.filter((check) => check.surface === "coverage").map((check) => check.id));
  const today = readAt.slice(0, "2027-01-31".length);
  return findings.map((finding) => {
    if (finding.status !== "fail" || unwaivable.has(finding.check)) return finding;
    const covering = waivers.filter(
      (waiver) => matchesPattern(waiver.check, finding.check) && matchesPattern(waiver.resource, finding.resource.id),
    );
    const valid = covering.find(({ expires }) => today <= expires);
    if (valid !== undefined) {
      const { owner, reason, expires } = valid;
      return { ...finding, status: "waived", waiver: { owner, reason, expires } };
    }
    const last = covering.map(({ expires, owner }) => ({ expires, owner })).sort((a, b) => (a.expires < b.expires ? 1 : -1))[0];
    if (last === undefined) return finding;
    return { ...finding, message: `${finding.message} Its waiver by ${last.owner} expired on ${last.expires}.` };
  });
}
