/** The sandbox's Slack without a socket between. */
import { createSlack, type Slack } from "../../core/publish/slack/client.ts";
import { answerTo } from "../../sandbox/slack/answer.ts";
import { type Channel, createWorkspace } from "../../sandbox/slack/workspace.ts";
import type { Around } from "./hub-in-process.ts";

const token = "xoxb-in-process";

export function slackInProcess(channels: readonly Channel[], now: () => Date) {
  const workspace = createWorkspace(channels, now);
  return {
    workspace,
    /** As one process knows it. */
    client: (around: Around): Slack =>
      createSlack(token, {
        manner: { rate: { perSecond: 1_000_000, burst: 1_000_000 }, retries: 1, firstMs: 0, timeoutMs: 60_000 },
        fetch: (url, init) =>
          around(async () => {
            const authorization = new Headers(init.headers).get("authorization") ?? undefined;
            const answer = answerTo(workspace, { token, hook: "" }, { path: new URL(url).pathname, authorization, body: init.body });
            if (answer === "lost")
              throw new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) });
            return new Response(answer.body, answer);
          }),
      }),
  };
}
