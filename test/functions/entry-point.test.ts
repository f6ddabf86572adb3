import type { Context } from "aws-lambda";
import { expect, it, vi } from "vitest";
import { PerimeterError } from "../../core/model/error.ts";
import { PlanRequest, ScanRequest } from "../../core/model/request.ts";
import { type Deadline, entryPoint, log, measure } from "../../functions/entry-point.ts";

const context = { functionName: "scan", awsRequestId: "1", getRemainingTimeInMillis: () => 900_000 } as Context;
const scan = entryPoint(ScanRequest, "ClustersScanned", async (request, { readTimeoutMs }: Deadline) => ({ request, readTimeoutMs }));
const valid = { account: "111122223333", region: "eu-west-1", cluster: "prod" };

it("hands a valid input to the step, with the time that is left for reading", async () => {
  expect(await scan(valid, context)).toEqual({ request: valid, readTimeoutMs: 870_000 });
});

it.each<[string, object, string]>([
  ["an account of 11 digits", { ...valid, account: "11112222333" }, "account: must be an account id of 12 digits"],
  ["an account as a number", { ...valid, account: 111122223333 }, "account: must be an account id of 12 digits, as a string"],
  ["a missing cluster", { account: valid.account, region: valid.region }, "cluster: must be the name of a cluster"],
  ["a name that would climb out of its folder", { ...valid, cluster: "../../etc" }, "cluster: must be the name of a cluster"],
  ["a Region that is none", { ...valid, region: "Ireland" }, "region: must be the name of a Region"],
  ["a runId with a slash", { ...valid, runId: "a/b" }, "runId: must be up to 128"],
  ["an unknown key", { ...valid, clusters: [] }, 'Unrecognized key: "clusters"'],
])("refuses %s by a typed error that names the field", async (_what, input, message) => {
  await expect(scan(input as typeof valid, context)).rejects.toMatchObject({
    name: "InvalidRequestError",
    message: expect.stringContaining(message),
  });
});

it("a refused input counts as zero, in a line of JSON as all others", async () => {
  const written = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")].map((stream) => stream.mockReturnValue(true));
  await scan({ ...valid, account: "" }, context).catch(() => undefined);
  const lines = written.flatMap(({ mock }) => mock.calls.map(([text]) => String(text)));
  for (const stream of written) stream.mockRestore();
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining({ ClustersScanned: 0 }));
});

it("a known error keeps its name and text; any other becomes one generic line", async () => {
  class KnownError extends PerimeterError {
    override readonly name = "KnownError";
  }
  const fail = (error: Error) => entryPoint(PlanRequest, "RunStarted", () => Promise.reject(error))({}, context);
  await expect(fail(new KnownError("The run is gone.", { hint: "Plan again." }))).rejects.toMatchObject({
    name: "KnownError",
    message: "The run is gone.",
  });
  await expect(fail(new Error("secret detail"))).rejects.toMatchObject({
    name: "InternalError",
    message: expect.not.stringContaining("secret"),
  });
});

it("every line of the log says which run, account, Region and cluster it is about, that of an unexpected error included, and the next invocation begins anew", async () => {
  const lines: string[] = [];
  const kept = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  const out = [vi.spyOn(process.stdout, "write").mockImplementation(kept), vi.spyOn(process.stderr, "write").mockImplementation(kept)];
  const step = (schema: typeof ScanRequest | typeof PlanRequest, input: object) =>
    entryPoint(schema, "ClustersScanned", async () => {
      log.info("step");
      throw new Error("broken");
    })(input as never, context).catch(() => undefined);
  await step(ScanRequest, { ...valid, runId: "r1" });
  await step(PlanRequest, { accounts: [valid.account] });
  for (const spy of out) spy.mockRestore();
  const logged = lines.filter((text) => text.includes('"level"')).map((text) => JSON.parse(text));
  expect(logged.map(({ message, runId, account, region, cluster }) => [message, runId, account, region, cluster])).toEqual([
    ["step", "r1", valid.account, "eu-west-1", "prod"],
    ["unexpected error", "r1", valid.account, "eu-west-1", "prod"],
    ["step", undefined, undefined, undefined, undefined],
    ["unexpected error", undefined, undefined, undefined, undefined],
  ]);
});

it("metrics have the service and the stage as dimensions and nothing else; a step that fails counts as zero", async () => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const summarize = (fails: boolean) =>
    entryPoint(PlanRequest, "RunCompleted", async () => {
      measure({ ClustersMissing: 2, OldestClusterScanAgeHours: 1.5 });
      if (fails) throw new Error("broken");
    })({}, context);
  await summarize(false);
  await summarize(true).catch(() => undefined);
  const lines = written.mock.calls.map(([text]) => String(text)).filter((text) => text.includes("CloudWatchMetrics"));
  written.mockRestore();
  const [done, failed] = lines.map((text) => JSON.parse(text));
  expect(done).toMatchObject({ service: "eks-perimeter", stage: "none", ClustersMissing: 2, RunCompleted: [0, 1] });
  expect(failed).toMatchObject({ RunCompleted: 0 });
  const [{ Namespace, Dimensions, Metrics }] = done._aws.CloudWatchMetrics;
  expect([Namespace, Dimensions.map((names: string[]) => names.sort())]).toEqual(["EksPerimeter", [["service", "stage"]]]);
  expect(Metrics).toContainEqual({ Name: "OldestClusterScanAgeHours", Unit: "None" });
});
