import { expect, it } from "vitest";
import { clusterReadCompletely } from "../../../core/checks/coverage/cluster-read-completely.ts";
import type { Coverage } from "../../../core/model/cluster.ts";
import { known, type ReasonCode, reasonCodes, unknown } from "../../../core/model/fact.ts";
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
    unread("ec2:DescribeSubnets", "forbidden"),
    unread("kubernetes:list ingresses", "forbidden"),
    unread("kubernetes:list services", "forbidden"),
  );
  expect(finding).toMatchObject({
    status: "fail",
    message:
      "Cluster prod was not read completely, 3 of 5 reads went unanswered: ec2:DescribeSubnets (forbidden), kubernetes:list ingresses (forbidden), kubernetes:list services (forbidden).",
    evidence: {
      answered: 1,
      unread: [
        {
          read: "ec2:DescribeSubnets",
          code: "forbidden",
          message: "It is forbidden.",
          whatToDo: expect.stringContaining("role that reads the account"),
        },
        { read: "kubernetes:list ingresses", code: "forbidden", whatToDo: expect.stringContaining("ClusterRole") },
        { read: "kubernetes:list services", code: "forbidden", whatToDo: expect.stringContaining("ClusterRole") },
      ],
      skipped: [{ read: "kubernetes:list ingressclassparams.elbv2.k8s.aws", code: "not-supported", message: "Not here." }],
    },
  });
  const lines = finding?.remediation?.text.split("\n");
  expect(lines).toEqual([
    expect.stringMatching(/^ec2:DescribeSubnets: Allow/),
    expect.stringMatching(/^kubernetes:list ingresses, kubernetes:list services: Give the scanner's group/),
  ]);
});

it("fail: what the reader advised comes before what the reason calls for", () => {
  const [finding] = judgedReads({ ...unread("kubernetes:list services", "timeout"), remedy: "Run the scanner in vpc-0a1." });
  expect(finding?.remediation?.text).toBe("kubernetes:list services: Run the scanner in vpc-0a1.");
});

it.each(reasonCodes)("fail: there is advice for %s on both planes", (code) => {
  const [finding] = judgedReads(unread("eks:DescribeCluster", code), unread("kubernetes:list services", code));
  expect(finding?.status).toBe("fail");
  for (const line of finding?.remediation?.text.split("\n") ?? []) expect(line).toMatch(/: \S.{20,}\.$/);
});
