import { execFile } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { endOf } from "../../cli/end.ts";
import { writing } from "../../cli/writing.ts";
import { plainText } from "../../core/report/plain-text.ts";
import type { FaultInput } from "../../sandbox/faults.ts";
import { member, started } from "../sandbox/support.ts";
import { run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // each case starts processes

const refusedBySts = (code: string, status: number, of = 10) =>
  ({ kind: "error", service: "sts", operation: "GetCallerIdentity", code, status, times: of }) satisfies FaultInput;

describe("2: nobody knows who asks, and the line says what to do", () => {
  it.each<[string, FaultInput, string]>([
    ["a session that has expired", refusedBySts("ExpiredToken", 403), "(ExpiredToken). The session has expired: log in again"],
    ["an access key that is off", refusedBySts("InvalidClientTokenId", 403), "The access key is not known, or off"],
    [
      "a secret that is not the key's",
      refusedBySts("SignatureDoesNotMatch", 403),
      "Check the secret access key, and this computer's clock.",
    ],
    ["throttling", refusedBySts("Throttling", 400), "was throttled again and again (Throttling). Wait a minute and try again."],
  ])("%s", async (_what, fault, hint) => {
    const sandbox = await started();
    sandbox.faults.add([fault]);
    const { code, stdout, stderr } = await run(["scan"], sandbox);
    expect([code, stdout, stderr.trim().split("\n").length]).toEqual([2, "", 1]);
    expect(stderr).toContain(hint);
  });

  it("an endpoint that refuses connections", async () => {
    const { code, stderr } = await run(["doctor"], undefined, {
      AWS_ENDPOINT_URL: "http://127.0.0.1:9",
      AWS_ACCESS_KEY_ID: "AKIAXXXXXXXXXXXXXXXX",
      AWS_SECRET_ACCESS_KEY: "x",
    });
    expect([code, stderr.trim().split("\n").length]).toEqual([2, 1]);
    expect(stderr).toContain("refused the connection (ECONNREFUSED). Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL");
  });

  it("a sign-in of IAM Identity Center that has ended, and a profile that is not there", async () => {
    const home = await mkdtemp(join(tmpdir(), "home-"));
    const config = join(home, "config");
    await mkdir(join(home, ".aws/sso/cache"), { recursive: true });
    const session = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
    const profile = "[profile work]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Reader\n";
    await writeFile(config, session + profile);
    const scan = (AWS_PROFILE: string) => run(["scan"], undefined, { HOME: home, AWS_CONFIG_FILE: config, AWS_PROFILE });
    expect(await scan("work")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("run `aws sso login --profile work` and try again."),
    });
    expect(await scan("wrok")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Log in to the profile wrok, or set AWS_PROFILE to one that `aws configure list-profiles` names."),
    });
  });

  it("no Region", async () => {
    const { code, stderr } = await run(["scan"], await started(), { AWS_REGION: "" });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: No Region is configured\. Name one with --region, set AWS_REGION,.*\n$/),
    ]);
  });
});

describe("places that can't be written to", () => {
  it("2: --out below a file, before anything is read", async () => {
    const sandbox = await started();
    const { code, stdout, stderr } = await run(["scan", "--out", "/dev/null/out"], sandbox);
    expect([code, stdout, sandbox.requests().length]).toEqual([2, "", 0]);
    expect(stderr).toBe("error: /dev/null/out can't be written to (ENOTDIR). Name another folder with --out.\n");
  });

  it("2: --state below a file", async () => {
    const { code, stderr } = await run(["scan", "--state", "/dev/null/state"], await started());
    expect([code, stderr]).toEqual([2, expect.stringContaining("Name another folder with --state.")]);
  });

  const shell = (command: string): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const line = `set -o pipefail; ${command.replaceAll("eks-perimeter", `"${process.execPath}" cli/main.ts`)}`;
      execFile("bash", ["-c", line], (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
      );
    });

  it.runIf(process.platform === "linux")("74: a disk that is full, with one line", async () => {
    const { code, stderr } = await shell("eks-perimeter checks list --json > /dev/full");
    expect([code, stderr]).toEqual([
      74,
      "error: The output can't be written (ENOSPC). The disk is full: make room, then repeat the command.\n",
    ]);
  });

  it("0: a reader that has read enough is no error", async () => {
    expect(await shell("eks-perimeter checks list --json | head -c 1")).toEqual({ code: 0, stdout: "[", stderr: "" });
  });
});

it("70: a fault of the program is no verdict, says so, and shows where it happened, as harmless text", () => {
  const { code, text } = endOf(new TypeError("no \u001b[2Jsuch\u202e thing"));
  expect([code, text]).toEqual([
    70,
    expect.stringMatching(/broke, and judged nothing\. Please report this[\s\S]*TypeError: no such\uFFFD thing\n.*ends\.test\.ts/),
  ]);
});

it("74: what the operating system refuses to write is one line that names the place", async () => {
  const refused = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
  const error = await writing("out", () => Promise.reject(refused)).catch((thrown: unknown) => thrown);
  expect(endOf(error)).toEqual({ code: 74, text: "out can't be written (ENOSPC). The disk is full: make room, then repeat the command." });
  expect(endOf(refused).code).toBe(74);
  const bug = new TypeError("x is undefined");
  await expect(writing("out", () => Promise.reject(bug))).rejects.toBe(bug);
});

it("74: what can't be saved keeps nobody from the answer", async () => {
  const { code, stdout, stderr } = await run(["scan", "--account", member, "--save-evidence", "/dev/null/evidence"], await started());
  expect([code, stderr]).toEqual([
    74,
    "error: /dev/null/evidence can't be written (ENOTDIR). A part of the path is a file: choose another place.\n",
  ]);
  expect(stdout).toContain("1 cluster in 1 account scanned");
});

it("74: what the operating system says of a file is one line", () => {
  const error = Object.assign(new Error("ENOSPC: no space left on device"), {
    code: "ENOSPC",
    syscall: "write",
    path: "out/\u001b[31mreport.html",
  });
  expect(endOf(error)).toEqual({
    code: 74,
    text: "out/report.html can't be used (ENOSPC): The disk is full: make room, then repeat the command.",
  });
  expect(plainText(endOf(error).text)).toBe(endOf(error).text);
});

it.each([[[]], [["scan"]], [["checks", "explain"]]])("0: -h is --help, after %j", async (command) => {
  const short = await run([...command, "-h"]);
  expect(short).toEqual(await run([...command, "--help"]));
  expect([short.code, short.stdout]).toEqual([0, expect.stringContaining("Usage: eks-perimeter")]);
});

describe("--help says what the exit code means", () => {
  it.each([
    ["scan", [0, 1, 2, 3, 70, 74, 130]],
    ["evaluate", [0, 1, 2, 3, 70, 74, 130]],
    ["connectivity", [0, 2, 70, 74, 130]],
  ])("%s", async (command, codes) => {
    const { code, stdout } = await run([command, "--help"]);
    expect(code).toBe(0);
    const [, after = ""] = stdout.split("Exit codes:\n");
    expect([...after.matchAll(/^ {2}(\d+) /gm)].map(([, number]) => Number(number)).sort((a, b) => a - b)).toEqual(codes);
    expect(Math.max(...after.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
