import { defineCheck, type Verdict } from "../../model/check.ts";
import { type Fact, known, mapFact } from "../../model/fact.ts";
import type { Resource } from "../../model/resource.ts";
import type { NetworkAcl } from "../../model/vpc.ts";
import type { Pod } from "../../model/workloads.ts";
import type { AddressSet } from "../../net/addresses.ts";
import { isUp, type Machine, machineName, machinesOf } from "../../net/nodes/machines.ts";
import { isWindows, type Neighbour, type NeighbourFacts, neighboursOf, subnetOf } from "../../net/nodes/windows.ts";
import { admitsEveryPort, networkAclsBySubnet } from "../../net/reach/network-acl.ts";
import { few, listed } from "../listed.ts";
import { exampleNode } from "../nodes/example-node.ts";
import { examplePod } from "./example-pods.ts";

const allowAll = (direction: "ingress" | "egress") =>
  ({ number: 100, direction, action: "allow", protocol: "-1", cidr: "0.0.0.0/0" }) as const;
const acl: NetworkAcl = {
  id: "acl-0a1",
  isDefault: false,
  subnetIds: ["subnet-0a1", "subnet-0b2"],
  entries: [allowAll("ingress"), allowAll("egress")],
};
const kubelet = {
  number: 90,
  direction: "ingress",
  action: "deny",
  protocol: "6",
  cidr: "10.0.0.0/16",
  fromPort: 10250,
  toPort: 10250,
} as const;
const subnet = (id: string, cidr: string) => ({ id, availabilityZone: "eu-west-1a", cidrs: [cidr], mapPublicIpOnLaunch: false });
const node = (name: string, address: string, operatingSystem: string) => ({
  name,
  labels: {},
  providerId: `aws:///eu-west-1a/i-${name}`,
  internalIps: [address],
  externalIps: [],
  isReady: true,
  operatingSystem,
});
const instances = mapFact(exampleNode.instances, (all) =>
  all.flatMap((one) => [
    { ...one, id: "i-win", isWindows: true },
    { ...one, id: "i-linux", subnetId: "subnet-0b2" },
  ]),
);
const rest = {
  nodes: [node("win", "10.0.1.7", "windows"), node("linux", "10.0.2.7", "linux")],
  instances,
  networkInterfaces: known([]),
  nodeGroups: known([]),
  subnets: known([subnet("subnet-0a1", "10.0.1.0/24"), subnet("subnet-0b2", "10.0.2.0/24")]),
  vpc: known({ id: "vpc-0a1", cidrs: ["10.0.0.0/16"] }),
  pods: known([examplePod("web", { nodeName: "win" })]),
};

export const windowsNodesAreSegmented = defineCheck({
  id: "windows-nodes-are-segmented",
  title: "Windows nodes are segmented by a policy engine or by network ACLs",
  surface: "pod-network",
  severity: "medium",
  path: { from: "pods", to: "workloads" },
  needs: ["nodes"],
  uses: ["instances", "networkInterfaces", "nodeGroups", "subnets", "vpc", "networkAcls", "pods"],
  why: "Amazon VPC CNI polices no Windows pod: without another engine or a network ACL, every pod and node of the cluster reaches every port of them.",
  judged:
    "Passes a subnet with Windows nodes when each of them runs a ready pod of calico-node-windows, the one engine known for Windows: VPC CNI polices no Windows pod. Else it passes when the subnet's network ACL closes at least one port, in or out, to each of the subnets in which other nodes stand. A security group or a NetworkPolicy is no substitute here. When all nodes stand in that one subnet, no ACL is on the path and it fails. With a single node the rest of the VPC stands for the others. A cluster without Windows nodes is not-applicable.",
  unseen: "Which ports the ACL ought to close. Whether pods of Windows nodes listen on anything.",
  remediation:
    "Run Calico for Windows (calico-node-windows) on the Windows nodes, or put these nodes into subnets of their own whose network ACL admits from the other nodes' subnets only the ports that are needed.",
  examples: {
    fail: { ...rest, networkAcls: known([acl]) },
    pass: { ...rest, networkAcls: known([{ ...acl, entries: [kubelet, ...acl.entries] }]) },
  },
  evaluate: ({ nodes, pods, networkAcls, ...others }, _settings, { resource: cluster }) => {
    const facts: NeighbourFacts = { ...others, nodes: known(nodes) };
    const machines = machinesOf(facts, cluster.name).certain.filter(isUp);
    const windows = machines.filter(isWindows);
    const bySubnet = Map.groupBy(windows, (machine) => subnetOf(machine) ?? "");
    const policed = policedNodes(pods);
    const aclOf = networkAclsBySubnet(networkAcls);
    return [...bySubnet].map(([id, its]) => {
      if (id === "") return placeless(its, cluster);
      const resource = subnetResource(id, cluster);
      return judge({ resource, machines: its, policed, acl: aclOf(id), neighbours: neighboursOf(id, machines, facts) });
    });
  },
});

function placeless(machines: readonly Machine[], resource: Resource): Verdict {
  const names = machines.map(machineName);
  const reason = { code: "not-found", message: `Nothing tells in which subnet ${listed(names)} stand.` } as const;
  return { resource, status: "unknown", reason, message: `Cluster ${resource.name} was not judged whole: ${reason.message}` };
}

/** Of a shared subnet too the cluster's own account stands in the ARN: whose it is was not read. */
function subnetResource(id: string, cluster: Resource): Resource {
  const [, partition, , region, account] = cluster.id.split(":");
  return { kind: "Subnet", id: `arn:${partition}:ec2:${region}:${account}:subnet/${id}`, name: id };
}

/** The names of the nodes that Calico for Windows polices: the one engine that does. Source: Calico, "Windows Calico requirements". */
const policedNodes = (pods: Fact<readonly Pod[]>): Fact<ReadonlySet<string>> =>
  mapFact(
    pods,
    (all) =>
      new Set(
        all
          .filter((pod) => pod.owner?.kind === "DaemonSet" && pod.owner.name === "calico-node-windows")
          .filter((pod) => ["calico-system", "kube-system"].includes(pod.namespace) && pod.phase === "Running" && pod.isReady === true)
          .flatMap(({ nodeName }) => nodeName ?? []),
      ),
  );

interface Subject {
  readonly resource: Resource;
  readonly machines: readonly Machine[];
  readonly policed: Fact<ReadonlySet<string>>;
  readonly acl: Fact<NetworkAcl>;
  readonly neighbours: Fact<readonly Neighbour[]>;
}

function judge({ resource, machines, policed, acl: its, neighbours }: Subject): Verdict {
  const names = machines.map(machineName).sort();
  const seen = `Subnet ${resource.name} has ${counted(names.length)}`;
  const windowsNodes = few(names);
  const open = policed.state === "known" ? names.filter((one) => !policed.value.has(one)) : names;
  if (open.length === 0) {
    const evidence = { windowsNodes, engine: "calico" };
    return { resource, status: "pass", evidence, message: `${seen}, all policed by Calico for Windows.` };
  }
  const unread = its.state === "unknown" ? its : neighbours.state === "unknown" ? neighbours : undefined;
  const others = neighbours.state === "known" ? neighbours.value : [];
  const unlimited = its.state === "unknown" ? [] : others.filter(({ addresses }) => isAllowAll(its.value, addresses));
  if (unread === undefined && others.length > 0 && unlimited.length === 0) {
    const evidence = { windowsNodes, networkAcl: idOf(its), otherNodes: few(others.map(({ name }) => name)) };
    return { resource, status: "pass", evidence, message: `${seen}, which a network ACL keeps other nodes from on some ports.` };
  }
  const doubt = unread ?? policed;
  if (doubt.state === "unknown") {
    const message = `${seen}, and what segments them was not read: ${doubt.reason.message}`;
    return { resource, status: "unknown", reason: doubt.reason, evidence: { windowsNodes }, message };
  }
  const passing = few(unlimited.map(({ name }) => name));
  const evidence = { windowsNodes, withoutEngine: few(open), networkAcl: idOf(its), passesFrom: passing };
  const why =
    others.length === 0
      ? "and all other nodes stand in the same subnet, where no network ACL is on the path"
      : `and its network ACL limits nothing to and from ${listed(unlimited.map(({ name }) => name))}`;
  return { resource, status: "fail", evidence, message: `${seen}, ${open.length} without a policy engine such as ${open[0]}, ${why}.` };
}

/** An ACL that limits one direction is none that allows all. */
const isAllowAll = (acl: NetworkAcl, addresses: AddressSet): boolean =>
  (["ingress", "egress"] as const).every((direction) => admitsEveryPort(acl, addresses, direction));

const idOf = (acl: Fact<NetworkAcl>): string => (acl.state === "known" ? acl.value.id : "");
const counted = (nodes: number): string => (nodes === 1 ? "1 Windows node" : `${nodes} Windows nodes`);
