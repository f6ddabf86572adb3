import { STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { RoleNotAssumedError } from "../../core/collect/errors.ts";
import { reasonOf } from "../../core/collect/reason.ts";
import { assumedCredentials, validSessionName } from "../../core/collect/role.ts";
import type { EstateInput } from "../../sandbox/estate.ts";
import type { FaultInput } from "../../sandbox/faults.ts";
import { home, hub, member, rejection, started } from "../sandbox/support.ts";

const minute = 60_000;

/** A provider for the member account, and a clock to set. */
async function provider(over: Partial<EstateInput> = {}, options: { readonly externalId?: string; readonly endpoint?: string } = {}) {
  const clock = { now: Date.now() };
  const now = () => new Date(clock.now);
  const sandbox = await started(over, now);
  const { endpoint = sandbox.endpoint, ...rest } = options;
  const sts = new STSClient({ endpoint, region: home, credentials: sandbox.credentials, maxAttempts: 2 });
  const role = { sts, account: member, partition: "aws", roleName: "eks-perimeter-member", sessionName: "scan", durationSeconds: 900 };
  // Less the one by which the SDK learns the sandbox's time.
  const calls = () => sandbox.requests().filter(({ operation, error }) => operation === "AssumeRole" && error !== "SignatureDoesNotMatch");
  return { credentials: assumedCredentials({ ...role, ...rest, now }), calls, clock, sandbox };
}
const refused = { kind: "error", service: "sts", operation: "AssumeRole", code: "AccessDenied", status: 403, times: 1 } as const;

describe("a role is assumed", () => {
  it("once, however many ask at the same time", async () => {
    const { credentials, calls } = await provider();
    const sessions = await Promise.all(Array.from({ length: 20 }, () => credentials()));
    expect(new Set(sessions.map(({ accessKeyId }) => accessKeyId)).size).toBe(1);
    expect(calls()).toHaveLength(1);
  });

  it("again before the SDK thinks the session too old, and not sooner", async () => {
    const { credentials, calls, clock } = await provider();
    await credentials();
    clock.now += 8 * minute;
    await credentials();
    expect(calls()).toHaveLength(1);
    clock.now += 2 * minute;
    const { expiration } = await credentials();
    expect(calls()).toHaveLength(2);
    expect((expiration?.getTime() ?? 0) - clock.now).toBeGreaterThan(14 * minute);
  });

  it("in the session's name, where the client is: the home Region", async () => {
    const { credentials, calls } = await provider();
    await credentials();
    expect(calls()).toMatchObject([{ region: home, resource: `arn:aws:iam::${member}:role/eks-perimeter-member` }]);
  });

  it("with the external id", async () => {
    const accounts = [{ id: hub }, { id: member, roles: { "eks-perimeter-member": { externalId: "perimeter-1" } } }];
    const { credentials: without } = await provider({ accounts });
    const { credentials: with_ } = await provider({ accounts }, { externalId: "perimeter-1" });
    expect(await rejection(without())).toBeInstanceOf(RoleNotAssumedError);
    expect(await with_()).toHaveProperty("sessionToken");
  });
});

describe("a role that is refused", () => {
  it("says which role, why, and what to do", async () => {
    const { credentials } = await provider({ accounts: [{ id: hub }, { id: member, roles: {} }] });
    const error = await rejection(credentials());
    expect(error).toBeInstanceOf(RoleNotAssumedError);
    expect(error).toMatchObject({ cause: { name: "AccessDenied" }, hint: expect.stringContaining(`in account ${member}`) });
    expect(reasonOf(error)).toEqual({
      code: "forbidden",
      message: `The role arn:aws:iam::${member}:role/eks-perimeter-member could not be assumed: it does not exist, does not trust the scanner, or the scanner may not call sts:AssumeRole on it.`,
    });
  });

  it("is not asked for again at once, and is after half a minute", async () => {
    const { credentials, calls, clock } = await provider({ faults: [refused] });
    await rejection(credentials());
    await rejection(credentials());
    expect(calls()).toHaveLength(1);
    clock.now += 31_000;
    expect(await credentials()).toHaveProperty("accessKeyId");
  });

  it.each<[string, FaultInput, string]>([
    ["throttled", { kind: "throttle", service: "sts" }, "throttled"],
    ["malformed: an answer without a session", { kind: "nonsense", service: "sts", body: "<AssumeRoleResponse/>" }, "malformed"],
    [
      "unauthenticated: the scanner's own credentials",
      { kind: "error", service: "sts", code: "ExpiredToken", status: 403 },
      "unauthenticated",
    ],
  ])("%s", async (_rule, fault, code) => {
    const { credentials, sandbox } = await provider();
    sandbox.faults.add([fault]);
    expect(reasonOf(await rejection(credentials()))?.code).toBe(code);
  });

  it("refused: STS cannot be reached", async () => {
    const { credentials } = await provider({}, { endpoint: "http://127.0.0.1:1" });
    expect(reasonOf(await rejection(credentials()))?.code).toBe("refused");
  });
});

it.each([
  ["taken as it is", "eks-perimeter", "eks-perimeter"],
  ["what STS does not take becomes a hyphen", "run/2026 ü", "run-2026--"],
  ["not under 2 characters", "x", "x-"],
  ["not over 64 characters", "x".repeat(70), "x".repeat(64)],
])("session name: %s", (_rule, text, name) => {
  expect(validSessionName(text)).toBe(name);
});
