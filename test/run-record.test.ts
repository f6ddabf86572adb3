import * as fc from "fast-check";
import { expect, it } from "vitest";
import { SummarizeRequest } from "../core/model/request.ts";
import { checkedKey } from "../core/publish/store.ts";
import { keys } from "../core/run-record.ts";

const target = { account: "111122223333", region: "eu-west-1", name: "prod" };
const keysOf = (id: string) => [
  keys.run(id),
  keys.account(id, target.account),
  keys.cluster(id, target),
  keys.evidence(id, target),
  keys.report(id, "report.json"),
];

it("a run that the schedule starts, named by the time it was due, can be kept", () => {
  expect(keysOf("2026-11-26T04:00:00Z").map(checkedKey)).toEqual([
    "runs/2026-11-26T04-00-00Z/run.json",
    "runs/2026-11-26T04-00-00Z/accounts/111122223333.json",
    "runs/2026-11-26T04-00-00Z/clusters/111122223333/eu-west-1/prod.json",
    "evidence/2026-11-26T04-00-00Z/111122223333/eu-west-1/prod.json",
    "runs/2026-11-26T04-00-00Z/report.json",
  ]);
});

it("every id that a step takes makes keys that a store takes", () => {
  const given = fc.stringMatching(/^[0-9A-Za-z][\w.:+-]{0,127}$/);
  fc.assert(
    fc.property(given, (runId) => {
      for (const key of keysOf(SummarizeRequest.parse({ runId }).runId)) expect(checkedKey(key)).toBe(key);
    }),
  );
});
