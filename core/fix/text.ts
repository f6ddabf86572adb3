/** Proposals for people: what to type, and what was proved. */
import type { Cluster } from "../model/cluster.ts";
import type { Finding } from "../model/finding.ts";
import { connectionLines } from "../report/connectivity-text.ts";
import { plainText } from "../report/plain-text.ts";
import type { Change, Cut } from "./cut.ts";
import { manifestText } from "./manifests.ts";
import type { Proposal } from "./propose.ts";
import type { Proof } from "./prove.ts";
import { scriptOf } from "./script.ts";

/** How a proposal ended, in a word or two. */
export function outcomeOf(proposal: Proposal): "proved" | "not proved" | "no command" | "mended" | "nothing to do" | "not judged" {
  switch (proposal.state) {
    case "planned":
      return proposal.proved ? "proved" : "not proved";
    case "none":
      return "no command";
    case "mended":
      return "mended";
    case "nothing-to-do":
      return proposal.finding.status === "unknown" || proposal.finding.status === "error" ? "not judged" : "nothing to do";
  }
}

export function proposalText(proposal: Proposal, cluster: Cluster): string {
  const { finding } = proposal;
  const head = [`${outcomeOf(proposal).toUpperCase()}  ${finding.check}`, `  ${plainText(finding.message)}`, `  ${plainText(finding.id)}`];
  const body = bodyOf(proposal, cluster);
  return `${[...head, ...body].join("\n")}\n`;
}

function bodyOf(proposal: Proposal, cluster: Cluster): readonly string[] {
  switch (proposal.state) {
    case "none":
      return [`  ${plainText(proposal.why)}`];
    case "mended":
      return [`  The plan for ${plainText(proposal.by.id)} mends it as well.`];
    case "nothing-to-do":
      return [`  It is ${proposal.finding.status}.`];
    case "planned": {
      const manifests = proposal.plan.manifests;
      return [
        "",
        ...proofLines(proposal.proof).map(indented),
        "",
        ...scriptOf(proposal, cluster).trimEnd().split("\n").map(indented),
        ...(manifests.length === 0 ? [] : ["", "  # manifests.yaml", ...manifestText(manifests).trimEnd().split("\n").map(indented)]),
      ];
    }
  }
}

const indented = (line: string): string => (line === "" ? "" : `  ${line}`);
const mostFindings = 20;
const mostConnections = 200;

/** What was proved, and what the plan does beside. */
export function proofLines(proof: Proof): readonly string[] {
  const { passes, why, becomes, alsoMended, newFails, worse, lost, unsure, untold, declaredFlows, opened, cut } = proof;
  const verdict = passes
    ? [
        `Proved: judged again with the plan carried out, ${becomes === undefined ? "what it is about is gone" : `it is ${becomes.status}`}, and nothing else begins to fail.`,
      ]
    : [`Not proved: ${plainText(why ?? "")}`];
  return [
    ...verdict,
    ...findingLines("Also mended", alsoMended),
    ...findingLines("Begins to fail", newFails),
    ...findingLines("Gets worse", worse),
    ...findingLines("Not known any more", lost),
    ...findingLines("Judged for the first time, and not known", unsure),
    ...findingLines("Declared flows that no longer hold", declaredFlows),
    ...(untold.length === 0 ? [] : [`Nothing is proved of what is not known before either, by ${untold.join(", ")}.`]),
    ...(opened.length === 0 ? [] : ["Opens:", ...opened.slice(0, mostFindings).map((one) => `  ${plainText(one)}`)]),
    ...(cut === undefined ? [] : cutLines(cut)),
  ];
}

function findingLines(title: string, findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, mostFindings).map(({ check, message }) => `  ${check}: ${plainText(message)}`);
  return [`${title}:`, ...shown, ...(findings.length > shown.length ? [`  and ${findings.length - shown.length} more`] : [])];
}

function cutLines({ engine, removed, added, unread }: Cut): readonly string[] {
  const line = connectionLines();
  const text =
    (sign: string) =>
    ({ connection, flows }: Change): string =>
      `  ${sign} ${line(connection)}${flows.length === 0 ? "" : `   DECLARED: ${flows.map(plainText).join(", ")}`}`;
  // Those that were declared stand first: nobody reads a thousand lines for the one that matters.
  const marked = (all: readonly Change[]) => [
    ...all.filter(({ flows }) => flows.length > 0),
    ...all.filter(({ flows }) => flows.length === 0),
  ];
  const all = [...marked(removed).map(text("-")), ...marked(added).map(text("+"))];
  return [
    all.length === 0 ? `Connections (${engine}): none is cut or added.` : `Connections (${engine}) that the plan cuts (-) and adds (+):`,
    ...all.slice(0, mostConnections),
    ...(all.length > mostConnections ? [`  and ${all.length - mostConnections} more`] : []),
    ...unread.map((sentence) => `  Not told whole: ${plainText(sentence)}`),
  ];
}
