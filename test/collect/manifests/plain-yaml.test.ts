import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDocument, stringify } from "yaml";
import { parsePlainYaml } from "../../../core/collect/manifests/plain-yaml.ts";

const whole = (text: string): unknown => {
  const document = parseDocument(text, { merge: true, logLevel: "silent" });
  if (document.errors.length > 0) throw new Error(document.errors[0]?.message);
  return document.toJS();
};

describe("what is plain is read", () => {
  it.each([
    ["a manifest", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels:\n    app.kubernetes.io/name: web\n"],
    ["a document marker and comments", "---\n# of the shop\nkind: Pod\n  # deeper\nspec:\n\n  nodeName: a\n"],
    ["a sequence as far left as its key", "ports:\n- port: 80\n  name: http\n- port: 443\nselector:\n  app: web\n"],
    ["a sequence further right", "ports:\n  - port: 80\n    name: http\n  - name: https\n"],
    ["sequences in sequences", "a:\n- - b\n  - c\n-\n  - d\n- -\n"],
    ["keys without a value", "podSelector:\ningress:\n- from:\n  ports:\n- {}\negress: []\n"],
    ["quoted text", 'a: "8080"\nb: \'80: 443 # all\'\nc: ""\n'],
    [
      "numbers, booleans, and words that only look like them",
      "a: 80\nb: -1\nc: true\nd: 10.0.0.0/8\ne: 1.2.3\nf: v1\ng: yes\nh: --flag=1\n",
    ],
  ])("%s", (_case, text) => {
    expect(parsePlainYaml(text)).toEqual(whole(text));
    expect(parsePlainYaml(text)).toBeDefined();
  });
});

it.each([
  ["anchors", "a: &x 1\nb: *x\n"],
  ["flow collections", "a: {b: c}\n"],
  ["block scalars", "a: |\n  b\n"],
  ["escapes", 'a: "\\n"\n'],
  ["text over several lines", "a: b\n  c\n"],
  ["comments behind a value", "a: b # c\n"],
  ["tabs", "a:\tb\n"],
  ["merge keys", "<<: a\n"],
  ["numbers of other kinds", "a: 0x10\n"],
  ["numbers with a fraction", "a: 1.0\n"],
  ["null in words", "a: null\n"],
  ["the same key twice", "a: 1\na: 2\n"],
  ["keys that are no words", "8080: a\n"],
  ["__proto__", "__proto__:\n  a: 1\n"],
  ["a dedent to nowhere", "a:\n    b: 1\n  c: 2\n"],
  ["a value and something below it", "a: b\n  c: d\n"],
  ["a second document", "a: 1\n---\nb: 2\n"],
  ["nothing", "\n# nothing\n"],
  ["nesting without end", `${"- ".repeat(1000)}a\n`],
])("left to the library: %s", (_case, text) => {
  expect(parsePlainYaml(text)).toBeUndefined();
});

describe("it never differs from the library", () => {
  const scalar = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      "",
      "a: b",
      "- c",
      "#d",
      "yes",
      "null",
      "1.0",
      "0o7",
      "1e3",
      ".5",
      "-",
      "--x",
      "10.0.0.0/8",
      "~",
      "...",
      "---",
      "<<",
      "=",
      "!x",
    ),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b-c", "d/e", "true", "f"), tie("value"), { maxKeys: 3 }),
    ),
  }));

  it("of values that a library wrote", () => {
    fc.assert(
      fc.property(value, (one) => {
        const text = stringify(one);
        const read = parsePlainYaml(text);
        if (read !== undefined) expect(read).toEqual(whole(text));
      }),
      { numRuns: 1000 },
    );
  });

  it("of lines that nobody checked", () => {
    const line = fc
      .tuple(
        fc.integer({ min: 0, max: 5 }),
        fc.constantFrom("", "- ", "- - ", "-  ", "# "),
        fc.constantFrom("", "a:", "b: ", "c:  ", "d :", "e", "'f': ", "? g", "true: ", "1: "),
        fc.constantFrom(
          "",
          "x",
          "'y'",
          '"z"',
          "1",
          "[]",
          "{}",
          "{",
          "- q",
          "x y",
          "x:y",
          "x: y",
          "x #y",
          "'x",
          "|",
          "&a",
          "*a",
          ".",
          "..",
          "-",
          "+1",
          "1_0",
        ),
        fc.constantFrom("", " ", " # c"),
      )
      .map(([indent, ...parts]) => `${" ".repeat(indent)}${parts.join("")}`);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        const text = `${lines.join("\n")}\n`;
        const read = parsePlainYaml(text);
        if (read !== undefined) expect(read).toEqual(whole(text));
      }),
      { numRuns: 20_000 },
    );
  });
});
