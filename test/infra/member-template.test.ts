/** Whom the template's role trusts and what it may do, as CloudFormation would fill it in. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { memberStatements } from "../../infra/permissions.ts";

const text = readFileSync("docs/access/member.template.yaml", "utf8");
const template = parse(text);
const hub = ["arn:aws:iam::111122223333:role/discover", "arn:aws:iam::111122223333:role/scan"];

interface Given {
  readonly ExternalId?: string;
  readonly OperatorRoleArns?: readonly string[];
  readonly PermissionsBoundary?: string;
}

/** The properties of the role, the intrinsic functions that the template uses resolved; what has no value is left out. */
function role(given: Given, partition = "aws") {
  const defaults = Object.fromEntries(
    Object.entries<{ Type: string; Default?: string }>(template.Parameters).map(([name, { Type, Default }]) => [
      name,
      Type === "CommaDelimitedList" ? [Default ?? ""] : Default,
    ]),
  );
  const values: Readonly<Record<string, unknown>> = {
    ...defaults,
    HubRoleArns: hub,
    OrganizationId: "o-a1b2c3d4e5",
    ...given,
    "AWS::Partition": partition,
    "AWS::AccountId": "222233334444",
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
    "Fn::Not": ([one]: [unknown]) => !filled(one),
    "Fn::Equals": ([one, other]: [unknown, unknown]) => filled(one) === filled(other),
    "Fn::Join": ([between, list]: [string, unknown]) => (filled(list) as string[]).join(between),
  };
  return filled(template.Resources.Member.Properties) as {
    readonly AssumeRolePolicyDocument: { readonly Statement: readonly object[] };
    readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: unknown } }[];
    readonly PermissionsBoundary?: string;
  };
}
const trusted = (given: Given) => role(given).AssumeRolePolicyDocument.Statement;
const ofOrganization = { "aws:PrincipalOrgID": "o-a1b2c3d4e5" };
const statement = (AWS: readonly string[], StringEquals: object) => ({
  Effect: "Allow",
  Principal: { AWS },
  Action: "sts:AssumeRole",
  Condition: { StringEquals },
});

describe("trust", () => {
  it("by default: the hub's roles, in the organization, and nobody else", () => {
    expect(trusted({})).toEqual([statement(hub, ofOrganization)]);
  });
  it("with an external id: the same, if they bring it", () => {
    expect(trusted({ ExternalId: "s3cret" })).toEqual([statement(hub, { ...ofOrganization, "sts:ExternalId": "s3cret" })]);
  });
  it("with operators: their roles besides, under the same conditions", () => {
    const operators = ["arn:aws:iam::111122223333:role/security"];
    const conditions = { ...ofOrganization, "sts:ExternalId": "x" };
    expect(trusted({ OperatorRoleArns: operators, ExternalId: "x" })).toEqual([
      statement(hub, conditions),
      statement(operators, conditions),
    ]);
  });
  it.each([
    ["takes", "arn:aws:iam::111122223333:role/discover", true],
    ["takes", "arn:aws-us-gov:iam::111122223333:role/path/scan", true],
    ["takes", "arn:aws-cn:iam::111122223333:role/scan", true],
    ["refuses", "arn:aws:iam::111122223333:root", false],
    ["refuses", "111122223333", false],
    ["refuses", "*", false],
    ["refuses", "arn:aws:iam::111122223333:role/*", false],
    ["refuses", "", false],
  ])("a hub's role %s %s", (_verb, arn, isTaken) => {
    expect(new RegExp(template.Parameters.HubRoleArns.AllowedPattern).test(arn)).toBe(isTaken);
  });
});

describe("rights", () => {
  it.each(["aws", "aws-us-gov", "aws-cn"])("in %s: exactly the declared reads, and importing findings", (partition) => {
    const [reads, ...others] = role({}, partition).Policies;
    expect(others).toEqual([]);
    expect(reads?.PolicyDocument.Statement).toEqual(memberStatements(partition, "222233334444"));
  });
  it("name no partition", () => {
    expect(text).not.toMatch(/arn:aws(?:-us-gov|-cn)?:/);
  });
  it("are bounded where the account demands it, and only there", () => {
    expect(role({})).not.toHaveProperty("PermissionsBoundary");
    expect(role({ PermissionsBoundary: "arn:aws:iam::222233334444:policy/bound" }).PermissionsBoundary).toMatch(/bound$/);
  });
});
