import { alarmEmail } from "./options.ts";
import { account, named, partition } from "./stage.ts";

/** CloudWatch may use no key of AWS's own, so that an encrypted topic needs one of the account's. */
const key = new aws.kms.Key("AlarmKey", {
  description: `Alarms of ${named("alarms")}.`,
  enableKeyRotation: true,
  policy: $jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AdministeredByItsAccount",
        Effect: "Allow",
        Principal: { AWS: $interpolate`arn:${partition}:iam::${account}:root` },
        Action: [
          "kms:CancelKeyDeletion",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateKeyDescription",
        ],
        Resource: "*", // a key's policy speaks of no other key
      },
      {
        Sid: "UsedByAlarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ],
  }),
});

/** Where alarms go. Subscribe to it whoever is to be woken. */
export const topic = new aws.sns.Topic("Alarms", { name: named("alarms"), kmsMasterKeyId: key.arn });

new aws.sns.TopicPolicy("AlarmsPolicy", {
  arn: topic.arn,
  policy: $jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topic.arn,
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
      {
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topic.arn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  }),
});

if (alarmEmail !== "") new aws.sns.TopicSubscription("AlarmEmail", { topic: topic.arn, protocol: "email", endpoint: alarmEmail });
