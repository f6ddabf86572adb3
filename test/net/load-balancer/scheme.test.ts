import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { known } from "../../../core/model/fact.ts";
import { parseGoBool } from "../../../core/net/load-balancer/annotations.ts";
import type { Controller } from "../../../core/net/load-balancer/controller.ts";
import type { GroupMember } from "../../../core/net/load-balancer/ingress-group.ts";
import { type DeclaredScheme, schemeOfFrontend, schemeOfGroup, schemeOfService } from "../../../core/net/load-balancer/scheme.ts";
import { anIngress, aService } from "../../support/cluster.ts";
import { aParams } from "../../support/ingress-plane.ts";

const said = (declared: DeclaredScheme): string => ("scheme" in declared ? `${declared.state} ${declared.scheme}` : declared.state);

describe("a Service asks for", () => {
  const inTree = "in-tree";
  const lbc = "aws-load-balancer-controller";
  it.each<[string, Controller, { scheme?: string; internal?: string }, string]>([
    ["in-tree: internet-facing where silent", inTree, {}, "default internet-facing"],
    ["in-tree: internet-facing where the annotation is empty", inTree, { internal: "" }, "default internet-facing"],
    ["in-tree: internet-facing for exactly false", inTree, { internal: "false" }, "explicit internet-facing"],
    ["in-tree: internal for true", inTree, { internal: "true" }, "explicit internal"],
    ["in-tree: internal for 0.0.0.0/0", inTree, { internal: "0.0.0.0/0" }, "explicit internal"],
    ["in-tree: internal for no", inTree, { internal: "no" }, "explicit internal"],
    ["in-tree: internal for False, as case matters", inTree, { internal: "False" }, "explicit internal"],
    ["in-tree: internal for 0", inTree, { internal: "0" }, "explicit internal"],
    ["in-tree: aws-load-balancer-scheme is not read", inTree, { scheme: "internal" }, "default internet-facing"],
    ["LBC: internal where silent, since 2.2.0", lbc, {}, "default internal"],
    ["LBC: the scheme annotation", lbc, { scheme: "internet-facing" }, "explicit internet-facing"],
    ["LBC: the scheme annotation wins over internal", lbc, { scheme: "internet-facing", internal: "true" }, "explicit internet-facing"],
    ["LBC: the scheme annotation wins over internal false too", lbc, { scheme: "internal", internal: "false" }, "explicit internal"],
    ["LBC: refused for another scheme, whatever internal says", lbc, { scheme: "public", internal: "true" }, "refused"],
    ["LBC: refused for another scheme", lbc, { scheme: "public" }, "refused"],
    ["LBC: refused for an empty scheme", lbc, { scheme: "", internal: "true" }, "refused"],
    ["LBC: refused for a scheme in capitals", lbc, { scheme: "Internal" }, "refused"],
    ["LBC: internal true", lbc, { internal: "true" }, "explicit internal"],
    ["LBC: internal T, as Go parses it", lbc, { internal: "T" }, "explicit internal"],
    ["LBC: internal false is internet-facing", lbc, { internal: "false" }, "explicit internet-facing"],
    ["LBC: internal 0 is internet-facing", lbc, { internal: "0" }, "explicit internet-facing"],
    ["LBC: refused for internal 0.0.0.0/0", lbc, { internal: "0.0.0.0/0" }, "refused"],
    ["LBC: refused for internal tRUE, which Go does not parse", lbc, { internal: "tRUE" }, "refused"],
    ["LBC: refused for internal yes", lbc, { internal: "yes" }, "refused"],
    ["LBC: refused for an empty internal", lbc, { internal: "" }, "refused"],
    ["Auto Mode: internal where silent", "auto-mode", {}, "default internal"],
    ["Auto Mode: the scheme annotation", "auto-mode", { scheme: "internet-facing" }, "explicit internet-facing"],
    ["Auto Mode: refused for another scheme", "auto-mode", { scheme: "public" }, "refused"],
    ["Auto Mode: aws-load-balancer-internal is not supported", "auto-mode", { internal: "false" }, "default internal"],
  ])("%s", (_rule, controller, { scheme, internal }, expected) => {
    const annotations = {
      ...(scheme === undefined ? {} : { "service.beta.kubernetes.io/aws-load-balancer-scheme": scheme }),
      ...(internal === undefined ? {} : { "service.beta.kubernetes.io/aws-load-balancer-internal": internal }),
    };
    expect(said(schemeOfService(aService("web", { annotations }), controller))).toBe(expected);
  });
  it("LBC: the prefix service.kubernetes.io is not read", () => {
    const annotations = { "service.kubernetes.io/aws-load-balancer-scheme": "internet-facing" };
    expect(said(schemeOfService(aService("web", { annotations }), lbc))).toBe("default internal");
  });
  it("in-tree: internet-facing, as the prefix service.kubernetes.io is not read", () => {
    const annotations = { "service.kubernetes.io/aws-load-balancer-internal": "true" };
    expect(said(schemeOfService(aService("web", { annotations }), inTree))).toBe("default internet-facing");
  });
  it("in-tree and Auto Mode: the flag of AWS Load Balancer Controller is not theirs", () => {
    const flag = (scheme: "internal" | "internet-facing") => known({ scheme, rule: "" });
    expect(said(schemeOfService(aService("web"), inTree, flag("internal")))).toBe("default internet-facing");
    expect(said(schemeOfService(aService("web"), "auto-mode", flag("internet-facing")))).toBe("default internal");
  });
  it("LBC: its own flag where it was read", () => {
    expect(said(schemeOfService(aService("web"), lbc, known({ scheme: "internet-facing", rule: "" })))).toBe("default internet-facing");
  });
});

const member = (name: string, annotations: Readonly<Record<string, string>>, scheme?: string): GroupMember => ({
  ingress: anIngress(name, {
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value])),
  }),
  controller: "aws-load-balancer-controller",
  group: "shop",
  taking: { by: "aws-load-balancer-controller", makes: "application", rule: "" },
  ...(scheme === undefined ? {} : { params: aParams("params", { scheme }) }),
});

describe("an Ingress group asks for", () => {
  it.each<[string, readonly GroupMember[], string]>([
    ["internal where all are silent", [member("a", {}), member("b", {})], "default internal"],
    [
      "the scheme of the one that speaks, for every member",
      [member("a", {}), member("b", { scheme: "internet-facing" })],
      "explicit internet-facing",
    ],
    ["the scheme that two agree on", [member("a", { scheme: "internal" }), member("b", { scheme: "internal" })], "explicit internal"],
    ["nothing where two disagree", [member("a", { scheme: "internal" }), member("b", { scheme: "internet-facing" })], "refused"],
    ["nothing for an unknown scheme", [member("a", { scheme: "public" })], "refused"],
    ["nothing for an unknown scheme of IngressClassParams", [member("a", { scheme: "internal" }, "public")], "refused"],
    [
      "nothing for an empty scheme, which is one that is set",
      [member("a", { scheme: "" }), member("b", { scheme: "internal" })],
      "refused",
    ],
    [
      "what IngressClassParams of one say, for the silent one too",
      [member("a", {}, "internet-facing"), member("b", {})],
      "explicit internet-facing",
    ],
    [
      "internal by default: the annotation of Services is not read",
      [member("a", { "aws-load-balancer-internal": "false" })],
      "default internal",
    ],
    ["what IngressClassParams say, over the annotation", [member("a", { scheme: "internet-facing" }, "internal")], "explicit internal"],
    [
      "nothing where IngressClassParams of one disagree with another's annotation",
      [member("a", {}, "internal"), member("b", { scheme: "internet-facing" })],
      "refused",
    ],
  ])("%s", (_rule, members, expected) => {
    expect(said(schemeOfGroup(members))).toBe(expected);
  });
  it("what the controller's flag says where all are silent", () => {
    const flag = known({ scheme: "internet-facing", rule: "" } as const);
    expect(said(schemeOfGroup([member("a", {}), member("b", {})], flag))).toBe("default internet-facing");
    expect(said(schemeOfGroup([member("a", { scheme: "internal" })], flag))).toBe("explicit internal");
  });
});

describe("the network load balancer before an Ingress", () => {
  const enabled = { "enable-frontend-nlb": "true" };
  it.each<[string, readonly GroupMember[], string]>([
    ["is not asked for by default", [member("a", {})], "none"],
    ["is not asked for with false", [member("a", { "enable-frontend-nlb": "false" })], "none"],
    [
      "is internal by default, whatever the application load balancer is",
      [member("a", { ...enabled, scheme: "internet-facing" })],
      "default internal",
    ],
    [
      "may be internet-facing before an internal one",
      [member("a", { ...enabled, scheme: "internal", "frontend-nlb-scheme": "internet-facing" })],
      "explicit internet-facing",
    ],
    [
      "is internal by default, though IngressClassParams make the application load balancer internet-facing",
      [member("a", enabled, "internet-facing")],
      "default internal",
    ],
    [
      "is asked for by one member, for the silent one too",
      [member("a", { ...enabled, "frontend-nlb-scheme": "internet-facing" }), member("b", {})],
      "explicit internet-facing",
    ],
    ["is refused for an unknown scheme", [member("a", { ...enabled, "frontend-nlb-scheme": "public" })], "refused"],
    [
      "is refused where members disagree on its scheme",
      [member("a", { ...enabled, "frontend-nlb-scheme": "internal" }), member("b", { "frontend-nlb-scheme": "internet-facing" })],
      "refused",
    ],
    ["is refused where members disagree on it", [member("a", enabled), member("b", { "enable-frontend-nlb": "false" })], "refused"],
    ["is refused where the annotation is no boolean", [member("a", { "enable-frontend-nlb": "yes" })], "refused"],
  ])("%s", (_rule, members, expected) => {
    expect(said(schemeOfFrontend(members))).toBe(expected);
  });
  it("is what the controller's flag says where its scheme is not set", () => {
    expect(said(schemeOfFrontend([member("a", enabled)], known({ scheme: "internet-facing", rule: "" })))).toBe("default internet-facing");
  });
});

it("Go's ParseBool takes twelve texts and no other", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom("toString", "yes", "tRUE", " true")), (text) => {
      const taken = ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"].includes(text);
      expect(parseGoBool(text) !== undefined).toBe(taken);
    }),
  );
});
