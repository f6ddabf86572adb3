/** Mistakes in a state machine's definition that asl-validator accepts and AWS refuses, or obeys in another way than it reads. */

export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Retry?: readonly Rule[];
  readonly Catch?: readonly Rule[];
  readonly TimeoutSeconds?: number;
  readonly ItemProcessor?: Machine;
  readonly Branches?: readonly Machine[];
}
export interface Rule {
  readonly ErrorEquals: readonly string[];
  readonly JitterStrategy?: string;
  readonly MaxAttempts?: number;
}
export interface Machine {
  readonly States: Readonly<Record<string, State>>;
}

/** Predefined error names: https://states-language.net/#appendix-a and the developer guide of Step Functions. */
const predefined = new Set([
  "States.ALL",
  "States.BranchFailed",
  "States.DataLimitExceeded",
  "States.ExceedToleratedFailureThreshold",
  "States.HeartbeatTimeout",
  "States.Http.Socket",
  "States.IntrinsicFailure",
  "States.ItemReaderFailed",
  "States.NoChoiceMatched",
  "States.ParameterPathFailure",
  "States.Permissions",
  "States.QueryEvaluationError",
  "States.ResultPathMatchFailure",
  "States.ResultWriterFailed",
  "States.Runtime",
  "States.TaskFailed",
  "States.Timeout",
]);
const invoke = "arn:aws:states:::lambda:invoke";
const integrations = new Set([invoke, `${invoke}.waitForTaskToken`]);

/** Every state by its name, those inside of maps and branches included. */
export const statesOf = ({ States }: Machine): readonly (readonly [string, State])[] =>
  Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...[state.ItemProcessor, ...(state.Branches ?? [])].flatMap((inner) => (inner === undefined ? [] : statesOf(inner))),
  ]);

/** A sentence per mistake. */
export const faultsOf = (machine: Machine): readonly string[] =>
  statesOf(machine).flatMap(([name, state]) =>
    [
      ...[state.Retry ?? [], state.Catch ?? []].flatMap((rules) => rules.flatMap((rule, i) => rulesFaults(rule, i === rules.length - 1))),
      ...(state.Type === "Task" ? resourceFaults(state) : []),
    ].map((fault) => `${name}: ${fault}`),
  );

function rulesFaults({ ErrorEquals, JitterStrategy = "NONE" }: Rule, isLast: boolean): readonly string[] {
  const catchesAll = ErrorEquals.includes("States.ALL");
  return [
    ...(catchesAll && ErrorEquals.length > 1 ? ["States.ALL stands beside other names."] : []),
    ...(catchesAll && !isLast ? ["States.ALL is not in the last rule."] : []),
    ...ErrorEquals.filter((error) => error.startsWith("States.") && !predefined.has(error)).map(
      (error) => `${error} is no predefined error.`,
    ),
    ...(["FULL", "NONE"].includes(JitterStrategy) ? [] : [`${JitterStrategy} is no jitter strategy.`]),
  ];
}

function resourceFaults({ Resource = "", Parameters = {} }: State): readonly string[] {
  if (/^\$\{\w+\}$/.test(Resource) || /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+$/.test(Resource)) return [];
  if (!integrations.has(Resource)) return [`${Resource} is no integration.`];
  return "FunctionName" in Parameters || "FunctionName.$" in Parameters ? [] : ["lambda:invoke names no function."];
}
