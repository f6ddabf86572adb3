import { expect, it } from "vitest";
import { known } from "../../../core/model/fact.ts";
import type { Service } from "../../../core/model/kubernetes.ts";
import { takingOfService } from "../../../core/net/load-balancer/controller.ts";
import { controllerFlagsOf } from "../../../core/net/load-balancer/controller-flags.ts";
import { aService } from "../../support/cluster.ts";
import { aController } from "../../support/gateway-plane.ts";

const typed = (type: string, targetType?: string) => ({
  "service.beta.kubernetes.io/aws-load-balancer-type": type,
  ...(targetType === undefined ? {} : { "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": targetType }),
});
const tcp = { protocol: "TCP", port: 443 } as const;
const udp = { protocol: "UDP", port: 53 } as const;

it.each<[string, Partial<Service>, string]>([
  ["nobody: a ClusterIP Service asks for none", { type: "ClusterIP" }, "nobody"],
  ["nobody: a NodePort Service without annotation", { type: "NodePort" }, "nobody"],
  [
    "nobody: a NodePort Service with type nlb, which only the in-tree controller reads",
    { type: "NodePort", annotations: typed("nlb") },
    "nobody",
  ],
  [
    "LBC: a NodePort Service with nlb-ip, as ServiceTypeLoadBalancerOnly is off",
    { type: "NodePort", annotations: typed("nlb-ip") },
    "aws-load-balancer-controller network",
  ],
  [
    "LBC: a NodePort Service with external and target type instance",
    { type: "NodePort", annotations: typed("external", "instance") },
    "aws-load-balancer-controller network",
  ],
  ["nobody: a NodePort Service with external and no target type", { type: "NodePort", annotations: typed("external") }, "nobody"],
  [
    "LBC: a ClusterIP Service with external and target type ip",
    { type: "ClusterIP", annotations: typed("external", "ip") },
    "aws-load-balancer-controller network",
  ],
  ["LBC: its class", { loadBalancerClass: "service.k8s.aws/nlb" }, "aws-load-balancer-controller network"],
  [
    "LBC: its class wins over type nlb, as the webhook leaves it",
    { loadBalancerClass: "service.k8s.aws/nlb", annotations: typed("nlb") },
    "aws-load-balancer-controller network",
  ],
  ["Auto Mode: its class", { loadBalancerClass: "eks.amazonaws.com/nlb" }, "auto-mode network"],
  [
    "Auto Mode: its class, whatever aws-load-balancer-type says",
    { loadBalancerClass: "eks.amazonaws.com/nlb", annotations: typed("external", "instance") },
    "auto-mode network",
  ],
  [
    "another: any other class, whatever the annotation",
    { loadBalancerClass: "tailscale", annotations: typed("external", "ip") },
    "another",
  ],
  ["LBC: nlb-ip without class", { annotations: typed("nlb-ip") }, "aws-load-balancer-controller network"],
  ["LBC: external and target type ip", { annotations: typed("external", "ip") }, "aws-load-balancer-controller network"],
  ["LBC: external and target type instance", { annotations: typed("external", "instance") }, "aws-load-balancer-controller network"],
  ["nobody: external without target type", { annotations: typed("external") }, "nobody"],
  ["nobody: external with a target type that is none", { annotations: typed("external", "pod") }, "nobody"],
  ["in-tree: exactly nlb", { annotations: typed("nlb") }, "in-tree network"],
  ["in-tree classic: NLB in capitals is anything else", { annotations: typed("NLB") }, "in-tree classic"],
  [
    "in-tree classic: a target type alone changes nothing",
    { annotations: { "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip" } },
    "in-tree classic",
  ],
  ["in-tree classic: a type that is empty is anything else", { annotations: typed("") }, "in-tree classic"],
  ["in-tree classic: nlb with a blank is anything else", { annotations: typed("nlb ") }, "in-tree classic"],
  ["in-tree network: type nlb, whatever the target type", { annotations: typed("nlb", "ip") }, "in-tree network"],
  [
    "in-tree classic: the prefix service.kubernetes.io is not read",
    { annotations: { "service.kubernetes.io/aws-load-balancer-type": "nlb-ip" } },
    "in-tree classic",
  ],
  [
    "in-tree classic: the scheme annotation, which LBC alone reads, tells of no owner",
    { annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" } },
    "in-tree classic",
  ],
  ["another: the class in other letters", { loadBalancerClass: "service.k8s.aws/NLB" }, "another"],
  [
    "LBC: session affinity and loadBalancerIP, which the in-tree controller alone refuses",
    { loadBalancerClass: "service.k8s.aws/nlb", sessionAffinity: "ClientIP", loadBalancerIP: "203.0.113.7" },
    "aws-load-balancer-controller network",
  ],
  ["in-tree classic: no class, no annotation", {}, "in-tree classic"],
  ["in-tree classic: an empty class is none", { loadBalancerClass: "" }, "in-tree classic"],
  ["in-tree refuses: TCP and UDP mixed", { ports: [tcp, udp], annotations: typed("nlb") }, "in-tree network refused"],
  ["in-tree refuses: TCP and UDP mixed, on a classic load balancer too", { ports: [tcp, udp] }, "in-tree classic refused"],
  [
    "in-tree refuses: session affinity on a network load balancer too",
    { sessionAffinity: "ClientIP", annotations: typed("nlb") },
    "in-tree network refused",
  ],
  [
    "in-tree refuses: loadBalancerIP on a network load balancer too",
    { loadBalancerIP: "203.0.113.7", annotations: typed("nlb") },
    "in-tree network refused",
  ],
  [
    "in-tree refuses: SCTP on a network load balancer",
    { ports: [{ protocol: "SCTP", port: 443 }], annotations: typed("nlb") },
    "in-tree network refused",
  ],
  ["in-tree refuses: session affinity", { sessionAffinity: "ClientIP" }, "in-tree classic refused"],
  ["in-tree refuses: loadBalancerIP", { loadBalancerIP: "203.0.113.7" }, "in-tree classic refused"],
  ["in-tree refuses: UDP on a classic load balancer", { ports: [udp] }, "in-tree classic refused"],
  ["in-tree: UDP alone on a network load balancer", { ports: [udp], annotations: typed("nlb") }, "in-tree network"],
  [
    "LBC does not mind mixed protocols",
    { ports: [tcp, udp], loadBalancerClass: "service.k8s.aws/nlb" },
    "aws-load-balancer-controller network",
  ],
])("%s", (_rule, rest, expected) => {
  const taking = takingOfService(aService("web", rest));
  const made = "makes" in taking ? [taking.makes, ...(taking.refused === undefined ? [] : ["refused"])] : [];
  expect([taking.by, ...made].join(" ")).toBe(expected);
});

it("LBC: the class that its flag names, and then the usual one no more", () => {
  const flags = controllerFlagsOf(known([aController({ "--load-balancer-class": "example.com/edge" })]));
  const by = (loadBalancerClass: string) => takingOfService(aService("web", { loadBalancerClass }), flags).by;
  expect(by("example.com/edge")).toBe("aws-load-balancer-controller");
  expect(by("service.k8s.aws/nlb")).toBe("another");
  expect(by("eks.amazonaws.com/nlb")).toBe("auto-mode");
});
