import { DescribeSecurityGroupsCommand } from "@aws-sdk/client-ec2";
import { DescribeClusterCommand, EKSClient, ListClustersCommand } from "@aws-sdk/client-eks";
import { DescribeLoadBalancersCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ListAccountsCommand } from "@aws-sdk/client-organizations";
import { DescribeHubCommand } from "@aws-sdk/client-securityhub";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { describe, expect, it } from "vitest";
import type { FaultInput } from "../../sandbox/faults.ts";
import { clients, home, hub, member, memberClients, rejection, started } from "./support.ts";

type Clients = ReturnType<typeof clients>;

describe("throttling has each service's own words", () => {
  it.each<[string, string, number, (of: Clients) => Promise<unknown>]>([
    ["sts", "Throttling", 400, ({ sts }) => sts.send(new GetCallerIdentityCommand())],
    ["organizations", "TooManyRequestsException", 400, ({ organizations }) => organizations.send(new ListAccountsCommand())],
    ["eks", "ThrottlingException", 429, ({ eks }) => eks.send(new ListClustersCommand())],
    ["ec2", "RequestLimitExceeded", 503, ({ ec2 }) => ec2.send(new DescribeSecurityGroupsCommand())],
    ["elasticloadbalancingv2", "Throttling", 400, ({ elbv2 }) => elbv2.send(new DescribeLoadBalancersCommand())],
    ["securityhub", "TooManyRequestsException", 429, ({ securityHub }) => securityHub.send(new DescribeHubCommand())],
  ])("%s: %s, %i", async (service, name, status, call) => {
    const sandbox = await started({ faults: [{ kind: "throttle", service }] });
    const error = await rejection(call(clients(sandbox, sandbox.credentials)));
    expect([error.name, error.$metadata?.httpStatusCode]).toEqual([name, status]);
  });
});

describe("a fault strikes what it names", () => {
  const broken = { kind: "error", code: "ServerException", status: 500 } as const;
  const at = async (fault: Partial<FaultInput>) => {
    const sandbox = await started({
      faults: [{ ...broken, ...fault } as FaultInput],
      accounts: [{ id: hub }, { id: member, regions: { [home]: { clusters: [{ name: "a" }, { name: "b", status: "CREATING" }] } } }],
    });
    return memberClients(sandbox);
  };
  const outcome = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "answered",
      (error: Error) => error.name,
    );
  const describeCluster = ({ eks }: Clients, name: string) => outcome(eks.send(new DescribeClusterCommand({ name })));
  const list = ({ eks }: Clients) => outcome(eks.send(new ListClustersCommand()));

  it.each<[string, Partial<FaultInput>, string[]]>([
    ["by operation", { operation: "DescribeCluster" }, ["answered", "ServerException", "ServerException"]],
    ["by resource", { resource: "*cluster/a" }, ["answered", "ServerException", "answered"]],
    ["by service, another one", { service: "ec2" }, ["answered", "answered", "answered"]],
    ["by account, another one", { account: hub, service: "eks" }, ["answered", "answered", "answered"]],
    ["by Region", { region: "eu-*", service: "eks" }, ["ServerException", "ServerException", "ServerException"]],
    ["the first only", { service: "eks", times: 1 }, ["ServerException", "answered", "answered"]],
    ["all after the first", { service: "eks", after: 1 }, ["answered", "ServerException", "ServerException"]],
    ["the second only", { service: "eks", after: 1, times: 1 }, ["answered", "ServerException", "answered"]],
  ])("%s", async (_how, fault, outcomes) => {
    const of = await at(fault);
    expect([await list(of), await describeCluster(of, "a"), await describeCluster(of, "b")]).toEqual(outcomes);
  });

  it("further pages, and not the first", async () => {
    const { eks } = await at({ page: "next" });
    const { nextToken } = await eks.send(new ListClustersCommand({ maxResults: 1 }));
    expect(await outcome(eks.send(new ListClustersCommand({ maxResults: 1, nextToken })))).toBe("ServerException");
  });

  it("a client that retries gets through a fault that ends", async () => {
    const sandbox = await started({ faults: [{ kind: "throttle", service: "eks", times: 2 }] });
    const eks = new EKSClient({ endpoint: sandbox.endpoint, region: home, credentials: sandbox.credentials, maxAttempts: 3 });
    expect((await eks.send(new ListClustersCommand())).clusters).toEqual([]);
    expect(sandbox.requests().map(({ status }) => status)).toEqual([429, 429, 200]);
  });
});

describe("a fault on the wire", () => {
  const impatient = (sandbox: Awaited<ReturnType<typeof started>>) =>
    new EKSClient({
      endpoint: sandbox.endpoint,
      region: home,
      credentials: sandbox.credentials,
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({ requestTimeout: 200, throwOnRequestTimeout: true }),
    });
  it.each<[string, FaultInput, RegExp]>([
    ["reset: the connection ends", { kind: "reset" }, /ECONNRESET|socket hang up/],
    ["hang: the client gives up", { kind: "hang" }, /timed? ?out|TimeoutError/i],
    ["cut: half an answer", { kind: "cut" }, /aborted|JSON|terminated/i],
    ["nonsense: no JSON", { kind: "nonsense" }, /JSON|Unexpected token|SyntaxError/],
  ])("%s", async (_what, fault, message) => {
    const sandbox = await started({ faults: [fault] });
    const error = await rejection(impatient(sandbox).send(new ListClustersCommand()));
    expect(`${error.name} ${error.message} ${(error as { code?: string }).code ?? ""}`).toMatch(message);
  });

  it("latency: the answer comes, later", async () => {
    const sandbox = await started({ faults: [{ kind: "latency", ms: 60 }] });
    const before = performance.now();
    await clients(sandbox, sandbox.credentials).eks.send(new ListClustersCommand());
    expect(performance.now() - before).toBeGreaterThan(55);
  });
});

describe("the control endpoint", () => {
  const control = async ({ endpoint }: { endpoint: string }, method: string, path: string, body?: unknown) => {
    const response = await fetch(`${endpoint}/_sandbox/${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    return { status: response.status, body: (await response.json()) as unknown };
  };

  it("takes faults while the sandbox runs, and forgets them", async () => {
    const sandbox = await started();
    const { eks } = clients(sandbox, sandbox.credentials);
    expect((await control(sandbox, "POST", "faults", { kind: "throttle", service: "eks" })).status).toBe(200);
    expect((await rejection(eks.send(new ListClustersCommand()))).name).toBe("ThrottlingException");
    expect((await control(sandbox, "GET", "faults")).body).toMatchObject([{ kind: "throttle", seen: 1 }]);
    await control(sandbox, "DELETE", "faults");
    await eks.send(new ListClustersCommand());
    expect((await control(sandbox, "POST", "faults", { kind: "meteor" })).status).toBe(400);
    expect((await control(sandbox, "GET", "nothing")).status).toBe(404);
  });

  it("tells what was asked, by whom and of what", async () => {
    const sandbox = await started();
    const { eks } = await memberClients(sandbox);
    await control(sandbox, "DELETE", "requests");
    await eks.send(new DescribeClusterCommand({ name: "prod" }));
    await rejection(eks.send(new DescribeClusterCommand({ name: "nobody" })));
    const { body } = await control(sandbox, "GET", "requests");
    expect(body).toMatchObject([
      {
        service: "eks",
        action: "eks:DescribeCluster",
        operation: "DescribeCluster",
        account: member,
        region: home,
        principal: `arn:aws:sts::${member}:assumed-role/eks-perimeter-member/scan`,
        resource: `arn:aws:eks:${home}:${member}:cluster/prod`,
        status: 200,
      },
      { status: 404, error: "ResourceNotFoundException" },
    ]);
    expect((await control(sandbox, "GET", "findings")).body).toEqual([]);
  });
});
