/** Somebody who reads the channels and nothing else: what they believe to fail, and what they were told twice. */
import { expect } from "vitest";
import type { Block } from "../../../core/publish/slack/message.ts";
import type { Batch } from "../../../core/publish/slack/outbox.ts";
import { placeOf } from "../../../core/publish/slack/routing.ts";
import type { Posted } from "../../../sandbox/slack/workspace.ts";
import { shown } from "./sample.ts";

/** Which finding a line under a cluster's title is about. */
export type IdOf = (cluster: string, line: string) => string;

const kinds = /^(?:✅ (Resolved)|\S+ (Opened|Worsened|Reopened|Waiver ended))/;
const titleOf = (subject: string): string => `${placeOf(subject).cluster} in ${placeOf(subject).account}, ${placeOf(subject).region}`;

export class Reader {
  /** Ids of the findings that fail, as far as the channels say. */
  readonly believed = new Set<string>();
  /** The same, whatever else is known of them, such as a waiver. */
  readonly #heardOf = new Set<string>();
  /** By channel: how many messages were posted again. */
  readonly repeats = new Map<string, number>();
  readonly #seen = new Set<string>();
  readonly #idOf: IdOf;

  constructor(idOf: IdOf) {
    this.#idOf = idOf;
  }

  /** @param batch of which the message is a part; of a first digest it says what its counts count, as the report does */
  read(posted: Posted, batch: Batch): void {
    const at = batch.posted.length;
    const key = JSON.stringify([posted.channel.id, batch.runId, at, batch.messages[at]]);
    const isRepeat = this.#seen.has(key);
    this.#seen.add(key);
    if (isRepeat) this.repeats.set(posted.channel.id, (this.repeats.get(posted.channel.id) ?? 0) + 1);
    const lines = (posted.blocks.length === 0 ? posted.text : shown({ text: "", blocks: posted.blocks as readonly Block[] })).split("\n");
    if (posted.thread === undefined) this.#readFirst(lines, batch, isRepeat, posted.blocks.length > 0);
    else this.#readChanges(lines, isRepeat);
  }

  /** What no reply goes into is the state of affairs of a cluster. */
  #readFirst(lines: readonly string[], { marks, messages }: Batch, isRepeat: boolean, isWhole: boolean): void {
    for (const { subject, told } of marks) {
      const title = titleOf(subject);
      if (messages.slice(1).some(({ text }) => text.includes(title))) continue;
      const counted =
        lines.find((line) => line.startsWith(`${title}: `))?.match(/\d+(?= (?:critical|high|medium|low|informational))/g) ?? [];
      if (isWhole) expect(counted.reduce((sum, count) => sum + Number(count), 0)).toBe(told.length);
      for (const { id, before, after } of told) {
        const began = before?.as === "waived" ? "Waiver ended" : "Opened";
        this.#believe(after.as === "fail" ? began : "Resolved", id, isRepeat);
      }
    }
  }

  #readChanges(lines: readonly string[], isRepeat: boolean): void {
    let cluster = "";
    for (const line of lines) {
      const name = /^#? ?(\S+) in \d{12}, /.exec(line)?.[1];
      if (name !== undefined) {
        cluster = name;
        continue;
      }
      const [, ended, began] = kinds.exec(line) ?? expect.fail(line);
      this.#believe(ended ?? began ?? "", this.#idOf(cluster, line), isRepeat);
    }
  }

  #believe(kind: string, id: string, isRepeat: boolean): void {
    const knows = this.believed.has(id);
    if (!isRepeat && (kind === "Opened" || kind === "Reopened")) expect(`${kind} ${id}: ${knows}`).toBe(`${kind} ${id}: false`);
    if (!isRepeat && kind === "Resolved") expect(`${kind} ${id}: ${this.#heardOf.has(id)}`).toBe(`${kind} ${id}: true`);
    for (const ids of [this.believed, this.#heardOf]) kind === "Resolved" ? ids.delete(id) : ids.add(id);
  }
}
