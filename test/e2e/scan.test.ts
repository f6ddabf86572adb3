import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type AwsSecurityFinding, EnableSecurityHubCommand, GetFindingsCommand } from "@aws-sdk/client-securityhub";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Report } from "../../core/report/report.ts";
import { type Ended, eksPerimeter, reportOf } from "./bed/command-line.ts";
import { bedEnvironment, motoAccount, testCredentials } from "./bed/environment.ts";
import { type ClusterApi, type MotoRegion, motoRegion } from "./bed/estate.ts";
import type { Admin, Manifest } from "./bed/kube/admin.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { suite } from "./bed/suite.ts";

const region = "eu-west-1";
const trusted = "8.8.8.0/24";
const office = [trusted];
const shop = "restricted";
const clusterArn = (name: string) => `arn:aws:eks:${region}:${motoAccount}:cluster/${name}`;
const keys = [{ ...testCredentials, arn: `arn:aws:iam::${motoAccount}:user/testing` }];

/** 203.0.113.0/24, 10.0.0.0/8 and the like are no part of the internet; the rules are those of the check's catalogue entry. */
const clusters = [
  { name: "halves", publicAccess: true, privateAccess: false, ranges: ["0.0.0.0/1", "128.0.0.0/1"], internet: "fail", trusted: "fail" },
  {
    name: "quarters",
    publicAccess: true,
    privateAccess: true,
    ranges: ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"],
    internet: "fail",
    trusted: "fail",
  },
  { name: "all-ipv6", publicAccess: true, privateAccess: false, ranges: [trusted, "::/0"], internet: "fail", trusted: "fail" },
  { name: "global-unicast", publicAccess: true, privateAccess: false, ranges: [trusted, "2000::/3"], internet: "fail", trusted: "fail" },
  {
    name: "mapped",
    publicAccess: true,
    privateAccess: true,
    ranges: [trusted, "::ffff:0.0.0.0/96"],
    internet: "fail",
    trusted: "fail",
    version: "1.27",
  },
  { name: "absent", publicAccess: true, privateAccess: false, ranges: "absent", internet: "fail", trusted: "fail" },
  {
    name: "slash-8-and-one",
    publicAccess: true,
    privateAccess: true,
    ranges: ["20.0.0.0/8", "21.0.0.1/32"],
    internet: "fail",
    trusted: "fail",
  },
  { name: "slash-8", publicAccess: true, privateAccess: true, ranges: ["20.0.0.0/8"], internet: "pass", trusted: "fail" },
  { name: "stale", publicAccess: false, privateAccess: true, ranges: ["0.0.0.0/0"], internet: "pass", trusted: "pass", version: "1.31" },
  {
    name: shop,
    publicAccess: true,
    privateAccess: true,
    ranges: office,
    internet: "pass",
    trusted: "pass",
    logs: ["audit", "authenticator"],
  },
] as const;

const nlb = { "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip" };
const scheme = "service.beta.kubernetes.io/aws-load-balancer-scheme";
/** Each Service of type LoadBalancer, what AWS has for it, and the verdicts: exposure, declaration, source ranges. */
const services = [
  {
    name: "internal",
    annotations: { ...nlb, [scheme]: "internal" },
    aws: { scheme: "internal", admits: ["0.0.0.0/0"] },
    exposure: "pass",
    declaration: "pass",
    ranges: "not-applicable",
  },
  {
    name: "office-alone",
    annotations: { ...nlb, [scheme]: "internet-facing" },
    declaredRanges: office,
    aws: { scheme: "internet-facing", admits: office },
    exposure: "pass",
    declaration: "pass",
    ranges: "pass",
  },
  {
    name: "halves",
    annotations: { ...nlb, [scheme]: "internet-facing" },
    declaredRanges: ["0.0.0.0/1", "128.0.0.0/1"],
    aws: { scheme: "internet-facing", admits: ["0.0.0.0/1", "128.0.0.0/1"] },
    exposure: "fail",
    declaration: "pass",
    ranges: "not-applicable", // they hold every address, so there is nothing to enforce
  },
  {
    name: "changed-annotation",
    annotations: { ...nlb, [scheme]: "internal" },
    aws: { scheme: "internet-facing", admits: ["0.0.0.0/0"] },
    exposure: "fail",
    declaration: "fail",
    ranges: "not-applicable",
  },
  {
    name: "no-security-group",
    annotations: { ...nlb, [scheme]: "internet-facing", "service.beta.kubernetes.io/aws-load-balancer-disable-nlb-sg": "true" },
    declaredRanges: office,
    aws: { scheme: "internet-facing" },
    // Its targets see the load balancer's own address, so that nothing behind it could refuse anybody either.
    exposure: "fail",
    declaration: "fail",
    ranges: "fail",
  },
] as const;

const judgedOfService = [
  ["exposure", "load-balancer-internal-or-restricted"],
  ["declaration", "load-balancer-matches-declaration"],
  ["ranges", "load-balancer-source-ranges-enforced"],
] as const;

/** The Services, as their owner would apply them, with the addresses that moto gave to their load balancers. */
async function writeServices(admin: Admin, aws: MotoRegion): Promise<void> {
  await admin.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  const spec = { ports: [{ port: 443, targetPort: 8443 }], selector: { app: "shop" } };
  const service = (name: string, further: object, annotations = {}): Manifest => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "shop", name, ...{ annotations } },
    spec: { ...spec, ...further },
  });
  await admin.create("services", service("bystander", { type: "ClusterIP" }));
  await Promise.all(
    services.map(async ({ name, annotations, aws: { scheme, ...further }, ...declared }) => {
      const loadBalancerSourceRanges = "declaredRanges" in declared ? declared.declaredRanges : [];
      const object = service(
        name,
        { type: "LoadBalancer", loadBalancerClass: "service.k8s.aws/nlb", loadBalancerSourceRanges },
        annotations,
      );
      await admin.create("services", object);
      const hostname = await aws.createLoadBalancer({ name, cluster: shop, service: `shop/${name}`, scheme, port: 443, ...further });
      await admin.setStatus("services", object, { loadBalancer: { ingress: [{ hostname }] } });
    }),
  );
}

suite("scan of ten clusters", { moto: inject("moto"), etcd: inject("etcd") }, ({ moto, etcd }) => {
  const servers: KubeApiserver[] = [];
  let aws: MotoRegion;
  let env: Record<string, string>;
  let ended: Ended;
  let report: Report;

  const scan = async (): Promise<void> => {
    const config = path.join(env.XDG_STATE_HOME ?? "", "..", "eks-perimeter.config.yaml");
    await writeFile(config, `trustedCidrs: [${trusted}]\n`);
    ended = await eksPerimeter(["scan", "--region", region, "--json", "--publish", "--config", config], env);
    report = reportOf(ended);
  };
  /** Every page of moto's Security Hub. */
  const published = async (): Promise<AwsSecurityFinding[]> => {
    const all: AwsSecurityFinding[] = [];
    for (let NextToken: string | undefined; ; ) {
      const page = await aws.securityHub.send(
        new GetFindingsCommand({ MaxResults: 100, ...(NextToken === undefined ? {} : { NextToken }) }),
      );
      all.push(...(page.Findings ?? []));
      NextToken = page.NextToken;
      if (!NextToken) return all;
    }
  };
  const verdicts = (check: string) =>
    Object.fromEntries(
      report.findings.filter((finding) => finding.check === check).map((finding) => [finding.resource.name, finding.status]),
    );

  beforeAll(async () => {
    const start = (etcdPrefix: string, names: readonly string[]) =>
      startKubeApiserver({ etcd, etcdPrefix, clusters: names, keys, groups: [readers] });
    // One API server stands for the nine clusters that hold no Service.
    const others = clusters.map(({ name }) => name).filter((name) => name !== shop);
    const [own, common] = await Promise.all([start("/scan-shop", [shop]), start("/scan-others", others)]);
    servers.push(own, common);
    await Promise.all(servers.map(({ admin }) => grantDeclaredReads(admin)));
    aws = await motoRegion(moto, region);
    await aws.securityHub.send(new EnableSecurityHubCommand({}));
    const apiOf = ({ url, caFile }: KubeApiserver): ClusterApi => ({ url, caFile });
    for (const { internet: _internet, trusted: _trusted, ...plan } of clusters) {
      await aws.createCluster({ ...plan, api: apiOf(plan.name === shop ? own : common) });
    }
    await writeServices(own.admin, aws);
    env = bedEnvironment({ AWS_ENDPOINT_URL: moto, EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1" });
    await scan();
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it("exit 1: something at or above high fails", () => {
    expect(ended.exitCode, ended.stderr).toBe(1);
  });

  it("reads every cluster completely, and says so", () => {
    expect(report.clusters.map(({ name }) => name).sort()).toEqual(clusters.map(({ name }) => name).sort());
    const unread = report.clusters.flatMap(({ name, coverage }) =>
      coverage.filter(({ state }) => state !== "read").map(({ read, reason }) => ({ name, read, reason })),
    );
    expect(unread).toEqual([]);
  });

  it("leaves nothing open", () => {
    const open = report.findings.filter(({ status }) => status === "unknown" || status === "error");
    expect(open.map(({ check, resource, reason }) => ({ check, name: resource.name, reason }))).toEqual([]);
    expect(report.summary.complete).toBe(true);
  });

  it.each([
    ["endpoint-not-open-to-internet", clusters.map(({ name, internet }) => [name, internet])],
    ["endpoint-ranges-are-trusted", clusters.map((plan) => [plan.name, plan.trusted])],
    ["endpoint-private-access-enabled", clusters.map(({ name, privateAccess }) => [name, privateAccess ? "pass" : "fail"])],
    ["endpoint-public-access-disabled", clusters.map(({ name, publicAccess }) => [name, publicAccess ? "fail" : "pass"])],
    ["control-plane-audit-logging-enabled", clusters.map((plan) => [plan.name, "logs" in plan ? "pass" : "fail"])],
    ["cluster-version-supported", clusters.map((plan) => [plan.name, "version" in plan ? "fail" : "pass"])],
    // From 1.28 on secrets are encrypted without being asked for.
    ["secrets-encrypted-with-kms", clusters.map((plan) => [plan.name, "version" in plan && plan.version === "1.27" ? "fail" : "pass"])],
    ["cluster-read-completely", clusters.map(({ name }) => [name, "pass"])],
  ])("%s judges each cluster by its own plan", (check, expected) => {
    expect(verdicts(check)).toEqual(Object.fromEntries(expected));
  });

  it.each(services.flatMap((plan) => judgedOfService.map(([what, check]) => [check, plan.name, plan[what]] as const)))(
    "%s, Service shop/%s: %s",
    (check, name, status) => {
      const id = `${clusterArn(shop)}/namespaces/shop/services/${name}`;
      const finding = report.findings.find((candidate) => candidate.check === check && candidate.resource.id === id);
      expect(finding, JSON.stringify(finding?.evidence)).toMatchObject({
        status,
        cluster: clusterArn(shop),
        resource: { kind: "Service", namespace: "shop" },
      });
    },
  );

  it("fails no Service without a load balancer, and no other cluster for the load balancers of this one", () => {
    const checks: readonly string[] = judgedOfService.map(([, check]) => check);
    const failed = report.findings.filter(({ check, status }) => checks.includes(check) && status === "fail");
    const names = new Set(failed.map(({ cluster, resource }) => `${cluster} ${resource.name}`));
    const guilty = services.filter((plan) => Object.values(plan).includes("fail"));
    expect([...names].sort()).toEqual(guilty.map(({ name }) => `${clusterArn(shop)} ${name}`).sort());
  });

  it("publishes each failing finding, and a second run that finds the same sends nothing", async () => {
    const failing = report.findings.filter(({ status }) => status === "fail").map(({ id }) => id);
    const sent = (findings: readonly AwsSecurityFinding[]) => findings.map(({ Id, UpdatedAt }) => `${Id} ${UpdatedAt}`).sort();
    const first = await published();
    expect(first.map(({ Id }) => Id).sort()).toEqual([...failing].sort());
    await scan();
    expect(sent(await published())).toEqual(sent(first));
  });

  it("hands the token of a cluster to its own API server alone, and that accepts it each time", () => {
    for (const { webhook } of servers) {
      expect(webhook.reviewed.length).toBeGreaterThan(0);
      expect(webhook.reviewed.filter(({ refused }) => refused !== undefined)).toEqual([]);
    }
  });

  it("writes no token and no credential anywhere", () => {
    expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/k8s-aws-v1\.|X-Amz-Signature/);
  });
});
