/** News as the state of findings gives them. */
import type { Severity } from "../../../core/model/severity.ts";
import type { News, NewsKind } from "../../../core/publish/news.ts";
import type { ChannelNews, SubjectNews } from "../../../core/publish/slack/digest.ts";
import type { Block, Message } from "../../../core/publish/slack/message.ts";
import { placeOf } from "../../../core/publish/slack/routing.ts";
import { aServiceFinding, clusterOf } from "../../report/sample.ts";

export const arnOf = (name: string, account = "111122223333"): string => clusterOf(account, name).arn;

export function aNews(name: string, kind: NewsKind, severity: Severity = "high", rest: Partial<News> = {}): News {
  const { id, check, resource, message } = aServiceFinding(name);
  const after = { as: kind === "resolved" ? "closed" : "fail", severity } as const;
  return {
    id,
    kind,
    check,
    resource,
    severity,
    message,
    firstSeen: "2026-01-02T06:00:00.000Z",
    seenAt: "2026-01-03T06:00:00.000Z",
    after,
    ...rest,
  };
}

export const aSubject = (cluster: string, news: readonly News[], isFirst = false): SubjectNews => ({
  place: placeOf(arnOf(cluster)),
  isFirst,
  news,
});

export const aChannel = (subjects: readonly SubjectNews[], rest: Partial<ChannelNews> = {}): ChannelNews => ({
  subjects,
  unseen: [],
  report: "/state/runs/run-1/report.html",
  links: [],
  runId: "run-1",
  ...rest,
});

const textOf = (block: Block): string =>
  block.type === "context"
    ? block.elements.map(({ text }) => text).join(" · ")
    : block.type === "header"
      ? `# ${block.text.text}`
      : block.text.text;

/** What a reader sees, without the fallback. */
export const shown = ({ blocks }: Message): string => blocks.map(textOf).join("\n");
