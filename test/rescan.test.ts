/** The event of Security Hub's custom action, findings as the product itself makes them, and the scans that become of it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ScanRequest } from "../core/model/request.ts";
import { type AsffContext, type PublishableFinding, toAsff } from "../core/report/asff.ts";
import { mostClusters, type RescanPorts, rescanClusters } from "../core/rescan.ts";
import { aFinding } from "./report/sample.ts";

const account = "111122223333";
const region = "eu-west-1";
const context = (rest: Partial<AsffContext> = {}): AsffContext => ({
  account,
  region,
  partition: "aws",
  readAt: "2026-11-01T06:00:00.123Z",
  firstSeen: "2026-10-01T06:00:00.000Z",
  productVersion: "0.1.0",
  title: "The API endpoint is not open to the internet",
  surface: "endpoint",
  clusterName: "prod",
  ...rest,
});
/** Where the product runs, and holds the findings of accounts in central mode. */
const hub = { account: "999900001111", region: "eu-central-1" };
/** A finding as it lies in Security Hub. */
const finding = (rest: Partial<AsffContext> = {}) => toAsff(aFinding() as PublishableFinding, context(rest));
const ofAccount = () => {
  const { clusterName: _none, ...rest } = context();
  return toAsff(aFinding() as PublishableFinding, rest);
};
const event = (...findings: unknown[]) => ({ "detail-type": "Security Hub Findings - Custom Action" as const, detail: { findings } });
const scanOf = (cluster: string) => ({ account, region, cluster });

/** Ports that keep what was started; scans of these clusters can't be. */
function ports(...broken: string[]) {
  const requests: ScanRequest[] = [];
  const log: string[] = [];
  const clock = { now: 0 };
  const line = (message: string, fields = {}) => log.push(`${message} ${JSON.stringify(fields)}`);
  const given: RescanPorts = {
    startScan: async (request) => {
      if (broken.includes(request.cluster)) throw new Error("TooManyRequestsException");
      requests.push(request);
    },
    hub,
    started: new Map(),
    now: () => new Date(clock.now),
    log: { info: line, warn: line, error: line },
  };
  return { given, requests, log, clock };
}
const { signal } = new AbortController();

describe("starts", () => {
  it("a scan of the cluster that a finding is about", async () => {
    const { given, requests } = ports();
    expect(await rescanClusters(event(finding()), given, signal)).toEqual({ started: 1, startedBefore: 0 });
    expect(requests).toEqual([scanOf("prod")]);
    expect(ScanRequest.parse(requests[0])).toEqual(requests[0]);
  });
  it("three scans for a hundred findings of three clusters", async () => {
    const { given, requests } = ports();
    const hundred = Array.from({ length: 100 }, (_, i) => finding({ clusterName: `c${i % 3}` }));
    expect(await rescanClusters(event(...hundred), given, signal)).toEqual({ started: 3, startedBefore: 0 });
    expect(requests).toEqual(["c0", "c1", "c2"].map(scanOf));
  });
  it("two scans for clusters of one name in two Regions, of two partitions", async () => {
    const { given, requests } = ports();
    await rescanClusters(event(finding(), finding({ region: "cn-north-1", partition: "aws-cn" })), given, signal);
    expect(requests.map((request) => request.region)).toEqual(["eu-west-1", "cn-north-1"]);
  });
  it("a scan of the member's cluster, where the product's own Security Hub holds the finding", async () => {
    const { given, requests } = ports();
    const central = finding({ hub });
    expect([central.AwsAccountId, central.ProductArn]).toEqual([hub.account, expect.stringContaining(hub.account)]);
    expect(await rescanClusters(event(central), given, signal)).toEqual({ started: 1, startedBefore: 0 });
    expect(requests).toEqual([scanOf("prod")]);
  });
  it("one scan where an event comes for each finding, and another a minute later", async () => {
    const { given, requests, clock } = ports();
    await rescanClusters(event(finding()), given, signal);
    clock.now = 59_999;
    expect(await rescanClusters(event(finding(), finding({ clusterName: "other" })), given, signal)).toEqual({
      started: 1,
      startedBefore: 1,
    });
    clock.now = 60_000;
    expect(await rescanClusters(event(finding()), given, signal)).toEqual({ started: 1, startedBefore: 0 });
    expect(requests.map(({ cluster }) => cluster)).toEqual(["prod", "other", "prod"]);
  });
});

describe("refuses, and starts the others all the same:", () => {
  const fields = (changed: Record<string, string | undefined>) => ({
    ...finding(),
    ProductFields: { ...finding().ProductFields, ...changed },
  });
  it.each<[string, unknown, string]>([
    ["a finding of another product", { ...finding(), ProductName: "GuardDuty" }, "ProductName: must be eks-perimeter"],
    ["a finding without a product", { ...finding(), ProductName: undefined }, "ProductName: must be eks-perimeter"],
    [
      "a finding that another product gave our name",
      { ...finding(), ProductArn: "arn:aws:securityhub:eu-west-1::product/aws/guardduty" },
      "ProductArn: must be the default product of that account and Region",
    ],
    [
      "a finding imported by one account about a cluster of another",
      fields({ "eks-perimeter/account": "444455556666" }),
      "AwsAccountId: must be the account of eks-perimeter/account",
    ],
    ["a finding imported in one Region about a cluster of another", fields({ "eks-perimeter/region": "us-east-1" }), "ProductArn: must be"],
    [
      "a finding in the product's own Security Hub that does not say so",
      { ...finding({ hub }), ProductFields: finding().ProductFields },
      "AwsAccountId: must be the account of eks-perimeter/account",
    ],
    [
      "a member's own finding that says to be held by the product's",
      fields({ "eks-perimeter/central": "true" }),
      "AwsAccountId: must be the product's own account",
    ],
    [
      "a finding of a foreign account that says to be held by the product's",
      finding({ hub: { ...hub, account: "444455556666" } }),
      "AwsAccountId: must be the product's own account",
    ],
    [
      "a finding that names the product's account and not its product",
      { ...finding({ hub }), ProductArn: finding().ProductArn },
      "ProductArn: must be the default product",
    ],
    [
      "a finding in another Region's Security Hub of the product's account",
      finding({ hub: { ...hub, region: "us-east-1" } }),
      "ProductArn: must be the default product",
    ],
    [
      "a finding that is half in central mode",
      fields({ "eks-perimeter/central": "yes" }),
      'ProductFields["eks-perimeter/central"]: must be true',
    ],
    ["a finding about an account", ofAccount(), 'ProductFields["eks-perimeter/cluster"]: must be the name of a cluster'],
    ["a Region that is none", fields({ "eks-perimeter/region": "eu-west-1/../x" }), 'ProductFields["eks-perimeter/region"]: must be'],
    [
      "a name that would climb out of its folder",
      fields({ "eks-perimeter/cluster": "../../etc" }),
      'ProductFields["eks-perimeter/cluster"]: must',
    ],
    ["a finding without ProductFields", { ...finding(), ProductFields: undefined }, "ProductFields: "],
    ["text for a finding", "prod", "findings[1]: "],
    ["nothing for a finding", null, "findings[1]: "],
  ])("%s", async (_what, bad, message) => {
    const { given, requests } = ports();
    await expect(rescanClusters(event(finding(), bad, finding({ clusterName: "last" })), given, signal)).rejects.toMatchObject({
      name: "RescanRefusedError",
      message: expect.stringContaining(message),
    });
    expect(requests.map(({ cluster }) => cluster)).toEqual(["prod", "last"]);
  });
  it("clusters beyond the most that an event may name", async () => {
    const { given, requests } = ports();
    const many = Array.from({ length: mostClusters + 2 }, (_, i) => finding({ clusterName: `c${i}` }));
    await expect(rescanClusters(event(...many), given, signal)).rejects.toMatchObject({
      name: "RescanRefusedError",
      message: `the findings name ${mostClusters + 2} clusters, of which 2 are left out`,
    });
    expect(requests).toHaveLength(mostClusters);
  });
  it("a hundred findings that are not ours, in few words and without one of theirs", async () => {
    const hostile = { ...finding(), ProductName: "\u001b[2J$(jndi)" };
    const { given, requests, log } = ports();
    const refused = rescanClusters(event(...Array.from({ length: 100 }, () => hostile)), given, signal);
    await expect(refused).rejects.toThrow(/^(?:findings\[\d\]\.ProductName: must be eks-perimeter; ){5}and 95 more$/);
    expect(requests).toEqual([]);
    expect(log.join()).not.toContain("jndi");
  });
  it("whatever it is given: the answer is typed, and only requests that scan takes are started", async () => {
    const anything = fc.oneof(
      fc.anything(),
      fc
        .record({ "eks-perimeter/account": fc.string(), "eks-perimeter/cluster": fc.string() })
        .map((ProductFields) => ({ ...finding(), ProductFields })),
      fc.constant(finding()),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 5 }), async (findings) => {
        const { given, requests } = ports();
        const name = await rescanClusters(event(...findings), given, signal).then(
          () => undefined,
          (error: Error) => error.name,
        );
        expect([undefined, "RescanRefusedError"]).toContain(name);
        for (const request of requests) expect(ScanRequest.safeParse(request).success).toBe(true);
      }),
    );
  });
});

it("a scan that can't be started holds no other back, is an error, and may be asked for again at once", async () => {
  const { given, requests, log } = ports("lost");
  await expect(rescanClusters(event(finding({ clusterName: "lost" }), finding()), given, signal)).rejects.toMatchObject({
    name: "ScanNotStartedError",
    cause: new Error("TooManyRequestsException"),
  });
  expect(requests).toEqual([scanOf("prod")]);
  expect(log.find((line) => line.startsWith("scan not started"))).toContain('"cluster":"lost"');
  expect([...given.started.keys()]).toEqual(["111122223333/eu-west-1/prod"]);
});
