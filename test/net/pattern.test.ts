import fc from "fast-check";
import { expect, it } from "vitest";
import { matchesPattern } from "../../core/net/pattern.ts";

it.each<readonly [string, string, string, boolean]>([
  ["matches: the same text", "prod", "prod", true],
  ["matches: * is anything", "*", "arn:aws:eks:eu-west-1:111122223333:cluster/prod", true],
  ["matches: * is nothing", "prod*", "prod", true],
  ["matches: the end is open", "prod-*", "prod-eu", true],
  ["matches: the beginning is open", "*-eu", "prod-eu", true],
  ["matches: the middle is open, over slashes", "arn:*:nodegroup/edge/*", "arn:aws:eks:eu-west-1:1:nodegroup/edge/a/b", true],
  ["matches: a part that occurs twice", "a*b*c", "a-b-b-c", true],
  ["matches: two stars are one", "a**c", "abc", true],
  ["matches: nothing and nothing", "", "", true],
  ["matches: characters that mean something elsewhere", "a.b?[c]*", "a.b?[c]d", true],
  ["does not: another text", "prod", "prod-eu", false],
  ["does not: only a part of the text", "prod", "my-prod", false],
  ["does not: case differs", "Prod*", "prod", false],
  ["does not: a dot is a dot", "a.c", "abc", false],
  ["does not: beginning and end may not overlap", "aba*aba", "ababa", false],
  ["does not: the middle part is missing", "a*x*c", "abc", false],
  ["does not: the middle part overlaps the end", "a*bc*c", "abc", false],
  ["does not: parts in another order", "a*c*b*d", "a-b-c-d", false],
  ["does not: an empty pattern matches a text", "", "a", false],
])("%s", (_rule, pattern, text, expected) => {
  expect(matchesPattern(pattern, text)).toBe(expected);
});

it("agrees with the regular expression of the same meaning", () => {
  const small = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 7 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 9 });
  fc.assert(
    fc.property(small, text, (pattern, candidate) => {
      const expression = new RegExp(`^${pattern.replaceAll(/\*+/g, ".*")}$`, "s");
      expect(matchesPattern(pattern, candidate)).toBe(expression.test(candidate));
    }),
    { numRuns: 2000 },
  );
});
