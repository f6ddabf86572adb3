import { describe, expect, it } from "vitest";
import { instanceMetadataBlockedFromPods } from "../../../core/checks/pod-network/instance-metadata-blocked-from-pods.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { type Fact, known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import type { Instance, InstanceMetadata } from "../../../core/model/nodes.ts";
import type { Pod } from "../../../core/model/workloads.ts";
import { aCluster, judged, prod, region } from "../../support/cluster.ts";
import { anAwsNode } from "../../support/engines.ts";
import { aNode, aNodeGroup, anInstance, nodeGroupArn, nodeGroupTags, nodeOf } from "../../support/nodes.ts";
import { onNode, policed, policy } from "../../support/policed.ts";

const forbidden = unknown("forbidden", "No access.");
const strict: InstanceMetadata = { endpoint: "enabled", ipv6Endpoint: "disabled", tokens: "required", hopLimit: 1 };
const open: InstanceMetadata = { ...strict, tokens: "optional", hopLimit: 2 };
const inGroup = (id: string, group: string, metadata: Fact<InstanceMetadata>, rest: Partial<Instance> = {}) =>
  anInstance(id, { tags: nodeGroupTags(group), metadata, ...rest });
const bystander = inGroup("i-bystander", "bystander", known(strict));
const bastion = anInstance("i-bastion", { tags: { Name: "bastion" }, metadata: known(open) });

const dnsAlone = policy("dns", {
  podSelector: {},
  policyTypes: ["Egress"],
  egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 53, protocol: "UDP" }] }],
});

const facts = (instances: readonly Instance[], rest: Partial<ClusterFacts> = {}): Partial<ClusterFacts> => ({
  instances: known([bystander, bastion, ...instances]),
  nodeGroups: known([aNodeGroup("bystander"), aNodeGroup("web")]),
  nodes: known([bystander, ...instances].map(({ id }) => nodeOf(id))),
  networkInterfaces: known([]),
  ...rest,
});
const findings = (given: Partial<ClusterFacts>) => judged(instanceMetadataBlockedFromPods, aCluster(given));
/** Every verdict but the bystander's, which has to pass. */
function told(given: Partial<ClusterFacts>): readonly string[] {
  const all = findings(given).map(({ resource, status }) => `${resource.kind} ${resource.name}: ${status}`);
  expect(all).toContain("NodeGroup bystander: pass");
  return all.filter((text) => text !== "NodeGroup bystander: pass");
}

describe("the options of an instance", () => {
  it.each<[string, Partial<InstanceMetadata>, string]>([
    ["pass: IMDSv2 required with hop limit 1", {}, "pass"],
    ["pass: IMDS is off", { endpoint: "disabled" }, "pass"],
    [
      "pass: IMDS is off, whatever else is set",
      { endpoint: "disabled", tokens: "optional", hopLimit: 64, ipv6Endpoint: "enabled" },
      "pass",
    ],
    ["pass: the hop limit holds for the IPv6 endpoint too", { ipv6Endpoint: "enabled" }, "pass"],
    ["fail: HttpTokens optional is reachable by v1 whatever the hop limit", { tokens: "optional", hopLimit: 1 }, "fail"],
    ["fail: HttpTokens optional with hop limit 2", { tokens: "optional", hopLimit: 2 }, "fail"],
    ["fail: IMDSv2 required, but hop limit 2 lets its token through", { hopLimit: 2 }, "fail"],
    ["fail: IMDSv2 required with the greatest hop limit", { hopLimit: 64 }, "fail"],
  ])("%s", (_rule, options, status) => {
    expect(told(facts([inGroup("i-1", "web", known({ ...strict, ...options }))]))).toEqual([`NodeGroup web: ${status}`]);
  });

  it("unknown: the options were not read", () => {
    expect(told(facts([inGroup("i-1", "web", forbidden)]))).toEqual(["NodeGroup web: unknown"]);
  });

  it("names the addresses, and that nothing was read of pods", () => {
    const [finding] = findings(facts([inGroup("i-1", "web", known({ ...open, ipv6Endpoint: "enabled" }))])).filter(
      ({ status }) => status === "fail",
    );
    expect(finding).toMatchObject({
      severity: "high",
      resource: { id: nodeGroupArn("web") },
      evidence: {
        tokens: "optional",
        hopLimit: 2,
        addresses: ["169.254.169.254", "fd00:ec2::254"],
        notRead: ["This test did not say."],
      },
    });
    expect(finding?.message).toContain("i-1 answers pods at 169.254.169.254 and fd00:ec2::254");
  });

  it("names no IPv6 address where that endpoint is off", () => {
    const [finding] = findings(facts([inGroup("i-1", "web", known(open))])).filter(({ status }) => status === "fail");
    expect(finding?.evidence).toMatchObject({ addresses: ["169.254.169.254"] });
  });
});

describe("a pool", () => {
  const good = inGroup("i-1", "web", known(strict));
  const bad = inGroup("i-2", "web", known(open));
  const unread = inGroup("i-3", "web", forbidden);
  it.each<[string, readonly Instance[], string]>([
    ["pass: every instance is strict", [good, inGroup("i-4", "web", known({ ...strict, endpoint: "disabled" }))], "pass"],
    ["fail: one instance of several", [good, bad], "fail"],
    ["fail: a doubt about one instance hides no proof about another", [unread, bad], "fail"],
    ["unknown: a doubt about one instance withholds the pass", [good, unread], "unknown"],
    ["pass: an instance that has stopped answers nobody", [good, { ...bad, state: "stopped" }], "pass"],
    ["fail: an instance that starts soon answers", [good, { ...bad, state: "pending" }], "fail"],
  ])("%s", (_rule, instances, status) => {
    expect(told(facts(instances))).toEqual([`NodeGroup web: ${status}`]);
  });

  it("fail: an instance of no pool stands for itself", () => {
    const alone = anInstance("i-9", { metadata: known(open) });
    expect(told(facts([alone]))).toEqual(["Instance node-of-i-9: fail"]);
  });

  it("not-applicable: Fargate and hybrid nodes have no metadata service of EC2", () => {
    const outside = [
      aNode("fargate-ip-10-0-1-10", { labels: { "eks.amazonaws.com/compute-type": "fargate" } }),
      aNode("mi-0a1", { providerId: "eks-hybrid:///eu-west-1/prod/mi-0a1" }),
    ];
    const given = facts([]);
    const nodes = given.nodes?.state === "known" ? known([...given.nodes.value, ...outside]) : forbidden;
    expect(told({ ...given, nodes })).toEqual(["Node fargate-ip-10-0-1-10: not-applicable", "Node mi-0a1: not-applicable"]);
  });

  it("gives a command for each instance that fails, and none for those that EKS manages", () => {
    const commandsOf = (instances: readonly Instance[]) =>
      findings(facts(instances)).find(({ status }) => status === "fail")?.remediation?.commands;
    expect(commandsOf([good, bad])).toEqual([
      `aws ec2 modify-instance-metadata-options --region ${region} --instance-id i-2 --http-tokens required --http-put-response-hop-limit 1`,
    ]);
    expect(commandsOf([{ ...bad, isManaged: true }])).toBeUndefined();
  });
});

describe("policies that deny the metadata address to pods", () => {
  const name = "node-of-i-1";
  const hop2: InstanceMetadata = { ...strict, hopLimit: 2 };
  const onWeb = (pod: string, ip: string, rest: Parameters<typeof onNode>[2] = {}): Pod => onNode(pod, ip, { nodeName: name, ...rest });
  const web = onWeb("web", "10.0.0.1");
  const db = onWeb("db", "10.0.0.2", { labels: { app: "db" } });
  const { owner: _, ...standalone } = web;
  const onHost = onWeb("agent", "10.0.0.4", { spec: { hostNetwork: true } });
  const egress = (podSelector: NetworkPolicy["spec"]["podSelector"], ...cidrs: readonly (readonly [cidr: string, ...except: string[]])[]) =>
    policy("out", {
      podSelector,
      policyTypes: ["Egress"],
      egress: cidrs.length === 0 ? [] : [{ to: cidrs.map(([cidr, ...except]) => ({ ipBlock: { cidr, except } })) }],
    });
  const closed = egress({});
  const withoutV4 = ["0.0.0.0/0", "169.254.169.254/32"] as const;
  const withoutV6 = ["::/0", "fd00:ec2::254/128"] as const;
  const agent = anAwsNode(name);
  /** The pool web with one instance, on which VPC CNI enforces. */
  const given = (pods: readonly Pod[], policies: readonly NetworkPolicy[], metadata = hop2, rest: Partial<ClusterFacts> = {}) => {
    const { nodes, ...machines } = facts([inGroup("i-1", "web", known(metadata))]);
    return { ...policed([], policies), pods: known([agent, ...pods]), ...(nodes && { nodes }), ...machines, ...rest };
  };
  const failOf = (facts: Partial<ClusterFacts>) => findings(facts).find(({ resource }) => resource.name === "web");

  it.each<[string, Partial<ClusterFacts>, string]>([
    ["pass: hop limit 2, and policy denies the metadata address to every pod of the pool", given([web, db, onHost], [closed]), "pass"],
    ["pass: tokens optional, and the one address is left out of what is allowed", given([web], [egress({}, withoutV4)], open), "pass"],
    ["pass: another port of the address alone is allowed", given([web], [dnsAlone]), "pass"],
    ["fail: TCP 80 of the address is allowed", given([web], [egress({}, ["169.254.0.0/16"])]), "fail"],
    ["fail: everything is allowed", given([web], [egress({}, ["0.0.0.0/0"])]), "fail"],
    ["fail: one pod of the pool is not isolated", given([web, db], [egress({ matchLabels: { app: "db" } })]), "fail"],
    ["fail: the pods of another namespace alone are isolated", given([web], [policy("out", closed.spec, "bystander")]), "fail"],
    [
      "pass: a pod on another node is no pod of the pool",
      given([web, { ...db, namespace: "bystander", nodeName: "node-of-i-bystander" }], [closed]),
      "pass",
    ],
    ["fail: hostNetwork pods alone", given([onHost], [closed]), "fail"],
    ["fail: no pod runs there", given([], [closed]), "fail"],
    ["fail: the only pod has ended", given([{ ...web, phase: "Succeeded" }], [closed]), "fail"],
    ["fail: VPC CNI polices no pod without a controller", given([standalone], [closed]), "fail"],
    ["fail: the engine does not enforce (inert)", given([web], [closed], hop2, { pods: known([web]) }), "fail"],
    ["pass: a pod without an address yet, among others", given([web, onWeb("new", "", { podIps: [] })], [closed]), "pass"],
    ["fail: the family of the only pod is not known yet", given([onWeb("new", "", { podIps: [] })], [closed]), "fail"],
  ])("%s", (_rule, facts, status) => {
    expect(told(facts)).toContain(`NodeGroup web: ${status}`);
  });

  const both: InstanceMetadata = { ...hop2, ipv6Endpoint: "enabled" };
  const v6 = onWeb("web", "2001:db8::1");
  const cni = (variables: Readonly<Record<string, string>>): Partial<ClusterFacts> => ({
    pods: known([anAwsNode(name, undefined, variables), web]),
  });
  const cni6 = (variables: Readonly<Record<string, string>>): Partial<ClusterFacts> => ({
    pods: known([anAwsNode(name, undefined, variables), v6]),
  });
  it.each<[string, Partial<ClusterFacts>, string]>([
    ["fail: the IPv6 endpoint is on and only IPv4 is denied", given([web], [egress({}, withoutV4, ["::/0"])], both), "fail"],
    ["fail: the IPv6 endpoint is on and only IPv4 is denied, to an IPv6 pod", given([v6], [egress({}, withoutV4, ["::/0"])], both), "fail"],
    ["pass: both addresses are denied", given([web], [egress({}, withoutV4, withoutV6)], both), "pass"],
    ["pass: the IPv6 endpoint is off, and IPv6 is allowed", given([web], [egress({}, withoutV4, ["::/0"])]), "pass"],
    [
      "fail: VPC CNI lets IPv4 pods send in IPv6, past every policy",
      given([web], [closed], both, cni({ ENABLE_V6_EGRESS: "true" })),
      "fail",
    ],
    ["fail: VPC CNI lets IPv6 pods send in IPv4, past every policy", given([v6], [closed]), "fail"],
    ["fail: one pod is denied, of another it is not known", given([web, onWeb("six", "2001:db8::6")], [closed]), "fail"],
    ["pass: VPC CNI lets IPv6 pods send in IPv6 alone", given([v6], [closed], both, cni6({ ENABLE_V4_EGRESS: "false" })), "pass"],
    [
      "fail: it lets them since a time before which the pod was started",
      given([v6], [closed], both, {
        pods: known([anAwsNode(name, undefined, { ENABLE_V4_EGRESS: "false" }), { ...v6, createdAt: "2025-12-31T09:00:00Z" }]),
      }),
      "fail",
    ],
  ])("%s", (_rule, facts, status) => {
    expect(told(facts)).toContain(`NodeGroup web: ${status}`);
  });

  it.each<[string, Partial<ClusterFacts>]>([
    ["fail: policies unread, named in the evidence", { networkPolicies: forbidden }],
    ["fail: what tells whether policies are enforced was not read", { networkSettings: forbidden }],
    ["fail: pods unread", { pods: forbidden }],
    ["fail: namespaces unread", { namespaces: forbidden }],
    ["fail: Nodes unread, which join pods and instances", { nodes: forbidden }],
  ])("%s", (_rule, rest) => {
    expect(failOf(given([web], [closed], hop2, rest))).toMatchObject({ status: "fail", evidence: { notRead: ["No access."] } });
  });

  it("fail: the instance is no Node yet", () => {
    const nodes = known([nodeOf("i-bystander")]);
    const notRead = ["No Node was read that is i-1."];
    expect(failOf(given([web], [closed], hop2, { nodes }))).toMatchObject({ status: "fail", evidence: { notRead } });
  });

  it("shows of a fail one pod that gets there and why, and how many do", () => {
    const finding = failOf(given([web, db, onHost], [egress({ matchLabels: { app: "db" } })]));
    expect(finding).toMatchObject({
      status: "fail",
      evidence: {
        podsReaching: 1,
        podsDenied: 1,
        pod: { pod: "shop/web", address: "169.254.169.254", port: "TCP 80", policy: "no policy selects it for egress" },
      },
    });
    expect(finding?.message).toContain("and Pod shop/web gets there, as no policy selects it for egress.");
    expect(finding?.evidence).not.toHaveProperty("notRead");
  });

  it("shows the rule that lets a pod through, and where nothing enforces that", () => {
    expect(failOf(given([web], [egress({}, ["0.0.0.0/0"])]))?.evidence).toMatchObject({
      pod: { policy: "NetworkPolicy shop/out egress[0] allows it" },
    });
    expect(failOf(given([web], [closed], hop2, { pods: known([web]) }))?.evidence).toMatchObject({
      podsReaching: 1,
      pod: { enforcement: "no policy engine enforces on the node" },
    });
  });

  it("says of a node nothing that it saw of another", () => {
    const two = facts([inGroup("i-1", "web", known(hop2)), inGroup("i-2", "db", known(hop2))]);
    const other = onNode("other", "10.0.1.1", { nodeName: "node-of-i-2" });
    const all = findings({
      ...given([web], []),
      ...two,
      pods: known([web, other]),
      nodeGroups: known([aNodeGroup("web"), aNodeGroup("db")]),
    });
    expect(all.filter(({ status }) => status === "fail").map(({ evidence }) => evidence)).toMatchObject(
      ["shop/web", "shop/other"].map((pod) => ({ pod: { pod, enforcement: "no policy engine enforces on the node" } })),
    );
  });

  it("shows of a pass the policies that deny", () => {
    expect(failOf(given([web], [closed]))?.evidence).toEqual({
      nodes: [name],
      deniedByPolicy: ["169.254.169.254"],
      policies: ["NetworkPolicy shop/out isolates it for egress, and no rule allows it"],
    });
  });

  it("fail: one machine of several whose pods are all denied has a pod that is not", () => {
    const all = facts([inGroup("i-1", "web", known(hop2)), inGroup("i-2", "web", known(hop2))]);
    const other = onNode("other", "10.0.1.1", { nodeName: "node-of-i-2", namespace: "bystander" });
    const finding = failOf({ ...given([web], [closed]), ...all, pods: known([agent, anAwsNode("node-of-i-2"), web, other]) });
    expect(finding).toMatchObject({ status: "fail", evidence: { failing: ["node-of-i-2"], pod: { pod: "bystander/other" } } });
    expect(finding?.remediation?.commands).toEqual([expect.stringContaining("--instance-id i-2 ")]);
  });
});

describe("one plane alone is right or unknown, never wrong", () => {
  const bad = inGroup("i-1", "web", known(open));
  const good = inGroup("i-1", "web", known(strict));
  it("fail by AWS alone: Nodes were not read, the tags tell the pool", () => {
    expect(told(facts([bad], { nodes: forbidden }))).toContain("NodeGroup web: fail");
  });

  it("pass by AWS alone, and unknown for the cluster, which may have the bastion as a node", () => {
    expect(told(facts([good], { nodes: forbidden }))).toEqual(["NodeGroup web: pass", "Cluster prod: unknown"]);
  });

  it("unknown by Kubernetes alone: instances were not read", () => {
    expect(findings(facts([good], { instances: forbidden }))).toMatchObject([
      { resource: { id: prod }, status: "unknown", reason: { code: "forbidden" } },
    ]);
  });

  it("unknown: EC2 did not list the instance of a node", () => {
    const given = facts([]);
    const nodes = given.nodes?.state === "known" ? known([...given.nodes.value, nodeOf("i-gone")]) : forbidden;
    expect(findings({ ...given, nodes }).filter(({ status }) => status !== "pass")).toMatchObject([{ status: "unknown" }]);
  });
});
