import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";

/**
 * The checks that saw everything they look at: only of those does a resource without a finding mean that it is gone. Every
 * fact that the check needs or uses is known, down to the last part, and no verdict of it is missing. A resource that the product
 * can't judge hides no other one.
 *
 * @param facts the facts of the cluster or account that was judged
 */
export function completelyJudged(checks: readonly AnyCheck[], facts: object, findings: readonly Finding[]): ReadonlySet<string> {
  const known = new Map(Object.entries(facts).map(([name, fact]) => [name, !holdsUnknown(fact)]));
  const byCheck = Map.groupBy(findings, ({ check }) => check);
  const judged = ({ id, needs, uses }: AnyCheck) => {
    const own = byCheck.get(id) ?? [];
    return (
      own.length > 0 &&
      own.every((finding) => isDecided(finding) || isBeyondJudgement(finding)) &&
      [...needs, ...uses].every((name) => known.get(name) === true)
    );
  };
  return new Set(checks.filter(judged).map(({ id }) => id));
}

/** Whether the finding says something about its resource. Of a cluster that comes or goes, nothing is said yet. */
export const isDecided = ({ status, reason }: Finding): boolean =>
  status !== "unknown" && status !== "error" && !(status === "not-applicable" && reason?.code === "not-ready");

/** Unknown for good, and about one resource alone: waiting for its verdict would keep what is gone open for ever. */
const isBeyondJudgement = ({ status, reason, resource, cluster }: Finding): boolean =>
  status === "unknown" && reason?.code === "not-supported" && cluster !== undefined && resource.id !== cluster;

function holdsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ("state" in value && value.state === "unknown" && "reason" in value) return true;
  return Object.values(value).some(holdsUnknown);
}
