import { describe, expect, it } from "vitest";
import { networkPoliciesAreEnforced } from "../../../core/checks/pod-network/network-policies-are-enforced.ts";
import type { AddOn } from "../../../core/model/add-on.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import type { Node, Pod } from "../../../core/model/workloads.ts";
import { aCluster, aNetwork, judged } from "../../support/cluster.ts";
import { aCiliumAgent, aDaemonSet, anAgent, anAwsNode, controllerOn, networkSettings, noEngines, settings } from "../../support/engines.ts";
import { aNode } from "../../support/nodes.ts";
import { anOwner, aPod } from "../../support/workloads.ts";

const refused = unknown("forbidden", "No access.");
const none = known([]);
const noPolicies = {
  namespaces: known([{ name: "shop", labels: { team: "shop" } }]),
  networkPolicies: none,
  adminNetworkPolicies: none,
  clusterNetworkPolicies: none,
  applicationNetworkPolicies: none,
  calicoPolicies: none,
  calicoTiers: none,
  calicoNetworkSets: none,
  ciliumPolicies: none,
};
/** Everything was read, and the cluster is empty, but for what is said. */
const judge = (facts: Partial<ClusterFacts>) => {
  const findings = judged(
    networkPoliciesAreEnforced,
    aCluster({ network: known(aNetwork()), ...noEngines, addOns: none, ...noPolicies, ...facts }),
  );
  expect(findings).toHaveLength(1);
  return findings[0];
};
const told = (facts: Partial<ClusterFacts>) => {
  const finding = judge(facts);
  return [finding?.status, finding?.message];
};

const ec2 = aNode("n1");
const second = aNode("n2");
const fargate = aNode("f1", { labels: { "eks.amazonaws.com/compute-type": "fargate" } });
const windows = aNode("w1", { operatingSystem: "windows" });
const hybrid = aNode("h1", { providerId: "eks-hybrid:///eu-west-1/prod/mi-1" });
const auto = aNode("a1", { labels: { "eks.amazonaws.com/compute-type": "auto", "eks.amazonaws.com/nodeclass": "default" } });
const on = { networkSettings: networkSettings({ vpcCni: controllerOn }) };
const proxy = (node: string): Pod => anAgent("kube-proxy", node);
const web = (node: string, rest: Partial<Pod> = {}): Pod =>
  aPod("web", { nodeName: node, labels: { app: "web" }, owner: anOwner("ReplicaSet", "web-5d4"), ...rest });
const bystander = (node: string): Pod =>
  aPod("bystander", { nodeName: node, labels: { app: "other" }, owner: anOwner("ReplicaSet", "other-1") });
const denyWeb: NetworkPolicy = { namespace: "shop", name: "deny-web", spec: { podSelector: { matchLabels: { app: "web" } } } };
const addOn = (enableNetworkPolicy?: string): AddOn => ({
  name: "vpc-cni",
  version: "v1.23.1-eksbuild.1",
  status: "ACTIVE",
  healthIssues: [],
  ...(enableNetworkPolicy === undefined ? {} : { enableNetworkPolicy: known(enableNetworkPolicy) }),
});
const ofNodes = (nodes: readonly Node[], pods: readonly Pod[], rest: Partial<ClusterFacts> = {}): Partial<ClusterFacts> => ({
  nodes: known(nodes),
  pods: known(pods),
  ...rest,
});

it.each<[string, Partial<ClusterFacts>, string, string]>([
  [
    "pass: VPC CNI on every node",
    ofNodes([ec2, second], [anAwsNode("n1"), anAwsNode("n2")], on),
    "pass",
    "Cluster prod has network policies enforced by Amazon VPC CNI on all of its 2 nodes.",
  ],
  [
    "pass: each node by an engine of its own",
    ofNodes([ec2, second], [anAwsNode("n1"), proxy("n2"), anAgent("calico-node", "n2")], on),
    "pass",
    "Cluster prod has network policies enforced by Amazon VPC CNI, Calico on all of its 2 nodes.",
  ],
  [
    "pass: Auto Mode by its ConfigMap and NodeClass",
    ofNodes([auto], [], { ...on, nodeClasses: known([{ name: "default" }]) }),
    "pass",
    "Cluster prod has network policies enforced by Amazon VPC CNI on its one node.",
  ],
  [
    "pass: a node that is not ready runs nothing yet",
    ofNodes([ec2, { ...second, isReady: false }], [anAwsNode("n1"), proxy("n2")], on),
    "pass",
    "Cluster prod has network policies enforced by Amazon VPC CNI on its one node.",
  ],
  [
    "pass: Fargate and Windows with pods that no policy selects",
    ofNodes([ec2, fargate, windows], [anAwsNode("n1"), bystander("f1"), bystander("w1"), web("n1")], {
      ...on,
      networkPolicies: known([denyWeb]),
    }),
    "pass",
    "Cluster prod has network policies enforced by Amazon VPC CNI on its one node.",
  ],
  [
    "pass: a policy selects pods on Fargate that share their node's network or have ended",
    ofNodes(
      [ec2, fargate],
      [anAwsNode("n1"), web("f1", { phase: "Succeeded" }), { ...web("f1"), spec: { ...web("f1").spec, hostNetwork: true } }],
      {
        ...on,
        networkPolicies: known([denyWeb]),
      },
    ),
    "pass",
    "Cluster prod has network policies enforced by Amazon VPC CNI on its one node.",
  ],
  [
    "pass: hybrid nodes alone, Cilium polices what is selected there",
    ofNodes([hybrid], [aCiliumAgent("h1"), web("h1")], {
      networkSettings: networkSettings({ cilium: settings({}) }),
      networkPolicies: known([denyWeb]),
    }),
    "pass",
    "Cluster prod has network policies enforced for every pod that policies select.",
  ],
  [
    "fail: policies present but inert, nothing enforces them",
    ofNodes([ec2], [anAwsNode("n1", {}), web("n1")], { networkPolicies: known([denyWeb]) }),
    "fail",
    "Cluster prod has policies present but inert, as nothing enforces NetworkPolicy shop/deny-web on its one node.",
  ],
  [
    "fail: two nodes, and nothing enforces on either",
    ofNodes([ec2, second], [proxy("n1"), proxy("n2")], on),
    "fail",
    "Cluster prod has no policy engine that enforces on any of its 2 nodes.",
  ],
  [
    "fail: policies of another kind are as inert",
    ofNodes([ec2], [proxy("n1")], { ciliumPolicies: known([{ name: "all", spec: { endpointSelector: {}, ingress: [{}] } }]) }),
    "fail",
    "Cluster prod has policies present but inert, as nothing enforces CiliumClusterwideNetworkPolicy all on its one node.",
  ],
  [
    "fail: no policy, and no engine",
    ofNodes([ec2], [anAwsNode("n1", {})]),
    "fail",
    "Cluster prod has no policy engine that enforces on its one node.",
  ],
  [
    "fail: half of VPC CNI is on, and the message says which",
    ofNodes([ec2], [anAwsNode("n1", {})], on),
    "fail",
    "Cluster prod has no policy engine that enforces on its one node: aws-node runs without --enable-network-policy=true.",
  ],
  [
    "fail: Cilium audits and lets everything pass",
    ofNodes([ec2], [aCiliumAgent("n1")], { networkSettings: networkSettings({ cilium: settings({ "policy-audit-mode": "true" }) }) }),
    "fail",
    'Cluster prod has no policy engine that enforces on its one node: cilium runs, but ConfigMap kube-system/cilium-config has policy-audit-mode "true".',
  ],
  [
    "fail: one of two nodes has no engine",
    ofNodes([ec2, second], [anAwsNode("n1"), proxy("n2")], on),
    "fail",
    "Cluster prod has 1 of 2 nodes where no policy engine enforces, such as n2.",
  ],
  [
    "fail: one node without, whatever is not known of another",
    ofNodes([ec2, second], [{ ...anAwsNode("n1"), isReady: false }, proxy("n2")], on),
    "fail",
    "Cluster prod has 1 of 2 nodes where no policy engine enforces, such as n2.",
  ],
  [
    "fail: Auto Mode without the ConfigMap",
    ofNodes([auto], [], { nodeClasses: known([{ name: "default" }]) }),
    "fail",
    "Cluster prod has no policy engine that enforces on its one node.",
  ],
  [
    "fail: a policy selects a pod on Fargate",
    ofNodes([ec2, fargate], [anAwsNode("n1"), bystander("f1"), web("f1")], { ...on, networkPolicies: known([denyWeb]) }),
    "fail",
    "Cluster prod has policies present but inert on Fargate: NetworkPolicy shop/deny-web selects Pod shop/web on node f1, where nothing enforces it.",
  ],
  [
    "fail: a policy selects a pod on Windows under VPC CNI",
    ofNodes([ec2, windows], [anAwsNode("n1"), proxy("w1"), web("w1")], { ...on, networkPolicies: known([denyWeb]) }),
    "fail",
    "Cluster prod has policies present but inert on Windows: NetworkPolicy shop/deny-web selects Pod shop/web on node w1, where nothing enforces it.",
  ],
  [
    "fail: a policy for namespaces selects a pod on a hybrid node",
    ofNodes([ec2, hybrid], [anAwsNode("n1"), proxy("h1"), web("h1")], {
      ...on,
      adminNetworkPolicies: known([
        { kind: "AdminNetworkPolicy", name: "all", spec: { priority: 1, subject: { namespaces: { matchLabels: { team: "shop" } } } } },
      ]),
    }),
    "fail",
    "Cluster prod has policies present but inert on hybrid nodes: AdminNetworkPolicy all selects Pod shop/web on node h1, where nothing enforces it.",
  ],
  [
    "unknown: VPC CNI is starting",
    ofNodes([ec2], [{ ...anAwsNode("n1"), isReady: false }], on),
    "unknown",
    "Cluster prod may have nodes where no policy engine enforces, such as n1: Pod kube-system/aws-node-on-n1 on node n1 is not ready.",
  ],
  [
    "unknown: the ConfigMap was not read, though the add-on is on",
    ofNodes([ec2], [anAwsNode("n1")], { networkSettings: networkSettings({ vpcCni: refused }), addOns: known([addOn("true")]) }),
    "unknown",
    "Cluster prod may have nodes where no policy engine enforces, such as n1, though the add-on vpc-cni is configured to enforce policies: No access.",
  ],
  [
    "unknown: two engines at once",
    ofNodes([ec2], [anAwsNode("n1"), anAgent("calico-node", "n1")], on),
    "unknown",
    "Cluster prod may have policies that do not hold as they are written: Amazon VPC CNI and Calico both enforce on node n1, and what becomes of policies then is not documented.",
  ],
  [
    "unknown: pods were not read, and an engine is installed",
    { nodes: known([ec2]), pods: refused, ...on, workloads: known([aDaemonSet("aws-node")]) },
    "unknown",
    "Cluster prod may have nodes where no policy engine enforces, such as n1: No access.",
  ],
  [
    "fail: pods were not read, and no engine is installed",
    { nodes: known([ec2]), pods: refused, ...on },
    "fail",
    "Cluster prod has no policy engine that enforces on its one node.",
  ],
  [
    "unknown: policies were not read, which may select a pod on Fargate",
    ofNodes([ec2, fargate], [anAwsNode("n1"), web("f1")], { ...on, networkPolicies: refused }),
    "unknown",
    "Cluster prod may have pods on Fargate that policies select in vain: No access.",
  ],
  [
    "fail: no engine at all, whichever policies were not read",
    ofNodes([ec2], [proxy("n1")], { networkPolicies: refused }),
    "fail",
    "Cluster prod has no policy engine that enforces on its one node.",
  ],
  [
    "unknown: labels of namespaces were not read, by which a policy may select a pod on Fargate",
    ofNodes([ec2, fargate], [anAwsNode("n1"), web("f1")], {
      ...on,
      namespaces: refused,
      adminNetworkPolicies: known([
        { kind: "AdminNetworkPolicy", name: "all", spec: { priority: 1, subject: { namespaces: { matchLabels: { team: "shop" } } } } },
      ]),
    }),
    "unknown",
    "Cluster prod may have pods on Fargate that policies select in vain: No access.",
  ],
  [
    "unknown: pods were not read, of which policies may select some on Fargate",
    { nodes: known([fargate]), pods: refused, networkPolicies: known([denyWeb]) },
    "unknown",
    "Cluster prod may have pods on Fargate that policies select in vain: No access.",
  ],
  [
    "not applicable: Fargate alone, and no policy selects a pod there",
    ofNodes([fargate], [bystander("f1")], { networkPolicies: known([denyWeb]) }),
    "not-applicable",
    "Cluster prod has no ready EC2 or Auto Mode node, and no policy selects a pod on any other.",
  ],
])("%s", (_rule, facts, status, message) => {
  expect(told(facts)).toEqual([status, message]);
});

describe("from one plane alone", () => {
  const unread = { ...Object.fromEntries(Object.keys({ ...noEngines, ...noPolicies }).map((name) => [name, refused])) };
  it.each([
    [
      "unknown: the add-on is on, and nothing of Kubernetes was read",
      [addOn("true")],
      ", though the add-on vpc-cni is configured to enforce policies",
    ],
    ["unknown: the add-on is off", [addOn("false")], ", and the add-on vpc-cni is not configured to enforce policies"],
    ["unknown: the add-on leaves the default, off", [addOn()], ", and the add-on vpc-cni is not configured to enforce policies"],
    ["unknown: no such add-on", [], ""],
  ])("%s", (_rule, addOns, said) => {
    expect(told({ ...unread, addOns: known(addOns) })).toEqual([
      "unknown",
      `Cluster prod was not judged${said}, its nodes could not be read: No access.`,
    ]);
  });

  it("pass: Kubernetes alone tells it, and the evidence says that the add-on was not read", () => {
    const finding = judge(ofNodes([ec2], [anAwsNode("n1")], { ...on, addOns: refused }));
    expect(finding).toMatchObject({
      status: "pass",
      evidence: {
        addOnUnread: "No access.",
        engines: [
          {
            engine:
              'Amazon VPC CNI: aws-node runs version v1.4.1 of its agent with --enable-network-policy=true, and ConfigMap kube-system/amazon-vpc-cni has enable-network-policy-controller "true"',
            nodes: ["n1"],
          },
        ],
      },
    });
  });

  it("unknown: DescribeCluster was refused", () => {
    expect(judge({ network: refused })).toMatchObject({ status: "unknown", reason: { code: "forbidden" } });
  });
});

it("the evidence of a fail names nodes, what is inert, and what the add-on was told", () => {
  const facts = ofNodes([ec2], [anAwsNode("n1"), web("n1")], {
    networkPolicies: known([denyWeb]),
    addOns: known([addOn("true")]),
  });
  expect(judge(facts)).toMatchObject({
    status: "fail",
    severity: "high",
    evidence: {
      policies: 1,
      nodes: 1,
      withoutEngine: ["n1"],
      inert: ["aws-node runs with --enable-network-policy=true, but there is no ConfigMap kube-system/amazon-vpc-cni"],
      addOn: { name: "vpc-cni", status: "ACTIVE", version: "v1.23.1-eksbuild.1", networkPolicy: "on" },
    },
  });
});

// Source: cilium/cilium pkg/option/config.go, EnableK8sNetworkPolicy.
describe("Cilium that is told to leave NetworkPolicy alone", () => {
  const spares = { networkSettings: networkSettings({ cilium: settings({ "enable-k8s-networkpolicy": "false" }) }) };
  it("fail: NetworkPolicies are inert", () => {
    expect(told({ ...ofNodes([ec2], [aCiliumAgent("n1")]), ...spares, networkPolicies: known([denyWeb]) })).toEqual([
      "fail",
      'Cluster prod has policies present but inert, as nothing enforces NetworkPolicy shop/deny-web on its one node: ConfigMap kube-system/cilium-config has enable-k8s-networkpolicy "false".',
    ]);
  });
  it("fail: one selects a pod on a hybrid node in vain", () => {
    const pods = [aCiliumAgent("h1"), web("h1"), bystander("h1")];
    expect(told({ ...ofNodes([hybrid], pods), ...spares, networkPolicies: known([denyWeb]) })[0]).toBe("fail");
  });
  it("unknown: another engine is there, and whether it enforces them is not told", () => {
    const calico = (node: string) => ({ ...anAgent("calico-node", node), isReady: false });
    const [status, message] = told({ ...ofNodes([ec2], [aCiliumAgent("n1"), calico("n1")]), ...spares, networkPolicies: known([denyWeb]) });
    expect(status).toBe("unknown");
    expect(message).toContain("calico-node-on-n1 on node n1 is not ready");
    const pods = [aCiliumAgent("h1"), calico("h1"), web("h1"), bystander("h1")];
    expect(told({ ...ofNodes([hybrid], pods), ...spares, networkPolicies: known([denyWeb]) })[0]).toBe("unknown");
  });
  it("pass: a policy of Cilium's own selects a pod on a hybrid node", () => {
    const pods = [aCiliumAgent("h1"), web("h1"), bystander("h1")];
    const own = known([{ namespace: "shop", name: "own", spec: { endpointSelector: {}, ingress: [{}] } }]);
    expect(told({ ...ofNodes([hybrid], pods), ...spares, ciliumPolicies: own })[0]).toBe("pass");
  });
  it("pass: it reads them as by default", () => {
    const both = [aCiliumAgent("n1")];
    expect(
      told({ ...ofNodes([ec2], both), networkPolicies: known([denyWeb]), networkSettings: networkSettings({ cilium: settings({}) }) })[0],
    ).toBe("pass");
  });
});
