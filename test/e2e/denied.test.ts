import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Report } from "../../core/report/report.ts";
import { eksPerimeter, reportOf } from "./bed/command-line.ts";
import { type AwsRequest, type Reply, startDoor } from "./bed/door.ts";
import { bedEnvironment, motoAccount, testCredentials } from "./bed/environment.ts";
import { motoRegion } from "./bed/estate.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { suite } from "./bed/suite.ts";

const region = "eu-north-1";
const names = ["one", "two", "three"];
const arnOf = (name: string) => `arn:aws:eks:${region}:${motoAccount}:cluster/${name}`;
const endpointChecks = [
  "control-plane-audit-logging-enabled",
  "endpoint-not-open-to-internet",
  "endpoint-private-access-enabled",
  "endpoint-public-access-disabled",
  "endpoint-ranges-are-trusted",
];

const describes = (name: string) => (request: AwsRequest) =>
  request.service === "eks" && request.method === "GET" && request.path.split("?")[0] === `/clusters/${name}`;

/** As EKS says them. */
const denial: Reply = {
  status: 403,
  headers: { "x-amzn-errortype": "AccessDeniedException" },
  body: JSON.stringify({
    message: `User: arn:aws:iam::${motoAccount}:user/testing is not authorized to perform: eks:DescribeCluster on resource: ${arnOf("two")}`,
  }),
};
const nonsense: Reply = { status: 200, headers: { "content-type": "text/html" }, body: "<html>maintenance</html>" };

suite("one cluster that can't be described", { moto: inject("moto"), etcd: inject("etcd") }, ({ moto, etcd }) => {
  let server: KubeApiserver;
  beforeAll(async () => {
    const keys = [{ ...testCredentials, arn: `arn:aws:iam::${motoAccount}:user/testing` }];
    server = await startKubeApiserver({ etcd, etcdPrefix: "/denied", clusters: names, keys, groups: [readers] });
    await grantDeclaredReads(server.admin);
    const aws = await motoRegion(moto, region);
    const api = { url: server.url, caFile: server.caFile };
    for (const name of names) {
      await aws.createCluster({ name, api, publicAccess: false, privateAccess: true, ranges: [], logs: ["audit", "authenticator"] });
    }
  });
  afterAll(() => server?.stop());

  const scan = async (answer?: (request: AwsRequest) => Reply | undefined) => {
    const door = await startDoor({ upstream: moto, ...(answer === undefined ? {} : { answer }) });
    try {
      const env = bedEnvironment({ AWS_ENDPOINT_URL: door.url, EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1" });
      const ended = await eksPerimeter(["scan", "--region", region, "--json"], env);
      return { ...ended, report: reportOf(ended) };
    } finally {
      await door.stop();
    }
  };
  const verdictsOf = ({ findings }: Report, name: string) =>
    Object.fromEntries(
      findings.flatMap(({ check, cluster, status, reason }) =>
        cluster === arnOf(name) && endpointChecks.includes(check)
          ? [[check, reason === undefined ? status : `${status}: ${reason.code}`]]
          : [],
      ),
    );
  const all = (verdict: string) => Object.fromEntries(endpointChecks.map((check) => [check, verdict]));
  const good = { ...all("pass"), "endpoint-ranges-are-trusted": "not-applicable" };

  it("exit 0: every cluster is described, and nothing fails", async () => {
    const { exitCode, report, stderr } = await scan();
    expect(report.findings.filter(({ status }) => !["pass", "not-applicable"].includes(status))).toEqual([]);
    expect(names.map((name) => verdictsOf(report, name))).toEqual([good, good, good]);
    expect(exitCode, stderr).toBe(0);
  });

  it.each([
    ["forbidden", denial],
    ["malformed", nonsense],
  ])("exit 3, and unknown (%s) for that cluster alone", async (code, reply) => {
    const { exitCode, report, stderr } = await scan((request) => (describes("two")(request) ? reply : undefined));
    expect(names.map((name) => verdictsOf(report, name))).toEqual([good, all(`unknown: ${code}`), good]);
    const coverage = report.findings
      .filter(({ check }) => check === "cluster-read-completely")
      .map(({ cluster, status }) => [cluster, status]);
    expect(Object.fromEntries(coverage)).toEqual({ [arnOf("one")]: "pass", [arnOf("two")]: "fail", [arnOf("three")]: "pass" });
    expect(report.clusters.find(({ name }) => name === "two")?.coverage).toContainEqual({
      read: "eks:DescribeCluster",
      state: "unknown",
      reason: { code, message: expect.any(String) },
    });
    expect(report.summary.complete).toBe(false);
    expect(exitCode, stderr).toBe(3);
  });
});
