// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of the definition
/** The definition itself: mistakes that the validator does not find, what is retried, and which way a run goes. */
import { readFileSync } from "node:fs";
import { StateMachine } from "aws-local-stepfunctions";
import { describe, expect, it } from "vitest";
import { faultsOf, type Machine, type Rule, type State, statesOf } from "../support/workflow-faults.ts";

const text = readFileSync("infra/workflow.asl.json", "utf8");
const definition: Machine = JSON.parse(text);
const tasks = statesOf(definition).filter(([, { Type }]) => Type === "Task");

describe("mistakes that asl-validator does not find", () => {
  const task: State = { Type: "Task", Resource: "${ScanFunction}" };
  const inMap = (state: State): Machine => ({ States: { Map: { Type: "Map", ItemProcessor: { States: { Scan: state } } }, End: task } });
  const retry = (...Retry: Rule[]): State => ({ ...task, Retry });

  it("are not in the workflow", () => {
    expect(faultsOf(definition)).toEqual([]);
  });
  it.each<[string, State, readonly string[]]>([
    ["States.ALL alone and last is none", retry({ ErrorEquals: ["A"] }, { ErrorEquals: ["States.ALL"] }), []],
    ["States.ALL beside another name", retry({ ErrorEquals: ["States.ALL", "A"] }), ["Scan: States.ALL stands beside other names."]],
    [
      "States.ALL before another rule",
      { ...task, Catch: [{ ErrorEquals: ["States.ALL"] }, { ErrorEquals: ["A"] }] },
      ["Scan: States.ALL is not in the last rule."],
    ],
    ["a predefined error that is none", retry({ ErrorEquals: ["States.Timeouts"] }), ["Scan: States.Timeouts is no predefined error."]],
    [
      "a misspelt integration",
      { ...task, Resource: "arn:aws:states:::lambda:invok" },
      ["Scan: arn:aws:states:::lambda:invok is no integration."],
    ],
    ["lambda:invoke of no function", { ...task, Resource: "arn:aws:states:::lambda:invoke" }, ["Scan: lambda:invoke names no function."]],
    ["a jitter that is none", retry({ ErrorEquals: ["A"], JitterStrategy: "full" }), ["Scan: full is no jitter strategy."]],
  ])("%s", (_what, state, faults) => {
    expect(faultsOf(inMap(state))).toEqual(faults);
  });
});

describe("every task", () => {
  it("retries throttling and transient errors of Lambda, with full jitter, and nothing else", () => {
    expect(tasks.map(([name]) => name)).toEqual(["Plan", "Discover", "Scan", "Summarize"]);
    for (const [name, { Retry }] of tasks) {
      expect(Retry, name).toEqual([
        {
          ErrorEquals: [
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.ClientExecutionTimeoutException",
            "Lambda.TooManyRequestsException",
          ],
          IntervalSeconds: 2,
          MaxAttempts: 6,
          BackoffRate: 2,
          JitterStrategy: "FULL",
        },
      ]);
    }
  });
  it("ends in time", () => {
    for (const [name, { TimeoutSeconds }] of tasks) expect(TimeoutSeconds, name).toBeGreaterThan(0);
  });
});

const named = (name: string): Error => Object.assign(new Error(name), { name });
const found = { clusters: [{ account: "111122223333", region: "eu-west-1", name: "prod" }] };

/** Runs the definition with these handlers over the default ones, and answers the steps that were taken. */
async function run(handlers: Readonly<Record<string, () => unknown>> = {}) {
  const steps: string[] = [];
  const inputs: Record<string, unknown> = {};
  const answers: Readonly<Record<string, () => unknown>> = {
    Plan: () => ({ runId: "r", accounts: ["111122223333"] }),
    Discover: () => found,
    Scan: () => ({}),
    Summarize: () => ({ runId: "r" }),
    ...handlers,
  };
  const taskResourceLocalHandlers = Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [
      name,
      async (input: unknown): Promise<never> => {
        steps.push(name);
        inputs[name] = input;
        return answer() as never; // JSON, whatever the test made of it
      },
    ]),
  );
  const retryIntervalOverrides = { Plan: 1, Discover: 1, Scan: 1, Summarize: 1 };
  const execution = new StateMachine(JSON.parse(text)).run(
    { runId: "r" },
    { overrides: { taskResourceLocalHandlers, retryIntervalOverrides }, context: { Execution: { Name: "e1" } } },
  );
  const ended = await execution.result.then(
    () => "succeeded",
    (error: Error) => error.name,
  );
  return { steps, inputs, ended };
}

/** Fails so many times by this error. */
const failing = (times: number, name: string, answer: unknown) => {
  let left = times;
  return () => {
    if (left-- > 0) throw named(name);
    return answer;
  };
};

describe("a run", () => {
  it("goes from plan over each account and cluster to the summary; plan learns which execution asks", async () => {
    const { steps, inputs } = await run();
    expect(steps).toEqual(["Plan", "Discover", "Scan", "Summarize"]);
    expect(inputs).toEqual({
      Plan: { runId: "r", startedBy: { execution: "e1" } },
      Discover: { runId: "r", account: "111122223333" },
      Scan: { runId: "r", account: "111122223333", region: "eu-west-1", cluster: "prod" },
      Summarize: { runId: "r" },
    });
  });
  it("without accounts ends well and summarizes nothing: the run that is in progress does that itself", async () => {
    const { steps, ended } = await run({ Plan: () => ({ runId: "r", accounts: [] }) });
    expect([steps, ended]).toEqual([["Plan"], "succeeded"]);
  });
  it.each(["Lambda.TooManyRequestsException", "Lambda.ServiceException"])("tries again after %s", async (error) => {
    const { steps, ended } = await run({ Scan: failing(2, error, {}) });
    expect([steps, ended]).toEqual([["Plan", "Discover", "Scan", "Scan", "Scan", "Summarize"], "succeeded"]);
  });
  it.each(["InvalidRequestError", "Lambda.Unknown", "InternalError"])(
    "does not repeat a scan that ended by %s, and goes on",
    async (error) => {
      const { steps, ended } = await run({ Scan: failing(9, error, {}) });
      expect([steps, ended]).toEqual([["Plan", "Discover", "Scan", "Summarize"], "succeeded"]);
    },
  );
  it("goes on to the summary where an account could not be discovered", async () => {
    const { steps, ended } = await run({ Discover: failing(9, "InternalError", found) });
    expect([steps, ended]).toEqual([["Plan", "Discover", "Summarize"], "succeeded"]);
  });
  it("fails where plan fails", async () => {
    const { steps, ended } = await run({ Plan: failing(9, "UnknownCheckError", {}) });
    expect(steps).toEqual(["Plan"]);
    expect(ended).not.toBe("succeeded");
  });
});
