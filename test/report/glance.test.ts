import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checks } from "../../core/checks/index.ts";
import type { Finding } from "../../core/model/finding.ts";
import { type GlanceOptions, toGlance } from "../../core/report/glance.ts";
import type { Report, ReportCluster } from "../../core/report/report.ts";
import { hanging, wrapped } from "../../core/report/wrap.ts";
import { aFinding, aServiceFinding, clusterOf, sampleReport } from "./sample.ts";

const account = "111122223333";
const clusters = (...names: readonly string[]): readonly ReportCluster[] => names.map((name) => clusterOf(account, name));
const report = (of: readonly ReportCluster[], findings: readonly Finding[], complete = true): Report => ({
  ...sampleReport(),
  accounts: [{ account, coverage: [] }],
  clusters: of,
  findings,
  summary: { complete, byStatus: {}, failBySeverity: {}, unused: [] },
});
/** What a check says of a cluster. */
const about = (check: string, cluster: ReportCluster, rest: Partial<Finding> = {}): Finding => ({
  ...aFinding({ check, cluster: cluster.arn, resource: { kind: "Cluster", id: cluster.arn, name: cluster.name }, ...rest }),
  id: `${check}/${cluster.arn}/${rest.resource?.name ?? ""}`,
});
const lines = (of: Report, options: GlanceOptions = {}) =>
  toGlance(of, { checks, ...options })
    .trimEnd()
    .split("\n");
const lineWith = (text: string, of: Report, options: GlanceOptions = {}) => lines(of, options).find((line) => line.includes(text));

describe("the headline", () => {
  it.each([
    [
      "everything was read, nothing fails",
      true,
      [aFinding({ status: "pass" })],
      "1 cluster in 1 account scanned; everything was read.",
      "Nothing that was judged fails · 1 pass",
    ],
    [
      "nothing was judged, which is not that nothing fails",
      false,
      [aFinding({ status: "unknown" }), aServiceFinding("a", { status: "not-applicable" })],
      "1 cluster in 1 account scanned; not everything was read.",
      "Nothing was judged · 1 not judged · 0 pass",
    ],
    [
      "what was waived is open",
      true,
      [aFinding({ status: "waived" }), aServiceFinding("a", { status: "pass" })],
      "1 cluster in 1 account scanned; everything was read.",
      "Nothing fails that is not waived · 1 waived · 1 pass",
    ],
    ["something was not read", false, [aFinding()], "1 cluster in 1 account scanned; not everything was read.", "1 fail: 1 high · 0 pass"],
    [
      "waived and unknown findings have counts of their own",
      false,
      [
        aFinding(),
        aServiceFinding("a", { status: "waived" }),
        aServiceFinding("b", { status: "unknown" }),
        aServiceFinding("c", { status: "pass" }),
      ],
      "1 cluster in 1 account scanned; not everything was read.",
      "1 fail: 1 high · 1 not judged · 1 waived · 1 pass",
    ],
  ])("%s", (_what, complete, findings, first, second) => {
    expect(lines(report(clusters("prod"), findings, complete)).slice(0, 2)).toEqual([first, second]);
  });

  it("no cluster was found", () => {
    expect(lines(report([], []))).toEqual(["No cluster was found in 1 account; everything was read."]);
  });

  it("what was left out on purpose is no gap, and is not called read", () => {
    const reason = { code: "denied-by-policy", message: "A policy denies it." } as const;
    const left = [{ account, coverage: [{ read: "eks:ListClusters me-south-1", state: "skipped", reason } as const] }];
    const shown = lines({ ...report(clusters("prod"), []), accounts: left });
    expect(shown[0]).toBe("1 cluster in 1 account scanned; everything was read but what was left out.");
    expect(shown).toContain("Not read  account 111122223333: eks:ListClusters me-south-1 (left out,");
  });

  it("a cluster of which no check could be asked is left out, and not called read", () => {
    const reason = { code: "not-ready", message: "The cluster is CREATING." } as const;
    const [prod, next] = clusters("prod", "next") as [ReportCluster, ReportCluster];
    const findings = [about("endpoint-not-open-to-internet", prod, { status: "pass" })];
    const creating = ["endpoint-not-open-to-internet", "cluster-read-completely"].map((check) =>
      about(check, next, { status: "not-applicable", reason }),
    );
    const shown = lines(report([prod, next], [...findings, ...creating]));
    expect(shown[0]).toBe("2 clusters in 1 account scanned; everything was read but what was left out.");
    expect(shown).toContain("Not read  next eu-west-1: every check (left out, not-ready)");
    expect(lines(report([prod], findings))[0]).toBe("1 cluster in 1 account scanned; everything was read.");
  });

  it("what was not read is not called read, also where nothing that was asked for needs it", () => {
    const reason = { code: "forbidden", message: "No." } as const;
    const [prod] = clusters("prod") as [ReportCluster];
    const half = { ...prod, coverage: [{ read: "kubernetes:list services", state: "unknown", reason } as const] };
    expect(lines(report([half], []))[0]).toBe("1 cluster in 1 account scanned; not everything was read.");
  });

  it("manifests are no cluster, and what is in no Region is called by its name alone", () => {
    const coverage = [{ read: "k8s/a.yaml:4", state: "unknown", reason: { code: "malformed", message: "No." } } as const];
    const folder: ReportCluster = { arn: "manifests:k8s", account: "", region: "", name: "k8s", coverage };
    const shown = lines({ ...report([folder], [], false), accounts: [] }, { width: 120 });
    expect(shown[0]).toBe("1 folder of manifests judged, as if it were all of a cluster; not everything was read.");
    expect(shown).toContain("Not read  k8s: k8s/a.yaml:4 (malformed)");
  });

  it("a waiver that matched nothing is told", () => {
    const { summary, ...rest } = report(clusters("prod"), []);
    const unused = [{ kind: "waiver" as const, what: "node-has-no-public-address \u001b[31mx" }];
    expect(lines({ ...rest, summary: { ...summary, unused } })).toContain("This waiver matched nothing: node-has-no-public-address x");
  });
});

describe("who is exposed, by the paths that the checks judge", () => {
  const [a, b, c] = clusters("a", "b", "c") as [ReportCluster, ReportCluster, ReportCluster];
  const open = "endpoint-not-open-to-internet";

  it("which clusters are open to the internet; that a public endpoint could be closed altogether is no exposure", () => {
    const findings = [about(open, a), about("endpoint-public-access-disabled", b, { severity: "low" }), about(open, c, { status: "pass" })];
    expect(lineWith("internet → API server", report([a, b, c], findings))).toBe("Exposed   internet → API server  a");
  });

  it("which load balancers, once each though several checks fail for one, and which namespaces' pods", () => {
    const balancer = { kind: "Service", id: `${a.arn}/namespaces/shop/services/web`, namespace: "shop", name: "web" };
    const namespace = { kind: "Namespace", id: `${b.arn}/namespaces/shop`, name: "shop" };
    const findings = [
      about("load-balancer-internal-or-restricted", a, { resource: balancer }),
      about("load-balancer-encrypts-traffic", a, { resource: balancer }),
      about("endpoint-blocked-from-pods", b, { resource: namespace }),
      about("kubelet-blocked-from-pods", b, { severity: "low" }),
    ];
    const of = report([a, b], findings);
    expect(lineWith("load balancers", of)).toMatch(/internet → load balancers {2}a \(shop\/web\)$/);
    expect(lineWith("pods → API server", of)).toMatch(/b \(shop\)$/);
    expect(lineWith("pods → kubelet", of)).toMatch(/b$/);
  });

  it("what is not known is said beside what is, and not of a path that is known to be open", () => {
    const unknown = { status: "unknown", reason: { code: "refused", message: "No." } } as const;
    const findings = [
      about(open, a),
      about(open, a, { ...unknown, resource: { kind: "Cluster", id: a.arn, name: "again" } }),
      about("kubelet-blocked-from-pods", b, unknown),
      about("endpoint-blocked-from-pods", b, { status: "error" }),
      about("kubelet-blocked-from-pods", c, { status: "unknown", reason: { code: "not-supported", message: "No." } }),
    ];
    expect(lineWith("not known", report([a, b, c], findings))).toMatch(/^ +not known: b \(2 of \d+ paths\), c \(1 of \d+ paths\)$/);
  });

  it("what was waived is told as such, and not of a path that is open or not known", () => {
    const waived = { status: "waived", waiver: { owner: "team-net", reason: "x", expires: "2027-01-31" } } as const;
    const again = { kind: "Cluster", id: a.arn, name: "again" };
    const findings = [
      about(open, a, waived),
      about("kubelet-blocked-from-pods", a, waived),
      about("kubelet-blocked-from-pods", a, { status: "unknown", resource: again }),
      about("endpoint-blocked-from-pods", a, waived),
      about("endpoint-blocked-from-pods", a, { resource: again }),
      about(open, b, { status: "pass" }),
    ];
    expect(lineWith("waived:", report([a, b], findings))).toMatch(/^ +waived: a \(1 of \d+ paths\); not known: a \(1 of \d+ paths\)$/);
  });

  it("clusters of one name are told apart", () => {
    const twins = [clusterOf(account, "prod"), clusterOf("444455556666", "prod"), clusterOf(account, "other")];
    const findings = twins.map((cluster) => about(open, cluster));
    const line = lineWith("internet → API server", report(twins, findings), { width: 200 });
    expect(line).toContain("prod eu-west-1 111122223333, prod eu-west-1 444455556666, other");
  });
});

describe("the worst of it, and how much was left out", () => {
  const many = clusters(...Array.from({ length: 40 }, (_, at) => `cluster-${at}`));
  const findings = many.flatMap((cluster, at) => [
    about("endpoint-not-open-to-internet", cluster, { severity: at === 17 ? "critical" : "high" }),
    about("secrets-encrypted-with-kms", cluster, { severity: "medium" }),
    about("cluster-read-completely", cluster, { status: "pass" }),
  ]);

  it("clusters with the worst first, findings by check, and counts that add up", () => {
    const shown = lines(report(many, findings), { everything: "out/report.html" });
    expect(shown).toContainEqual(expect.stringMatching(/^Clusters {2}cluster-17: 1 critical, 1 medium/));
    const counted = shown.filter((line) => /cluster-\d+: \d critical|cluster-\d+: 1 high/.test(line)).length;
    expect(shown.join("\n")).toContain(`and ${40 - counted} more clusters`);
    expect(shown).toContainEqual(expect.stringMatching(/^Findings {2}critical {2}endpoint-not-open-to-internet: cluster-17$/));
    expect(shown.some((line) => /high {6}endpoint-not-open-to-internet: .*and \d+ more$/.test(line))).toBe(true);
  });

  it("what was not read is grouped, and never left unsaid", () => {
    const reason = { code: "refused", message: "10.0.0.9 refused the connection." } as const;
    const coverage = ["services", "ingresses", "pods"].map(
      (kind) => ({ read: `kubernetes:list ${kind}`, state: "unknown", reason }) as const,
    );
    const unread = many.map((cluster) => ({ ...cluster, coverage }));
    expect(lineWith("Not read", report(unread, findings, false))).toBe("Not read  40 clusters: 3 reads of Kubernetes (refused)");
    const each = many.map((cluster, at) => ({
      ...cluster,
      coverage: coverage.slice(0, 1).map((one) => ({ ...one, read: `kubernetes:list ${at}` })),
    }));
    const shown = lines(report(each, findings, false));
    expect(shown.join("\n")).toMatch(/Not read[^\n]*\n(.*\n)*.*and 3\d more lines/);
  });
});

it.each([
  [80, 24],
  [80, 23],
  [120, 30],
  [60, 24],
])("a large run fits %i columns and %i lines, with every part", (width, height) => {
  const many = clusters(...Array.from({ length: 200 }, (_, at) => `a-long-name-of-a-cluster-in-production-${at}`));
  const unread = many.map((cluster) => ({
    ...cluster,
    coverage: [{ read: `kubernetes:list ${cluster.name}`, state: "unknown", reason: { code: "refused", message: "No." } } as const],
  }));
  const findings = many.flatMap((cluster) =>
    checks.map(({ id, severity }, at) => about(id, cluster, { severity, status: at % 7 === 3 ? "unknown" : "fail" })),
  );
  const next = ["eks-perimeter doctor --org: what reading lacks", "Report: out/report.html"];
  const shown = lines(report(unread, findings, false), { width, height, next, everything: "out/report.html" });
  expect(shown.length).toBeLessThan(height);
  expect(Math.max(...shown.map((line) => line.length))).toBeLessThanOrEqual(width);
  for (const part of ["Exposed", "Clusters", "Findings", "Not read", "Next", "not everything was read"]) {
    expect(
      shown.filter((line) => line.includes(part)),
      part,
    ).not.toEqual([]);
  }
});

it("no line is wider than the terminal, from 40 columns on", () => {
  const width = fc.integer({ min: 40, max: 200 });
  fc.assert(
    fc.property(width, fc.integer({ min: 10, max: 60 }), (columns, height) => {
      const shown = lines(sampleReport(), { width: columns, height, next: ["Report: out/report.html"], everything: "out/report.html" });
      expect(Math.max(...shown.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }),
  );
});

it("a command that takes several lines is pasted as one", () => {
  const next = ["npx eks-perimeter fix --account 303030303030 --check endpoint-not-open-to-internet", "Report: out/report.html"];
  const shown = lines(sampleReport(), { width: 60, height: 60, next });
  expect(shown.slice(-3)).toEqual([
    "Next      npx eks-perimeter fix --account 303030303030 \\",
    "          --check endpoint-not-open-to-internet",
    "          Report: out/report.html",
  ]);
});

it("colours only by the caller's hand, and they change nothing else", () => {
  const paint = (_style: string, text: string) => `\u001b[31m${text}\u001b[0m`;
  expect(stripVTControlCharacters(toGlance(sampleReport(), { checks, paint }))).toBe(toGlance(sampleReport(), { checks }));
  expect(toGlance(sampleReport(), { checks, paint })).toContain("\u001b[31m1 critical\u001b[0m");
  expect(toGlance(sampleReport(), { checks })).not.toContain("\u001b");
});

it("wrapped text loses no word, has no line that is too wide, and breaks only what is longer than a line", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z😀]{1,30}$/u)), fc.integer({ min: 2, max: 50 }), (words, columns) => {
      const all = wrapped(words.join(" "), columns);
      expect(all.join("").replaceAll(" ", "")).toBe(words.join(""));
      expect(all.every((line) => line.length <= columns && line.isWellFormed())).toBe(true);
      if (words.every((word) => word.length <= columns)) expect(all.join(" ")).toBe(words.join(" "));
    }),
  );
  expect(hanging("- ", "one two three", 9)).toEqual(["- one two", "  three"]);
});
