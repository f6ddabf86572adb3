import { describe, expect, it } from "vitest";
import { known } from "../../../core/model/fact.ts";
import type { Pod } from "../../../core/model/workloads.ts";
import { enforcementOf } from "../../../core/net/policy/enforcement/enforcement.ts";
import { vpcCniAgentOf } from "../../../core/net/policy/enforcement/vpc-cni-agent.ts";
import { anAgent, anAwsNode, controllerOn, networkSettings, noEngines } from "../../support/engines.ts";
import { aNode } from "../../support/nodes.ts";
import { aContainer } from "../../support/workloads.ts";

const aws = "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent";
const digest = `sha256:${"0".repeat(64)}`;
const withImage = (image: string): Pod => anAwsNode("n1", undefined, undefined, image);

it.each([
  ["hold: the first that does", `${aws}:v1.3.1`, "own node too"],
  ["hold: a build of AWS", `${aws}:v1.3.1-eksbuild.1`, "own node too"],
  ["hold: the last of its line that was looked at", `${aws}:v1.3.7-eksbuild.12`, "own node too"],
  ["hold: the first of the next line", `${aws}:v1.4.0`, "own node too"],
  ["hold: the last of all that were looked at", `${aws}:v1.4.1-eksbuild.1`, "own node too"],
  ["hold: a mirror", "mirror.example/eks/aws-network-policy-agent:v1.4.1", "own node too"],
  ["hold: a registry with a port", "localhost:5000/aws-network-policy-agent:v1.4.1", "own node too"],
  ["hold: no registry", "aws-network-policy-agent:v1.4.1", "own node too"],
  ["perhaps: the release that was withdrawn", `${aws}:v1.3.0-eksbuild.1`, "perhaps not own node"],
  ["perhaps: a later patch of an older line may have been given the entry", `${aws}:v1.3.8-eksbuild.1`, "perhaps not own node"],
  ["perhaps: a later patch", `${aws}:v1.4.2`, "perhaps not own node"],
  ["perhaps: a later line", `${aws}:v1.5.0-eksbuild.1`, "perhaps not own node"],
  ["perhaps: another major version", `${aws}:v2.3.1`, "perhaps not own node"],
  ["perhaps: a number that only begins like one that is known", `${aws}:v1.4.10`, "perhaps not own node"],
  ["perhaps: a suffix that is none of AWS's", `${aws}:v1.4.1-fips`, "perhaps not own node"],
  ["perhaps: a suffix after that of AWS", `${aws}:v1.4.1-eksbuild.1-patched`, "perhaps not own node"],
  ["perhaps: a build without a number", `${aws}:v1.4.1-eksbuild`, "perhaps not own node"],
  ["perhaps: a candidate for a release", `${aws}:v1.4.0-rc1`, "perhaps not own node"],
  ["perhaps: somebody else's way to write versions", `${aws}:1.4.1`, "perhaps not own node"],
  ["perhaps: two numbers", `${aws}:v1.4`, "perhaps not own node"],
  ["perhaps: a name that moves", `${aws}:latest`, "perhaps not own node"],
  ["perhaps: no tag", aws, "perhaps not own node"],
  ["perhaps: a digest", `${aws}@${digest}`, "perhaps not own node"],
  ["perhaps: a digest, beside which the tag is not looked at", `${aws}:v1.4.1@${digest}`, "perhaps not own node"],
  ["perhaps: another repository", "mirror.example/network-policy-agent:v1.4.1", "perhaps not own node"],
  ["perhaps: a repository whose name ends like it", "mirror.example/my-aws-network-policy-agent:v1.4.1", "perhaps not own node"],
  ["perhaps: a folder of that name", "mirror.example/aws-network-policy-agent/agent:v1.4.1", "perhaps not own node"],
  ["perhaps: the port of a registry is no tag", "aws-network-policy-agent:v1.4.1/agent", "perhaps not own node"],
  ["none: a line that was before ClusterNetworkPolicies", `${aws}:v1.2.7-eksbuild.1`, "none"],
  ["none: a later patch of such a line", `${aws}:v1.2.99`, "none"],
  ["none: the first line", `${aws}:v1.0.1`, "none"],
  ["perhaps: what was before all releases", `${aws}:v0.1.4`, "perhaps not own node"],
])("ClusterNetworkPolicies %s", (_rule, image, expected) => {
  expect(vpcCniAgentOf(withImage(image)).clusterPolicies).toBe(expected);
});

it.each([
  ["not policed: before the agent looked for their host interfaces", `${aws}:v1.1.6-eksbuild.2`, "not policed"],
  ["not policed: the first line", `${aws}:v1.0.8`, "not policed"],
  ["untold: a later patch of such a line", `${aws}:v1.1.7`, "untold"],
  ["policed: the first line that looks for them", `${aws}:v1.2.0-eksbuild.1`, "policed"],
  ["policed: the withdrawn release", `${aws}:v1.3.0`, "policed"],
  ["policed: a line that is not known yet", `${aws}:v1.9.0`, "policed"],
  ["untold: a digest", `${aws}@${digest}`, "untold"],
  ["untold: what was before all releases", `${aws}:v0.1.4`, "untold"],
])("branch interfaces in strict mode %s", (_rule, image, expected) => {
  expect(vpcCniAgentOf(withImage(image)).branchInterfaces).toBe(expected);
});

describe("on a node", () => {
  const own = withImage(`${aws}:v1.4.1`);
  const without = anAgent("aws-node", "n1", { spec: { containers: [aContainer("amazon-k8s-cni:v1.23.1", { name: "aws-node" })] } });
  const agent = own.spec.containers[1] as Pod["spec"]["containers"][number];
  const holding = (containers: Pod["spec"]["containers"]): Pod => ({ ...own, spec: { ...own.spec, containers } });
  const seenOn = (pods: readonly Pod[]) => {
    const facts = { ...noEngines, nodes: known([aNode("n1"), aNode("n2")]), networkSettings: networkSettings({ vpcCni: controllerOn }) };
    const enforcement = enforcementOf({ ...facts, pods: known([...pods, anAwsNode("n2", undefined, undefined, `${aws}:v1.5.0`)]) });
    expect(enforcement.onNode("n2").enforcing[0]?.agent).toMatchObject({ tag: "v1.5.0", clusterPolicies: "perhaps not own node" });
    return enforcement.onNode("n1").enforcing[0]?.agent;
  };

  it.each<[string, readonly Pod[], object | undefined]>([
    ["its own agent counts, not that of another node", [own], { tag: "v1.4.1", clusterPolicies: "own node too" }],
    ["one that has ended tells nothing", [{ ...own, name: "old", phase: "Failed" }, withImage(`${aws}:v1.3.1`)], { tag: "v1.3.1" }],
    [
      "perhaps: another is still there",
      [own, { ...withImage(`${aws}:v1.5.0`), name: "new", isReady: false }],
      { clusterPolicies: "perhaps not own node", why: "several pods of aws-node are there" },
    ],
    ["perhaps: no such container enforces anything", [without], undefined],
    ["perhaps: the pod is not ready", [{ ...own, isReady: false }], undefined],
    ["perhaps: the pod is not Running", [{ ...own, phase: "Pending" }], undefined],
    ["perhaps: there is none", [], undefined],
  ])("%s", (_rule, pods, expected) => {
    const seen = seenOn(pods);
    if (expected === undefined) expect(seen).toBeUndefined();
    else expect(seen).toMatchObject(expected);
  });

  it.each<[string, Pod]>([
    ["no container of that name", holding([])],
    ["several of that name", holding([agent, agent])],
    ["one that does not run beside the others", holding([{ ...agent, isInit: true }])],
  ])("perhaps: %s", (_rule, pod) => {
    expect(vpcCniAgentOf(pod)).toMatchObject({ clusterPolicies: "perhaps not own node", branchInterfaces: "untold" });
    expect(vpcCniAgentOf(pod).tag).toBeUndefined();
  });

  it("names the version that was seen", () => {
    const facts = {
      ...noEngines,
      nodes: known([aNode("n1")]),
      pods: known([own]),
      networkSettings: networkSettings({ vpcCni: controllerOn }),
    };
    expect(enforcementOf(facts).onNode("n1").enforcing[0]?.seen).toContain(
      "aws-node runs version v1.4.1 of its agent with --enable-network-policy=true",
    );
  });
});
