import { discoverClusters } from "../core/discover.ts";
import { DiscoverRequest } from "../core/model/request.ts";
import { entryPoint } from "./entry-point.ts";
import { deployedPorts } from "./ports.ts";

export const handler = entryPoint(DiscoverRequest, "AccountsDiscovered", async (request, { signal, readTimeoutMs }) =>
  discoverClusters(request, await deployedPorts(readTimeoutMs), signal),
);
