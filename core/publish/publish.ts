import type { SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { partitionOf } from "../model/partition.ts";
import { accountArn, type ClusterTarget, clusterArn } from "../model/resource.ts";
import { asffId, type HubPlace, toAsff } from "../report/asff.ts";
import type { ClusterChanges } from "../report/changes.ts";
import type { Problem } from "./answers.ts";
import { changedBy } from "./changed.ts";
import { completelyJudged } from "./completeness.ts";
import { type FindingState, nextState, type Publication, withDelivered, withOffered } from "./finding-state.ts";
import { newsOf, silenced, withoutNews } from "./news.ts";
import { importFindings, type Manner, type Refused } from "./security-hub.ts";
import { stateKeys, updateState } from "./state-store.ts";
import type { Store } from "./store.ts";
import { suppressedFindings } from "./suppressed.ts";

/** What one evaluation of a cluster or account has to tell. */
export interface Publishing {
  readonly findings: readonly Finding[];
  /** The checks that were asked; what others said before stays as it is. */
  readonly checks: readonly AnyCheck[];
  /** The facts that were judged: they say what was seen completely, and only of that a missing resource is a gone one. */
  readonly facts: object;
  /** When reading began, RFC 3339 in UTC with milliseconds. */
  readonly readAt: string;
  readonly store: Store;
  /** Of the account and Region that the findings are about, unless there is a `hub`. Absent: only what is remembered is kept. */
  readonly securityHub?: SecurityHubClient;
  /** Whose Security Hub it is in central mode. */
  readonly hub?: HubPlace;
  /** Somebody will be told of the changes, unless they were suppressed in Security Hub. */
  readonly isTold: boolean;
  /** The product's version. */
  readonly version: string;
  readonly signal: AbortSignal;
  /** How patiently Security Hub is asked. Default: as its limits want it. */
  readonly manner?: Manner;
}

export interface Published {
  /** How many findings changed since they were last judged. */
  readonly changes: { readonly opened: number; readonly worsened: number; readonly reopened: number; readonly resolved: number };
  /** What changed, for the report. */
  readonly changed: ClusterChanges;
  /** How many findings Security Hub took. */
  readonly delivered: number;
  readonly refused: readonly Refused[];
  /** Why Security Hub did not say what is suppressed; until it does, that is told like all else. */
  readonly suppressionsUnread?: Problem;
}

/** Remembers and publishes the findings about one cluster. */
export const publishCluster = ({
  cluster: { arn, ...target },
  ...rest
}: Publishing & { readonly cluster: ClusterTarget & { readonly arn: string } }): Promise<Published> =>
  publish(
    {
      ...rest,
      subject: arn,
      key: stateKeys.cluster(target),
      account: target.account,
      region: target.region,
      clusterName: target.name,
    },
    completeIn(rest),
  );

/** Remembers and publishes the end of everything that is known of a cluster which was not there any more when it was looked for. */
export const publishGoneCluster = ({
  cluster,
  ...rest
}: Omit<Publishing, "findings" | "facts" | "isTold"> & { readonly cluster: ClusterTarget }): Promise<Published> =>
  publish(
    {
      ...rest,
      findings: [],
      isTold: false,
      subject: clusterArn(cluster),
      key: stateKeys.cluster(cluster),
      account: cluster.account,
      region: cluster.region,
      clusterName: cluster.name,
    },
    new Set(rest.checks.map(({ id }) => id)),
  );

/** Remembers and publishes the findings about an account as such, by default in the Security Hub of its given Region. */
export const publishAccount = ({
  account,
  region,
  ...rest
}: Publishing & { readonly account: string; readonly region: string }): Promise<Published> =>
  publish({ ...rest, subject: accountArn(account, region), key: stateKeys.account(account), account, region }, completeIn(rest));

const completeIn = ({ checks, facts, findings }: Publishing): ReadonlySet<string> => completelyJudged(checks, facts, findings);

interface Job extends Omit<Publishing, "facts"> {
  /** The ARN of the cluster or account. */
  readonly subject: string;
  readonly key: string;
  readonly account: string;
  readonly region: string;
  readonly clusterName?: string;
}

/**
 * First it is remembered what is about to be sent, then it is sent, then it is remembered what was taken: a crash in
 * between costs a repeated import, which Security Hub ignores, and never a finding's age or its closing.
 */
async function publish(job: Job, complete: ReadonlySet<string>): Promise<Published> {
  const { findings, checks, readAt, store, securityHub, key, subject } = job;
  const asked = new Map(checks.map((check) => [check.id, check]));
  const { state, changes, changed, toPublish } = await updateState(store, key, subject, (previous) => {
    const next = nextState(previous, { findings, readAt, complete });
    const toPublish = next.toPublish.filter(({ finding }) => asked.has(finding.check));
    const changed = changedBy(previous, next, checks, readAt);
    return { ...next, changed, toPublish, state: securityHub === undefined ? next.state : withOffered(next.state, toPublish) };
  });
  const counts = {
    opened: changes.opened.length,
    worsened: changes.worsened.length,
    reopened: changes.reopened.length,
    resolved: changes.resolved.length,
  };
  if (securityHub === undefined) return { changes: counts, changed, delivered: 0, refused: [] };
  const sent = await deliver(toPublish, asked, job, securityHub);
  const unread = job.isTold ? await silenceSuppressed(state, job, securityHub) : undefined;
  return { changes: counts, changed, ...sent, ...(unread === undefined ? {} : { suppressionsUnread: unread }) };
}

async function deliver(
  toPublish: readonly Publication[],
  asked: ReadonlyMap<string, AnyCheck>,
  job: Job,
  securityHub: SecurityHubClient,
): Promise<Pick<Published, "delivered" | "refused">> {
  if (toPublish.length === 0) return { delivered: 0, refused: [] };
  const documents = toPublish.flatMap((publication) => document(publication, asked.get(publication.finding.check), job));
  const { accepted, refused } = await importFindings(securityHub, documents, job.signal, job.manner);
  const ids = new Map(toPublish.map(({ finding }) => [asffId(finding.id), finding.id]));
  const refusedHere = refused.map(({ id, ...why }) => ({ id: ids.get(id) ?? id, ...why }));
  const refusedIds = new Set(refusedHere.map(({ id }) => id));
  const taken = toPublish.filter(({ finding }) => !refusedIds.has(finding.id));
  if (taken.length > 0) await updateState(job.store, job.key, job.subject, (previous) => ({ state: withDelivered(previous, taken) }));
  return { delivered: accepted, refused: refusedHere };
}

/** Marks as told what somebody would be told of, and was suppressed in Security Hub. */
async function silenceSuppressed(
  state: FindingState,
  { store, key, subject, signal, manner }: Job,
  securityHub: SecurityHubClient,
): Promise<Problem | undefined> {
  const news = newsOf(state).filter(({ kind }) => kind !== "resolved");
  if (news.length === 0) return undefined;
  const { ids, problem } = await suppressedFindings(securityHub, subject, signal, manner?.backoff);
  const silent = news.filter(({ id }) => ids.has(asffId(id))).map(silenced);
  if (silent.length > 0) await updateState(store, key, subject, (previous) => ({ state: withoutNews(previous, silent) }));
  return problem;
}

function document({ finding, firstSeen, readAt }: Publication, check: AnyCheck | undefined, job: Job) {
  if (check === undefined) return []; // filtered before
  const { account, region, clusterName, version, hub } = job;
  const { title, surface } = check;
  const partition = partitionOf(region).name;
  const rest = { ...(clusterName === undefined ? {} : { clusterName }), ...(hub === undefined ? {} : { hub }) };
  return [toAsff(finding, { account, region, partition, readAt, firstSeen, productVersion: version, title, surface, ...rest })];
}
