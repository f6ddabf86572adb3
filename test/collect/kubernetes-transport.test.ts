import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { failureOf, type Stage, timeoutAt } from "../../core/collect/kubernetes/transport.ts";

const host = "0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com";
const failing = (code: string) => failureOf(Object.assign(new Error(code), { code }), "connect", host).error;
const late = (stage: Stage) => timeoutAt(stage, host, 5_000).error;

it.each([
  ["a name that is not resolved", failing("ENOTFOUND"), "dns"],
  ["a name that is not resolved in time", late("name"), "dns"],
  ["a private endpoint, from outside of its VPC", late("connect"), "timeout"],
  ["an endpoint without a route to it", failing("EHOSTUNREACH"), "refused"],
])("unknown: %s, with the page that says what is reached from where", (_what, { reason, hint }, code) => {
  expect(reason.code).toBe(code);
  expect(reason.message).toContain(host);
  expect(hint).toContain('docs/rollout.md, "Private endpoints"');
  expect(readFileSync("docs/rollout.md", "utf8")).toContain("\n## Private endpoints\n");
});
