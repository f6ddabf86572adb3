import { describe, expect, it } from "vitest";
import { type Fact, known, unknown } from "../../../core/model/fact.ts";
import type { Ingress } from "../../../core/model/kubernetes.ts";
import { controllerFlagsOf } from "../../../core/net/load-balancer/controller-flags.ts";
import { classifyIngresses, type Ingresses } from "../../../core/net/load-balancer/ingress-group.ts";
import { anIngress } from "../../support/cluster.ts";
import { aController } from "../../support/gateway-plane.ts";
import { aClass, aParams, aPlane, paramsRef } from "../../support/ingress-plane.ts";

const classes = [
  aClass("nginx", { controller: "k8s.io/ingress-nginx" }),
  aClass("auto", { controller: "eks.amazonaws.com/alb" }),
  aClass("grouped", { parameters: paramsRef("edge") }),
  aClass("auto-grouped", { controller: "eks.amazonaws.com/alb", parameters: paramsRef("edge", "eks.amazonaws.com") }),
  aClass("dangling", { parameters: paramsRef("gone") }),
  aClass("foreign-params", { parameters: paramsRef("edge", "example.com") }),
];
const params = [aParams("edge", { groupName: "edge" }), aParams("edge", { apiGroup: "eks.amazonaws.com", groupName: "auto-edge" })];
const classed = (name: string) => ({ "kubernetes.io/ingress.class": name });
const grouped = (name: string) => ({ "alb.ingress.kubernetes.io/group.name": name });

const value = (fact: Fact<Ingresses>): Ingresses => {
  if (fact.state === "unknown") throw new Error(fact.reason.message);
  return fact.value;
};
/** Who takes it, its group, and whether it is refused. */
function told(ingress: Ingress, ...more: Parameters<typeof aClass>[]): string {
  const plane = aPlane({ ingresses: [ingress], classes: [...classes, ...more.map((one) => aClass(...one))], params });
  const [one] = value(classifyIngresses(plane)).classified;
  if (one === undefined) return "unclassified";
  const refused = "refused" in one.taking && one.taking.refused !== undefined;
  return [one.taking.by, one.member?.group, refused ? "refused" : undefined].filter((text) => text !== undefined).join(" ");
}

describe("an Ingress is taken by", () => {
  it.each<[string, Partial<Ingress>, string]>([
    ["LBC: annotation alb", { annotations: classed("alb") }, "aws-load-balancer-controller shop/web"],
    ["another: annotation nginx", { annotations: classed("nginx") }, "another"],
    ["another: the annotation wins over spec.ingressClassName", { annotations: classed("nginx"), ingressClassName: "alb" }, "another"],
    [
      "LBC: the annotation wins over the class of another",
      { annotations: classed("alb"), ingressClassName: "nginx" },
      "aws-load-balancer-controller shop/web",
    ],
    ["Auto Mode: the annotation is not read", { annotations: classed("nginx"), ingressClassName: "auto" }, "auto-mode shop/web"],
    [
      "nobody knows: the annotation is LBC's, the class Auto Mode's, and LBC was not seen",
      { annotations: classed("alb"), ingressClassName: "auto" },
      "unclassified",
    ],
    ["another: the annotation is in other letters", { annotations: classed("ALB") }, "another"],
    ["LBC: a class of its controller", { ingressClassName: "alb" }, "aws-load-balancer-controller shop/web"],
    ["Auto Mode: a class of its controller", { ingressClassName: "auto" }, "auto-mode shop/web"],
    ["another: a class of another controller", { ingressClassName: "nginx" }, "another"],
    ["nobody: a class that does not exist", { ingressClassName: "gone" }, "nobody"],
    ["nobody: no class, and none is the default", {}, "nobody"],
    ["LBC refuses: parameters that do not exist", { ingressClassName: "dangling" }, "aws-load-balancer-controller refused"],
    ["LBC refuses: parameters of another group", { ingressClassName: "foreign-params" }, "aws-load-balancer-controller refused"],
    ["group: the annotation's", { ingressClassName: "alb", annotations: grouped("team") }, "aws-load-balancer-controller team"],
    [
      "group: IngressClassParams win over the annotation",
      { ingressClassName: "grouped", annotations: grouped("team") },
      "aws-load-balancer-controller edge",
    ],
    [
      "group: with the class annotation there are no parameters",
      { ingressClassName: "grouped", annotations: { ...classed("alb"), ...grouped("team") } },
      "aws-load-balancer-controller team",
    ],
    ["group: Auto Mode does not read group.name", { ingressClassName: "auto", annotations: grouped("team") }, "auto-mode shop/web"],
    ["group: Auto Mode reads its own IngressClassParams", { ingressClassName: "auto-grouped" }, "auto-mode auto-edge"],
    [
      "LBC refuses: a group name in capitals",
      { ingressClassName: "alb", annotations: grouped("Team") },
      "aws-load-balancer-controller refused",
    ],
    ["LBC refuses: an empty group name", { ingressClassName: "alb", annotations: grouped("") }, "aws-load-balancer-controller refused"],
    [
      "LBC refuses: a group name of 64 characters",
      { ingressClassName: "alb", annotations: grouped("x".repeat(64)) },
      "aws-load-balancer-controller refused",
    ],
  ])("%s", (_rule, rest, expected) => {
    expect(told(anIngress("web", rest))).toBe(expected);
  });
  it("LBC: the default class, for an Ingress without class", () => {
    expect(told(anIngress("web"), ["standard", { isDefault: true }])).toBe("aws-load-balancer-controller shop/web");
  });
  it("another: the default class is another controller's", () => {
    expect(told(anIngress("web"), ["standard", { isDefault: true, controller: "k8s.io/ingress-nginx" }])).toBe("another");
  });
  it("another: its own class wins over the default one", () => {
    expect(told(anIngress("web", { ingressClassName: "nginx" }), ["standard", { isDefault: true }])).toBe("another");
  });
  it("another: the annotation wins over the default class", () => {
    expect(told(anIngress("web", { annotations: classed("nginx") }), ["standard", { isDefault: true }])).toBe("another");
  });
  it("Auto Mode: the default class, for an Ingress without class", () => {
    expect(told(anIngress("web"), ["standard", { isDefault: true, controller: "eks.amazonaws.com/alb" }])).toBe("auto-mode shop/web");
  });
  it("nobody: two default classes", () => {
    expect(told(anIngress("web"), ["one", { isDefault: true }], ["two", { isDefault: true }])).toBe("nobody");
  });
});

it("LBC: an Ingress without class where --ingress-class is empty, and then no other annotation", () => {
  const ingresses = [
    anIngress("classless"),
    anIngress("alb", { annotations: classed("alb") }),
    anIngress("nginx", { annotations: classed("nginx") }),
    anIngress("gone", { ingressClassName: "gone" }),
  ];
  const takers = (flag: Readonly<Record<string, string>>) =>
    value(classifyIngresses(aPlane({ ingresses, classes }), controllerFlagsOf(known([aController(flag)])))).classified.map(
      ({ taking }) => taking.by,
    );
  expect(takers({ "--ingress-class": "" })).toEqual(["aws-load-balancer-controller", "aws-load-balancer-controller", "another", "nobody"]);
  expect(takers({ "--ingress-class": "nginx" })).toEqual(["nobody", "another", "aws-load-balancer-controller", "nobody"]);
});

it("LBC: its annotation wins over a class of Auto Mode where its Deployment was seen", () => {
  const ingresses = [anIngress("web", { annotations: classed("alb"), ingressClassName: "auto" })];
  const { classified } = value(classifyIngresses(aPlane({ ingresses, classes }), controllerFlagsOf(known([aController({})]))));
  expect(classified.map(({ taking }) => taking.by)).toEqual(["aws-load-balancer-controller"]);
});

describe("what was not read", () => {
  const forbidden = unknown("forbidden", "No access.");
  const ingresses = [
    anIngress("by-annotation", { annotations: classed("alb") }),
    anIngress("by-class", { ingressClassName: "alb" }),
    anIngress("by-params", { ingressClassName: "grouped" }),
  ];
  const plane = aPlane({ ingresses, classes, params });
  const names = (found: Ingresses) => ({
    classified: found.classified.map(({ ingress }) => ingress.name),
    unclassified: found.unclassified.map(({ ingress }) => ingress.name),
  });
  it("without classes, only annotations tell", () => {
    const found = value(classifyIngresses({ ...plane, ingressClasses: forbidden }));
    expect(names(found)).toEqual({ classified: ["by-annotation"], unclassified: ["by-class", "by-params"] });
  });
  it("without parameters, classes that name none tell", () => {
    const found = value(classifyIngresses({ ...plane, ingressClassParams: forbidden }));
    expect(names(found)).toEqual({ classified: ["by-annotation", "by-class"], unclassified: ["by-params"] });
  });
  it("without Ingresses nothing is told", () => {
    expect(classifyIngresses({ ...plane, ingresses: forbidden })).toBe(forbidden);
  });
});

it("members of a group are found over namespaces; those of the other controller's group of the same name are not", () => {
  const autoTeam = aClass("auto-team", { controller: "eks.amazonaws.com/alb", parameters: paramsRef("team", "eks.amazonaws.com") });
  const plane = aPlane({
    classes: [...classes, autoTeam],
    params: [...params, aParams("team", { apiGroup: "eks.amazonaws.com", groupName: "team" })],
    ingresses: [
      anIngress("a", { ingressClassName: "alb", annotations: grouped("team") }),
      anIngress("b", { namespace: "pay", ingressClassName: "alb", annotations: grouped("team") }),
      anIngress("bystander", { ingressClassName: "alb" }),
      anIngress("auto", { ingressClassName: "auto-team" }),
    ],
  });
  const groups = [...value(classifyIngresses(plane)).groups].map(([key, members]) => [key, members.map(({ ingress }) => ingress.name)]);
  expect(groups).toEqual([
    ["aws-load-balancer-controller team", ["a", "b"]],
    ["aws-load-balancer-controller shop/bystander", ["bystander"]],
    ["auto-mode team", ["auto"]],
  ]);
});
