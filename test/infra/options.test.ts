/** What a deployment is told by its environment, and what it refuses. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type Declared, declare, stack } from "./graph.ts";

const given = {
  EKS_PERIMETER_SUBNETS: "subnet-0123456789abcdef0, subnet-0123456789abcdef1",
  EKS_PERIMETER_SECURITY_GROUPS: "sg-0123456789abcdef0",
  EKS_PERIMETER_EXTERNAL_ID: "an-external-id",
  EKS_PERIMETER_ALARM_EMAIL: "security@example.com",
  EKS_PERIMETER_SLACK_PARAMETER: "/eks-perimeter/slack",
  EKS_PERIMETER_HOURS: "6, 18",
  EKS_PERIMETER_DAYS: "MON,TUE,WED,THU,FRI",
  EKS_PERIMETER_TIME_ZONE: "Europe/Berlin",
  EKS_PERIMETER_WINDOW_MINUTES: "0",
  EKS_PERIMETER_RESERVE_CONCURRENCY: "no",
  EKS_PERIMETER_UNREAD_PERCENT: "80",
};
let graph: readonly Declared[] = [];
beforeAll(async () => {
  for (const [name, value] of Object.entries(given)) vi.stubEnv(name, value);
  graph = await declare("test", ...stack);
  vi.unstubAllEnvs();
}, 180_000);

const functions = () => graph.filter(({ type }) => type === "aws:lambda/function:Function").map(({ inputs }) => inputs);
const suffix = (name: string): string => name.replace("eks-perimeter-test-", "");

it("scan alone is attached to the given subnets and security groups", () => {
  const attached = functions().flatMap(({ name, vpcConfig }) => (vpcConfig === undefined ? [] : [[suffix(name), vpcConfig]]));
  expect(attached).toEqual([
    ["scan", { subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"], securityGroupIds: ["sg-0123456789abcdef0"] }],
  ]);
});

it("scan alone may then make network interfaces", () => {
  const roles = graph.filter(
    ({ type, inputs }) => type === "aws:iam/role:Role" && /VPCAccess/.test(JSON.stringify(inputs.managedPolicyArns ?? [])),
  );
  expect(roles.map(({ name }) => name)).toEqual(["ScanRole"]);
});

it("the functions bring the external id", () => {
  const steps = functions().filter(({ name }) => suffix(name) !== "rescan"); // which opens no account
  for (const { environment } of steps) expect(environment.variables.EKS_PERIMETER_EXTERNAL_ID).toBe("an-external-id");
});

it("no concurrency is reserved where an account has too little of it", () => {
  for (const one of functions()) expect(one.reservedConcurrentExecutions, one.name).toBeUndefined();
});

it("summarize alone is told the parameter for Slack, and may read that one", () => {
  const told = functions().filter(({ environment }) => environment.variables.EKS_PERIMETER_SLACK_PARAMETER === "/eks-perimeter/slack");
  expect(told.map(({ name }) => suffix(name))).toEqual(["summarize"]);
  const policies = graph.flatMap(({ name, inputs }) =>
    (inputs.inlinePolicies ?? []).map(({ policy }: { policy: string }) => ({ name, ...JSON.parse(policy) })),
  );
  const granted = policies.flatMap(
    ({ name, statements = [] }: { name: string; statements?: { actions: string[]; resources: string[] }[] }) =>
      statements.filter(({ actions }) => actions.some((action) => action.startsWith("ssm:"))).map((statement) => ({ name, ...statement })),
  );
  expect(granted).toMatchObject([
    {
      name: "SummarizeRole",
      actions: ["ssm:GetParameter"],
      resources: ["arn:aws:ssm:eu-west-1:111122223333:parameter/eks-perimeter/slack"],
    },
  ]);
});

it("alarms go to the address", () => {
  const subscriptions = graph.filter(({ type }) => type === "aws:sns/topicSubscription:TopicSubscription");
  expect(subscriptions.map(({ inputs }) => [inputs.protocol, inputs.endpoint])).toEqual([["email", "security@example.com"]]);
});

describe("the schedule", () => {
  it("starts at the given hours of the given days of the given time zone, to the minute where no window is given", () => {
    const [schedule] = graph.filter(({ type }) => type === "aws:scheduler/schedule:Schedule").map(({ inputs }) => inputs);
    expect(schedule).toMatchObject({
      scheduleExpression: "cron(0 6,18 ? * MON,TUE,WED,THU,FRI *)",
      scheduleExpressionTimezone: "Europe/Berlin",
      flexibleTimeWindow: { mode: "OFF" },
    });
  });
  it("is followed by what watches it: from Friday 18:00 to Monday 6:00 are 60 hours, 61 where clocks are put back", () => {
    const alarms = graph.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => inputs);
    const alarm = (name: string) => alarms.find((one) => suffix(one.name) === name);
    expect(alarm("no-run-completed")).toMatchObject({ period: 61 * 3_600, evaluationPeriods: 2 });
    expect(alarm("no-run-completed").alarmDescription).toContain("No run was completed for 122 hours");
    expect(alarm("old-scan")).toMatchObject({ period: 61 * 3_600, threshold: 122 });
    expect(alarm("clusters-unread")).toMatchObject({ threshold: 80 });
    for (const name of ["clusters-unread", "accounts-denied", "scans-missing", "publish-failed", "slack-failed"]) {
      for (const { metric } of alarm(name).metricQueries.slice(1)) expect(metric.period, name).toBe(61 * 3_600);
    }
  });
  it("lets a run end before the next may begin", async () => {
    const { longestRunHours } = await import("../../infra/options.ts"); // not before the environment is told
    const { TimeoutSeconds } = JSON.parse(readFileSync("infra/workflow.asl.json", "utf8"));
    expect(longestRunHours * 3_600).toBe(TimeoutSeconds);
  });
});

describe("refused before anything is declared", () => {
  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["subnets without security groups", { EKS_PERIMETER_SUBNETS: "subnet-0123456789abcdef0" }, /both or neither/],
    ["security groups without subnets", { EKS_PERIMETER_SECURITY_GROUPS: "sg-0123456789abcdef0" }, /both or neither/],
    [
      "a VPC for a subnet",
      { EKS_PERIMETER_SUBNETS: "vpc-0123456789abcdef0", EKS_PERIMETER_SECURITY_GROUPS: "sg-0123456789abcdef0" },
      /EKS_PERIMETER_SUBNETS holds "vpc-0123456789abcdef0", but ids of subnets are subnet-…/,
    ],
    [
      "a token instead of the parameter that holds it, which is not repeated",
      { EKS_PERIMETER_SLACK_PARAMETER: "xoxb-1" },
      /^EKS_PERIMETER_SLACK_PARAMETER must hold the name of a parameter(?!.*xoxb)/,
    ],
    ["an hour that is none", { EKS_PERIMETER_HOURS: "4,24" }, /EKS_PERIMETER_HOURS holds "24", but hours are whole numbers from 0 to 23/],
    ["an expression for an hour", { EKS_PERIMETER_HOURS: "rate(1 day)" }, /EKS_PERIMETER_HOURS holds "rate\(1 day\)", but hours are/],
    ["a day that is none", { EKS_PERIMETER_DAYS: "MON-FRI" }, /EKS_PERIMETER_DAYS holds "MON-FRI", but days are MON, TUE, WED/],
    [
      "a time zone that is none",
      { EKS_PERIMETER_TIME_ZONE: "Europe/Mainz" },
      /EKS_PERIMETER_TIME_ZONE holds "Europe\/Mainz", but it must be/,
    ],
    ["an offset for a time zone", { EKS_PERIMETER_TIME_ZONE: "+01:00" }, /EKS_PERIMETER_TIME_ZONE holds "\+01:00", but it must be/],
    [
      "starts that lie an hour apart: a run may take two",
      { EKS_PERIMETER_HOURS: "23,0" },
      /EKS_PERIMETER_HOURS holds ".* at 23,0 \(UTC\)", but starts must lie at least 2 hours apart/,
    ],
    [
      "a weekly schedule: no alarm looks back for two weeks",
      { EKS_PERIMETER_DAYS: "SUN" },
      /EKS_PERIMETER_DAYS holds "SUN at 4 \(UTC\)", but starts must lie at most 84 hours apart, .*; here it is 168/,
    ],
    [
      "a window in which two starts lie",
      { EKS_PERIMETER_HOURS: "0,2", EKS_PERIMETER_WINDOW_MINUTES: "120" },
      /EKS_PERIMETER_WINDOW_MINUTES holds "120", but it must be a whole number from 0 to 119/,
    ],
    ["a window of more than a day", { EKS_PERIMETER_WINDOW_MINUTES: "1441" }, /from 0 to 1439/],
    [
      "neither yes nor no",
      { EKS_PERIMETER_RESERVE_CONCURRENCY: "10" },
      /EKS_PERIMETER_RESERVE_CONCURRENCY holds "10", but it must be yes or no/,
    ],
    ["a part of more than all", { EKS_PERIMETER_UNREAD_PERCENT: "101" }, /EKS_PERIMETER_UNREAD_PERCENT holds "101", but .* from 0 to 100/],
    ["a window that is no number", { EKS_PERIMETER_WINDOW_MINUTES: "1h" }, /EKS_PERIMETER_WINDOW_MINUTES holds "1h"/],
  ])("%s", async (_what, environment, message) => {
    vi.resetModules();
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    await expect(import("../../infra/options.ts")).rejects.toThrow(message);
    vi.unstubAllEnvs();
  });
});
