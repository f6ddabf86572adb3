import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eksPerimeter } from "./bed/command-line.ts";
import { type Door, startDoor } from "./bed/door.ts";
import { bedEnvironment } from "./bed/environment.ts";

const noKeys = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };

interface BadInput {
  readonly what: string;
  readonly args: readonly string[];
  /** What the one line must name. */
  readonly named: RegExp;
  readonly env?: Readonly<Record<string, string | undefined>>;
}
const cases: readonly BadInput[] = [
  { what: "an unknown option", args: ["scan", "--regoin", "eu-west-1"], named: /--regoin.*--region/ },
  { what: "an unknown command", args: ["scna"], named: /scna.*scan/ },
  { what: "an option without its value", args: ["scan", "--region"], named: /--region/ },
  { what: "an unknown check id", args: ["scan", "--check", "endpoint-is-fine"], named: /endpoint-is-fine/ },
  { what: "an account id of 11 digits", args: ["scan", "--account", "12345678901"], named: /12345678901/ },
  { what: "an account id of letters", args: ["scan", "--account", "production"], named: /production/ },
  { what: "a Region that can be none", args: ["scan", "--region", "eu west"], named: /eu west/ },
  { what: "an unknown severity", args: ["scan", "--fail-on", "sever"], named: /sever/ },
  { what: "scopes that exclude each other", args: ["scan", "--org", "--account", "123456789012"], named: /--org.*--account/ },
  { what: "a configuration that is not there", args: ["scan", "--config", "nowhere.yaml"], named: /nowhere\.yaml/ },
  { what: "a configuration that is no YAML", args: ["scan", "--config", "{config}/broken.yaml"], named: /broken\.yaml/ },
  { what: "a configuration with an unknown key", args: ["scan", "--config", "{config}/unknown-key.yaml"], named: /trustedCidr\b/ },
  { what: "a configuration with no such range", args: ["scan", "--config", "{config}/range.yaml"], named: /trustedCidrs.*300\.0\.0\.0/ },
  { what: "a configuration that names no check", args: ["scan", "--config", "{config}/check.yaml"], named: /endpoint-is-fine/ },
  { what: "no credentials", args: ["scan"], named: /credentials/i, env: noKeys },
  { what: "a profile that does not exist", args: ["scan"], named: /credentials|profile/i, env: { ...noKeys, AWS_PROFILE: "nowhere" } },
  { what: "evidence that is not there", args: ["evaluate", "nowhere.json"], named: /nowhere\.json/ },
  { what: "a check that nobody knows", args: ["checks", "explain", "endpoint-is-fine"], named: /endpoint-is-fine/ },
];

const configurations = {
  "broken.yaml": "trustedCidrs: [8.8.8.0/24\n",
  "unknown-key.yaml": "trustedCidr: [8.8.8.0/24]\n",
  "range.yaml": "trustedCidrs: [300.0.0.0/8]\n",
  "check.yaml": "severity: { endpoint-is-fine: low }\n",
};

describe("bad input: one clear line, exit 2, and nothing is asked of AWS", () => {
  let door: Door;
  let folder: string;
  beforeAll(async () => {
    door = await startDoor({ upstream: "http://127.0.0.1:9", answer: () => ({ status: 500, body: "" }) });
    folder = await mkdtemp(path.join(tmpdir(), "eks-perimeter-config-"));
    await Promise.all(Object.entries(configurations).map(([name, text]) => writeFile(path.join(folder, name), text)));
  });
  afterAll(() => door?.stop());

  it.each(cases)("$what", async ({ args, named, env = {} }) => {
    const before = door.heard.length;
    const given = args.map((arg) => arg.replace("{config}", folder));
    const { exitCode, stdout, stderr } = await eksPerimeter(given, bedEnvironment({ AWS_ENDPOINT_URL: door.url, ...env }));
    expect({ exitCode, stdout, lines: stderr.trimEnd().split("\n").length, asked: door.heard.slice(before) }, stderr).toEqual({
      exitCode: 2,
      stdout: "",
      lines: 1,
      asked: [],
    });
    expect(stderr).toMatch(named);
  });
});
