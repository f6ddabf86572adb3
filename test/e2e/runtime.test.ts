/** The functions as they are deployed: their bundles under AWS's own runtime client, over an organization of several accounts. */
import { CreateBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { DiscoverRequest } from "../../core/model/request.ts";
import type { Report } from "../../core/report/report.ts";
import { eksPerimeter, reportOf } from "./bed/command-line.ts";
import { type Door, startDoor } from "./bed/door.ts";
import { bedEnvironment } from "./bed/environment.ts";
import { motoRegion } from "./bed/estate.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { asksRegions, assumedAccount, keysIn, regionsAnswer, roleRefusal } from "./bed/member-sessions.ts";
import { createOrganization, type SessionCredentials, sessionIn } from "./bed/organization.ts";
import { type LambdaFunction, startFunction } from "./bed/runtime/function.ts";
import type { Invoked } from "./bed/runtime/runtime-api.ts";
import { suite } from "./bed/suite.ts";
import type { KnownKey } from "./bed/token-judge.ts";

const hub = "222200000001";
const regions = ["sa-east-1", "ca-central-1"] as const;
const bucket = "runtime-runs";
/** As the schedule names a run, and how the store does. */
const runId = "2026-11-26T06:00:00Z";
const folder = "runs/2026-11-26T06-00-00Z";
const steps = ["plan", "discover", "scan", "summarize"] as const;
type Step = (typeof steps)[number];

/** In which member each cluster lies, and what its endpoint's checks say of it. */
const clusters = [
  { name: "open", member: "shop", region: regions[0], publicAccess: true, internet: "fail", disabled: "fail" },
  { name: "closed", member: "shop", region: regions[0], publicAccess: false, internet: "pass", disabled: "pass" },
  { name: "abroad", member: "bank", region: regions[1], publicAccess: false, internet: "pass", disabled: "pass" },
] as const;
const parts = { moto: inject("moto"), etcd: inject("etcd"), client: inject("runtimeClient") };

suite("the bundled functions under Lambda's runtime client", parts, ({ moto, etcd, client }) => {
  const functions = new Map<Step, LambdaFunction>();
  const keys: KnownKey[] = [];
  /** By name: those with clusters, one without, and one whose role refuses the hub. */
  const accounts: Record<string, string> = { hub };
  let session: SessionCredentials;
  let door: Door;
  let server: KubeApiserver;
  let store: S3Client;

  const account = (name: string): string => accounts[name] ?? "";
  const environment = () => ({
    AWS_ENDPOINT_URL: door.url,
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    EKS_PERIMETER_STORE: `s3://${bucket}`,
    EKS_PERIMETER_STAGE: "e2e",
    EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1",
  });
  const invoke = async (step: Step, event: unknown): Promise<Invoked> =>
    functions.get(step)?.invoke(event) ?? { error: { errorType: "NotStarted", errorMessage: step } };
  const answerOf = async (step: Step, event: unknown): Promise<unknown> => {
    const invoked = await invoke(step, event);
    return "answer" in invoked ? invoked.answer : invoked;
  };
  const stored = async <T>(key: string): Promise<T> => {
    const { Body } = await store.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return JSON.parse((await Body?.transformToString()) ?? "") as T;
  };
  const arnOf = ({ name, member, region }: (typeof clusters)[number]) => `arn:aws:eks:${region}:${account(member)}:cluster/${name}`;

  beforeAll(async () => {
    server = await startKubeApiserver({
      etcd,
      etcdPrefix: "/runtime",
      clusters: clusters.map(({ name }) => name),
      keys,
      groups: [readers],
    });
    await grantDeclaredReads(server.admin);
    const metadata = { namespace: "shop", name: "claims-an-address" };
    await server.admin.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    await server.admin.create("services", {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { ports: [{ port: 443 }], externalIPs: ["198.51.100.7"] },
    });

    session = await sessionIn(moto, hub, "hub");
    const members = ["shop", "bank", "empty", "refusing"];
    const ids = await createOrganization(moto, session, members);
    for (const [index, name] of members.entries()) accounts[name] = ids[index] ?? "";
    const api = { url: server.url, caFile: server.caFile };
    const [shop, bank] = await Promise.all([account("shop"), account("bank")].map((id) => sessionIn(moto, id, "admin")));
    const places = { shop: await motoRegion(moto, regions[0], shop), bank: await motoRegion(moto, regions[1], bank) };
    for (const { name, member, publicAccess } of clusters) {
      const aws = places[member];
      await aws.createCluster({ name, api, publicAccess, privateAccess: true, ranges: publicAccess ? ["0.0.0.0/0"] : [], logs: ["audit"] });
    }
    store = new S3Client({ endpoint: moto, region: "eu-west-1", credentials: session });
    await store.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }));

    door = await startDoor({
      upstream: moto,
      answer: (request) => {
        if (asksRegions(request)) return regionsAnswer(regions);
        return assumedAccount(request) === account("refusing") ? roleRefusal : undefined;
      },
      hears: (exchange) => keys.push(...keysIn(exchange)),
    });
    await Promise.all(
      steps.map(async (name) => functions.set(name, await startFunction({ client, name, env: environment(), timeoutMs: 60_000 }))),
    );
  });
  afterAll(() => Promise.all([...functions.values(), door, server].map((started) => started?.stop())));

  it("plan answers with the run and every account of the organization", async () => {
    expect(await answerOf("plan", { runId, startedBy: { execution: "first" } })).toEqual({ runId, accounts: Object.values(accounts) });
  });

  it("plan answers a second start while the run goes on with no account", async () => {
    const again = { runId: "2026-11-26T06:00:01Z", startedBy: { execution: "second" } };
    expect(await answerOf("plan", again)).toEqual({ runId: again.runId, accounts: [] });
  });

  it("discover answers with the clusters of the account in every Region, and with none where its role refuses", async () => {
    const found: Record<string, unknown> = {};
    for (const [name, id] of Object.entries(accounts)) {
      found[name] = await answerOf("discover", DiscoverRequest.parse({ runId, account: id }));
    }
    const of = (wanted: string) => ({
      clusters: clusters
        .filter(({ member }) => member === wanted)
        .map(({ name, member, region }) => ({ account: account(member), region, name }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    });
    expect(found).toEqual({ hub: of("hub"), shop: of("shop"), bank: of("bank"), empty: of("empty"), refusing: of("refusing") });
  });

  it.each(clusters)("scan answers with a summary of $name and where its record lies", async (cluster) => {
    const answer = await answerOf("scan", { runId, account: account(cluster.member), region: cluster.region, cluster: cluster.name });
    expect(answer).toEqual({
      runId,
      cluster: arnOf(cluster),
      complete: true,
      failBySeverity: expect.objectContaining({ high: expect.any(Number) }),
      changes: { opened: expect.any(Number), worsened: 0, reopened: 0, resolved: 0 },
      reportKey: `${folder}/clusters/${account(cluster.member)}/${cluster.region}/${cluster.name}.json`,
    });
  });

  it("summarize answers with the counts of the run and where its report lies", async () => {
    expect(await answerOf("summarize", { runId })).toMatchObject({
      runId,
      accounts: Object.keys(accounts).length,
      clusters: clusters.length,
      complete: false,
      byStatus: { fail: expect.any(Number), pass: expect.any(Number) },
      reportKey: `${folder}/report.json`,
    });
  });

  it("the report in the store judges each cluster by its own plan, and tells the account that refused", async () => {
    const report = await stored<Report>(`${folder}/report.json`);
    const verdicts = (check: string) =>
      Object.fromEntries(report.findings.filter((finding) => finding.check === check).map(({ resource, status }) => [resource.id, status]));
    expect(verdicts("endpoint-not-open-to-internet")).toEqual(Object.fromEntries(clusters.map((it) => [arnOf(it), it.internet])));
    expect(verdicts("endpoint-public-access-disabled")).toEqual(Object.fromEntries(clusters.map((it) => [arnOf(it), it.disabled])));
    expect(verdicts("cluster-read-completely")).toEqual(Object.fromEntries(clusters.map((it) => [arnOf(it), "pass"])));
    expect(verdicts("service-uses-no-external-ips")).toMatchObject(
      Object.fromEntries(clusters.map((it) => [`${arnOf(it)}/namespaces/shop/services/claims-an-address`, "fail"])),
    );
    expect(verdicts("account-read-completely")).toEqual(
      Object.fromEntries(Object.entries(accounts).map(([name, id]) => [`arn:aws:iam::${id}:root`, name === "refusing" ? "fail" : "pass"])),
    );
  });

  it("the report says what `scan --org` says of the same organization", async () => {
    const ended = await eksPerimeter(["scan", "--org", "--json"], bedEnvironment(environment()));
    expect(ended.exitCode, ended.stderr).toBe(1);
    // Of the hub's own account the function assumes a role and a person here does not: one read more, which its message counts.
    const judged = ({ findings }: Report) =>
      findings.map(({ check, cluster, resource, status, severity, message }) => ({
        check,
        id: resource.id,
        status,
        severity,
        message: cluster === undefined ? "" : message,
      }));
    expect(judged(await stored<Report>(`${folder}/report.json`))).toEqual(judged(reportOf(ended)));
  });

  it("scan without a run is one of its own: the invoke on demand", async () => {
    const answer = await answerOf("scan", { account: account("bank"), region: regions[1], cluster: "abroad" });
    expect(answer).toMatchObject({ cluster: arnOf(clusters[2]), complete: true, changes: { opened: 0, resolved: 0 } });
  });

  it.each<[string, Step, object, string]>([
    [
      "an account of 3 digits",
      "scan",
      { account: "123", region: regions[0], cluster: "open" },
      "account: must be an account id of 12 digits",
    ],
    ["no cluster", "scan", { account: hub, region: regions[0] }, "cluster: must be the name of a cluster"],
    ["no run", "summarize", {}, "runId: "],
    ["a Region that is none", "plan", { regions: ["Ireland"] }, "regions[0]: must be the name of a Region"],
    ["an unknown field", "discover", { runId, account: hub, role: "admin" }, "role"],
  ])("%s: %s ends by InvalidRequestError, which names the field", async (_what, step, event, field) => {
    expect(await invoke(step, event)).toMatchObject({
      error: { errorType: "InvalidRequestError", errorMessage: expect.stringContaining(field) },
    });
  });

  it("a run that was never planned: RunNotFoundError; a check that is none: UnknownCheckError", async () => {
    expect(await invoke("summarize", { runId: "never" })).toMatchObject({ error: { errorType: "RunNotFoundError" } });
    expect(await invoke("plan", { checks: ["no-such-check"] })).toMatchObject({ error: { errorType: "UnknownCheckError" } });
  });

  it("a missing environment variable: MisconfiguredError, which names it", async () => {
    const env = { ...environment(), EKS_PERIMETER_STORE: undefined };
    const misconfigured = await startFunction({ client, name: "scan", env, timeoutMs: 60_000 });
    try {
      expect(await misconfigured.invoke({ account: hub, region: regions[0], cluster: "open" })).toMatchObject({
        error: { errorType: "MisconfiguredError", errorMessage: "The environment variable EKS_PERIMETER_STORE is not set." },
      });
    } finally {
      await misconfigured.stop();
    }
  });

  it("logs lines of JSON with the run, and no token, credential or signature in any", async () => {
    const secrets = [session, ...keys].flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken ?? secretAccessKey]);
    expect(keys.length).toBeGreaterThan(3);
    for (const [name, { log }] of functions) {
      const lines = log().trimEnd().split("\n");
      expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining({ level: "INFO", runId }));
      for (const secret of ["k8s-aws-v1.", "X-Amz-Signature", "AWS4-HMAC", ...secrets]) {
        expect(log().includes(secret), `${name} logs ${secret.slice(0, 6)}…`).toBe(false);
      }
    }
  });

  it("hands its token to the API server alone, which accepts it each time", () => {
    expect(server.webhook.reviewed.length).toBeGreaterThan(0);
    expect(server.webhook.reviewed.filter(({ refused }) => refused !== undefined)).toEqual([]);
    expect(door.heard.filter(({ request }) => `${request.path}${request.body}`.includes("k8s-aws-v1."))).toEqual([]);
  });
});
