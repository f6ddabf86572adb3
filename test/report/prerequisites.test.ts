import { expect, it } from "vitest";
import type { Prerequisite } from "../../core/model/prerequisite.ts";
import { toPrerequisitesJson, toPrerequisitesText } from "../../core/report/prerequisites.ts";

const off = (account: string): Prerequisite => ({
  area: "security-hub",
  place: { account, region: "eu-west-1" },
  state: "lacks",
  seen: "Security Hub CSPM is off.",
  toDo: {
    text: "Turn it on:",
    commands: [`aws securityhub enable-security-hub --region eu-west-1 ${"--very-long-option ".repeat(12)}`.trim()],
  },
});
const fine = (account: string): Prerequisite => ({ area: "role", place: { account }, state: "ok", seen: "The role was assumed." });

it("the same advice stands once, for all its places, and a command on one line however narrow the terminal is", () => {
  const text = toPrerequisitesText([off("111111111111"), off("222222222222"), fine("333333333333")], 80);
  expect(text.match(/Turn it on:/g)).toHaveLength(1);
  expect(text).toContain("lacks security-hub: 111111111111 eu-west-1; 222222222222 eu-west-1\n");
  expect(text.split("\n").filter((line) => line.startsWith("    "))).toEqual([`    ${off("").toDo?.commands[0]}`]);
  expect(text.endsWith("2 lacks · 0 unknown · 0 skipped · 1 ok\n")).toBe(true);
});

it("what is too narrow for a table is a list, and no line but a command's is wider than the terminal", () => {
  const text = toPrerequisitesText([off("111111111111"), off("222222222222"), fine("333333333333")], 40);
  const lines = text.split("\n").filter((line) => !line.startsWith("    "));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(text).toContain("ok role 333333333333:\n  The role was assumed.\n");
  expect(text).toContain("lacks security-hub: 111111111111\n  eu-west-1; 222222222222 eu-west-1\n");
});

it("what is well is listed as long as it is little, and counted beyond that", () => {
  const many = Array.from({ length: 61 }, (_, i) => fine(String(100_000_000_000 + i)));
  expect(toPrerequisitesText(many.slice(1))).toContain("100000000060");
  const text = toPrerequisitesText([off("222222222222"), ...many]);
  expect([text.includes("100000000060"), text.includes("61 places"), text.includes("222222222222")]).toEqual([false, true, true]);
});

it("hostile text neither moves the cursor nor begins a line of its own", () => {
  const hostile = "\u001b[2J\u009b31mgroup\r\nok role 1\u202e";
  const row: Prerequisite = { ...off(hostile), seen: hostile, toDo: { text: hostile, commands: [`kubectl '${hostile}'`] } };
  for (const text of [undefined, 80, 40, 30].map((columns) => toPrerequisitesText([row], columns))) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202e]/);
    expect(text.split("\n").filter((line) => line.startsWith("ok role"))).toEqual([]);
  }
});

it("JSON has every prerequisite, and how many are in which state", () => {
  const { schema, prerequisites, summary } = JSON.parse(toPrerequisitesJson([off("111111111111"), fine("222222222222")]));
  expect([schema, prerequisites.length, summary]).toEqual(["eks-perimeter/doctor/v1", 2, { lacks: 1, unknown: 0, skipped: 0, ok: 1 }]);
});
