import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient, ListClustersCommand } from "@aws-sdk/client-eks";
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ReadError, RoleNotAssumedError } from "../../core/collect/errors.ts";
import { failureOf, reasonOf } from "../../core/collect/reason.ts";
import { rejection } from "../sandbox/support.ts";

type Reply = (response: ServerResponse) => unknown;
let reply: Reply = () => {};
const server = createServer((request, response) => {
  request.resume().on("end", () => reply(response));
});
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

type Service = "eks" | "ec2" | "elb";
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI" };
const requestHandler = new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout: 200, throwOnRequestTimeout: true });
function ask(service: Service, endpoint: string, abortSignal?: AbortSignal): Promise<unknown> {
  const config = { region: "eu-west-1", endpoint, credentials, maxAttempts: 1, requestHandler };
  const options = abortSignal === undefined ? {} : { abortSignal };
  if (service === "ec2") return new EC2Client(config).send(new DescribeSecurityGroupsCommand({}), options);
  if (service === "elb") return new ElasticLoadBalancingV2Client(config).send(new DescribeLoadBalancersCommand({}), options);
  return new EKSClient(config).send(new ListClustersCommand({}), options);
}
const here = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const errorOf = (service: Service, answer: Reply): Promise<Error> => {
  reply = answer;
  return rejection(ask(service, here()));
};

/** An error as each service's protocol writes it. */
const json =
  (status: number, code: string, message = "No.") =>
  (response: ServerResponse) =>
    response.writeHead(status, { "x-amzn-errortype": code, "content-type": "application/json" }).end(JSON.stringify({ message }));
const ec2 =
  (status: number, code: string, message = "No.") =>
  (response: ServerResponse) =>
    response
      .writeHead(status)
      .end(
        `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>`,
      );
const query =
  (status: number, code: string, message = "No.") =>
  (response: ServerResponse) =>
    response
      .writeHead(status)
      .end(`<ErrorResponse xmlns="x"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`);
const raw = (status: number, body: string) => (response: ServerResponse) => response.writeHead(status).end(body);

const role = "arn:aws:sts::111122223333:assumed-role/eks-perimeter-member/scan";
const refusal = (ending: string) =>
  `User: ${role} is not authorized to perform: eks:ListClusters on resource: arn:aws:eks:eu-west-1:111122223333:cluster/* ${ending}`;
const html = "<!doctype html><html><body><h1>It works!</h1><p>";

describe("what a service answers", () => {
  it.each<[string, Service, Reply, string]>([
    ["forbidden: AccessDeniedException of a JSON service", "eks", json(403, "AccessDeniedException"), "forbidden"],
    ["forbidden: AccessDenied of a query service", "elb", query(403, "AccessDenied"), "forbidden"],
    ["forbidden: UnauthorizedOperation of EC2", "ec2", ec2(403, "UnauthorizedOperation"), "forbidden"],
    ["forbidden: EC2's AuthFailure with status 403", "ec2", ec2(403, "AuthFailure"), "forbidden"],
    ["forbidden: an unknown code with status 403", "eks", json(403, "NewKindOfRefusal"), "forbidden"],
    [
      "forbidden: no identity-based policy allows it",
      "eks",
      json(403, "AccessDeniedException", refusal("because no identity-based policy allows the eks:ListClusters action")),
      "forbidden",
    ],
    [
      "forbidden: explicit deny in a permissions boundary",
      "eks",
      json(403, "AccessDeniedException", refusal("with an explicit deny in a permissions boundary")),
      "forbidden",
    ],
    [
      "forbidden: no service control policy allows it, which is no explicit deny",
      "eks",
      json(403, "AccessDeniedException", refusal("because no service control policy allows the eks:ListClusters action")),
      "forbidden",
    ],
    [
      "forbidden: explicit deny in a resource control policy",
      "eks",
      json(403, "AccessDeniedException", refusal("with an explicit deny in a resource control policy")),
      "forbidden",
    ],
    [
      "denied-by-policy: explicit deny in a service control policy",
      "eks",
      json(403, "AccessDeniedException", refusal("with an explicit deny in a service control policy")),
      "denied-by-policy",
    ],
    [
      "denied-by-policy: the same with the policy's ARN, in EC2's words",
      "ec2",
      ec2(
        403,
        "UnauthorizedOperation",
        "You are not authorized to perform this operation. User: x is not authorized to perform: ec2:DescribeSecurityGroups with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/p-1. Encoded authorization failure message: abc",
      ),
      "denied-by-policy",
    ],
    ["unauthenticated: expired token", "eks", json(403, "ExpiredTokenException"), "unauthenticated"],
    ["unauthenticated: unknown key, or a Region that is not enabled", "eks", json(403, "UnrecognizedClientException"), "unauthenticated"],
    ["unauthenticated: the same of a query service", "elb", query(403, "InvalidClientTokenId"), "unauthenticated"],
    ["unauthenticated: the same of EC2", "ec2", ec2(401, "AuthFailure"), "unauthenticated"],
    ["unauthenticated: wrong signature", "eks", json(403, "InvalidSignatureException"), "unauthenticated"],
    ["not-enabled: not subscribed", "elb", query(403, "OptInRequired"), "not-enabled"],
    ["not-found: a named error", "eks", json(404, "ResourceNotFoundException"), "not-found"],
    ["not-found: EC2's dotted name", "ec2", ec2(400, "InvalidPrefixListID.NotFound"), "not-found"],
    ["not-found: a query service", "elb", query(400, "LoadBalancerNotFound"), "not-found"],
    ["malformed: a bare 404 proves no absence", "eks", raw(404, ""), "malformed"],
    ["throttled: by name", "eks", json(400, "ThrottlingException"), "throttled"],
    ["throttled: EC2, with status 503", "ec2", ec2(503, "RequestLimitExceeded"), "throttled"],
    ["throttled: by status", "eks", json(429, "SomethingNew"), "throttled"],
    ["server-error: by name", "eks", json(500, "ServerException"), "server-error"],
    ["server-error: by status", "eks", raw(503, ""), "server-error"],
    ["malformed: HTML with status 200", "eks", raw(200, html), "malformed"],
    ["malformed: HTML with status 404, as for an operation that an emulator lacks", "eks", raw(404, html), "malformed"],
    ["malformed: HTML with status 500 in place of XML", "ec2", raw(500, html), "malformed"],
    ["malformed: JSON in place of XML", "elb", raw(200, "{}"), "malformed"],
    ["malformed: JSON null", "eks", raw(200, "null"), "malformed"],
    [
      "malformed: half an answer",
      "eks",
      (response) => response.writeHead(200, { "content-length": 99 }).write("{", () => response.destroy()),
      "malformed",
    ],
    ["malformed: a redirect", "eks", (response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(), "malformed"],
    ["malformed: a request that was found invalid", "eks", json(400, "InvalidParameterException"), "malformed"],
    ["refused: reset", "eks", (response) => response.destroy(), "refused"],
    ["timeout: no answer", "eks", () => {}, "timeout"],
  ])("%s", async (_rule, service, answer, code) => {
    expect(reasonOf(await errorOf(service, answer))?.code).toBe(code);
  });

  it("timeout: the deadline of the scan", async () => {
    reply = () => {};
    expect(reasonOf(await rejection(ask("eks", here(), AbortSignal.timeout(20))))?.code).toBe("timeout");
  });
});

describe("what a connection comes to", () => {
  it.each([
    ["refused: nobody listens", () => "http://127.0.0.1:1", "refused"],
    ["dns: no such name", () => "http://nowhere.invalid", "dns"],
    ["tls: the other side does not speak it", () => here().replace("http", "https"), "tls"],
  ])("%s", async (_rule, endpoint, code) => {
    expect(reasonOf(await rejection(ask("eks", endpoint())))?.code).toBe(code);
  });

  it.each([
    ["tls: an authority that is not trusted", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["tls: a certificate for another name", "ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["dns: no answer of the resolver", "EAI_AGAIN", "dns"],
    ["refused: no route", "ENETUNREACH", "refused"],
    ["refused: out of file descriptors", "EMFILE", "refused"],
  ])("%s", (_rule, code, reason) => {
    expect(reasonOf(Object.assign(new Error("x"), { code }))?.code).toBe(reason);
    expect(reasonOf(new Error("wrapped", { cause: Object.assign(new Error("x"), { code }) }))?.code).toBe(reason);
  });
});

describe("our own errors", () => {
  it.each<[string, unknown, string | undefined]>([
    ["a bug stays a bug", new TypeError("x is not a function"), undefined],
    ["so does what is no error", "thrown text", undefined],
    ["a read's own reason", new ReadError({ code: "too-large", message: "Big." }, { hint: "Split it." }), "too-large"],
    ["a role whose trust is missing", new RoleNotAssumedError("No.", { hint: "Deploy it." }), "forbidden"],
    [
      "a role that STS was not reached for",
      new RoleNotAssumedError("No.", { hint: "", cause: Object.assign(new Error("x"), { code: "ENOTFOUND" }) }),
      "dns",
    ],
    ["no credentials", Object.assign(new Error("x"), { name: "CredentialsProviderError" }), "unauthenticated"],
  ])("%s", (_rule, error, code) => {
    expect(reasonOf(error)?.code).toBe(code);
  });
});

describe("what is said", () => {
  const answered = async (service: Service, answer: Reply, read?: string) => failureOf(await errorOf(service, answer), read);

  it("names the action that AWS named, else the one that was read", async () => {
    const named = await answered(
      "eks",
      json(403, "AccessDeniedException", refusal("because no session policy allows it")),
      "eks:DescribeCluster",
    );
    expect(named?.reason.message).toBe("The role may not call eks:ListClusters (AccessDeniedException): no session policy allows it.");
    const silent = await answered("ec2", ec2(403, "UnauthorizedOperation"), "ec2:DescribeSubnets");
    expect(silent).toEqual({
      reason: { code: "forbidden", message: "The role may not call ec2:DescribeSubnets (UnauthorizedOperation): grant it that action." },
      remedy: "Allow ec2:DescribeSubnets to the role that reads, in its own policies and in every boundary around them.",
    });
  });

  it("repeats nothing else of what the other side wrote", async () => {
    const secret = "aws_session_token=FwoGZXIvYXdzEA Encoded authorization failure message: 4kLm9";
    const said = [
      await answered("eks", json(403, "AccessDeniedException", secret)),
      await answered("eks", json(403, secret, secret)),
      await answered("ec2", ec2(400, `${secret}&lt;script&gt;`, secret)),
      await answered("eks", raw(200, secret)),
      await answered("elb", raw(500, `<a>${secret}`)),
    ].map((failure) => JSON.stringify(failure));
    expect(said.filter((text) => /FwoG|4kLm9|script|r-1/.test(text))).toEqual([]);
    expect(said.every((text) => text !== undefined)).toBe(true);
  });
});
