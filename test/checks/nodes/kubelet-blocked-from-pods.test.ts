import { describe, expect, it } from "vitest";
import { kubeletBlockedFromPods } from "../../../core/checks/nodes/kubelet-blocked-from-pods.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Finding } from "../../../core/model/finding.ts";
import type { Node, Pod } from "../../../core/model/workloads.ts";
import { aCluster, aRule, aSecurityGroup, judged, prod, withSettings } from "../../support/cluster.ts";
import { aCiliumAgent, anAgent, anAwsNode, controllerOn, networkSettings, settings as values } from "../../support/engines.ts";
import { aNode } from "../../support/nodes.ts";
import { namespacesNamed, noPolicies, policy } from "../../support/policed.ts";
import { anAcl, anAclEntry, anEni } from "../../support/vpc.ts";
import { aContainer, anOwner, aPod, aWorkload } from "../../support/workloads.ts";

const forbidden = unknown("forbidden", "No access.");
const everywhere = [aRule({ cidrs: ["0.0.0.0/0"] })];
const clusterGroup = aSecurityGroup("sg-cluster", [aRule({ groupIds: ["sg-cluster"] })], { egress: everywhere });
const webGroup = aSecurityGroup("sg-web", [], { egress: everywhere });
const tcp = (port: number) => ({ protocol: "tcp", fromPort: port, toPort: port });

const ec2 = (name: string, address: string, rest: Partial<Node> = {}): Node =>
  aNode(name, { internalIps: [address], providerId: `aws:///eu-west-1a/i-${name}`, ...rest });
const fargate = (name: string, address: string): Node =>
  aNode(name, { internalIps: [address], labels: { "eks.amazonaws.com/compute-type": "fargate" } });
const nodeA = ec2("0a", "10.0.1.4");
const nodeB = ec2("0b", "10.0.2.4");
const ofNodeA = anEni("eni-a", { privateIpv4: ["10.0.1.4", "10.0.1.5", "10.0.1.64/28"], instanceId: "i-0a" });
const ofNodeB = anEni("eni-b", { privateIpv4: ["10.0.2.4", "10.0.2.5"], instanceId: "i-0b", subnetId: "subnet-b" });
const branch = (id: string, address: string, groups: readonly string[] = ["sg-web"]) =>
  anEni(id, { privateIpv4: [address], type: "branch", groupIds: groups });

const owner = anOwner("StatefulSet", "web");
const plain = aPod("web", { nodeName: "0a", podIps: ["10.0.1.5"], owner });
const branched = aPod("web", { nodeName: "0a", podIps: ["10.0.1.9"], hasBranchInterface: true, owner });
/** Shares its node's network; whether it enforces policies hangs on settings of the cluster. */
const bystander = anAwsNode("0a");
const undated = ({ createdAt: _, ...pod }: Pod): Pod => pod;
/** VPC CNI on the first node, with these variables. */
const cni = (variables: Readonly<Record<string, string>>) => anAwsNode("0a", undefined, variables);
const strict = { POD_SECURITY_GROUP_ENFORCING_MODE: "strict" };
const standard = { POD_SECURITY_GROUP_ENFORCING_MODE: "standard" };

const facts = (pods: readonly Pod[], rest: Partial<ClusterFacts> = {}): Partial<ClusterFacts> => ({
  pods: known([bystander, ...pods]),
  nodes: known([nodeA, nodeB]),
  networkInterfaces: known([ofNodeA, ofNodeB, branch("eni-web", "10.0.1.9")]),
  securityGroups: known([clusterGroup, webGroup]),
  prefixLists: known([]),
  networkAcls: known([anAcl(["subnet-a", "subnet-b"])]),
  workloads: known([]),
  roles: known([]),
  roleBindings: known([]),
  namespaces: namespacesNamed("default", "kube-system", "shop", "bystander"),
  networkSettings: unknown("not-supported", "Settings of networks were not read."),
  ...rest,
});
function finding(given: Partial<ClusterFacts>, settings?: Parameters<typeof judged>[2]): Finding {
  const all = judged(kubeletBlockedFromPods, aCluster(given), settings);
  expect(all.map(({ resource }) => resource.id)).toEqual([prod]);
  return all[0] as Finding;
}

describe("paths that only an engine can stop, of which nothing is known", () => {
  it.each<[string, Partial<ClusterFacts>]>([
    [
      "unknown: a normal pod reaches its own node past every security group, on a single node too",
      facts([plain], { nodes: known([nodeA]) }),
    ],
    ["unknown: a normal pod reaches other nodes by the self rule of the cluster's group", facts([plain])],
    [
      "unknown: though the groups of other nodes admit nobody, the own node stays",
      facts([plain], { securityGroups: known([aSecurityGroup("sg-cluster", [], { egress: everywhere }), webGroup]) }),
    ],
    ["unknown: a branch interface in standard mode leaves the own node open", facts([], { pods: known([cni(standard), branched]) })],
    [
      "unknown: the annotation without a branch interface is no branch interface",
      facts([branched], { networkInterfaces: known([ofNodeA, ofNodeB, { ...branch("eni-web", "10.0.1.9"), type: "interface" }]) }),
    ],
    [
      "unknown: an address of an overlay may be sent by the node's own",
      facts([aPod("web", { nodeName: "0a", podIps: ["192.168.7.7"], owner })]),
    ],
    [
      "unknown: strict, and the nodes' group admits the pod's",
      facts([branched], {
        securityGroups: known([aSecurityGroup("sg-cluster", [aRule({ groupIds: ["sg-web"] })]), webGroup]),
      }),
    ],
  ])("%s", (_rule, given) => {
    expect(finding(given)).toMatchObject({ status: "unknown", reason: { code: "not-supported" } });
  });

  it("names what security groups and network ACLs admit, and a pair", () => {
    const { evidence, message } = finding(facts([plain]));
    expect(evidence).toMatchObject({
      vpcWitness: { pod: "shop/web", node: "0b", port: 10250 },
      podsByPathToOwnNode: { unsure: 1 },
      podAndNodeClasses: { unsure: 1 },
      securityGroupsAndNetworkAcls: { admits: 1 },
    });
    expect(message).toContain("security groups and network ACLs admit pod shop/web to node 0b");
  });
});

// Source: Amazon EKS User Guide, "Assign security groups to individual Pods in EKS Auto Mode" (1.36): branch interfaces by DRA.
describe("a branch interface of EKS Auto Mode, beside nodes of VPC CNI in strict mode", () => {
  const auto = ec2("0a", "10.0.1.4", { labels: { "eks.amazonaws.com/compute-type": "auto" } });
  const claiming = aPod("web", { nodeName: "0a", podIps: ["10.0.1.9"], hasClaims: true, owner });
  const unannotated = aPod("web", { nodeName: "0a", podIps: ["10.0.1.9"], owner });
  const closed = { nodes: known([auto]), securityGroups: known([aSecurityGroup("sg-cluster", [], { egress: everywhere }), webGroup]) };
  it.each<[string, Pod]>([
    ["unknown: by a claim, without VPC CNI's annotation", claiming],
    ["unknown: by neither: the interface itself tells", unannotated],
    ["unknown: VPC CNI's annotation tells no mode there", branched],
  ])("%s", (_rule, pod) => {
    const { status, evidence } = finding(facts([], { ...closed, pods: known([anAwsNode("0b"), pod]) }));
    expect(status).toBe("unknown");
    expect(evidence).toMatchObject({ podsByPathToOwnNode: { unsure: 1 } });
  });

  it("its own groups decide towards other nodes, and not the node's", () => {
    const rest = {
      nodes: known([auto, nodeB]),
      securityGroups: known([aSecurityGroup("sg-cluster", [aRule({ groupIds: ["sg-cluster"] })], { egress: everywhere }), webGroup]),
    };
    expect(finding(facts([claiming], rest)).evidence).toMatchObject({ securityGroupsAndNetworkAcls: { denies: 1 } });
    expect(finding(facts([plain], rest)).evidence).toMatchObject({ securityGroupsAndNetworkAcls: { admits: 1 } });
  });
});

describe("a branch interface in strict mode", () => {
  const admitting = (rule: Parameters<typeof aRule>[0]) => known([aSecurityGroup("sg-cluster", [aRule(rule)]), webGroup]);
  const letting = (rule: Parameters<typeof aRule>[0]) =>
    known([clusterGroup, aSecurityGroup("sg-web", [], { egress: [aRule(rule)] }), openGroup]);
  const openGroup = aSecurityGroup("sg-open", [aRule({ cidrs: ["10.0.0.0/16"] })]);
  const openNodes = known([{ ...ofNodeA, groupIds: ["sg-open"] }, { ...ofNodeB, groupIds: ["sg-open"] }, branch("eni-web", "10.0.1.9")]);

  it.each<[string, Partial<ClusterFacts>]>([
    ["pass: no group of a node admits the pod's, and strict is the default", {}],
    ["pass: strict is said", { pods: known([cni(strict), branched]) }],
    ["pass: a rule for another port", { securityGroups: admitting({ ...tcp(443), cidrs: ["10.0.0.0/16"] }) }],
    [
      "pass: a rule for another protocol",
      { securityGroups: admitting({ protocol: "udp", fromPort: 10250, toPort: 10250, cidrs: ["10.0.0.0/16"] }) },
    ],
    ["pass: a rule for other addresses", { securityGroups: admitting({ ...tcp(10250), cidrs: ["10.0.2.0/24"] }) }],
    ["pass: a rule for another group", { securityGroups: admitting({ ...tcp(10250), groupIds: ["sg-cluster"] }) }],
    [
      "pass: the pod's own group lets nothing out",
      { securityGroups: letting({ ...tcp(443), cidrs: ["0.0.0.0/0"] }), networkInterfaces: openNodes },
    ],
    [
      "pass: the pod's own group lets it out to other addresses only",
      { securityGroups: letting({ cidrs: ["10.9.0.0/16"] }), networkInterfaces: openNodes },
    ],
    [
      "pass: it lets it out to the pods on a node's interface, not to the node",
      {
        securityGroups: letting({ cidrs: ["10.0.1.5/32"] }),
        networkInterfaces: openNodes,
        pods: known([bystander, branched, aPod("peer", { nodeName: "0a", podIps: ["10.0.1.5"], labels: { app: "exempt" } })]),
      },
    ],
    [
      "pass: it lets it out to the prefix that is delegated for pods, at which no machine answers",
      { securityGroups: letting({ cidrs: ["10.0.1.64/28"] }), networkInterfaces: openNodes },
    ],
    ["pass: network ACLs were not read, and no need", { networkAcls: forbidden }],
  ])("%s", (_rule, rest) => {
    const settings = withSettings({ kubeletClients: [{ namespace: "shop", labels: { app: "exempt" } }] });
    expect(finding(facts([branched], rest), settings)).toMatchObject({ status: "pass", evidence: { podsJudged: 1, nodes: 2 } });
  });

  it.each<[string, Partial<ClusterFacts>, string]>([
    ["unknown: a rule for 10250 alone", { securityGroups: admitting({ ...tcp(10250), cidrs: ["10.0.1.9/32"] }) }, "not-supported"],
    ["unknown: a rule for 10255 alone", { securityGroups: admitting({ ...tcp(10255), groupIds: ["sg-web"] }) }, "not-supported"],
    [
      "unknown: the own node is reached through the VPC too",
      { securityGroups: admitting({ groupIds: ["sg-web"] }), nodes: known([nodeA]) },
      "not-supported",
    ],
    [
      "unknown: another interface of the node admits it",
      {
        networkInterfaces: known([
          ofNodeA,
          ofNodeB,
          branch("eni-web", "10.0.1.9"),
          anEni("eni-b2", { privateIpv4: ["10.0.2.77"], instanceId: "i-0b", groupIds: ["sg-open"] }),
        ]),
        securityGroups: known([clusterGroup, webGroup, openGroup]),
      },
      "not-supported",
    ],
    ["unknown: a group of a node was not read", { securityGroups: known([webGroup]) }, "not-found"],
    [
      "unknown: a prefix list that a node's group admits was not read",
      { securityGroups: admitting({ prefixListIds: ["pl-1"] }) },
      "not-found",
    ],
    ["unknown: security groups were not read", { securityGroups: forbidden }, "forbidden"],
    ["unknown: network interfaces were not read", { networkInterfaces: forbidden }, "forbidden"],
    ["unknown: nodes were not read", { nodes: forbidden }, "forbidden"],
    ["unknown: no node is there", { nodes: known([]) }, "not-found"],
    [
      "unknown: a node has no address",
      {
        nodes: known(
          [nodeA, nodeB, ec2("0c", "")].map((node) =>
            node.name === "0c" ? { ...node, internalIps: [], providerId: "aws:///a/i-0c" } : node,
          ),
        ),
      },
      "not-found",
    ],
    [
      "unknown: another pod of VPC CNI's agent is on the node, which may have set the pod up",
      { pods: known([cni(strict), { ...cni(standard), name: "aws-node-other", isReady: false }, branched]) },
      "not-ready",
    ],
    ["unknown: VPC CNI's agent on the node is not ready", { pods: known([{ ...cni(strict), isReady: false }, branched]) }, "not-ready"],
    [
      "unknown: the agent of another namespace is not VPC CNI's",
      { pods: known([{ ...cni(strict), namespace: "shop" }, branched]) },
      "not-found",
    ],
    [
      "unknown: another container of aws-node is not VPC CNI",
      {
        pods: known([anAgent("aws-node", "0a", { spec: { containers: [aContainer("agent", { name: "aws-eks-nodeagent" })] } }), branched]),
      },
      "not-found",
    ],
    ["unknown: the agent of another node says nothing of this one", { pods: known([anAwsNode("0b"), branched]) }, "not-found"],
    [
      "unknown: the agent is to be strict, and the one that runs is not yet: its pod keeps standard mode",
      {
        pods: known([cni(standard), branched]),
        workloads: known([
          aWorkload("DaemonSet", "aws-node", { namespace: "kube-system", template: { labels: {}, spec: cni(strict).spec } }),
        ]),
      },
      "not-supported",
    ],
    [
      "unknown: the pod is older than the agent, and may have been started in standard mode",
      { pods: known([{ ...cni(strict), createdAt: "2026-01-06T09:00:00Z" }, branched]) },
      "not-supported",
    ],
    [
      "unknown: the pod is as old as the agent, by the second",
      { pods: known([{ ...cni(strict), createdAt: branched.createdAt ?? "" }, branched]) },
      "not-supported",
    ],
    ["unknown: how old the pod is was not told", { pods: known([cni(strict), undated(branched)]) }, "not-supported"],
    ["unknown: how old the agent is was not told", { pods: known([undated(cni(strict)), branched]) }, "not-supported"],
    [
      "unknown: a mode that nobody knows",
      { pods: known([cni({ POD_SECURITY_GROUP_ENFORCING_MODE: "loose" }), branched]) },
      "not-supported",
    ],
    [
      "unknown: a mode that is taken from elsewhere",
      { pods: known([cni({ POD_SECURITY_GROUP_ENFORCING_MODE: "(valueFrom)" }), branched]) },
      "not-supported",
    ],
    [
      "unknown: a node stands outside the VPC",
      { nodes: known([nodeA, aNode("mi-1", { internalIps: ["172.16.0.9"], providerId: "eks-hybrid:///eu-west-1/prod/mi-1" })]) },
      "not-supported",
    ],
    [
      "unknown: a node has an address of a family that the pod has none of",
      {
        nodes: known([{ ...nodeA, internalIps: ["10.0.1.4", "2001:db8::4"] }]),
        networkInterfaces: known([{ ...ofNodeA, ipv6: ["2001:db8::4"] }, branch("eni-web", "10.0.1.9")]),
      },
      "not-supported",
    ],
    ["unknown: one pod of many has no branch interface", { pods: known([bystander, branched, plain]) }, "not-supported"],
  ])("%s", (_rule, rest, code) => {
    expect(finding(facts([branched], rest))).toMatchObject({ status: "unknown", reason: { code } });
  });

  describe("network ACLs stand between subnets", () => {
    const far = facts([branched], {
      securityGroups: known([aSecurityGroup("sg-cluster", [aRule({ cidrs: ["10.0.0.0/16"] })], { egress: everywhere }), webGroup]),
      nodes: known([nodeB]),
    });
    const deny = (rest: Parameters<typeof anAclEntry>[0]) => anAclEntry({ number: 1, action: "deny", ...rest });
    const acls = (ofPods: readonly ReturnType<typeof anAclEntry>[], ofNodes: readonly ReturnType<typeof anAclEntry>[]) => ({
      ...far,
      networkAcls: known([anAcl(["subnet-a"], ofPods), anAcl(["subnet-b"], ofNodes)]),
    });
    const kubelet = { protocol: "6", fromPort: 10250, toPort: 10255 };

    it.each<[string, Partial<ClusterFacts>]>([
      ["pass: the nodes' subnet lets the ports in from nowhere", acls([], [deny(kubelet)])],
      ["pass: the pods' subnet lets the ports out to nowhere", acls([deny({ ...kubelet, direction: "egress" })], [])],
      ["pass: the nodes' subnet lets no answer out", acls([], [deny({ direction: "egress", cidr: "10.0.1.0/24" })])],
      ["pass: the nodes' subnet lets no answer out by TCP", acls([], [deny({ direction: "egress", protocol: "6" })])],
      ["pass: the pods' subnet lets no answer in by TCP", acls([deny({ protocol: "6" })], [])],
      ["pass: the pods' subnet lets no answer in", acls([deny({ cidr: "10.0.2.0/24" })], [])],
    ])("%s", (_rule, given) => {
      expect(finding(given).status).toBe("pass");
    });

    it.each<[string, Partial<ClusterFacts>]>([
      [
        "unknown: the rule that denies comes after the one that allows",
        acls([], [anAclEntry({ number: 1 }), deny({ ...kubelet, number: 2 })]),
      ],
      ["unknown: the nodes' subnet denies UDP alone", acls([], [deny({ protocol: "17" }), deny({ direction: "egress", protocol: "17" })])],
      ["unknown: one of the ports is left", acls([], [deny({ ...kubelet, fromPort: 10250, toPort: 10250 })])],
      [
        "unknown: an answer to a port below 1024 is left, which a pod may call from",
        acls([], [deny({ direction: "egress", protocol: "6", fromPort: 1024, toPort: 65535 })]),
      ],
      ["unknown: the rule is about other sources", acls([], [deny({ ...kubelet, cidr: "10.0.9.0/24" })])],
      [
        "unknown: inside one subnet no network ACL is passed",
        { ...acls([deny({}), deny({ direction: "egress" })], []), nodes: known([nodeA]) },
      ],
      ["unknown: network ACLs were not read, and groups admit", { ...far, networkAcls: forbidden }],
    ])("%s", (_rule, given) => {
      expect(finding(given)).toMatchObject({ status: "unknown", evidence: { securityGroupsAndNetworkAcls: { admits: 1 } } });
    });

    it("names the network ACLs that were not read", () => {
      expect(finding({ ...far, networkAcls: forbidden }).evidence).toMatchObject({ notRead: ["No access."] });
    });
  });
});

describe("Fargate, whose machines run no engine", () => {
  const nodes = known([fargate("fargate-10", "10.0.1.10"), fargate("fargate-11", "10.0.1.11")]);
  const networkInterfaces = known([anEni("eni-10", { privateIpv4: ["10.0.1.10"] }), anEni("eni-11", { privateIpv4: ["10.0.1.11"] })]);
  const pod = aPod("web", { nodeName: "fargate-10", podIps: ["10.0.1.10"] });
  const given = (rest: Partial<ClusterFacts> = {}) => facts([pod], { nodes, networkInterfaces, ...rest });

  it("fail: the self rule of the cluster's group lets a pod reach another machine, with the pair as witness", () => {
    expect(finding(given())).toMatchObject({
      status: "fail",
      severity: "medium",
      evidence: { witness: { pod: "shop/web", node: "fargate-11", port: 10250 }, podsJudged: 1 },
      message: "Cluster prod lets pod shop/web reach the kubelet of node fargate-11 on TCP 10250.",
    });
  });

  it("fail: network ACLs were not read and could only narrow the reach", () => {
    const apart = known([
      anEni("eni-10", { privateIpv4: ["10.0.1.10"] }),
      anEni("eni-11", { privateIpv4: ["10.0.1.11"], subnetId: "subnet-b" }),
    ]);
    expect(finding(given({ networkAcls: forbidden, networkInterfaces: apart }))).toMatchObject({
      status: "fail",
      evidence: { notRead: ["No access."] },
    });
  });

  it("fail: a doubt about other pods hides no proof", () => {
    expect(finding({ ...given(), pods: known([plain, pod]) }).status).toBe("fail");
  });

  it.each<[string, Partial<ClusterFacts>]>([
    ["unknown: a single machine, whose own pod nobody documents", given({ nodes: known([fargate("fargate-10", "10.0.1.10")]) })],
    [
      "unknown: the other machine is of EC2, and on no interface that was read",
      given({ nodes: known([fargate("fargate-10", "10.0.1.10"), nodeA]) }),
    ],
    [
      "unknown: the group of the other machine admits nobody",
      given({ securityGroups: known([aSecurityGroup("sg-cluster", [], { egress: everywhere })]) }),
    ],
    ["unknown: RBAC was not read, the pod may be a client of kubelets", given({ roleBindings: forbidden })],
    ["unknown: a role was not read, the pod may be a client of kubelets", given({ roles: forbidden })],
  ])("%s", (_rule, facts) => {
    expect(finding(facts).status).toBe("unknown");
  });

  const mayBe = (rest: Partial<Omit<Pod, "spec">> & { readonly spec?: Partial<Pod["spec"]> }) =>
    given({ pods: known([{ ...pod, ...rest, spec: { ...pod.spec, ...rest.spec } }]) });
  const coreDns = {
    namespace: "kube-system",
    owner: anOwner("ReplicaSet", "coredns-1"),
    spec: { containers: [aContainer("602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns:v1")] },
  };
  const deployed = {
    workloads: known([aWorkload("ReplicaSet", "coredns-1", { namespace: "kube-system", owner: anOwner("Deployment", "coredns") })]),
  };

  it.each<[string, Partial<ClusterFacts>, Parameters<typeof withSettings>[0]]>([
    ["not-applicable: a system workload", { ...mayBe(coreDns), ...deployed }, {}],
    [
      "not-applicable: a client that the configuration names",
      mayBe({ labels: { app: "scraper" } }),
      { kubeletClients: [{ namespace: "shop", labels: { app: "scraper" } }] },
    ],
    ["not-applicable: a pod on the host's network, which is no pod of its own", mayBe({ spec: { hostNetwork: true } }), {}],
    ["not-applicable: a pod that has ended", mayBe({ phase: "Succeeded" }), {}],
    ["not-applicable: a pod that has failed", mayBe({ phase: "Failed" }), {}],
    ["not-applicable: a pod that waits for its address", mayBe({ phase: "Pending", podIps: [] }), {}],
  ])("%s", (_rule, facts, config) => {
    expect(finding(facts, withSettings(config)).status).toBe("not-applicable");
  });

  it.each<[string, Partial<ClusterFacts>, Parameters<typeof withSettings>[0], string]>([
    ["unknown: it may be a system workload, its owner was not read", { ...mayBe(coreDns), workloads: forbidden }, {}, "unknown"],
    ["fail: a foreign image in kube-system", { ...mayBe({ ...coreDns, spec: {} }), ...deployed }, {}, "fail"],
    [
      "fail: a client of another namespace",
      mayBe({ labels: { app: "scraper" } }),
      { kubeletClients: [{ namespace: "other", labels: { app: "scraper" } }] },
      "fail",
    ],
    [
      "fail: a client with another label",
      mayBe({ labels: { app: "web" } }),
      { kubeletClients: [{ namespace: "shop", labels: { app: "scraper" } }] },
      "fail",
    ],
  ])("%s", (_rule, facts, config, status) => {
    expect(finding(facts, withSettings(config)).status).toBe(status);
  });
});

describe("clients by RBAC are not judged", () => {
  const nodes = known([fargate("fargate-10", "10.0.1.10"), fargate("fargate-11", "10.0.1.11")]);
  const networkInterfaces = known([anEni("eni-10", { privateIpv4: ["10.0.1.10"] }), anEni("eni-11", { privateIpv4: ["10.0.1.11"] })]);
  const pod = aPod("web", { nodeName: "fargate-10", podIps: ["10.0.1.10"], spec: { serviceAccount: "scraper" } });
  const granting = (resources: readonly string[], verbs: readonly string[], namespace = "") =>
    facts([pod], {
      nodes,
      networkInterfaces,
      roles: known([{ namespace, name: "scrape", rules: [{ verbs, apiGroups: [""], resources, resourceNames: [], nonResourceUrls: [] }] }]),
      roleBindings: known([
        {
          namespace,
          name: "scrape",
          role: { kind: namespace === "" ? "ClusterRole" : "Role", name: "scrape" },
          subjects: [{ kind: "ServiceAccount", namespace: "shop", name: "scraper" }],
        },
      ]),
    });

  it.each<[string, Partial<ClusterFacts>, string]>([
    ["not-applicable: nodes/metrics", granting(["nodes/metrics"], ["get"]), "not-applicable"],
    ["not-applicable: nodes/stats", granting(["nodes/stats"], ["get"]), "not-applicable"],
    ["not-applicable: nodes/proxy to read", granting(["nodes/proxy"], ["get"]), "not-applicable"],
    ["not-applicable: nodes/proxy to run commands", granting(["nodes/proxy"], ["create"]), "not-applicable"],
    ["not-applicable: everything", granting(["*"], ["*"]), "not-applicable"],
    ["fail: nodes themselves are no door to kubelets", granting(["nodes"], ["get", "list"]), "fail"],
    ["fail: nodes/metrics in one namespace, where no node is", granting(["nodes/metrics"], ["get"], "shop"), "fail"],
  ])("%s", (_rule, given, status) => {
    expect(finding(given).status).toBe(status);
  });
});

describe("policies towards nodes", () => {
  const web = aPod("web", { nodeName: "0a", podIps: ["10.0.1.5"], owner, labels: { app: "web" } });
  // Of another namespace, which its own policy closes, and on the other node.
  const closed = aPod("closed", { namespace: "bystander", nodeName: "0b", podIps: ["10.0.2.5"], owner: anOwner("StatefulSet", "closed") });
  const denyBystander = policy("none", { podSelector: {}, policyTypes: ["Egress"] }, "bystander");
  const shut = policy("none", { podSelector: {}, policyTypes: ["Egress"] });
  const to = (cidr: string, ...ports: readonly number[]) =>
    policy("some", {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr } }], ports: ports.map((port) => ({ protocol: "TCP", port })) }],
    });
  const policed = (agents: readonly Pod[], rest: Partial<ClusterFacts> = {}) =>
    facts([...agents, web], {
      ...noPolicies,
      pods: known([...agents, web, closed]),
      networkSettings: networkSettings({ vpcCni: controllerOn }),
      nodeClasses: known([]),
      workloads: known([]),
      networkInterfaces: known([ofNodeA, ofNodeB]),
      ...rest,
    });
  const np = (...policies: readonly ReturnType<typeof policy>[]) => ({ networkPolicies: known([denyBystander, ...policies]) });
  const vpcCni = [anAwsNode("0a"), anAwsNode("0b")];
  const strictCni = [anAwsNode("0a", undefined, { NETWORK_POLICY_ENFORCING_MODE: "strict" }), anAwsNode("0b")];
  const calico = ["0a", "0b"].map((name) =>
    anAgent("calico-node", name, { namespace: "calico-system", labels: { "k8s-app": "calico-node" } }),
  );
  const cilium = [aCiliumAgent("0a"), aCiliumAgent("0b")];
  const ciliumWith = (settings: Readonly<Record<string, string>>) => ({ networkSettings: networkSettings({ cilium: values(settings) }) });
  const ciliumOn = ciliumWith({});
  const nodesByCidr = ciliumWith({ "policy-cidr-match-mode": "nodes" });
  const aws = (rules: readonly object[]) => ({
    clusterNetworkPolicies: known([
      {
        apiGroup: "networking.k8s.aws" as const,
        name: "guard",
        spec: { tier: "Admin", priority: 1, subject: { namespaces: {} }, egress: rules },
      },
    ]) as ClusterFacts["clusterNetworkPolicies"],
  });
  const deny = (network: string, port: number) => ({
    action: "Deny",
    to: [{ networks: [network] }],
    ports: [{ portNumber: { protocol: "TCP", port } }],
  });
  const global = (egress: readonly object[], rest: object = {}) => ({
    calicoPolicies: known([{ name: "kubelets", spec: { order: 1, types: ["Egress"], egress, ...rest } }]) as ClusterFacts["calicoPolicies"],
  });
  const calicoDeny = (nets: readonly string[], ports: readonly number[]) => [
    { action: "Deny", protocol: "TCP", destination: { nets, ports } },
    { action: "Allow" },
  ];
  const kubelets = ["10250", "10255"].map((port) => ({ port, protocol: "TCP" }));
  const ciliumDeny = (to: object, rest: object = {}) =>
    own({ endpointSelector: {}, enableDefaultDeny: { egress: false }, egressDeny: [{ ...to, toPorts: [{ ports: kubelets }] }], ...rest });
  const hosts = { toEntities: ["host", "remote-node"] };
  const hostFirewall = { nodeSelector: {}, ingress: [{ fromEntities: ["cluster"] }] };
  const own = (spec: object) => ({ ciliumPolicies: known([{ name: "own", spec }]) as ClusterFacts["ciliumPolicies"] });

  it.each<[string, Partial<ClusterFacts>]>([
    ["fail: no engine enforces, security groups admit", policed([], np(shut))],
    [
      "fail: no engine enforces, and a branch interface in standard mode leads past its groups to the own node",
      policed([], {
        ...np(),
        pods: known([anAwsNode("0a", {}, standard), anAwsNode("0b", {}), { ...web, podIps: ["10.0.1.9"], hasBranchInterface: true }]),
        networkInterfaces: known([ofNodeA, ofNodeB, branch("eni-web", "10.0.1.9")]),
        securityGroups: known([aSecurityGroup("sg-cluster", [], { egress: everywhere }), webGroup]),
      }),
    ],
    [
      "fail: no engine enforces, and no security group stands before the own node",
      policed([], { ...np(), securityGroups: known([aSecurityGroup("sg-cluster", [])]), nodes: known([nodeA]), pods: known([web]) }),
    ],
    ["fail: VPC CNI enforces, and no policy selects the pod", policed(vpcCni, np())],
    [
      "fail: VPC CNI polices no pod without a controller",
      policed(vpcCni, { ...np(shut), pods: known([...vpcCni, aPod("web", { nodeName: "0a", podIps: ["10.0.1.5"] }), closed]) }),
    ],
    ["fail: a policy lets out 10255 of another node alone", policed(vpcCni, np(to("10.0.2.4/32", 10255)))],
    ["fail: a policy lets out 10250 of another node alone", policed(vpcCni, np(to("10.0.2.4/32", 10250)))],
    ["fail: Calico enforces, and no policy selects the pod", policed(calico, np())],
    ["fail: Calico denies 10250 but not 10255", policed(calico, { ...np(), ...global(calicoDeny(["10.0.0.0/16"], [10250])) })],
    [
      "fail: Calico denies other nodes and not the own",
      policed(calico, { ...np(), ...global(calicoDeny(["10.0.2.0/24"], [10250, 10255]), { selector: "app == 'web'" }) }),
    ],
    [
      "fail: Calico allows it before it denies",
      policed(calico, { ...np(), ...global(calicoDeny(["10.0.0.0/16"], [10250, 10255]).toReversed()) }),
    ],
    ["fail: Cilium enforces, and no policy isolates the pod for egress", policed(cilium, { ...np(), ...ciliumOn })],
    [
      "fail: Cilium's policy adds an allow and isolates nobody",
      policed(cilium, {
        ...np(),
        ...ciliumOn,
        ...own({ endpointSelector: {}, enableDefaultDeny: { egress: false }, egress: [{ toEntities: ["world"] }] }),
      }),
    ],
    ["fail: Cilium denies the own node alone", policed(cilium, { ...np(), ...ciliumOn, ...ciliumDeny({ toEntities: ["host"] }) })],
    ["fail: Cilium denies other nodes alone", policed(cilium, { ...np(), ...ciliumOn, ...ciliumDeny({ toEntities: ["remote-node"] }) })],
    [
      "fail: Cilium denies 10250 but not 10255",
      policed(cilium, {
        ...np(),
        ...ciliumOn,
        ...own({
          endpointSelector: {},
          enableDefaultDeny: { egress: false },
          egressDeny: [{ ...hosts, toPorts: [{ ports: [{ port: "10250", protocol: "TCP" }] }] }],
        }),
      }),
    ],
    [
      "fail: Cilium denies by CIDR, which nodes are not",
      policed(cilium, { ...np(), ...ciliumOn, ...ciliumDeny({ toCIDR: ["10.0.0.0/16"] }) }),
    ],
    [
      "fail: Cilium denies the world, of which nodes are not",
      policed(cilium, { ...np(), ...ciliumOn, ...ciliumDeny({ toEntities: ["world"] }) }),
    ],
    [
      "fail: Cilium denies by CIDR that means nodes, and not the own node's",
      policed(cilium, {
        ...np(),
        ...nodesByCidr,
        ...ciliumDeny({ toCIDR: ["10.0.2.0/24"] }, { endpointSelector: { matchLabels: { app: "web" } } }),
      }),
    ],
    [
      "fail: Cilium isolates the pod, and lets out to the cluster",
      policed(cilium, { ...np(), ...ciliumOn, ...own({ endpointSelector: {}, egress: [{ toEntities: ["cluster"] }] }) }),
    ],
    ["fail: a policy of Cilium for nodes, whose firewall is off", policed(cilium, { ...np(), ...ciliumOn, ...own(hostFirewall) })],
  ])("%s", (_rule, given) => {
    expect(finding(given)).toMatchObject({ status: "fail", severity: "medium", evidence: { witness: { pod: "shop/web" } } });
  });

  it.each<[string, Partial<ClusterFacts>]>([
    ["fail low: VPC CNI denies other nodes; own node stays open", policed(vpcCni, np(shut))],
    ["fail low: what is let out is no kubelet's", policed(vpcCni, np(to("10.0.0.0/16", 443)))],
    [
      "fail low: a ClusterNetworkPolicy denies other ports of the own node",
      policed(vpcCni, { ...np(shut), ...aws([deny("10.0.0.0/16", 22)]) }),
    ],
    [
      "fail low: VPC CNI in strict mode, and a NetworkPolicy selects the pod",
      policed(strictCni, { ...np(shut), pods: known([...strictCni, web, { ...web, name: "web-2", uid: "web-2" }]) }),
    ],
    ["fail low: policies were not read of a kind that VPC CNI does not know", policed(vpcCni, { ...np(shut), ciliumPolicies: forbidden })],
  ])("%s", (_rule, given) => {
    const found = finding(given);
    expect(found).toMatchObject({
      status: "fail",
      severity: "low",
      evidence: {
        witness: {
          pod: "shop/web",
          node: "0a",
          address: "10.0.1.4",
          port: 10250,
          engine: "VPC CNI lets every pod reach its own node, whatever NetworkPolicies say",
        },
        podsByPathToOwnNode: { open: 2 },
      },
    });
    expect(JSON.stringify(found)).toContain("SecurityGroupPolicy");
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["fail: VPC CNI lets IPv6 pods send in IPv4 past every policy, to other nodes too", {}, "medium"],
    ["fail low: VPC CNI lets IPv6 pods send in IPv6 alone", { ENABLE_V4_EGRESS: "false" }, "low"],
  ])("%s", (_rule, variables, severity) => {
    const agents = ["0a", "0b"].map((name) => anAwsNode(name, undefined, variables));
    const six = (one: typeof ofNodeA, address: string) => ({ ...one, ipv6: [address] });
    const given = policed(agents, {
      ...np(shut),
      pods: known([...agents, { ...web, podIps: ["2600:1f18:0:1::a"] }]),
      nodes: known([ec2("0a", "2600:1f18:0:1::4"), ec2("0b", "2600:1f18:0:2::4")]),
      networkInterfaces: known([six({ ...ofNodeA, privateIpv4: ["10.0.1.4"] }, "2600:1f18:0:1::4"), six(ofNodeB, "2600:1f18:0:2::4")]),
    });
    expect(finding(given)).toMatchObject({ status: "fail", severity, evidence: { witness: { pod: "shop/web", node: "0a" } } });
  });

  it.each<[string, Partial<ClusterFacts>]>([
    [
      "pass: Calico denies 10250 and 10255 to every node address",
      policed(calico, { ...np(), ...global(calicoDeny(["10.0.0.0/16"], [10250, 10255])) }),
    ],
    ["pass: Calico isolates the pod, and lets out to no node", policed(calico, np(shut))],
    [
      "pass: Calico denies by a selector, whatever that means",
      policed(calico, { ...np(shut), ...global([{ action: "Deny", destination: { selector: "all()" } }]) }),
    ],
    ["pass: Calico lets out to other ports of nodes", policed(calico, np(to("10.0.0.0/16", 443)))],
    ["pass: nothing is known of RBAC, and nobody reaches a kubelet", policed(calico, { ...np(shut), roles: forbidden })],
    ["pass: Cilium denies host and remote-node", policed(cilium, { ...np(), ...ciliumOn, ...ciliumDeny(hosts) })],
    [
      "pass: Cilium denies host and remote-node, and an allow of everything keeps the rest open",
      policed(cilium, { ...np(), ...ciliumOn, ...ciliumDeny(hosts, { enableDefaultDeny: {}, egress: [{ toEntities: ["all"] }] }) }),
    ],
    ["pass: Cilium denies the cluster", policed(cilium, { ...np(), ...ciliumOn, ...ciliumDeny({ toEntities: ["cluster"] }) })],
    ["pass: Cilium denies everything there is", policed(cilium, { ...np(), ...ciliumOn, ...ciliumDeny({ toEntities: ["all"] }) })],
    [
      "pass: Cilium's lone denial isolates the pod",
      policed(cilium, { ...np(), ...ciliumOn, ...own({ endpointSelector: {}, egressDeny: [{ toEntities: ["none"] }] }) }),
    ],
    [
      "pass: Cilium denies by CIDR, which nodes are by its policy-cidr-match-mode",
      policed(cilium, { ...np(), ...nodesByCidr, ...ciliumDeny({ toCIDR: ["10.0.0.0/16"] }) }),
    ],
    [
      "pass: Cilium isolates the pod, and lets out to the API server, which is on no node",
      policed(cilium, {
        ...np(),
        ...ciliumOn,
        ...own({ endpointSelector: {}, egress: [{ toEntities: ["kube-apiserver"] }] }),
      }),
    ],
    [
      "pass: Cilium isolates the pod, and lets out to blocks, which nodes are not",
      policed(cilium, { ...np(shut, to("10.0.0.0/16", 10250)), ...ciliumOn }),
    ],
    [
      "pass: Cilium denies nodes, which addresses that wait for pods are not",
      policed(cilium, {
        ...np(),
        ...ciliumOn,
        ...ciliumDeny(hosts),
        networkInterfaces: known([ofNodeA, { ...ofNodeB, privateIpv4: ["10.0.2.4", "10.0.2.5", "10.0.2.6"] }]),
      }),
    ],
    [
      "pass: Cilium denies nodes, and their firewall may as well",
      policed(cilium, {
        ...np(),
        ...ciliumWith({ "enable-host-firewall": "true" }),
        ciliumPolicies: known([
          { name: "a", spec: hostFirewall },
          { name: "b", spec: { endpointSelector: {}, egressDeny: [hosts] } },
        ]) as ClusterFacts["ciliumPolicies"],
      }),
    ],
  ])("%s", (_rule, given) => {
    expect(finding(given)).toMatchObject({ status: "pass", evidence: { podsJudged: 2, nodes: 2, podsByPathToOwnNode: { blocked: 2 } } });
  });

  it.each<[string, Partial<ClusterFacts>]>([
    ["unknown: enforcement unread", policed(vpcCni, { ...np(shut), networkSettings: forbidden })],
    ["unknown: policies of a kind that is enforced were not read", policed(calico, { ...np(shut), calicoPolicies: forbidden })],
    ["unknown: namespaces were not read", policed(calico, { ...np(shut), namespaces: forbidden })],
    [
      "unknown: VPC CNI in strict mode, and no NetworkPolicy selects the pod: the own node may be closed too",
      policed(strictCni, { ...np(), pods: known([...strictCni, web]) }),
    ],
    [
      "unknown: Calico allows by a selector that may mean hosts",
      policed(calico, { ...np(), ...global([{ action: "Allow", destination: { selector: "all()" } }]) }),
    ],
    [
      "unknown: Calico denies the nodes' own addresses, and not those that no pod has yet",
      policed(calico, {
        ...np(),
        ...global(calicoDeny(["10.0.1.4/32", "10.0.2.4/32"], [10250, 10255])),
        networkInterfaces: known([{ ...ofNodeA, privateIpv4: ["10.0.1.4", "10.0.1.5", "10.0.1.6"] }, ofNodeB]),
      }),
    ],
    [
      "unknown: Calico lets out to no node that was read, and the pod's own was not",
      policed(calico, { ...np(shut), nodes: known([nodeB]) }),
    ],
    ["unknown: Calico and VPC CNI deny together, of which one spares the own node", policed([...vpcCni, ...calico], np(shut))],
    ["unknown: no node was read", policed(calico, { ...np(shut), nodes: known([]) })],
    [
      "unknown: Cilium isolates the pod, lets out to the world, and a node has a second interface, whose address is of it",
      policed(cilium, {
        ...np(),
        ...ciliumOn,
        networkInterfaces: known([ofNodeA, ofNodeB, anEni("eni-b2", { privateIpv4: ["10.0.2.9"], instanceId: "i-0b" })]),
        ...own({ endpointSelector: {}, egress: [{ toEntities: ["world"] }] }),
      }),
    ],
    [
      "unknown: Cilium denies nodes, and does not run on one, which it may take for the world's",
      policed([aCiliumAgent("0a")], { ...np(), ...ciliumOn, ...ciliumDeny(hosts) }),
    ],
    [
      "unknown: Cilium lets out to nodes by their labels, if it is told to",
      policed(cilium, {
        ...np(),
        ...ciliumOn,
        ...own({ endpointSelector: {}, egress: [{ toNodes: [{ matchLabels: { role: "edge" } }] }] }),
      }),
    ],
    [
      "unknown: Cilium's host firewall is on, and has a policy for nodes",
      policed(cilium, { ...np(), ...ciliumWith({ "enable-host-firewall": "true" }), ...own(hostFirewall) }),
    ],
    [
      "unknown: Cilium denies by CIDR an address of the own node, all of which are one end to it",
      policed(cilium, {
        ...np(),
        ...nodesByCidr,
        networkInterfaces: known([ofNodeA, ofNodeB, anEni("eni-a2", { privateIpv4: ["10.0.1.99"], instanceId: "i-0a" })]),
        ...ciliumDeny({ toCIDR: ["10.0.2.0/24", "10.0.1.99/32"] }),
      }),
    ],
    ["unknown: Cilium's settings were not read", policed(cilium, { ...np(), ...ciliumDeny(hosts), networkSettings: forbidden })],
  ])("%s", (_rule, given) => {
    expect(
      finding({ ...given, pods: known((given.pods?.state === "known" ? given.pods.value : []).filter(({ name }) => name !== "closed")) })
        .status,
    ).toBe("unknown");
  });

  const image = (tag: string) => `602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent${tag}`;
  const runningOn = (onWebs: string, onOther = onWebs) => [
    anAwsNode("0a", undefined, undefined, image(onWebs)),
    anAwsNode("0b", undefined, undefined, image(onOther)),
  ];
  const denied = (...networks: readonly string[]) => aws([10250, 10255].flatMap((port) => networks.map((network) => deny(network, port))));
  const digest = `@sha256:${"0".repeat(64)}`;

  it.each<[string, Partial<ClusterFacts>, readonly string[]]>([
    [
      "pass: a ClusterNetworkPolicy denies every node",
      policed(runningOn(":v1.4.1-eksbuild.2"), { ...np(), ...denied("10.0.0.0/16") }),
      ["v1.4.1-eksbuild.2"],
    ],
    [
      "pass: NetworkPolicies, which let out to the own node, are asked after it",
      policed(runningOn(":v1.3.1"), { ...np(shut), ...denied("10.0.0.0/16") }),
      ["v1.3.1"],
    ],
    [
      "pass: two versions of which both are known",
      policed(runningOn(":v1.3.7-eksbuild.1", ":v1.4.0-eksbuild.1"), { ...np(), ...denied("10.0.0.0/16") }),
      ["v1.3.7-eksbuild.1", "v1.4.0-eksbuild.1"],
    ],
    [
      "pass: a wider block holds where the one of the node's own address is left out",
      policed(runningOn(":v1.4.1"), { ...np(), ...denied("10.0.1.4/32", "10.0.0.0/16") }),
      ["v1.4.1"],
    ],
  ])("%s, and the agent is of a version that holds it for the own node too", (_rule, given, agentsOfVpcCni) => {
    const evidence = { podsJudged: 2, podsByPathToOwnNode: { blocked: 2 }, agentsOfVpcCni };
    expect(finding(given)).toMatchObject({ status: "pass", evidence });
  });

  it.each<[string, Partial<ClusterFacts>, RegExp]>([
    [
      "of v1.5.0 it is not known",
      policed(runningOn(":v1.5.0"), { ...np(), ...denied("10.0.0.0/16") }),
      /its agent: of v1\.5\.0 it is not known\.$/,
    ],
    ["its tag is none", policed(runningOn(digest), { ...np(), ...denied("10.0.0.0/16") }), /its agent: its image is told by a digest\.$/],
    [
      "of one node it is not known",
      policed(runningOn(":v1.4.1", ":v1.4.2"), { ...np(), ...denied("10.0.0.0/16") }),
      /its agent: of v1\.4\.2 it is not known\.$/,
    ],
    [
      "of the other node it is not known",
      policed(runningOn(":v1.4.2", ":v1.4.1"), { ...np(), ...denied("10.0.0.0/16") }),
      /its agent: of v1\.4\.2 it is not known\.$/,
    ],
    [
      "the blocks are those of the nodes' own addresses",
      policed(runningOn(":v1.4.1"), { ...np(), ...denied("10.0.1.4/32", "10.0.1.5/32", "10.0.2.0/24") }),
      /by a block that begins at the node's own address, is not documented\.$/,
    ],
    [
      "EKS Auto Mode does not tell what it runs",
      policed([], {
        ...np(),
        ...denied("10.0.0.0/16"),
        nodes: known(
          [nodeA, nodeB].map((node) => ({
            ...node,
            labels: { "eks.amazonaws.com/compute-type": "auto", "eks.amazonaws.com/nodeclass": "default" },
          })),
        ),
        nodeClasses: known([{ name: "default" }]),
      }),
      /its agent: it is part of EKS Auto Mode's machines\.$/,
    ],
  ])("unknown: a ClusterNetworkPolicy denies every node, and of the agent %s", (_rule, given, told) => {
    const found = finding(given);
    expect(found).toMatchObject({ status: "unknown", reason: { code: "not-supported", message: expect.stringMatching(told) } });
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["unknown: the own node is denied in both families, and VPC CNI lets the pod send in IPv4 past every policy", {}, "unknown"],
    ["pass: the own node is denied in both families, and the pod sends in IPv6 alone", { ENABLE_V4_EGRESS: "false" }, "pass"],
  ])("%s", (_rule, variables, status) => {
    const agents = ["0a", "0b"].map((name) => anAwsNode(name, undefined, variables));
    const six = (one: typeof ofNodeA, address: string) => ({ ...one, ipv6: [address] });
    const given = policed(agents, {
      ...np(),
      ...denied("2600:1f18::/32", "10.0.0.0/16"),
      pods: known([...agents, { ...web, podIps: ["2600:1f18:0:1::a"] }]),
      nodes: known([ec2("0a", "2600:1f18:0:1::4")]),
      networkInterfaces: known([six(ofNodeA, "2600:1f18:0:1::4")]),
    });
    expect(finding(given).status).toBe(status);
  });

  it("fail: a version that knows no ClusterNetworkPolicies enforces none", () => {
    const given = policed(runningOn(":v1.2.7-eksbuild.1"), { ...np(), ...denied("10.0.0.0/16") });
    expect(finding(given)).toMatchObject({ status: "fail", severity: "medium" });
  });

  it("unknown: a branch interface in strict mode leads to the own node, of whose address no rule may be held", () => {
    const rule = (action: string, network: string) => [{ action, to: [{ networks: [network] }] }];
    const wide = (name: string, priority: number, egress: readonly object[]) => ({
      apiGroup: "networking.k8s.aws" as const,
      name,
      spec: { tier: "Admin", priority, subject: { namespaces: {} }, egress },
    });
    const pod = { ...web, podIps: ["10.0.1.9"], hasBranchInterface: true };
    const given = policed(runningOn(":v1.4.1"), {
      ...np(),
      clusterNetworkPolicies: known([
        wide("let-out", 1, rule("Accept", "10.0.1.4/32")),
        wide("guard", 2, rule("Deny", "10.0.0.0/16")),
      ]) as ClusterFacts["clusterNetworkPolicies"],
      pods: known([...runningOn(":v1.4.1"), pod]),
      networkInterfaces: known([ofNodeA, ofNodeB, branch("eni-web", "10.0.1.9", ["sg-cluster"])]),
    });
    expect(finding(given).status).toBe("unknown");
  });

  it("unknown: a branch interface in strict mode leads VPC CNI's pod to its own node past every NetworkPolicy", () => {
    const pod = { ...web, podIps: ["10.0.1.9"], hasBranchInterface: true };
    const given = policed(vpcCni, {
      ...np(shut),
      pods: known([...vpcCni, pod]),
      networkInterfaces: known([ofNodeA, ofNodeB, branch("eni-web", "10.0.1.9", ["sg-cluster"])]),
    });
    expect(finding(given).status).toBe("unknown");
  });

  const onHosts = {
    name: "hosts",
    spec: { selector: "has(role)", types: ["Ingress"], ingress: [{ action: "Allow", source: { nets: ["10.9.0.0/16"] } }] },
  };

  it("fail: Calico's policy for host endpoints may keep the pods of other nodes out, and never a node's own", () => {
    expect(finding(policed(calico, { ...np(), calicoPolicies: known([onHosts]) }))).toMatchObject({
      status: "fail",
      severity: "medium",
      evidence: { witness: { pod: "shop/web", node: "0a", engine: "no policy selects it for egress" }, podsByPathToOwnNode: { open: 1 } },
    });
  });

  it("unknown: Calico denies the own node, and a policy for host endpoints may keep the pods of others out", () => {
    const [denial] = (global(calicoDeny(["10.0.1.0/24"], [10250, 10255])).calicoPolicies as { value: readonly object[] }).value;
    const given = policed(calico, {
      ...np(),
      calicoPolicies: known([onHosts, denial]) as ClusterFacts["calicoPolicies"],
      pods: known([...calico, web]),
    });
    expect(finding(given)).toMatchObject({
      status: "unknown",
      message: expect.stringContaining("GlobalNetworkPolicy hosts may select host endpoints"),
    });
  });

  it("names the rule that lets a pod through, and what was not read of Calico's hosts", () => {
    expect(finding(policed(calico, { ...np(), ...global(calicoDeny(["10.0.1.0/24"], [10250, 10255])) })).evidence).toMatchObject({
      witness: {
        pod: "shop/web",
        node: "0b",
        address: "10.0.2.4",
        port: 10250,
        engine: "GlobalNetworkPolicy kubelets egress[1] allows it",
      },
      notRead: ["Host endpoints of Calico and its defaultEndpointToHostAction are not read."],
    });
  });

  it("asks by classes: 20,000 pods and 1,000 nodes", () => {
    const nodes = Array.from({ length: 1000 }, (_, i) => ec2(`n${i}`, `10.1.${i >> 8}.${i & 255}`));
    const pods = Array.from({ length: 20_000 }, (_, i) => ({
      ...web,
      name: `web-${i}`,
      uid: `web-${i}`,
      labels: { app: `app-${i % 500}` },
      nodeName: `n${i % 1000}`,
      podIps: [`10.2.${i >> 8}.${i & 255}`],
    }));
    const agents = nodes.map(({ name }) => anAwsNode(name));
    const networkInterfaces = nodes.map((node, i) =>
      anEni(`eni-${i}`, {
        privateIpv4: [...node.internalIps, ...pods.filter((_, j) => j % 1000 === i).flatMap(({ podIps }) => podIps)],
        instanceId: `i-${node.name}`,
      }),
    );
    const given = policed([], {
      ...np(shut),
      nodes: known(nodes),
      pods: known([...agents, ...pods]),
      networkInterfaces: known(networkInterfaces),
    });
    const before = performance.now();
    expect(finding(given)).toMatchObject({
      status: "fail",
      severity: "low",
      evidence: { podsJudged: 20_000, podsByPathToOwnNode: { open: 20_000 } },
    });
    expect(performance.now() - before).toBeLessThan(10_000);
  }, 60_000);
});

it("unknown: pods were not read", () => {
  expect(finding(facts([], { pods: forbidden }))).toMatchObject({ status: "unknown", reason: { code: "forbidden" } });
});

it("unknown: a pod runs without an address", () => {
  expect(finding(facts([aPod("web", { nodeName: "0a" })])).status).toBe("unknown");
});

it("counts the pods that are not judged, and names the first", () => {
  const hosts = Array.from({ length: 7 }, (_, i) => aPod(`agent-${i}`, { nodeName: "0a", spec: { hostNetwork: true } }));
  const { evidence } = finding(facts([branched, ...hosts]));
  expect(evidence).toMatchObject({
    podsJudged: 1,
    notJudged: {
      hostNetwork: { count: 8, first: ["kube-system/aws-node-on-0a", "shop/agent-0", "shop/agent-1", "shop/agent-2", "shop/agent-3"] },
      systemWorkloads: { count: 0 },
    },
  });
});
