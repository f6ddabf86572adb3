import { SummarizeRequest } from "../core/model/request.ts";
import { summarizeRun, summaryOf } from "../core/summarize.ts";
import { entryPoint } from "./entry-point.ts";
import { deployedPorts } from "./ports.ts";

export const handler = entryPoint(SummarizeRequest, "RunCompleted", async (request, { readTimeoutMs }) =>
  summaryOf(await summarizeRun(request, await deployedPorts(readTimeoutMs))),
);
