/** Runs the sandbox as its own process: `main.ts ESTATE.yaml` prints one line of JSON with endpoint, credentials and Slack, and ends on SIGTERM or SIGINT. */
import { SandboxError, SandboxUsageError } from "./errors.ts";
import { loadEstate } from "./estate.ts";
import { startSandbox } from "./start.ts";

async function run([path, ...rest]: readonly string[]): Promise<void> {
  if (path === undefined || rest.length > 0) throw new SandboxUsageError("usage: sandbox/main.ts ESTATE.yaml");
  const sandbox = await startSandbox(await loadEstate(path));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void sandbox.close());
  const { endpoint, credentials, slack } = sandbox;
  const workspace = slack && { api: slack.api, token: slack.token, webhook: slack.webhook, posted: slack.posted };
  process.stdout.write(`${JSON.stringify({ endpoint, credentials, slack: workspace })}\n`);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SandboxError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
