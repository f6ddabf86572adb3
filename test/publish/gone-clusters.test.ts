import { expect, it } from "vitest";
import type { ClusterTarget } from "../../core/model/resource.ts";
import { clusterArn } from "../../core/model/resource.ts";
import { emptyState, type FindingState, type Remembered } from "../../core/publish/finding-state.ts";
import { goneClusters } from "../../core/publish/gone-clusters.ts";
import { stateKeys } from "../../core/publish/state-store.ts";
import { account, inShop, region } from "../support/cluster.ts";
import { memoryStore } from "../support/memory-store.ts";

const at = "2026-11-01T06:00:00.000Z";
const failing: Remembered = {
  check: "load-balancer-has-owner",
  resource: inShop("Service", "services", "web"),
  severity: "high",
  status: "fail",
  message: "Service shop/web is open.",
  firstSeen: at,
  seenAt: at,
  mayBeActive: false,
};
const ended: Remembered = { ...failing, status: "pass", closedAt: at };
const clusterCalled = (name: string, rest: Partial<ClusterTarget> = {}): ClusterTarget => ({ account, region, name, ...rest });

/** What is remembered of each cluster, and of one that nobody can read. */
function storeOf(all: readonly (readonly [ClusterTarget, readonly Remembered[]])[], unreadable: readonly ClusterTarget[] = []) {
  const memory = memoryStore();
  for (const [cluster, remembered] of all) {
    const findings = Object.fromEntries(remembered.map((one, i) => [`finding-${i}`, one]));
    const state: FindingState = { ...emptyState(clusterArn(cluster)), findings };
    memory.objects.set(stateKeys.cluster(cluster), { body: JSON.stringify(state), etag: "1" });
  }
  for (const cluster of unreadable) memory.objects.set(stateKeys.cluster(cluster), { body: "{", etag: "1" });
  return memory.seenBy((work) => work());
}
const never = (error: unknown) => {
  throw error;
};

const there = clusterCalled("prod");
it.each<readonly [string, ClusterTarget, readonly Remembered[], readonly ClusterTarget[]]>([
  ["gone: it fails, and is listed no more", clusterCalled("old"), [failing], [clusterCalled("old")]],
  ["gone: it is waived, and is listed no more", clusterCalled("old"), [{ ...failing, status: "waived" }], [clusterCalled("old")]],
  ["gone: one of its findings fails", clusterCalled("old"), [ended, failing], [clusterCalled("old")]],
  ["gone: Security Hub may still hold what ended", clusterCalled("old"), [{ ...ended, mayBeActive: true }], [clusterCalled("old")]],
  ["gone: one whose name differs in case alone from one that is there", clusterCalled("PROD"), [failing], [clusterCalled("PROD")]],
  ["not gone: it is listed", there, [failing], []],
  ["not asked for: all of it ended, and nobody is owed that", clusterCalled("old"), [ended], []],
  ["not asked for: nothing of it ever failed", clusterCalled("old"), [], []],
  ["not known: its Region did not answer", clusterCalled("old", { region: "eu-north-1" }), [failing], []],
  ["not known: it is in a Region whose name begins so", clusterCalled("old", { region: `${region}2` }), [failing], []],
  ["not known: it is another account's", clusterCalled("old", { account: "222233334444" }), [failing], []],
])("%s", async (_rule, cluster, remembered, gone) => {
  const store = storeOf([
    [there, [failing]],
    [cluster, remembered],
  ]);
  expect(await goneClusters({ account, regions: [region, region], clusters: [there] }, store, never)).toEqual(gone);
});

it("gone in each Region that answered; what can't be understood is told, and hides no other", async () => {
  const elsewhere = clusterCalled("old", { region: "eu-north-1" });
  const store = storeOf(
    [
      [clusterCalled("old"), [failing]],
      [elsewhere, [failing]],
    ],
    [clusterCalled("broken")],
  );
  const errors: unknown[] = [];
  const gone = await goneClusters({ account, regions: [region, "eu-north-1"], clusters: [] }, store, (error) => errors.push(error));
  expect(gone).toEqual([clusterCalled("old"), elsewhere]);
  expect(errors).toMatchObject([{ name: "FindingStateError" }]);
});
