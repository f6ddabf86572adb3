import { referencesOfPass, referencesTo } from "./frameworks/index.ts";
import type { Account } from "./model/account.ts";
import type { About, AnyCheck, SubjectKind, Verdict } from "./model/check.ts";
import type { Cluster } from "./model/cluster.ts";
import type { Fact, Reason } from "./model/fact.ts";
import { type Finding, statuses } from "./model/finding.ts";
import { findingId } from "./model/finding-id.ts";
import { frozen } from "./model/frozen.ts";
import type { Resource } from "./model/resource.ts";
import type { Settings } from "./model/settings.ts";
import { isAtLeast, type Severity } from "./model/severity.ts";
import { applyWaivers } from "./waive.ts";

/** A check that threw. The cause is for the log, never for a report. */
export interface Broken {
  readonly check: string;
  readonly cause: unknown;
}
export interface Evaluation {
  readonly findings: readonly Finding[];
  readonly broken: readonly Broken[];
}

/** Judges one cluster by the given checks, as of the time at which reading it began. */
export function evaluateCluster(checks: readonly AnyCheck[], cluster: Cluster, settings: Settings, readAt: string): Evaluation {
  return evaluate(checks, "cluster", cluster, settings, readAt);
}

/** Judges one account by the given checks. */
export function evaluateAccount(checks: readonly AnyCheck[], account: Account, settings: Settings, readAt: string): Evaluation {
  return evaluate(checks, "account", account, settings, readAt);
}

interface Subject {
  readonly resource: Resource;
  readonly account: string;
  readonly region?: string;
  readonly inapplicable?: Reason;
  readonly facts: object;
}
/** What the preamble or a check says; `broken` is the runner's own word. */
type Outcome = Verdict | { readonly status: "error"; readonly resource: Resource; readonly message: string; readonly reason: Reason };

function evaluate(checks: readonly AnyCheck[], kind: SubjectKind, subject: Subject, settings: Settings, readAt: string): Evaluation {
  frozen(subject.facts);
  frozen(settings);
  const broken: Broken[] = [];
  const findings = checks
    .filter((check) => check.subject === kind)
    .flatMap((check) => judge(check, subject, settings, broken).map((outcome) => finding(check, kind, subject, settings, outcome)));
  return { findings: applyWaivers(checks, findings, settings.waivers, readAt), broken };
}

/** The preamble that all checks share, then the check. Never throws, and never answers with silence. */
function judge(check: AnyCheck, subject: Subject, settings: Settings, broken: Broken[]): readonly Outcome[] {
  const { resource } = subject;
  const name = `${resource.kind} ${resource.name}`;
  const { inapplicable } = subject;
  if (inapplicable !== undefined) {
    return [{ resource, status: "not-applicable", reason: inapplicable, message: `${name} was not judged: ${inapplicable.message}` }];
  }
  const facts = subject.facts as Readonly<Record<string, Fact<unknown>>>;
  const given: Record<string, unknown> = {};
  for (const need of check.needs) {
    const fact = factNamed(facts, need);
    if (fact.state === "unknown") {
      return [
        {
          resource,
          status: "unknown",
          reason: fact.reason,
          message: `${name} was not judged, ${need} could not be read: ${fact.reason.message}`,
        },
      ];
    }
    given[need] = fact.value;
  }
  for (const use of check.uses) given[use] = factNamed(facts, use);
  try {
    const about: About = {
      resource,
      account: subject.account,
      ...(subject.region === undefined ? {} : { region: subject.region }),
    };
    // Holds what `needs` and `uses` name; defineCheck lets evaluate see no more than that.
    const verdicts = check.evaluate(given as never, settings, about);
    if (verdicts.length > 0) return oneForEach(verdicts, check, broken);
    return [{ resource, status: "not-applicable", message: `${name} has nothing that ${check.id} judges.` }];
  } catch (cause) {
    broken.push({ check: check.id, cause });
    const message = `${name} was not judged, ${check.id} broke.`;
    return [{ resource, status: "error", message, reason: { code: "internal", message: "The check broke; the log has the cause." } }];
  }
}

/** A check that judges a resource twice is broken; until it is mended, the worse verdict stands. */
function oneForEach(verdicts: readonly Verdict[], check: AnyCheck, broken: Broken[]): readonly Verdict[] {
  const worst = new Map<string, Verdict>();
  for (const verdict of verdicts) {
    const { id } = verdict.resource;
    const other = worst.get(id);
    if (other !== undefined) broken.push({ check: check.id, cause: new TypeError(`${check.id} judged ${id} more than once.`) });
    if (other === undefined || statuses.indexOf(verdict.status) < statuses.indexOf(other.status)) worst.set(id, verdict);
  }
  return [...worst.values()];
}

function factNamed(facts: Readonly<Record<string, Fact<unknown>>>, name: string): Fact<unknown> {
  return facts[name] ?? { state: "unknown", reason: { code: "internal", message: `Nothing collects ${name}.` } };
}

function finding(check: AnyCheck, kind: SubjectKind, subject: Subject, settings: Settings, outcome: Outcome): Finding {
  const cluster = kind === "cluster" ? subject.resource.id : undefined;
  const remediation = outcome.status === "fail" ? (outcome.remediation ?? { text: check.remediation }) : undefined;
  const reason = "reason" in outcome ? outcome.reason : undefined;
  const evidence = "evidence" in outcome ? outcome.evidence : undefined;
  return {
    id: findingId(check.id, cluster, outcome.resource),
    check: check.id,
    status: outcome.status,
    severity: severityOf(check, settings, outcome),
    ...(cluster === undefined ? {} : { cluster }),
    resource: outcome.resource,
    message: outcome.message,
    ...(evidence === undefined ? {} : { evidence }),
    ...(reason === undefined ? {} : { reason }),
    ...(remediation === undefined ? {} : { remediation }),
    frameworks: outcome.status === "pass" ? referencesOfPass(check.id, outcome.evidence) : referencesTo(check.id),
  };
}

/** The organization's word or the check's, unless the verdict lowers it further. */
function severityOf(check: AnyCheck, settings: Settings, outcome: Outcome): Severity {
  const usual = settings.severity[check.id] ?? check.severity;
  const lowered = outcome.status === "fail" ? outcome.severity : undefined;
  return lowered === undefined || isAtLeast(lowered, usual) ? usual : lowered;
}
