/** What one channel reads of a run: what changed, most of it in a thread, and how to find the rest. */
import { type Severity, severities } from "../../model/severity.ts";
import { type News, type NewsKind, newsKinds } from "../news.ts";
import { type Block, cut, header, limits, literal, type Markup, type Message, plain, section, sizeOf, textOf } from "./message.ts";
import type { Place } from "./routing.ts";

/** The news of one cluster or account for one channel. */
export interface SubjectNews {
  readonly place: Place;
  /** It was never told of before: what fails there is the state of affairs and no change, so that it is counted and not listed. */
  readonly isFirst: boolean;
  /** Something of it could not be read, so that more may fail. */
  readonly isUnread?: boolean;
  readonly news: readonly News[];
}

export interface ChannelNews {
  readonly subjects: readonly SubjectNews[];
  /** Sentences of our own about what could not be seen, or failed. */
  readonly unseen: readonly string[];
  /** Where the report lies, for people. */
  readonly report: string;
  readonly links: readonly Markup[];
  readonly runId: string;
}

/** The most that is told of one cluster, and in one thread; the report has it all. */
const most = { linesOfSubject: 50, replies: 20 } as const;

/** A message, and its replies. */
export function digest(news: ChannelNews): readonly Message[] {
  const parent = { text: summaryText(news), blocks: [...parentBlocks(news), footer(news)] };
  return [parent, ...replies(groupsOf(news))];
}

/** The same in one message, for where there are no threads: the most severe news first, as many as have room. */
export function digestInOne(news: ChannelNews): Message {
  const page = pageFrom(parentBlocks(news));
  const groups = groupsOf(news);
  for (const group of groups) page.add(group, 0);
  const rest = totalOf(groups) - page.told();
  return {
    text: summaryText(news),
    blocks: [...page.blocks(), ...(rest > 0 ? [note(`and ${number(rest)} more in the report`)] : []), footer(news)],
  };
}

const number = (value: number): string => value.toLocaleString("en");
const plural = (count: number, one: string): string => `${number(count)} ${one}${count === 1 ? "" : "s"}`;

const words: Readonly<Record<NewsKind, string>> = {
  opened: "opened",
  worsened: "worsened",
  reopened: "reopened",
  "waiver-ended": "waiver ended",
  resolved: "resolved",
};
const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** "1 critical, 2 high" */
function countsOf(news: readonly News[]): string {
  const counts = severities.map((severity) => [severity, news.filter((one) => one.severity === severity).length] as const);
  return counts.flatMap(([severity, count]) => (count === 0 ? [] : [`${number(count)} ${severity}`])).join(", ");
}

/** "2 opened, 1 resolved" */
function kindsOf(news: readonly News[]): string {
  const counts = newsKinds.map((kind) => [kind, news.filter((one) => one.kind === kind).length] as const);
  return counts.flatMap(([kind, count]) => (count === 0 ? [] : [`${number(count)} ${words[kind]}`])).join(", ");
}

const firsts = ({ subjects }: ChannelNews) => [...subjects].filter(({ isFirst }) => isFirst).sort(worstFirst);
const changed = ({ subjects }: ChannelNews) => [...subjects].filter(({ isFirst, news }) => !isFirst && news.length > 0).sort(worstFirst);

/** Numbers and our own words alone. */
function titleOf(news: ChannelNews): string {
  const first = firsts(news);
  const clusters = first.filter(({ place }) => place.cluster !== undefined).length;
  const counts = [
    clusters === 0 ? "" : plural(clusters, "cluster"),
    clusters === first.length ? "" : plural(first.length - clusters, "account"),
  ].filter((count) => count !== "");
  const parts = [
    kindsOf(changed(news).flatMap((subject) => subject.news)),
    counts.length === 0 ? "" : `${counts.join(" and ")} scanned for the first time`,
  ].filter((part) => part !== "");
  return `EKS perimeter: ${parts.join("; ") || "not everything was seen"}`;
}

const kindLines = (news: ChannelNews): readonly string[] => {
  const all = changed(news).flatMap((subject) => subject.news);
  return newsKinds.flatMap((kind) => {
    const some = all.filter((one) => one.kind === kind);
    return some.length === 0 ? [] : [`${capital(words[kind])}: ${countsOf(some)}`];
  });
};

const summaryText = (news: ChannelNews): string => [titleOf(news), ...kindLines(news), ...news.unseen].join("\n");

function parentBlocks(news: ChannelNews): readonly Block[] {
  const first = firsts(news);
  const others = changed(news);
  const blocks: Block[] = [header(titleOf(news))];
  if (others.length > 0) {
    blocks.push(section(kindLines(news)));
    blocks.push(listed("", others, (subject) => `${placeText(subject.place)}: ${kindsOf(subject.news)}`));
  }
  if (first.length > 0) {
    const title = "Scanned for the first time: what fails is counted here, and from now on changes are told.";
    blocks.push(listed(title, first, firstLine));
  }
  if (news.unseen.length > 0) blocks.push(section(news.unseen));
  return blocks;
}

const firstLine = ({ place, news, isUnread }: SubjectNews): string =>
  `${placeText(place)}: ${countsOf(news) || "nothing severe enough"}${isUnread === true ? ", not read completely" : ""}`;

/** Room in one block, less than it could hold: together with the others it has to leave some for news. */
const listRoom = 2_400;

function listed(title: string, subjects: readonly SubjectNews[], lineOf: (subject: SubjectNews) => string): Block {
  const lines = title === "" ? [] : [title];
  let length = title.length;
  for (const [at, subject] of subjects.entries()) {
    const line = lineOf(subject);
    if (length + line.length > listRoom) {
      const rest = subjects.slice(at).flatMap(({ news }) => news);
      lines.push(`and ${number(subjects.length - at)} more: ${countsOf(rest) || "nothing severe enough"}`);
      break;
    }
    lines.push(line);
    length += line.length + 1;
  }
  return section(lines);
}

/** EKS's names have at most 100 characters. */
const placeText = ({ cluster, account, region }: Place): string =>
  cluster === undefined ? `Account ${literal(account, 12)}` : `${literal(cluster, 100)} in ${literal(account, 12)}, ${literal(region, 30)}`;

const footer = ({ links, report, runId }: ChannelNews): Block => ({
  type: "context",
  elements: [...links, plain(`Report: ${literal(report, 300)}`), plain(`Run ${literal(runId, 128)}`)],
});
const note = (text: string): Block => ({ type: "context", elements: [plain(text)] });

/** The lines of one cluster or account, and how many were left out. */
interface Group {
  readonly title: string;
  readonly lines: readonly string[];
  readonly more: number;
}

const groupsOf = (news: ChannelNews): readonly Group[] =>
  changed(news).map((subject) => {
    const lines = [...subject.news].sort(byKind).slice(0, most.linesOfSubject).map(lineOf);
    return { title: placeText(subject.place), lines, more: subject.news.length - lines.length };
  });

const totalOf = (groups: readonly Group[]): number => groups.reduce((sum, { lines, more }) => sum + lines.length + more, 0);

const rank = (severity: Severity): number => severities.indexOf(severity);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byKind = (a: News, b: News): number =>
  newsKinds.indexOf(a.kind) - newsKinds.indexOf(b.kind) || rank(a.severity) - rank(b.severity) || compare(a.id, b.id);
/** What has ended alarms nobody. */
const worstOf = ({ news }: SubjectNews): number =>
  Math.min(severities.length, ...news.filter(({ kind }) => kind !== "resolved").map(({ severity }) => rank(severity)));
const worstFirst = (a: SubjectNews, b: SubjectNews): number => worstOf(a) - worstOf(b) || compare(a.place.subject, b.place.subject);

const signs: Readonly<Record<Severity, string>> = { critical: "🔴", high: "🟠", medium: "🟡", low: "⚪", informational: "⚪" };
/** Escaped, they may be five times as long, and have to fit a section with the rest of the line. */
const longest = { message: 400, name: 200, check: 80 } as const;

function lineOf({ kind, severity, check, message, resource, firstSeen, before }: News): string {
  const by = literal(check, longest.check);
  if (kind === "resolved") {
    const name = `${resource.kind} ${resource.namespace === undefined ? "" : `${resource.namespace}/`}${resource.name}`;
    return `✅ Resolved, was ${severity}: ${literal(name, longest.name)} (${by})`;
  }
  const since = {
    opened: "",
    "waiver-ended": "",
    worsened: before === undefined ? "" : ` from ${before.severity}`,
    reopened: ` (first seen ${firstSeen.slice(0, 10)})`,
  };
  return `${signs[severity]} ${capital(words[kind])}${since[kind]}, ${severity}: ${literal(message, longest.message)} (${by})`;
}

/** Kept back of each message for what comes after the lines. */
const reserve = { blocks: 3, characters: 3_000 } as const;

interface Page {
  /** Takes as many of the group's lines as have room, from the given one on, under the group's title. */
  add(group: Group, from: number): number;
  blocks(): readonly Block[];
  lines(): readonly string[];
  /** How many news it lists, or says to be in the report. */
  told(): number;
}

function pageFrom(start: readonly Block[]): Page {
  const blocks = [...start];
  const said: string[] = [];
  let told = 0;
  let size = blocks.reduce((sum, block) => sum + sizeOf(block), 0);
  const fits = (more: readonly Block[]): boolean =>
    blocks.length + more.length <= limits.blocks - reserve.blocks &&
    size + more.reduce((sum, block) => sum + sizeOf(block), 0) <= limits.allBlocks - reserve.characters;
  return {
    add: ({ title, lines, more }, from) => {
      const head = header(cut(title, limits.header)); // which holds less than a name may have
      let taken = from;
      let sections: readonly Block[] = [];
      let open: readonly string[] = [];
      for (; taken < lines.length; taken++) {
        const line = lines[taken] ?? "";
        const goesOn = open.length > 0 && open.join("\n").length + 1 + line.length <= limits.section;
        const next = goesOn ? [...open, line] : [line];
        const grown = [...(goesOn ? sections.slice(0, -1) : sections), section(next)];
        if (!fits([head, ...grown])) break;
        open = next;
        sections = grown;
      }
      if (taken === from) return 0;
      const rest = note(`and ${number(more)} more of it in the report`);
      const isRestTold = taken === lines.length && more > 0 && fits([head, ...sections, rest]);
      const added = [head, ...sections, ...(isRestTold ? [rest] : [])];
      blocks.push(...added);
      size += added.reduce((sum, block) => sum + sizeOf(block), 0);
      said.push(title, ...lines.slice(from, taken));
      told += taken - from + (isRestTold ? more : 0);
      return taken - from;
    },
    blocks: () => blocks,
    lines: () => said,
    told: () => told,
  };
}

function replies(groups: readonly Group[]): readonly Message[] {
  const pages: Page[] = [];
  let page: Page | undefined;
  for (const group of groups) {
    for (let from = 0; from < group.lines.length; ) {
      const taken = page?.add(group, from) ?? 0;
      from += taken;
      if (taken > 0) continue;
      if (pages.length === most.replies) break;
      page = pageFrom([]);
      pages.push(page);
    }
  }
  const rest = totalOf(groups) - pages.reduce((sum, each) => sum + each.told(), 0);
  return pages.map((each, at) => {
    const isLast = at === pages.length - 1;
    const end = isLast && rest > 0 ? [note(`and ${number(rest)} more in the report`)] : [];
    return { text: textOf(each.lines()), blocks: [...each.blocks(), ...end] };
  });
}
