import { spawn } from "node:child_process";
import { once } from "node:events";
import { MissingToolError } from "./missing.ts";

/**
 * The folder that a build script prints: one of the user's cache, into which it builds if that was never done. What it says
 * beside that goes to stderr.
 */
export async function built(script: string): Promise<string> {
  const child = spawn("bash", [script], { stdio: ["ignore", "pipe", "pipe"] });
  let folder = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    folder += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(-4096);
    process.stderr.write(chunk);
  });
  const [code] = await once(child, "close");
  const nothingToBuildWith = 3;
  if (code === nothingToBuildWith) throw new MissingToolError(said.trim());
  if (code !== 0) throw new Error(`${script} could not build:\n${said}`);
  return folder.trim();
}
