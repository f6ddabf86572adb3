import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Fact, known, unknown } from "../../../core/model/fact.ts";
import type { NamespaceGroup, NamespaceReach } from "../../../core/net/connectivity/namespaces.ts";
import { namespacePicture } from "../../../core/report/html/namespace-picture.ts";

const pictureOf = (reach: Fact<NamespaceReach> | undefined): string => namespacePicture(reach).markup;
const letters = {
  a: { reached: "all" },
  n: { reached: "nothing" },
  p: { reached: "perhaps" },
  s: { reached: "some", ports: "TCP 8080" },
} as const;
const group = (name: string, rest: Partial<NamespaceGroup> = {}): NamespaceGroup => ({
  names: [name],
  count: 1,
  pods: 2,
  isAlike: true,
  within: "a",
  fromInternet: "nothing",
  toInternet: "nothing",
  ...rest,
});
const reachOf = (groups: readonly NamespaceGroup[], between: readonly string[], rest: Partial<NamespaceReach> = {}): Fact<NamespaceReach> =>
  known({ groups, between, letters, pods: 2 * groups.length, policies: 4, withoutPods: 0, ...rest });
const many = { names: ["pay", "shop"], count: 2, pods: 4 };
const open = { fromInternet: "all", toInternet: "all" } as const;
const asked = { fromInternet: "perhaps", toInternet: "perhaps" } as const;

describe("one sentence says it where all pods are alike", () => {
  it.each<[string, Fact<NamespaceReach> | undefined, string]>([
    ["not known: not kept", undefined, "Not known: the record of this cluster is of a version that did not keep it."],
    ["not known: not read", unknown("forbidden", "It may not list pods."), "Not known: It may not list pods."],
    ["nothing runs", reachOf([], []), "No pod runs with an address of its own"],
    [
      "all: nothing enforces",
      reachOf([group("shop", { ...many, ...open, among: "a" })], ["."], {
        pods: 4,
        unenforced: { pods: 4, why: "no policy engine enforces on the node" },
      }),
      "Every pod can reach every pod: nothing enforces network policies (no policy engine enforces on the node), so that 4 policies are inert.",
    ],
    [
      "all: enforced, and no policy keeps anything",
      reachOf([group("shop", { ...many, ...open, among: "a" })], ["."], { policies: 0 }),
      "Every pod of 2 namespaces can reach every pod and the internet, and the internet them: there is no policy.",
    ],
    [
      "nothing: all are isolated",
      reachOf([group("shop", { ...many, within: "n", among: "n" })], ["."]),
      "No pod of 2 namespaces reaches any other",
    ],
    [
      "perhaps: something was not read",
      reachOf([group("shop", { ...many, ...asked, within: "p", among: "p" })], ["."], { doubt: "It may not list tiers." }),
      "Not known of any pod of 2 namespaces: It may not list tiers.",
    ],
  ])("%s", (_rule, reach, sentence) => {
    const picture = pictureOf(reach);
    expect(picture).toContain(sentence);
    expect(picture).not.toContain("<svg");
  });
});

describe("a square where they differ", () => {
  const two = reachOf([group("shop", { ...many, among: "n" }), group("web", { toInternet: "some" })], [".s", "n."], { withoutPods: 3 });
  it("says in words what each reaches, and which are alike", () => {
    const picture = pictureOf(two);
    expect(picture).toContain("<svg");
    expect(picture).toContain("<b>pay and 1 alike</b>");
    expect(picture).toContain(
      "Within each: everything. From one to another: nothing. Reaches web (TCP 8080). To the internet: nothing; from it: nothing.",
    );
    expect(picture).toContain("Within it: everything. Reaches no other namespace. To the internet: some; from it: nothing.");
    expect(picture).toContain("Alike: pay, shop");
    expect(picture).toContain("In 3 namespaces no pod runs with an address of its own.");
  });

  it("one namespace is a square where its pods are kept from something", () => {
    expect(pictureOf(reachOf([group("shop")], ["."]))).toContain("<svg");
  });

  it("says of one namespace too what hangs on something that was not read", () => {
    const picture = pictureOf(reachOf([group("shop", { within: "p" })], ["."], { doubt: "It may not list tiers." }));
    expect(picture).toContain("<svg");
    expect(picture).toContain("Perhaps: It may not list tiers.");
  });

  it("says what is perhaps, and of how many pods nothing is enforced", () => {
    const picture = pictureOf(
      reachOf([group("shop"), group("web", asked)], [".p", "n."], {
        doubt: "It may not list tiers.",
        unenforced: { pods: 1, why: "it has no engine" },
      }),
    );
    expect(picture).toContain("Perhaps: It may not list tiers.");
    expect(picture).toContain("Nothing enforces policies for 1 of 4 pods: it has no engine.");
    expect(picture).toContain("perhaps some");
  });

  it("what a letter is not known for is perhaps, never nothing", () => {
    expect(pictureOf(reachOf([group("shop"), group("web")], [".?", "n."]))).toMatch(/class="perhaps" d="M/);
  });

  it("marks every cell as it is said, and nothing by no mark", () => {
    const letter = fc.constantFrom("a", "n", "p", "s");
    fc.assert(
      fc.property(fc.array(fc.array(letter, { minLength: 5, maxLength: 5 }), { minLength: 5, maxLength: 5 }), (rows) => {
        const between = rows.map((row, i) => row.map((one, j) => (i === j ? "." : one)).join(""));
        const groups = rows.map((_, i) => group(`n${i}`, { within: "n" }));
        const picture = pictureOf(reachOf(groups, between));
        const count = (one: string): number => between.join("").split(one).length - 1;
        const marks = (kind: string): number => (picture.match(new RegExp(`class="${kind}" d="([^"]*)"`))?.[1] ?? "").split("z").length - 1;
        expect([marks("full"), marks("perhaps")]).toEqual([count("a") + count("s"), count("p")]);
      }),
    );
  });
});

it("stays readable with 40 groups of 400 namespaces: so many rows, and few elements", () => {
  const groups = Array.from({ length: 40 }, (_, i) =>
    group(`team-${i}`, { names: Array.from({ length: 10 }, (_, n) => `team-${i}-${n}`), count: 10, among: "n" }),
  );
  const picture = pictureOf(
    reachOf(
      groups,
      groups.map((_, i) => groups.map((_, j) => (i === j ? "." : "s")).join("")),
    ),
  );
  expect(picture.match(/class="row"/g)).toHaveLength(41);
  expect(picture.match(/<path/g)).toHaveLength(4);
  expect(picture).toContain("and 33 more");
  expect(picture.length).toBeLessThan(80_000);
});

it("no name of a namespace becomes markup", () => {
  const hostile = `"><script>alert(1)</script>\u202e`;
  const picture = pictureOf(
    reachOf([group(hostile, { names: [hostile, hostile], count: 2, among: "s" }), group(hostile)], [".s", "s."], {
      doubt: hostile,
      unenforced: { pods: 1, why: hostile },
    }),
  );
  expect(picture).toContain("&lt;script&gt;");
  expect(picture).not.toMatch(/<script|\u202e/);
});
