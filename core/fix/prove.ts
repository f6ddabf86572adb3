/** Whether a plan does what it says and no harm: the facts after it are judged again, by every check. Pure. */
import { evaluateCluster } from "../evaluate.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Cluster, ClusterFacts } from "../model/cluster.ts";
import type { Finding } from "../model/finding.ts";
import type { Settings } from "../model/settings.ts";
import { isAtLeast } from "../model/severity.ts";
import { connectionLines } from "../report/connectivity-text.ts";
import { type Cut, cutBetween } from "./cut.ts";
import type { Plan } from "./fix.ts";
import { widened } from "./widened.ts";

/** What a plan is judged against. */
export interface Ground {
  readonly cluster: Cluster;
  readonly checks: readonly AnyCheck[];
  readonly settings: Settings;
  readonly readAt: string;
}

export interface Proof {
  /** Proved: the finding passes, no other begins to fail, gets worse, or is not known any more, and nothing is opened that it was not meant to. */
  readonly passes: boolean;
  /** Why it is not proved, in a sentence. */
  readonly why?: string;
  /** What the plan's own finding is afterwards; undefined where it is gone. */
  readonly becomes?: Finding;
  /** Findings that begin to fail. */
  readonly newFails: readonly Finding[];
  /** Findings that fail more severely than before. */
  readonly worse: readonly Finding[];
  /** Findings that are not known any more, or that are new and not known. */
  readonly lost: readonly Finding[];
  /** Findings for which there was nothing to judge, and of which too little was read for what there is then. They spoil no proof. */
  readonly unsure: readonly Finding[];
  /** The checks that could not tell, neither before nor after: nothing is proved of them. */
  readonly untold: readonly string[];
  /** Declared flows among what begins to fail or is not known any more. */
  readonly declaredFlows: readonly Finding[];
  /** Further findings that the plan mends. */
  readonly alsoMended: readonly Finding[];
  /** What it opens, in sentences. */
  readonly opened: readonly string[];
  /** Connections that policies no longer allow, and that they allow from then on; undefined where the plan changes none of them. */
  readonly cut?: Cut;
}

export interface Judged {
  readonly proof: Proof;
  /** Every finding of the cluster with the plan carried out. */
  readonly after: readonly Finding[];
}

/** Every finding of the cluster. A waiver excuses a finding, it mends nothing: none is applied. */
export const judgedOn = ({ cluster, checks, settings, readAt }: Ground): readonly Finding[] =>
  evaluateCluster(checks, cluster, { ...settings, waivers: [] }, readAt).findings;

/** @param before what `judgedOn` said of the ground, where it was asked already */
export const prove = (ground: Ground, finding: Finding, plan: Plan, before?: readonly Finding[]): Proof =>
  judgedAgain(ground, finding, plan, before).proof;

/** The same, with what was judged for it. */
export function judgedAgain(ground: Ground, finding: Finding, plan: Plan, before: readonly Finding[] = judgedOn(ground)): Judged {
  const after = judgedOn({ ...ground, cluster: { ...ground.cluster, facts: plan.after } });
  const old = new Map(before.map((one) => [one.id, one]));
  const becomes = after.find(({ id }) => id === finding.id);
  const others = after.filter(({ id }) => id !== finding.id);
  const newFails = others.filter(({ id, status }) => status === "fail" && old.get(id)?.status !== "fail");
  const worse = others.filter((one) => one.status === "fail" && isWorse(one, old.get(one.id)));
  const lost = others.filter(({ id, status }) => isUntold(status) && isTold(old.get(id)?.status));
  const unsure = others.filter(({ id, status }) => isUntold(status) && old.get(id)?.status === "not-applicable");
  const untold = new Set(others.filter(({ id, status }) => isUntold(status) && isUntold(old.get(id)?.status)).map(({ check }) => check));
  const declaredFlows = [...newFails, ...lost].filter(({ resource }) => resource.kind === "Flow");
  const stillFailing = new Set(after.filter(({ status }) => status !== "pass" && status !== "not-applicable").map(({ id }) => id));
  const alsoMended = before.filter(({ id, status }) => status === "fail" && id !== finding.id && !stillFailing.has(id));
  const cut = changesConnections(ground.cluster.facts, plan.after)
    ? cutBetween(ground.cluster.facts, plan.after, { flows: ground.settings.flows, cluster: ground.cluster.name })
    : undefined;
  const opened = [...widened(ground.cluster.facts, plan.after, ground.settings), ...strangersIn(cut)];
  const why = [
    whyNotMended(becomes, plan),
    ...[newFails, worse, lost].map((list, i) => harm(list, harms[i] ?? "")),
    plan.opens === true ? undefined : opened[0],
  ].find(Boolean);
  const proof: Proof = {
    passes: why === undefined,
    ...(why === undefined ? {} : { why }),
    ...(becomes === undefined ? {} : { becomes }),
    newFails,
    worse,
    lost,
    unsure,
    untold: [...untold],
    declaredFlows,
    alsoMended,
    opened,
    ...(cut === undefined ? {} : { cut }),
  };
  return { proof, after };
}

/** Connections that are added and that no flow asks for. */
function strangersIn(cut: Cut | undefined): readonly string[] {
  const added = (cut?.added ?? []).filter(({ isDeclared }) => !isDeclared);
  const [first] = added;
  if (first === undefined) return [];
  const others = added.length === 1 ? "" : `, and ${added.length - 1} connections more`;
  return [`It lets through what policies do not let through today: ${connectionLines()(first.connection)}${others}.`];
}

const harms = ["begins to fail", "gets worse", "is not known any more"] as const;

/** Why the finding itself counts as open. A fail that becomes unknown is no proof. */
function whyNotMended(becomes: Finding | undefined, { ends }: Plan): string | undefined {
  if (becomes?.status === "pass") return undefined;
  if (ends === "gone" && (becomes === undefined || becomes.status === "not-applicable")) return undefined;
  if (becomes === undefined) return "Its resource is not judged any more, and the plan does not say that it goes.";
  return `Judged again it is ${becomes.status}: ${becomes.message}`;
}

function harm([first, ...more]: readonly Finding[], what: string): string | undefined {
  if (first === undefined) return undefined;
  const others = more.length === 0 ? "" : ` ${more.length} more like it.`;
  return `Another finding ${what}: ${first.check}, ${first.message}${others}`;
}

const isWorse = (one: Finding, before: Finding | undefined): boolean =>
  before?.status === "fail" && one.severity !== before.severity && isAtLeast(one.severity, before.severity);

type Status = Finding["status"];
const isUntold = (status: Status | undefined): boolean => status === "unknown" || status === "error";
/** Also what was not there: a resource of the plan that nothing is known of. */
const isTold = (status: Status | undefined): boolean => status === undefined || status === "pass";

/** What policies are and are about, and what tells whether anything enforces them. */
const connectionFacts = [
  ...["namespaces", "workloads", "pods", "networkSettings", "nodeClasses", "networkPolicies", "adminNetworkPolicies"],
  ...["clusterNetworkPolicies", "applicationNetworkPolicies", "calicoPolicies", "calicoTiers", "calicoNetworkSets", "ciliumPolicies"],
] as const;

const changesConnections = (before: ClusterFacts, after: ClusterFacts): boolean =>
  connectionFacts.some((name) => before[name as keyof ClusterFacts] !== after[name as keyof ClusterFacts]);
