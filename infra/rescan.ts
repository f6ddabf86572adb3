import { rescan } from "./functions.ts";
import { named } from "./stage.ts";
import { undeliveredRescans } from "./undelivered.ts";

/** What Security Hub offers for selected findings. At most 20 characters each, the id letters and digits (CreateActionTarget). */
const action = new aws.securityhub.ActionTarget("RescanAction", {
  name: "Rescan cluster",
  identifier: `EksRescan${$app.stage.replaceAll(/[^0-9A-Za-z]/g, "")}`.slice(0, 20),
  description: "Scans the cluster of the selected findings again, by eks-perimeter.",
});

const rule = new aws.cloudwatch.EventRule("RescanRule", {
  name: named("rescan"),
  description: "Findings for which Security Hub was asked to rescan the cluster.",
  eventPattern: $jsonStringify({
    source: ["aws.securityhub"],
    "detail-type": ["Security Hub Findings - Custom Action"],
    resources: [action.arn],
  }),
});

const permission = new aws.lambda.Permission("RescanPermission", {
  action: "lambda:InvokeFunction",
  function: rescan.name,
  principal: "events.amazonaws.com",
  sourceArn: rule.arn,
});

const policy = new aws.sqs.QueuePolicy("UndeliveredRescansPolicy", {
  queueUrl: undeliveredRescans.url,
  policy: $jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: undeliveredRescans.arn,
        Condition: { ArnEquals: { "aws:SourceArn": rule.arn } },
      },
    ],
  }),
});

new aws.cloudwatch.EventTarget(
  "RescanTarget",
  {
    rule: rule.name,
    arn: rescan.arn,
    retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3600 },
    deadLetterConfig: { arn: undeliveredRescans.arn },
  },
  { dependsOn: [permission, policy] },
);
