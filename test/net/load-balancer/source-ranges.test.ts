import { describe, expect, it } from "vitest";
import type { IngressClassParams, Service } from "../../../core/model/kubernetes.ts";
import type { Controller } from "../../../core/net/load-balancer/controller.ts";
import type { GroupMember } from "../../../core/net/load-balancer/ingress-group.ts";
import {
  type Declared,
  type DeclaredSources,
  sourcesOfFrontend,
  sourcesOfGroup,
  sourcesOfService,
} from "../../../core/net/load-balancer/source-ranges.ts";
import { anIngress, aService } from "../../support/cluster.ts";
import { aParams } from "../../support/ingress-plane.ts";

const beta = (annotations: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`service.beta.kubernetes.io/${key}`, value]));

/** "cidrs + prefix lists", "own …", "extra …"; "everybody" where the manifest is silent. */
function told({ ranges, ownGroups, extraGroups }: DeclaredSources): string {
  const parts = [
    ranges === undefined ? undefined : [...ranges.cidrs, ...ranges.prefixListIds].join(" + ") || "nobody",
    ownGroups === undefined ? undefined : `own ${ownGroups.names.join(" + ")}`,
    extraGroups === undefined ? undefined : `extra ${extraGroups.names.join(" + ")}`,
  ];
  return parts.filter((part) => part !== undefined).join(", ") || "everybody";
}
const toldOr = (declared: Declared<DeclaredSources>): string => (declared.state === "asked" ? told(declared.value) : "refused");

describe("a Service asks for", () => {
  const inTree = "in-tree";
  const lbc = "aws-load-balancer-controller";
  const field = { loadBalancerSourceRanges: ["203.0.113.0/24"] };
  const ranges = "load-balancer-source-ranges";
  const lists = "aws-load-balancer-security-group-prefix-lists";
  it.each<[string, Controller, Partial<Service>, string]>([
    ["in-tree: everybody where silent", inTree, {}, "everybody"],
    ["in-tree: the field", inTree, field, "203.0.113.0/24"],
    [
      "in-tree: the annotation, with blanks",
      inTree,
      { annotations: beta({ [ranges]: " 203.0.113.0/24 , 198.51.100.0/24 " }) },
      "203.0.113.0/24 + 198.51.100.0/24",
    ],
    ["in-tree: the field over the annotation", inTree, { ...field, annotations: beta({ [ranges]: "0.0.0.0/0" }) }, "203.0.113.0/24"],
    ["in-tree: everybody for an annotation of blanks", inTree, { annotations: beta({ [ranges]: "  " }) }, "everybody"],
    ["in-tree: refused for text that is no range", inTree, { annotations: beta({ [ranges]: "office" }) }, "refused"],
    ["in-tree: refused for an address without length", inTree, { annotations: beta({ [ranges]: "203.0.113.7" }) }, "refused"],
    ["in-tree: groups of its own", inTree, { annotations: beta({ "aws-load-balancer-security-groups": "sg-1,sg-2" }) }, "own sg-1 + sg-2"],
    [
      "in-tree: extra groups beside the ranges",
      inTree,
      { ...field, annotations: beta({ "aws-load-balancer-extra-security-groups": "sg-1" }) },
      "203.0.113.0/24, extra sg-1",
    ],
    [
      "in-tree: refused for a list with an empty part, as ParseIPNets takes none",
      inTree,
      { annotations: beta({ [ranges]: "203.0.113.0/24," }) },
      "refused",
    ],
    [
      "in-tree: refused for one range of two that does not parse",
      inTree,
      { loadBalancerSourceRanges: ["203.0.113.0/24", "office"] },
      "refused",
    ],
    ["in-tree: an IPv6 range is no error of the manifest", inTree, { loadBalancerSourceRanges: ["2001:db8::/32"] }, "2001:db8::/32"],
    [
      "in-tree: the prefix service.kubernetes.io is not read",
      inTree,
      { annotations: { "service.kubernetes.io/load-balancer-source-ranges": "203.0.113.0/24" } },
      "everybody",
    ],
    [
      "in-tree: groups of its own, and extra ones beside them",
      inTree,
      {
        annotations: beta({ "aws-load-balancer-security-groups": "sg-1", "aws-load-balancer-extra-security-groups": "sg-2" }),
      },
      "own sg-1, extra sg-2",
    ],
    [
      "in-tree: an empty list of groups names none",
      inTree,
      { annotations: beta({ "aws-load-balancer-security-groups": " , " }) },
      "everybody",
    ],
    ["in-tree: prefix lists are not read", inTree, { annotations: beta({ [lists]: "pl-1" }) }, "everybody"],
    ["LBC: everybody where silent", lbc, {}, "everybody"],
    [
      "LBC: the annotation",
      lbc,
      { annotations: beta({ [ranges]: "203.0.113.0/24, 198.51.100.0/24" }) },
      "203.0.113.0/24 + 198.51.100.0/24",
    ],
    ["LBC: the annotation's empty parts are dropped", lbc, { annotations: beta({ [ranges]: "203.0.113.0/24,," }) }, "203.0.113.0/24"],
    ["LBC: everybody for an annotation of nothing", lbc, { annotations: beta({ [ranges]: "" }) }, "everybody"],
    ["LBC: refused for text that is no range", lbc, { annotations: beta({ [ranges]: "office" }) }, "refused"],
    [
      "LBC: prefix lists and ranges by annotation add up",
      lbc,
      { annotations: beta({ [ranges]: "203.0.113.0/24", [lists]: "pl-1" }) },
      "203.0.113.0/24 + pl-1",
    ],
    [
      "LBC: its ranges alone where the prefix list annotation is present and empty",
      lbc,
      { ...field, annotations: beta({ [lists]: "" }) },
      "203.0.113.0/24",
    ],
    ["LBC: the field over the annotation", lbc, { ...field, annotations: beta({ [ranges]: "0.0.0.0/0" }) }, "203.0.113.0/24"],
    ["LBC: prefix lists instead of everybody", lbc, { annotations: beta({ [lists]: "pl-1, pl-2" }) }, "pl-1 + pl-2"],
    ["LBC: prefix lists and ranges add up", lbc, { ...field, annotations: beta({ [lists]: "pl-1" }) }, "203.0.113.0/24 + pl-1"],
    ["LBC: nobody where the prefix list annotation is present and empty", lbc, { annotations: beta({ [lists]: "" }) }, "nobody"],
    ["LBC: refused for an IPv6 range without dualstack", lbc, { loadBalancerSourceRanges: ["2001:db8::/32"] }, "refused"],
    [
      "LBC: refused for an IPv6 range by annotation without dualstack",
      lbc,
      { annotations: beta({ [ranges]: "203.0.113.0/24,::/0" }) },
      "refused",
    ],
    [
      "LBC: an IPv6 range without dualstack is no error beside groups of its own",
      lbc,
      { loadBalancerSourceRanges: ["2001:db8::/32"], annotations: beta({ "aws-load-balancer-security-groups": "sg-1" }) },
      "2001:db8::/32, own sg-1",
    ],
    [
      "LBC: an IPv6 range without dualstack is no error where no group is asked for",
      lbc,
      { loadBalancerSourceRanges: ["2001:db8::/32"], annotations: beta({ "aws-load-balancer-disable-nlb-sg": "true" }) },
      "2001:db8::/32",
    ],
    [
      "LBC: an IPv6 range with dualstack",
      lbc,
      { loadBalancerSourceRanges: ["2001:db8::/32"], annotations: beta({ "aws-load-balancer-ip-address-type": "dualstack" }) },
      "2001:db8::/32",
    ],
    [
      "LBC: extra groups are not read",
      lbc,
      { ...field, annotations: beta({ "aws-load-balancer-extra-security-groups": "sg-1" }) },
      "203.0.113.0/24",
    ],
    [
      "LBC: groups of its own, beside ranges that nothing then writes",
      lbc,
      { ...field, annotations: beta({ "aws-load-balancer-security-groups": "edge" }) },
      "203.0.113.0/24, own edge",
    ],
    ["Auto Mode: the field", "auto-mode", field, "203.0.113.0/24"],
    ["Auto Mode: everybody where silent", "auto-mode", {}, "everybody"],
  ])("%s", (_rule, controller, rest, expected) => {
    expect(toldOr(sourcesOfService(aService("web", rest), controller))).toBe(expected);
  });
});

type Annotations = Readonly<Record<string, string>>;
const member = (name: string, annotations: Annotations, params?: Partial<IngressClassParams>): GroupMember => ({
  ingress: anIngress(name, {
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value])),
  }),
  controller: "aws-load-balancer-controller",
  group: "team",
  taking: { by: "aws-load-balancer-controller", makes: "application", rule: "" },
  ...(params === undefined ? {} : { params: aParams("params", params) }),
});
const office = { "inbound-cidrs": "203.0.113.0/24" };
const https = { "listen-ports": '[{"HTTPS": 443}]' };

describe("an Ingress group asks for", () => {
  it.each<[string, readonly GroupMember[], number, string]>([
    ["everybody where all are silent", [member("a", {}), member("b", {})], 80, "everybody"],
    ["the list of the one that speaks, on its port", [member("a", office), member("b", {})], 80, "203.0.113.0/24"],
    ["everybody on the port of the silent one", [member("a", office), member("b", https)], 443, "everybody"],
    [
      "the same list in another order",
      [member("a", { "inbound-cidrs": "10.0.0.0/8,203.0.113.0/24" }), member("b", { "inbound-cidrs": "203.0.113.0/24,10.0.0.0/8" })],
      80,
      "10.0.0.0/8 + 203.0.113.0/24",
    ],
    ["refused: two lists on one port", [member("a", office), member("b", { "inbound-cidrs": "10.0.0.0/8" })], 80, "refused"],
    ["two lists on two ports", [member("a", office), member("b", { ...https, "inbound-cidrs": "10.0.0.0/8" })], 443, "10.0.0.0/8"],
    ["IngressClassParams over the annotation", [member("a", office, { inboundCidrs: ["10.0.0.0/8"] })], 80, "10.0.0.0/8"],
    ["the annotation where IngressClassParams are silent", [member("a", office, {})], 80, "203.0.113.0/24"],
    ["prefix lists instead of everybody", [member("a", { "security-group-prefix-lists": "pl-1" })], 80, "pl-1"],
    [
      "prefix lists of IngressClassParams over the annotation's",
      [member("a", { "security-group-prefix-lists": "pl-1" }, { prefixListIds: ["pl-2"] })],
      80,
      "pl-2",
    ],
    [
      "refused: two sets of prefix lists on one port",
      [member("a", { "security-group-prefix-lists": "pl-1" }), member("b", { "security-group-prefix-lists": "pl-2" })],
      80,
      "refused",
    ],
    [
      "groups of its own, beside the ranges",
      [member("a", { ...office, "security-groups": "sg-1, edge" })],
      80,
      "203.0.113.0/24, own sg-1 + edge",
    ],
    ["groups of one member for all", [member("a", { "security-groups": "sg-1" }), member("b", {})], 80, "own sg-1"],
    [
      "refused: members name other groups",
      [member("a", { "security-groups": "sg-1" }), member("b", { "security-groups": "sg-2" })],
      80,
      "refused",
    ],
    [
      "refused: the same groups in another order",
      [member("a", { "security-groups": "sg-1,sg-2" }), member("b", { "security-groups": "sg-2,sg-1" })],
      80,
      "refused",
    ],
    [
      "refused: one names groups, and another's annotation is empty",
      [member("a", { "security-groups": "sg-1" }), member("b", { "security-groups": "" })],
      80,
      "refused",
    ],
    [
      "the same groups of two members",
      [member("a", { "security-groups": "sg-1,sg-2" }), member("b", { "security-groups": "sg-1, sg-2" })],
      80,
      "own sg-1 + sg-2",
    ],
    ["everybody for an empty list of groups", [member("a", { "security-groups": "" })], 80, "everybody"],
    ["refused: a range that is none", [member("a", { "inbound-cidrs": "office" })], 80, "refused"],
    [
      "everybody for lists that are present and empty",
      [member("a", { "inbound-cidrs": "", "security-group-prefix-lists": "" })],
      80,
      "everybody",
    ],
    ["an IPv6 range, with or without dualstack", [member("a", { "inbound-cidrs": "2001:db8::/32" })], 80, "2001:db8::/32"],
    [
      "ranges and prefix lists of one member add up",
      [member("a", { ...office, "security-group-prefix-lists": "pl-1" })],
      80,
      "203.0.113.0/24 + pl-1",
    ],
    [
      "ranges of one member and prefix lists of another add up",
      [member("a", office), member("b", { "security-group-prefix-lists": "pl-1" })],
      80,
      "203.0.113.0/24 + pl-1",
    ],
    [
      "ranges of IngressClassParams beside prefix lists of the annotation",
      [member("a", { ...office, "security-group-prefix-lists": "pl-1" }, { inboundCidrs: ["10.0.0.0/8"] })],
      80,
      "10.0.0.0/8 + pl-1",
    ],
    [
      "refused: ranges of one's IngressClassParams and of another's annotation",
      [member("a", {}, { inboundCidrs: ["10.0.0.0/8"] }), member("b", office)],
      80,
      "refused",
    ],
    [
      "everybody: the annotation of Services is not read",
      [member("a", { "load-balancer-source-ranges": "203.0.113.0/24" })],
      80,
      "everybody",
    ],
    ["port 80 by default without a certificate", [member("a", office), member("b", https)], 80, "203.0.113.0/24"],
    [
      "port 80 by default with an empty list of certificates",
      [member("a", { ...office, "certificate-arn": "" }), member("b", https)],
      80,
      "203.0.113.0/24",
    ],
    [
      "listen-ports over a certificate",
      [
        member("a", { ...office, "listen-ports": '[{"HTTP": 80}]', "certificate-arn": "arn:aws:acm:eu-west-1:111122223333:certificate/1" }),
        member("b", https),
      ],
      80,
      "203.0.113.0/24",
    ],
    [
      "everybody on port 443, where a certificate beside listen-ports opens none",
      [
        member("a", { ...office, "listen-ports": '[{"HTTP": 80}]', "certificate-arn": "arn:aws:acm:eu-west-1:111122223333:certificate/1" }),
        member("b", https),
      ],
      443,
      "everybody",
    ],
    [
      "port 443 by default with a certificate",
      [member("a", { ...office, "certificate-arn": "arn:aws:acm:eu-west-1:111122223333:certificate/1" }), member("b", {})],
      443,
      "203.0.113.0/24",
    ],
    [
      "everybody on port 80, which a certificate leaves to the silent one",
      [member("a", { ...office, "certificate-arn": "arn:aws:acm:eu-west-1:111122223333:certificate/1" }), member("b", {})],
      80,
      "everybody",
    ],
    [
      "everybody on port 80, which a certificate that the controller asks for leaves to the silent one",
      [member("a", { ...office, "create-acm-cert": "true" }), member("b", {})],
      80,
      "everybody",
    ],
    [
      "everybody on port 80, which a certificate of IngressClassParams leaves to the silent one",
      [member("a", office, { certificateArns: ["arn:aws:acm:eu-west-1:111122223333:certificate/1"] }), member("b", {})],
      80,
      "everybody",
    ],
    [
      "port 443 by default with a certificate of IngressClassParams",
      [member("a", office, { certificateArns: ["arn:aws:acm:eu-west-1:111122223333:certificate/1"] }), member("b", {})],
      443,
      "203.0.113.0/24",
    ],
    [
      "on each of its listen-ports",
      [member("a", { ...office, "listen-ports": '[{"HTTP": 8080}, {"HTTPS": 8443}]' })],
      8443,
      "203.0.113.0/24",
    ],
    ["refused: listen-ports that do not parse", [member("a", { "listen-ports": "443" })], 443, "refused"],
    ["refused: listen-ports of another protocol", [member("a", { "listen-ports": '[{"TCP": 443}]' })], 443, "refused"],
    ["refused: listen-ports beyond 65535", [member("a", { "listen-ports": '[{"HTTPS": 70000}]' })], 443, "refused"],
    ["refused: no listen-ports at all", [member("a", { "listen-ports": "[]" })], 443, "refused"],
    ["what all ask on a port that none listens on", [member("a", office)], 9000, "203.0.113.0/24"],
    ["everybody on such a port where one is silent", [member("a", office), member("b", https)], 9000, "everybody"],
  ])("%s", (_rule, members, port, expected) => {
    const declared = sourcesOfGroup(members);
    expect(declared.state === "asked" ? told(declared.value.on(port)) : "refused").toBe(expected);
  });
});

describe("the network load balancer before an Ingress asks for", () => {
  it.each<[string, readonly GroupMember[], string]>([
    ["what the application load balancer does", [member("a", office)], "203.0.113.0/24"],
    ["groups of its own", [member("a", { "frontend-nlb-security-groups": "sg-1" })], "own sg-1"],
    [
      "what the port behind its own is asked for",
      [
        member("a", { ...office, ...https, "frontend-nlb-listener-port-mapping": "80=443" }),
        member("b", { "listen-ports": '[{"HTTP": 80}]' }),
      ],
      "203.0.113.0/24",
    ],
    ["refused: a mapping of no ports", [member("a", { ...office, "frontend-nlb-listener-port-mapping": "http=443" })], "refused"],
    [
      "groups of its own in place of the application load balancer's",
      [member("a", { "security-groups": "sg-2", "frontend-nlb-security-groups": "sg-1" })],
      "own sg-1",
    ],
    [
      "nothing where members disagree",
      [member("a", { "frontend-nlb-security-groups": "sg-1" }), member("b", { "frontend-nlb-security-groups": "sg-2" })],
      "refused",
    ],
  ])("%s", (_rule, members, expected) => {
    const declared = sourcesOfFrontend(members);
    expect(declared.state === "asked" ? told(declared.value.on(80)) : "refused").toBe(expected);
  });
});
