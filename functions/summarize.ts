import { SummarizeRequest } from "../core/model/request.ts";
import { summarizeRun, summaryOf } from "../core/summarize.ts";
import { entryPoint } from "./entry-point.ts";
import { deployedPorts } from "./ports.ts";
import { withSlack } from "./slack.ts";

export const handler = entryPoint(SummarizeRequest, "RunCompleted", async (request, { signal, readTimeoutMs }) =>
  summaryOf(await summarizeRun(request, withSlack(await deployedPorts(readTimeoutMs)), signal)),
);
