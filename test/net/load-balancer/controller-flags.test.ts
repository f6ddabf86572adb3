import { describe, expect, it } from "vitest";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Workload } from "../../../core/model/workloads.ts";
import { controllerFlagsOf } from "../../../core/net/load-balancer/controller-flags.ts";
import { aController } from "../../support/gateway-plane.ts";

const flag = "--default-load-balancer-scheme";
const facing = { [flag]: "internet-facing" };
const bystander = aController(facing, { name: "other", image: "quay.io/jetstack/cert-manager-controller:v1.18.2" });
const digest = `@sha256:${"0".repeat(64)}`;

describe("the default scheme", () => {
  it.each<[string, readonly Workload[], string]>([
    ["internal: no Deployment of the controller", [], "internal"],
    ["internal: the flag is not set", [aController({})], "internal"],
    ["internet-facing: the flag", [aController(facing)], "internet-facing"],
    ["internal: the flag", [aController({ [flag]: "internal" })], "internal"],
    ["internet-facing: whatever the Deployment's name", [aController(facing, { name: "lbc" })], "internet-facing"],
    [
      "internet-facing: an image of a registry with a port, and without a tag",
      [aController(facing, { image: "registry.example:5000/aws/aws-load-balancer-controller" })],
      "internet-facing",
    ],
    [
      "internet-facing: the image of version 2.4 and before",
      [aController(facing, { image: "docker.io/amazon/aws-alb-ingress-controller:v2.4.4" })],
      "internet-facing",
    ],
    [
      "internet-facing: an image by its digest",
      [aController(facing, { image: `602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-load-balancer-controller:v2.14.0${digest}` })],
      "internet-facing",
    ],
    [
      "internal: the name of the image stands in its tag alone",
      [aController(facing, { image: "example.com/mirror:aws-load-balancer-controller" })],
      "internal",
    ],
    ["internal: a Job of the same image", [{ ...aController(facing), kind: "Job" }], "internal"],
    ["internet-facing: two Deployments that agree", [aController(facing), aController(facing, { name: "second" })], "internet-facing"],
    ["unknown: two Deployments that disagree", [aController(facing), aController({}, { name: "second" })], "unknown"],
    ["unknown: a scheme that is none", [aController({ [flag]: "public" })], "unknown"],
    ["unknown: a scheme that is empty", [aController({ [flag]: "" })], "unknown"],
  ])("%s", (_rule, workloads, expected) => {
    const { defaultScheme } = controllerFlagsOf(known([bystander, ...workloads]));
    expect(defaultScheme.state === "known" ? defaultScheme.value.scheme : "unknown").toBe(expected);
  });
  it("internal: workloads were not read", () => {
    const flags = controllerFlagsOf(unknown("forbidden", "No access."));
    expect(flags.isRead).toBe(false);
    expect(flags.defaultScheme).toMatchObject({ value: { scheme: "internal" } });
  });
  it("says where the flag stands", () => {
    expect(controllerFlagsOf(known([aController(facing)])).defaultScheme).toMatchObject({
      value: { rule: "--default-load-balancer-scheme internet-facing of Deployment kube-system/aws-load-balancer-controller" },
    });
  });
});

describe("classes", () => {
  const classesOf = (...workloads: readonly Workload[]) => {
    const { isRead, loadBalancerClasses, ingressClasses, takesClassless } = controllerFlagsOf(known([bystander, ...workloads]));
    return { isRead, services: [...loadBalancerClasses], ingresses: [...ingressClasses], takesClassless };
  };
  const usual = { services: ["service.k8s.aws/nlb"], ingresses: ["alb"], takesClassless: false };
  it("are the usual where no Deployment was found", () => {
    expect(classesOf()).toEqual({ isRead: false, ...usual });
  });
  it("are the usual where no flag is set", () => {
    expect(classesOf(aController({}))).toEqual({ isRead: true, ...usual });
  });
  it("are those of the flags, of all Deployments together", () => {
    const second = aController({ "--load-balancer-class": "example.com/edge", "--ingress-class": "edge" }, { name: "edge" });
    expect(classesOf(second)).toEqual({ isRead: true, services: ["example.com/edge"], ingresses: ["edge"], takesClassless: false });
    expect(classesOf(aController({}), second)).toMatchObject({
      services: ["service.k8s.aws/nlb", "example.com/edge"],
      ingresses: ["alb", "edge"],
    });
  });
  it("an empty --ingress-class takes the annotation alb, and Ingresses without class", () => {
    expect(classesOf(aController({ "--ingress-class": "" }))).toMatchObject({ ingresses: ["", "alb"], takesClassless: true });
  });
});
