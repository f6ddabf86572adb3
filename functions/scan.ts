import { ScanRequest } from "../core/model/request.ts";
import { scanCluster } from "../core/scan.ts";
import { entryPoint } from "./entry-point.ts";
import { deployedPorts } from "./ports.ts";

export const handler = entryPoint(ScanRequest, "ClustersScanned", async (request, { signal, readTimeoutMs }) =>
  scanCluster(request, await deployedPorts(readTimeoutMs), signal),
);
