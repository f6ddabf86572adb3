import { PerimeterError } from "../../model/error.ts";

/**
 * Slack refused, or did not answer. The code is Slack's own, such as channel_not_found, or says what came instead: http_502, timeout,
 * ECONNREFUSED. Neither message nor cause ever holds the token or the URL of the webhook.
 */
export class SlackError extends PerimeterError {
  override readonly name = "SlackError";
  readonly code: string;
  /** Nothing was posted for certain; otherwise it may have been, and the answer got lost. */
  readonly isRefusal: boolean;
  /** For how many milliseconds Slack wants to be left alone. */
  readonly retryAfterMs: number | undefined;
  constructor(code: string, { isRefusal, retryAfterMs }: { readonly isRefusal: boolean; readonly retryAfterMs?: number }) {
    super(`Slack did not take the message: ${code}.`, {
      hint: hints[code] ?? "Slack's documentation of chat.postMessage explains the code.",
    });
    this.code = code;
    this.isRefusal = isRefusal;
    this.retryAfterMs = retryAfterMs;
  }
}

const wrongToken = "Give a token of a bot, xoxb-…, that is installed in the workspace and has the scope chat:write.";
const passing = "The next run tells what this one could not.";
const hints: Readonly<Record<string, string>> = {
  channel_not_found: "Correct the channel in the configuration; a private one has to invite the bot.",
  not_in_channel: "Invite the bot into the channel, or give it the scope chat:write.public.",
  is_archived: "Name another channel in the configuration.",
  channel_is_archived: "Make the webhook anew, for another channel.",
  invalid_auth: wrongToken,
  not_authed: wrongToken,
  account_inactive: wrongToken,
  token_revoked: wrongToken,
  token_expired: wrongToken,
  missing_scope: wrongToken,
  no_service: "The webhook was removed: make it anew.",
  ratelimited: passing,
  timeout: passing,
  aborted: passing,
};

/** Where Slack is to be reached, or what it is to be reached with, makes no sense. */
export class SlackSetUpError extends PerimeterError {
  override readonly name = "SlackSetUpError";
}
