import { setTimeout as sleep } from "node:timers/promises";
import { definitionWith, type FunctionArns } from "../../../../infra/definition.ts";
import type { Ministack } from "./ministack.ts";

/** What came of one execution of the workflow. */
export interface Ended {
  readonly status: string;
  readonly output: unknown;
  /** The states that were entered, in order; ministack keeps no history of what the map runs for each item. */
  readonly entered: readonly string[];
  /** Of the map over accounts; undefined where it never began. */
  readonly accounts?: { readonly total: number; readonly succeeded: number; readonly failed: number };
}

/** The deployed definition on ministack's engine. */
export interface Workflow {
  /** Answers the ARN of the execution. */
  start(name: string, input: object): Promise<string>;
  ended(execution: string): Promise<Ended>;
}

interface HistoryEvent {
  readonly type: string;
  readonly stateEnteredEventDetails?: { readonly name: string };
}

export async function createWorkflow({ call }: Ministack, functions: FunctionArns): Promise<Workflow> {
  const states = <Answer>(operation: string, input: object) => call<Answer>(`AWSStepFunctions.${operation}`, input);
  const { stateMachineArn } = await states<{ stateMachineArn: string }>("CreateStateMachine", {
    name: "workflow",
    type: "STANDARD",
    roleArn: "arn:aws:iam::123456789012:role/workflow",
    definition: definitionWith(functions),
  });
  const statesOf = async (executionArn: string): Promise<readonly string[]> => {
    const { events } = await states<{ events: HistoryEvent[] }>("GetExecutionHistory", { executionArn, maxResults: 1000 });
    return events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
  };
  return {
    start: async (name, input) => {
      const started = await states<{ executionArn: string }>("StartExecution", { stateMachineArn, name, input: JSON.stringify(input) });
      return started.executionArn;
    },
    async ended(executionArn) {
      let seen: { status: string; output?: string };
      do {
        await sleep(100);
        seen = await states("DescribeExecution", { executionArn });
      } while (seen.status === "RUNNING");
      const { mapRuns } = await states<{ mapRuns: { mapRunArn: string }[] }>("ListMapRuns", { executionArn });
      const [mapRun] = mapRuns;
      const ended = { status: seen.status, output: JSON.parse(seen.output ?? "null"), entered: await statesOf(executionArn) };
      if (mapRun === undefined) return ended;
      const { itemCounts } = await states<{ itemCounts: NonNullable<Ended["accounts"]> }>("DescribeMapRun", mapRun);
      return { ...ended, accounts: itemCounts };
    },
  };
}
