/** Proposals as JSON, schema eks-perimeter/fix/v1. */
import type { Cluster } from "../model/cluster.ts";
import type { Finding } from "../model/finding.ts";
import { connectionLines } from "../report/connectivity-text.ts";
import { plainJson } from "../report/plain-text.ts";
import type { Change } from "./cut.ts";
import type { Proposal } from "./propose.ts";
import type { Proof } from "./prove.ts";
import { outcomeOf } from "./text.ts";

export interface Proposed {
  readonly cluster: Cluster;
  readonly proposals: readonly Proposal[];
}

/** @param unseenAccounts in which not all clusters could be looked for */
export const proposalsJson = (all: readonly Proposed[], unseenAccounts: readonly string[]): string =>
  `${plainJson({ schema: "eks-perimeter/fix/v1", clusters: all.map(ofCluster), unseenAccounts }, 2)}\n`;

const ofCluster = ({ cluster, proposals }: Proposed) => ({
  arn: cluster.resource.id,
  account: cluster.account,
  region: cluster.region,
  name: cluster.name,
  ...(cluster.facts.readAt.state === "known" ? { readAt: cluster.facts.readAt.value } : {}),
  fixes: proposals.map(proposalJson),
});

export function proposalJson(proposal: Proposal) {
  const head = { ...findingJson(proposal.finding), outcome: outcomeOf(proposal).replaceAll(" ", "-") };
  switch (proposal.state) {
    case "none":
      return { ...head, why: proposal.why };
    case "mended":
      return { ...head, by: proposal.by.id };
    case "nothing-to-do":
      return head;
    case "planned": {
      const { summary, commands, manifests, notes = [] } = proposal.plan;
      return { ...head, summary, commands, manifests, notes, proof: proofJson(proposal.proof) };
    }
  }
}

const findingJson = ({ id, check, status, severity, resource, message }: Finding) => ({
  finding: id,
  check,
  status,
  severity,
  resource,
  message,
});

function proofJson({ passes, why, becomes, alsoMended, newFails, worse, lost, unsure, untold, declaredFlows, opened, cut }: Proof) {
  const line = connectionLines();
  const change = ({ connection, flows }: Change) => ({ connection: line(connection), flows });
  return {
    passes,
    ...(why === undefined ? {} : { why }),
    ...(becomes === undefined ? {} : { becomes: findingJson(becomes) }),
    alsoMended: alsoMended.map(findingJson),
    newFails: newFails.map(findingJson),
    worse: worse.map(findingJson),
    lost: lost.map(findingJson),
    unsure: unsure.map(findingJson),
    untold,
    declaredFlows: declaredFlows.map(findingJson),
    opened,
    ...(cut === undefined
      ? {}
      : { cut: { engine: cut.engine, removed: cut.removed.map(change), added: cut.added.map(change), unread: cut.unread } }),
  };
}
