/** Whom the template's role trusts and what it may do, as CloudFormation would fill it in. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { memberStatements } from "../../infra/permissions.ts";
import { type Given, templateRole, templateRoles } from "../support/member-template.ts";

const text = readFileSync("docs/access/member.template.yaml", "utf8");
const template = parse(text);
const hub = ["arn:aws:iam::111122223333:role/discover", "arn:aws:iam::111122223333:role/scan"];

const trusted = (given: Given) => templateRole(given).AssumeRolePolicyDocument.Statement;
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
    const [reads, ...others] = templateRole({}, partition).Policies;
    expect(others).toEqual([]);
    expect(reads?.PolicyDocument.Statement).toEqual(memberStatements(partition, "222233334444"));
  });
  it("name no partition", () => {
    expect(text).not.toMatch(/arn:aws(?:-us-gov|-cn)?:/);
  });
  it("are bounded where the account demands it, and only there", () => {
    expect(templateRole({})).not.toHaveProperty("PermissionsBoundary");
    expect(templateRole({ PermissionsBoundary: "arn:aws:iam::222233334444:policy/bound" }).PermissionsBoundary).toMatch(/bound$/);
  });
});

describe("onboarding", () => {
  const operators = ["arn:aws:iam::111122223333:role/security"];
  const opted: Given = { OnboardAccessEntries: "true", OperatorRoleArns: operators };
  it.each<[string, Given]>([
    ["by default", {}],
    ["with operators, who were not asked", { OperatorRoleArns: operators }],
    ["without an operator", { OnboardAccessEntries: "true" }],
  ])("%s: no role for it", (_when, given) => {
    expect(Object.keys(templateRoles(given))).toEqual(["Member"]);
  });
  it("opted in: a role that trusts the operators as the other does, and never the hub's functions", () => {
    const { Onboarding } = templateRoles({ ...opted, ExternalId: "x" });
    expect(Onboarding?.AssumeRolePolicyDocument.Statement).toEqual([statement(operators, { ...ofOrganization, "sts:ExternalId": "x" })]);
  });
  it("changes nothing in the role that reads", () => {
    expect(templateRole(opted)).toEqual(templateRole({ OperatorRoleArns: operators }));
  });
  it.each(["aws", "aws-us-gov", "aws-cn"])(
    "in %s: may create the one entry, of the role that reads, and do nothing besides",
    (partition) => {
      const { Onboarding } = templateRoles({ ...opted, RoleName: "reader" }, partition);
      expect(Onboarding?.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
        {
          Effect: "Allow",
          Action: ["eks:CreateAccessEntry"],
          Resource: `arn:${partition}:eks:*:222233334444:cluster/*`,
          Condition: {
            ArnEquals: { "eks:principalArn": `arn:${partition}:iam::222233334444:role/reader` },
            StringEquals: { "eks:accessEntryType": "STANDARD" },
            "ForAllValues:StringEquals": { "eks:kubernetesGroups": ["eks-perimeter:readers"] },
            Null: { "eks:kubernetesGroups": "false" },
            StringEqualsIfExists: { "eks:username": `arn:${partition}:sts::222233334444:assumed-role/reader/{{SessionName}}` },
          },
        },
      ]);
    },
  );
  it("is bounded as the other role is", () => {
    const bound = { PermissionsBoundary: "arn:aws:iam::222233334444:policy/bound" };
    expect(templateRoles({ ...opted, ...bound }).Onboarding).toMatchObject(bound);
    expect(templateRoles(opted).Onboarding).not.toHaveProperty("PermissionsBoundary");
  });
});
