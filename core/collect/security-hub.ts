import { DescribeHubCommand, type SecurityHubClient } from "@aws-sdk/client-securityhub";
import * as z from "zod";
import { answerOf } from "./answer.ts";

const Hub = z.object({ HubArn: z.string() });

/** What an account that is not subscribed is answered. */
const off = new Set(["InvalidAccessException", "ResourceNotFoundException"]);

/**
 * Whether Security Hub CSPM is on in the client's account and Region.
 *
 * @throws the SDK's other errors
 */
export async function isSecurityHubOn(client: SecurityHubClient, signal: AbortSignal): Promise<boolean> {
  try {
    await answerOf(Hub, client.send(new DescribeHubCommand({}), { abortSignal: signal }), signal);
    return true;
  } catch (error) {
    if (error instanceof Error && off.has(error.name)) return false;
    throw error;
  }
}
