/** Two runs never overlap, a crash holds nobody back for ever, and a second start of a run is told from its retry. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PlanRequest } from "../core/model/request.ts";
import { Settings } from "../core/model/settings.ts";
import { planRun } from "../core/plan.ts";
import type { PlanPorts } from "../core/ports.ts";
import { folderStore } from "../core/publish/folder-store.ts";
import { s3Store } from "../core/publish/s3-store.ts";
import type { Store } from "../core/publish/store.ts";
import { lockKey } from "../core/run-lock.ts";
import { keys, readRun } from "../core/run-record.ts";
import { summarizeRun } from "../core/summarize.ts";
import { lockMs } from "../functions/plan.ts";
import { type S3StandIn, startS3 } from "./publish/s3-stand-in.ts";

const accounts = ["111122223333", "222233334444"];
const start = Date.parse("2026-11-26T04:00:00Z");
const minutes = (count: number): number => count * 60_000;

let folder: string;
let s3: S3StandIn;
let now: number;
let logged: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lock-"));
  s3 = await startS3();
  now = start;
  logged = [];
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await s3.close();
});

const unused = (): never => {
  throw new Error("Planning and summarizing read no account.");
};
function portsOn(store: Store, over: Partial<PlanPorts> = {}): PlanPorts {
  const note = (message: string, fields: object = {}) => logged.push(`${message} ${JSON.stringify(fields)}`);
  return {
    store,
    settings: Settings.parse({}),
    readTimeoutMs: 1_000,
    version: "1.0.0",
    homeRegion: "eu-west-1",
    access: unused,
    allowedEndpointHosts: [],
    now: () => new Date(now),
    log: { info: note, warn: note, error: note },
    listAccounts: async () => accounts,
    lockMs: minutes(120),
    ...over,
  };
}

describe.each<[string, () => Store]>([
  ["a folder", () => folderStore(folder)],
  ["a bucket", () => s3Store(s3.client, "s3://bucket/prefix")],
])("in %s", (_place, open) => {
  const plan = (request: PlanRequest, over: Partial<PlanPorts> = {}) =>
    planRun(request, portsOn(open(), over), AbortSignal.timeout(20_000));
  const by = (execution: string) => ({ startedBy: { execution } });
  const summarize = (runId: string) => summarizeRun({ runId }, portsOn(open()));

  it("a run that finds another in progress has no accounts, leaves no record, and says so in the log", async () => {
    await plan({ runId: "first", ...by("e1") });
    now += minutes(30);
    expect(await plan({ runId: "second", ...by("e2") })).toEqual({ runId: "second", accounts: [] });
    expect(logged.at(-1)).toMatch(/in progress .*"runId":"second".*"inProgress":"first","until":"2026-11-26T06:00:00.000Z"/);
    expect(await open().get(keys.run("second"))).toBeUndefined();
    expect((await readRun(open(), "first")).accounts).toEqual(accounts);
  });

  it("of many that begin at once, one has accounts", async () => {
    const answers = await Promise.allSettled(["a", "b", "c", "d"].map((id) => plan({ runId: id, ...by(id) })));
    const planned = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.accounts.length] : []));
    expect(planned.sort()).toEqual([0, 0, 0, 2]);
  });

  it("of two starts of one run at once, one has accounts", async () => {
    const answers = await Promise.all([plan({ runId: "daily", ...by("e1") }), plan({ runId: "daily", ...by("e2") })]);
    expect(answers.map(({ runId, accounts }) => [runId, accounts.length]).sort()).toEqual([
      ["daily", 0],
      ["daily", 2],
    ]);
    expect((await plan({ runId: "other", ...by("e3") })).accounts).toEqual([]);
  });

  it("the retry of a start goes on with the accounts that were planned", async () => {
    await plan({ runId: "daily", ...by("e1") });
    const later = await plan({ runId: "daily", ...by("e1") }, { listAccounts: async () => ["999988887777"] });
    expect(later).toEqual({ runId: "daily", accounts });
  });

  it("a second start after the run has ended has no accounts, and keeps nobody back", async () => {
    await plan({ runId: "daily", ...by("e1") });
    await summarize("daily");
    expect(await plan({ runId: "daily", ...by("e2") })).toEqual({ runId: "daily", accounts: [] });
    expect(logged.at(-1)).toMatch(/started before .*"startedBefore":"e1"/);
    expect((await plan({ runId: "next", ...by("e3") })).accounts).toEqual(accounts);
  });

  it("a run that ended lets the next one begin at once", async () => {
    await plan({ runId: "first", ...by("e1") });
    await summarize("first");
    expect((await plan({ runId: "second", ...by("e2") })).accounts).toEqual(accounts);
  });

  it("a run that crashed holds the next one back until its lock expires, and no longer", async () => {
    await plan({ runId: "crashed", ...by("e1") });
    now += minutes(120) - 1;
    expect((await plan({ runId: "early", ...by("e2") })).accounts).toEqual([]);
    now += 1;
    expect((await plan({ runId: "next", ...by("e3") })).accounts).toEqual(accounts);
  });

  it("a run that outlived its lock does not give back that of the next", async () => {
    await plan({ runId: "slow", ...by("e1") });
    now += minutes(121);
    await plan({ runId: "next", ...by("e2") });
    await summarize("slow");
    expect((await plan({ runId: "third", ...by("e3") })).accounts).toEqual([]);
  });

  it("a run that is overtaken while it gives back its expired lock leaves it to the next", async () => {
    await plan({ runId: "slow", ...by("e1") });
    now += minutes(121);
    const store = open();
    const overtaken: Store = {
      ...store,
      get: async (key) => {
        const seen = await store.get(key);
        if (key === lockKey) await plan({ runId: "next", ...by("e2") });
        return seen;
      },
    };
    await summarizeRun({ runId: "slow" }, portsOn(overtaken));
    expect((await plan({ runId: "third", ...by("e3") })).accounts).toEqual([]);
  });

  it("a run whose accounts could not be listed, or that has none, keeps nobody back", async () => {
    const refused = plan({ runId: "first", ...by("e1") }, { listAccounts: () => Promise.reject(new Error("refused")) });
    await expect(refused).rejects.toThrow("refused");
    expect((await plan({ runId: "empty", ...by("e2") }, { listAccounts: async () => [] })).accounts).toEqual([]);
    expect((await plan({ runId: "next", ...by("e3") })).accounts).toEqual(accounts);
  });

  it("a summary that fails gives the lock back: nothing follows it", async () => {
    await plan({ runId: "first", ...by("e1") });
    await open().put(keys.account("first", "111122223333"), "{ no JSON");
    await expect(summarize("first")).rejects.toThrow();
    expect((await plan({ runId: "second", ...by("e2") })).accounts).toEqual(accounts);
  });

  it("a lock that can't be understood holds nobody back", async () => {
    await open().put(lockKey, "{ no JSON");
    expect((await plan({ runId: "first", ...by("e1") })).accounts).toEqual(accounts);
  });

  it("a run that is started by hand neither takes a lock nor heeds one", async () => {
    await plan({ runId: "crashed", ...by("e1") });
    const { lockMs: _none, ...local } = portsOn(open());
    expect((await planRun({}, local, AbortSignal.timeout(20_000))).accounts).toEqual(accounts);
    expect(JSON.parse((await open().get(lockKey))?.body ?? "").runId).toBe("crashed");
  });
});

it("the lock of a deployed run lasts longer than the workflow may, and not until the next day", async () => {
  const { TimeoutSeconds } = JSON.parse(await readFile("infra/workflow.asl.json", "utf8"));
  expect(lockMs).toBeGreaterThan(TimeoutSeconds * 1_000);
  expect(lockMs).toBeLessThan(minutes(24 * 60));
});
