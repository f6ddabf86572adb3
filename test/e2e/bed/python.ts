import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./cache.ts";
import { MissingToolError } from "./missing.ts";

const run = promisify(execFile);
const requirement = { major: 3, minor: 11 };

/**
 * The `bin` folder of a virtual environment that holds exactly the packages of a requirements file. Made once and kept
 * in the user's cache, keyed by the file's content and the interpreter.
 */
export async function pythonEnvironment(name: string, requirementsFile: string): Promise<string> {
  const python = process.env.PYTHON ?? "python3";
  const asked = await run(python, [
    "-c",
    "import ensurepip, sys, venv; print(sys.version, sys.prefix); print(*sys.version_info[:2])",
  ]).catch((cause: unknown) => {
    throw new MissingToolError(`${name} needs ${python} with the venv module`, { cause });
  });
  const [interpreter = "", version = ""] = asked.stdout.trimEnd().split(/\n(?=[^\n]*$)/);
  const [major = 0, minor = 0] = version.split(" ").map(Number);
  if (major !== requirement.major || minor < requirement.minor) {
    throw new MissingToolError(
      `${name} needs Python ${requirement.major}.${requirement.minor} or newer; ${python} is ${version.replace(" ", ".")}`,
    );
  }
  const key = createHash("sha256").update(readFileSync(requirementsFile)).update(interpreter).digest("hex").slice(0, 16);
  const folder = cacheFolder(`python-${name}-${key}`);
  // Written last, so that an interrupted install is made again. A virtual environment cannot be moved: its scripts name their own folder.
  const complete = path.join(folder, "complete");
  const bin = path.join(folder, "bin");
  if (existsSync(complete)) return bin;
  process.stderr.write(`installing ${name}, once, into ${folder}\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  await run(python, ["-m", "venv", folder]);
  const options = { maxBuffer: 64 * 1024 * 1024 };
  await run(path.join(bin, "python"), ["-m", "pip", "install", "--quiet", "--no-deps", "--requirement", requirementsFile], options);
  await run(path.join(bin, "python"), ["-m", "pip", "check"], options);
  await run(path.join(bin, "python"), ["-c", `open(${JSON.stringify(`${complete}.new`)}, "w").close()`]);
  renameSync(`${complete}.new`, complete);
  return bin;
}
