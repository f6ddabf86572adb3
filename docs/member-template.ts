// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pseudo parameters of CloudFormation
/** `docs/access/member.template.yaml`: the role that the scanner assumes in an account, for a StackSet and by hand alike. */
import { stringify } from "yaml";
import { onboardingRoleName, readersGroup } from "../core/model/onboarding.ts";
import { defaultSettings } from "../core/model/settings.ts";
import { memberStatements } from "../infra/permissions.ts";

const roleArn = "arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]+";
const roleArns = "must be ARNs of roles, as arn:PARTITION:iam::ACCOUNT:role/NAME; whole accounts are not trusted.";

const parameters = {
  HubRoleArns: {
    Type: "CommaDelimitedList",
    Description: "The roles of the functions discover and scan, as the deployment prints them.",
    AllowedPattern: `^${roleArn}$`,
    ConstraintDescription: roleArns,
  },
  OrganizationId: {
    Type: "String",
    Description: "The organization that whoever assumes the role must belong to.",
    AllowedPattern: "^o-[a-z0-9]{10,32}$",
    ConstraintDescription: "must be the id of an organization, as o-a1b2c3d4e5.",
  },
  ExternalId: {
    Type: "String",
    Description: "Empty, or what EKS_PERIMETER_EXTERNAL_ID was at deployment.",
    Default: "",
    AllowedPattern: "^[\\w+=,.@:/-]*$",
    MaxLength: 1224,
  },
  OperatorRoleArns: {
    Type: "CommaDelimitedList",
    Description: "Empty, or the roles of people who may scan this account from their own computer.",
    Default: "",
    AllowedPattern: `^(${roleArn})?$`,
    ConstraintDescription: roleArns,
  },
  PermissionsBoundary: {
    Type: "String",
    Description: "Empty, or the ARN of the policy that bounds every role of this account.",
    Default: "",
    AllowedPattern: "^(arn:aws[a-z-]*:iam::(\\d{12}|aws):policy/[\\w+=,.@/-]+)?$",
  },
  RoleName: {
    Type: "String",
    Description: "memberRoleName of the configuration.",
    Default: defaultSettings.memberRoleName,
    AllowedPattern: "^[\\w+=,.@-]{1,64}$",
  },
  OnboardAccessEntries: {
    Type: "String",
    Description:
      "true: the operators, if there are any, may give this role access entries by `doctor --onboard`. The deployed functions may not.",
    Default: "false",
    AllowedValues: ["true", "false"],
  },
};

const isGiven = (parameter: string) => ({ "Fn::Not": [{ "Fn::Equals": [{ Ref: parameter }, ""] }] });
const nothing = { Ref: "AWS::NoValue" };
const boundary = { "Fn::If": ["HasBoundary", { Ref: "PermissionsBoundary" }, nothing] };

const trust = (roles: keyof typeof parameters) => ({
  Effect: "Allow",
  Principal: { AWS: { Ref: roles } },
  Action: "sts:AssumeRole",
  Condition: {
    StringEquals: {
      "aws:PrincipalOrgID": { Ref: "OrganizationId" },
      "sts:ExternalId": { "Fn::If": ["HasExternalId", { Ref: "ExternalId" }, nothing] },
    },
  },
});

/**
 * One access entry, and in it nothing that somebody could choose. The entry's user name, where the request has one, is EKS's own
 * default for a role: another could be that of somebody whom the cluster trusts more.
 * Source: Service Authorization Reference, EKS: CreateAccessEntry; EKS User Guide, "Create access entries".
 */
const createEntry = {
  Effect: "Allow",
  Action: ["eks:CreateAccessEntry"],
  Resource: { "Fn::Sub": "arn:${AWS::Partition}:eks:*:${AWS::AccountId}:cluster/*" },
  Condition: {
    ArnEquals: { "eks:principalArn": { "Fn::GetAtt": ["Member", "Arn"] } },
    StringEquals: { "eks:accessEntryType": "STANDARD" },
    "ForAllValues:StringEquals": { "eks:kubernetesGroups": [readersGroup] },
    Null: { "eks:kubernetesGroups": "false" }, // of no group at all every claim holds
    StringEqualsIfExists: {
      "eks:username": { "Fn::Sub": "arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/${RoleName}/{{SessionName}}" },
    },
  },
};

const template = () => ({
  AWSTemplateFormatVersion: "2010-09-09",
  Description: "The role by which eks-perimeter reads EKS clusters and their network in this account, and imports its findings.",
  Parameters: parameters,
  Conditions: {
    HasExternalId: isGiven("ExternalId"),
    HasOperators: { "Fn::Not": [{ "Fn::Equals": [{ "Fn::Join": ["", { Ref: "OperatorRoleArns" }] }, ""] }] },
    HasBoundary: isGiven("PermissionsBoundary"),
    // A trust policy without a principal would be refused.
    Onboards: { "Fn::And": [{ Condition: "HasOperators" }, { "Fn::Equals": [{ Ref: "OnboardAccessEntries" }, "true"] }] },
  },
  Resources: {
    Member: {
      Type: "AWS::IAM::Role",
      Properties: {
        RoleName: { Ref: "RoleName" },
        Description: "Read by eks-perimeter: EKS clusters and their network, and the import of its findings.",
        MaxSessionDuration: 3600,
        PermissionsBoundary: boundary,
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: [trust("HubRoleArns"), { "Fn::If": ["HasOperators", trust("OperatorRoleArns"), nothing] }],
        },
        Policies: [{ PolicyName: "reads", PolicyDocument: { Version: "2012-10-17", Statement: statements() } }],
      },
    },
    Onboarding: {
      Type: "AWS::IAM::Role",
      Condition: "Onboards",
      Properties: {
        RoleName: onboardingRoleName,
        Description:
          "The one write of eks-perimeter in a cluster: the access entry of its reading role. For people, and not for its functions.",
        MaxSessionDuration: 3600,
        PermissionsBoundary: boundary,
        AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [trust("OperatorRoleArns")] },
        Policies: [{ PolicyName: "onboarding", PolicyDocument: { Version: "2012-10-17", Statement: [createEntry] } }],
      },
    },
  },
  Outputs: { RoleArn: { Value: { "Fn::GetAtt": ["Member", "Arn"] } } },
});

const statements = () =>
  memberStatements("${AWS::Partition}", "${AWS::AccountId}").map(({ Resource, ...rest }) => ({
    ...rest,
    Resource: Resource.includes("${") ? { "Fn::Sub": Resource } : Resource,
  }));

export const memberTemplate = (): string =>
  `# Made from core/collect/reads.ts by \`npm run docs\`. How to roll it out: docs/rollout.md.\n${stringify(template(), { version: "1.1", lineWidth: 140, aliasDuplicateObjects: false })}`;
