import { expect, it } from "vitest";
import type { Requirement } from "../../../core/frameworks/framework.ts";
import { frameworks } from "../../../core/frameworks/index.ts";
import type { Finding } from "../../../core/model/finding.ts";
import type { Changes, ClusterChanges } from "../../../core/report/changes.ts";
import { changesInShort, changesSection } from "../../../core/report/html/changes-section.ts";
import { clusterSection } from "../../../core/report/html/cluster-section.ts";
import { clustersSection } from "../../../core/report/html/clusters-section.ts";
import { pageData } from "../../../core/report/html/data.ts";
import { frameworksSection } from "../../../core/report/html/frameworks-section.ts";
import { glance } from "../../../core/report/html/glance.ts";
import { masthead } from "../../../core/report/html/masthead.ts";
import { notSeenOf, notSeenSection } from "../../../core/report/html/not-seen.ts";
import { ownersOf } from "../../../core/report/html/owners.ts";
import { answered, type RequirementState } from "../../../core/report/html/requirement-state.ts";
import type { Html } from "../../../core/report/html/text.ts";
import { viewOf } from "../../../core/report/html/view.ts";
import type { Report } from "../../../core/report/report.ts";
import { toReport } from "../../../core/report/summary.ts";
import { aFinding, aServiceFinding, clusterOf, sampleChecks, sampleReport, sampleResults } from "../sample.ts";

/** What a reader of the part reads. */
const textOf = ({ markup }: Html): string =>
  markup
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replace(/\s+/g, " ")
    .trim();
const [closed = "", prod = ""] = sampleReport().clusters.map(({ arn }) => arn);
const view = (changes?: Changes, report: Report = sampleReport()) =>
  viewOf(report, { checks: sampleChecks, ...(changes === undefined ? {} : { changes }) });
const nothing: ClusterChanges = { opened: [], worsened: [], reopened: [], resolved: [], notJudged: 0 };
const since = "2026-10-31T06:00:00.000Z";
const resolved = {
  id: "x",
  check: "node-ssh-not-public",
  severity: "high",
  resource: { kind: "Instance", id: "x", name: "x" },
  message: "Instance x admits 0.0.0.0/0.",
} as const;

it.each<[string, Changes | undefined, string, readonly string[]]>([
  [
    "not known, where no state is kept",
    undefined,
    "What changed since the last run is not known.",
    ["Not known: what was found before is not kept"],
  ],
  [
    "a baseline, where every cluster was judged for the first time",
    new Map([
      [closed, nothing],
      [prod, nothing],
    ]),
    "First run: a baseline.",
    ["First run: a baseline."],
  ],
  [
    "not known, where some were judged for the first time and the others left no word",
    new Map([[closed, nothing]]),
    "What changed since the last run is not known.",
    ["1 cluster was judged for the first time", "Of 1 cluster it is not known what changed."],
  ],
  [
    "no change, where each cluster was compared",
    new Map([
      [closed, { ...nothing, since }],
      [prod, { ...nothing, since }],
    ]),
    "Since the last run: 0 new, 0 worse, 0 back, 0 resolved.",
    ["Against what was last read of each cluster, from 2026-10-31 06:00:00 UTC.", "0 new"],
  ],
  [
    "what changed, what was not judged again, and what was resolved",
    new Map([
      [closed, { ...nothing, since, notJudged: 2 }],
      [prod, { ...nothing, since: "2026-10-30T06:00:00.000Z", opened: ["a", "b"], worsened: ["c"], resolved: [resolved] }],
    ]),
    "Since the last run: 2 new, 1 worse, 0 back, 1 resolved, 2 not judged again.",
    [
      "from 2026-10-30 06:00:00 UTC to 2026-10-31 06:00:00 UTC.",
      "2 findings failed before and could not be judged again",
      "Was: Instance x admits 0.0.0.0/0.",
    ],
  ],
])("changes: %s", (_what, changes, short, told) => {
  expect(changesInShort(view(changes))).toBe(short);
  const text = textOf(changesSection(view(changes)));
  for (const one of told) expect(text).toContain(one);
});

it("changes: a report without clusters knows of none", () => {
  expect(changesInShort(view(new Map(), { ...sampleReport(), clusters: [] }))).toBe("What changed since the last run is not known.");
});

const reference = "frame-1/1.1";
const mapped: Requirement = {
  id: "1.1",
  title: "It holds",
  checks: ["endpoint-not-open-to-internet", "load-balancer-internal-or-restricted"],
};
const endpoint = (status: Finding["status"], frameworks: readonly string[] = [reference]) => aFinding({ status, frameworks });
const balancer = (status: Finding["status"]) => aServiceFinding("web", { status, frameworks: [reference] });

it.each<[RequirementState, string, Requirement, readonly Finding[]]>([
  ["fails", "one of many fails", mapped, [endpoint("pass"), balancer("fail"), balancer("unknown")]],
  ["not judged", "one could not be judged", mapped, [endpoint("pass"), balancer("unknown")]],
  ["not judged", "a check broke", mapped, [endpoint("pass"), balancer("error")]],
  ["not judged", "one of its checks was not asked", mapped, [endpoint("pass")]],
  ["not judged", "none of its checks was asked", mapped, []],
  ["fails", "one fails, although the other was not asked", mapped, [endpoint("fail")]],
  ["left open", "a pass does not answer for it", mapped, [endpoint("pass", []), balancer("pass")]],
  ["waived", "one is waived", mapped, [endpoint("pass"), balancer("waived")]],
  ["met", "all that was judged passes", mapped, [endpoint("pass"), balancer("not-applicable")]],
  ["nothing to judge", "nothing applies", mapped, [endpoint("not-applicable"), balancer("not-applicable")]],
  ["manual", "a person has to judge", { id: "1.1", title: "It holds", manual: "Look." }, [endpoint("fail")]],
  ["not covered", "it is outside", { id: "1.1", title: "It holds", notCovered: "No." }, [endpoint("fail")]],
])("a requirement %s: %s", (state, _rule, requirement, findings) => {
  expect(
    answered(
      requirement,
      reference,
      Map.groupBy(findings, ({ check }) => check),
    ).state,
  ).toBe(state);
});

it("a requirement is left open by a pass of which its framework asks for more", () => {
  const all = frameworks.flatMap(({ requirements }) => requirements).filter((one) => "checks" in one && one.passes !== undefined);
  expect(all.length).toBeGreaterThan(0);
  for (const requirement of all) {
    if (!("checks" in requirement)) continue;
    const [check = ""] = requirement.checks;
    const said = answered(
      requirement,
      reference,
      new Map(requirement.checks.map((id) => [id, [aFinding({ check, status: "pass", frameworks: [] })]])),
    );
    expect(said).toMatchObject({ state: "left open", note: expect.stringContaining(requirement.passes?.otherwise ?? "?") });
  }
});

const refusedAt = (name: string, reads: readonly string[], message: string) => ({
  ...clusterOf("111122223333", name),
  coverage: reads.map((read) => ({ read, state: "unknown", reason: { code: "refused", message } }) as const),
});

it("not seen: one reason in many clusters is one line, and what is the same of them is told once", () => {
  const reads = [
    "kubernetes:list services",
    "kubernetes:list pods",
    "kubernetes:list nodes",
    "kubernetes:list ingresses",
    "kubernetes:list jobs",
  ];
  const report = {
    ...sampleReport(),
    accounts: [],
    findings: [],
    clusters: ["a", "b", "c", "d"].map((name) => refusedAt(name, reads, `Cluster ${name} refused.`)),
  };
  const seen = notSeenOf(view(undefined, report));
  expect(seen).toMatchObject({ reads: 20, verdicts: 0, groups: [{ code: "refused", size: 20 }] });
  const text = textOf(notSeenSection(seen));
  expect(text).toContain("20 The connection was refused refused 4 places: a, b, c and 1 more");
  expect(text.match(/5 things not read/g)).toHaveLength(1);
  expect(text.match(/list ingresses/g)).toHaveLength(1);
  for (const name of ["a", "b", "c", "d"]) expect(text).toContain(`Cluster ${name} refused.`);
});

it("not seen: reads, missing verdicts and what was left out on purpose are counted apart", () => {
  const { reads, verdicts, groups } = notSeenOf(view());
  expect({ reads, verdicts, states: groups.map(({ state, code }) => `${state} ${code}`) }).toEqual({
    reads: 2,
    verdicts: 1,
    states: ["unknown forbidden", "unknown timeout", "unknown malformed", "skipped denied-by-policy"],
  });
});

const exposed = sampleChecks.map((check) =>
  check.id === "load-balancer-internal-or-restricted" ? { ...check, path: { from: "internet", to: "load-balancers" } as const } : check,
);
const glanceOf = (...findings: readonly Finding[]): Html =>
  glance(
    viewOf(toReport({ ...sampleResults, accounts: [], clusters: [{ cluster: clusterOf("111122223333", "prod"), findings }] }), {
      checks: exposed,
    }),
  );
const glanceAt = (...findings: readonly Finding[]): string => textOf(glanceOf(...findings));

it.each<[string, readonly Finding[], string]>([
  [
    "what fails, of what was judged, by name",
    [balancer("fail"), aServiceFinding("api", { status: "pass" }), aServiceFinding("odd", { status: "unknown" })],
    "1 of 2 load balancers · 1 not judged Should be: Load balancers are internal, restricted or declared prod: shop/web",
  ],
  ["none, where all passes", [balancer("pass")], "none of 1 load balancer Should be"],
  [
    "none seen, where something was not judged",
    [balancer("pass"), aServiceFinding("odd", { status: "unknown" })],
    "none seen of 1 load balancer · 1 not judged",
  ],
  ["waived, where what is open was accepted", [balancer("waived")], "1 of 1 load balancer waived Should be"],
  [
    "waived, of which the rest passes",
    [balancer("waived"), aServiceFinding("api", { status: "pass" })],
    "1 of 2 load balancers waived Should be",
  ],
  [
    "what fails, and beside it what is waived",
    [balancer("fail"), aServiceFinding("api", { status: "waived" })],
    "1 of 2 load balancers · 1 waived Should be",
  ],
  [
    "waived, although the rest was not judged",
    [balancer("waived"), aServiceFinding("odd", { status: "unknown" })],
    "1 of 1 load balancer waived · 1 not judged Should be",
  ],
  ["not known, where nothing was judged", [balancer("unknown")], "not known · 1 not judged"],
  ["nothing to judge", [balancer("not-applicable")], "nothing to judge"],
  [
    "the first names, and how many more there are",
    Array.from({ length: 9 }, (_, at) => aServiceFinding(`web-${at}`)),
    "9 of 9 load balancers Should be: Load balancers are internal, restricted or declared prod: shop/web-0 prod: shop/web-1 prod: shop/web-2 prod: shop/web-3 prod: shop/web-4 prod: shop/web-5 and 3 more",
  ],
])("exposed: %s", (_what, findings, text) => {
  expect(glanceAt(...findings)).toContain(`Internet → load balancers ${text}`);
});

it.each<[string, readonly Finding["status"][], string, boolean]>([
  ["all passes", ["pass", "pass"], "nothing fails", true],
  ["nothing applies", ["not-applicable"], "nothing to judge", true],
  ["something was not judged", ["pass", "unknown"], "nothing that could be judged fails", false],
  ["all of it was not judged", ["unknown"], "nothing could be judged", false],
  ["all is waived", ["waived"], "nothing fails that is not waived", false],
  ["some is waived", ["waived", "pass"], "nothing fails that is not waived", false],
])("a cluster of which nothing fails: %s", (_what, statuses, said, isWhole) => {
  const findings = statuses.map((status, at) => aServiceFinding(`web-${at}`, { status }));
  const text = textOf(clusterSection({ cluster: clusterOf("111122223333", "prod"), place: 0, findings, catalogue: exposed }));
  expect(text).toContain(said);
  expect([text.includes("1 not judged") || text.includes("1 waived")]).toEqual([!isWhole]);
});

it("a cluster of which no check could be asked says why, in place of counts that are all none", () => {
  const reason = { code: "not-ready", message: "The cluster is CREATING." } as const;
  const findings = sampleChecks.map(({ id }) => aFinding({ check: id, status: "not-applicable", reason }));
  const bystander = { cluster: clusterOf("111122223333", "bystander"), findings: [] };
  const report = toReport({
    ...sampleResults,
    accounts: [],
    clusters: [{ cluster: clusterOf("111122223333", "prod"), findings }, bystander],
  });
  const next = view(undefined, report);
  const text = textOf(clustersSection(next));
  expect(text).toContain("prod eu-west-1 111122223333 1.36 not judged: The cluster is CREATING. ");
  expect(text).toContain("Kubernetes 1.36 not judged: The cluster is CREATING.");
  expect(text).toContain("bystander eu-west-1 111122223333 1.36 0 0 0 0 0 0");
  expect(textOf(notSeenSection(notSeenOf(next)))).toContain("Skipped: The cluster was being created or deleted not-ready 1 place: prod");
  expect(textOf(masthead(next, notSeenOf(next)))).toContain("2 clusters scanned. Everything in scope was read but what was left out .");
  expect(textOf(frameworksSection(next, notSeenOf(next)))).toContain("“Met” speaks for what was read; not everything was .");
  const whole = view(undefined, toReport({ ...sampleResults, accounts: [], clusters: [bystander] }));
  expect(textOf(frameworksSection(whole, notSeenOf(whole)))).not.toContain("“Met” speaks");
});

it("not seen: a verdict that this product cannot decide is told beside, as no read would", () => {
  const reason = { code: "not-supported", message: "Two controllers claim it." } as const;
  const report = toReport({
    ...sampleResults,
    accounts: [],
    clusters: [{ cluster: clusterOf("111122223333", "prod"), findings: [aFinding({ status: "unknown", reason })] }],
  });
  expect(textOf(notSeenSection(notSeenOf(view(undefined, report))))).toBe(
    "Not seen, and why Every read was answered. 1 verdict is open beside: this product cannot decide it.",
  );
});

it.each<[string, readonly Finding[], boolean]>([
  ["well: all that was judged passes", [aFinding({ status: "pass" }), aServiceFinding("a", { status: "not-applicable" })], true],
  ["not well: nothing was judged", [], false],
  ["not well: nothing applies", [aFinding({ status: "not-applicable" })], false],
  ["not well: something fails", [aFinding(), aServiceFinding("a", { status: "pass" })], false],
  ["not well: it is waived", [aFinding({ status: "waived" }), aServiceFinding("a", { status: "pass" })], false],
  [
    "not well: something could not be decided",
    [aFinding({ status: "unknown", reason: { code: "not-supported", message: "No." } }), aServiceFinding("a", { status: "pass" })],
    false,
  ],
])("the colour of a run of which everything was read is %s", (_what, findings, isWell) => {
  const clusters = [{ cluster: clusterOf("111122223333", "prod"), findings }];
  const of = view(undefined, toReport({ ...sampleResults, accounts: [], clusters }));
  const { markup } = masthead(of, notSeenOf(of));
  expect(markup).toContain("Everything in scope was read.");
  expect(markup.includes('"banner well"')).toBe(isWell);
});

it("a run without clusters is told as such, and so is that not every account answered", () => {
  const of = view(undefined, toReport({ ...sampleResults, clusters: [] }));
  expect(textOf(masthead(of, notSeenOf(of)))).toContain("No cluster was found in 2 accounts, but not everything was seen.");
  expect(textOf(clustersSection(of))).toBe("By cluster No cluster was found, but not everything was seen .");
});

it("manifests are told as such, and not as a cluster that was scanned", () => {
  const folder = { ...clusterOf("", "k8s"), arn: "manifests:k8s", region: "" };
  const of = view(undefined, toReport({ ...sampleResults, accounts: [], clusters: [{ cluster: folder, findings: [] }] }));
  expect(textOf(masthead(of, notSeenOf(of)))).toContain(
    "1 folder of manifests judged, as if it were all of a cluster. Everything in scope was read.",
  );
});

it("a count of none leads nowhere, as the list would show all", () => {
  const of = view();
  const { markup } = masthead(of, notSeenOf(of));
  expect(textOf(masthead(of, notSeenOf(of)))).toContain("1 critical 0 high 1 medium 0 low 1 waived");
  expect([...markup.matchAll(/<li[^>]*><a href="([^"]*)"/g)].map(([, link]) => link?.replaceAll("&amp;", "&"))).toEqual([
    "#findings?status=fail&severity=critical",
    "#findings?status=fail&severity=medium",
    "#findings?status=waived",
    "#findings?status=unknown%2Cerror",
    "#findings?status=pass",
  ]);
});

it.each<[string, readonly Finding[], boolean]>([
  ["well: all passes", [balancer("pass")], true],
  ["not well: it was accepted", [balancer("waived"), aServiceFinding("api", { status: "pass" })], false],
  ["not well: not all was judged", [balancer("pass"), aServiceFinding("odd", { status: "unknown" })], false],
])("exposed: the colour of a path that is %s", (_what, findings, isWell) => {
  expect(glanceOf(...findings).markup.includes('"seen good"')).toBe(isWell);
});

it("exposed: a path that no check was asked about is told as such, and not left out", () => {
  expect(glanceAt(balancer("pass"))).toContain("Pods → kubelet not asked No check of this path said anything in this run.");
});

it("whoever waived or declared something about a resource owns all that is found about it", () => {
  const declared = [{ owner: "team-shop" }, { owner: "team-net" }, "odd", null];
  const owners = ownersOf([
    aServiceFinding("web", { status: "pass", evidence: { declared } }),
    aServiceFinding("api", { status: "waived", waiver: { owner: "team-api", reason: "x", expires: "2027-01-31" } }),
    aServiceFinding("bystander", { evidence: { declared: [] } }),
  ]);
  expect([...owners].map(([id, owner]) => [id.split("/").at(-1), owner])).toEqual([
    ["web", "team-net, team-shop"],
    ["api", "team-api"],
  ]);
});

it("the data holds each finding once, with its place in every list, and what changed", () => {
  const report = sampleReport();
  const changed = report.findings.find(({ resource }) => resource.name === "web");
  const { findings, checks, clusters, statuses, accounts, texts, changeKinds } = pageData(
    view(new Map([[prod, { ...nothing, since, reopened: [changed?.id ?? ""] }]]), report),
  );
  const rows = findings.message.map((message, at) => ({
    message,
    check: checks[findings.check[at] ?? -1]?.id,
    cluster: clusters[findings.cluster[at] ?? -1]?.name,
    account: accounts[findings.account[at] ?? -1],
    status: statuses[findings.status[at] ?? -1],
    namespace: texts[findings.namespace[at] ?? -1],
    resource: findings.resource[at],
    change: changeKinds[findings.change[at] ?? -1],
  }));
  expect(rows).toHaveLength(6); // coverage is told as what was not seen
  expect(rows.find(({ change }) => change !== undefined)).toEqual({
    message: "Service shop/web is reachable from the internet on port 443.",
    check: "load-balancer-internal-or-restricted",
    cluster: "prod",
    account: "111122223333",
    status: "fail",
    namespace: "shop",
    resource: "/namespaces/shop/services/web",
    change: "reopened",
  });
  expect(new Set(findings.anchor).size).toBe(rows.length);
});
