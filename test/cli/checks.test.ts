import { expect, it, vi } from "vitest";
import { checkPage } from "../../cli/check-page.ts";
import { checks } from "../../core/checks/index.ts";
import { hasFix } from "../../core/fix/index.ts";
import { run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // some cases start processes

const plain = (_style: string, text: string) => text;
const parts = [
  "Why",
  "How it is judged",
  "What it cannot see",
  "What is read",
  "Fails, for example",
  "Passes, for example",
  "How to mend it",
  "Frameworks",
];

it.each(checks.map((check) => [check.id, check] as const))(
  "%s has a page with every part, that fits 40 columns as well as 100",
  (_id, check) => {
    for (const columns of [40, 80, 100]) {
      const lines = checkPage(check, columns, plain).split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(lines.filter((line) => /^[A-Z][^.]*$/.test(line) && parts.includes(line))).toEqual(parts);
      for (const part of parts) expect(lines[lines.indexOf(part) + 1], part).toMatch(/^ {2}\S/);
    }
  },
);

it("a page says which calls a check takes, and what mends it", () => {
  const page = checkPage(
    checks.find(({ id }) => id === "endpoint-blocked-from-pods") ?? (checks[0] as (typeof checks)[number]),
    200,
    plain,
  );
  expect(page).toContain("\n    pods: list pods\n");
  expect(page).toContain("\n    networkInterfaces: ec2:DescribeNetworkInterfaces\n");
  expect(page).toMatch(/\n {2}nist-800-53-r5\/SC-7\(21\) {2}\S/);
  expect(page.includes("\n  npx eks-perimeter fix --check endpoint-blocked-from-pods")).toBe(hasFix("endpoint-blocked-from-pods"));
});

it("a pipe gets it without colour, and --json as one document that says the same", async () => {
  const id = "endpoint-not-open-to-internet";
  const { stdout } = await run(["checks", "explain", id]);
  expect(stdout).not.toContain("\u001b");
  expect(stdout.startsWith(`${id}\n`)).toBe(true);
  const json = JSON.parse((await run(["checks", "explain", id, "--json"])).stdout) as Record<string, unknown>;
  expect(json).toMatchObject({ id, severity: "high", reads: { endpoint: { iam: ["eks:DescribeCluster"], rbac: [] } }, hasFix: true });
  expect(Object.keys(json)).toEqual(
    expect.arrayContaining(["title", "surface", "subject", "needs", "uses", "why", "judged", "unseen", "remediation", "frameworks"]),
  );
});

it.each([
  ["a slip of the finger", ["checks", "explain", "kubelet-not-exposd"], "Did you mean kubelet-not-exposed?"],
  ["a word of it", ["checks", "explain", "kubelet"], "Did you mean kubelet-blocked-from-pods, kubelet-not-exposed?"],
  ["for --check too", ["scan", "--check", "kubelet-not-exposd"], "Did you mean kubelet-not-exposed?"],
  ["nothing like it", ["checks", "explain", "xyz"], 'No check has the id "xyz". `npx eks-perimeter checks list` names them all.'],
])("2: an unknown id, %s", async (_what, args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect([code, stdout, stderr.trim().split("\n").length]).toEqual([2, "", 1]);
  expect(stderr).toContain(message);
});
