import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Gateway, LoadBalancerConfiguration } from "../../../core/model/gateway.ts";
import { classifyGateways, type GatewaySettings, merged } from "../../../core/net/load-balancer/gateway.ts";
import { schemeOfGateway } from "../../../core/net/load-balancer/scheme.ts";
import { sourcesOfGateway } from "../../../core/net/load-balancer/source-ranges.ts";
import { aConfiguration, aGateway, aGatewayClass, configurationRef } from "../../support/gateway-plane.ts";

const forbidden = unknown("forbidden", "No access.");
const classes = [
  aGatewayClass("alb"),
  aGatewayClass("nlb", { controller: "gateway.k8s.aws/nlb" }),
  aGatewayClass("envoy", { controller: "gateway.envoyproxy.io/gatewayclass-controller" }),
  aGatewayClass("edge", { parameters: configurationRef("edge", "shop") }),
  aGatewayClass("stray", { parameters: configurationRef("edge") }),
  aGatewayClass("dangling", { parameters: configurationRef("gone", "shop") }),
  aGatewayClass("elsewhere", { parameters: configurationRef("edge", "stage") }),
  aGatewayClass("foreign", { parameters: { ...configurationRef("edge", "shop"), kind: "ConfigMap", group: "" } }),
];
const configurations = [
  aConfiguration("edge", { scheme: "internal", sourceRanges: ["203.0.113.0/24"] }),
  aConfiguration("own", { scheme: "internet-facing", securityGroups: ["sg-own"] }),
];
const plane = (gateways: readonly Gateway[]) => ({
  gateways: known([aGateway("bystander", { className: "envoy" }), ...gateways]),
  gatewayClasses: known(classes),
  loadBalancerConfigurations: known(configurations),
});
/** "by makes refused", then what it says. */
function told(rest: Partial<Gateway>, unread: Partial<ReturnType<typeof plane>> = {}): readonly unknown[] {
  const found = classifyGateways({ ...plane([aGateway("web", rest)]), ...unread });
  if (found.state === "unknown") return [found];
  const one = found.value.classified.find(({ gateway }) => gateway.name === "web");
  if (one === undefined) return ["unclassified"];
  const { taking, settings } = one;
  const made = "makes" in taking ? [taking.makes, ...(taking.refused === undefined ? [] : ["refused"])] : [];
  return [[taking.by, ...made].join(" "), settings.state === "known" ? settings.value : "unread"];
}
const lbc = "aws-load-balancer-controller";

describe("a Gateway is taken by", () => {
  it.each<[string, Partial<Gateway>, readonly unknown[]]>([
    ["LBC: gateway.k8s.aws/alb makes application load balancers", {}, [`${lbc} application`, {}]],
    ["LBC: gateway.k8s.aws/nlb makes network load balancers", { className: "nlb" }, [`${lbc} network`, {}]],
    ["another: any other controller", { className: "envoy" }, ["another", {}]],
    ["nobody: a class that does not exist", { className: "gone" }, ["nobody", {}]],
    [
      "LBC: its own configuration",
      { parameters: configurationRef("own") },
      [`${lbc} application`, { scheme: "internet-facing", securityGroups: ["sg-own"] }],
    ],
    [
      "LBC: its class's configuration",
      { className: "edge" },
      [`${lbc} application`, { scheme: "internal", sourceRanges: ["203.0.113.0/24"] }],
    ],
    [
      "LBC: both, the class's first",
      { className: "edge", parameters: configurationRef("own") },
      [`${lbc} application`, { scheme: "internal", sourceRanges: ["203.0.113.0/24"], securityGroups: ["sg-own"] }],
    ],
    ["LBC refuses: a configuration that does not exist", { parameters: configurationRef("gone") }, [`${lbc} application refused`, {}]],
    [
      "LBC refuses: its own configuration in another namespace",
      { namespace: "stage", parameters: configurationRef("own") },
      [`${lbc} application refused`, {}],
    ],
    ["LBC refuses: a class's configuration that does not exist", { className: "dangling" }, [`${lbc} application refused`, {}]],
    ["LBC refuses: a class's configuration of another namespace", { className: "elsewhere" }, [`${lbc} application refused`, {}]],
    ["LBC refuses: a class that names no namespace", { className: "stray" }, [`${lbc} application refused`, {}]],
    ["LBC, unread: parameters of another kind", { className: "foreign" }, [`${lbc} application`, "unread"]],
  ])("%s", (_rule, rest, expected) => {
    expect(told(rest)).toEqual(expected);
  });
  it("nobody can say: classes were not read", () => {
    expect(told({}, { gatewayClasses: forbidden })).toEqual(["unclassified"]);
  });
  it("LBC, unread: the configuration that it names was not read", () => {
    expect(told({ className: "edge" }, { loadBalancerConfigurations: forbidden })).toEqual([`${lbc} application`, "unread"]);
    expect(told({}, { loadBalancerConfigurations: forbidden })).toEqual([`${lbc} application`, {}]);
  });
  it("nobody can say: Gateways were not read", () => {
    expect(told({}, { gateways: forbidden })).toEqual([forbidden]);
  });
});

describe("two configurations together", () => {
  const ofClass = { scheme: "internal", sourceRanges: ["10.0.0.0/8"] };
  const own = { scheme: "internet-facing", sourceRanges: [], disableSecurityGroup: true };
  it.each<[string, Partial<LoadBalancerConfiguration>, Partial<LoadBalancerConfiguration>, GatewaySettings]>([
    ["the class's by default", ofClass, own, { ...ofClass, disableSecurityGroup: true }],
    ["the class's where it says so", { ...ofClass, mergingMode: "prefer-gateway-class" }, own, { ...ofClass, disableSecurityGroup: true }],
    ["the Gateway's where the class says so, an empty list too", { ...ofClass, mergingMode: "prefer-gateway" }, own, own],
    ["the Gateway's own mode is not read", ofClass, { ...own, mergingMode: "prefer-gateway" }, { ...ofClass, disableSecurityGroup: true }],
    ["the Gateway's where the class is silent", {}, own, own],
  ])("%s", (_rule, first, second, expected) => {
    expect(merged(first, second)).toEqual(expected);
  });
  it("say what one says where the other is silent, in either mode", () => {
    const lists = fc.option(fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }), { nil: undefined });
    const some = fc.record({ scheme: fc.constantFrom("internal", "internet-facing"), sourceRanges: lists }, { requiredKeys: [] });
    fc.assert(
      fc.property(some, fc.constantFrom("prefer-gateway", "prefer-gateway-class"), (said, mergingMode) => {
        // JSON drops what is undefined, as an object of the API has no such field.
        const one = JSON.parse(JSON.stringify(said));
        expect(merged({ ...one, mergingMode }, {})).toEqual(one);
        expect(merged({ mergingMode }, one)).toEqual(one);
      }),
    );
  });
});

describe("what a Gateway asks for", () => {
  it.each<[string, GatewaySettings, string]>([
    ["default internal: silent", {}, "default internal"],
    ["explicit internet-facing", { scheme: "internet-facing" }, "explicit internet-facing"],
    ["refused: an unknown scheme", { scheme: "public" }, "refused"],
  ])("scheme, %s", (_rule, settings, expected) => {
    const scheme = schemeOfGateway(settings);
    expect("scheme" in scheme ? `${scheme.state} ${scheme.scheme}` : scheme.state).toBe(expected);
  });
  it("scheme, default by the controller's flag, in doubt with it", () => {
    expect(schemeOfGateway({}, known({ scheme: "internet-facing", rule: "flag" }))).toEqual({
      state: "default",
      scheme: "internet-facing",
      rule: "flag",
    });
    expect(schemeOfGateway({}, forbidden)).toMatchObject({ state: "unsure", reason: { code: "forbidden" } });
    expect(schemeOfGateway({ scheme: "internal" }, forbidden)).toMatchObject({ state: "explicit", scheme: "internal" });
  });

  const everybody = ["0.0.0.0/0", "::/0"];
  it.each<[string, GatewaySettings, unknown]>([
    ["everybody: silent", {}, {}],
    ["its ranges", { sourceRanges: ["203.0.113.0/24"] }, { cidrs: ["203.0.113.0/24"], prefixListIds: [] }],
    ["nobody: an empty list of ranges", { sourceRanges: [] }, { cidrs: [], prefixListIds: [] }],
    ["everybody, and prefix lists beside", { securityGroupPrefixes: ["pl-1"] }, { cidrs: everybody, prefixListIds: ["pl-1"] }],
    [
      "its ranges, and prefix lists beside",
      { sourceRanges: ["203.0.113.0/24"], securityGroupPrefixes: ["pl-1"] },
      { cidrs: ["203.0.113.0/24"], prefixListIds: ["pl-1"] },
    ],
    ["everybody: an empty list of prefix lists", { securityGroupPrefixes: [] }, {}],
    ["groups of its own", { securityGroups: ["sg-1", "edge"] }, { own: ["sg-1", "edge"] }],
    ["the managed group: an empty list of groups", { securityGroups: [] }, {}],
    ["refused: a range that is none", { sourceRanges: ["office"] }, "refused"],
    ["an IPv6 range, with or without dualstack", { sourceRanges: ["2001:db8::/32"] }, { cidrs: ["2001:db8::/32"], prefixListIds: [] }],
    [
      "groups of its own, beside ranges that nothing then writes",
      { securityGroups: ["sg-1"], sourceRanges: ["203.0.113.0/24"] },
      { cidrs: ["203.0.113.0/24"], prefixListIds: [], own: ["sg-1"] },
    ],
  ])("sources, %s", (_rule, settings, expected) => {
    const declared = sourcesOfGateway(settings);
    if (declared.state === "refused") return expect("refused").toBe(expected);
    const { ranges, ownGroups } = declared.value;
    const own = ownGroups === undefined ? {} : { own: ownGroups.names };
    expect(ranges === undefined ? own : { cidrs: ranges.cidrs, prefixListIds: ranges.prefixListIds, ...own }).toEqual(expected);
  });
});
