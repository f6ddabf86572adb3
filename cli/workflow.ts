import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { StateMachine } from "aws-local-stepfunctions";
import { discoverClusters } from "../core/discover.ts";
import { DiscoverRequest, PlanRequest, ScanRequest, SummarizeRequest } from "../core/model/request.ts";
import { type Planned, planRun } from "../core/plan.ts";
import type { PlanPorts } from "../core/ports.ts";
import type { Report } from "../core/report/report.ts";
import { scanCluster } from "../core/scan.ts";
import { summarizeRun, summaryOf } from "../core/summarize.ts";
import type { Progress } from "./progress.ts";

const definitionFile = new URL("../infra/workflow.asl.json", import.meta.url);

/** Runs the deployed workflow definition in this process, its functions replaced by the steps themselves. */
export async function runLocally(request: PlanRequest, ports: PlanPorts, progress: Progress, signal: AbortSignal): Promise<Report> {
  const machine = new StateMachine(JSON.parse(await readFile(definitionFile, "utf8")));
  let report: Report | undefined;
  let failure: unknown;
  const steps: Record<string, (input: unknown) => Promise<unknown>> = {
    Plan: async (input) => {
      const planned = await planRun(PlanRequest.parse(input), ports, signal);
      progress.accounts(planned.accounts.length);
      return planned;
    },
    Discover: async (input) => {
      const found = await discoverClusters(DiscoverRequest.parse(input), ports, signal);
      progress.found(found.clusters.length);
      progress.looked();
      return found;
    },
    Scan: async (input) => {
      const answer = await scanCluster(ScanRequest.parse(input), ports, signal);
      progress.scanned();
      return answer;
    },
    Summarize: async (input) => {
      report = await summarizeRun(SummarizeRequest.parse(input), ports, signal);
      return summaryOf(report);
    },
  };
  const handlers = Object.fromEntries(
    Object.entries(steps).map(([state, step]) => [
      state,
      async (input: unknown) => {
        signal.throwIfAborted(); // the interpreter starts queued items even after an abort
        try {
          return JSON.parse(JSON.stringify(await step(input))); // as the service would: nothing but JSON passes
        } catch (error) {
          ports.log.error("a step failed", { step: state, error });
          failure = error;
          throw error;
        }
      },
    ]),
  );
  const execution = machine.run(JSON.parse(JSON.stringify(request)), {
    overrides: { taskResourceLocalHandlers: handlers },
    context: { Execution: { Name: randomUUID() } },
  });
  let answer: unknown;
  try {
    answer = await execution.result;
  } catch (error) {
    throw failure ?? error;
  }
  // A run without accounts ends before its summary; here someone waits for the report.
  return report ?? summarizeRun(SummarizeRequest.parse({ runId: (answer as Planned).runId }), ports, signal);
}
