import { expect, it } from "vitest";
import { clusterReadCompletely } from "../../../core/checks/coverage/cluster-read-completely.ts";
import type { Coverage } from "../../../core/model/cluster.ts";
import { known, type ReasonCode, unknown } from "../../../core/model/fact.ts";
import { aCluster, judged } from "../../support/cluster.ts";

const read = (name: string): Coverage => ({ read: name, state: "read" });
const unread = (name: string, code: ReasonCode): Coverage => ({
  read: name,
  state: "unknown",
  reason: { code, message: `It is ${code}.` },
});
const skipped = (name: string): Coverage => ({ read: name, state: "skipped", reason: { code: "not-supported", message: "Not here." } });
const judgedReads = (...reads: readonly Coverage[]) => judged(clusterReadCompletely, aCluster({ reads: known(reads) }));

it.each<readonly [string, readonly Coverage[], string]>([
  ["pass: every read was answered", [read("eks:DescribeCluster"), read("kubernetes:list services")], "pass"],
  ["pass: the rest was skipped on purpose", [read("eks:DescribeCluster"), skipped("kubernetes:list services")], "pass"],
  ["fail: one of two reads was refused", [read("eks:DescribeCluster"), unread("kubernetes:list services", "forbidden")], "fail"],
  ["fail: denied by a service control policy", [read("eks:DescribeCluster"), unread("ec2:DescribeSubnets", "denied-by-policy")], "fail"],
  ["fail: unread, without a reason", [{ read: "eks:DescribeCluster", state: "unknown" }], "fail"],
  ["not-applicable: all of it was skipped on purpose", [skipped("eks:DescribeCluster")], "not-applicable"],
  ["unknown: not a single outcome", [], "unknown"],
])("%s", (_rule, reads, status) => {
  expect(judgedReads(...reads).map((finding) => finding.status)).toEqual([status]);
});

it("unknown: the outcomes themselves are missing", () => {
  const cluster = aCluster({ reads: unknown("internal", "Not recorded.") });
  expect(judged(clusterReadCompletely, cluster)).toMatchObject([{ status: "unknown", reason: { code: "internal" } }]);
});

it("fail: names each unread read, its reason, and what to do", () => {
  const [finding] = judgedReads(
    read("eks:DescribeCluster"),
    skipped("kubernetes:list ingressclassparams.elbv2.k8s.aws"),
    { ...unread("ec2:DescribeSubnets", "forbidden"), remedy: "Allow it to the role." },
    { ...unread("kubernetes:list ingresses", "forbidden"), remedy: "Bind the ClusterRole." },
    { ...unread("kubernetes:list services", "forbidden"), remedy: "Bind the ClusterRole." },
  );
  expect(finding).toMatchObject({
    status: "fail",
    message:
      "Cluster prod was not read completely, 3 of 5 reads went unanswered: ec2:DescribeSubnets (forbidden), kubernetes:list ingresses (forbidden), kubernetes:list services (forbidden).",
    evidence: {
      answered: 1,
      unread: [
        { read: "ec2:DescribeSubnets", code: "forbidden", message: "It is forbidden.", whatToDo: "Allow it to the role." },
        { read: "kubernetes:list ingresses", code: "forbidden", message: "It is forbidden.", whatToDo: "Bind the ClusterRole." },
        { read: "kubernetes:list services", code: "forbidden", message: "It is forbidden.", whatToDo: "Bind the ClusterRole." },
      ],
      skipped: [{ read: "kubernetes:list ingressclassparams.elbv2.k8s.aws", code: "not-supported", message: "Not here." }],
    },
    remediation: {
      text: "ec2:DescribeSubnets: Allow it to the role.\nkubernetes:list ingresses, kubernetes:list services: Bind the ClusterRole.",
    },
  });
});

it("fail: a step that broke left neither reason nor advice", () => {
  const [finding] = judgedReads({ read: "scan", state: "unknown" });
  expect(finding).toMatchObject({
    evidence: { unread: [{ read: "scan", code: "internal", message: "No reason was recorded." }] },
    remediation: { text: "scan: Scan again, and look at the run's log if it stays so." },
  });
});
