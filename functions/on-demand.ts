import { LambdaClient } from "@aws-sdk/client-lambda";
import { startScan } from "../core/publish/start-scan.ts";
import type { RescanPorts } from "../core/rescan.ts";
import { common, required } from "./clients.ts";
import { log } from "./entry-point.ts";

/** Kept from one invocation to the next. */
const started = new Map<string, number>();

/**
 * The ports of `rescan`, which reads nothing and may invoke the function `scan` alone.
 *
 * @throws {MisconfiguredError}
 */
export function onDemandPorts(): RescanPorts {
  const client = new LambdaClient({ ...common, region: required("AWS_REGION") });
  const name = required("EKS_PERIMETER_SCAN_FUNCTION");
  return { startScan: (request, signal) => startScan(client, name, request, signal), started, now: () => new Date(), log };
}
