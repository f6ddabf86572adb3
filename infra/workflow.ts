import { definitionWith } from "./definition.ts";
import { discover, plan, scan, summarize } from "./functions.ts";
import { account, named, partition, region } from "./stage.ts";

const functions = { PlanFunction: plan.arn, DiscoverFunction: discover.arn, ScanFunction: scan.arn, SummarizeFunction: summarize.arn };

const definition = $resolve(functions).apply(definitionWith);

/** Named by hand, so that the role's policy can speak of the machine before it exists. */
const name = named("workflow");
const machineArn = $interpolate`arn:${partition}:states:${region}:${account}:stateMachine:${name}`;
const executions = $interpolate`arn:${partition}:states:${region}:${account}:execution:${name}/*`;

/** Of steps that failed, without what they were given. Under this prefix AWS writes without a resource policy for each group. */
const log = new aws.cloudwatch.LogGroup("WorkflowLog", { name: `/aws/vendedlogs/states/${name}`, retentionInDays: 90 });

const role = new aws.iam.Role("WorkflowRole", {
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "states.amazonaws.com" }, Action: "sts:AssumeRole" }],
  }),
});

const policy = new aws.iam.RolePolicy("WorkflowPolicy", {
  role: role.name,
  policy: $jsonStringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: Object.values(functions) },
      { Effect: "Allow", Action: ["states:StartExecution"], Resource: machineArn },
      { Effect: "Allow", Action: ["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"], Resource: executions },
      {
        Effect: "Allow",
        Action: [
          "logs:CreateLogDelivery",
          "logs:DeleteLogDelivery",
          "logs:DescribeLogGroups",
          "logs:DescribeResourcePolicies",
          "logs:GetLogDelivery",
          "logs:ListLogDeliveries",
          "logs:PutResourcePolicy",
          "logs:UpdateLogDelivery",
        ],
        Resource: "*", // there is no narrower form
      },
    ],
  }),
});

export const workflow = new aws.sfn.StateMachine(
  "Workflow",
  {
    name,
    roleArn: role.arn,
    type: "STANDARD",
    definition,
    loggingConfiguration: { level: "ERROR", includeExecutionData: false, logDestination: $interpolate`${log.arn}:*` },
    tracingConfiguration: { enabled: false },
  },
  { dependsOn: [policy] },
);
