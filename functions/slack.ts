import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Ports } from "../core/ports.ts";
import { createSlack } from "../core/publish/slack/client.ts";
import { common } from "./clients.ts";
import { MisconfiguredError } from "./errors.ts";

/** The ports of `summarize`, which alone posts to Slack: its token or webhook is read when it is needed, and kept nowhere. */
export function withSlack(ports: Ports): Ports {
  const name = process.env.EKS_PERIMETER_SLACK_PARAMETER ?? "";
  if (name === "") return ports;
  return { ...ports, slack: async (signal) => createSlack(await parameter(name, ports.homeRegion, signal), slackOptions()) };
}

async function parameter(Name: string, region: string, abortSignal: AbortSignal): Promise<string> {
  const ssm = new SSMClient({ ...common, maxAttempts: 3, region });
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }), { abortSignal });
  const value = Parameter?.Value?.trim() ?? "";
  if (value !== "") return value;
  throw new MisconfiguredError(`The parameter ${Name} is empty.`, { hint: "Put the token of the bot or the URL of the webhook into it." });
}

/** A stand-in of Slack on loopback may take its place, for tests and the demo; nothing else can. */
export const slackOptions = (): { readonly api?: string } => {
  const api = process.env.EKS_PERIMETER_SLACK_API ?? "";
  return api === "" ? {} : { api };
};
