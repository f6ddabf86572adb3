import { describe, expect, it } from "vitest";
import { checks } from "../core/checks/index.ts";
import { factsOf, judgedListNames, manifestFactNames } from "../core/collect/manifests/facts.ts";
import { readManifests } from "../core/collect/manifests/read.ts";
import { evaluateManifests, judgeable } from "../core/judge-manifests.ts";
import { type AnyCheck, defineCheck, type Verdict } from "../core/model/check.ts";
import type { Reason } from "../core/model/fact.ts";
import type { Finding } from "../core/model/finding.ts";
import { aCluster, inShop, readAt, withSettings } from "./support/cluster.ts";

const judged = judgeable(checks, manifestFactNames);

/** What all checks of manifests say of this text, by check, resource and status. */
function findingsOf(text: string, config: Parameters<typeof withSettings>[0] = {}): readonly Finding[] {
  const { lists } = readManifests([{ path: "a.yaml", text }], judgedListNames);
  const facts = factsOf(lists, { readAt, reads: [{ read: "a.yaml", state: "read" }] });
  const { findings, broken } = evaluateManifests(judged, aCluster(facts), manifestFactNames, withSettings(config), readAt);
  expect(broken).toEqual([]);
  return findings;
}
const of = (findings: readonly Finding[], check: string): Readonly<Record<string, string>> =>
  Object.fromEntries(findings.filter((one) => one.check === check).map(({ resource, status }) => [resource.name, status]));

const deployment = (name: string, spec = "") => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template: { metadata: { labels: { app: ${name} } }, spec: { ${spec}containers: [{ name: a, image: a }] } }
`;
const service = (name: string, more = "") => `---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80 }]${more} }
`;
const policy = (name: string, spec: string) => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: { ${spec} }
`;
const pod = (name: string, spec = "") => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop }
spec: { ${spec}containers: [{ name: a, image: a }] }
`;
const calico = `---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: calico-node, namespace: kube-system }
spec: { selector: {}, template: { spec: { containers: [{ name: a, image: a }] } } }
`;
const binding = (role: string, subject: string) => `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: "custom:binding" }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "${role}" }
subjects: [{ kind: Group, apiGroup: rbac.authorization.k8s.io, name: "${subject}" }]
`;

it.each<[string, string, string, Readonly<Record<string, string>>]>([
  [
    "fail: a Service claims an outer address; pass: its neighbour claims none",
    "service-uses-no-external-ips",
    service("web", ", externalIPs: [198.51.100.7]") + service("bystander"),
    { web: "fail", bystander: "pass" },
  ],
  [
    "fail: a template asks for the network of its nodes; pass: its neighbour's does not",
    "host-network-pods-are-declared",
    deployment("web", "hostNetwork: true, ") + deployment("bystander"),
    { web: "fail", bystander: "pass" },
  ],
  [
    "fail: a built-in role that no manifest describes is bound to everybody",
    "endpoint-refuses-anonymous-requests",
    binding("cluster-admin", "system:unauthenticated"),
    { prod: "fail" },
  ],
  [
    "unknown: a role that stands elsewhere is bound to everybody",
    "endpoint-refuses-anonymous-requests",
    binding("vendor", "system:unauthenticated"),
    { prod: "unknown" },
  ],
  [
    "unknown, no pass: nothing is bound to everybody by these manifests",
    "endpoint-refuses-anonymous-requests",
    binding("cluster-admin", "team"),
    { prod: "unknown" },
  ],
  [
    "fail: a policy selects none of the manifests' workloads; unknown: one that does",
    "network-policies-select-pods",
    deployment("web") + policy("typo", "podSelector: { matchLabels: { app: wbe } }") + policy("all", "podSelector: {}"),
    { typo: "fail", all: "unknown" },
  ],
  [
    "unknown, no pass: whether a policy is enforced no manifest tells",
    "pods-deny-ingress-by-default",
    deployment("web") + policy("all", "podSelector: {}"),
    { shop: "unknown" },
  ],
  [
    "unknown: a Pod without a controller, which some engines police and VPC CNI does not",
    "pods-deny-ingress-by-default",
    pod("alone") + policy("all", "podSelector: {}"),
    { shop: "unknown" },
  ],
  [
    "unknown: the same in a copy of a cluster's, which names its node",
    "pods-deny-ingress-by-default",
    pod("alone", "nodeName: ip-10-0-1-7.ec2.internal, ") + policy("all", "podSelector: {}"),
    { shop: "unknown" },
  ],
  [
    "unknown: the same beside an engine's DaemonSet, of which no manifest tells whether it runs",
    "pods-deny-egress-by-default",
    pod("alone") + policy("all", "podSelector: {}, policyTypes: [Egress]") + calico,
    { "kube-system": "unknown", shop: "unknown" },
  ],
  [
    "unknown, no pass: a policy that lets everybody in, where no manifest has a pod for it",
    "network-policies-restrict",
    policy("open", "podSelector: {}, ingress: [{}]"),
    { open: "unknown" },
  ],
  [
    "unknown, no pass: other namespaces than these manifests' may exist",
    "namespaces-are-isolated",
    deployment("web") + policy("open", "podSelector: {}, ingress: [{}]"),
    { shop: "unknown" },
  ],
])("%s", (_rule, check, text, expected) => {
  expect(of(findingsOf(text), check)).toEqual(expected);
});

it("a fail by what may not be all there is says so in its evidence", () => {
  const findings = findingsOf(deployment("web") + policy("typo", "podSelector: { matchLabels: { app: wbe } }"));
  expect(findings.find(({ status }) => status === "fail")?.evidence).toMatchObject({ judgedBy: "manifests alone" });
});

it("what no manifest tells is no gap, what is wrong with one is", () => {
  const flows = [
    { name: "to-another", cluster: "*", from: { namespace: "shop" }, to: { namespace: "elsewhere" }, port: 80, expect: "denied" as const },
  ];
  const codes = findingsOf(deployment("web"), { flows }).flatMap(({ reason }) => reason?.code ?? []);
  expect(codes.length).toBeGreaterThan(0);
  expect(new Set(codes)).toEqual(new Set(["not-supported"]));
  const broken = findingsOf(deployment("web") + policy("broken", "podSelector: {}, ingress: [{ ports: [{ port: 70000 }] }]"));
  expect(broken.filter(({ reason }) => reason?.code === "malformed").map(({ resource }) => resource.name)).toContain("broken");
});

it("a pass stands where everything that its check looks at is in manifests: look at each before it joins the list", () => {
  const standing = judged.filter(({ uses }) => uses.every((use) => manifestFactNames.has(use))).map(({ id }) => id);
  expect(standing.sort()).toEqual(["cluster-read-completely", "host-network-pods-are-declared", "service-uses-no-external-ips"]);
});

it("no check is judged that needs what only a cluster tells, or that needs nothing", () => {
  expect(judged.filter(({ needs }) => needs.length === 0 || !needs.every((need) => manifestFactNames.has(need)))).toEqual([]);
  expect(judged.map(({ id }) => id)).not.toContain("endpoint-not-open-to-internet");
  expect(judged.map(({ id }) => id)).not.toContain("node-ports-not-public");
});

const saying = (verdict: Pick<Verdict, "status">, uses: readonly "nodes"[]): AnyCheck =>
  defineCheck({
    ...(checks[0] as unknown as Parameters<typeof defineCheck>[0]),
    id: "any",
    needs: ["services"],
    uses,
    examples: { fail: {} as never, pass: {} as never },
    evaluate: (_facts, _settings, { resource }) => [{ ...verdict, resource, message: "Seen.", evidence: {} } as Verdict],
  } as Parameters<typeof defineCheck>[0]);
it.each([
  ["unknown: a pass that manifests are silent about", "pass", ["nodes"], "unknown"],
  ["pass: one that they tell all of", "pass", [], "pass"],
  ["fail: whatever they do not tell", "fail", ["nodes"], "fail"],
] as const)("%s", (_rule, status, uses, expected) => {
  const { lists } = readManifests([{ path: "a.yaml", text: service("web") }], judgedListNames);
  const cluster = aCluster(factsOf(lists, { readAt, reads: [] }));
  const { findings } = evaluateManifests([saying({ status }, uses)], cluster, manifestFactNames, withSettings({}), readAt);
  expect(findings.map((one) => one.status)).toEqual([expected]);
});

describe("what a check says of manifests that are silent about nodes", () => {
  const { lists } = readManifests([{ path: "a.yaml", text: service("web") }], judgedListNames);
  const cluster = aCluster(factsOf(lists, { readAt, reads: [] }));
  const reason = (code: Reason["code"]): { readonly reason: Reason } => ({ reason: { code, message: "It says why." } });
  const waivers = [{ check: "any", resource: "*", owner: "team", reason: "legacy", expires: "2099-01-31" }];
  const said = (verdict: object, config: object = {}) => {
    const check = { ...saying({ status: "pass" }, ["nodes"]), evaluate: () => [{ message: "Seen.", ...verdict } as Verdict] };
    return evaluateManifests([check], cluster, manifestFactNames, withSettings({ ...config }), readAt).findings[0];
  };
  const web = { resource: inShop("Service", "services", "web") };
  const whole = { resource: cluster.resource };
  const told = { status: "unknown", reason: { code: "not-supported", message: "Only a cluster tells nodes." } };
  const breaksNothing = (what: string) => `${what} breaks nothing by its manifests, and whether it passes they do not tell.`;
  const pass = { status: "pass", evidence: { seen: 1 } };

  it.each([
    ["unknown: a pass, of what lies in a namespace", { ...web, ...pass }, {}, { ...told, message: breaksNothing("Service shop/web") }],
    ["unknown: a pass, of the whole", { ...whole, ...pass }, {}, { ...told, message: breaksNothing("Cluster prod") }],
    [
      "fail: by what is there",
      { ...web, ...pass, status: "fail" },
      {},
      { status: "fail", evidence: { seen: 1, judgedBy: "manifests alone" } },
    ],
    [
      "waived: by what is there",
      { ...web, ...pass, status: "fail" },
      { waivers },
      { status: "waived", evidence: { seen: 1, judgedBy: "manifests alone" } },
    ],
    [
      "unknown, and no gap: what nobody read",
      { ...web, status: "unknown", ...reason("forbidden") },
      {},
      { status: "unknown", ...reason("not-supported") },
    ],
    [
      "unknown, and a gap: what is wrong in a manifest",
      { ...web, status: "unknown", ...reason("malformed") },
      {},
      { status: "unknown", ...reason("malformed") },
    ],
    [
      "not applicable, for its own reason",
      { ...web, status: "not-applicable", ...reason("not-ready") },
      {},
      { status: "not-applicable", ...reason("not-ready") },
    ],
  ])("%s", (_rule, verdict, config, finding) => {
    expect(said(verdict, config)).toMatchObject(finding);
  });

  it("error: a check that breaks is a gap, whatever manifests tell", () => {
    const breaking = {
      ...saying({ status: "pass" }, ["nodes"]),
      evaluate: () => {
        throw new TypeError("It breaks.");
      },
    };
    const { findings, broken } = evaluateManifests([breaking], cluster, manifestFactNames, withSettings({}), readAt);
    expect(findings).toMatchObject([{ status: "error", reason: { code: "internal" } }]);
    expect(broken).toHaveLength(1);
  });
});
