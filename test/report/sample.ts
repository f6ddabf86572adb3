/** A small run of three accounts, with everything in it that a report has to show. */
import { defineCheck } from "../../core/model/check.ts";
import { known } from "../../core/model/fact.ts";
import type { Finding } from "../../core/model/finding.ts";
import { findingId } from "../../core/model/finding-id.ts";
import { accountArn, clusterArn, objectId, type Resource } from "../../core/model/resource.ts";
import { defaultSettings } from "../../core/model/settings.ts";
import type { ReportCluster } from "../../core/report/report.ts";
import { type RunResults, toReport } from "../../core/report/summary.ts";

const region = "eu-west-1";
const check = (id: string, surface: "endpoint" | "load-balancer" | "coverage", title: string) =>
  defineCheck({
    id,
    title,
    surface,
    severity: "high",
    needs: ["endpoint"],
    why: "Because.",
    judged: "By what was read.",
    unseen: "Nothing else.",
    remediation: "Do it.",
    examples: { fail: {} as never, pass: {} as never },
    evaluate: () => [],
  });

export const sampleChecks = [
  check("endpoint-not-open-to-internet", "endpoint", "The API endpoint is not open to the internet"),
  check("load-balancer-internal-or-restricted", "load-balancer", "Load balancers are internal, restricted or declared"),
  check("cluster-read-completely", "coverage", "Everything about the cluster was read"),
  check("account-read-completely", "coverage", "Everything about the account was read"),
];

export const clusterOf = (account: string, name: string): ReportCluster => ({
  arn: clusterArn({ account, region, name }),
  account,
  region,
  name,
  kubernetesVersion: "1.36",
  coverage: [{ read: "eks:DescribeCluster", state: "read" }],
});

/** A failing finding about the cluster itself, but for what is said. */
export function aFinding(rest: Partial<Finding> = {}): Finding {
  const cluster = "cluster" in rest ? rest.cluster : clusterOf("111122223333", "prod").arn;
  const resource: Resource = rest.resource ?? { kind: "Cluster", id: cluster ?? "", name: "prod" };
  const id = rest.check ?? "endpoint-not-open-to-internet";
  return {
    id: findingId(id, cluster, resource),
    check: id,
    status: "fail",
    severity: "high",
    ...(cluster === undefined ? {} : { cluster }),
    resource,
    message: "Cluster prod admits 0.0.0.0/0 to its API endpoint.",
    evidence: { publicCidrs: ["0.0.0.0/0"], addresses: 4294967296 },
    remediation: { text: "Restrict public access to trusted ranges.", commands: ["aws eks update-cluster-config --name prod"] },
    frameworks: ["cis-eks-1.7.0/5.4.1"],
    ...rest,
  };
}

/** A finding about the Service `shop/<name>` of the cluster `prod`. */
export function aServiceFinding(name: string, rest: Partial<Finding> = {}): Finding {
  const cluster = clusterOf("111122223333", "prod").arn;
  const resource: Resource = { kind: "Service", id: objectId(cluster, "services", name, "shop"), namespace: "shop", name };
  const { remediation: _none, ...base } = aFinding();
  return {
    ...base,
    id: findingId("load-balancer-internal-or-restricted", cluster, resource),
    check: "load-balancer-internal-or-restricted",
    severity: "medium",
    resource,
    message: `Service shop/${name} is reachable from the internet on port 443.`,
    ...rest,
  };
}

const prod: ReportCluster = {
  ...clusterOf("111122223333", "prod"),
  namespaces: known({
    groups: [
      { names: ["pay", "shop"], count: 2, pods: 7, isAlike: true, within: "a", among: "n", fromInternet: "nothing", toInternet: "some" },
      { names: ["ingress"], count: 1, pods: 2, isAlike: true, within: "a", fromInternet: "all", toInternet: "all" },
    ],
    between: [".n", "b."],
    letters: { a: { reached: "all" }, n: { reached: "nothing" }, b: { reached: "some", ports: "TCP 8080" } },
    pods: 9,
    policies: 4,
    withoutPods: 1,
  }),
};
const closed: ReportCluster = {
  ...clusterOf("111122223333", "closed"),
  coverage: [
    { read: "eks:DescribeCluster", state: "read" },
    { read: "kubernetes:list services", state: "unknown", reason: { code: "timeout", message: "10.0.0.9 did not answer within 10 s." } },
  ],
};
const about = (cluster: ReportCluster): Pick<Finding, "cluster" | "resource"> => ({
  cluster: cluster.arn,
  resource: { kind: "Cluster", id: cluster.arn, name: cluster.name },
});
const accountFinding = (account: string, rest: Partial<Finding>): Finding => {
  const { cluster: _none, ...finding } = aFinding({
    check: "account-read-completely",
    resource: { kind: "Account", id: accountArn(account, region), name: account },
    ...rest,
  });
  return { ...finding, id: `account-read-completely/${accountArn(account, region)}` };
};

export const sampleResults: RunResults = {
  run: { id: "20261101T060000Z-1", startedAt: "2026-11-01T06:00:00.000Z", finishedAt: "2026-11-01T06:01:00.000Z", version: "0.1.0" },
  checks: sampleChecks,
  settings: defaultSettings,
  fullScope: true,
  accounts: [
    {
      account: "444455556666",
      coverage: [
        { read: "sts:AssumeRole", state: "unknown", reason: { code: "forbidden", message: "The role does not trust the caller." } },
      ],
      findings: [accountFinding("444455556666", { message: "Account 444455556666 was not read: the role does not trust the caller." })],
    },
    {
      account: "111122223333",
      coverage: [
        { read: "sts:AssumeRole", state: "read" },
        {
          read: "eks:ListClusters me-south-1",
          state: "skipped",
          reason: { code: "denied-by-policy", message: "A service control policy denies it." },
        },
      ],
      findings: [accountFinding("111122223333", { status: "pass", message: "Account 111122223333 was read." })],
    },
  ],
  clusters: [
    {
      cluster: closed,
      findings: [
        aFinding({ ...about(closed), status: "pass", message: "Cluster closed has public access off." }),
        aFinding({
          ...about(closed),
          check: "load-balancer-internal-or-restricted",
          status: "unknown",
          message: "Cluster closed was not judged, services could not be read: 10.0.0.9 did not answer within 10 s.",
          reason: { code: "timeout", message: "10.0.0.9 did not answer within 10 s." },
        }),
        aFinding({
          ...about(closed),
          check: "cluster-read-completely",
          severity: "medium",
          message: "Cluster closed was not read completely.",
        }),
      ],
    },
    {
      cluster: prod,
      findings: [
        aServiceFinding("web"),
        aServiceFinding("api", { status: "waived", waiver: { owner: "team-net", reason: "bastions", expires: "2027-01-31" } }),
        aServiceFinding("odd", {
          status: "unknown",
          message: "Service shop/odd was not judged.",
          reason: { code: "malformed", message: "No listener port." },
        }),
        aFinding({ severity: "critical" }),
        aFinding({ check: "cluster-read-completely", status: "pass", message: "Cluster prod was read completely." }),
      ],
    },
  ],
};
export const sampleReport = () => toReport(sampleResults);
