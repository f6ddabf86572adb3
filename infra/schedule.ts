import { cronOf } from "./cadence.ts";
import { cadence, windowMinutes } from "./options.ts";
import { named } from "./stage.ts";
import { undelivered } from "./undelivered.ts";
import { workflow } from "./workflow.ts";

const role = new aws.iam.Role("ScheduleRole", {
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "scheduler.amazonaws.com" }, Action: "sts:AssumeRole" }],
  }),
});

new aws.iam.RolePolicy("SchedulePolicy", {
  role: role.name,
  policy: $jsonStringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["states:StartExecution"], Resource: workflow.arn },
      { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: undelivered.arn },
    ],
  }),
});

/** Of its own, as the metrics of Scheduler are counted by group. */
export const group = new aws.scheduler.ScheduleGroup("Schedules", { name: named("schedules") });

/** By default every day, at some minute of a quiet hour. */
export const schedule = new aws.scheduler.Schedule("Schedule", {
  name: named("schedule"),
  groupName: group.name,
  scheduleExpression: cronOf(cadence),
  scheduleExpressionTimezone: cadence.timeZone,
  flexibleTimeWindow: windowMinutes === 0 ? { mode: "OFF" } : { mode: "FLEXIBLE", maximumWindowInMinutes: windowMinutes },
  target: {
    arn: workflow.arn,
    roleArn: role.arn,
    input: JSON.stringify({ runId: "<aws.scheduler.scheduled-time>" }),
    retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3600 },
    deadLetterConfig: { arn: undelivered.arn },
  },
});
