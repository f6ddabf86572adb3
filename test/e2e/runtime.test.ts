/** The functions as they are deployed: their bundles under AWS's own runtime client, over an organization of several accounts. */
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, inject, it, vi } from "vitest";
import { DiscoverRequest } from "../../core/model/request.ts";
import type { Report } from "../../core/report/report.ts";
import { declare, stack } from "../infra/graph.ts";
import { templateRole } from "../support/member-template.ts";
import { eksPerimeter, reportOf } from "./bed/command-line.ts";
import { type Door, type Exchange, type Reply, startDoor } from "./bed/door.ts";
import { bedEnvironment } from "./bed/environment.ts";
import { motoRegion } from "./bed/estate.ts";
import { callsBeyond, callsIn, grantsUnused, keyOf } from "./bed/iam/calls.ts";
import { type IamJudge, iamJudge } from "./bed/iam/judge.ts";
import { hub, type StackRole, stackArns, stackRoles } from "./bed/iam/stack-roles.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { asksRegions, assumedAccount, keysIn, regionsAnswer, roleRefusal } from "./bed/member-sessions.ts";
import { createOrganization, type SessionCredentials, sessionIn } from "./bed/organization.ts";
import { type LambdaFunction, startFunction } from "./bed/runtime/function.ts";
import type { Invoked } from "./bed/runtime/runtime-api.ts";
import { suite } from "./bed/suite.ts";
import type { KnownKey } from "./bed/token-judge.ts";

const regions = ["sa-east-1", "ca-central-1"] as const;
const slackParameter = "/eks-perimeter/slack";
const slackPath = "/services/T0/B0/secret";
/** As the schedule names a run, and how the store does. */
const runId = "2026-11-26T06:00:00Z";
const folder = "runs/2026-11-26T06-00-00Z";
const steps = ["plan", "discover", "scan", "summarize", "rescan"] as const;
type Step = (typeof steps)[number];

/** What the role of a step grants and no call of it ever uses, with the reason. */
const lambdasOwn = "Lambda itself sends what an asynchronous invocation left undone, by the function's role";
const notCalled: Readonly<Record<Step, Readonly<Record<string, string>>>> = {
  plan: {},
  discover: {},
  scan: { "sqs:SendMessage on UndeliveredRescans": lambdasOwn },
  summarize: {},
  rescan: { "sqs:SendMessage on UndeliveredRescans": lambdasOwn },
};

/** As Lambda takes an event that nobody waits for. */
const accepted: Reply = { status: 202, body: "" };

/** In which member each cluster lies, and what its endpoint's checks say of it. */
const clusters = [
  { name: "open", member: "shop", region: regions[0], publicAccess: true, internet: "fail", disabled: "fail" },
  { name: "closed", member: "shop", region: regions[0], publicAccess: false, internet: "pass", disabled: "pass" },
  { name: "abroad", member: "bank", region: regions[1], publicAccess: false, internet: "pass", disabled: "pass" },
] as const;
const parts = { moto: inject("moto"), etcd: inject("etcd"), client: inject("runtimeClient"), iam: inject("iam") };

suite("the bundled functions under Lambda's runtime client", parts, ({ moto, etcd, client, iam }) => {
  const functions = new Map<Step, LambdaFunction>();
  const keys: KnownKey[] = [];
  /** By name: those with clusters, one without, and one whose role refuses the hub. */
  const accounts: Record<string, string> = { hub };
  /** One for each function, and one for the command line. */
  const doors = new Map<Step | "laptop", Door>();
  let session: SessionCredentials;
  let slack: Door;
  let judge: IamJudge;
  let roles: ReadonlyMap<string, StackRole>;
  let arns: ReadonlyMap<string, string>;
  let bucket: string;
  let server: KubeApiserver;
  let store: S3Client;

  const account = (name: string): string => accounts[name] ?? "";
  const arnOfDeployed = (name: string): string => arns.get(name) ?? expect.fail(`The deployment declares no ${name}.`);
  const environment = (of: Step | "laptop") => ({
    AWS_ENDPOINT_URL: doors.get(of)?.url,
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    EKS_PERIMETER_STORE: `s3://${bucket}`,
    EKS_PERIMETER_STAGE: "e2e",
    EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1",
    ...(of === "summarize" ? { EKS_PERIMETER_SLACK_PARAMETER: slackParameter } : {}),
    ...(of === "rescan" ? { EKS_PERIMETER_SCAN_FUNCTION: arnOfDeployed("ScanFunction") } : {}),
  });
  const heardOf = (name: Step | "laptop"): readonly Exchange[] => doors.get(name)?.heard ?? [];
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
    vi.stubEnv("EKS_PERIMETER_SLACK_PARAMETER", slackParameter);
    const graph = await declare("test", ...stack);
    vi.unstubAllEnvs();
    judge = await iamJudge(iam);
    roles = stackRoles(graph);
    arns = stackArns(graph);
    bucket = arnOfDeployed("StoreBucket").replace("arn:aws:s3:::", "");

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
    const ofHub = { endpoint: moto, region: "eu-west-1", credentials: session };
    store = new S3Client(ofHub);
    await store.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }));
    const configuration = JSON.stringify({ slack: { channel: "alerts" } });
    await store.send(new PutObjectCommand({ Bucket: bucket, Key: "config.json", Body: configuration }));
    slack = await startDoor({ upstream: moto, answer: () => ({ status: 200, body: "ok" }) });
    const webhook = { Name: slackParameter, Value: `${slack.url}${slackPath}`, Type: "SecureString" } as const;
    await new SSMClient(ofHub).send(new PutParameterCommand(webhook));

    for (const name of [...steps, "laptop"] as const) {
      const door = await startDoor({
        upstream: moto,
        answer: (request) => {
          if (asksRegions(request)) return regionsAnswer(regions);
          if (request.service === "lambda") return accepted;
          return assumedAccount(request) === account("refusing") ? roleRefusal : undefined;
        },
        hears: (exchange) => keys.push(...keysIn(exchange)),
      });
      doors.set(name, door);
    }
    await Promise.all(
      steps.map(async (name) => functions.set(name, await startFunction({ client, name, env: environment(name), timeoutMs: 60_000 }))),
    );
  });
  afterAll(() => Promise.all([...functions.values(), ...doors.values(), slack, server].map((started) => started?.stop())));

  it("plan answers with the run and every account of the organization", async () => {
    expect(await answerOf("plan", { runId, startedBy: { execution: "first" } })).toEqual({ runId, accounts: Object.values(accounts) });
  });

  it("plan answers the retry of a start as it answered the start", async () => {
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
    const ended = await eksPerimeter(["scan", "--org", "--json"], bedEnvironment(environment("laptop")));
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

  it("rescan starts a scan of the cluster that a finding is about, which was imported before, and does not wait for it", async () => {
    const imported = heardOf("scan").find(({ request }) => request.path === "/findings/import");
    const [finding] = JSON.parse(imported?.request.body ?? "").Findings;
    const event = { "detail-type": "Security Hub Findings - Custom Action", detail: { findings: [finding] } };
    expect(await answerOf("rescan", event)).toEqual({ started: 1, startedBefore: 0 });
    const [asked] = heardOf("rescan").map(({ request }) => request);
    expect(asked?.headers["x-amz-invocation-type"]).toBe("Event");
    expect(await answerOf("scan", JSON.parse(asked?.body ?? ""))).toMatchObject({ cluster: finding.Resources[0].Id, complete: true });
  });

  it("summarize tells Slack by the webhook that the parameter holds", () => {
    expect(slack.heard.map(({ request }) => request.path)).toEqual([slackPath]);
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
    const env = { ...environment("scan"), EKS_PERIMETER_STORE: undefined };
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
      const subject = name === "rescan" ? { cluster: expect.any(String) } : { runId };
      expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining({ level: "INFO", ...subject }));
      for (const secret of ["k8s-aws-v1.", "X-Amz-Signature", "AWS4-HMAC", slackPath, ...secrets]) {
        expect(log().includes(secret), `${name} logs ${secret.slice(0, 6)}…`).toBe(false);
      }
    }
  });

  it("hands its token to the API server alone, which accepts it each time", () => {
    expect(server.webhook.reviewed.length).toBeGreaterThan(0);
    expect(server.webhook.reviewed.filter(({ refused }) => refused !== undefined)).toEqual([]);
    const heard = [...doors.values()].flatMap((door) => door.heard);
    expect(heard.filter(({ request }) => `${request.path}${request.body}`.includes("k8s-aws-v1."))).toEqual([]);
  });

  it.each(steps)("%s calls AWS as its own role may, and whatever its role may", async (name) => {
    const role = roles.get(`${name[0]?.toUpperCase()}${name.slice(1)}Role`) ?? expect.fail(`The deployment declares no role of ${name}.`);
    const calls = callsIn(
      heardOf(name).filter((exchange) => keyOf(exchange) === session.accessKeyId),
      hub,
    );
    expect(await callsBeyond(judge, role, calls)).toEqual([]);
    const unused = await grantsUnused(judge, role, calls);
    expect(unused.map((grant) => grant.replace(arnOfDeployed("UndeliveredRescans"), "UndeliveredRescans"))).toEqual(
      Object.keys(notCalled[name]),
    );
  });

  it("in each account they call AWS as the template's role may", async () => {
    const members = [...doors.values()].flatMap(({ heard }) => heard).filter((exchange) => keyOf(exchange) !== session.accessKeyId);
    const beyond: string[] = [];
    for (const [accessKeyId, arn] of new Map(keys.map((key) => [key.accessKeyId, key.arn]))) {
      const [, , , , id = ""] = arn.split(":");
      const policies = templateRole({}, "aws", id).Policies.map(({ PolicyDocument }) => PolicyDocument);
      const calls = callsIn(
        members.filter((exchange) => keyOf(exchange) === accessKeyId),
        id,
      );
      beyond.push(...(await callsBeyond(judge, { arn, policies }, calls)));
    }
    expect(beyond).toEqual([]);
    expect(members.filter((exchange) => !keys.some(({ accessKeyId }) => accessKeyId === keyOf(exchange)))).toEqual([]);
    expect(members.length).toBeGreaterThan(50);
  });
});
