/** The one workflow definition on an engine that nobody here wrote, with the functions' own bundles. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Report } from "../../core/report/report.ts";
import { bundled } from "../../infra/bundle.ts";
import type { FunctionArns } from "../../infra/definition.ts";
import { type AwsRequest, type Door, type Reply, startDoor } from "./bed/door.ts";
import { motoAccount, testCredentials } from "./bed/environment.ts";
import { motoRegion } from "./bed/estate.ts";
import { asksRegions, regionsAnswer } from "./bed/member-sessions.ts";
import { type Ministack, startMinistack } from "./bed/ministack/ministack.ts";
import { createWorkflow, type Ended, type Workflow } from "./bed/ministack/workflow.ts";
import { createOrganization, sessionIn } from "./bed/organization.ts";
import { suite } from "./bed/suite.ts";

const home = "eu-west-1";
const region = "us-west-2";
const bucket = "workflow-runs";
const members = ["sound", "lost", "quiet"];
/** Nobody listens at their endpoints, and no token may go there: the AWS plane is judged alone. */
const api = { url: "https://127.0.0.1:9", caFile: path.join(import.meta.dirname, "vitest.config.ts") };

const refusal: Reply = {
  status: 403,
  headers: { "content-type": "application/xml" },
  body: "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
};
/** The record of a run that a request would write, as its key after runs/; undefined for any other request. */
const recordWritten = ({ method, path: where }: AwsRequest): string | undefined =>
  new RegExp(`^PUT /${bucket}/runs/([^?]+)`).exec(`${method} ${where}`)?.[1];

suite("the workflow on ministack", { moto: inject("moto"), ministack: inject("ministack") }, ({ moto, ministack }) => {
  const accounts: Record<string, string> = { hub: motoAccount };
  let engine: Ministack;
  let door: Door;
  let workflow: Workflow;
  let store: S3Client;
  /** While it is set, the records of one account and of one cluster can't be written, so that their steps fail. */
  let isFaulty = true;
  /** Kept from the scans until it is over, so that a run is in progress for as long as the test wants. */
  let held: PromiseWithResolvers<void> | undefined;
  /** The first run is past its plan. */
  const { promise: planned, resolve: isPlanned } = Promise.withResolvers<void>();

  const started = async (name: string, runId: string): Promise<string> => workflow.start(name, { runId });
  const reportOf = async (run: string): Promise<Report> => {
    const { Body } = await store.send(new GetObjectCommand({ Bucket: bucket, Key: `runs/${run}/report.json` }));
    return JSON.parse((await Body?.transformToString()) ?? "") as Report;
  };
  const statuses = ({ findings }: Report, check: string) =>
    Object.fromEntries(findings.filter((finding) => finding.check === check).map(({ resource, status }) => [resource.name, status]));

  beforeAll(async () => {
    const ids = await createOrganization(moto, testCredentials, members);
    for (const [index, name] of members.entries()) accounts[name] = ids[index] ?? "";
    const { sound = "", lost = "" } = accounts;
    const aws = await motoRegion(moto, region, await sessionIn(moto, sound, "admin"));
    for (const name of ["broken", "open", "closed"]) {
      await aws.createCluster({
        name,
        api,
        publicAccess: name === "open",
        privateAccess: true,
        ranges: name === "open" ? ["0.0.0.0/0"] : [],
      });
    }
    store = new S3Client({ endpoint: moto, region: home, credentials: testCredentials });
    await store.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: home } }));
    door = await startDoor({
      upstream: moto,
      answer: async (request) => {
        if (asksRegions(request)) {
          isPlanned();
          return regionsAnswer([region]);
        }
        if (request.service === "eks") await held?.promise;
        const record = recordWritten(request);
        const fails = record?.endsWith(`/accounts/${lost}.json`) || record?.endsWith("/broken.json");
        return isFaulty && fails ? refusal : undefined;
      },
    });

    engine = await startMinistack(ministack, motoAccount, home);
    const folder = await mkdtemp(path.join(tmpdir(), "eks-perimeter-bundles-"));
    const env = { EKS_PERIMETER_STORE: `s3://${bucket}`, AWS_ENDPOINT_URL: door.url };
    const [PlanFunction, DiscoverFunction, ScanFunction, SummarizeFunction] = await Promise.all(
      (["plan", "discover", "scan", "summarize"] as const).map(async (name) => {
        const bundle = path.join(folder, `${name}.mjs`);
        await writeFile(bundle, await bundled(name));
        return engine.createFunction(name, bundle, env);
      }),
    );
    const functions = { PlanFunction, DiscoverFunction, ScanFunction, SummarizeFunction } as Record<keyof FunctionArns, string>;
    workflow = await createWorkflow(engine, functions);
  });
  afterAll(() => Promise.all([engine, door].map((part) => part?.stop())));

  describe("a run in which an account and a cluster fail, and another that begins meanwhile", () => {
    let first: Ended;
    let second: Ended;
    beforeAll(async () => {
      held = Promise.withResolvers();
      const execution = await started("first", "first");
      await planned;
      second = await workflow.ended(await started("second", "second"));
      held.resolve();
      first = await workflow.ended(execution);
    });

    it("SUCCEEDED: the first, over every account, though two steps failed", () => {
      expect(first).toMatchObject({ status: "SUCCEEDED", accounts: { total: 4, succeeded: 4, failed: 0 } });
    });

    it("the first goes from plan over the accounts to its summary, the second to NothingToScan", () => {
      expect(first.entered).toEqual(["Begin", "Plan", "AnyAccounts", "Accounts", "Summarize"]);
      expect(second.entered).toEqual(["Begin", "Plan", "AnyAccounts", "NothingToScan"]);
    });

    it("the first discovers each account and scans each cluster that was found, once: whatever failed for good is not repeated", () => {
      const written = door.heard.flatMap(({ request }) => recordWritten(request) ?? []).filter((key) => key.startsWith("first/"));
      const { sound } = accounts;
      const expected = [
        "run.json",
        ...Object.values(accounts).map((id) => `accounts/${id}.json`),
        ...["broken", "closed", "open"].map((name) => `clusters/${sound}/${region}/${name}.json`),
        "report.json",
        "report.html",
      ];
      expect(written.toSorted()).toEqual(expected.map((key) => `first/${key}`).toSorted());
    });

    it("hands back a summary, which counts every account and cluster that was planned", () => {
      expect(first.output).toMatchObject({
        runId: "first",
        accounts: 4,
        clusters: 3,
        complete: false,
        reportKey: "runs/first/report.json",
      });
    });

    it("tells the account and the cluster that failed as not scanned, and judges the others", async () => {
      const report = await reportOf("first");
      expect(statuses(report, "account-read-completely")).toEqual(
        Object.fromEntries(Object.entries(accounts).map(([name, id]) => [id, name === "lost" ? "fail" : "pass"])),
      );
      expect(statuses(report, "endpoint-not-open-to-internet")).toEqual({ broken: "unknown", open: "fail", closed: "pass" });
      expect(report.clusters.find(({ name }) => name === "broken")?.coverage).toMatchObject([
        { read: "scan", state: "unknown", reason: { code: "internal" } },
      ]);
    });

    it("SUCCEEDED: the second, which has nothing to scan as the first is in progress", () => {
      expect(second).toMatchObject({ status: "SUCCEEDED", output: { runId: "second", accounts: [] } });
      expect(second.accounts).toBeUndefined();
    });
  });

  it("the next run begins where the first has ended, and scans all", async () => {
    isFaulty = false;
    const third = await workflow.ended(await started("third", "2026-11-27T04:00:00Z"));
    expect(third).toMatchObject({ status: "SUCCEEDED", accounts: { total: 4, succeeded: 4, failed: 0 } });
    expect(statuses(await reportOf("2026-11-27T04-00-00Z"), "endpoint-not-open-to-internet")).toEqual({
      broken: "pass",
      open: "fail",
      closed: "pass",
    });
  });

  it("SUCCEEDED: a second delivery of one schedule is another execution, and has nothing to scan", async () => {
    const again = await workflow.ended(await started("fourth", "2026-11-27T04:00:00Z"));
    expect(again).toMatchObject({ status: "SUCCEEDED", entered: ["Begin", "Plan", "AnyAccounts", "NothingToScan"] });
  });
});
