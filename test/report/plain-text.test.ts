import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipped, plainLines, plainText } from "../../core/report/plain-text.ts";

it.each([
  ["plain text stays", "Service shop/web ü 🦊 日本", "Service shop/web ü 🦊 日本"],
  ["colours go", "\u001b[31mred\u001b[0m", "red"],
  ["a window title goes", "\u001b]0;owned\u0007shop", "shop"],
  ["a hyperlink's target goes", "\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007", "click"],
  ["a lone escape is shown", "a\u001b", "a�"],
  ["an eight-bit escape goes", "\u009b31mred", "red"],
  ["lines become one", "a\r\nb\nc\td\u2028e\u0085f", "a b c d e f"],
  ["a bell and a backspace are shown", "a\u0007b\u0008", "a�b�"],
  ["marks that reorder text are shown", "\u202egnp.exe\u2066\u200f", "�gnp.exe��"],
  ["half a surrogate pair is shown", "a\ud83db", "a�b"],
])("plainText: %s", (_rule, text, expected) => {
  expect(plainText(text)).toBe(expected);
});

it("plainLines keeps lines and indentation, and nothing else that a terminal or page obeys", () => {
  expect(plainLines("kind: Service\r\n\tname: \u001b[1mx\u202e\u0000\n")).toBe("kind: Service\n  name: x��\n");
});

it("no text leaves anything that a terminal obeys", () => {
  const hostile = fc.string({
    unit: fc.constantFrom("\u001b", "[", "3", "1", "m", "]", ";", "\u0007", "\u009b", "\\", "a", "\n", "\ud800", "\u202e"),
  });
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: "binary" })), (text) => {
      expect(plainText(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Cs}]/u);
      expect(plainLines(text)).not.toMatch(/[^\P{Cc}\n]|[\p{Bidi_Control}\p{Cs}]/u);
    }),
  );
});

it.each(["\u001b]", "\u001b[", "\u001b[1;", "\u009b1", "\u001b]8;;", "\u001b#"])(
  "a long run of %j comes to an end: its square would outlast the test",
  (part) => {
    expect(plainText(part.repeat(200_000))).not.toContain("\u001b");
  },
);

describe("clipped", () => {
  it.each([
    ["below the limit: as it is", "abcd", 5, "abcd"],
    ["at the limit: as it is", "abcde", 5, "abcde"],
    ["above the limit: cut, and it shows", "abcdef", 5, "abcd…"],
    ["a pair that would be split goes whole", "abc🦊def", 5, "abc…"],
    ["a pair that fits stays whole", "ab🦊cdef", 5, "ab🦊…"],
  ])("%s", (_rule, text, limit, expected) => {
    expect(clipped(text, limit)).toBe(expected);
  });

  it("is never longer than its limit, and never ends in half a pair", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-composite" }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const cut = clipped(text, limit);
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect(cut.isWellFormed()).toBe(true);
        expect(text.startsWith(cut === text ? cut : cut.slice(0, -1))).toBe(true);
      }),
    );
  });
});
