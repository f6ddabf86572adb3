/** After a run: what changed since Slack was last told, each piece of news once. */
import pMap from "p-map";
import type { Report } from "../../report/report.ts";
import { ConditionFailedError } from "../errors.ts";
import { type FindingState, isBelieved } from "../finding-state.ts";
import { newsOf } from "../news.ts";
import { accountOfKey, readState, statesPrefix } from "../state-store.ts";
import type { Store } from "../store.ts";
import type { Slack } from "./client.ts";
import { hubLinks, reportLink } from "./console.ts";
import { type ChannelNews, digest, digestInOne, type SubjectNews } from "./digest.ts";
import { SlackError } from "./errors.ts";
import {
  abandon,
  goOn,
  type Held,
  keptChannels,
  type Marks,
  markAsSilent,
  type Postman,
  release,
  stay,
  takeChannel,
  tell,
} from "./outbox.ts";
import { followUp } from "./resolved-since.ts";
import { channelFor, channelsOf, type Place, placeOf, routeOf, type SlackSettings } from "./routing.ts";

/** What a run looked at: of nothing else is told. */
export interface Scope {
  readonly runId: string;
  readonly accounts: readonly string[];
  readonly regions: "all" | readonly string[];
  readonly clusters?: readonly string[];
  readonly checks?: readonly string[];
}

export interface Telling {
  readonly scope: Scope;
  readonly report: Pick<Report, "clusters" | "accounts">;
  /** Where the report lies in the store. */
  readonly reportKey: string;
  /** Sentences about what failed in this run, beside what coverage says; told when they differ from those of the run before. */
  readonly failures: readonly string[];
  /** Ids of the checks whose failing means that something was not seen. */
  readonly coverage: ReadonlySet<string>;
  readonly store: Store;
  readonly slack: Slack;
  readonly settings: SlackSettings;
  readonly homeRegion: string;
  /** Findings are in Security Hub as well. */
  readonly isPublished: boolean;
  readonly now: () => Date;
  readonly log: {
    info(message: string, fields?: Readonly<Record<string, unknown>>): void;
    warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
    error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  };
  readonly signal: AbortSignal;
}

export interface Told {
  /** Channels that were told something. */
  readonly told: number;
  /** Channels that could not be told all, of which the next run will. */
  readonly failed: number;
}

/** How many states are read, and channels told, at once. */
const concurrency = { states: 16, channels: 4 } as const;

/**
 * Tells each channel its news. First each channel is taken, and what an earlier run left of it is told; only then it is looked up
 * what is news. Never throws for what Slack or the store refuses: that is logged and counted, and the next run tells it.
 */
export async function tellChanges(telling: Telling): Promise<Told> {
  const { slack, settings, store, scope, now, signal } = telling;
  const postman: Postman = {
    store,
    runId: scope.runId,
    now,
    post: (message, channel, thread) => slack.post(message, { channel, ...(thread === undefined ? {} : { thread }) }, signal),
  };
  const failed = new Set<string>();
  const guarded = (channel: string, work: () => Promise<void>) => work().catch((error: unknown) => fail(error, channel, failed, telling));

  const channels = [...new Set(channelsOf(settings).map((channel) => destination(channel, slack)))];
  const held = new Map<string, Held>();
  const kept = await keptChannels(store).catch((error: unknown) => {
    fail(error, "", failed, telling);
    return [];
  });
  for (const channel of kept.filter((one) => !channels.includes(one)))
    await guarded(channel, async () => {
      const left = await takeChannel(channel, postman);
      if (left !== undefined) await abandon(left, postman);
    });
  const all = { concurrency: concurrency.channels };
  const take = async (channel: string) => {
    const one = await takeChannel(channel, postman);
    if (one === undefined) {
      telling.log.info("another run tells the channel", { runId: scope.runId, channel });
      return;
    }
    if (one.outbox.batch !== undefined) await goOn(one, postman);
    held.set(channel, one);
  };
  await pMap(channels, (channel) => guarded(channel, () => take(channel)), all);

  let told = 0;
  const heard: { readonly one: Held; readonly notice: string }[] = [];
  const { byChannel, silent, states } = await newsByChannel(telling, failed);
  const tellOne = async (one: Held) => {
    const { subjects, marks } = byChannel.get(one.channel) ?? { subjects: [], marks: [] };
    const notice = noticeFor(one.channel, telling) ?? one.outbox.notice;
    const isNoticeNews = notice !== "" && notice !== one.outbox.notice;
    if (subjects.length > 0 || isNoticeNews) {
      const news = channelNews(one.channel, subjects, isNoticeNews ? notice : "", telling);
      const messages = slack.kind === "webhook" ? [digestInOne(news)] : digest(news);
      await tell(one, { runId: scope.runId, messages, marks, notice }, postman);
      told++;
      telling.log.info("told Slack", { runId: scope.runId, channel: one.channel, messages: messages.length });
    }
    heard.push({ one, notice });
  };
  await pMap([...held.values()], (one) => guarded(one.channel, () => tellOne(one)), all);
  // Only now, so that it takes no channel the time for its news.
  const leave = async (one: Held, notice: string) => {
    await sayResolved(one, states, postman, telling);
    await release(one, postman, "nothing", notice);
  };
  await pMap(heard, ({ one, notice }) => guarded(one.channel, () => leave(one, notice)), all);
  const toMark = silent.filter(({ channel }) => held.has(channel)).map(({ marks }) => marks);
  await guarded("", () => markAsSilent(toMark, postman));
  return { told, failed: failed.size };
}

/** Where it was told that something fails, it is to be seen that it does not any more. No news is lost without. */
async function sayResolved(held: Held, states: NewsByChannel["states"], postman: Postman, { slack, scope, log, signal }: Telling) {
  const { update } = slack;
  if (update === undefined) return;
  const { channel } = held;
  const place = { runId: scope.runId, channel };
  try {
    const updates = await followUp(channel, {
      ...postman,
      states,
      update: (message, address) => update(message, address, signal),
      stay: () => stay(held, postman),
    });
    if (updates > 0) log.info("said in Slack what is resolved", { ...place, messages: updates });
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    log.warn("Slack did not take what is resolved", { ...place, code: error.code, hint: error.hint });
  }
}

/** A webhook's channel has no name here, and there is but one. */
const destination = (channel: string, { kind }: Slack): string => (kind === "webhook" ? "webhook" : channel);

function fail(error: unknown, channel: string, failed: Set<string>, { log, scope }: Telling): void {
  const place = { runId: scope.runId, ...(channel === "" ? {} : { channel }) };
  if (error instanceof ConditionFailedError) {
    log.info("another run tells the channel", place);
    return;
  }
  failed.add(channel);
  if (error instanceof SlackError) log.warn("Slack was not told", { ...place, code: error.code, hint: error.hint });
  else log.error("Slack was not told", { ...place, error });
}

interface NewsByChannel {
  readonly byChannel: ReadonlyMap<string, { readonly subjects: SubjectNews[]; readonly marks: Marks[] }>;
  /** What is for nobody: taken as told once the subject's own channel is there to hear the rest. */
  readonly silent: readonly { readonly channel: string; readonly marks: Marks }[];
  /** What was read, by its key. */
  readonly states: ReadonlyMap<string, FindingState>;
}

async function newsByChannel(telling: Telling, failed: Set<string>): Promise<NewsByChannel> {
  const { store, scope } = telling;
  const keys: string[] = [];
  const byChannel = new Map<string, { readonly subjects: SubjectNews[]; readonly marks: Marks[] }>();
  const silent: { readonly channel: string; readonly marks: Marks }[] = [];
  try {
    const accounts = new Set(scope.accounts);
    for await (const key of store.list(statesPrefix)) if (accounts.has(accountOfKey(key))) keys.push(key);
  } catch (error) {
    fail(error, "", failed, telling);
  }
  const states = new Map<string, FindingState>();
  const all = await pMap(
    keys,
    async (key) => {
      try {
        return { key, state: await readState(store, key) };
      } catch (error) {
        fail(error, key, failed, telling);
        return { key, state: undefined };
      }
    },
    { concurrency: concurrency.states },
  );
  for (const { key, state } of all) {
    if (state === undefined || !isInScope(placeOf(state.subject), scope)) continue;
    states.set(key, state);
    const { told, untold } = newsOfState(key, state, telling);
    for (const [channel, { subject, marks }] of told) {
      const sum = byChannel.get(channel) ?? { subjects: [], marks: [] };
      sum.subjects.push(subject);
      sum.marks.push(marks);
      byChannel.set(channel, sum);
    }
    if (untold !== undefined) silent.push(untold);
  }
  return { byChannel, silent, states };
}

function isInScope({ region, cluster }: Place, { regions, clusters }: Scope): boolean {
  if (cluster === undefined) return clusters === undefined;
  return (regions === "all" || regions.includes(region)) && (clusters === undefined || clusters.includes(cluster));
}

function newsOfState(key: string, state: FindingState, { settings, scope, coverage, slack }: Telling) {
  const { subject } = state;
  const place = placeOf(subject);
  const own = destination(routeOf(place, settings).channel, slack);
  const isFirst = state.introducedAt === undefined;
  const news = newsOf(state).filter(({ check }) => scope.checks?.includes(check) ?? true);
  const nobody = Symbol();
  const byChannel = Map.groupBy(news, (one) => {
    const channel = channelFor(one, place, settings, coverage);
    return channel === undefined ? nobody : destination(channel, slack);
  });
  // Whoever heard of some checks alone was not told how things stand.
  const isIntroduced = isFirst && scope.checks === undefined;
  if (isIntroduced && place.cluster !== undefined && !byChannel.has(own)) byChannel.set(own, []);
  const told = new Map<string, { readonly subject: SubjectNews; readonly marks: Marks }>();
  for (const [channel, some] of byChannel) {
    if (typeof channel === "symbol") continue;
    const marks = { key, subject, told: some.map(toTelling), isIntroduced: isIntroduced && channel === own };
    // Counted among what fails, the end of what some run of some checks told would be the opposite of what it is.
    const wasHeardOf = some.some(({ before }) => isBelieved(before));
    told.set(channel, { subject: { place, isFirst: isFirst && !wasHeardOf, news: some }, marks });
  }
  const quiet = byChannel.get(nobody) ?? [];
  const introducesSilently = isIntroduced && !told.has(own);
  if (quiet.length === 0 && !introducesSilently) return { told, untold: undefined };
  return { told, untold: { channel: own, marks: { key, subject, told: quiet.map(toTelling), isIntroduced: introducesSilently } } };
}

const toTelling = ({ id, before, after, seenAt }: ReturnType<typeof newsOf>[number]): Marks["told"][number] => ({
  id,
  seenAt,
  ...(before === undefined ? {} : { before }),
  after,
});

/** Who hears of what failed: undefined for others, and where the run was not whole, so that it can't be compared. */
function noticeFor(channel: string, { settings, slack, failures, scope }: Telling): string | undefined {
  if (scope.clusters !== undefined || scope.checks !== undefined) return undefined;
  return channel === opsOf(settings, slack) ? failures.join("\n") : undefined;
}

const opsOf = ({ opsChannel, channel }: SlackSettings, slack: Slack): string => destination(opsChannel ?? channel, slack);

function channelNews(channel: string, subjects: readonly SubjectNews[], notice: string, telling: Telling): ChannelNews {
  const { scope, store, reportKey, homeRegion, isPublished } = telling;
  const { clusters } = telling.report;
  const report = `${store.description}/${reportKey}`;
  const unread = new Set(clusters.filter(isUnread).map(({ arn }) => arn));
  const regions = subjects.map(({ place }) => place.region || homeRegion);
  return {
    subjects: subjects.map((subject) => ({ ...subject, isUnread: unread.has(subject.place.subject) })),
    unseen: [...(notice === "" ? [] : notice.split("\n")), ...unseenBy(channel, telling)],
    report,
    links: [...reportLink(report, homeRegion), ...(isPublished ? hubLinks(regions) : [])],
    runId: scope.runId,
  };
}

const isUnread = ({ coverage }: { readonly coverage: readonly { readonly state: string }[] }): boolean =>
  coverage.some(({ state }) => state === "unknown");

/** What could not be seen of the channel's own clusters; of everything for the ops channel. */
function unseenBy(channel: string, { settings, slack, report }: Telling): readonly string[] {
  const isOps = channel === opsOf(settings, slack);
  const own = report.clusters.filter(({ arn }) => isOps || destination(routeOf(placeOf(arn), settings).channel, slack) === channel);
  const sentence = (what: string, all: readonly { readonly coverage: readonly { readonly state: string }[] }[]): readonly string[] => {
    const unread = all.filter(isUnread).length;
    return unread === 0 ? [] : [`Not read completely: ${unread} of ${all.length} ${what}.`];
  };
  return [...sentence("clusters", own), ...(isOps ? sentence("accounts", report.accounts) : [])];
}
