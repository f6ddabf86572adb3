/** What Slack takes as a message, and how it says that it does not. Source: docs.slack.dev, Block Kit reference, chat.postMessage. */
import * as z from "zod";

const text = (most: number) =>
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("plain_text"), text: z.string().min(1).max(most), emoji: z.boolean().optional() }),
    z.strictObject({ type: z.literal("mrkdwn"), text: z.string().min(1).max(most), verbatim: z.boolean().optional() }),
  ]);
const id = z.string().max(255).optional();

const Block = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("header"),
    block_id: id,
    text: z.strictObject({ type: z.literal("plain_text"), text: z.string().min(1).max(150), emoji: z.boolean().optional() }),
  }),
  z.strictObject({ type: z.literal("section"), block_id: id, text: text(3_000) }),
  z.strictObject({ type: z.literal("context"), block_id: id, elements: z.array(text(3_000)).min(1).max(10) }),
  z.strictObject({ type: z.literal("divider"), block_id: id }),
]);

export const Content = z.object({
  text: z.string().optional(),
  blocks: z.array(z.unknown()).optional(),
  channel: z.string().optional(),
  thread_ts: z.string().optional(),
  ts: z.string().optional(),
});
export type Content = z.infer<typeof Content>;

/** Not documented; seen from about 13,200 characters on (slackapi/bolt-js#2509). */
const mostCharacters = 13_200;

/** The code of what is wrong with it. */
export function whyRefused({ text, blocks }: Content): string | undefined {
  if ((text ?? "") === "" && (blocks ?? []).length === 0) return "no_text";
  if ((text ?? "").length > 40_000) return "msg_too_long";
  if (blocks === undefined) return undefined;
  if (blocks.length > 50 || !z.array(Block).safeParse(blocks).success) return "invalid_blocks";
  return charactersOf(blocks) > mostCharacters ? "msg_blocks_too_long" : undefined;
}

function charactersOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  return typeof value === "object" && value !== null ? Object.values(value).reduce((sum: number, part) => sum + charactersOf(part), 0) : 0;
}
