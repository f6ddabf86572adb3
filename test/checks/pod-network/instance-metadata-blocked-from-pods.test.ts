import { describe, expect, it } from "vitest";
import { instanceMetadataBlockedFromPods } from "../../../core/checks/pod-network/instance-metadata-blocked-from-pods.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { type Fact, known, unknown } from "../../../core/model/fact.ts";
import type { Instance, InstanceMetadata } from "../../../core/model/nodes.ts";
import { aCluster, judged, prod, region } from "../../support/cluster.ts";
import { aNode, aNodeGroup, anInstance, nodeGroupArn, nodeGroupTags, nodeOf } from "../../support/nodes.ts";

const forbidden = unknown("forbidden", "No access.");
const strict: InstanceMetadata = { endpoint: "enabled", ipv6Endpoint: "disabled", tokens: "required", hopLimit: 1 };
const open: InstanceMetadata = { ...strict, tokens: "optional", hopLimit: 2 };
const inGroup = (id: string, group: string, metadata: Fact<InstanceMetadata>, rest: Partial<Instance> = {}) =>
  anInstance(id, { tags: nodeGroupTags(group), metadata, ...rest });
const bystander = inGroup("i-bystander", "bystander", known(strict));
const bastion = anInstance("i-bastion", { tags: { Name: "bastion" }, metadata: known(open) });

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

  it("names the addresses, and that network policies are not judged", () => {
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
        notRead: ["Network policies are not judged yet."],
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
