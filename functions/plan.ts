import { PlanRequest } from "../core/model/request.ts";
import { planRun } from "../core/plan.ts";
import { deployedPorts } from "./clients.ts";
import { entryPoint } from "./entry-point.ts";
import { withOrganization } from "./organization.ts";

export const handler = entryPoint(PlanRequest, "RunStarted", async (request, { signal, readTimeoutMs }) =>
  planRun(request, withOrganization(await deployedPorts(readTimeoutMs)), signal),
);
