import { describe, expect, it } from "vitest";
import { manifestsOf, readAll } from "../../support/connectivity.ts";

const pod = (name: string, rest = "") => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop }
spec: { containers: [{ name: main, image: app }]${rest} }
`;
const bystander = `${pod("bystander")}---\n`;
const names = (text: string, path?: string) => manifestsOf(text, path).lists.pods.map(({ namespace, name }) => `${namespace}/${name}`);
const problems = (text: string, path = "a.yaml") =>
  manifestsOf(text, path).problems.map(({ file, line, message }) => `${file}:${line} ${message}`);

describe("objects are found", () => {
  it.each<[string, string, readonly string[]]>([
    ["in several documents", `${pod("a")}---\n${pod("b")}`, ["shop/a", "shop/b"]],
    [
      "between empty documents, comments and directives",
      `# a\n---\n---\n# b\n---\n${pod("a")}...\n%YAML 1.2\n---\n${pod("b")}---\n`,
      ["shop/a", "shop/b"],
    ],
    ["behind a marker on the same line", `--- # the pod\n${pod("a")}`, ["shop/a"]],
    ["in a file of another system", `\uFEFF${pod("a")}---\n${pod("b")}`.replaceAll("\n", "\r\n"), ["shop/a", "shop/b"]],
    ["in a List", `apiVersion: v1\nkind: List\nitems:\n- ${pod("a").trim().replaceAll("\n", "\n  ")}\n`, ["shop/a"]],
    [
      "in a typed list, whose items need not say it",
      "apiVersion: v1\nkind: PodList\nitems: [{ metadata: { name: a }, spec: {} }]\n",
      ["default/a"],
    ],
    [
      "through anchors and merge keys",
      `x: &meta { namespace: shop }\napiVersion: v1\nkind: Pod\nmetadata: { <<: *meta, name: a }\nspec: {}\n`,
      ["shop/a"],
    ],
    ["without a namespace: default", "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: {}\n", ["default/a"]],
    ["with a name to be made", "apiVersion: v1\nkind: Pod\nmetadata: { generateName: a- }\nspec: {}\n", ["default/a"]],
  ])("%s", (_where, text, expected) => {
    expect(names(text)).toEqual(expected);
    expect(problems(text)).toEqual([]);
  });

  it("in JSON", () => {
    expect(names('{ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" }, "spec": {} }', "a.json")).toEqual(["default/a"]);
  });

  it("in several files, the last of a name counts, and says so", () => {
    const { lists, problems: told } = readAll(
      { path: "a.yaml", text: pod("a") },
      { path: "b.yaml", text: pod("a", ", hostNetwork: true") },
    );
    expect(lists.pods.map(({ spec }) => spec.hostNetwork)).toEqual([true]);
    expect(told).toEqual([{ file: "b.yaml", line: 1, message: "is Pod shop/a once more; the last one counts", lost: true }]);
    const same = readAll({ path: "a.yaml", text: pod("a") }, { path: "b.yaml", text: pod("a") });
    expect(same.problems).toMatchObject([{ lost: false }]);
  });
});

describe("what can't be read is told by file and line, and the rest counts", () => {
  it.each<[string, string, string]>([
    ["no YAML", "a: [b\n", "a.yaml:7 is no YAML: "],
    ["no object", "- 1\n", "a.yaml:6 is no Kubernetes object: it has no apiVersion and kind"],
    ["values for a chart", "image: { tag: 1 }\n", "a.yaml:6 is no Kubernetes object: it has no apiVersion and kind"],
    ["a kind that is misspelt", "apiVersion: v1\nkind: Pdo\n", "a.yaml:6 is a Pdo of v1, a kind that is not read"],
    [
      "a kind of a group nobody knows",
      "apiVersion: example.com/v1\nkind: Pod\n",
      "a.yaml:6 is a Pod of example.com/v1, a kind that is not read",
    ],
    ["an old version", "apiVersion: apps/v1beta1\nkind: Deployment\n", "a.yaml:6 is a Deployment of apps/v1beta1; only v1 can be read"],
    ["an object without a name", "apiVersion: v1\nkind: Pod\nspec: {}\n", "a.yaml:6 is a Pod without a name that the API admits"],
    [
      "a name that forges a line",
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: "a\\nb => c"\nspec: {}\n',
      "a.yaml:9 is a Pod without a name that the API admits",
    ],
    [
      "a namespace that forges one",
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: A/B\nspec: {}\n",
      "a.yaml:10 is Pod a in a namespace that the API does not admit",
    ],
    [
      "a field of another type, at its own line",
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  hostNetwork: sometimes\n",
      "a.yaml:11 is Pod default/a, and malformed: spec.hostNetwork: ",
    ],
    [
      "an item of a list, at its own line",
      "apiVersion: v1\nkind: List\nitems:\n- a\n- kind: Nothing\n",
      "a.yaml:9 is no Kubernetes object",
    ],
    ["the same key twice", "apiVersion: v1\nkind: &x Pod\nkind: *x\n", "a.yaml:8 has the same key twice in one mapping"],
    [
      "aliases without end",
      `a: &a [x, x]\nb: &b [${"*a,".repeat(99)}]\nc: [${"*b,".repeat(99)}]\n`,
      "a.yaml:6 holds aliases that can't be followed",
    ],
    ["an alias of nothing", "a: *b\n", "a.yaml:6 "],
    ["nesting without end", "[".repeat(10_000), "a.yaml:6 nests too deep to be read"],
  ])("%s", (_case, text, problem) => {
    expect(names(`${bystander}${text}`)).toEqual(["shop/bystander"]);
    expect(problems(`${bystander}${text}`)[0]).toContain(problem);
  });

  it("kinds that say nothing of connections are no problem", () => {
    expect(problems("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n")).toEqual([]);
  });

  it("a policy with a field that nobody knows is not half read", () => {
    const text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: a }\nspec:\n  podSelector: {}\n  ingres: []\n";
    expect(manifestsOf(text).lists.networkPolicies).toEqual([]);
    expect(problems(text)).toEqual([expect.stringContaining("a.yaml:")]);
  });
});

it("says where an object says something", () => {
  const text = `${bystander}apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: {}
  ingress:
  - ports:
    - port: 1
    - port: 2
`;
  const { whereIs } = manifestsOf(text, "net.yaml");
  expect(whereIs("NetworkPolicy shop/web", "spec.ingress[0].ports[1].port")).toEqual({ file: "net.yaml", line: 14 });
  expect(whereIs("NetworkPolicy shop/web", "spec.egress[3]")).toEqual({ file: "net.yaml", line: 10 });
  expect(whereIs("NetworkPolicy shop/other", "spec")).toBeUndefined();
});

it("nonsense of a megabyte ends in bounded time", { timeout: 60_000 }, () => {
  const size = 1_000_000;
  const texts = ['"', "[", "{a: ", "- ", "? ", "&a ", "]\n", "- |\n"].map((part) => part.repeat(size / part.length));
  const keys = Array.from({ length: 50_000 }, (_, i) => `k${i}: &a ${i}\n`).join("");
  for (const text of [...texts, keys]) expect(problems(text).length).toBeGreaterThan(0);
});
