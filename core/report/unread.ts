import type { Coverage } from "../model/cluster.ts";
import type { Reason, ReasonCode } from "../model/fact.ts";
import type { Finding } from "../model/finding.ts";
import type { Report } from "./report.ts";
import { isGap } from "./summary.ts";

/** Something that was not seen: where, what, and why. */
export interface Unread {
  readonly state: "unknown" | "skipped" | "error";
  readonly account: string;
  /** Absent for what concerns a whole account. */
  readonly region?: string;
  readonly cluster?: string;
  /** What failed for one reason is told together. */
  readonly what: readonly string[];
  readonly why: string;
  /** Absent where only a sentence says why. */
  readonly code?: ReasonCode;
}

/**
 * Everything that the run did not see: reads that were refused or left out, then verdicts that are missing for another
 * reason than those reads. Accounts first; what was left out on purpose last, and so clusters that no check could be asked of.
 */
export function unreadOf({ accounts, clusters, findings }: Report, coverage: ReadonlySet<string>): readonly Unread[] {
  const gaps = Map.groupBy(
    findings.filter((finding) => isGap(finding, coverage)),
    (finding) => finding.cluster ?? accountOf(finding),
  );
  const byCluster = Map.groupBy(findings, ({ cluster }) => cluster);
  const unread = [
    ...accounts.flatMap((one) => unreadAt({ account: one.account }, one.coverage, gaps.get(one.account) ?? [])),
    ...clusters.flatMap((one) => {
      const where = { account: one.account, region: one.region, cluster: one.name };
      const inapplicable = whyNoneJudged(byCluster.get(one.arn) ?? []);
      return [
        ...unreadAt(where, one.coverage, gaps.get(one.arn) ?? []),
        ...(inapplicable === undefined
          ? []
          : [{ ...where, state: "skipped" as const, what: ["every check"], why: whyOf(inapplicable), ...codeOf(inapplicable) }]),
      ];
    }),
  ];
  return [...unread.filter(({ state }) => state !== "skipped"), ...unread.filter(({ state }) => state === "skipped")];
}

/** Why no check could be asked of a cluster, such as one that is being created, by its findings: then none of them says that it is well. */
export function whyNoneJudged(findings: readonly Finding[]): Reason | undefined {
  const isNoneJudged = findings.every(({ status, reason }) => status === "not-applicable" && reason !== undefined);
  return isNoneJudged ? findings[0]?.reason : undefined;
}

/** What the place is called: the account, or the cluster with its Region if it is in one. */
export const placeOf = ({ account, region, cluster }: Unread): string =>
  cluster === undefined ? `account ${account}` : [cluster, region].filter(Boolean).join(" ");

type Where = Pick<Unread, "account" | "region" | "cluster">;

function unreadAt(where: Where, coverage: readonly Coverage[], gaps: readonly Finding[]): readonly Unread[] {
  const reads = coverage.filter(({ state }) => state !== "read");
  const said = new Set(reads.map(({ reason }) => reason?.message));
  // A coverage finding repeats the reads that failed, where it is about reads.
  const other = gaps.filter(({ status, reason }) => (status === "fail" ? reads.length === 0 : !said.has(reason?.message)));
  const lines: readonly Line[] = [
    ...reads.map(({ read, state, reason }) => ({
      state: state === "skipped" ? state : ("unknown" as const),
      what: read,
      why: whyOf(reason),
      ...codeOf(reason),
    })),
    ...other.map(({ check, status, resource, reason, message }) => ({
      state: status === "error" ? status : ("unknown" as const),
      what: `${check}: ${resource.namespace === undefined ? "" : `${resource.namespace}/`}${resource.name}`,
      why: reason === undefined ? message : whyOf(reason),
      ...codeOf(reason),
    })),
  ];
  const together = Map.groupBy(lines, ({ state, why }) => `${state} ${why}`);
  return [...together.values()].flatMap((group) =>
    group.slice(0, 1).map((first) => ({ ...where, ...first, what: group.map(({ what }) => what) })),
  );
}

type Line = Pick<Unread, "state" | "why" | "code"> & { readonly what: string };

const codeOf = (reason: Reason | undefined): Pick<Unread, "code"> => (reason === undefined ? {} : { code: reason.code });
const whyOf = (reason: Reason | undefined): string => (reason === undefined ? "No reason was given." : `${reason.code}: ${reason.message}`);

/** The account in the ARN of a finding's resource, which is the account or its Security Hub. */
const accountOf = ({ resource }: Finding): string => resource.id.split(":")[4] ?? resource.name;
