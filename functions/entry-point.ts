import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import { ParseError } from "@aws-lambda-powertools/parser";
import { parser } from "@aws-lambda-powertools/parser/middleware";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import type * as z from "zod";
import { type $ZodIssue, toDotPath } from "zod/v4/core";
import type { Figures } from "../core/figures.ts";
import { PerimeterError } from "../core/model/error.ts";
import type { Log } from "../core/ports.ts";
import { InternalError, InvalidRequestError } from "./errors.ts";

/** Kept back from the function's time: for judging, publishing and recording what was read. */
const reserveMs = 30_000;

export const logger = new Logger({ serviceName: "eks-perimeter" });
/** The log as the steps know it. */
export const log: Log = {
  info: (message, fields) => logger.info(message, fields ?? {}),
  warn: (message, fields) => logger.warn(message, fields ?? {}),
  error: (message, fields) => logger.error(message, fields ?? {}),
};
export const metrics = new Metrics({
  namespace: "EksPerimeter",
  serviceName: "eks-perimeter",
  defaultDimensions: { stage: process.env.EKS_PERIMETER_STAGE ?? "none" },
});
/** The figures of a step as metrics of its invocation. */
export function measure(figures: Figures): void {
  for (const [name, value] of Object.entries(figures)) {
    metrics.addMetric(name, name.endsWith("Hours") ? MetricUnit.NoUnit : MetricUnit.Count, value);
  }
}

/** How much time a step has. */
export interface Deadline {
  /** Ends the step shortly before the function would be ended. */
  readonly signal: AbortSignal;
  /** For reading, in milliseconds. */
  readonly readTimeoutMs: number;
}

/** What the lines of a log are searched by, as the inputs call it. */
const subject = ["runId", "account", "region", "cluster"];

/**
 * The one middleware stack of all steps: context and subject on every line of the log, metrics, the input checked by its schema, errors typed.
 *
 * @param counted the metric that counts each step that was done
 * @param step what the function does with a valid input
 */
export function entryPoint<S extends z.ZodType, Answer>(
  schema: S,
  counted: "RunStarted" | "AccountsDiscovered" | "ClustersScanned" | "RunCompleted" | "RescansAsked",
  step: (request: z.infer<S>, deadline: Deadline) => Promise<Answer>,
) {
  return middy()
    .use(injectLambdaContext(logger, { logEvent: false, clearState: true }))
    .use(logMetrics(metrics))
    .use({
      before: () => {
        metrics.addMetric(counted, MetricUnit.Count, 0); // so that a failed step is a zero and not a gap, also for a refused input
      },
      onError: (failed) => {
        failed.error = typed(failed.error); // not thrown: that would keep the metrics of the failed step from being written
      },
    })
    .use(parser({ schema }))
    .handler(async (request: z.infer<S>, context: Context, { signal }: { signal: AbortSignal }) => {
      logger.appendKeys(Object.fromEntries(Object.entries(request as object).filter(([key]) => subject.includes(key))));
      const answer = await step(request, { signal, readTimeoutMs: Math.max(1_000, context.getRemainingTimeInMillis() - reserveMs) });
      metrics.addMetric(counted, MetricUnit.Count, 1);
      return answer;
    });
}

/** A known error as it is; any other becomes one generic line and a log entry. */
function typed(error: unknown): Error {
  if (error instanceof ParseError) return new InvalidRequestError(problems(error.cause), { hint: "Correct the input.", cause: error });
  if (error instanceof PerimeterError) return error;
  logger.error("unexpected error", { error: error instanceof Error ? error : new Error(String(error)) });
  return new InternalError("The step broke; its log has the cause.", { hint: "Report it with the log entry.", cause: error });
}

function problems(cause: unknown): string {
  const issues = Array.isArray(cause) ? (cause as $ZodIssue[]) : []; // the parser hands on the issues of the schema
  return issues.map((issue) => `${toDotPath(issue.path) || "the input"}: ${issue.message}`).join("; ") || "The input is malformed.";
}
