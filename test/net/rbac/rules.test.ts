import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyRule } from "../../../core/model/rbac.ts";
import { beyond, covers } from "../../../core/net/rbac/coverage.ts";
import { type ApiRequest, allows, someName, someNamespace } from "../../../core/net/rbac/rules.ts";
import { aRule, groups, names, resources, subresources, urls, verbs } from "./arbitrary.ts";
import { type PlainRequest, type PlainUrlRequest, ruleAllows } from "./naive.ts";

const rule = (rest: Partial<PolicyRule>): PolicyRule => ({
  verbs: ["get"],
  apiGroups: rest.nonResourceUrls === undefined ? [""] : [],
  resources: [],
  resourceNames: [],
  nonResourceUrls: [],
  ...rest,
});
const get = (resource: string, name?: string | typeof someName): ApiRequest => ({
  verb: "get",
  group: "",
  resource,
  namespace: someNamespace,
  ...(name === undefined ? {} : { name }),
});

describe("a rule", () => {
  it.each([
    ["allows what it names", rule({ resources: ["pods"] }), get("pods"), true],
    ["allows no other verb", rule({ resources: ["pods"], verbs: ["list"] }), get("pods"), false],
    ["allows no other group", rule({ resources: ["pods"], apiGroups: ["apps"] }), get("pods"), false],
    ["allows nothing in no group", rule({ resources: ["pods"], apiGroups: [] }), get("pods"), false],
    ["allows any verb and group by *", rule({ resources: ["pods"], verbs: ["*"], apiGroups: ["*"] }), get("pods"), true],
    ["allows no subresource by its resource", rule({ resources: ["nodes"] }), get("nodes/proxy"), false],
    ["allows no resource by its subresource", rule({ resources: ["nodes/proxy"] }), get("nodes"), false],
    ["allows every subresource by *", rule({ resources: ["*"] }), get("nodes/proxy"), true],
    ["allows one subresource of every resource by */sub", rule({ resources: ["*/proxy"] }), get("nodes/proxy"), true],
    ["allows no other subresource by */sub", rule({ resources: ["*/proxy"] }), get("nodes/stats"), false],
    ["allows no resource by */sub", rule({ resources: ["*/proxy"] }), get("proxy"), false],
    ["allows no resource by */", rule({ resources: ["*/"] }), get("nodes/"), false],
    ["takes resource/* for no pattern", rule({ resources: ["nodes/*"] }), get("nodes/proxy"), false],
    ["takes a word with a star for no pattern", rule({ resources: ["node*"], verbs: ["g*"] }), get("nodes"), false],
    ["about named objects allows those", rule({ resources: ["pods"], resourceNames: ["a"] }), get("pods", "a"), true],
    ["about named objects allows no other", rule({ resources: ["pods"], resourceNames: ["a"] }), get("pods", "b"), false],
    ["about named objects allows none without a name", rule({ resources: ["pods"], resourceNames: ["a"] }), get("pods"), false],
    ["about named objects allows some", rule({ resources: ["pods"], resourceNames: ["a"] }), get("pods", someName), true],
    ["allows the path it names", rule({ nonResourceUrls: ["/version"] }), { verb: "get", url: "/version" }, true],
    ["allows no path below it", rule({ nonResourceUrls: ["/version"] }), { verb: "get", url: "/version/" }, false],
    ["allows paths by their beginning", rule({ nonResourceUrls: ["/api/*"] }), { verb: "get", url: "/api/v1/x" }, true],
    ["allows the beginning itself", rule({ nonResourceUrls: ["/api/*"] }), { verb: "get", url: "/api/" }, true],
    ["allows nothing short of the beginning", rule({ nonResourceUrls: ["/api/*"] }), { verb: "get", url: "/api" }, false],
    ["drops every star at the end", rule({ nonResourceUrls: ["/api***"] }), { verb: "get", url: "/apis" }, true],
    ["takes a star elsewhere for itself", rule({ nonResourceUrls: ["/a*i"] }), { verb: "get", url: "/api" }, false],
    ["allows every path by *", rule({ nonResourceUrls: ["*"] }), { verb: "get", url: "/metrics" }, true],
    ["about resources allows no path", rule({ resources: ["*"] }), { verb: "get", url: "/metrics" }, false],
    ["about paths allows no resource", rule({ nonResourceUrls: ["*"], apiGroups: [""] }), get("pods"), false],
  ])("%s", (_rule, one, request, answer) => {
    expect(allows(one, request)).toBe(answer);
  });

  it("allows what the API server's own comparison allows", () => {
    fc.assert(
      fc.property(aRule, (one) => {
        for (const request of everyRequest) expect(allows(one, request.ours)).toBe(ruleAllows(one, request.plain));
      }),
    );
  });
});

describe("rules beyond a baseline", () => {
  const health = [rule({ nonResourceUrls: ["/healthz", "/version"] })];
  it.each([
    ["none: the same rule", health, health, 0],
    ["none: part of it", [rule({ nonResourceUrls: ["/version"] })], health, 0],
    [
      "none: parts of two rules",
      [rule({ resources: ["pods", "nodes"] })],
      [rule({ resources: ["pods"] }), rule({ resources: ["nodes"] })],
      0,
    ],
    ["none: a rule that allows nothing", [rule({ verbs: [] }), rule({ resources: [] })], [], 0],
    [
      "none: no path is beyond a longer one's beginning",
      [rule({ nonResourceUrls: ["/api/v1*"] })],
      [rule({ nonResourceUrls: ["/api*"] })],
      0,
    ],
    ["one: another verb", [rule({ nonResourceUrls: ["/version"], verbs: ["get", "post"] })], health, 1],
    ["one: a path below", [rule({ nonResourceUrls: ["/version/*"] })], health, 1],
    ["one: the wildcard", [rule({ nonResourceUrls: ["*"] })], health, 1],
    ["one: a shorter beginning", [rule({ nonResourceUrls: ["/a*"] })], [rule({ nonResourceUrls: ["/api*"] })], 1],
    [
      "one: what two rules allow crosswise is not what they allow together",
      [rule({ resources: ["pods", "nodes"], verbs: ["get", "list"] })],
      [rule({ resources: ["pods"], verbs: ["list"] }), rule({ resources: ["nodes"], verbs: ["get"] })],
      1,
    ],
    [
      "one: every object is more than the named ones",
      [rule({ resources: ["pods"] })],
      [rule({ resources: ["pods"], resourceNames: ["a"] })],
      1,
    ],
  ])("%s", (_rule, rules, baseline, count) => {
    expect(beyond(rules, baseline)).toHaveLength(count);
  });

  it("are those that allow a request which no rule of the baseline does", () => {
    fc.assert(
      fc.property(aRule, fc.array(aRule, { maxLength: 4 }), (one, baseline) => {
        const isMore = everyRequest.some(({ plain }) => ruleAllows(one, plain) && !baseline.some((owner) => ruleAllows(owner, plain)));
        expect(covers(baseline, one)).toBe(!isMore);
      }),
      { numRuns: 1000 },
    );
  });

  it("are found in a rule of thousands of words without trying every combination", () => {
    const words = Array.from({ length: 3000 }, (_, i) => `w${i}`);
    const large = rule({ verbs: words, apiGroups: words, resources: words, resourceNames: words });
    expect(beyond([large], [rule({ verbs: ["*"], apiGroups: ["*"], resources: ["*"] })])).toEqual([]);
    expect(beyond([large], [rule({ verbs: words.slice(1), apiGroups: ["*"], resources: ["*"] })])).toEqual([large]);
  });
});

// Words that stand in no rule stand for all the others: they are what makes a wildcard more than a list.
const otherUrls = ["/api/v1/zz", "/metrics/zz", "/zz", "/apizz"];
const everyRequest: readonly { readonly plain: PlainRequest | PlainUrlRequest; readonly ours: ApiRequest }[] = [
  ...[...verbs, "zz"].flatMap((verb) => [
    ...[...groups, "zz"].flatMap((group) =>
      [...resources, "zz"].flatMap((resource) =>
        // "pods/*" stands in rules, and is what it looks like.
        [...subresources, "*", "zz"].flatMap((subresource) =>
          [...names, "zz"].map((name) => ({
            plain: { verb, group, resource, subresource, name, namespace: "shop" },
            ours: {
              verb,
              group,
              resource: subresource === "" ? resource : `${resource}/${subresource}`,
              namespace: "shop",
              ...(name === "" ? {} : { name }),
            },
          })),
        ),
      ),
    ),
    ...[...urls, ...otherUrls, "/v*rsion"].map((url) => ({ plain: { verb, url }, ours: { verb, url } })),
  ]),
];
