/** What Slack is sent, within its limits: the few kinds of blocks that a digest needs, and text that can do no harm in them. */
import * as z from "zod";
import { clipped, plainText } from "../../report/plain-text.ts";

/** Shown as it stands: no markup, no mention, no link, no emoji is read out of it. All text from clusters and accounts goes here. */
export interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: false;
}
/** Our own words, numbers and links alone. */
export interface Markup {
  readonly type: "mrkdwn";
  readonly text: string;
  readonly verbatim: true;
}
export type Block =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text: PlainText }
  | { readonly type: "context"; readonly elements: readonly (PlainText | Markup)[] };

export interface Message {
  /** For notifications and screen readers; also what is left of a message whose blocks are refused. */
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** A message as it was kept: it was made by this product. */
export const StoredMessage = z.custom<Message>(
  (value) => typeof value === "object" && value !== null && "text" in value && "blocks" in value,
);

/**
 * Source: docs.slack.dev, Block Kit reference and chat.postMessage; the characters of all blocks together are not documented, they are
 * refused from about 13,200 on (slackapi/bolt-js#2509).
 */
export const limits = { blocks: 50, header: 150, section: 3_000, allBlocks: 12_000, text: 4_000 } as const;

/** Characters that are not shown, such as zero-width ones: they would hide one name in another. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** Hostile text as one harmless line, escaped for Slack, at most so many UTF-16 units long before that; what was cut off is counted. */
export function literal(text: string, limit: number): string {
  const line = plainText(text).replace(invisible, "\uFFFD");
  const kept = clipped(line, limit);
  const cut = line.length - (kept.length - 1);
  return escaped(line.length <= limit ? line : `${kept} (${cut.toLocaleString("en")} more characters)`);
}

/** At most so many UTF-16 units of escaped text; neither a pair of surrogates nor an escaped character is cut in two. */
export const cut = (text: string, limit: number): string => (text.length <= limit ? text : clipped(text, limit).replace(/&[a-z]*…$/, "…"));

/** Source: docs.slack.dev, "Formatting message text", escaping. */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export const plain = (text: string): PlainText => ({ type: "plain_text", text, emoji: false });
export const header = (text: string): Block => ({ type: "header", text: plain(text) });
export const section = (lines: readonly string[]): Block => ({ type: "section", text: plain(lines.join("\n")) });

/** A link of our own making. */
export const link = (url: string, label: string): Markup => ({
  type: "mrkdwn",
  text: `<${escaped(url).replaceAll("|", "%7C")}|${escaped(label)}>`,
  verbatim: true,
});

/** As many whole lines as Slack recommends, and as chat.update takes. */
export function textOf(lines: readonly string[]): string {
  let text = "";
  for (const line of lines) {
    if (text.length + line.length + 1 > limits.text - 10) return `${text}\n…`;
    text = text === "" ? line : `${text}\n${line}`;
  }
  return text;
}

/** What a block takes of the characters of all blocks together: counted as JSON, since nobody says how Slack counts. */
export const sizeOf = (block: Block): number => JSON.stringify(block).length + 1;
