import { SlackError } from "./errors.ts";
import { cut, type Message } from "./message.ts";

/** What is wrong with the message, and not with the channel: it would be refused for ever. */
export const ofContent: ReadonlySet<string> = new Set([
  "invalid_blocks",
  "invalid_blocks_format",
  "msg_blocks_too_long",
  "msg_too_long",
  "markdown_text_conflict",
  "invalid_payload",
  "invalid_arguments",
]);

export const codeOf = (error: unknown): string => (error instanceof SlackError ? error.code : "");

/** Sends a message; where its blocks are refused, by its text alone, cut to what any client takes. */
export async function inSomeForm<T>(message: Message, send: (message: Message) => Promise<T>): Promise<T> {
  try {
    return await send(message);
  } catch (error) {
    if (!ofContent.has(codeOf(error))) throw error;
  }
  return send({ text: cut(message.text, 1_000), blocks: [] });
}
