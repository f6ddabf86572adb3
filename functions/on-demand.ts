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
  const region = required("AWS_REGION");
  const client = new LambdaClient({ ...common, region });
  const arn = required("EKS_PERIMETER_SCAN_FUNCTION");
  const hub = { account: arn.split(":")[4] ?? "", region }; // both functions are of one account
  return { startScan: (request, signal) => startScan(client, arn, request, signal), hub, started, now: () => new Date(), log };
}
