import { expect, it } from "vitest";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Pod } from "../../../core/model/workloads.ts";
import {
  type EnforcementFacts,
  enforcementOf,
  type NodeEnforcement,
  stateOnNode,
} from "../../../core/net/policy/enforcement/enforcement.ts";
import {
  absent,
  aCiliumAgent,
  aDaemonSet,
  anAgent,
  anAwsNode,
  controllerOn,
  networkSettings,
  noEngines,
  settings,
} from "../../support/engines.ts";
import { aNode } from "../../support/nodes.ts";
import { aContainer, anOwner, aPod } from "../../support/workloads.ts";

const refused = unknown("forbidden", "No access.");
const linux = aNode("n1");
const bystander = aNode("n2");
const auto = aNode("n1", { labels: { "eks.amazonaws.com/compute-type": "auto", "eks.amazonaws.com/nodeclass": "default" } });
const windows = aNode("n1", { operatingSystem: "windows" });
const fargate = aNode("n1", { labels: { "eks.amazonaws.com/compute-type": "fargate" } });
const hybrid = aNode("n1", { providerId: "eks-hybrid:///eu-west-1/prod/mi-1" });
const kubeProxy = (node: string): Pod => anAgent("kube-proxy", node);

const text = (node: NodeEnforcement): string => {
  const state = stateOnNode(node);
  if (state === "enforced") return node.enforcing.map(({ engine }) => engine).join("+");
  return state === "unsure" ? `unsure: ${node.possible[0]?.reason.code}` : "not enforced";
};
/** What is told of n1, while n2 runs VPC CNI as it is by default and Kubernetes answers the rest with nothing. */
function onFirstNode(facts: Partial<EnforcementFacts>, pods: readonly Pod[], node = linux): NodeEnforcement {
  const all = known([kubeProxy("n1"), ...pods, kubeProxy("n2"), anAwsNode("n2", {})]);
  const enforcement = enforcementOf({ ...noEngines, nodes: known([node, bystander]), pods: all, ...facts });
  expect(enforcement.onNode("n2").enforcing).toEqual([]);
  return enforcement.onNode("n1");
}
const on = { networkSettings: networkSettings({ vpcCni: controllerOn }) };
const kubeRouter = (firewall: string | undefined): Pod =>
  anAgent("kube-router", "n1", {
    spec: {
      containers: [
        aContainer("kube-router:v2", { name: "kube-router", settings: firewall === undefined ? {} : { "--run-firewall": firewall } }),
      ],
    },
  });
const cilium = (values: Readonly<Record<string, string>>) => ({ networkSettings: networkSettings({ cilium: settings(values) }) });

it.each<[string, Partial<EnforcementFacts>, readonly Pod[], string]>([
  ["enforced: the agent's flag and the controller's key are both true", on, [anAwsNode("n1")], "vpc-cni"],
  ["enforced: Go takes 1 for true", on, [anAwsNode("n1", { "--enable-network-policy": "1" })], "vpc-cni"],
  [
    "not enforced: the controller compares the text",
    { networkSettings: networkSettings({ vpcCni: settings({ "enable-network-policy-controller": "True" }) }) },
    [anAwsNode("n1")],
    "not enforced",
  ],
  ["not enforced: the agent's container is there by default, its flag is not", on, [anAwsNode("n1", {})], "not enforced"],
  ["not enforced: the agent's flag is false", on, [anAwsNode("n1", { "--enable-network-policy": "false" })], "not enforced"],
  ["not enforced: there is no ConfigMap", {}, [anAwsNode("n1")], "not enforced"],
  ["not enforced: no pod of the agent on this node", on, [], "not enforced"],
  ["not enforced: a DaemonSet of that name in another namespace", on, [{ ...anAwsNode("n1"), namespace: "shop" }], "not enforced"],
  [
    "not enforced: a bare pod that looks like the agent",
    on,
    [aPod("aws-node", { namespace: "kube-system", nodeName: "n1", isReady: true })],
    "not enforced",
  ],
  ["unsure: the agent's pod is not ready", on, [{ ...anAwsNode("n1"), isReady: false }], "unsure: not-ready"],
  ["unsure: the agent's pod is pending", on, [{ ...anAwsNode("n1"), phase: "Pending" }], "unsure: not-ready"],
  ["enforced: another pod of the agent ended before", on, [{ ...anAwsNode("n1"), phase: "Failed" }, anAwsNode("n1")], "vpc-cni"],
  ["unsure: ConfigMaps were not read", { networkSettings: refused }, [anAwsNode("n1")], "unsure: forbidden"],
  ["unsure: its ConfigMap was not read", { networkSettings: networkSettings({ vpcCni: refused }) }, [anAwsNode("n1")], "unsure: forbidden"],
  [
    "not enforced: no ConfigMap was read, and the agent is off all the same",
    { networkSettings: refused },
    [anAwsNode("n1", {})],
    "not enforced",
  ],
  ["enforced: Calico of the operator", {}, [anAgent("calico-node", "n1", { namespace: "calico-system" })], "calico"],
  ["enforced: Calico of the manifest", {}, [anAgent("calico-node", "n1")], "calico"],
  ["unsure: Calico where no installer puts it", {}, [anAgent("calico-node", "n1", { namespace: "shop" })], "unsure: not-supported"],
  ["not enforced: Calico for Windows on Linux", {}, [anAgent("calico-node-windows", "n1")], "not enforced"],
  ["unsure: Calico is not ready", {}, [anAgent("calico-node", "n1", { isReady: false })], "unsure: not-ready"],
  ["enforced: Cilium by default", cilium({}), [aCiliumAgent("n1")], "cilium"],
  ["enforced: Cilium always", cilium({ "enable-policy": "always" }), [aCiliumAgent("n1")], "cilium"],
  ["not enforced: Cilium never", cilium({ "enable-policy": "never" }), [aCiliumAgent("n1")], "not enforced"],
  ["not enforced: Cilium audits", cilium({ "policy-audit-mode": "true" }), [aCiliumAgent("n1")], "not enforced"],
  ["unsure: Cilium in a mode that is not known", cilium({ "enable-policy": "perhaps" }), [aCiliumAgent("n1")], "unsure: malformed"],
  ["unsure: Cilium without its ConfigMap", {}, [aCiliumAgent("n1")], "unsure: not-found"],
  [
    "unsure: Cilium's ConfigMap was not read",
    { networkSettings: networkSettings({ cilium: refused }) },
    [aCiliumAgent("n1")],
    "unsure: forbidden",
  ],
  [
    "unsure: Cilium beside a ConfigMap that is not read",
    cilium({}),
    [aCiliumAgent("n1", { namespace: "cilium" })],
    "unsure: not-supported",
  ],
  ["not enforced: a DaemonSet named cilium without its label", cilium({}), [anAgent("cilium", "n1")], "not enforced"],
  ["enforced: Antrea", {}, [anAgent("antrea-agent", "n1")], "antrea"],
  ["enforced: kube-router with its firewall", {}, [kubeRouter("true")], "kube-router"],
  ["not enforced: kube-router without its firewall", {}, [kubeRouter("false")], "not enforced"],
  ["unsure: kube-router that does not say", {}, [kubeRouter(undefined)], "unsure: not-supported"],
  ["unsure: an engine that is not judged", {}, [anAgent("weave-net", "n1")], "unsure: not-supported"],
  ["enforced by both: VPC CNI beside Calico", on, [anAwsNode("n1"), anAgent("calico-node", "n1")], "vpc-cni+calico"],
])("Linux on EC2, %s", (_rule, facts, pods, expected) => {
  expect(text(onFirstNode(facts, pods))).toBe(expected);
});

const nodeClass = (networkPolicy?: string) => ({
  ...on,
  nodeClasses: known([{ name: "default", ...(networkPolicy && { networkPolicy }) }]),
});
it.each<[string, typeof linux, Partial<EnforcementFacts>, readonly Pod[], string]>([
  ["enforced: Auto Mode with the ConfigMap and a NodeClass", auto, nodeClass("DefaultAllow"), [], "vpc-cni"],
  ["enforced: a NodeClass that leaves the default", auto, nodeClass(), [], "vpc-cni"],
  ["not enforced: Auto Mode without the ConfigMap", auto, { ...nodeClass(), networkSettings: networkSettings() }, [], "not enforced"],
  ["unsure: Auto Mode with a NodeClass that is not there", auto, { ...nodeClass(), nodeClasses: known([]) }, [], "unsure: not-found"],
  ["unsure: NodeClasses were not read", auto, { ...nodeClass(), nodeClasses: refused }, [], "unsure: forbidden"],
  ["unsure: a NodeClass that says something else", auto, nodeClass("Off"), [], "unsure: malformed"],
  ["not enforced: Fargate, whatever runs elsewhere", fargate, on, [anAgent("calico-node", "n1")], "not enforced"],
  [
    "not enforced: Fargate, where no DaemonSet runs, of an engine that is not judged either",
    fargate,
    {},
    [anAgent("weave-net", "n1")],
    "not enforced",
  ],
  ["not enforced: Windows under VPC CNI", windows, on, [anAwsNode("n1")], "not enforced"],
  [
    "enforced: Windows under Calico for Windows",
    windows,
    {},
    [anAgent("calico-node-windows", "n1", { namespace: "calico-system" })],
    "calico",
  ],
  ["not enforced: Windows under Calico for Linux", windows, {}, [anAgent("calico-node", "n1")], "not enforced"],
  ["not enforced: a hybrid node under VPC CNI", hybrid, on, [anAwsNode("n1")], "not enforced"],
  ["enforced: a hybrid node under Cilium", hybrid, cilium({}), [aCiliumAgent("n1")], "cilium"],
])("%s", (_rule, node, facts, pods, expected) => {
  expect(text(onFirstNode(facts, pods, node))).toBe(expected);
});

it.each<[string, Partial<EnforcementFacts>, string]>([
  ["unsure: pods were not read, and the agent's DaemonSet exists", { workloads: known([aDaemonSet("aws-node")]) }, "unsure: forbidden"],
  ["unsure: neither pods nor workloads were read", { workloads: refused }, "unsure: forbidden"],
  ["not enforced: pods were not read, and there is no DaemonSet of an engine", {}, "not enforced"],
  [
    "not enforced: pods were not read, and the controller is off",
    { workloads: known([aDaemonSet("aws-node")]), networkSettings: networkSettings() },
    "not enforced",
  ],
])("%s", (_rule, facts, expected) => {
  const enforcement = enforcementOf({ ...noEngines, ...on, nodes: known([linux]), pods: refused, ...facts });
  expect(text(enforcement.onNode("n1"))).toBe(expected);
});

it("not enforced: the DaemonSet exists, and has no pod on this node, of which others were listed", () => {
  const facts = { ...noEngines, ...on, nodes: known([linux]), pods: known([kubeProxy("n1")]), workloads: known([aDaemonSet("aws-node")]) };
  expect(text(enforcementOf(facts).onNode("n1"))).toBe("not enforced");
});

it("unsure: no pod of the node was listed, it may have come later", () => {
  const facts = { ...noEngines, ...on, nodes: known([linux]), workloads: known([aDaemonSet("aws-node")]) };
  expect(text(enforcementOf(facts).onNode("n1"))).toBe("unsure: not-found");
});

it.each<[string, readonly Pod[], Partial<EnforcementFacts>, string]>([
  ["enforced: the agent's pod tells it without the Node", [anAwsNode("n1")], on, "vpc-cni"],
  ["unsure: without an agent it may be a node of Auto Mode", [kubeProxy("n1")], on, "unsure: forbidden"],
  ["not enforced: the controller is off for every kind of node", [kubeProxy("n1")], {}, "not enforced"],
  ["not enforced: an agent that is off is none of Auto Mode", [anAwsNode("n1", {})], on, "not enforced"],
])("Nodes were not read, %s", (_rule, pods, facts, expected) => {
  const enforcement = enforcementOf({ ...noEngines, nodes: refused, pods: known(pods), ...facts });
  expect(enforcement.nodes).toEqual(refused);
  expect(text(enforcement.onNode("n1"))).toBe(expected);
});

it("what is installed and enforces nothing is said", () => {
  const inert = (facts: Partial<EnforcementFacts>, pod: Pod) => onFirstNode(facts, [pod]).inert.map(({ seen }) => seen);
  expect(inert({}, anAwsNode("n1"))).toEqual([
    "aws-node runs with --enable-network-policy=true, but there is no ConfigMap kube-system/amazon-vpc-cni",
  ]);
  expect(inert(on, anAwsNode("n1", {}))).toEqual(["aws-node runs without --enable-network-policy=true"]);
  expect(inert({}, anAwsNode("n1", {}))).toEqual([]);
  expect(inert(cilium({ "policy-audit-mode": "true" }), aCiliumAgent("n1"))).toEqual([
    'cilium runs, but ConfigMap kube-system/cilium-config has policy-audit-mode "true"',
  ]);
});

it.each<[string, Readonly<Record<string, string>>, unknown]>([
  ["standard by default", {}, known("standard")],
  ["strict where it is set", { NETWORK_POLICY_ENFORCING_MODE: "strict" }, known("strict")],
  [
    "unknown where it is taken from elsewhere",
    { NETWORK_POLICY_ENFORCING_MODE: "(valueFrom)" },
    expect.objectContaining({ state: "unknown" }),
  ],
])("the mode of VPC CNI is %s", (_rule, variables, expected) => {
  expect(onFirstNode(on, [anAwsNode("n1", undefined, variables)]).enforcing[0]?.mode).toEqual(expected);
});

it("the mode of Auto Mode is that of its NodeClass", () => {
  expect(onFirstNode(nodeClass("DefaultDeny"), [], auto).enforcing[0]?.mode).toEqual(known("strict"));
});

const owned = { nodeName: "n1", owner: anOwner("ReplicaSet", "web-5d4"), podIps: ["10.0.1.10"] };
const calico = anAgent("calico-node", "n1");
const branch = { ...owned, hasBranchInterface: true };
const olderAwsNode = (cni: Readonly<Record<string, string>> = {}): Pod =>
  anAwsNode("n1", undefined, cni, "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.1.6-eksbuild.2");
const ipv6 = { ...owned, podIps: ["2001:db8::10"] };
it.each<[string, Partial<Omit<Pod, "spec">>, readonly Pod[], string]>([
  ["enforced: a pod with a controller under VPC CNI", owned, [anAwsNode("n1")], "enforced by vpc-cni"],
  ["not enforced: a standalone pod under VPC CNI", { nodeName: "n1" }, [anAwsNode("n1")], "not-enforced: standalone"],
  ["enforced: a standalone pod under Calico", { nodeName: "n1" }, [calico], "enforced by calico"],
  ["enforced: a standalone pod under Calico, beside VPC CNI", { nodeName: "n1" }, [anAwsNode("n1"), calico], "enforced by calico"],
  [
    "unsure: a standalone pod under VPC CNI while Calico starts",
    { nodeName: "n1" },
    [anAwsNode("n1"), { ...calico, isReady: false }],
    "unsure: not-ready",
  ],
  [
    "not enforced: a standalone pod while VPC CNI starts",
    { nodeName: "n1" },
    [{ ...anAwsNode("n1"), isReady: false }],
    "not-enforced: no-engine",
  ],
  ["not enforced: nothing enforces on its node", owned, [], "not-enforced: no-engine"],
  ["enforced: a branch interface under VPC CNI", branch, [anAwsNode("n1")], "enforced by vpc-cni"],
  [
    "not enforced: a branch interface in strict mode, the default, under an agent of VPC CNI that looks for other names",
    branch,
    [olderAwsNode()],
    "not-enforced: branch-interface",
  ],
  [
    "enforced: a branch interface in standard mode under such an agent",
    branch,
    [olderAwsNode({ POD_SECURITY_GROUP_ENFORCING_MODE: "standard" })],
    "enforced by vpc-cni",
  ],
  ["enforced: no branch interface under such an agent", owned, [olderAwsNode()], "enforced by vpc-cni"],
  [
    "unsure: a branch interface under such an agent, the mode taken from elsewhere",
    branch,
    [olderAwsNode({ POD_SECURITY_GROUP_ENFORCING_MODE: "(valueFrom)" })],
    "unsure: not-supported",
  ],
  [
    "unsure: a branch interface in strict mode under an agent that tells no version",
    branch,
    [anAwsNode("n1", undefined, undefined, "mirror.example/agent:latest")],
    "unsure: not-supported",
  ],
  [
    "enforced: a branch interface that Calico sees, and an older agent of VPC CNI does in standard mode alone",
    branch,
    [olderAwsNode({ POD_SECURITY_GROUP_ENFORCING_MODE: "standard" }), calico],
    "enforced by vpc-cni,calico",
  ],
  [
    "not enforced: a branch interface under Calico in strict mode, the default",
    branch,
    [anAwsNode("n1", {}), calico],
    "not-enforced: branch-interface",
  ],
  [
    "enforced: a branch interface under Calico in standard mode",
    branch,
    [anAwsNode("n1", {}, { POD_SECURITY_GROUP_ENFORCING_MODE: "standard" }), calico],
    "enforced by calico",
  ],
  [
    "unsure: a branch interface under Calico in standard mode, of a pod that is older than VPC CNI's agent: Calico may not see it",
    { ...branch, createdAt: "2025-12-31T09:00:00Z" },
    [anAwsNode("n1", {}, { POD_SECURITY_GROUP_ENFORCING_MODE: "standard" }), calico],
    "unsure: not-supported",
  ],
  [
    "unsure: a branch interface under Calico while VPC CNI starts",
    branch,
    [{ ...anAwsNode("n1", {}), isReady: false }, calico],
    "unsure: not-ready",
  ],
  ["unsure: a branch interface under Calico where VPC CNI is no more", branch, [calico], "unsure: not-found"],
  [
    "unsure: an IPv6 pod under Calico while VPC CNI starts",
    ipv6,
    [{ ...anAwsNode("n1", {}), isReady: false }, calico],
    "unsure: not-ready",
  ],
  [
    "unsure: an IPv6 pod under Calico that may not send in IPv4, older than the agent that keeps it from that",
    { ...ipv6, createdAt: "2025-12-31T09:00:00Z" },
    [anAwsNode("n1", {}, { ENABLE_V4_EGRESS: "false" }), calico],
    "unsure: not-supported",
  ],
  [
    "unsure: a branch interface under Calico, the mode taken from elsewhere",
    branch,
    [anAwsNode("n1", {}, { POD_SECURITY_GROUP_ENFORCING_MODE: "(valueFrom)" }), calico],
    "unsure: not-supported",
  ],
  ["not enforced: an IPv6 pod under Calico that may send in IPv4, the default", ipv6, [anAwsNode("n1", {}), calico], "not-enforced: ipv6"],
  [
    "enforced: an IPv6 pod under Calico that may not",
    ipv6,
    [anAwsNode("n1", {}, { ENABLE_V4_EGRESS: "false" }), calico],
    "enforced by calico",
  ],
  ["enforced: an IPv6 pod of Calico's own network", ipv6, [calico], "enforced by calico"],
  ["no endpoint: it has ended", { ...owned, phase: "Succeeded" }, [anAwsNode("n1")], "no-endpoint"],
  ["no endpoint: it is on no node", { owner: owned.owner }, [anAwsNode("n1")], "no-endpoint"],
])("%s", (_rule, rest, pods, expected) => {
  const pod = aPod("web", rest);
  const facts = { ...noEngines, ...on, nodes: known([linux, bystander]), pods: known([pod, ...pods, kubeProxy("n1"), kubeProxy("n2")]) };
  const its = enforcementOf(facts).ofPod(pod);
  const said =
    its.state === "enforced"
      ? `enforced by ${its.enforcing.map(({ engine }) => engine)}`
      : its.state === "not-enforced"
        ? `not-enforced: ${its.cause}`
        : its.state === "unsure"
          ? `unsure: ${its.reason.code}`
          : its.state;
  expect(said).toBe(expected);
});

// Source: Amazon EKS User Guide, "Assign security groups to individual Pods in EKS Auto Mode": branch interfaces by DRA, from 1.36.
it.each<[string, Partial<Omit<Pod, "spec">>, string]>([
  ["enforced: a pod in EKS Auto Mode", owned, "enforced"],
  ["unsure: one that may have a branch interface by a claim", { ...owned, hasClaims: true }, "unsure"],
  ["unsure: one with a branch interface by the annotation", branch, "unsure"],
])("%s", (_rule, rest, expected) => {
  const pod = aPod("web", rest);
  const facts = { ...noEngines, ...nodeClass(), nodes: known([auto, bystander]), pods: known([pod, kubeProxy("n1")]) };
  expect(enforcementOf(facts).ofPod(pod).state).toBe(expected);
});

it("enforced: a claim of another device beside the agent of VPC CNI", () => {
  const pod = aPod("web", { ...owned, hasClaims: true });
  const facts = { ...noEngines, ...on, nodes: known([linux]), pods: known([pod, anAwsNode("n1")]) };
  expect(enforcementOf(facts).ofPod(pod).state).toBe("enforced");
});

it("not enforced: a pod that shares the network of its node", () => {
  const pod = aPod("web", { ...owned, spec: { hostNetwork: true } });
  const facts = { ...noEngines, ...on, nodes: known([linux]), pods: known([pod, anAwsNode("n1")]) };
  expect(enforcementOf(facts).ofPod(pod)).toMatchObject({ state: "not-enforced", cause: "host-network" });
});

it("another engine that may enforce as well is said of a pod that one polices", () => {
  const pod = aPod("web", owned);
  const facts = { ...noEngines, ...on, nodes: known([linux]), pods: known([pod, anAwsNode("n1"), { ...calico, isReady: false }]) };
  expect(enforcementOf(facts).ofPod(pod)).toMatchObject({
    state: "enforced",
    possible: [{ engine: "calico", reason: { code: "not-ready" } }],
  });
});

it("both ConfigMaps are needed by nobody: the one that is absent tells nothing of the other", () => {
  expect(text(onFirstNode({ networkSettings: networkSettings({ vpcCni: controllerOn, cilium: refused }) }, [anAwsNode("n1")]))).toBe(
    "vpc-cni",
  );
  expect(text(onFirstNode({ networkSettings: networkSettings({ vpcCni: absent, cilium: refused }) }, [anAwsNode("n1")]))).toBe(
    "not enforced",
  );
});

const unreadable = ["nodes", "pods", "workloads", "networkSettings", "nodeClasses"] as const;
it.each<[string, EnforcementFacts]>([
  ["VPC CNI", { ...noEngines, ...on, nodes: known([linux]), pods: known([anAwsNode("n1")]), workloads: known([aDaemonSet("aws-node")]) }],
  ["VPC CNI, off", { ...noEngines, nodes: known([linux]), pods: known([anAwsNode("n1")]), workloads: known([aDaemonSet("aws-node")]) }],
  ["Auto Mode", { ...noEngines, ...nodeClass(), nodes: known([auto]) }],
  ["Auto Mode, off", { ...noEngines, nodes: known([auto]) }],
  ["Calico", { ...noEngines, nodes: known([linux]), pods: known([calico]), workloads: known([aDaemonSet("calico-node")]) }],
  [
    "Cilium",
    {
      ...noEngines,
      ...cilium({}),
      nodes: known([linux]),
      pods: known([aCiliumAgent("n1")]),
      workloads: known([aDaemonSet("cilium", "kube-system", { "k8s-app": "cilium" })]),
    },
  ],
])("whatever was not read, what is said of a node is the same or unsure: %s", (_name, facts) => {
  const whole = stateOnNode(enforcementOf(facts).onNode("n1"));
  for (let set = 1; set < 2 ** unreadable.length; set++) {
    const unread = Object.fromEntries(unreadable.flatMap((name, i) => ((set >> i) & 1 ? [[name, refused]] : [])));
    const state = stateOnNode(enforcementOf({ ...facts, ...unread }).onNode("n1"));
    expect([whole, "unsure"], `without ${Object.keys(unread)}`).toContain(state);
  }
});
