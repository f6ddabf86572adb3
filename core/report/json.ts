import type { Coverage } from "../model/cluster.ts";
import type { Fact } from "../model/fact.ts";
import type { Finding } from "../model/finding.ts";
import type { NamespaceReach } from "../net/connectivity/namespaces.ts";
import { plainJson } from "./plain-text.ts";
import type { Report } from "./report.ts";

/** The report as a JSON document: the same report is the same text, whatever order its parts were made in. */
export const toJson = (report: Report): string => [...jsonPieces(report)].join("");

/** The same text, finding by finding. */
export function* jsonPieces({ schema, run, accounts, clusters, findings, summary }: Report): Generator<string> {
  const before = {
    schema,
    run: { id: run.id, startedAt: run.startedAt, finishedAt: run.finishedAt, version: run.version },
    accounts: accounts.map(({ account, coverage }) => ({ account, coverage: coverage.map(ofCoverage) })),
    clusters: clusters.map(({ arn, account, region, name, kubernetesVersion, coverage, namespaces }) => ({
      arn,
      account,
      region,
      name,
      kubernetesVersion,
      coverage: coverage.map(ofCoverage),
      namespaces: namespaces && ofNamespaces(namespaces),
    })),
  };
  const after = {
    summary: {
      complete: summary.complete,
      byStatus: summary.byStatus,
      failBySeverity: summary.failBySeverity,
      unused: summary.unused.map(({ kind, what }) => ({ kind, what })),
    },
  };
  yield `${written(before).slice(0, -"\n}".length)},\n  "findings": [`;
  for (const [at, finding] of findings.entries())
    yield `${at === 0 ? "" : ","}\n    ${written(ofFinding(finding)).replaceAll("\n", "\n    ")}`;
  yield `${findings.length === 0 ? "" : "\n  "}],\n${written(after).slice("{\n".length)}\n`;
}

const written = (value: object): string => plainJson(value, 2);

const ofCoverage = ({ read, state, reason }: Coverage) => ({
  read,
  state,
  reason: reason && { code: reason.code, message: reason.message },
});

const ofNamespaces = (reach: Fact<NamespaceReach>) =>
  reach.state === "unknown"
    ? { state: reach.state, reason: { code: reach.reason.code, message: reach.reason.message } }
    : withSortedKeys(reach);

const ofFinding = ({ resource, reason, remediation, waiver, ...finding }: Finding) => ({
  id: finding.id,
  check: finding.check,
  status: finding.status,
  severity: finding.severity,
  cluster: finding.cluster,
  resource: { kind: resource.kind, id: resource.id, namespace: resource.namespace, name: resource.name },
  message: finding.message,
  evidence: withSortedKeys(finding.evidence),
  reason: reason && { code: reason.code, message: reason.message },
  remediation: remediation && { text: remediation.text, commands: remediation.commands, manifest: remediation.manifest },
  frameworks: finding.frameworks,
  waiver: waiver && { owner: waiver.owner, reason: waiver.reason, expires: waiver.expires },
});

function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, withSortedKeys(part)]));
}
