import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AwsSecurityFinding, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RoleNotAssumedError } from "../../core/collect/errors.ts";
import { importFindings } from "../../core/publish/security-hub.ts";

interface Answer {
  readonly failed?: readonly (readonly [id: string, code: string])[];
  /** FailedCount, where it is not the number of those named. */
  readonly count?: number;
  readonly error?: readonly [status: number, name: string];
  readonly cut?: true;
}

let server: Server;
let client: SecurityHubClient;
/** The ids of each call, in order. */
let calls: string[][];
let answer: (ids: readonly string[], call: number) => Answer;
const fast = { backoff: { retries: 3, firstMs: 1, mostMs: 4 }, rate: { perSecond: 1_000_000, burst: 1_000 } };

beforeEach(async () => {
  calls = [];
  answer = () => ({});
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const ids = (JSON.parse(body).Findings as { Id: string }[]).map(({ Id }) => Id);
    calls.push(ids);
    const { failed = [], count = failed.length, error, cut } = answer(ids, calls.length);
    if (cut) return void request.socket.destroy();
    response.setHeader("content-type", "application/json");
    if (error !== undefined) {
      const [status, name] = error;
      response.writeHead(status, { "x-amzn-errortype": name });
      return void response.end(JSON.stringify({ Message: `${name} by the stand-in` }));
    }
    const FailedFindings = failed.map(([Id, ErrorCode]) => ({ Id, ErrorCode, ErrorMessage: `${ErrorCode} of ${Id}` }));
    response.end(JSON.stringify({ SuccessCount: ids.length - count, FailedCount: count, FailedFindings }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = new SecurityHubClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

// Only the id and the size matter here: the stand-in judges nothing else.
const aDocument = (id: string, bytes = 0) => ({ Id: id, Description: "x".repeat(bytes) }) as AwsSecurityFinding;
const documents = (count: number, bytes = 0) => Array.from({ length: count }, (_, at) => aDocument(String(at), bytes));
const send = (findings: readonly AwsSecurityFinding[], signal = new AbortController().signal) =>
  importFindings(client, findings, signal, fast);
const all = (count: number, code: string, message: string) => documents(count).map(({ Id }) => ({ id: Id, code, message }));

/** How many findings each call had; the order in which they arrive is nobody's business. */
const sizes = () => calls.map(({ length }) => length).sort((a, b) => b - a);

describe("batches", () => {
  it.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])("%i findings are sent once each, 100 a call", async (count, expected) => {
    expect(await send(documents(count))).toEqual({ accepted: count, refused: [] });
    expect(sizes()).toEqual(expected);
    expect(calls.flat().sort()).toEqual(
      documents(count)
        .map(({ Id }) => Id)
        .sort(),
    );
  });

  it("the first call goes alone; then eight are on their way at once", async () => {
    let [open, most] = [0, 0];
    client.middlewareStack.add(
      (next) => async (args) => {
        most = Math.max(most, ++open);
        if (calls.length === 0) expect(open).toBe(1);
        try {
          return await next(args);
        } finally {
          open--;
        }
      },
      { step: "initialize" },
    );
    expect(await send(documents(2_000))).toEqual({ accepted: 2_000, refused: [] });
    expect(most).toBe(8);
  });

  it("findings of 240 KB are sent in calls below 5.5 MB", async () => {
    expect(await send(documents(50, 239_000))).toEqual({ accepted: 50, refused: [] });
    expect(sizes()).toEqual([23, 23, 4]);
  });
});

describe("findings that fail one by one", () => {
  it("are tried again alone, if the reason may pass", async () => {
    answer = (_ids, call) => ({
      failed:
        call === 1
          ? [
              ["1", "InternalError"],
              ["3", "ThrottlingException"],
            ]
          : call === 2
            ? [["3", "InternalError"]]
            : [],
    });
    expect(await send(documents(5))).toEqual({ accepted: 5, refused: [] });
    expect(calls).toEqual([["0", "1", "2", "3", "4"], ["1", "3"], ["3"]]);
  });

  it("are refused in AWS's words, every one of them, and never tried again, if they are invalid", async () => {
    answer = () => ({
      failed: [
        ["1", "InvalidInput"],
        ["3", "InvalidAccess"],
      ],
    });
    expect(await send(documents(5))).toEqual({
      accepted: 3,
      refused: [
        { id: "1", code: "InvalidInput", message: "InvalidInput of 1" },
        { id: "3", code: "InvalidAccess", message: "InvalidAccess of 3" },
      ],
    });
    expect(calls).toHaveLength(1);
  });

  it("are refused in AWS's words when the reason does not pass, and the next call is made all the same", async () => {
    answer = (ids) => ({ failed: ids.includes("7") ? [["7", "InternalError"]] : [] });
    expect(await send(documents(150))).toEqual({
      accepted: 149,
      refused: [{ id: "7", code: "InternalError", message: "InternalError of 7" }],
    });
    expect(calls.map(({ length }) => length)).toEqual([100, 1, 1, 1, 50]);
  });

  it("are all meant when an answer counts failures that it does not name", async () => {
    answer = (_ids, call) => ({ failed: [], count: call === 1 ? 1 : 0 });
    expect(await send(documents(3))).toEqual({ accepted: 3, refused: [] });
    expect(calls).toHaveLength(2);
  });
});

describe("calls that fail", () => {
  it.each<[string, Answer]>([
    ["throttled", { error: [429, "TooManyRequestsException"] }],
    ["limited", { error: [429, "LimitExceededException"] }],
    ["broken", { error: [500, "InternalException"] }],
    ["cut off", { cut: true }],
  ])("are made again while they are %s", async (_why, problem) => {
    answer = (_ids, call) => (call <= 2 ? problem : {});
    expect(await send(documents(3))).toEqual({ accepted: 3, refused: [] });
    expect(calls).toHaveLength(3);
  });

  it("refuse what is left when that does not end, in bounded time", async () => {
    answer = (_ids, call) => (call === 1 ? {} : { error: [429, "TooManyRequestsException"] });
    const { accepted, refused } = await send(documents(250));
    expect([accepted, refused.length, refused[0]?.id, refused[0]?.code]).toEqual([100, 150, "100", "TooManyRequests"]);
    expect(calls).toHaveLength(1 + 2 * (1 + fast.backoff.retries)); // two calls are on their way at once
  });

  it.each([
    [401, "InvalidAccessException", "InvalidAccess"],
    [403, "AccessDeniedException", "AccessDenied"],
  ])("refuse every finding at once where Security Hub is off or closed (%i %s)", async (status, name, code) => {
    answer = () => ({ error: [status, name] });
    expect(await send(documents(120))).toEqual({ accepted: 0, refused: all(120, code, `${name} by the stand-in`) });
    expect(calls).toHaveLength(1);
  });

  it("refused for their content: only the guilty finding is refused", async () => {
    answer = (ids) => (ids.includes("17") ? { error: [400, "InvalidInputException"] } : {});
    expect(await send(documents(120))).toEqual({
      accepted: 119,
      refused: [{ id: "17", code: "InvalidInput", message: "InvalidInputException by the stand-in" }],
    });
  });

  it("refused for their content, all of them: the search for the guilty ends", async () => {
    answer = () => ({ error: [400, "InvalidInputException"] });
    expect((await send(documents(1000))).refused).toHaveLength(1000);
    expect(calls.length).toBeLessThan(160);
  });

  it("refuse what is left when the account can't be entered", async () => {
    const refusing = new SecurityHubClient({
      region: "eu-west-1",
      credentials: () => Promise.reject(new RoleNotAssumedError("The role is gone.", { hint: "Make it." })),
    });
    const { signal } = new AbortController();
    expect(await importFindings(refusing, documents(2), signal, fast)).toEqual({
      accepted: 0,
      refused: all(2, "RoleNotAssumed", "The role is gone."),
    });
  });

  it("let a bug be a bug", async () => {
    const broken = { send: () => Promise.reject(new ReferenceError("oops")) } as unknown as SecurityHubClient;
    await expect(importFindings(broken, documents(1), new AbortController().signal, fast)).rejects.toThrow("oops");
  });
});

it("a run that ends refuses what was not sent, and keeps what was", async () => {
  const ending = new AbortController();
  answer = (_ids, call) => {
    if (call === 2) ending.abort();
    return {};
  };
  const { accepted, refused } = await send(documents(300), ending.signal);
  expect([accepted, refused.length, refused[0]]).toEqual([
    100,
    200,
    { id: "100", code: "Aborted", message: "The run ended before Security Hub took the finding." },
  ]);
  expect(calls.length).toBeLessThanOrEqual(3);
});
