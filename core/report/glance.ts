/** A run's report on one screen of a terminal: what is exposed, what is worst, what was not read, what to do next. */
import { checks as everyCheck } from "../checks/index.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { type Severity, severities } from "../model/severity.ts";
import { type Exposures, exposuresOf } from "./glance-exposure.ts";
import { clusterNames, type Place, placesText } from "./glance-places.ts";
import { unreadLines } from "./glance-unread.ts";
import { clipped, plainText } from "./plain-text.ts";
import type { Report } from "./report.ts";
import { scopeWords } from "./scope-words.ts";
import { byStatus, coverageChecks, failBySeverity, isUnread } from "./summary.ts";
import type { Paint } from "./table.ts";
import { unreadOf } from "./unread.ts";
import { hanging, wrapped } from "./wrap.ts";

export interface GlanceOptions {
  /** Columns and lines of the terminal, of which the prompt takes one. */
  readonly width?: number;
  readonly height?: number;
  readonly paint?: Paint;
  readonly checks?: readonly AnyCheck[];
  /** Where all of it stands, such as "out/report.html"; absent where nowhere but in other output. */
  readonly everything?: string;
  /** What to do next, a line each. */
  readonly next?: readonly string[];
}

/** The part of the report that fits: the more lines there are, the more of it. What was left out is counted. */
export function toGlance(report: Report, options: GlanceOptions = {}): string {
  const { width = 80, height = 24, paint = (_style, text) => text, checks = everyCheck, everything, next = [] } = options;
  const view: View = { width: Math.max(width, 30), paint, checks, coverage: coverageChecks(checks), everything, next };
  const digest = digestOf(report, view);
  let lines: readonly string[] = [];
  for (const size of sizes) {
    lines = linesOf(digest, size, view);
    if (lines.length < height) break;
  }
  return `${lines.join("\n")}\n`;
}

/** What a report comes to, before it is known how much of it fits. */
interface Digest {
  readonly headline: readonly string[];
  readonly exposures: Exposures;
  /** The worst first. */
  readonly clusters: readonly { readonly name: string; readonly fails: ReturnType<typeof failBySeverity> }[];
  /** The fails of one check and severity together, the worst first. */
  readonly fails: readonly { readonly severity: Severity; readonly check: string; readonly places: readonly Place[] }[];
  readonly unread: readonly string[];
}

function digestOf(report: Report, view: View): Digest {
  const names = clusterNames(report.clusters);
  const fails = report.findings.filter(({ check, status }) => !view.coverage.has(check) && status === "fail");
  const byCluster = Map.groupBy(fails, ({ cluster }) => cluster);
  const placeOf = ({ cluster, resource }: Finding): Place => ({ cluster: names.get(cluster ?? "") ?? plainText(resource.name), resource });
  return {
    headline: headline(report, view),
    exposures: exposuresOf(report, view.checks),
    clusters: report.clusters
      .flatMap(({ arn }) => {
        const own = byCluster.get(arn);
        return own === undefined ? [] : [{ name: names.get(arn) ?? arn, fails: failBySeverity(own) }];
      })
      .sort((a, b) => severities.map((severity) => (b.fails[severity] ?? 0) - (a.fails[severity] ?? 0)).find((by) => by !== 0) ?? 0),
    fails: [...Map.groupBy(fails, ({ severity, check }) => `${severity} ${check}`).values()]
      .flatMap((group) => group.slice(0, 1).map(({ severity, check }) => ({ severity, check, places: group.map(placeOf) })))
      .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity)),
    unread: unreadLines(report, view.coverage),
  };
}

type View = Required<Pick<GlanceOptions, "width" | "paint" | "checks" | "next">> & {
  readonly coverage: ReadonlySet<string>;
  readonly everything: string | undefined;
};

/** How much is shown of each part; the first that fits is taken. */
interface Size {
  readonly exposures: number;
  /** Lines that one exposure may take. */
  readonly each: number;
  readonly clusters: number;
  readonly findings: number;
  readonly unread: number;
  readonly hasGaps: boolean;
}
const sizes: readonly Size[] = [
  { exposures: 20, each: 6, clusters: 20, findings: 20, unread: 20, hasGaps: true },
  { exposures: 12, each: 3, clusters: 8, findings: 8, unread: 8, hasGaps: true },
  { exposures: 9, each: 2, clusters: 4, findings: 5, unread: 4, hasGaps: true },
  { exposures: 8, each: 2, clusters: 3, findings: 4, unread: 4, hasGaps: false },
  { exposures: 6, each: 2, clusters: 3, findings: 3, unread: 3, hasGaps: false },
  { exposures: 6, each: 2, clusters: 2, findings: 2, unread: 3, hasGaps: false },
  { exposures: 6, each: 1, clusters: 2, findings: 3, unread: 3, hasGaps: false },
  { exposures: 6, each: 1, clusters: 1, findings: 1, unread: 2, hasGaps: false },
  { exposures: 4, each: 1, clusters: 1, findings: 1, unread: 1, hasGaps: false },
];

/** Below so many columns a name and what is said of it do not stand side by side. */
const narrow = 60;

interface Section {
  readonly label: string;
  readonly lines: readonly string[];
}

function linesOf(digest: Digest, size: Size, view: View): readonly string[] {
  const labelled = view.width >= 60 ? 10 : 2; // on a narrow terminal a label has a line of its own
  const columns = view.width - labelled;
  const sections: readonly Section[] = [
    { label: "Exposed", lines: exposed(digest, size, columns) },
    { label: "Clusters", lines: worstClusters(digest, size, columns, view) },
    { label: "Findings", lines: worstFindings(digest, size, columns, view) },
    { label: "Not read", lines: notRead(digest, size, columns, view) },
    { label: "Next", lines: view.next.flatMap((line) => step(plainText(line), columns)) },
  ].filter(({ lines }) => lines.length > 0);
  const parts = sections.map((section) => laidOut(section, labelled, view));
  return [digest.headline, ...parts].flatMap((part, at) => (size.hasGaps && at > 0 ? ["", ...part] : part));
}

/** A command of several lines is one to a shell too, unless a word of it is quoted. */
function step(text: string, columns: number): readonly string[] {
  if (!text.startsWith("npx ") || text.includes("'")) return wrapped(text, columns);
  if (text.length <= columns) return [text];
  const lines = wrapped(text, columns - 2);
  return lines.map((line, at) => (at === lines.length - 1 ? line : `${line} \\`));
}

function laidOut({ label, lines }: Section, labelled: number, { paint }: View): readonly string[] {
  if (labelled <= 2) return [paint("heading", label), ...lines.map((line) => `  ${line}`)];
  return lines.map((line, at) => (at === 0 ? paint("heading", label) + " ".repeat(labelled - label.length) : " ".repeat(labelled)) + line);
}

/** Text that has been laid out, with its counts of severities coloured. */
const painted = (line: string, paint: Paint): string =>
  line.replaceAll(new RegExp(`\\b\\d[\\d,]* (${severities.join("|")})\\b`, "g"), (count, severity) => paint(severity, count));

function headline(report: Report, { width, paint, coverage }: View): readonly string[] {
  const { accounts, clusters, findings, summary } = report;
  const judged = findings.filter(({ check }) => !coverage.has(check));
  const { fail = 0, waived = 0, unknown = 0, error = 0, pass = 0 } = byStatus(judged);
  const isLeftOut = unreadOf(report, coverage).some(({ state }) => state === "skipped");
  const all = isLeftOut ? "everything was read but what was left out" : "everything was read";
  const whole = `${scopeWords(report)}; ${summary.complete && ![...accounts, ...clusters].some(isUnread) ? all : "not everything was read"}.`;
  const bySeverity = Object.entries(failBySeverity(judged)).map(([severity, count]) => `${number(count)} ${severity}`);
  const counts = [
    fail === 0 ? withoutFails({ pass, waived }) : `${number(fail)} fail: ${bySeverity.join(", ")}`,
    ...(unknown + error === 0 ? [] : [`${number(unknown + error)} not judged`]),
    ...(waived === 0 ? [] : [`${number(waived)} waived`]),
    `${number(pass)} pass`,
  ].join(" · ");
  const unused = summary.unused.map(
    ({ kind, what: name }) => `This ${kind === "waiver" ? "waiver" : "declared public service"} matched nothing: ${plainText(name)}`,
  );
  return [
    ...wrapped(whole, width).map((line) => paint("heading", line)),
    ...(clusters.length === 0 && fail === 0 ? [] : wrapped(counts, width).map((line) => painted(line, paint))),
    ...unused.flatMap((line) => wrapped(line, width)),
  ];
}

/** What is waived is open, and where nothing was judged nothing is said to be well. */
function withoutFails({ pass, waived }: { readonly pass: number; readonly waived: number }): string {
  if (waived > 0) return "Nothing fails that is not waived";
  return pass > 0 ? "Nothing that was judged fails" : "Nothing was judged";
}

function exposed({ exposures }: Digest, { exposures: most, each }: Size, columns: number): readonly string[] {
  const { open, unknown, waived, paths } = exposures;
  const shown = open.slice(0, most);
  const isNarrow = columns < narrow;
  const first = Math.max(...shown.map(({ path }) => path.length + 2));
  const lines = shown.flatMap(({ path, reached }) => {
    const lead = isNarrow ? `${path}: ` : path.padEnd(first);
    const laid = (text: string): readonly string[] => (isNarrow ? wrapped(lead + text, columns) : hanging(lead, text, columns));
    return laid(placesText(reached, (text) => laid(text).length <= each));
  });
  const counted = (what: string, counts: ReadonlyMap<string, number>): readonly string[] => {
    const all = [...counts].map(([cluster, count]) => `${cluster} (${count} of ${plural(paths, "path")})`);
    return all.length === 0 ? [] : [`${what}: ${all.length <= 2 ? all.join(", ") : plural(all.length, "cluster")}`];
  };
  const tail = [
    ...(open.length > most ? [`and ${plural(open.length - most, "more path")}`] : []),
    ...counted("waived", waived),
    ...counted("not known", unknown),
  ];
  return [...lines, ...wrapped(tail.join("; "), columns)];
}

function worstClusters({ clusters: ranked }: Digest, { clusters: most }: Size, columns: number, view: View): readonly string[] {
  const shown = ranked.slice(0, most).map(({ name, fails }) => {
    const counts = Object.entries(fails).map(([severity, count]) => `${number(count)} ${severity}`);
    return `${name}: ${counts.join(", ")}`;
  });
  const lines = withRest(shown, ranked.length - most, "cluster", columns, view);
  return lines.map((line) => painted(line, view.paint));
}

/** The checks that fail worst, each with where. */
function worstFindings({ fails: groups }: Digest, { findings: most }: Size, columns: number, view: View): readonly string[] {
  const listed = groups.slice(0, most);
  const first = Math.max(...listed.map(({ severity }) => severity.length + 2));
  const shown = listed.map(({ severity, check, places }) => {
    const lead = `${severity.padEnd(first)}${check}: `;
    return lead + placesText(places, (text) => lead.length + text.length <= columns);
  });
  const left = groups.slice(most).reduce((sum, { places }) => sum + places.length, 0);
  const lines = withRest(shown, left, "finding", columns, view);
  return lines.map((line, at) => {
    const severity = listed[at]?.severity;
    return severity === undefined ? line : view.paint(severity, severity) + line.slice(severity.length);
  });
}

function notRead({ unread: all }: Digest, { unread: most, each }: Size, columns: number, view: View): readonly string[] {
  const lines = all.slice(0, most).flatMap((line) => {
    const whole = wrapped(line, columns);
    return whole.length <= each ? whole : [...whole.slice(0, each - 1), clipped(whole.slice(each - 1).join(" "), columns)];
  });
  return withRest(lines, all.length - most, "line", columns, view);
}

/** Lines cut to the width, and how much was left out: at the end of the last where that fits, else on a line of its own. */
function withRest(all: readonly string[], left: number, noun: string, columns: number, { everything }: View): readonly string[] {
  const lines = all.map((line) => clipped(line, columns));
  if (left <= 0) return lines;
  const rest = `and ${plural(left, `more ${noun}`)}`;
  const last = lines.at(-1) ?? "";
  if (last.length + 2 + rest.length <= columns) return [...lines.slice(0, -1), `${last}; ${rest}`];
  const told = everything === undefined ? rest : `${rest}: see ${everything}`;
  return [...lines, told.length <= columns ? told : clipped(rest, columns)];
}

const number = (count: number): string => count.toLocaleString("en");
const plural = (count: number, noun: string): string => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
