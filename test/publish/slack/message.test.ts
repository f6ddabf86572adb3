import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestInOne } from "../../../core/publish/slack/digest.ts";
import { SlackError } from "../../../core/publish/slack/errors.ts";
import { inSomeForm } from "../../../core/publish/slack/forms.ts";
import { cut, header, literal, type Message } from "../../../core/publish/slack/message.ts";
import { placeOf } from "../../../core/publish/slack/routing.ts";
import { aChannel, aNews, arnOf } from "./sample.ts";

/** Text that Slack shows as what it was before it was escaped. */
const isWhole = (text: string): boolean => text.isWellFormed() && !/&(?!(?:amp|lt|gt);)/.test(text);

describe("escaped text that is cut", () => {
  it.each([
    ["short enough: as it is", "a &amp; b", 9, "a &amp; b"],
    ["within an escaped character: before it", "a &amp; b", 6, "a …"],
    ["within an emoji: before it", "ab🔴cd", 4, "ab…"],
    ["between characters: there", "abcdef", 4, "abc…"],
  ])("%s", (_rule, text, limit, cutText) => {
    expect(cut(text, limit)).toBe(cutText);
  });
  it("is never longer than it may be, and no character of it is broken", () => {
    const part = fc.constantFrom("a", "&", "<", ">", "🔴", "✅", "\u202E", " ", "é", "\uD83D");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.integer({ min: 5, max: 60 }), (parts, limit) => {
        const text = cut(literal(parts.join(""), 1_000), limit);
        expect(text.length).toBeLessThanOrEqual(limit);
        expect(isWhole(text), text).toBe(true);
      }),
    );
  });
});

it("a message whose blocks are refused is told by text that is cut between characters", async () => {
  const forms: Message[] = [];
  await inSomeForm({ text: `${"a".repeat(999)}🔴${"b".repeat(50)}`, blocks: [header("title")] }, async (form) => {
    forms.push(form);
    if (form.blocks.length > 0) throw new SlackError("invalid_blocks", { isRefusal: true });
  });
  expect(forms.map(({ text }) => text.isWellFormed())).toEqual([true, true]);
  expect(forms.at(-1)?.text.length).toBeLessThanOrEqual(1_000);
});

it("a name that is longer than a header is cut between characters", () => {
  const place = placeOf(arnOf(`${"&".repeat(29)}${"a".repeat(3)}🔴${"a".repeat(20)}`)); // 145 and 3 escaped, then the emoji at the limit
  const lines = digestInOne(aChannel([{ place, isFirst: false, news: [aNews("web", "opened")] }]));
  expect(JSON.stringify(lines)).not.toMatch(/\\ud[89a-f]/i);
});
