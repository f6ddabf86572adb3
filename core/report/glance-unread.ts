import { plainText } from "./plain-text.ts";
import type { Report } from "./report.ts";
import { placeOf, type Unread, unreadOf } from "./unread.ts";

/** What was not seen, a line each for what went unread in the same way in several places; what was left out on purpose last. */
export function unreadLines(report: Report, coverage: ReadonlySet<string>): readonly string[] {
  const groups = Map.groupBy(unreadOf(report, coverage), (one) => `${one.state} ${one.code} ${whatOf(one.what)}`);
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map(({ state, code, what, why }) => {
      const because = state === "skipped" ? `left out, ${code ?? why}` : (code ?? why);
      return plainText(`${wherefrom(group)}: ${whatOf(what)} (${because})`);
    }),
  );
}

/** The place, or how many there are. */
function wherefrom(group: readonly Unread[]): string {
  const [only, another, ...more] = group;
  if (only === undefined) return "";
  if (more.length === 0) return [only, ...(another === undefined ? [] : [another])].map(placeOf).join(", ");
  const clusters = new Set(
    group.flatMap(({ account, region, cluster }) => (cluster === undefined ? [] : [`${account} ${region} ${cluster}`])),
  ).size;
  const accounts = new Set(group.flatMap(({ account, cluster }) => (cluster === undefined ? [account] : []))).size;
  return [counted(accounts, "account"), counted(clusters, "cluster")].filter(Boolean).join(", ");
}

const counted = (count: number, noun: string): string => (count === 0 ? "" : `${count} ${noun}${count === 1 ? "" : "s"}`);

/** The names of a few reads, the number of many by plane. */
function whatOf(what: readonly string[]): string {
  if (what.length <= 2) return what.join(", ");
  const kubernetes = what.filter((name) => name.startsWith("kubernetes:")).length;
  const aws = what.filter((name) => /^(?!kubernetes:)[a-z0-9-]+:[A-Z]/.test(name)).length;
  const others = what.length - kubernetes - aws;
  const parts = [
    kubernetes === 0 ? "" : `${kubernetes} reads of Kubernetes`,
    aws === 0 ? "" : `${aws} reads of AWS`,
    others === 0 ? "" : `${others} verdicts`,
  ];
  return parts.filter(Boolean).join(", ");
}
