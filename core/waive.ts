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
  const waivable = new Set(checks.filter(({ surface }) => surface !== "coverage").map(({ id }) => id));
  const today = dayOf(readAt);
  return findings.map((finding) => {
    if (finding.status !== "fail" || !waivable.has(finding.check)) return finding;
    const covering = waivers.filter(
      (waiver) => matchesPattern(waiver.check, finding.check) && matchesPattern(waiver.resource, finding.resource.id),
    );
    const valid = covering.find(({ expires }) => today <= expires);
    if (valid !== undefined) {
      const { owner, reason, expires } = valid;
      return { ...finding, status: "waived", waiver: { owner, reason, expires } };
    }
    const [last] = covering.toSorted((a, b) => (a.expires < b.expires ? 1 : a.expires > b.expires ? -1 : 0));
    if (last === undefined) return finding;
    const message = `${finding.message.replace(/\.$/, "")}; its waiver by ${last.owner} expired on ${last.expires}.`;
    return { ...finding, message };
  });
}

/** The day in UTC. Of a time that is none, a day after every waiver: what can't be dated is not waived. */
function dayOf(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "9999-99-99" : date.toISOString().slice(0, "2027-01-31".length);
}
