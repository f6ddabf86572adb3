import { expect, it } from "vitest";
import { engineIn } from "../../../core/net/connectivity/engine.ts";
import { aContainer, aPodSpec, aWorkload } from "../../support/workloads.ts";

const agent = (name: string, namespace: string, settings = {}) =>
  aWorkload("DaemonSet", name, {
    namespace,
    template: { labels: {}, spec: aPodSpec({ containers: [aContainer("agent", { settings })] }) },
  });
const bystander = agent("log-shipper", "logging");
const awsNode = agent("aws-node", "kube-system", { "--enable-network-policy": "true" });

it.each([
  ["nothing: the text of the API", [], [], "kubernetes", "no sign of another engine was found"],
  ["Calico's agent", [agent("calico-node", "calico-system")], [], "calico", "DaemonSet calico-system/calico-node was found"],
  ["Cilium's agent", [agent("cilium", "kube-system")], [], "cilium", "DaemonSet kube-system/cilium was found"],
  ["the VPC CNI's agent with policies on", [awsNode], [], "vpc-cni", "DaemonSet kube-system/aws-node was found"],
  [
    "the VPC CNI's agent alone enforces nothing",
    [agent("aws-node", "kube-system")],
    [],
    "kubernetes",
    "no sign of another engine was found",
  ],
  ["somebody's DaemonSet of that name elsewhere", [agent("calico-node", "shop")], [], "kubernetes", "no sign of another engine was found"],
  ["Calico's kinds", [], ["projectcalico.org"], "calico", "objects of projectcalico.org were found"],
  ["Cilium's kinds", [], ["cilium.io"], "cilium", "objects of cilium.io were found"],
  [
    "an agent goes before kinds",
    [agent("cilium", "kube-system")],
    ["projectcalico.org"],
    "cilium",
    "DaemonSet kube-system/cilium was found",
  ],
  [
    "kinds of several: none of them",
    [],
    ["projectcalico.org", "cilium.io"],
    "kubernetes",
    "objects of projectcalico.org were found and objects of cilium.io were found, which are of several engines",
  ],
  ["a name that every object has", [], ["constructor"], "kubernetes", "no sign of another engine was found"],
] as const)("%s", (_sign, workloads, groups, engine, why) => {
  expect(engineIn({ workloads: [bystander, ...workloads], groups: new Set(groups) })).toEqual({ engine, why });
});
