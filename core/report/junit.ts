/**
 * Findings as test cases, for pipelines that show JUnit's reports: a suite a cluster, a case a check and resource.
 * Source: the schema that Jenkins holds reports to, junit-10.xsd of its xUnit plug-in.
 */
import exported, { type Builder, type TestCase } from "junit-report-builder";
import { checks as everyCheck } from "../checks/index.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { placesIn } from "./places.ts";
import { plainLines, plainText } from "./plain-text.ts";
import type { Report } from "./report.ts";
import { coverageChecks, isGap, isUnread } from "./summary.ts";
import { type Unread, unreadOf } from "./unread.ts";

/** The module is the builder itself, whatever its types say of a default. */
const junit = exported as unknown as Builder;

/**
 * The report as a document. Exactly what makes a run incomplete is an error, so that no pipeline takes it for success; what
 * fails is a failure, however severe; what is waived, not applicable or judged by nobody is skipped.
 */
export function toJunit(report: Report, checks: readonly AnyCheck[] = everyCheck): string {
  const coverage = coverageChecks(checks);
  const titles = new Map(checks.map(({ id, title }) => [id, title]));
  const placeOf = placesIn(report, "");
  const builder = junit.newBuilder().name("eks-perimeter");
  const suiteAt = (...places: readonly string[]): Suite => {
    const place = places.filter((part) => part !== "").map(xmlText);
    const suite = builder.testSuite().name(place.join("/")).timestamp(report.run.startedAt);
    return {
      caseOf: (what, title) =>
        suite
          .testCase()
          .className([...place, what].join("."))
          .name(title),
    };
  };
  for (const [account, unread] of untold(report, coverage)) {
    const one = suiteAt(account).caseOf("coverage", xmlText(`Everything about the account was read: Account ${account}`));
    const why = unread.map(({ what, why }) => `${what.join(", ")}: ${why}`).join("\n");
    one.error(xmlText(`Account ${account} was not read completely.`), unread[0]?.code ?? "incomplete", cdataText(why));
  }
  for (const findings of Map.groupBy(report.findings, suiteKey).values()) {
    const [first] = findings;
    if (first === undefined) continue;
    const { account, region, clusterName } = placeOf(first);
    const suite = suiteAt(account, region, clusterName ?? "");
    for (const finding of findings) {
      conclude(suite.caseOf(finding.check, `${titles.get(finding.check) ?? finding.check}: ${nameOf(finding)}`), finding, coverage);
    }
  }
  // A count that the schema does not know at the root.
  return builder.build().replace(/^(<\?xml[^>]*>\s*<testsuites\b[^>]*?) skipped="\d+"/, "$1");
}

interface Suite {
  readonly caseOf: (what: string, title: string) => TestCase;
}

/** What was not read of each account of which no finding says so: the check that would was not asked. */
function untold(report: Report, coverage: ReadonlySet<string>): ReadonlyMap<string, readonly Unread[]> {
  const told = new Set(report.findings.filter((finding) => isGap(finding, coverage)).map(suiteKey));
  const accounts = new Set(report.accounts.filter((one) => isUnread(one) && !told.has(one.account)).map(({ account }) => account));
  const unread = unreadOf(report, coverage).filter(
    ({ account, cluster, state }) => cluster === undefined && state !== "skipped" && accounts.has(account),
  );
  return Map.groupBy(unread, ({ account }) => account);
}

const suiteKey = ({ cluster, resource }: Finding): string => cluster ?? resource.id.split(":")[4] ?? resource.id;

const nameOf = ({ resource: { kind, namespace, name } }: Finding): string =>
  xmlText(`${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`);

function conclude(one: TestCase, finding: Finding, coverage: ReadonlySet<string>): void {
  const { status, severity, reason } = finding;
  const message = xmlText(finding.message);
  if (isGap(finding, coverage)) one.error(message, reason?.code ?? "incomplete", detail(finding));
  else if (status === "fail") one.failure(message, severity).stacktrace(detail(finding));
  else if (status === "pass") return;
  else one.skipped().standardOutput(detail(finding));
}

/** What a person reads who opens the case. */
function detail({ message, evidence, reason, remediation, waiver, resource }: Finding): string {
  const parts = [
    message,
    resource.id,
    evidence && `Evidence: ${JSON.stringify(evidence)}`,
    reason && `${reason.code}: ${reason.message}`,
    waiver && `Waived by ${waiver.owner} through ${waiver.expires}: ${waiver.reason}`,
    remediation && `Fix: ${remediation.text}`,
    ...(remediation?.commands ?? []),
    remediation?.manifest,
  ];
  return cdataText(parts.filter((part) => part !== undefined).join("\n"));
}

/** Characters that no XML document may hold, escaped or not, beside those that plain text is free of. */
const noCharacters = /[\uFFFE\uFFFF]/g;
const xmlText = (text: string): string => plainText(text).replace(noCharacters, "\uFFFD");
/** The builder looks after the first end of a CDATA section in a text, and no further. */
const cdataText = (text: string): string => plainLines(text).replace(noCharacters, "\uFFFD").replaceAll("]]>", "]] >");
