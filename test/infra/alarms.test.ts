import { beforeAll, describe, expect, it } from "vitest";
import { figures } from "../../core/figures.ts";
import { type Declared, declare, stack } from "./graph.ts";

let graph: readonly Declared[] = [];
beforeAll(async () => {
  graph = await declare("test", ...stack);
}, 180_000);

const ofType = (type: string): readonly Declared[] => graph.filter((one) => one.type === type);
const alarms = () => ofType("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => inputs);
const alarm = (name: string) => alarms().find((one) => one.name === `eks-perimeter-test-${name}`);
const arnOf = (name: string): string => `arn:aws:mock:eu-west-1:111122223333:${name}`;

interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}
const metricsOf = (one: { metricQueries?: { metric?: Metric }[] } & Partial<Metric>): readonly Metric[] =>
  (one.metricQueries ?? [{ metric: one as Metric }]).flatMap(({ metric }) => (metric === undefined ? [] : [metric]));
const dashboard = () => JSON.parse(ofType("aws:cloudwatch/dashboard:Dashboard")[0]?.inputs.dashboardBody);
const namesOf = (name: string) => metricsOf(alarm(name)).map(({ metricName }) => metricName);

describe("every alarm", () => {
  it("notifies the topic, when it begins and when it ends", () => {
    expect(alarms()).toHaveLength(12);
    for (const one of alarms()) {
      expect([one.alarmActions, one.okActions, one.actionsEnabled], one.name).toEqual([[arnOf("Alarms")], [arnOf("Alarms")], true]);
    }
  });
  it("says what has happened and what to do, in what CloudWatch takes", () => {
    for (const { name, alarmDescription } of alarms()) {
      expect(alarmDescription, name).toMatch(/\b(?:Open|Read|Roll|Search|Look|Invoke|raise)\b/);
      expect(alarmDescription.length, name).toBeLessThanOrEqual(1024);
    }
  });
  it("stands on the dashboard", () => {
    const [shown] = dashboard().widgets.filter(({ type }: { type: string }) => type === "alarm");
    expect(shown.properties.alarms.sort()).toEqual(
      ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
        .map(({ name }) => arnOf(name))
        .sort(),
    );
  });
  it("watches windows that CloudWatch takes: a week at most, a day for periods below an hour", () => {
    for (const one of alarms()) {
      const periods = one.metricQueries?.flatMap((query: { metric?: { period: number } }) => query.metric?.period ?? []) ?? [one.period];
      for (const period of periods) expect(period * one.evaluationPeriods, one.name).toBeLessThanOrEqual(period < 3600 ? 86_400 : 604_800);
    }
  });
});

it("the dead man's switch: two days without a completed run, silence included", () => {
  expect(alarm("no-run-completed")).toMatchObject({
    namespace: "EksPerimeter",
    metricName: "RunCompleted",
    statistic: "Sum",
    period: 86_400,
    evaluationPeriods: 2,
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    treatMissingData: "breaching",
  });
});

it("clusters-unread: something is unread of more than half of the clusters; of none at all it says nothing", () => {
  expect(namesOf("clusters-unread")).toEqual(["ClustersUnread", "ClustersPlanned"]);
  expect(alarm("clusters-unread").metricQueries[0]).toMatchObject({ expression: "100 * m0 / m1", returnData: true });
  expect(alarm("clusters-unread")).toMatchObject({
    comparisonOperator: "GreaterThanThreshold",
    threshold: 50,
    treatMissingData: "notBreaching",
  });
});

it.each([
  ["run-failed", ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"], { StateMachineArn: arnOf("Workflow") }],
  ["schedule-dropped", ["InvocationDroppedCount", "TargetErrorCount"], { ScheduleGroup: "eks-perimeter-test-schedules" }],
  ["accounts-denied", ["AccountsDenied"], { service: "eks-perimeter", stage: "test" }],
  ["scans-missing", ["AccountsMissing", "ClustersMissing"], { service: "eks-perimeter", stage: "test" }],
  ["publish-failed", ["PublishFailed"], { service: "eks-perimeter", stage: "test" }],
  ["slack-failed", ["SlackFailed"], { service: "eks-perimeter", stage: "test" }],
])("%s: one of %j is too many, and none at all is no alarm", (name, names, dimensions) => {
  expect(namesOf(name)).toEqual(names);
  for (const metric of metricsOf(alarm(name))) expect(metric.dimensions).toEqual(dimensions);
  expect(alarm(name)).toMatchObject({ comparisonOperator: "GreaterThanThreshold", threshold: 0, treatMissingData: "notBreaching" });
});

it("undelivered: a message in either queue is too many", () => {
  const queue = (QueueName: string) => ({ metricName: "ApproximateNumberOfMessagesVisible", dimensions: { QueueName } });
  const queues = ["eks-perimeter-test-undelivered", "eks-perimeter-test-undelivered-rescans"];
  expect(metricsOf(alarm("undelivered"))).toMatchObject(queues.map(queue));
  expect(ofType("aws:sqs/queue:Queue").map(({ inputs }) => inputs.name)).toEqual(queues);
});

it.each([
  ["Errors", []],
  ["Throttles", ["eks-perimeter-test-rescan"]], // it is invoked again, and what was not delivered is kept
])("%s of each function but %j", (metricName, others) => {
  const names = ofType("aws:lambda/function:Function")
    .map(({ inputs }) => inputs.name)
    .filter((name) => !others.includes(name));
  const watched = metricsOf(alarm(metricName.toLowerCase()));
  expect(watched.map(({ dimensions }) => dimensions.FunctionName).sort()).toEqual(names.sort());
  expect(new Set(watched.map((metric) => metric.metricName))).toEqual(new Set([metricName]));
});

describe("the product's own metrics", () => {
  const counted = ["RunStarted", "AccountsDiscovered", "ClustersScanned", "RunCompleted", "RescansAsked"];
  it("each one that is watched is emitted, and each one that is emitted is shown", () => {
    const shown = dashboard().widgets.flatMap(({ properties }: { properties: { metrics?: string[][] } }) => properties.metrics ?? []);
    const ours = shown.filter(([namespace]: string[]) => namespace === "EksPerimeter").map(([, name]: string[]) => name);
    expect(ours.sort()).toEqual([...figures, ...counted].sort());
    const watched = alarms().flatMap((one) => metricsOf(one).filter(({ namespace }) => namespace === "EksPerimeter"));
    for (const { metricName } of watched) expect(ours).toContain(metricName);
  });
  it("the functions know the stage by which they are told apart", () => {
    for (const { inputs } of ofType("aws:lambda/function:Function")) {
      expect(inputs.environment.variables.EKS_PERIMETER_STAGE).toBe("test");
    }
  });
});

describe("the topic", () => {
  it("is encrypted under a key that CloudWatch may use for this account, and that is renewed", () => {
    const [topic] = ofType("aws:sns/topic:Topic");
    const [key] = ofType("aws:kms/key:Key");
    expect(topic?.inputs.kmsMasterKeyId).toBe(arnOf(key?.name ?? ""));
    expect(key?.inputs.enableKeyRotation).toBe(true);
    const [, used, ...others] = JSON.parse(key?.inputs.policy).Statement;
    expect(others).toEqual([]);
    expect(used).toMatchObject({
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
    });
  });
  it("is published to by this account's alarms alone, over TLS", () => {
    const [policy] = ofType("aws:sns/topicPolicy:TopicPolicy").map(({ inputs }) => JSON.parse(inputs.policy).Statement);
    expect(policy).toMatchObject([
      { Effect: "Allow", Principal: { Service: "cloudwatch.amazonaws.com" }, Action: "sns:Publish" },
      { Effect: "Deny", Principal: "*", Action: "sns:Publish", Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ]);
    expect(policy[0].Condition).toEqual({ StringEquals: { "aws:SourceAccount": "111122223333" } });
  });
});
