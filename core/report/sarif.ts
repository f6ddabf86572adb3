/**
 * What is wrong as a log of the Static Analysis Results Interchange Format 2.1.0 that GitHub code scanning takes.
 * Sources: OASIS SARIF 2.1.0; docs.github.com "SARIF support for code scanning" and "SARIF results exceed one or more limits".
 */
import { createHash } from "node:crypto";
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import type { Log, Notification, Result } from "sarif";
import { checks as everyCheck } from "../checks/index.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { severities } from "../model/severity.ts";
import { plainJson, plainText } from "./plain-text.ts";
import type { Report } from "./report.ts";
import { artifactsOf, locationOf, type SourcePlace } from "./sarif-location.ts";
import { levelOf, ruleOf, unjudged, unjudgedRuleOf } from "./sarif-rule.ts";
import { coverageChecks, isGap } from "./summary.ts";

export interface SarifOptions {
  readonly checks?: readonly AnyCheck[];
  /** Where what a finding is about is written, for a report about manifests. */
  readonly whereIs?: (finding: Finding) => SourcePlace | undefined;
}

/** GitHub refuses more results in a run. It stores the worst 5,000, so the worst stand first. */
const mostResults = 25_000;

/**
 * The report as a log of one run. A result is what fails, what is waived, as suppressed, and what could not be judged, as open.
 * Passes are left out: GitHub takes every result for an alert, whatever its kind (microsoft/PSRule#955). What is open has a rule
 * of its own, so that it is not shown as a failure as severe as the check's.
 */
export function toSarif(report: Report, { checks = everyCheck, whereIs }: SarifOptions = {}): string {
  const { run, findings } = report;
  const coverage = coverageChecks(checks);
  const told = findings.filter((finding) => kindOf(finding, coverage) !== undefined).sort(byImportance);
  const listed = told.slice(0, mostResults);
  const rank = new Map(checks.map(({ id }, place) => [id, place]));
  const results = listed.map((finding) => resultOf(finding, coverage, whereIs?.(finding)));
  const byCheck = Map.groupBy(findings, ({ check }) => check);
  const builder = new SarifRunBuilder({
    // By which GitHub tells analyses apart: a newer one of the same id closes what it does not find again.
    automationDetails: { id: `eks-perimeter/${whereIs === undefined ? "clusters" : "manifests"}/` },
    invocations: [
      {
        executionSuccessful: true,
        startTimeUtc: run.startedAt,
        endTimeUtc: run.finishedAt,
        toolExecutionNotifications: notificationsOf(report, coverage, told.length - listed.length),
      },
    ],
    artifacts: artifactsOf(results),
  }).initSimple({ toolDriverName: "eks-perimeter", toolDriverVersion: run.version });
  for (const id of [...byCheck.keys()].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))) {
    const check = checks.find((one) => one.id === id);
    builder.addRule(new SarifRuleBuilder(ruleOf(id, check, byCheck.get(id) ?? [])));
    if (results.some(({ ruleId }) => ruleId === unjudged(id))) builder.addRule(new SarifRuleBuilder(unjudgedRuleOf(id, check)));
  }
  for (const result of results) builder.addResult(new SarifResultBuilder(result));
  const log = new SarifBuilder({ $schema: "https://json.schemastore.org/sarif-2.1.0.json" });
  log.addRun(builder);
  // Not buildSarifJsonString: it refuses a log that has a certain word in it, which any annotation of a Service may hold.
  return `${plainJson(log.buildSarifOutput() satisfies Log)}\n`;
}

/** What a finding is in SARIF's words; undefined for one that is no result. */
function kindOf(finding: Finding, coverage: ReadonlySet<string>): Result.kind | undefined {
  if (finding.status === "fail" || finding.status === "waived") return "fail";
  return isGap(finding, coverage) ? "open" : undefined;
}

/** Fails first, then what could not be judged, then what is waived; of each the worst first. */
function byImportance(a: Finding, b: Finding): number {
  const order = ["fail", "error", "unknown", "waived"];
  return order.indexOf(a.status) - order.indexOf(b.status) || severities.indexOf(a.severity) - severities.indexOf(b.severity);
}

function resultOf(finding: Finding, coverage: ReadonlySet<string>, place: SourcePlace | undefined): Result {
  const { id, check, status, severity, resource, message, cluster, frameworks, waiver, evidence, reason } = finding;
  const kind = kindOf(finding, coverage) ?? "open";
  const digest = createHash("sha256").update(id.toWellFormed()).digest("hex");
  return {
    ruleId: kind === "open" ? unjudged(check) : check,
    kind,
    // The standard wants "none" beside any kind but "fail".
    level: kind === "fail" ? levelOf(severity) : "none",
    message: { text: messageText(message) },
    locations: [locationOf(finding, place)],
    // The one fingerprint that GitHub looks at, and ours: the same in every run, wherever in its file the object stands.
    partialFingerprints: { primaryLocationLineHash: `${digest.slice(0, 16)}:1`, "eksPerimeterFinding/v1": digest },
    ...(waiver === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: "external",
              status: "accepted",
              justification: plainText(`${waiver.owner}, through ${waiver.expires}: ${waiver.reason}`),
            },
          ],
        }),
    properties: {
      finding: id.toWellFormed(),
      status,
      severity,
      resource: resource.id.toWellFormed(),
      frameworks,
      ...(cluster === undefined ? {} : { cluster }),
      ...(reason === undefined ? {} : { reason: { code: reason.code, message: plainText(reason.message) } }),
      ...(evidence === undefined ? {} : { evidence }),
    },
  };
}

/** Text of a message: its braces are no placeholders (SARIF 3.11.5), and nothing in it becomes a link (3.11.6). */
const messageText = (text: string): string => plainText(text).replaceAll(/[{}]/g, "$&$&").replaceAll("](", "] (");

/** What the reader of the results has to know: what was not seen, and what was left out. */
function notificationsOf({ summary, findings }: Report, coverage: ReadonlySet<string>, leftOut: number): Notification[] {
  const gaps = findings.filter((finding) => isGap(finding, coverage)).length;
  const broken = findings.filter(({ status }) => status === "error").length;
  const told: readonly (readonly [boolean, Notification["level"], string])[] = [
    [
      !summary.complete,
      "warning",
      `Not everything was read or judged${gaps === 0 ? "" : `: ${gaps} findings say what`}. Absence of a result is no pass.`,
    ],
    [broken > 0, "error", `${broken} findings are missing, as a check broke.`],
    [leftOut > 0, "warning", `${leftOut} more results were left out, the least severe; report.json has all of them.`],
  ];
  return told.filter(([holds]) => holds).map(([, level = "warning", text]) => ({ level, message: { text } }));
}
