import { ListRegionsCommand } from "@aws-sdk/client-account";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { DescribeClusterCommand, ListClustersCommand } from "@aws-sdk/client-eks";
import { DescribeLoadBalancersCommand as DescribeClassicCommand } from "@aws-sdk/client-elastic-load-balancing";
import { DescribeLoadBalancersCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ListAccountsCommand } from "@aws-sdk/client-organizations";
import { DescribeHubCommand } from "@aws-sdk/client-securityhub";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { assumed, clients, hub, member, memberClients, rejection, started } from "./support.ts";

type Clients = ReturnType<typeof clients>;

/** One harmless call of each service. */
const calls: Readonly<Record<string, (of: Clients) => Promise<unknown>>> = {
  sts: ({ sts }) => sts.send(new GetCallerIdentityCommand()),
  organizations: ({ organizations }) => organizations.send(new ListAccountsCommand()),
  account: ({ account }) => account.send(new ListRegionsCommand()),
  eks: ({ eks }) => eks.send(new ListClustersCommand()),
  ec2: ({ ec2 }) => ec2.send(new DescribeSubnetsCommand()),
  elb: ({ elb }) => elb.send(new DescribeClassicCommand()),
  elbv2: ({ elbv2 }) => elbv2.send(new DescribeLoadBalancersCommand()),
  securityhub: ({ securityHub }) => securityHub.send(new DescribeHubCommand()),
};
/** Names of the error by service: where its family has its own word, that. */
const table = (words: Readonly<Record<"sts" | "ec2" | "json", string>>): [string, string][] =>
  Object.keys(calls).map((service) => {
    const family = service === "ec2" ? "ec2" : service === "sts" || service.startsWith("elb") ? "sts" : "json";
    return [service, words[family]];
  });
const call = (service: string, of: Clients) => (calls[service] as (of: Clients) => Promise<unknown>)(of);

describe("credentials decide who asks", () => {
  it("the handed-out credentials are the hub's user", async () => {
    const sandbox = await started();
    const { Arn, Account } = await clients(sandbox, sandbox.credentials).sts.send(new GetCallerIdentityCommand());
    expect([Account, Arn]).toEqual([hub, `arn:aws:iam::${hub}:user/eks-perimeter`]);
  });

  it("an assumed role acts in its own account", async () => {
    const sandbox = await started();
    const { sts, eks } = await memberClients(sandbox);
    const { Arn, Account, UserId } = await sts.send(new GetCallerIdentityCommand());
    expect([Account, Arn]).toEqual([member, `arn:aws:sts::${member}:assumed-role/eks-perimeter-member/scan`]);
    expect(UserId).toMatch(/^AROA[0-9A-Z]{17}:scan$/);
    expect((await eks.send(new ListClustersCommand())).clusters).toEqual(["prod"]);
    expect((await clients(sandbox, sandbox.credentials).eks.send(new ListClustersCommand())).clusters).toEqual([]);
  });

  it.each(table({ sts: "SignatureDoesNotMatch", ec2: "AuthFailure", json: "InvalidSignatureException" }))(
    "%s refuses a wrong secret: %s",
    async (service, name) => {
      const sandbox = await started();
      expect((await rejection(call(service, clients(sandbox, { ...sandbox.credentials, secretAccessKey: "wrong" })))).name).toBe(name);
    },
  );

  it.each(table({ sts: "InvalidClientTokenId", ec2: "AuthFailure", json: "UnrecognizedClientException" }))(
    "%s refuses an unknown key: %s",
    async (service, name) => {
      const sandbox = await started();
      expect((await rejection(call(service, clients(sandbox, { accessKeyId: "AKIAUNKNOWN", secretAccessKey: "x" })))).name).toBe(name);
    },
  );

  it("a session without its token, or with another, is refused", async () => {
    const sandbox = await started();
    const { sessionToken: _left, ...rest } = await assumed(sandbox);
    for (const credentials of [rest, { ...rest, sessionToken: "another" }]) {
      expect((await rejection(call("sts", clients(sandbox, credentials)))).name).toBe("InvalidClientTokenId");
    }
  });

  it("a session is over when it said so", async () => {
    let late = 0;
    const sandbox = await started({}, () => new Date(Date.now() + late));
    const credentials = await assumed(sandbox);
    late = 3_601_000;
    const { eks, sts } = clients(sandbox, credentials);
    for (const client of [eks, sts]) client.config.systemClockOffset = late;
    expect((await rejection(eks.send(new ListClustersCommand()))).name).toBe("ExpiredTokenException");
    expect((await rejection(sts.send(new GetCallerIdentityCommand()))).name).toBe("ExpiredToken");
  });

  it("a request that was signed ten minutes ago is refused", async () => {
    const sandbox = await started();
    const { sts } = clients(sandbox, sandbox.credentials);
    sts.config.systemClockOffset = -600_000;
    expect((await rejection(sts.send(new GetCallerIdentityCommand()))).message).toContain("Signature expired");
  });

  it("a body that was changed on its way is refused", async () => {
    const sandbox = await started();
    const { sts } = clients(sandbox, sandbox.credentials);
    sts.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string };
        request.body = request.body.replace("2011-06-15", "2011-06-16");
        return next(args);
      },
      { step: "finalizeRequest", priority: "low", name: "meddle" },
    );
    expect((await rejection(sts.send(new GetCallerIdentityCommand()))).name).toBe("SignatureDoesNotMatch");
  });
});

describe("AssumeRole", () => {
  const assume = (sandbox: Awaited<ReturnType<typeof started>>, account: string, over: object = {}) =>
    clients(sandbox, sandbox.credentials).sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/eks-perimeter-member`, RoleSessionName: "scan", ...over }),
    );
  const withRole = (role: object | undefined, over: object = {}) =>
    started({ accounts: [{ id: hub }, { id: member, roles: role === undefined ? {} : { "eks-perimeter-member": role }, ...over }] });

  it.each([
    ["no such role", undefined, {}],
    ["a trust of others only", { trusts: ["333333333333"] }, {}],
    ["a missing external id", { externalId: "s3cret" }, {}],
    ["another external id", { externalId: "s3cret" }, { ExternalId: "other" }],
  ])("is denied in AWS's words: %s", async (_why, role, input) => {
    const error = await rejection(assume(await withRole(role), member, input));
    expect([error.name, error.$metadata?.httpStatusCode]).toEqual(["AccessDenied", 403]);
    expect(error.message).toBe(
      `User: arn:aws:iam::${hub}:user/eks-perimeter is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${member}:role/eks-perimeter-member`,
    );
  });

  it.each([
    ["an account that is suspended", member, { state: "SUSPENDED" as const }],
    ["an account that is not there", "999999999999", {}],
  ])("is denied: %s", async (_why, account, over) => {
    expect((await rejection(assume(await withRole({}, over), account))).name).toBe("AccessDenied");
  });

  it.each([
    ["the account", [hub], {}],
    ["its root", [`arn:aws:iam::${hub}:root`], {}],
    ["the user itself", [`arn:aws:iam::${hub}:user/eks-perimeter`], {}],
    ["the account, by the right external id", [hub], { externalId: "s3cret" }],
  ])("is allowed by a trust of %s", async (_what, trusts, role) => {
    await assume(await withRole({ trusts, ...role }), member, { ExternalId: "s3cret" });
  });

  it.each([
    ["longer than the role allows", { DurationSeconds: 7200 }],
    ["shorter than 900 seconds", { DurationSeconds: 60 }],
    ["a session name of one character", { RoleSessionName: "x" }],
  ])("is a ValidationError: %s", async (_why, input) => {
    expect((await rejection(assume(await withRole({}), member, input))).name).toBe("ValidationError");
  });

  it("of a role by a role lasts an hour at most", async () => {
    const sandbox = await started({
      accounts: [
        { id: hub },
        { id: member, roles: { "eks-perimeter-member": {}, second: { trusts: [member], maxSessionDuration: 43_200 } } },
      ],
    });
    const { sts } = await memberClients(sandbox);
    const command = (DurationSeconds: number) =>
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${member}:role/second`, RoleSessionName: "chained", DurationSeconds });
    await sts.send(command(3600));
    expect((await rejection(sts.send(command(3601)))).message).toContain("role chaining");
  });
});

describe("what a principal may not do", () => {
  const regional = ["eks", "ec2", "elb", "elbv2", "securityhub"];
  const denied = table({ sts: "AccessDenied", ec2: "UnauthorizedOperation", json: "AccessDeniedException" }).filter(([service]) =>
    regional.includes(service),
  );
  const withMember = (over: object) => started({ accounts: [{ id: hub }, { id: member, ...over }] });

  it.each(denied)("%s lacks a permission: %s", async (service, name) => {
    const sandbox = await withMember({
      roles: { "eks-perimeter-member": { denied: ["eks:*", "ec2:*", "elasticloadbalancing:*", "securityhub:*"] } },
    });
    const error = await rejection(call(service, await memberClients(sandbox)));
    expect([error.name, error.$metadata?.httpStatusCode]).toEqual([name, 403]);
    expect(error.message).toMatch(
      /^(You are not authorized to perform this operation\. )?User: arn:aws:sts::222222222222:assumed-role\/eks-perimeter-member\/scan is not authorized to perform: .* because no identity-based policy allows the .* action$/,
    );
  });

  it.each(denied)("%s is closed by a service control policy: %s", async (service, name) => {
    const sandbox = await withMember({ serviceControlPolicies: [{ regions: ["us-*"] }] });
    const credentials = await assumed(sandbox);
    const error = await rejection(call(service, clients(sandbox, credentials, "us-east-1")));
    expect(error.name).toBe(name);
    expect(error.message).toMatch(/ with an explicit deny in a service control policy$/);
    // The neighbour Region, and services outside Regions, stay open.
    await call(service, clients(sandbox, credentials, "eu-west-1"));
    await call("account", clients(sandbox, credentials, "us-east-1"));
    await call("sts", clients(sandbox, credentials, "us-east-1"));
  });

  it("one cluster is denied and its neighbour is not", async () => {
    const sandbox = await withMember({
      roles: { "eks-perimeter-member": { denied: [{ action: "eks:DescribeCluster", resource: "*:cluster/secret" }] } },
      regions: { "eu-west-1": { clusters: [{ name: "secret" }, { name: "prod" }] } },
    });
    const { eks } = await memberClients(sandbox);
    const error = await rejection(eks.send(new DescribeClusterCommand({ name: "secret" })));
    expect(error.message).toContain("eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:222222222222:cluster/secret because");
    expect((await eks.send(new DescribeClusterCommand({ name: "prod" }))).cluster?.name).toBe("prod");
  });

  it.each(
    table({ sts: "InvalidClientTokenId", ec2: "AuthFailure", json: "UnrecognizedClientException" }).filter(
      ([service]) => service === "sts" || regional.includes(service),
    ),
  )("%s in a Region that the account has not opted in to: %s", async (service, name) => {
    const sandbox = await started();
    expect((await rejection(call(service, clients(sandbox, sandbox.credentials, "af-south-1")))).name).toBe(name);
  });
});
