/** `docs/access/member.template.yaml` as CloudFormation would fill it in. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";

const template = parse(readFileSync("docs/access/member.template.yaml", "utf8"));

interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly object[];
}

export interface Given {
  readonly HubRoleArns?: readonly string[];
  readonly ExternalId?: string;
  readonly OperatorRoleArns?: readonly string[];
  readonly PermissionsBoundary?: string;
  readonly RoleName?: string;
  readonly OnboardAccessEntries?: "true" | "false";
}

export interface TemplateRole {
  readonly AssumeRolePolicyDocument: PolicyDocument;
  readonly Policies: readonly { readonly PolicyDocument: PolicyDocument }[];
  readonly PermissionsBoundary?: string;
}

/** The properties of the role that reads, the intrinsic functions that the template uses resolved; what has no value is left out. */
export function templateRole(given: Given, partition = "aws", account = "222233334444"): TemplateRole {
  const role = templateRoles(given, partition, account).Member;
  if (role === undefined) throw new Error("The template makes no role that reads.");
  return role;
}

/** Each role that the template makes. */
export function templateRoles(
  given: Given,
  partition = "aws",
  account = "222233334444",
): Readonly<Partial<Record<"Member" | "Onboarding", TemplateRole>>> {
  const defaults = Object.fromEntries(
    Object.entries<{ Type: string; Default?: string }>(template.Parameters).map(([name, { Type, Default }]) => [
      name,
      Type === "CommaDelimitedList" ? [Default ?? ""] : Default,
    ]),
  );
  const values: Readonly<Record<string, unknown>> = {
    ...defaults,
    HubRoleArns: ["arn:aws:iam::111122223333:role/discover", "arn:aws:iam::111122223333:role/scan"],
    OrganizationId: "o-a1b2c3d4e5",
    ...given,
    "AWS::Partition": partition,
    "AWS::AccountId": account,
  };
  const filled = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(filled).filter((one) => one !== undefined);
    if (node === null || typeof node !== "object") return node;
    const [first, ...others] = Object.entries(node) as [string, never][];
    const resolve = first === undefined || others.length > 0 ? undefined : functions[first[0]];
    if (first !== undefined && resolve !== undefined) return resolve(first[1]);
    return Object.fromEntries(Object.entries(node).flatMap(([key, value]) => withValue(key, filled(value))));
  };
  const withValue = (key: string, value: unknown) => (value === undefined ? [] : [[key, value]]);
  const functions: Readonly<Record<string, (argument: never) => unknown>> = {
    Ref: (name: string) => values[name],
    "Fn::Sub": (pattern: string) => pattern.replaceAll(/\$\{([^}]+)\}/g, (_whole, name: string) => String(values[name])),
    "Fn::If": ([name, yes, no]: [string, unknown, unknown]) => filled(filled(template.Conditions[name]) ? yes : no),
    "Fn::And": (all: unknown[]) => all.every((one) => filled(one)),
    Condition: (name: unknown) => (typeof name === "string" ? filled(template.Conditions[name]) : { Condition: filled(name) }),
    "Fn::GetAtt": ([name, attribute]: [string, string]) => attributes[`${name}.${attribute}`],
    "Fn::Not": ([one]: [unknown]) => !filled(one),
    "Fn::Equals": ([one, other]: [unknown, unknown]) => filled(one) === filled(other),
    "Fn::Join": ([between, list]: [string, unknown]) => (filled(list) as string[]).join(between),
  };
  const attributes: Readonly<Record<string, string>> = {
    "Member.Arn": `arn:${partition}:iam::${values["AWS::AccountId"]}:role/${values.RoleName}`,
  };
  type Resource = { readonly Condition?: string; readonly Properties: unknown };
  const made = Object.entries<Resource>(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || filled(template.Conditions[Condition]),
  );
  return Object.fromEntries(made.map(([name, { Properties }]) => [name, filled(Properties)]));
}
