import { randomUUID } from "node:crypto";
import { checks as catalogue } from "./checks/index.ts";
import { UnknownCheckError } from "./errors.ts";
import type { AnyCheck } from "./model/check.ts";
import type { PlanRequest } from "./model/request.ts";
import type { PlanPorts } from "./ports.ts";
import { keys, type RunRecord, writeRecord } from "./run-record.ts";

/**
 * Settles the scope of a run: which accounts, Regions, clusters and checks; the rest of the workflow reads it from the
 * run store.
 *
 * @throws {UnknownCheckError} before anything is read
 */
export async function planRun(
  request: PlanRequest,
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<{ readonly runId: string; readonly accounts: readonly string[] }> {
  const startedAt = ports.now().toISOString();
  selectChecks(request.checks);
  const excluded = new Set(ports.settings.accounts.exclude);
  const accounts = request.accounts ?? (await ports.listAccounts(signal)).filter((account) => !excluded.has(account));
  const record: RunRecord = {
    id: request.runId ?? newRunId(startedAt),
    startedAt,
    accounts,
    regions: request.regions ?? ports.settings.regions,
    ...(request.clusters === undefined ? {} : { clusters: request.clusters }),
    ...(request.checks === undefined ? {} : { checks: request.checks }),
  };
  await writeRecord(ports.store, keys.run(record.id), record);
  ports.log.info("planned", { runId: record.id, accounts: accounts.length });
  return { runId: record.id, accounts };
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
      hint: "`eks-perimeter checks list` names them all.",
    });
  }
  return catalogue.filter(({ id }) => ids.includes(id));
}
