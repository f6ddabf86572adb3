import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { ScanRequest } from "../model/request.ts";

/**
 * Hands the request to the function `scan` and does not wait for the scan. It is a run of its own, as one that is invoked by hand.
 *
 * @param name of the function, or its ARN
 */
export async function startScan(client: LambdaClient, name: string, request: ScanRequest, signal: AbortSignal): Promise<void> {
  const command = new InvokeCommand({ FunctionName: name, InvocationType: "Event", Payload: JSON.stringify(request) });
  await client.send(command, { abortSignal: signal });
}
