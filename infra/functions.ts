import { readFileSync } from "node:fs";
import { hasCentralAccounts, memberRoleName } from "./configuration.ts";
import { externalIdVariable, network, reservesConcurrency, slack } from "./options.ts";
import { account, named, partition, region } from "./stage.ts";
import { store } from "./storage.ts";
import { undeliveredRescans } from "./undelivered.ts";

const memberRoles = $interpolate`arn:${partition}:iam::*:role/${memberRoleName}`;
const objects = (prefix: string) => $interpolate`${store.arn}/${prefix}`;

const assumeMember = { actions: ["sts:AssumeRole"], resources: [memberRoles] };
const readRuns = { actions: ["s3:GetObject"], resources: [objects("runs/*"), objects("config.json")] };
const writeRuns = { actions: ["s3:PutObject"], resources: [objects("runs/*")] };
/** The run that is in progress. */
const lock = { actions: ["s3:GetObject", "s3:PutObject"], resources: [objects("lock.json")] };
/** The memory of findings: first seen, last published. */
const findings = { actions: ["s3:GetObject", "s3:PutObject"], resources: [objects("findings/*")] };
/** What is being told to each channel. */
const outbox = { actions: ["s3:GetObject", "s3:PutObject"], resources: [objects("slack/*")] };
/** A customer managed key lets the role decrypt by its own policy; AWS's own, alias/aws/ssm, lets whoever may read the parameter. */
const slackParameter =
  slack === undefined
    ? []
    : [{ actions: ["ssm:GetParameter"], resources: [$interpolate`arn:${partition}:ssm:${region}:${account}:parameter${slack.parameter}`] }];
const writeEvidence = { actions: ["s3:PutObject"], resources: [objects("evidence/*")] };
/** Without it S3 answers 403 instead of 404 for an object that does not exist. */
const listStore = { actions: ["s3:ListBucket"], resources: [store.arn] };

/** Of invocations that nobody waits for. */
const keepUndelivered = { actions: ["sqs:SendMessage"], resources: [undeliveredRescans.arn] };
const asynchronous = (retries: number) => ({
  retries,
  transform: {
    eventInvokeConfig: { maximumEventAgeInSeconds: 3_600, destinationConfig: { onFailure: { destination: undeliveredRescans.arn } } },
  },
});

const hub = $interpolate`arn:${partition}:securityhub:${region}:${account}`;
/** In central mode alone are findings imported without a member role, and what is suppressed is asked so. */
const holdFindings = hasCentralAccounts
  ? [
      { actions: ["securityhub:BatchImportFindings"], resources: [$interpolate`${hub}:product/${account}/default`] },
      { actions: ["securityhub:GetFindings"], resources: [$interpolate`${hub}:hub/default`] },
    ]
  : [];

const common = {
  runtime: "nodejs24.x",
  architecture: "arm64",
  logging: { format: "json", retention: "3 months" },
  environment: { EKS_PERIMETER_STORE: $interpolate`s3://${store.name}`, EKS_PERIMETER_STAGE: $app.stage, ...externalIdVariable },
  nodejs: { minify: true, plugins: "infra/esbuild-plugins.mjs" },
} as const;

const { Accounts: accounts } = JSON.parse(readFileSync("infra/workflow.asl.json", "utf8")).States;
const atOnce = {
  accounts: accounts.MaxConcurrency as number,
  clusters: (accounts.MaxConcurrency * accounts.ItemProcessor.States.Clusters.MaxConcurrency) as number,
};
/** For scans that a person asks for while a run takes all the others. */
const onDemand = 10;
/** Of the functions that publish findings. */
const publishing = { ...common.environment, ...(hasCentralAccounts ? { EKS_PERIMETER_ACCOUNT: account } : {}) };
/** So many at once and no more: neither can this product take an account's concurrency, nor can others take its own. */
const reserved = (most: number) => (reservesConcurrency ? { concurrency: { reserved: most } } : {});

export const plan = new sst.aws.Function("Plan", {
  ...common,
  ...reserved(2),
  name: named("plan"),
  handler: "functions/plan.handler",
  timeout: "5 minutes",
  memory: "512 MB", // takes 105 MB (bench/bundles.ts); more memory is more CPU, by which it starts
  permissions: [{ actions: ["organizations:ListAccounts"], resources: ["*"] }, readRuns, writeRuns, lock, listStore],
});

export const discover = new sst.aws.Function("Discover", {
  ...common,
  ...reserved(atOnce.accounts),
  name: named("discover"),
  handler: "functions/discover.handler",
  timeout: "5 minutes",
  memory: "512 MB", // takes 110 MB (bench/bundles.ts); more memory is more CPU, by which it starts
  permissions: [assumeMember, readRuns, writeRuns, findings, listStore, ...holdFindings],
  environment: publishing,
});

export const scan = new sst.aws.Function("Scan", {
  ...common,
  ...network,
  ...reserved(atOnce.clusters + onDemand),
  name: named("scan"),
  handler: "functions/scan.handler",
  timeout: "15 minutes",
  memory: "1024 MB", // takes 310 MB over 2,000 pods, 550 MB and a minute over 20,000 (bench/bundles.ts)
  permissions: [assumeMember, readRuns, writeRuns, writeEvidence, findings, listStore, keepUndelivered, ...holdFindings],
  environment: publishing,
  ...asynchronous(1),
});

export const summarize = new sst.aws.Function("Summarize", {
  ...common,
  ...reserved(2),
  name: named("summarize"),
  handler: "functions/summarize.handler",
  timeout: "5 minutes",
  memory: "3008 MB", // takes 0.5 GB over 300 clusters, 2.2 GB over 3,000 (bench/bundles.ts): a run's records, and its report of them all
  permissions: [readRuns, writeRuns, lock, findings, outbox, listStore, ...slackParameter],
  environment: { ...common.environment, ...(slack === undefined ? {} : { EKS_PERIMETER_SLACK_PARAMETER: slack.parameter }) },
});

/** Reads nothing: it hands on to `scan` what Security Hub was asked for. What it refuses, it would refuse again. */
export const rescan = new sst.aws.Function("Rescan", {
  ...common,
  ...reserved(2),
  name: named("rescan"),
  handler: "functions/rescan.handler",
  timeout: "1 minute",
  memory: "256 MB",
  environment: { EKS_PERIMETER_STAGE: $app.stage, EKS_PERIMETER_SCAN_FUNCTION: scan.arn },
  permissions: [{ actions: ["lambda:InvokeFunction"], resources: [scan.arn] }, keepUndelivered],
  ...asynchronous(0),
});

/** Reads in this account; other accounts get the same role by their own roll-out. */
export const memberRole = new aws.iam.Role("Member", {
  name: memberRoleName,
  description: "Read by eks-perimeter: EKS clusters and their network, and the import of its findings.",
  assumeRolePolicy: $jsonStringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: [discover.nodes.role.arn, scan.nodes.role.arn] }, Action: "sts:AssumeRole" }],
  }),
});

new aws.iam.RolePolicy("MemberReads", {
  role: memberRole.name,
  policy: $resolve([partition, account]).apply(async ([partitionName, accountId]) => {
    const { memberStatements } = await import("./permissions.ts");
    return JSON.stringify({ Version: "2012-10-17", Statement: memberStatements(partitionName, accountId) });
  }),
});
