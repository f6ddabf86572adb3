/** Runs the sandbox as its own process: `main.ts ESTATE.yaml` prints one line of JSON with endpoint and credentials, and ends on SIGTERM or SIGINT. */
import { SandboxError, SandboxUsageError } from "./errors.ts";
import { loadEstate } from "./estate.ts";
import { startSandbox } from "./start.ts";

async function run([path, ...rest]: readonly string[]): Promise<void> {
  if (path === undefined || rest.length > 0) throw new SandboxUsageError("usage: sandbox/main.ts ESTATE.yaml");
  const sandbox = await startSandbox(await loadEstate(path));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void sandbox.close());
  process.stdout.write(`${JSON.stringify({ endpoint: sandbox.endpoint, credentials: sandbox.credentials })}\n`);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SandboxError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
