/** What every role of the deployment and of the accounts may do, judged by an IAM simulator against AWS's own list of actions. */
import { beforeAll, describe, expect, inject, it, vi } from "vitest";
import { stateKeys } from "../../core/publish/state-store.ts";
import { lockKey } from "../../core/run-lock.ts";
import { keys } from "../../core/run-record.ts";
import { declare, stack } from "../infra/graph.ts";
import { type Given, templateRole, templateRoles } from "../support/member-template.ts";
import { type IamJudge, iamJudge, type Judgement, type PolicyDocument } from "./bed/iam/judge.ts";
import { hub, type StackRole, stackArns, stackRoles } from "./bed/iam/stack-roles.ts";
import { suite } from "./bed/suite.ts";

const member = "222233334444";
const region = "eu-west-1";
const cluster = { account: member, region, name: "Prod" };
const partitions = ["aws", "aws-us-gov", "aws-cn"] as const;
const functions = ["Plan", "Discover", "Scan", "Summarize", "Rescan"] as const;
const memberRole = (account: string, partition = "aws") => `arn:${partition}:iam::${account}:role/eks-perimeter-member`;

/** Given to the deployment, as it grants one thing more. */
const slackParameter = "/eks-perimeter/slack";
const parameterArn = (name: string, of: { readonly region?: string; readonly account?: string } = {}) =>
  `arn:aws:ssm:${of.region ?? region}:${of.account ?? hub}:parameter${name}`;

/** One resource of each type that an action of the member's role is called on, as AWS names them. */
const examples = (partition: string, account: string): Readonly<Record<string, readonly string[]>> => {
  const eks = `arn:${partition}:eks:${region}:${account}`;
  const uuid = "b2c5a8d0-0000-4000-8000-000000000000";
  return {
    cluster: [`${eks}:cluster/prod`],
    nodegroup: [`${eks}:nodegroup/prod/general/${uuid}`],
    addon: [`${eks}:addon/prod/vpc-cni/${uuid}`],
    "access-entry": [`${eks}:access-entry/prod/role/${account}/eks-perimeter-member/${uuid}`],
    account: [`arn:${partition}:account::${account}:account`],
    // AWS's own lists, and those that another account shares.
    "prefix-list": [`arn:${partition}:ec2:${region}:aws:prefix-list/pl-1`, `arn:${partition}:ec2:${region}:999988887777:prefix-list/pl-2`],
    hub: [`arn:${partition}:securityhub:${region}:${account}:hub/default`],
    product: [`arn:${partition}:securityhub:${region}:${account}:product/${account}/default`],
  };
};

/** Types that an action takes as well, and which nothing here is. */
const otherTypes = new Set(["accountInOrganization", "hubv2"]);

/** What no role of the product may do: action and resource. */
const dangerous: readonly (readonly [action: string, resource: string])[] = [
  ["iam:CreateRole", `arn:aws:iam::${hub}:role/new`],
  ["iam:PassRole", `arn:aws:iam::${hub}:role/admin`],
  ["iam:PutRolePolicy", memberRole(hub)],
  ["iam:AttachRolePolicy", memberRole(hub)],
  ["iam:UpdateAssumeRolePolicy", memberRole(hub)],
  ["iam:DeleteRolePermissionsBoundary", memberRole(hub)],
  ["iam:CreateAccessKey", `arn:aws:iam::${hub}:user/somebody`],
  ["sts:AssumeRole", `arn:aws:iam::${hub}:role/admin`],
  ["sts:AssumeRole", `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`],
  ["sts:AssumeRole", `${memberRole(member)}-admin`],
  ["sts:AssumeRole", `arn:aws:iam::${member}:role/admin/eks-perimeter-member`],
  ["s3:GetObject", "arn:aws:s3:::other/runs/r/run.json"],
  ["s3:PutObject", "arn:aws:s3:::other/runs/r/run.json"],
  ["s3:PutObject", "STORE/config.json"],
  ["s3:PutObject", "STORE/elsewhere"],
  ["s3:DeleteObject", "STORE/runs/r/report.json"],
  ["s3:DeleteObjectVersion", "STORE/runs/r/report.json"],
  ["s3:PutObjectAcl", "STORE/runs/r/report.json"],
  ["s3:PutBucketPolicy", "STORE"],
  ["s3:PutBucketVersioning", "STORE"],
  ["s3:PutLifecycleConfiguration", "STORE"],
  ["s3:DeleteBucket", "STORE"],
  ["s3:ListAllMyBuckets", "*"],
  ["eks:UpdateClusterConfig", `arn:aws:eks:${region}:${member}:cluster/prod`],
  ["eks:UpdateClusterConfig", `arn:aws:eks:${region}:${hub}:cluster/prod`],
  ["eks:DeleteCluster", `arn:aws:eks:${region}:${hub}:cluster/prod`],
  ["eks:CreateAccessEntry", `arn:aws:eks:${region}:${hub}:cluster/prod`],
  ["eks:AssociateAccessPolicy", `arn:aws:eks:${region}:${hub}:access-entry/prod/role/${hub}/eks-perimeter-member/1`],
  ["eks:AccessKubernetesApi", `arn:aws:eks:${region}:${hub}:cluster/prod`],
  ["ec2:AuthorizeSecurityGroupIngress", `arn:aws:ec2:${region}:${hub}:security-group/sg-1`],
  ["ec2:AuthorizeSecurityGroupEgress", `arn:aws:ec2:${region}:${hub}:security-group/sg-1`],
  ["ec2:RevokeSecurityGroupIngress", `arn:aws:ec2:${region}:${hub}:security-group/sg-1`],
  ["ec2:TerminateInstances", `arn:aws:ec2:${region}:${hub}:instance/i-1`],
  ["ec2:GetConsoleOutput", `arn:aws:ec2:${region}:${hub}:instance/i-1`],
  ["ec2:DescribeInstanceAttribute", `arn:aws:ec2:${region}:${hub}:instance/i-1`],
  ["ec2:ModifyVpcBlockPublicAccessOptions", "*"],
  ["elasticloadbalancing:DeleteLoadBalancer", `arn:aws:elasticloadbalancing:${region}:${hub}:loadbalancer/net/a/1`],
  ["elasticloadbalancing:SetSecurityGroups", `arn:aws:elasticloadbalancing:${region}:${hub}:loadbalancer/net/a/1`],
  ["securityhub:BatchUpdateFindings", `arn:aws:securityhub:${region}:${hub}:hub/default`],
  ["securityhub:BatchImportFindings", `arn:aws:securityhub:${region}:${hub}:product/aws/guardduty`],
  ["securityhub:BatchImportFindings", `arn:aws:securityhub:${region}:999988887777:product/999988887777/default`],
  ["securityhub:DisableSecurityHub", `arn:aws:securityhub:${region}:${hub}:hub/default`],
  ["lambda:InvokeFunction", `arn:aws:lambda:${region}:${hub}:function:other`],
  ["lambda:InvokeFunction", `arn:aws:lambda:${region}:${hub}:function:eks-perimeter-test-scan-other`],
  ["lambda:UpdateFunctionCode", `arn:aws:lambda:${region}:${hub}:function:eks-perimeter-test-scan`],
  ["lambda:UpdateFunctionConfiguration", `arn:aws:lambda:${region}:${hub}:function:eks-perimeter-test-scan`],
  ["states:StartExecution", `arn:aws:states:${region}:${hub}:stateMachine:other`],
  ["states:StopExecution", `arn:aws:states:${region}:${hub}:execution:other:1`],
  ["states:UpdateStateMachine", `arn:aws:states:${region}:${hub}:stateMachine:eks-perimeter-test-workflow`],
  ["sqs:SendMessage", `arn:aws:sqs:${region}:${hub}:other`],
  ["sqs:ReceiveMessage", `arn:aws:sqs:${region}:${hub}:eks-perimeter-test-undelivered`],
  ["sqs:PurgeQueue", `arn:aws:sqs:${region}:${hub}:eks-perimeter-test-undelivered`],
  ["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:${region}:${hub}:secret:other-AbCdEf`],
  ["ssm:GetParameter", `arn:aws:ssm:${region}:${hub}:parameter/other`],
  ["ssm:SendCommand", `arn:aws:ec2:${region}:${hub}:instance/i-1`],
  ["kms:Decrypt", `arn:aws:kms:${region}:${hub}:key/1234abcd-12ab-34cd-56ef-1234567890ab`],
  ["organizations:DescribeOrganization", "*"],
  ["organizations:ListRoots", "*"],
  ["organizations:LeaveOrganization", "*"],
  ["organizations:DescribePolicy", `arn:aws:organizations::${hub}:policy/o-a1b2c3d4e5/service_control_policy/p-12345678`],
  ["logs:DeleteLogGroup", `arn:aws:logs:${region}:${hub}:log-group:/aws/lambda/eks-perimeter-test-scan`],
  ["cloudformation:CreateStack", `arn:aws:cloudformation:${region}:${hub}:stack/new/1`],
];

/** Whatever a role may do that is no read, and nothing besides. */
const writes: Readonly<Record<string, readonly string[]>> = {
  PlanRole: ["s3:PutObject"],
  DiscoverRole: ["s3:PutObject", "sts:AssumeRole"],
  ScanRole: ["s3:PutObject", "sqs:SendMessage", "sts:AssumeRole"],
  SummarizeRole: ["s3:PutObject"],
  RescanRole: ["lambda:InvokeFunction", "sqs:SendMessage"],
  Member: ["securityhub:BatchImportFindings"],
  ScheduleRole: ["sqs:SendMessage", "states:StartExecution"],
  WorkflowRole: [
    "lambda:InvokeFunction",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "states:RedriveExecution",
    "states:StartExecution",
    "states:StopExecution",
  ],
};

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}
const statementsOf = (policies: readonly PolicyDocument[]) => policies.flatMap(({ Statement }) => Statement as readonly Statement[]);
const actionsOf = (policies: readonly PolicyDocument[]): readonly string[] => [
  ...new Set(statementsOf(policies).flatMap(({ Action }) => Action)),
];
const templatePolicies = (partition: string) => templateRole({}, partition).Policies.map(({ PolicyDocument }) => PolicyDocument);
const onboardingPolicies = () => {
  const { Onboarding } = templateRoles({ OnboardAccessEntries: "true", OperatorRoleArns: [`arn:aws:iam::${hub}:role/security`] });
  return Onboarding?.Policies.map(({ PolicyDocument }) => PolicyDocument) ?? [];
};
/** Allows everything, so that the trust policy alone decides. */
const mayAssumeAll: PolicyDocument = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" }] };

suite("IAM", { iam: inject("iam") }, ({ iam }) => {
  let judge: IamJudge;
  let roles: ReadonlyMap<string, StackRole>;
  let arns: ReadonlyMap<string, string>;
  beforeAll(async () => {
    judge = await iamJudge(iam);
    vi.stubEnv("EKS_PERIMETER_SLACK_PARAMETER", slackParameter);
    const graph = await declare("test", ...stack);
    vi.unstubAllEnvs();
    roles = stackRoles(graph);
    arns = stackArns(graph);
  }, 180_000);

  const role = (name: string): StackRole => {
    const found = roles.get(name);
    if (found === undefined) throw new Error(`The deployment declares no ${name}.`);
    return found;
  };
  const arn = (name: string): string => arns.get(name) ?? name;
  const store = (key: string): string => `${arn("StoreBucket")}/${key}`;
  const isAllowed = async (name: string, action: string, resource: string): Promise<Judgement> =>
    judge.judge({ principal: role(name).arn, action, resource, owner: hub, identityPolicies: role(name).policies });

  describe("the roles of the deployment", () => {
    const objects = (action: string, ...found: readonly string[]) => found.map((key) => [action, () => store(key)] as const);
    const all = (resource: string) => () => arn(resource);
    const needed: Readonly<Record<string, readonly (readonly [action: string, resource: () => string])[]>> = {
      PlanRole: [
        ["organizations:ListAccounts", () => "*"],
        ["s3:ListBucket", all("StoreBucket")],
        ...objects("s3:GetObject", "config.json", keys.run("r"), lockKey),
        ...objects("s3:PutObject", keys.run("r"), lockKey),
      ],
      DiscoverRole: [
        ["sts:AssumeRole", () => memberRole(member)],
        ["sts:AssumeRole", () => memberRole(hub)],
        ["s3:ListBucket", all("StoreBucket")],
        ...objects("s3:GetObject", "config.json", keys.run("r"), stateKeys.account(member)),
        ...objects("s3:PutObject", keys.account("r", member), stateKeys.account(member)),
      ],
      ScanRole: [
        ["sts:AssumeRole", () => memberRole(member)],
        ["sts:AssumeRole", () => memberRole(hub)],
        ["s3:ListBucket", all("StoreBucket")],
        ...objects("s3:GetObject", "config.json", keys.run("r"), stateKeys.cluster(cluster)),
        ...objects("s3:PutObject", keys.run("r"), keys.cluster("r", cluster), keys.evidence("r", cluster), stateKeys.cluster(cluster)),
        ["sqs:SendMessage", all("UndeliveredRescans")],
      ],
      SummarizeRole: [
        ["s3:ListBucket", all("StoreBucket")],
        ...objects("s3:GetObject", "config.json", keys.run("r"), keys.account("r", member), keys.cluster("r", cluster), lockKey),
        ...objects("s3:GetObject", stateKeys.cluster(cluster), stateKeys.account(member)),
        ...objects(
          "s3:PutObject",
          keys.report("r", "report.json"),
          keys.report("r", "report.html"),
          lockKey,
          stateKeys.cluster(cluster),
          "slack/alerts.json",
        ),
        ["ssm:GetParameter", () => parameterArn(slackParameter)],
      ],
      RescanRole: [
        ["lambda:InvokeFunction", all("ScanFunction")],
        ["sqs:SendMessage", all("UndeliveredRescans")],
      ],
      WorkflowRole: [
        ...["PlanFunction", "DiscoverFunction", "ScanFunction", "SummarizeFunction"].map(
          (name) => ["lambda:InvokeFunction", all(name)] as const,
        ),
        ["states:StartExecution", all("Workflow")],
        // The distributed map's executions are called machine/label:id.
        ...["states:StopExecution", "states:RedriveExecution"].map(
          (action) => [action, () => `${arn("Workflow").replace(":stateMachine:", ":execution:")}/Accounts:1`] as const,
        ),
        ...["Create", "Get", "Update", "Delete"].map((verb) => [`logs:${verb}LogDelivery`, () => "*"] as const),
        ...["ListLogDeliveries", "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"].map(
          (action) => [`logs:${action}`, () => "*"] as const,
        ),
      ],
      ScheduleRole: [
        ["states:StartExecution", all("Workflow")],
        ["sqs:SendMessage", all("Undelivered")],
      ],
    };

    it("are all looked at", () => {
      expect([...roles.keys()].sort()).toEqual([...Object.keys(needed), "Member"].sort());
      expect([...roles.keys()].sort()).toEqual(Object.keys(writes).sort());
    });

    it.each(Object.keys(needed))("%s: allowed whatever it calls, on what it calls it on", async (name) => {
      const judged = await Promise.all(
        (needed[name] ?? []).map(async ([action, resource]) => [action, resource(), await isAllowed(name, action, resource())]),
      );
      expect(judged.filter(([, , judgement]) => judgement !== "Allowed")).toEqual([]);
      expect(judged.length).toBeGreaterThan(1);
    });

    it.each(Object.keys(writes))("%s: changes nothing but what is on the list", async (name) => {
      const kinds = await Promise.all(
        actionsOf(role(name).policies).map(async (action) => [action, (await judge.actionDetails(action))?.accessLevel] as const),
      );
      const changing = kinds.filter(([, level]) => level !== "Read" && level !== "List");
      expect(changing.map(([action]) => action).sort()).toEqual(writes[name]);
    });

    it.each(Object.keys(writes))("%s: denied whatever is dangerous", async (name) => {
      const judged = await Promise.all(
        dangerous.map(async ([action, resource]) => {
          const named = resource.replace("STORE", arn("StoreBucket"));
          return [action, named, await isAllowed(name, action, named)];
        }),
      );
      expect(judged.filter(([, , judgement]) => judgement !== "ImplicitlyDenied")).toEqual([]);
    });

    it("read the parameter for Slack in summarize alone, and there no other and in no other way", async () => {
      const asked: readonly (readonly [action: string, resource: string])[] = [
        ["ssm:GetParameter", parameterArn(slackParameter)],
        ["ssm:GetParameter", parameterArn(`${slackParameter}-other`)],
        ["ssm:GetParameter", parameterArn(`${slackParameter}/other`)],
        ["ssm:GetParameter", parameterArn("/eks-perimeter")],
        ["ssm:GetParameter", parameterArn(slackParameter, { region: "us-east-1" })],
        ["ssm:GetParameter", parameterArn(slackParameter, { account: member })],
        ["ssm:GetParameters", parameterArn(slackParameter)],
        ["ssm:GetParametersByPath", parameterArn(slackParameter)],
        ["ssm:GetParameterHistory", parameterArn(slackParameter)],
        ["ssm:PutParameter", parameterArn(slackParameter)],
        ["ssm:DeleteParameter", parameterArn(slackParameter)],
      ];
      const allowed: string[] = [];
      for (const name of roles.keys()) {
        for (const [action, resource] of asked) {
          if ((await isAllowed(name, action, resource)) !== "ImplicitlyDenied") allowed.push(`${name}: ${action} on ${resource}`);
        }
      }
      expect(allowed).toEqual([`SummarizeRole: ssm:GetParameter on ${parameterArn(slackParameter)}`]);
    });

    it("write into the store where their step does, and into no other step's part", async () => {
      const places = {
        lock: lockKey,
        evidence: keys.evidence("r", cluster),
        "memory of a cluster": stateKeys.cluster(cluster),
        outbox: "slack/alerts.json",
        runs: keys.cluster("r", cluster),
      };
      const found: Record<string, readonly string[]> = {};
      for (const name of functions) {
        const judged = await Promise.all(
          Object.entries(places).map(async ([place, key]) => [place, await isAllowed(`${name}Role`, "s3:PutObject", store(key))] as const),
        );
        found[name] = judged.filter(([, judgement]) => judgement === "Allowed").map(([place]) => place);
      }
      expect(found).toEqual({
        Plan: ["lock", "runs"],
        Discover: ["memory of a cluster", "runs"],
        Scan: ["evidence", "memory of a cluster", "runs"],
        Summarize: ["lock", "memory of a cluster", "outbox", "runs"],
        Rescan: [],
      });
    });
  });

  describe("every action that is shipped", () => {
    const shipped = (): readonly (readonly [string, readonly PolicyDocument[]])[] => [
      ...[...roles].map(([name, { policies }]) => [name, policies] as const),
      ...partitions.map((partition) => [`the template in ${partition}`, templatePolicies(partition)] as const),
      ["the template's onboarding", onboardingPolicies()],
    ];
    it("exists, and is on every resource only where AWS knows no narrower form", async () => {
      const wrong: string[] = [];
      let count = 0;
      for (const [at, policies] of shipped()) {
        for (const { Action, Resource } of statementsOf(policies)) {
          for (const action of [Action].flat()) {
            count += 1;
            const details = await judge.actionDetails(action);
            if (details === undefined) wrong.push(`${at}: ${action} does not exist`);
            else if (details.isWildcardOnly !== [Resource].flat().includes("*")) wrong.push(`${at}: ${action} on ${Resource}`);
          }
        }
      }
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThan(150);
    });
    it("would be missed if it did not exist, or were granted on too much", async () => {
      expect(await judge.actionDetails("eks:ListKlusters")).toBeUndefined();
      expect(await judge.actionDetails("eks:DescribeCluster")).toMatchObject({ isWildcardOnly: false });
    });
  });

  describe.each([
    ...partitions.map((partition) => ({ of: `the template in ${partition}`, partition, account: member })),
    { of: "the deployment", partition: "aws", account: hub },
  ])("the member's role of $of", ({ of, partition, account }) => {
    const policies = () => (of === "the deployment" ? role("Member").policies : templatePolicies(partition));
    const judged = (action: string, resource: string) =>
      judge.judge({ principal: memberRole(account, partition), action, resource, identityPolicies: policies() });

    it("is allowed each read on the resources that it is made on, in any Region", async () => {
      const found = examples(partition, account);
      const denied: string[] = [];
      for (const action of actionsOf(policies())) {
        const details = await judge.actionDetails(action);
        const types = details?.resourceTypes.map(({ name }) => name).filter((name) => !otherTypes.has(name)) ?? [];
        const resources = details?.isWildcardOnly === true ? ["*"] : types.flatMap((type) => found[type] ?? [`no example of ${type}`]);
        expect(resources, action).not.toEqual([]);
        for (const resource of [...resources, ...resources.map((one) => one.replace(`:${region}:`, ":ap-southeast-2:"))]) {
          if ((await judged(action, resource)) !== "Allowed") denied.push(`${action} on ${resource}`);
        }
      }
      expect(denied).toEqual([]);
    });

    it("is denied whatever is dangerous, in its own account too", async () => {
      const allowed: string[] = [];
      for (const [action, resource] of dangerous) {
        const own = resource.replace("STORE", "arn:aws:s3:::store").replaceAll(hub, account).replace("arn:aws:", `arn:${partition}:`);
        if ((await judged(action, own)) !== "ImplicitlyDenied") allowed.push(`${action} on ${own}`);
      }
      expect(allowed).toEqual([]);
    });

    it("is denied what is its own in other accounts", async () => {
      const elsewhere = examples(partition, "999988887777");
      const resources = Object.entries(elsewhere).filter(([type]) => type !== "prefix-list"); // which other accounts share
      const allowed: string[] = [];
      for (const action of actionsOf(policies())) {
        const details = await judge.actionDetails(action);
        for (const [type, [resource = ""]] of resources) {
          if (details?.resourceTypes.some(({ name }) => name === type) !== true) continue;
          if ((await judged(action, resource)) !== "ImplicitlyDenied") allowed.push(`${action} on ${resource}`);
        }
      }
      expect(allowed).toEqual([]);
    });
  });

  describe.each(partitions)("the trust of the template's role in %s", (partition) => {
    const organization = "o-a1b2c3d4e5";
    const arnOf = (account: string, name: string) => `arn:${partition}:iam::${account}:role/${name}`;
    const session = (account: string, name: string) => `arn:${partition}:sts::${account}:assumed-role/${name}/session`;
    const given: Given = { HubRoleArns: [arnOf(hub, "discover"), arnOf(hub, "scan")] };
    const external: Given = { ...given, ExternalId: "s3cret" };
    const operated: Given = { ...given, OperatorRoleArns: [arnOf(hub, "security")] };
    const id = (value: string) => ({ "sts:ExternalId": value });

    it.each<[Judgement, string, Given, string, string | undefined, object]>([
      ["Allowed", "the hub's discover", given, session(hub, "discover"), organization, {}],
      ["Allowed", "the hub's scan", given, session(hub, "scan"), organization, {}],
      ["Allowed", "the hub's scan, with an external id that nobody demands", given, session(hub, "scan"), organization, id("any")],
      ["Allowed", "the hub's scan with the external id", external, session(hub, "scan"), organization, id("s3cret")],
      ["Allowed", "an operator who is listed", operated, session(hub, "security"), organization, {}],
      ["Allowed", "the hub's scan beside an operator", operated, session(hub, "scan"), organization, {}],
      ["ImplicitlyDenied", "an operator who is not listed", given, session(hub, "security"), organization, {}],
      [
        "ImplicitlyDenied",
        "an operator without the external id",
        { ...operated, ExternalId: "s3cret" },
        session(hub, "security"),
        organization,
        {},
      ],
      ["ImplicitlyDenied", "an operator of another organization", operated, session(hub, "security"), "o-zzzzzzzzzz", {}],
      ["ImplicitlyDenied", "another role of the hub", given, session(hub, "plan"), organization, {}],
      ["ImplicitlyDenied", "a role of the hub under a path of the same end", given, arnOf(hub, "other/scan"), organization, {}],
      ["ImplicitlyDenied", "the hub's root", given, `arn:${partition}:iam::${hub}:root`, organization, {}],
      ["ImplicitlyDenied", "a user of the hub", given, `arn:${partition}:iam::${hub}:user/scan`, organization, {}],
      ["ImplicitlyDenied", "a role of the same name in another account", given, session("999988887777", "scan"), organization, {}],
      ["ImplicitlyDenied", "a role of its own account", given, session(member, "admin"), organization, {}],
      ["ImplicitlyDenied", "its own account's root", given, `arn:${partition}:iam::${member}:root`, organization, {}],
      ["ImplicitlyDenied", "the hub's scan after the hub changed its organization", given, session(hub, "scan"), "o-zzzzzzzzzz", {}],
      ["ImplicitlyDenied", "the hub's scan after the hub left its organization", given, session(hub, "scan"), undefined, {}],
      ["ImplicitlyDenied", "the hub's scan without the external id", external, session(hub, "scan"), organization, {}],
      ["ImplicitlyDenied", "the hub's scan with another external id", external, session(hub, "scan"), organization, id("S3cret")],
    ])("%s: %s", async (judgement, _who, parameters, principal, orgId, context) => {
      expect(
        await judge.judge({
          principal,
          action: "sts:AssumeRole",
          resource: memberRole(member, partition),
          owner: member,
          context: { ...(orgId === undefined ? {} : { "aws:PrincipalOrgID": orgId }), ...context },
          identityPolicies: [mayAssumeAll],
          resourcePolicy: templateRole(parameters, partition).AssumeRolePolicyDocument,
        }),
      ).toBe(judgement);
    });
  });

  describe.each(partitions)("the template's role for onboarding in %s", (partition) => {
    const given: Given = { OnboardAccessEntries: "true", OperatorRoleArns: [`arn:${partition}:iam::${hub}:role/security`] };
    const arnOf = (name: string) => `arn:${partition}:iam::${member}:role/${name}`;
    const prod = (account: string) => `arn:${partition}:eks:${region}:${account}:cluster/prod`;
    const entry = `arn:${partition}:eks:${region}:${member}:access-entry/prod/role/${member}/eks-perimeter-member/1`;
    const userName = `arn:${partition}:sts::${member}:assumed-role/eks-perimeter-member/{{SessionName}}`;
    const request = {
      "eks:principalArn": arnOf("eks-perimeter-member"),
      "eks:kubernetesGroups": ["eks-perimeter:readers"],
      "eks:accessEntryType": "STANDARD",
    };
    const { "eks:kubernetesGroups": _groups, ...ofNoGroup } = request;
    const { "eks:accessEntryType": _type, ...ofNoType } = request;
    const groups = (...names: string[]) => ({ ...request, "eks:kubernetesGroups": names });
    const judged = (action: string, resource: string, context: Record<string, string | readonly string[]> = {}) => {
      const policies = templateRoles(given, partition).Onboarding?.Policies ?? [];
      const identityPolicies = policies.map(({ PolicyDocument }) => PolicyDocument);
      return judge.judge({ principal: arnOf("eks-perimeter-onboarding"), action, resource, context, identityPolicies });
    };

    it.each<[Judgement, string, string, string, Record<string, string | readonly string[]>]>([
      ["Allowed", "the entry of the role that reads", "eks:CreateAccessEntry", prod(member), request],
      [
        "Allowed",
        "the same by the name that EKS gives it",
        "eks:CreateAccessEntry",
        prod(member),
        { ...request, "eks:username": userName },
      ],
      ["ImplicitlyDenied", "under another's name", "eks:CreateAccessEntry", prod(member), { ...request, "eks:username": "admin" }],
      ["ImplicitlyDenied", "of another role", "eks:CreateAccessEntry", prod(member), { ...request, "eks:principalArn": arnOf("admin") }],
      ["ImplicitlyDenied", "of another group", "eks:CreateAccessEntry", prod(member), groups("admins")],
      ["ImplicitlyDenied", "of system:masters", "eks:CreateAccessEntry", prod(member), groups("system:masters")],
      ["ImplicitlyDenied", "of another group besides", "eks:CreateAccessEntry", prod(member), groups("eks-perimeter:readers", "admins")],
      ["ImplicitlyDenied", "of no group", "eks:CreateAccessEntry", prod(member), ofNoGroup],
      ["ImplicitlyDenied", "of another type", "eks:CreateAccessEntry", prod(member), { ...request, "eks:accessEntryType": "EC2_LINUX" }],
      ["ImplicitlyDenied", "of no type", "eks:CreateAccessEntry", prod(member), ofNoType],
      ["ImplicitlyDenied", "in another account", "eks:CreateAccessEntry", prod("999988887777"), request],
      ["ImplicitlyDenied", "an entry changed", "eks:UpdateAccessEntry", entry, request],
      ["ImplicitlyDenied", "an entry deleted", "eks:DeleteAccessEntry", entry, request],
      ["ImplicitlyDenied", "a policy associated", "eks:AssociateAccessPolicy", entry, { "eks:principalArn": request["eks:principalArn"] }],
      ["ImplicitlyDenied", "a cluster described", "eks:DescribeCluster", prod(member), {}],
    ])("%s: %s", async (judgement, _what, action, resource, context) => {
      expect(await judged(action, resource, context)).toBe(judgement);
    });

    it("is denied whatever is dangerous, in its own account too", async () => {
      const allowed: string[] = [];
      for (const [action, resource] of dangerous) {
        const own = resource.replace("STORE", "arn:aws:s3:::store").replaceAll(hub, member).replace("arn:aws:", `arn:${partition}:`);
        if ((await judged(action, own)) !== "ImplicitlyDenied") allowed.push(`${action} on ${own}`);
      }
      expect(allowed).toEqual([]);
    });

    it("lets the operator in, and not the functions that read", async () => {
      const assuming = (name: string) =>
        judge.judge({
          principal: `arn:${partition}:sts::${hub}:assumed-role/${name}/session`,
          action: "sts:AssumeRole",
          resource: arnOf("eks-perimeter-onboarding"),
          owner: member,
          context: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
          identityPolicies: [mayAssumeAll],
          resourcePolicy: templateRoles(given, partition).Onboarding?.AssumeRolePolicyDocument ?? mayAssumeAll,
        });
      const judgements = await Promise.all(["security", "discover", "scan"].map(assuming));
      expect(judgements).toEqual(["Allowed", "ImplicitlyDenied", "ImplicitlyDenied"]);
    });
  });

  describe("the deployment's functions, by their own policies, and the role that they assume", () => {
    const assuming = (name: string, account: string, trust: PolicyDocument) => {
      const { arn: own, policies } = role(name);
      const principal = own.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/").concat("/session");
      return judge.judge({
        principal,
        action: "sts:AssumeRole",
        resource: memberRole(account),
        owner: account,
        context: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
        identityPolicies: policies,
        resourcePolicy: trust,
      });
    };
    const ofTemplate = () => templateRole({ HubRoleArns: [role("DiscoverRole").arn, role("ScanRole").arn] }).AssumeRolePolicyDocument;

    it.each(functions)("%s in another account, and in the hub", async (name) => {
      const expected = name === "Discover" || name === "Scan" ? "Allowed" : "ImplicitlyDenied";
      expect(await assuming(`${name}Role`, member, ofTemplate())).toBe(expected);
      expect(await assuming(`${name}Role`, hub, role("Member").trust)).toBe(expected);
    });
  });
});
