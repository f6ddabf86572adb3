/** The roles that the deployment declares, with the policies that they would have in AWS. */
import type { Declared } from "../../../infra/graph.ts";
import type { PolicyDocument } from "./judge.ts";

export const hub = "111122223333";
const region = "eu-west-1";

export interface StackRole {
  readonly arn: string;
  readonly policies: readonly PolicyDocument[];
  readonly trust: PolicyDocument;
}

/** How AWS names what is declared, by its type; the graph has invented names. */
const arns: Readonly<Record<string, (inputs: Declared["inputs"], name: string) => string>> = {
  "aws:s3/bucket:Bucket": ({ bucket }) => `arn:aws:s3:::${bucket}`,
  "aws:lambda/function:Function": (inputs) => `arn:aws:lambda:${region}:${hub}:function:${inputs.name}`,
  "aws:sqs/queue:Queue": (inputs) => `arn:aws:sqs:${region}:${hub}:${inputs.name}`,
  "aws:sfn/stateMachine:StateMachine": (inputs) => `arn:aws:states:${region}:${hub}:stateMachine:${inputs.name}`,
  "aws:cloudwatch/eventRule:EventRule": (inputs) => `arn:aws:events:${region}:${hub}:rule/${inputs.name}`,
  "aws:iam/role:Role": (inputs, name) => `arn:aws:iam::${hub}:role/${inputs.name ?? name}`,
};

/** By the names that the deployment gives to resources. */
export function stackArns(graph: readonly Declared[]): ReadonlyMap<string, string> {
  return new Map(
    graph.flatMap(({ type, name, inputs }) => {
      const arn = arns[type];
      return arn === undefined ? [] : [[name, arn(inputs, name)] as const];
    }),
  );
}

export function stackRoles(graph: readonly Declared[]): ReadonlyMap<string, StackRole> {
  const known = stackArns(graph);
  const real = (text: string): string =>
    text.replaceAll(/arn:aws:mock:[\w-]+:\d+:([\w-]+)/g, (mock, name: string) => {
      const arn = known.get(name);
      if (arn === undefined) throw new Error(`No policy can speak of ${mock}: nothing of that name has an ARN.`);
      return arn;
    });
  const attached = graph.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy").map(({ inputs }) => inputs);
  const roles = graph.filter(({ type }) => type === "aws:iam/role:Role");
  return new Map(
    roles.map(({ name, inputs }) => {
      const own = (inputs.inlinePolicies ?? []).map(({ policy }: { policy: string }) => policy);
      const others = attached.filter(({ role }) => role === (inputs.name ?? name)).map(({ policy }) => policy);
      const policies = [...own, ...others].map((text) => asIam(JSON.parse(real(text))));
      return [name, { arn: known.get(name) ?? "", policies, trust: asIam(JSON.parse(real(inputs.assumeRolePolicy))) }];
    }),
  );
}

interface Given {
  readonly Statement?: readonly object[];
  /** As the provider's data source is asked. */
  readonly statements?: readonly {
    readonly effect?: string;
    readonly actions: readonly string[];
    readonly resources: readonly string[];
    readonly conditions?: readonly { readonly test: string; readonly variable: string; readonly values: readonly string[] }[];
  }[];
}

function asIam({ Statement, statements = [] }: Given): PolicyDocument {
  const translated = statements.map(({ effect = "Allow", actions, resources, conditions = [] }) => ({
    Effect: effect,
    Action: actions,
    Resource: resources,
    ...(conditions.length === 0
      ? {}
      : { Condition: Object.fromEntries(conditions.map(({ test, variable, values }) => [test, { [variable]: values }])) }),
  }));
  return { Version: "2012-10-17", Statement: Statement ?? translated };
}
