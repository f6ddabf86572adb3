import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { awsReads } from "../../core/collect/reads.ts";
import { type Declared, declare } from "./graph.ts";

const files = ["stage", "storage", "functions", "workflow", "schedule"].map((name) => `infra/${name}.ts`);
let graph: readonly Declared[] = [];
beforeAll(async () => {
  graph = await declare("test", ...files);
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
  it("only services and named roles may assume a role, never a whole account", () => {
    const roles = ofType("aws:iam/role:Role");
    expect(roles.length).toBeGreaterThanOrEqual(7);
    for (const role of roles) expect(JSON.stringify(role.inputs.assumeRolePolicy), role.name).not.toMatch(/:root|"\*"/);
  });

  it("no statement grants an action with a wildcard", () => {
    const actions = statements().flatMap(({ Action }) => Action);
    expect(actions.length).toBeGreaterThan(10);
    expect(actions.filter((action) => action?.includes("*"))).toEqual([]);
  });

  it("no placeholder is left in a resource", () => {
    expect(
      statements()
        .flatMap(({ Resource }) => Resource)
        .filter((arn) => /[{}]/.test(arn)),
    ).toEqual([]);
  });

  it("the member role may do exactly the declared reads and import findings", () => {
    const granted = statements()
      .filter(({ at }) => at === "MemberReads")
      .flatMap(({ Action }) => Action);
    const declared = Object.values(awsReads).flatMap(({ actions }) => [...actions]);
    expect(new Set(granted)).toEqual(new Set([...declared, "securityhub:BatchImportFindings"]));
  });
});

describe("the workflow", () => {
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
    });
  });
});

describe("functions", () => {
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
  it("is closed to the public and has no CORS rule", () => {
    expect(ofType("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")).toHaveLength(1);
    expect(graph.filter(({ type }) => /cors/i.test(type))).toEqual([]);
  });
  it("refuses what does not come over TLS", () => {
    const policies = ofType("aws:s3/bucketPolicy:BucketPolicy").map(({ inputs }) => JSON.stringify(inputs.policy));
    expect(policies.join()).toContain("aws:SecureTransport");
  });
});

it("the schedule starts the workflow, retries, and keeps what it could not deliver", () => {
  const [schedule] = ofType("aws:scheduler/schedule:Schedule");
  expect(schedule?.inputs.target.retryPolicy.maximumRetryAttempts).toBeGreaterThan(0);
  expect(schedule?.inputs.target.deadLetterConfig.arn).toContain("Undelivered");
  expect(schedule?.inputs.target.arn).toContain("Workflow");
  expect(schedule?.inputs.flexibleTimeWindow.mode).toBe("FLEXIBLE");
});
