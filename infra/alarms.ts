import { longestGapHours } from "./cadence.ts";
import { discover, plan, rescan, scan, summarize } from "./functions.ts";
import { cadence, unreadPercent } from "./options.ts";
import { group } from "./schedule.ts";
import { named, region } from "./stage.ts";
import { topic } from "./topic.ts";
import { undelivered, undeliveredRescans } from "./undelivered.ts";
import { workflow } from "./workflow.ts";

const hour = 3_600;
const day = 24 * hour;
/** What a run says holds until the next one. */
const silenceHours = longestGapHours(cadence);
const silence = silenceHours * hour;

interface Measured {
  readonly namespace: string;
  readonly metrics: readonly string[];
  readonly dimensions: Readonly<Record<string, $util.Input<string>>>;
}

/** As functions/entry-point.ts counts them. */
const ours = (...metrics: string[]): Measured => ({
  namespace: "EksPerimeter",
  metrics,
  dimensions: { service: "eks-perimeter", stage: $app.stage },
});
const ofWorkflow = (...metrics: string[]): Measured => ({
  namespace: "AWS/States",
  metrics,
  dimensions: { StateMachineArn: workflow.arn },
});
const ofSchedule = (...metrics: string[]): Measured => ({
  namespace: "AWS/Scheduler",
  metrics,
  dimensions: { ScheduleGroup: group.name },
});
const functions = { Plan: plan, Discover: discover, Scan: scan, Summarize: summarize, Rescan: rescan };
const ofFunction = (name: keyof typeof functions, metric: string): Measured => ({
  namespace: "AWS/Lambda",
  metrics: [metric],
  dimensions: { FunctionName: functions[name].name },
});

const waitingIn = (queue: $util.Input<string>): Measured => ({
  namespace: "AWS/SQS",
  metrics: ["ApproximateNumberOfMessagesVisible"],
  dimensions: { QueueName: queue },
});

interface Watched {
  readonly sum: readonly Measured[];
  /** What has happened, and what to do now. */
  readonly says: string;
  /** In seconds; an hour unless it is said. */
  readonly period?: number;
}

/** Whatever should never happen: one is too many. */
const never: Readonly<Record<string, Watched>> = {
  "run-failed": {
    sum: [ofWorkflow("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")],
    says: "A run failed, timed out or was aborted. Open the last execution of the workflow in Step Functions: the state that is red names the error. Correct it, and start an execution with the input {}.",
  },
  "schedule-dropped": {
    sum: [ofSchedule("InvocationDroppedCount", "TargetErrorCount")],
    says: "The schedule could not start a run. Read the message in the queue of undelivered schedules: its attributes hold the error. Correct the role of the schedule or the quota that it names, and start an execution with the input {}.",
  },
  undelivered: {
    sum: [waitingIn(undelivered.name), waitingIn(undeliveredRescans.name)],
    says: "Something that was asked for never began or never ended. Read the message: in the queue undelivered its attributes hold why a run could not be started, so correct that and start an execution with the input {}; in undelivered-rescans it holds the event or the input of a scan and the error, so correct that and rescan the cluster from Security Hub or by the function scan. Then delete the message.",
  },
  "accounts-denied": {
    sum: [ours("AccountsDenied")],
    says: "The member role of an account could not be assumed, so that nothing in it was read. The report lists these accounts under coverage. Roll the member template out to them, or list them under accounts.exclude.",
    period: silence,
  },
  "scans-missing": {
    sum: [ours("AccountsMissing", "ClustersMissing")],
    says: 'An account or a cluster was planned, and its step ended without a record. Search the logs of discover and scan for errors and for the time limit, then start an execution with the input {"accounts": ["..."]} that names the accounts of the report\'s coverage.',
    period: silence,
  },
  "publish-failed": {
    sum: [ours("PublishFailed")],
    says: 'Security Hub refused findings. Search the logs of scan and discover for "finding not published": InvalidAccess means that Security Hub is off in that account and Region, so turn it on; InvalidInput is a defect of eks-perimeter, so report it.',
    period: silence,
  },
  "slack-failed": {
    sum: [ours("SlackFailed")],
    says: 'Slack was not told what changed; the next run tells it. Search the log of summarize for "Slack was not told": the entry names the channel, the code of Slack and what to do about it.',
    period: silence,
  },
  errors: {
    sum: [
      ofFunction("Plan", "Errors"),
      ofFunction("Discover", "Errors"),
      ofFunction("Scan", "Errors"),
      ofFunction("Summarize", "Errors"),
      ofFunction("Rescan", "Errors"),
    ],
    says: "A function ended with an error. Search the logs of the functions for the level ERROR: the entry names run, account, Region and cluster. A step that ran out of time or memory needs more of it; anything else is to be reported.",
  },
  throttles: {
    // not of rescan: Lambda tries again for an hour, and keeps what it could not deliver
    sum: [
      ofFunction("Plan", "Throttles"),
      ofFunction("Discover", "Throttles"),
      ofFunction("Scan", "Throttles"),
      ofFunction("Summarize", "Throttles"),
    ],
    says: "Lambda refused to start a function, as its reserved concurrency or the account's is used up; the workflow tries again for about two minutes. Search the last run for missing scans. Raise the account's quota of concurrent executions, or lower MaxConcurrency in infra/workflow.asl.json, from which the reserved concurrency follows.",
  },
};

const notify = { actionsEnabled: true, alarmActions: [topic.arn], okActions: [topic.arn] };

const queriesOf = ({ sum, period = hour }: Watched) => {
  const parts = sum.flatMap(({ metrics, ...place }) => metrics.map((metricName) => ({ ...place, metricName, stat: "Sum", period })));
  return [
    { id: "total", label: "total", expression: parts.map((_, i) => `FILL(m${i}, 0)`).join(" + "), returnData: true },
    ...parts.map((metric, i) => ({ id: `m${i}`, metric, returnData: false })),
  ];
};

const alarms = Object.entries(never).map(
  ([name, watched]) =>
    new aws.cloudwatch.MetricAlarm(`Alarm-${name}`, {
      name: named(name),
      alarmDescription: watched.says,
      metricQueries: queriesOf(watched),
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      ...notify,
    }),
);

const watch = (metric: string) => {
  const { metrics, ...place } = ours(metric);
  return { ...place, metricName: metric };
};

/** Twice the schedule without a completed run, whatever the cause, the silence of everything else included. */
export const deadMansSwitch = new aws.cloudwatch.MetricAlarm("Alarm-no-run-completed", {
  name: named("no-run-completed"),
  alarmDescription: `No run was completed for ${2 * silenceHours} hours, so that nobody knows what is reachable now. Look for the last execution of the workflow: is there none, look at the schedule and the queue of undelivered schedules; does it end in NothingToScan, the log of plan says why. Then start an execution with the input {}.`,
  ...watch("RunCompleted"),
  statistic: "Sum",
  period: silence,
  evaluationPeriods: 2,
  comparisonOperator: "LessThanThreshold",
  threshold: 1,
  treatMissingData: "breaching",
  ...notify,
});

export const oldScan = new aws.cloudwatch.MetricAlarm("Alarm-old-scan", {
  name: named("old-scan"),
  alarmDescription: `A cluster was last scanned more than ${2 * silenceHours} hours ago, though runs are completed. The report lists it as found without a record. Invoke the function scan for it with {"account", "region", "cluster"}, and read its log.`,
  ...watch("OldestClusterScanAgeHours"),
  statistic: "Maximum",
  period: silence,
  evaluationPeriods: 1,
  comparisonOperator: "GreaterThanThreshold",
  threshold: 2 * silenceHours,
  treatMissingData: "notBreaching",
  ...notify,
});

/** A few clusters may be out of reach for good reasons; so many at once have lost something that they share. */
export const unread = new aws.cloudwatch.MetricAlarm("Alarm-clusters-unread", {
  name: named("clusters-unread"),
  alarmDescription: `Of more than ${unreadPercent} percent of the clusters something could not be read, so that nobody knows whether they are safe. Open the report: its coverage lists what was refused and why. Roll the member template out again for what IAM refused and the ClusterRole with its access entry for what Kubernetes refused; attach scan to a VPC for endpoints that were not reached. If it is to be so, raise EKS_PERIMETER_UNREAD_PERCENT.`,
  metricQueries: [
    { id: "percent", label: "percent", expression: "100 * m0 / m1", returnData: true }, // no value where there are no clusters
    ...["ClustersUnread", "ClustersPlanned"].map((metric, i) => ({
      id: `m${i}`,
      metric: { ...watch(metric), stat: "Sum", period: silence },
      returnData: false,
    })),
  ],
  comparisonOperator: "GreaterThanThreshold",
  threshold: unreadPercent,
  evaluationPeriods: 1,
  treatMissingData: "notBreaching",
  ...notify,
});

const graph = (title: string, stat: "Sum" | "Maximum", measured: Measured[]) => ({
  type: "metric",
  width: 12,
  height: 6,
  properties: {
    title,
    stat,
    period: day,
    region,
    metrics: measured.flatMap(({ namespace, metrics, dimensions }) =>
      metrics.map((metric) => [namespace, metric, ...Object.entries(dimensions).flat()]),
    ),
  },
});

new aws.cloudwatch.Dashboard("Dashboard", {
  dashboardName: named("runs"),
  dashboardBody: $jsonStringify({
    widgets: [
      {
        type: "alarm",
        width: 24,
        height: 3,
        properties: { title: "Alarms", alarms: [...alarms, deadMansSwitch, oldScan, unread].map(({ arn }) => arn) },
      },
      graph("Runs", "Sum", [ours("RunStarted", "RunsSkipped", "RunCompleted")]),
      graph("Accounts", "Sum", [ours("AccountsPlanned", "AccountsDiscovered", "AccountsDenied", "AccountsMissing")]),
      graph("Clusters", "Sum", [ours("ClustersPlanned", "ClustersScanned", "ClustersUnread", "ClustersMissing")]),
      graph("Findings", "Sum", [ours("FindingsPublished", "PublishFailed", "SlackFailed")]),
      graph("Rescans", "Sum", [ours("RescansAsked")]),
      graph("Age of the oldest scan, in hours", "Maximum", [ours("OldestClusterScanAgeHours")]),
      graph("Executions", "Sum", [ofWorkflow("ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")]),
    ],
  }),
});
