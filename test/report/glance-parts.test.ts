import { describe, expect, it } from "vitest";
import type { Coverage } from "../../core/model/cluster.ts";
import type { ReasonCode } from "../../core/model/fact.ts";
import { clusterNames, type Place, placesText } from "../../core/report/glance-places.ts";
import { unreadLines } from "../../core/report/glance-unread.ts";
import type { ReportCluster } from "../../core/report/report.ts";
import { clusterOf, sampleReport } from "./sample.ts";

const account = "111122223333";
const region = clusterOf(account, "a").region;
const failed = (code: ReasonCode, ...reads: readonly string[]): readonly Coverage[] =>
  reads.map((read) => ({ read, state: "unknown", reason: { code, message: "No." } }));
const services = "kubernetes:list services";

describe("what was not read", () => {
  const cluster = (name: string, coverage: readonly Coverage[], rest: Partial<ReportCluster> = {}): ReportCluster => ({
    ...clusterOf(account, name),
    ...rest,
    coverage,
  });
  const lines = (clusters: readonly ReportCluster[], accounts: Parameters<typeof unreadLines>[0]["accounts"] = []) =>
    unreadLines({ ...sampleReport(), accounts, clusters, findings: [] }, new Set());
  const same = failed("forbidden", services);
  const many = failed(
    "timeout",
    services,
    "kubernetes:list pods",
    "kubernetes:list nodes",
    "ec2:DescribeVpcs",
    "eks-auth:ListX",
    "some-check: shop/web",
  );

  it.each<readonly [string, readonly ReportCluster[], Parameters<typeof lines>[1], readonly string[]]>([
    ["of one cluster, by its name", [cluster("a", same)], [], [`a ${region}: ${services} (forbidden)`]],
    ["of two, by both names", [cluster("a", same), cluster("b", same)], [], [`a ${region}, b ${region}: ${services} (forbidden)`]],
    ["of more, by how many", ["a", "b", "c"].map((name) => cluster(name, same)), [], [`3 clusters: ${services} (forbidden)`]],
    [
      "of clusters of one name in several Regions, each counted",
      ["eu-west-1", "eu-north-1", "us-east-1"].map((one) => cluster("a", same, { region: one })),
      [],
      [`3 clusters: ${services} (forbidden)`],
    ],
    [
      "of accounts and a cluster, both counted",
      [cluster("a", same)],
      [account, "444455556666"].map((one) => ({ account: one, coverage: same })),
      [`2 accounts, 1 cluster: ${services} (forbidden)`],
    ],
    [
      "for another reason, on a line of its own",
      [cluster("a", same), cluster("b", failed("timeout", services))],
      [],
      [`a ${region}: ${services} (forbidden)`, `b ${region}: ${services} (timeout)`],
    ],
    [
      "two reads by their names",
      [cluster("a", failed("forbidden", services, "ec2:DescribeVpcs"))],
      [],
      [`a ${region}: ${services}, ec2:DescribeVpcs (forbidden)`],
    ],
    [
      "many by how many of each plane",
      [cluster("a", many)],
      [],
      [`a ${region}: 3 reads of Kubernetes, 2 reads of AWS, 1 verdicts (timeout)`],
    ],
    ["many of one plane by that alone", [cluster("a", many.slice(0, 3))], [], [`a ${region}: 3 reads of Kubernetes (timeout)`]],
  ])("%s", (_rule, clusters, accounts, expected) => {
    expect(lines(clusters, accounts)).toEqual(expected);
  });
});

describe("what clusters are called", () => {
  const names = (...clusters: readonly ReportCluster[]) => [...clusterNames(clusters).values()];
  const a = clusterOf(account, "a");
  const elsewhere = { ...a, arn: "arn:2", region: "eu-north-1" };
  const other = { ...clusterOf("444455556666", "a") };

  it.each([
    ["by their names", [a, clusterOf(account, "b")], ["a", "b"]],
    ["with their Regions, where others have the name", [a, elsewhere], [`a ${region}`, "a eu-north-1"]],
    ["with their accounts, where others have both", [a, other], [`a ${region} ${account}`, `a ${region} 444455556666`]],
    ["each as far as it needs", [a, elsewhere, other], [`a ${region} ${account}`, "a eu-north-1", `a ${region} 444455556666`]],
    ["by their ARNs, where all else is the same", [a, { ...a, arn: "arn:twin" }], [a.arn, "arn:twin"]],
  ])("%s", (_rule, clusters, expected) => {
    expect(names(...clusters)).toEqual(expected);
  });
});

describe("places", () => {
  const at = (cluster: string, ...resources: readonly string[]): readonly Place[] =>
    resources.map((name) => ({ cluster, resource: { kind: "Service", id: `${cluster}/${name}`, namespace: "shop", name } }));
  const all = [...at("a", "x"), ...at("b", "y", "z"), ...at("c", "w")];

  it.each([
    ["with what they are about, the cluster with most first", 100, "b (shop/y, shop/z), a (shop/x), c (shop/w)"],
    ["with how many, where names do not fit", 20, "b (2), a, c"],
    ["as many clusters, where none fits", 3, "3 clusters"],
  ])("%s", (_rule, width, expected) => {
    expect(placesText(all, (one) => one.length <= width)).toBe(expected);
  });

  it("the first of several clusters, as many as fit, and how many more", () => {
    const many = [...all, ...["d", "e", "f"].flatMap((name) => at(name, "x"))];
    expect(placesText(many, (one) => one.length <= 19)).toBe("b (2), a and 4 more");
    expect(placesText(many, (one) => one.length <= 18)).toBe("b (2) and 5 more");
  });

  it("one cluster is named, whatever fits", () => {
    expect(placesText(at("prod", "x", "y"), () => false)).toBe("prod (2)");
  });
});
