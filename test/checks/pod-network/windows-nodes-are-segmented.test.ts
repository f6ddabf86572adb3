import { expect, it } from "vitest";
import { windowsNodesAreSegmented } from "../../../core/checks/pod-network/windows-nodes-are-segmented.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkAclEntry } from "../../../core/model/vpc.ts";
import { aCluster, judged } from "../../support/cluster.ts";
import { anInstance, nodeOf } from "../../support/nodes.ts";
import { anAcl, anAclEntry } from "../../support/vpc.ts";
import { anOwner, aPod } from "../../support/workloads.ts";

const forbidden = unknown("forbidden", "No access.");
const subnet = (id: string, ...cidrs: readonly string[]) => ({ id, availabilityZone: "eu-west-1a", cidrs, mapPublicIpOnLaunch: false });
const subnets = [
  subnet("subnet-win", "10.0.1.0/24", "2001:db8:0:1::/64"),
  subnet("subnet-linux", "10.0.2.0/24", "2001:db8:0:2::/64"),
  subnet("subnet-more", "10.0.3.0/24"),
  subnet("subnet-policed", "10.0.4.0/24"),
];
const machine = (id: string, subnetId: string, isWindows = false) => ({
  node: nodeOf(id, { operatingSystem: isWindows ? "windows" : "linux" }),
  instance: anInstance(id, { subnetId, isWindows }),
});
const win = machine("i-win", "subnet-win", true);
const bystander = machine("i-policed", "subnet-policed", true);
const linux = machine("i-linux", "subnet-linux");
const agent = (nodeName: string, rest = {}) =>
  aPod(`agent-${nodeName}`, {
    namespace: "calico-system",
    owner: anOwner("DaemonSet", "calico-node-windows"),
    nodeName,
    isReady: true,
    ...rest,
  });
const deny = (rest: Partial<NetworkAclEntry>) => anAclEntry({ number: 10, action: "deny", ...rest });

const facts = (
  machines: readonly ReturnType<typeof machine>[],
  entries: readonly NetworkAclEntry[] = [],
  rest: Partial<ClusterFacts> = {},
) => ({
  nodes: known([bystander, ...machines].map(({ node }) => node)),
  instances: known([bystander, ...machines].map(({ instance }) => instance)),
  networkInterfaces: known([]),
  nodeGroups: known([]),
  subnets: known(subnets),
  vpc: known({ id: "vpc-0a1", cidrs: ["10.0.0.0/16"] }),
  networkAcls: known([anAcl(["subnet-win"], entries), anAcl(["subnet-linux", "subnet-more", "subnet-policed"])]),
  pods: known([agent(bystander.node.name)]),
  ...rest,
});
const verdicts = (given: Partial<ClusterFacts>) =>
  Object.fromEntries(judged(windowsNodesAreSegmented, aCluster(given)).map(({ resource, status }) => [resource.name, status]));

const fromOthers = [deny({ cidr: "10.0.2.0/24" }), deny({ number: 11, cidr: "10.0.4.0/24" })];
it.each<readonly [string, readonly NetworkAclEntry[], string]>([
  ["fail: an ACL that lets all through", [], "fail"],
  ["fail: an ACL that keeps away only who is no node", [deny({ cidr: "10.0.9.0/24" })], "fail"],
  ["fail: an ACL that limits one of two subnets of other nodes", [deny({ cidr: "10.0.2.0/24" })], "fail"],
  ["fail: an ACL that limits IPv6 alone, which Windows nodes have none of", [deny({ cidr: "::/0" })], "fail"],
  ["pass: an ACL that admits the other nodes' subnets nowhere", fromOthers, "pass"],
  ["pass: an ACL that keeps them from one port", [deny({ cidr: "10.0.0.0/16", protocol: "6", fromPort: 445, toPort: 445 })], "pass"],
  ["pass: an ACL that lets out nothing to them", [deny({ direction: "egress", cidr: "10.0.0.0/16" })], "pass"],
  ["fail: the deny comes after what lets all through", [deny({ number: 2000, cidr: "10.0.0.0/16" })], "fail"],
])("%s", (_rule, entries, status) => {
  expect(verdicts(facts([win, linux], entries))).toEqual({ "subnet-policed": "pass", "subnet-win": status });
});

it.each<readonly [string, Partial<ClusterFacts>, string]>([
  ["pass: Calico for Windows runs on the node", { pods: known([agent(bystander.node.name), agent(win.node.name)]) }, "pass"],
  ["fail: its pod has not started", { pods: known([agent(bystander.node.name), agent(win.node.name, { phase: "Pending" })]) }, "fail"],
  ["fail: its pod runs and is not ready", { pods: known([agent(bystander.node.name), agent(win.node.name, { isReady: false })]) }, "fail"],
  [
    "fail: a DaemonSet of the name in a namespace of anybody's",
    { pods: known([agent(bystander.node.name), agent(win.node.name, { namespace: "shop" })]) },
    "fail",
  ],
  ["unknown: network ACLs were not read", { networkAcls: forbidden }, "unknown"],
  ["unknown: subnets were not read", { subnets: forbidden }, "unknown"],
])("%s", (_rule, rest, status) => {
  expect(verdicts(facts([win, linux], [], rest))).toEqual({ "subnet-policed": "pass", "subnet-win": status });
});

it("unknown: pods, which tell the engine, were not read, and the ACL lets all through", () => {
  expect(verdicts(facts([win, linux], [], { pods: forbidden }))).toEqual({ "subnet-policed": "unknown", "subnet-win": "unknown" });
});
it("pass: the ACL limits, and pods were not read", () => {
  expect(verdicts(facts([win, linux], fromOthers, { pods: forbidden }))).toEqual({ "subnet-policed": "unknown", "subnet-win": "pass" });
});

it("fail: all nodes stand in the one subnet, where no ACL is on the path", () => {
  const other = machine("i-other", "subnet-win");
  const given = facts([win, other], [deny({ cidr: "10.0.0.0/16" })]);
  const alone = { ...given, nodes: known([win.node, other.node]), instances: known([win.instance, other.instance]) };
  expect(judged(windowsNodesAreSegmented, aCluster(alone))).toMatchObject([
    { status: "fail", message: expect.stringContaining("no network ACL is on the path") },
  ]);
});
it("pass: a node that is alone, kept from the rest of the VPC", () => {
  const given = { ...facts([win], [deny({ cidr: "10.0.0.0/16" })]), nodes: known([win.node]), instances: known([win.instance]) };
  expect(verdicts(given)).toEqual({ "subnet-win": "pass" });
});

it("not-applicable: no node runs Windows, whatever one says that EC2 knows better", () => {
  const claims = { ...linux, node: { ...linux.node, operatingSystem: "windows" } };
  const given = { ...facts([claims]), nodes: known([claims.node]), instances: known([claims.instance]) };
  expect(judged(windowsNodesAreSegmented, aCluster(given))).toMatchObject([{ status: "not-applicable", resource: { kind: "Cluster" } }]);
});

it("names the subnet by its ARN, the node, the ACL and whom it lets through", () => {
  const [, finding] = judged(windowsNodesAreSegmented, aCluster(facts([win, linux])));
  expect(finding).toMatchObject({
    resource: { kind: "Subnet", id: "arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-win" },
    evidence: { withoutEngine: ["node-of-i-win"], networkAcl: "acl-of-subnet-win", passesFrom: ["subnet-linux", "subnet-policed"] },
  });
});
