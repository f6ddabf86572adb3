/** Findings of clusters as scans remember them, and a run that tells Slack of them. */
import type { Finding } from "../../../core/model/finding.ts";
import { Settings } from "../../../core/model/settings.ts";
import { nextState } from "../../../core/publish/finding-state.ts";
import type { Slack } from "../../../core/publish/slack/client.ts";
import type { Scope, Telling } from "../../../core/publish/slack/tell.ts";
import { stateKeys, updateState } from "../../../core/publish/state-store.ts";
import type { Store } from "../../../core/publish/store.ts";
import { aFinding, aServiceFinding, clusterOf } from "../../report/sample.ts";

export const account = "111122223333";
export const targetOf = (name: string) => ({ account, region: "eu-west-1", name });
const complete = new Set(["load-balancer-internal-or-restricted", "endpoint-not-open-to-internet", "cluster-read-completely"]);

/** A Service of the given cluster. */
export function service(cluster: string, name: string, rest: Partial<Finding> = {}): Finding {
  const { arn } = clusterOf(account, cluster);
  const { resource } = aServiceFinding(name);
  return aServiceFinding(name, {
    severity: "high",
    cluster: arn,
    id: `load-balancer-internal-or-restricted/${arn}/${name}`,
    resource: { ...resource, id: `${arn}/namespaces/shop/services/${name}` },
    ...rest,
  });
}
export const unread = (cluster: string, status: "fail" | "pass") => {
  const { arn } = clusterOf(account, cluster);
  const resource = { kind: "Cluster", id: arn, name: cluster };
  return aFinding({
    check: "cluster-read-completely",
    status,
    severity: "medium",
    cluster: arn,
    resource,
    message: `Cluster ${cluster} was not read completely.`,
  });
};

/** One for a whole file of tests. */
export const clock = { now: Date.UTC(2026, 0, 1) };
export const day = 86_400_000;
export async function judged(store: Store, cluster: string, findings: readonly Finding[]): Promise<void> {
  clock.now += 1_000;
  const readAt = new Date(clock.now).toISOString();
  await updateState(store, stateKeys.cluster(targetOf(cluster)), clusterOf(account, cluster).arn, (previous) =>
    nextState(previous, { findings, readAt, complete }),
  );
}

export const settingsOf = (slack: object = {}) =>
  Settings.parse({ slack: { channel: "C1", opsChannel: "C2", ...slack } }).slack as NonNullable<Settings["slack"]>;
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

export function telling(store: Store, slack: Slack, rest: Partial<Omit<Telling, "scope">> & { scope?: Partial<Scope> } = {}): Telling {
  return {
    report: { clusters: [], accounts: [] },
    reportKey: "runs/run-1/report.html",
    failures: [],
    coverage: new Set(["cluster-read-completely"]),
    store,
    slack,
    settings: settingsOf(),
    homeRegion: "eu-west-1",
    isPublished: false,
    now: () => new Date(clock.now),
    log: quiet,
    signal: new AbortController().signal,
    ...rest,
    scope: { runId: "run-1", accounts: [account], regions: "all", ...rest.scope },
  };
}
/** As a later run would, after whoever held a channel is gone. */
export const later = () => {
  clock.now += day;
};
