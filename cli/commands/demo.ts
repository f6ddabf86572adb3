import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { UsageError } from "../errors.ts";
import { type ExitCode, exit } from "../exit.ts";
import { interruptible } from "../interruption.ts";
import { prepareFolder } from "../output.ts";

const file = (path: string): string => fileURLToPath(new URL(`../../sandbox/${path}`, import.meta.url));

/** `demo`: the main job, whole, against the embedded sandbox. Nothing of the surroundings' set-up of AWS and Slack is used. */
export function demo({ out }: { readonly out: string }): Promise<ExitCode> {
  let report = "No report was written";
  const onReported = (): void => {
    report = "The report was written";
  };
  return interruptible(
    () => `${report}; the sandbox is gone, and nothing outside this computer was touched.`,
    () => run(out, onReported),
  );
}

async function run(out: string, onReported: () => void): Promise<ExitCode> {
  await prepareFolder(out);
  for (const name of Object.keys(process.env)) if (/^(?:AWS|SLACK)_/.test(name)) delete process.env[name];
  const sandbox = spawn(process.execPath, [file("main.ts"), file("estates/demo.yaml")], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    process.once("exit", () => sandbox.kill()); // also by a second Ctrl-C
    const { endpoint, credentials, slack } = await started(sandbox);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1",
      SLACK_BOT_TOKEN: slack.token,
      EKS_PERIMETER_SLACK_API: slack.api,
    });
    const state = join(out, "state");
    await rm(state, { recursive: true, force: true });
    const { scan } = await import("./scan.ts");
    await scan({
      cluster: [],
      region: ["all"],
      account: [],
      org: true,
      check: [],
      config: file("estates/demo.config.yaml"),
      json: false,
      out,
      publish: true,
      slack: true,
      failOn: "none",
      state,
      verbose: false,
      after: { next: ["Yours: npx eks-perimeter doctor, then npx eks-perimeter scan"], lines: 1 },
    });
    onReported();
    process.stdout.write(`Slack of the sandbox: ${await toldTo(slack.posted)}\n`);
    return exit.ok;
  } finally {
    sandbox.kill();
  }
}

interface Started {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly slack: { readonly api: string; readonly token: string; readonly posted: string };
}

interface Posted {
  readonly channel: { readonly name: string };
  readonly thread?: string;
}

/** What the sandbox's Slack holds, as its reader counts it. */
async function toldTo(posted: string): Promise<string> {
  const messages = (await (await fetch(posted)).json()) as readonly Posted[];
  const byChannel = Map.groupBy(messages, ({ channel }) => channel.name);
  const counts = [...byChannel]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => {
      const digests = all.filter(({ thread }) => thread === undefined).length;
      return `${digests} digest${digests === 1 ? "" : "s"} in #${name}`;
    });
  return counts.join(", ") || "no digest";
}

/** The first line that the sandbox prints says where it listens. */
async function started(sandbox: ReturnType<typeof spawn>): Promise<Started> {
  if (sandbox.stdout === null) throw new TypeError("The sandbox has no standard output.");
  const lines = createInterface({ input: sandbox.stdout });
  const line = await Promise.race([once(lines, "line"), once(sandbox, "exit").then(() => undefined)]);
  if (line === undefined) throw new UsageError("The sandbox did not start.", { hint: "Its own message stands above." });
  return JSON.parse(line[0] as string) as Started;
}
