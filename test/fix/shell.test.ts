import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { asksFor, quoted, quotedJson, quotedJsonWith, UnquotableError } from "../../core/checks/shell.ts";

/** What a shell makes of the words. */
const read = (words: readonly string[]): readonly string[] =>
  execFileSync("sh", ["-c", `printf '%s\\0' ${words.join(" ")}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);

it.each([
  ["plain, as it is", "web-1.example", "web-1.example"],
  ["an ARN, as it is", "arn:aws:eks:eu-west-1:111122223333:cluster/prod", "arn:aws:eks:eu-west-1:111122223333:cluster/prod"],
  ["nothing", "", "''"],
  ["a command", "x; rm -rf ~", "'x; rm -rf ~'"],
  ["a substitution", "$(id)`id`", "'$(id)`id`'"],
  ["a quote", "it's", "'it'\\''s'"],
  ["what would be an option", "--force", "'--force'"],
  ["a folder", "~root", "'~root'"],
])("quotes %s", (_rule, text, word) => {
  expect(quoted(text)).toBe(word);
});

it.each([
  ["a line break", "a\nb"],
  ["an escape of the terminal", "a\u001b[2Jb"],
  ["a NUL", "a\u0000b"],
  ["a mark that reorders text", "a\u202eb"],
  ["a line separator", "a\u2028b"],
  ["half a character", "a\ud800"],
])("refuses %s", (_rule, text) => {
  expect(() => quoted(text)).toThrow(UnquotableError);
});

it("every text comes back from a shell as it was", () => {
  const printable = fc.string({ unit: fc.constantFrom(..." abc'\"\\$`!*?[]{}()<>|&;#~=%-\u00e9\u{1f600}") });
  fc.assert(
    fc.property(fc.array(printable, { minLength: 1, maxLength: 20 }), (texts) => {
      expect(read(texts.map(quoted))).toEqual(texts);
    }),
    { numRuns: 30 },
  );
});

it("JSON comes back as it was, with the values of variables in it", () => {
  expect(read([quotedJson({ a: "it's $HOME" })])).toEqual([`{"a":"it's $HOME"}`]);
  const word = quotedJsonWith({ key: "$KEY", other: "$HOME" }, ["KEY"]);
  expect(execFileSync("sh", ["-c", `KEY='x y'; printf %s ${word}`], { encoding: "utf8" })).toBe(`{"key":"x y","other":"$HOME"}`);
});

it("a variable that is not set ends the script, and says what it is for", () => {
  const script = `${asksFor("KEY", 'the "key" of $(id)')}; echo on`;
  expect(() => execFileSync("sh", ["-c", script], { stdio: "pipe" })).toThrow(/set it to the key of \(id\)/);
  expect(execFileSync("sh", ["-c", script], { encoding: "utf8", env: { ...process.env, KEY: "x" } })).toBe("on\n");
});
