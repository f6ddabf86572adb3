import { randomUUID } from "node:crypto";
import { checks as catalogue } from "./checks/index.ts";
import { UnknownCheckError } from "./errors.ts";
import type { AnyCheck } from "./model/check.ts";
import type { PlanRequest } from "./model/request.ts";
import type { PlanPorts } from "./ports.ts";
import { ConditionFailedError } from "./publish/errors.ts";
import { type Holder, releaseLock, takeLock } from "./run-lock.ts";
import { keys, type RunRecord, readRun } from "./run-record.ts";

/**
 * Settles the scope of a run: which accounts, Regions, clusters and checks; the rest of the workflow reads it from the
 * run store. Where runs must not overlap, a run that finds another in progress, and a second start of a run, have no accounts.
 *
 * @throws {UnknownCheckError} before anything is read
 */
export async function planRun(request: PlanRequest, ports: PlanPorts, signal: AbortSignal): Promise<Planned> {
  const startedAt = ports.now().toISOString();
  selectChecks(request.checks);
  const holder = { runId: request.runId ?? newRunId(startedAt), ...request.startedBy };
  const other = ports.lockMs === undefined ? undefined : await takeLock(ports.store, holder, ports.now(), ports.lockMs);
  if (other !== undefined) {
    ports.log.warn("not planned, as a run is in progress", { ...holder, inProgress: other.runId, until: other.until });
    ports.measure?.({ RunsSkipped: 1 });
    return { runId: holder.runId, accounts: [] };
  }
  try {
    const planned = await settle(holder, startedAt, request, ports, signal);
    if (planned.accounts.length === 0) await releaseLock(ports.store, holder.runId, ports.now()); // nobody else would
    return planned;
  } catch (error) {
    await releaseLock(ports.store, holder.runId, ports.now());
    throw error;
  }
}

/** What `plan` answers. */
export interface Planned {
  readonly runId: string;
  readonly accounts: readonly string[];
}

async function settle(holder: Holder, startedAt: string, request: PlanRequest, ports: PlanPorts, signal: AbortSignal): Promise<Planned> {
  const excluded = new Set(ports.settings.accounts.exclude);
  const accounts = request.accounts ?? (await ports.listAccounts(signal)).filter((account) => !excluded.has(account));
  const record: RunRecord = {
    id: holder.runId,
    ...(request.startedBy === undefined ? {} : { startedBy: request.startedBy }),
    startedAt,
    accounts,
    regions: request.regions ?? ports.settings.regions,
    ...(request.clusters === undefined ? {} : { clusters: request.clusters }),
    ...(request.checks === undefined ? {} : { checks: request.checks }),
  };
  const before = await claim(record, ports);
  if (before === undefined) {
    ports.measure?.({ AccountsPlanned: accounts.length });
    ports.log.info("planned", { ...holder, accounts: accounts.length });
    return { runId: record.id, accounts };
  }
  if (before.startedBy?.execution === holder.execution) {
    ports.log.info("planned before", { ...holder, accounts: before.accounts.length });
    return { runId: record.id, accounts: before.accounts };
  }
  ports.log.warn("not planned, as the run was started before", { ...holder, startedBefore: before.startedBy?.execution });
  ports.measure?.({ RunsSkipped: 1 });
  return { runId: record.id, accounts: [] };
}

/** Writes the run, unless it is there already: then that one is answered. */
async function claim(record: RunRecord, { store }: PlanPorts): Promise<RunRecord | undefined> {
  try {
    await store.put(keys.run(record.id), JSON.stringify(record), { absent: true });
    return undefined;
  } catch (error) {
    if (error instanceof ConditionFailedError) return readRun(store, record.id);
    throw error;
  }
}

/** Sorts by time, and differs for two runs that begin at once. */
export const newRunId = (startedAt: string): string => `${startedAt.replaceAll(/[:.]/g, "-")}-${randomUUID().slice(0, 8)}`;

/**
 * The checks with these ids, all where none are named, in the order of the catalogue.
 *
 * @throws {UnknownCheckError}
 */
export function selectChecks(ids: readonly string[] | undefined): readonly AnyCheck[] {
  if (ids === undefined) return catalogue;
  const unknownId = ids.find((id) => !catalogue.some((check) => check.id === id));
  if (unknownId !== undefined) {
    throw new UnknownCheckError(`No check has the id ${JSON.stringify(unknownId)}.`, {
      hint: "`npx eks-perimeter checks list` names them all.",
    });
  }
  return catalogue.filter(({ id }) => ids.includes(id));
}
