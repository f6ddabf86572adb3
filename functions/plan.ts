import { PlanRequest } from "../core/model/request.ts";
import { planRun } from "../core/plan.ts";
import { entryPoint } from "./entry-point.ts";
import { withOrganization } from "./organization.ts";
import { deployedPorts } from "./ports.ts";

/** A little longer than the workflow may take: a run that was aborted holds the next one back for no longer than this. */
export const lockMs = 7_500_000;

export const handler = entryPoint(PlanRequest, "RunStarted", async (request, { signal, readTimeoutMs }) =>
  planRun(request, { ...withOrganization(await deployedPorts(readTimeoutMs)), lockMs }, signal),
);
