import type { Settings } from "../core/model/settings.ts";
import { createSlack, type Slack } from "../core/publish/slack/client.ts";
import { UsageError } from "./errors.ts";

/** Slack as the environment opens it, and the settings under which it is told. */
export interface SlackAccess {
  readonly slack: Slack;
  readonly settings: Settings;
}

/**
 * By the token of a bot where there is one, else by a webhook, which needs no settings as its channel is its own.
 *
 * @throws {UsageError} where something is missing
 * @throws {SlackSetUpError} for what is no token of a bot, or no URL of Slack's
 */
export function slackFor(settings: Settings, environment: Readonly<Record<string, string | undefined>>): SlackAccess {
  const api = environment.EKS_PERIMETER_SLACK_API ?? ""; // a stand-in on loopback, for tests and the demo
  const credential = environment.SLACK_BOT_TOKEN || environment.SLACK_WEBHOOK_URL || "";
  if (credential === "") {
    throw new UsageError("--slack needs SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL in the environment.", {
      hint: "Set one of them: the token of a bot with the scope chat:write, or the URL of an incoming webhook.",
    });
  }
  const slack = createSlack(credential, api === "" ? {} : { api });
  if (settings.slack !== undefined) return { slack, settings };
  if (slack.kind === "webhook") return { slack, settings: { ...settings, slack: { minSeverity: "high", channel: "webhook", routes: [] } } };
  throw new UsageError("--slack needs to know the channel, and the configuration has no slack.", {
    hint: "Write slack: { channel: C0123456789 } into the configuration.",
  });
}
