/** `scan --slack` against the sandbox's AWS and Slack. */
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { Sandbox } from "../../sandbox/start.ts";
import { home, hub, member, started } from "../sandbox/support.ts";
import { type Ended, run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // each case starts processes

const organization = () =>
  started({
    accounts: [{ id: hub }, { id: member, regions: { [home]: { clusters: [{ name: "prod", endpoint: { private: true } }] } } }],
    slack: { channels: [{ id: "C0SECURITY", name: "security" }] },
  });
const slackOf = ({ slack }: Sandbox) => slack ?? expect.fail("The sandbox has no Slack.");

async function scan(sandbox: Sandbox, env: Readonly<Record<string, string>>, config?: string, state?: string): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), "slack-"));
  const file = join(folder, "config.yaml");
  if (config !== undefined) await writeFile(file, config);
  const args = ["scan", "--account", member, "--check", "endpoint-not-open-to-internet", "--slack", "--state", state ?? folder];
  return run([...args, ...(config === undefined ? [] : ["--config", file])], sandbox, env);
}

describe("refused before anything is read", () => {
  it.each<[string, (sandbox: Sandbox) => Readonly<Record<string, string>>, string | undefined, string]>([
    ["neither token nor webhook", () => ({}), "slack: { channel: C0SECURITY }", "--slack needs SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL"],
    ["a bot without a channel", (sandbox) => ({ SLACK_BOT_TOKEN: slackOf(sandbox).token }), undefined, "--slack needs to know the channel"],
    [
      "the token of a person",
      () => ({ SLACK_BOT_TOKEN: "xoxp-secret" }),
      "slack: { channel: C0SECURITY }",
      "neither the token of a bot nor",
    ],
    ["a webhook elsewhere", () => ({ SLACK_WEBHOOK_URL: "https://evil.example/secret" }), undefined, "is not at hooks.slack.com"],
  ])("%s", async (_what, env, config, message) => {
    const sandbox = await organization();
    const { code, stderr } = await scan(sandbox, env(sandbox), config);
    expect([code, stderr, sandbox.requests().length]).toEqual([2, expect.stringContaining(message), 0]);
    expect(stderr).not.toContain("secret");
  });
});

it("a bot tells the channel of the configuration once; neither token nor webhook is left in the state", async () => {
  const sandbox = await organization();
  const state = await mkdtemp(join(tmpdir(), "state-"));
  const env = { SLACK_BOT_TOKEN: slackOf(sandbox).token, EKS_PERIMETER_SLACK_API: slackOf(sandbox).api };
  for (let time = 0; time < 2; time++) expect((await scan(sandbox, env, "slack: { channel: C0SECURITY }", state)).code).toBe(1);
  expect(slackOf(sandbox).messages()).toMatchObject([{ channel: { name: "security" }, by: "bot" }]);
  const files = await readdir(state, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(files.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name), "utf8")));
  expect(texts.length).toBeGreaterThan(3);
  expect(texts.filter((text) => text.includes(slackOf(sandbox).token))).toEqual([]);
});

it("a webhook needs no configuration", async () => {
  const sandbox = await organization();
  expect((await scan(sandbox, { SLACK_WEBHOOK_URL: slackOf(sandbox).webhook })).code).toBe(1);
  expect(slackOf(sandbox).messages()).toMatchObject([{ by: "webhook", text: expect.stringContaining("EKS perimeter") }]);
});

it("a scan is not undone by a Slack that refuses: it says so, and its exit code is the report's", async () => {
  const sandbox = await organization();
  const env = { SLACK_BOT_TOKEN: slackOf(sandbox).token, EKS_PERIMETER_SLACK_API: slackOf(sandbox).api };
  const { code, stderr } = await scan(sandbox, env, "slack: { channel: C0NOBODY }");
  expect([code, stderr]).toEqual([1, expect.stringMatching(/warning: Slack was not told .*channel_not_found/)]);
  expect(stderr).not.toContain(slackOf(sandbox).token);
});
