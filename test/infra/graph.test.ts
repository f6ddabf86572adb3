import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { awsReads, doctorReads } from "../../core/collect/reads.ts";
import { outboxKey } from "../../core/publish/slack/outbox.ts";
import { stateKeys } from "../../core/publish/state-store.ts";
import { lockKey } from "../../core/run-lock.ts";
import { keys } from "../../core/run-record.ts";
import { type Declared, declare, stack } from "./graph.ts";

const cluster = { account: "222233334444", region: "eu-west-1", name: "prod" };
const expirationDays = (rule: { expiration: { days: number } }): number => rule.expiration.days;
/** As IAM matches a resource: an asterisk stands for anything. */
const matches = (pattern: string, arn: string): boolean =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  ).test(arn);
let graph: readonly Declared[] = [];
beforeAll(async () => {
  graph = await declare("test", ...stack);
}, 180_000);

const ofType = (type: string): readonly Declared[] => graph.filter((one) => one.type === type);
/** What is allowed anywhere in the graph. */
const statements = (): readonly { Action: string | string[]; Resource: string | string[]; at: string }[] =>
  graph.flatMap(({ name, inputs }) => {
    const documents = [inputs.policy, ...(inputs.inlinePolicies ?? []).map((inline: { policy: string }) => inline.policy)];
    return documents.filter((text) => typeof text === "string").flatMap((text) => parsed(text, name));
  });
const parsed = (text: string, at: string) => {
  const document = JSON.parse(text);
  const list = document.Statement ?? document.statements ?? [];
  const allowed = list.filter((one: Record<string, unknown>) => (one.Effect ?? one.effect ?? "Allow") === "Allow");
  return allowed.map((one: Record<string, unknown>) => ({
    Action: one.Action ?? one.actions,
    Resource: one.Resource ?? one.resources,
    at,
  }));
};

describe("roles", () => {
  it("every file of the stack is looked at", () => {
    expect(stack).toEqual(expect.arrayContaining(["infra/stage.ts", "infra/alarms.ts"]));
  });

  it("no placeholder is left in a resource", () => {
    expect(
      statements()
        .flatMap(({ Resource }) => Resource)
        .filter((arn) => /[{}]/.test(arn)),
    ).toEqual([]);
  });

  it("the member role may do exactly the declared reads, import findings, and ask which are suppressed", () => {
    const granted = statements()
      .filter(({ at }) => at === "MemberReads")
      .flatMap(({ Action }) => Action);
    const declared = Object.values({ ...awsReads, ...doctorReads }).flatMap(({ actions }) => [...actions]);
    expect(new Set(granted)).toEqual(new Set([...declared, "securityhub:BatchImportFindings", "securityhub:GetFindings"]));
  });
});

describe("the workflow", () => {
  it("logs steps that failed, without what they were given, for a quarter; and traces nothing", () => {
    const [machine] = ofType("aws:sfn/stateMachine:StateMachine");
    expect(machine?.inputs.loggingConfiguration).toEqual({
      level: "ERROR",
      includeExecutionData: false,
      logDestination: "arn:aws:mock:eu-west-1:111122223333:WorkflowLog:*",
    });
    expect(machine?.inputs.tracingConfiguration).toEqual({ enabled: false });
    const [log] = ofType("aws:cloudwatch/logGroup:LogGroup").filter(({ name }) => name === "WorkflowLog");
    expect(log?.inputs).toMatchObject({ name: "/aws/vendedlogs/states/eks-perimeter-test-workflow", retentionInDays: 90 });
  });

  it("is the local definition with every function filled in", () => {
    const [machine] = ofType("aws:sfn/stateMachine:StateMachine");
    const local = readFileSync("infra/workflow.asl.json", "utf8");
    expect(machine?.inputs.definition).not.toContain("${");
    expect(Object.keys(JSON.parse(machine?.inputs.definition).States)).toEqual(Object.keys(JSON.parse(local).States));
  });

  it("waits for each function longer than the function may run", () => {
    const timeouts = Object.fromEntries(ofType("aws:lambda/function:Function").map(({ inputs }) => [inputs.name, inputs.timeout]));
    expect(timeouts).toEqual({
      "eks-perimeter-test-plan": 300,
      "eks-perimeter-test-discover": 300,
      "eks-perimeter-test-scan": 900,
      "eks-perimeter-test-summarize": 300,
      "eks-perimeter-test-rescan": 60, // which the workflow does not call
    });
  });
});

describe("functions", () => {
  it("have as much of the account's concurrency as the workflow uses at once, and no more", () => {
    const { Accounts } = JSON.parse(readFileSync("infra/workflow.asl.json", "utf8")).States;
    const clusters = Accounts.MaxConcurrency * Accounts.ItemProcessor.States.Clusters.MaxConcurrency;
    const reserved = ofType("aws:lambda/function:Function").map(({ name, inputs }) => [name, inputs.reservedConcurrentExecutions]);
    expect(Object.fromEntries(reserved)).toEqual({
      PlanFunction: 2,
      DiscoverFunction: Accounts.MaxConcurrency,
      ScanFunction: clusters + 10, // scans that a person asks for
      SummarizeFunction: 2,
      RescanFunction: 2,
    });
  });
  it("keep their logs for a quarter", () => {
    const logs = ofType("aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs.retentionInDays);
    expect(logs).toEqual(
      ofType("aws:lambda/function:Function")
        .map(() => 90)
        .concat(90),
    ); // and the workflow's
  });
  it("run on arm64 and the pinned runtime with JSON logs", () => {
    for (const { inputs } of ofType("aws:lambda/function:Function")) {
      expect(inputs).toMatchObject({ runtime: "nodejs24.x", architectures: ["arm64"], loggingConfig: { logFormat: "JSON" } });
    }
  });
});

describe("the store", () => {
  it("keeps versions", () => {
    expect(ofType("aws:s3/bucketVersioning:BucketVersioning").map(({ inputs }) => inputs.versioningConfiguration.status)).toEqual([
      "Enabled",
    ]);
  });
  it("is encrypted by declaration", () => {
    const rules = ofType("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration");
    expect(rules.map(({ inputs }) => inputs.rules)).toEqual([[{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }]]);
  });
  it("is closed to the public in all four ways and has no CORS rule", () => {
    const [block, ...others] = ofType("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    expect(block?.inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(others).toEqual([]);
    expect(graph.filter(({ type }) => /cors/i.test(type))).toEqual([]);
  });
  it("refuses what does not come over TLS, and allows nobody anything by itself", () => {
    const [policy] = ofType("aws:s3/bucketPolicy:BucketPolicy").map(({ inputs }) => JSON.parse(inputs.policy));
    expect(policy.statements).toEqual([
      expect.objectContaining({
        effect: "Deny",
        actions: ["s3:*"],
        conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
      }),
    ]);
  });
  it("forgets runs, evidence and former versions in time, and never the state of findings", () => {
    const [life, ...others] = ofType("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    expect(others).toEqual([]); // a bucket has one: of two, the later replaces the earlier
    const expiring = life?.inputs.rules.filter((rule: { expiration?: { days?: number } }) => rule.expiration?.days !== undefined);
    const daysOf = (key: string) =>
      expiring.filter((rule: { filter: { prefix: string } }) => key.startsWith(rule.filter.prefix)).map(expirationDays);
    expect(daysOf(keys.run("r"))).toEqual([400]);
    expect(daysOf(keys.report("r", "report.json"))).toEqual([400]);
    expect(daysOf(keys.evidence("r", cluster))).toEqual([90]);
    expect(daysOf(stateKeys.cluster(cluster))).toEqual([]);
    expect(daysOf("config.json")).toEqual([]);
    const former = life?.inputs.rules.filter((rule: object) => "noncurrentVersionExpiration" in rule);
    expect(former).toMatchObject([{ status: "Enabled", filter: { prefix: "" }, noncurrentVersionExpiration: { noncurrentDays: 90 } }]);
  });
});

describe("each function may use the keys that its step uses, and writes no others", () => {
  const record = keys.account("r", cluster.account);
  const ofCluster = stateKeys.cluster(cluster);
  const ofAccount = stateKeys.account(cluster.account);
  it.each([
    ["Plan", [keys.run("r"), lockKey], [keys.run("r"), lockKey]],
    ["Discover", [keys.run("r"), ofAccount], [record, ofAccount]],
    ["Scan", [keys.run("r"), ofCluster], [keys.run("r"), keys.cluster("r", cluster), keys.evidence("r", cluster), ofCluster]],
    [
      "Summarize",
      [keys.run("r"), record, keys.cluster("r", cluster), lockKey, ofCluster, ofAccount, outboxKey("C0123456789"), outboxKey("#security")],
      [keys.report("r", "report.json"), keys.report("r", "report.html"), lockKey, ofCluster, ofAccount, outboxKey("C0123456789")],
    ],
  ] as const)("%s", (name, reads, writes) => {
    const granted = (action: string) => statements().filter(({ at, Action }) => at === `${name}Role` && [Action].flat().includes(action));
    const allows = (action: string, key: string) =>
      granted(action).some(({ Resource }) =>
        [Resource].flat().some((arn) => matches(arn, `arn:aws:mock:eu-west-1:111122223333:StoreBucket/${key}`)),
      );
    for (const key of ["config.json", ...reads]) expect(allows("s3:GetObject", key), key).toBe(true);
    for (const key of writes) expect(allows("s3:PutObject", key), key).toBe(true);
    expect(allows("s3:PutObject", "config.json")).toBe(false);
    if (name === "Scan" || name === "Discover") expect(allows("s3:PutObject", lockKey)).toBe(false);
    if (name !== "Scan") expect(allows("s3:PutObject", keys.evidence("r", cluster))).toBe(false);
  });
});

describe("a rescan that Security Hub is asked for", () => {
  const one = (type: string, name: string) => ofType(type).find((declared) => declared.name === name)?.inputs;
  const arn = (name: string): string => `arn:aws:mock:eu-west-1:111122223333:${name}`;
  const queue = arn("UndeliveredRescans");

  it("is offered under a name and an id that Security Hub takes", () => {
    const [action, ...others] = ofType("aws:securityhub/actionTarget:ActionTarget").map(({ inputs }) => inputs);
    expect(others).toEqual([]);
    expect(action?.name).toBe("Rescan cluster"); // at most 20 characters
    expect(action?.identifier).toMatch(/^EksRescan[0-9A-Za-z]{1,11}$/);
  });
  it("by that action alone is an event for rescan, delivered again for an hour and kept if it could not be", () => {
    const rule = one("aws:cloudwatch/eventRule:EventRule", "RescanRule");
    expect(JSON.parse(rule?.eventPattern)).toEqual({
      source: ["aws.securityhub"],
      "detail-type": ["Security Hub Findings - Custom Action"],
      resources: [arn("RescanAction")],
    });
    expect(one("aws:cloudwatch/eventTarget:EventTarget", "RescanTarget")).toMatchObject({
      rule: rule?.name,
      arn: arn("RescanFunction"),
      retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3_600 },
      deadLetterConfig: { arn: queue },
    });
    expect(ofType("aws:lambda/permission:Permission").map(({ inputs }) => inputs)).toEqual([
      expect.objectContaining({ function: "eks-perimeter-test-rescan", principal: "events.amazonaws.com", sourceArn: arn("RescanRule") }),
    ]);
  });
  it("may invoke scan, keep what was not delivered, and nothing else", () => {
    const granted = statements().filter(({ at }) => at === "RescanRole");
    expect(granted.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [["lambda:InvokeFunction"], [arn("ScanFunction")]],
      [["sqs:SendMessage"], [queue]],
    ]);
  });
  it("is tried once by rescan and at most twice by scan, within an hour, and kept if it ended without an answer", () => {
    const configured = ofType("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").map(({ name, inputs }) => [name, inputs]);
    const keeps = { maximumEventAgeInSeconds: 3_600, destinationConfig: { onFailure: { destination: queue } } };
    expect(Object.fromEntries(configured)).toEqual({
      RescanEventInvokeConfig: expect.objectContaining({ ...keeps, maximumRetryAttempts: 0 }),
      ScanEventInvokeConfig: expect.objectContaining({ ...keeps, maximumRetryAttempts: 1 }),
    });
  });
});

it("both queues are encrypted and keep for two weeks what was not delivered; only the rule may write into one by itself", () => {
  const queues = ofType("aws:sqs/queue:Queue").map(({ inputs }) => inputs);
  expect(queues.map(({ name }) => name).sort()).toEqual(["eks-perimeter-test-undelivered", "eks-perimeter-test-undelivered-rescans"]);
  for (const queue of queues) expect(queue).toMatchObject({ sqsManagedSseEnabled: true, messageRetentionSeconds: 1_209_600 });
  const policies = ofType("aws:sqs/queuePolicy:QueuePolicy").map(({ inputs }) => JSON.parse(inputs.policy).Statement);
  expect(policies).toEqual([
    [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: "arn:aws:mock:eu-west-1:111122223333:UndeliveredRescans",
        Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:mock:eu-west-1:111122223333:RescanRule" } },
      },
    ],
  ]);
});

it("the schedule starts the workflow, retries, and keeps what it could not deliver", () => {
  const [schedule] = ofType("aws:scheduler/schedule:Schedule");
  expect(schedule?.inputs.target.retryPolicy.maximumRetryAttempts).toBeGreaterThan(0);
  expect(schedule?.inputs.target.deadLetterConfig.arn).toContain("Undelivered");
  expect(schedule?.inputs.target.arn).toContain("Workflow");
});

it("by default a run starts every day between 4:00 and 5:00 UTC", () => {
  expect(ofType("aws:scheduler/schedule:Schedule").map(({ inputs }) => inputs)).toMatchObject([
    {
      scheduleExpression: "cron(0 4 ? * * *)",
      scheduleExpressionTimezone: "UTC",
      flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 60 },
    },
  ]);
});
