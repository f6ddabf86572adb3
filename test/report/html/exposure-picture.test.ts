import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checks as catalogue } from "../../../core/checks/index.ts";
import type { Finding, Status } from "../../../core/model/finding.ts";
import { zones } from "../../../core/model/path.ts";
import { severities } from "../../../core/model/severity.ts";
import { findingAnchor } from "../../../core/report/html/anchor.ts";
import { boxes, curves, height, labelOf, width } from "../../../core/report/html/exposure-map.ts";
import { exposurePaths, type PathState, type SeenPath } from "../../../core/report/html/exposure-paths.ts";
import { exposureDefinitions, exposurePicture } from "../../../core/report/html/exposure-picture.ts";
import { pathKey } from "../../../core/report/path-words.ts";
import { aFinding, aServiceFinding, clusterOf } from "../sample.ts";

const cluster = clusterOf("111122223333", "prod");
const open = "endpoint-not-open-to-internet";
const off = "endpoint-public-access-disabled";
/** All that is asked about the way from the internet to the API server. */
const said = (first: Partial<Finding>, second: Partial<Finding> = first): readonly Finding[] => [
  aFinding({ check: open, ...first }),
  aFinding({ check: off, severity: "low", ...second }),
];
const pathIn = (findings: readonly Finding[], key = "internet>endpoint"): SeenPath | undefined =>
  exposurePaths(catalogue, findings).find((path) => pathKey(path) === key);
const pictureOf = (findings: readonly Finding[], name = "prod"): string =>
  exposurePicture({ cluster: { ...cluster, name }, findings, catalogue }).markup;
const refused = { code: "forbidden", message: "It may not." } as const;

describe("a path stands by the worst that was said of it", () => {
  it.each<[string, readonly Finding[], PathState]>([
    ["open: one of its checks fails", said({ status: "pass" }, { status: "fail" }), "open"],
    ["open: one fails, and another was not asked", [aFinding({ check: off })], "open"],
    ["unseen: one passes, and one could not be judged", said({ status: "pass" }, { status: "unknown", reason: refused }), "unseen"],
    ["unseen: a check broke", said({ status: "pass" }, { status: "error" }), "unseen"],
    ["waived: one is, and the other passes", said({ status: "pass" }, { status: "waived" }), "waived"],
    ["fine: all pass", said({ status: "pass" }), "fine"],
    ["fine: one passes, and there is nothing for the other", said({ status: "pass" }, { status: "not-applicable" }), "fine"],
    ["unjudged: one passes, and the other was not asked", [aFinding({ check: open, status: "pass" })], "unjudged"],
    [
      "unjudged: the cluster is being created",
      said({ status: "not-applicable", reason: { code: "not-ready", message: "CREATING." } }),
      "unjudged",
    ],
    ["unjudged: no check was asked", [], "unjudged"],
    ["nothing: there is nothing for any of them", said({ status: "not-applicable" }), "nothing"],
  ])("%s", (_rule, findings, state) => {
    expect(pathIn(findings)?.state).toBe(state);
    expect(pathIn(findings, "pods>kubelet")?.state).toBe("unjudged");
  });

  it("never contradicts a verdict: a path is open exactly where a check of it fails, and fine only where all have spoken and none doubts", () => {
    const judging = catalogue.filter(({ path }) => path !== undefined && "from" in path);
    const finding = fc
      .record({
        check: fc.constantFrom(...judging.map(({ id }) => id)),
        status: fc.constantFrom<Status>("fail", "error", "unknown", "waived", "pass", "not-applicable"),
        severity: fc.constantFrom(...severities),
        name: fc.constantFrom("a", "b", "c"),
      })
      .map(({ name, ...rest }) => aFinding({ ...rest, resource: { kind: "Service", id: name, name } }));
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 60 }), (findings) => {
        for (const path of exposurePaths(catalogue, findings)) {
          const ids = judging.filter((check) => pathKey(check.path as never) === pathKey(path)).map(({ id }) => id);
          const own = findings.filter(({ check }) => ids.includes(check));
          const statuses = new Set(own.map(({ status }) => status));
          expect(path.state === "open").toBe(statuses.has("fail"));
          if (path.state === "fine") {
            expect([...statuses].filter((status) => status !== "pass" && status !== "not-applicable")).toEqual([]);
            expect(ids.filter((id) => !own.some(({ check }) => check === id))).toEqual([]);
          }
          if (path.state !== "open") continue;
          const failing = own.filter(({ status }) => status === "fail");
          const worst = severities.find((severity) => failing.some((one) => one.severity === severity));
          expect([path.severity, path.findings[0]?.severity]).toEqual([worst, worst]);
          expect(path.findings.map(({ resource }) => resource.id).toSorted()).toEqual(
            [...new Set(failing.map(({ resource }) => resource.id))].toSorted(),
          );
        }
      }),
    );
  });
});

it.each<[string, readonly Finding[], string, readonly [number | undefined, number | undefined]]>([
  ["one cluster", said({}), "internet>endpoint", [1, 1]],
  [
    "a resource that two checks fail counts once",
    [aServiceFinding("web"), aServiceFinding("web", { check: "load-balancer-encrypts-traffic" })],
    "internet>load-balancers",
    [1, 1],
  ],
  [
    "what each of two checks fails counts, of all that any of them judged",
    [
      aServiceFinding("web"),
      aServiceFinding("api", { check: "load-balancer-encrypts-traffic" }),
      aServiceFinding("ok", { status: "pass" }),
      aServiceFinding("none", { status: "not-applicable" }),
    ],
    "internet>load-balancers",
    [2, 3],
  ],
  [
    "the cluster does not count beside namespaces",
    [
      aFinding({ check: "network-policies-are-enforced" }),
      ...["shop", "pay"].map((name, i) =>
        aFinding({ check: "namespaces-are-isolated", status: i === 0 ? "fail" : "pass", resource: { kind: "Namespace", id: name, name } }),
      ),
    ],
    "pods>workloads",
    [1, 2],
  ],
])("how much of how much: %s", (_rule, findings, key, counts) => {
  const path = pathIn(findings, key);
  expect([path?.count, path?.of]).toEqual(counts);
});

it("every path that stands out has an arrow's head, and its own line", () => {
  const ids = ["kubelet-blocked-from-pods", "endpoint-blocked-from-pods", "instance-metadata-blocked-from-pods"];
  expect(pictureOf(ids.map((check) => aFinding({ check }))).match(/class="line open high" d="M[^M"]*"/g)).toHaveLength(3);
});

describe("the map", () => {
  it("has a curve for every path that a check judges, between places that it shows, and no other", () => {
    const judged = new Set(exposurePaths(catalogue, []).map(pathKey));
    expect([...judged].toSorted()).toEqual(Object.keys(curves).toSorted());
    expect([...new Set(boxes.map(({ zone }) => zone))].toSorted()).toEqual(zones.toSorted());
  });

  it("has its labels within, and none on another", () => {
    const places = Object.values(curves).map(labelOf);
    for (const [x, y] of places) expect(x > 20 && x < width - 20 && y > 60 && y < height - 60).toBe(true);
    const touching = places.flatMap(([x, y], i) => places.slice(i + 1).filter(([a, b]) => Math.abs(x - a) < 30 && Math.abs(y - b) < 18));
    expect(touching).toEqual([]);
  });

  it("leads from what is open to the finding, and from several to the list of them", () => {
    const [one] = said({}, { status: "pass" });
    expect(pictureOf(said({}, { status: "pass" }))).toContain(
      `href="#${findingAnchor(one?.id ?? "")}"><title>Internet → API server: open, high.`,
    );
    const many = ["web", "api"].map((name) => aServiceFinding(name));
    expect(pictureOf(many)).toContain("check=load-balancer-internal-or-restricted");
  });

  it("says of a cluster of which nothing was judged that it was not, and of nothing that it is as it should be", () => {
    const picture = pictureOf([]);
    expect(picture).toContain("Not judged in this run");
    expect(picture).not.toContain("As it should be");
    expect(picture).not.toMatch(/class="line (fine|open)/);
  });

  it("tells why once where the same reason kept many paths from being seen", () => {
    const ids = ["kubelet-blocked-from-pods", "endpoint-blocked-from-pods", "instance-metadata-blocked-from-pods"];
    const picture = pictureOf(
      ids.map((check) => aFinding({ check, status: "unknown", reason: { code: "refused", message: "10.0.0.9 refused." } })),
    );
    expect(picture).toContain("<b>Pods → API server · Pods → instance metadata · Pods → kubelet</b>");
    expect(picture.match(/>10\.0\.0\.9 refused\.</g)).toHaveLength(1);
  });
});

it("stays readable with 300 load balancers: how many of how many, and the worst by name", () => {
  const all = Array.from({ length: 300 }, (_, i) =>
    aServiceFinding(`lb-${i}`, { status: i % 3 === 0 ? "fail" : "pass", severity: i === 150 ? "critical" : "medium" }),
  );
  const picture = pictureOf(all);
  expect(picture).toContain(">100 of 300</text>");
  expect(picture).toMatch(/100 of 300 load balancers<.*shop\/lb-150<.*and 96 more</s);
  expect(picture.match(/class="name"/g)).toHaveLength(5);
  expect(picture.length).toBeLessThan(12_000);
});

it("no text of a cluster becomes markup", () => {
  const hostile = `"><script>alert(1)</script><svg onload='x'>\u202e`;
  const picture = pictureOf(
    [
      ...said({ message: hostile, resource: { kind: "Cluster", id: hostile, name: hostile } }),
      aServiceFinding(hostile, { message: hostile }),
      aServiceFinding("web"),
    ],
    hostile,
  );
  expect(picture).toContain("&lt;script&gt;");
  expect(picture).not.toMatch(/<script|<svg o|\u202e/);
  expect(picture.match(/<svg/g)).toHaveLength(1);
  expect(exposureDefinitions.markup.match(/<svg/g)).toHaveLength(1);
});
