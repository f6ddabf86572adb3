import { RescanRequest } from "../core/model/request.ts";
import { rescanClusters } from "../core/rescan.ts";
import { entryPoint } from "./entry-point.ts";
import { onDemandPorts } from "./on-demand.ts";

export const handler = entryPoint(RescanRequest, "RescansAsked", (request, { signal }) => rescanClusters(request, onDemandPorts(), signal));
