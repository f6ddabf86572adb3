/** What `summarize` is given for Slack, against SSM's API and a Slack on loopback. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import type { Ports } from "../../core/ports.ts";
import { withSlack } from "../../functions/slack.ts";
import { type SlackServer, startSlack } from "../../sandbox/slack/server.ts";
import { soon } from "../collect/aws-bed.ts";

const name = "/eks-perimeter/slack";
const asked: { readonly target: string | undefined; readonly input: unknown }[] = [];
/** What lies in the parameter; undefined: nothing does. */
let value: string | undefined;
const ssm = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  asked.push({ target: request.headers["x-amz-target"] as string | undefined, input: JSON.parse(body) });
  const answer = value === undefined ? { __type: "ParameterNotFound" } : { Parameter: { Name: name, Type: "SecureString", Value: value } };
  response.writeHead(value === undefined ? 400 : 200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
});
let slack: SlackServer;
beforeAll(async () => {
  await new Promise<void>((ready) => ssm.listen(0, "127.0.0.1", ready));
  slack = await startSlack([{ id: "C0SECURITY", name: "security" }], () => new Date());
  const environment = {
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${(ssm.address() as AddressInfo).port}`,
    EKS_PERIMETER_SLACK_API: slack.api,
  };
  for (const [variable, text] of Object.entries(environment)) vi.stubEnv(variable, text);
});
beforeEach(() => {
  vi.stubEnv("EKS_PERIMETER_SLACK_PARAMETER", name);
  asked.length = 0;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  ssm.closeAllConnections();
  ssm.close();
  await slack.close();
});

const ports = { homeRegion: "eu-west-1" } as Ports; // of which no other is looked at
const open = async () => withSlack(ports).slack?.(soon()) ?? expect.fail("There is no way into Slack.");
const message = { text: "EKS perimeter: 1 opened", blocks: [] };

it.each([
  ["the token of a bot", () => slack.token, "bot"],
  ["the URL of a webhook", () => slack.webhook, "webhook"],
  ["one with a line's end, as echo writes it", () => `${slack.token}\n`, "bot"],
])("the parameter holds %s: it is read, decrypted, once it is needed", async (_what, credential, kind) => {
  value = credential();
  withSlack(ports);
  expect(asked).toEqual([]);
  const way = await open();
  expect(way.kind).toBe(kind);
  const before = slack.messages().length;
  await way.post(message, { channel: "C0SECURITY" }, soon());
  expect(slack.messages().slice(before)).toMatchObject([{ text: message.text, by: kind }]);
  expect(asked).toEqual([{ target: "AmazonSSM.GetParameter", input: { Name: name, WithDecryption: true } }]);
});

it("a new token needs no deployment: each run reads it", async () => {
  value = slack.token;
  const { slack: way } = withSlack(ports);
  await way?.(soon());
  value = slack.webhook;
  expect((await way?.(soon()))?.kind).toBe("webhook");
});

it.each<[string, string | undefined, object]>([
  ["empty", " \n", { name: "MisconfiguredError", message: "The parameter /eks-perimeter/slack is empty." }],
  [
    "something else, which is not repeated",
    "hunter2",
    { name: "SlackSetUpError", message: "What was given for Slack is neither the token of a bot nor the URL of a webhook." },
  ],
  ["not there", undefined, { name: "ParameterNotFound" }],
])("the parameter is %s: it says so", async (_what, is, error) => {
  value = is;
  await expect(open()).rejects.toMatchObject(error);
});

it("no parameter is named: nothing is told, and nothing is read", () => {
  vi.stubEnv("EKS_PERIMETER_SLACK_PARAMETER", "");
  expect(withSlack(ports)).toBe(ports);
});
