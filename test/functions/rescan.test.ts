/** The function as it is deployed, against a Lambda API on loopback. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type PublishableFinding, toAsff } from "../../core/report/asff.ts";
import { aFinding } from "../report/sample.ts";

interface Call {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const calls: Call[] = [];
const lambda = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  calls.push({ path: request.url, headers: request.headers, body });
  response.writeHead(202).end();
});
const scan = "arn:aws:lambda:eu-west-1:111122223333:function:eks-perimeter-test-scan";
beforeAll(async () => {
  await new Promise<void>((ready) => lambda.listen(0, "127.0.0.1", ready));
  const environment = {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`,
    EKS_PERIMETER_SCAN_FUNCTION: scan,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterAll(() => {
  vi.unstubAllEnvs();
  lambda.closeAllConnections();
  lambda.close();
});

const context = { functionName: "rescan", awsRequestId: "1", getRemainingTimeInMillis: () => 60_000 } as Context;
const finding = toAsff(aFinding() as PublishableFinding, {
  account: "111122223333",
  region: "eu-west-1",
  partition: "aws",
  readAt: "2026-11-01T06:00:00.123Z",
  firstSeen: "2026-10-01T06:00:00.000Z",
  productVersion: "0.1.0",
  title: "The API endpoint is not open to the internet",
  surface: "endpoint",
  clusterName: "prod",
});
/** As EventBridge sends it: Security Hub user guide, "EventBridge event formats", read 2026-11. */
const event = {
  version: "0",
  id: "1a1111a1-b22b-3c33-444d-5555e5ee5555",
  "detail-type": "Security Hub Findings - Custom Action",
  source: "aws.securityhub",
  account: "111122223333",
  time: "2026-11-01T06:10:00Z",
  region: "eu-west-1",
  resources: ["arn:aws:securityhub:eu-west-1:111122223333:action/custom/EksRescantest"],
  detail: { actionName: "Rescan cluster", actionDescription: "Scans it again.", findings: [finding, finding] },
};
const handle = async (input: object) => {
  const { handler } = await import("../../functions/rescan.ts"); // not before the environment is told
  return handler(input as never, context);
};

it("invokes scan once, without waiting for it, with the input of an on-demand scan", async () => {
  expect(await handle(event)).toEqual({ started: 1, startedBefore: 0 });
  const [call, ...others] = calls;
  expect(others).toEqual([]);
  expect(call?.path).toBe(`/2015-03-31/functions/${encodeURIComponent(scan)}/invocations`);
  expect(call?.headers["x-amz-invocation-type"]).toBe("Event");
  expect(JSON.parse(call?.body ?? "")).toEqual({ account: "111122223333", region: "eu-west-1", cluster: "prod" });
});

it.each<[string, object, string]>([
  ["another event", { ...event, "detail-type": "Security Hub Findings - Imported" }, '["detail-type"]: must be'],
  ["an event without findings", { ...event, detail: { findings: [] } }, "detail.findings: "],
  ["an event without a detail", { ...event, detail: undefined }, "detail: "],
])("refuses %s by a typed error that names the field", async (_what, input, message) => {
  const before = calls.length;
  await expect(handle(input)).rejects.toMatchObject({ name: "InvalidRequestError", message: expect.stringContaining(message) });
  expect(calls).toHaveLength(before);
});
