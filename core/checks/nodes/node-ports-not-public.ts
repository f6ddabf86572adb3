import { defineCheck } from "../../model/check.ts";
import { type Fact, known } from "../../model/fact.ts";
import type { Pod } from "../../model/workloads.ts";
import { type HostPorts, hostPortsOf } from "../../net/nodes/host-ports.ts";
import type { Machine } from "../../net/nodes/machines.ts";
import { type NodePortRanges, nodePortRanges } from "../../net/nodes/node-ports.ts";
import type { Ports } from "../../net/security-group.ts";
import { exampleGroups, exampleInterface, exampleNetwork, exampleNode, exampleSurroundings } from "./example-node.ts";
import { judgePools, type Opinion } from "./judge-pools.ts";
import { ofEachProtocol } from "./judged-ports.ts";
import { exposureFacts, exposuresIn, opinionsOn } from "./ports-not-public.ts";

const everyPort = ofEachProtocol(0, 65_535);

const rest = {
  ...exampleNode,
  ...exampleSurroundings,
  networkInterfaces: known([exampleInterface]),
  network: known(exampleNetwork),
  pods: known([]),
};

export const nodePortsNotPublic = defineCheck({
  id: "node-ports-not-public",
  title: "The internet reaches no node port and no declared host port",
  surface: "nodes",
  severity: "high",
  path: { from: "internet", to: "nodes" },
  needs: [],
  uses: [...exposureFacts, "network", "pods"],
  why: "A NodePort or host port that the internet reaches serves a workload past every load balancer, with its TLS, its source ranges and its logs.",
  judged:
    "Asks whether the internet reaches 30000 to 32767, or the range of node ports that EKS says the API server was given, by TCP, UDP or SCTP, or a port of the node that a pod on it declares: a hostPort, or any port of a hostNetwork pod. Five layers have to let the internet through on one interface of a node: a public address of the family, an active route from its subnet to an internet gateway, Block Public Access, the network ACL both ways, and the security groups; the internet is more than a /8 in IPv4 or a /19 in IPv6 of globally reachable sources. Narrower public sources pass and are named in the evidence. Block Public Access and network ACLs that were not read withhold no fail and are named beside it; routes or groups that were not read withhold a fail, and a pass that no other layer proves. Whether a Service uses the port now is not asked: an open range serves the next one. Where pods or the range were not read, a node that the internet reaches on no port at all still passes. Of a pool the worst node decides; stopped instances are left out, Fargate and hybrid nodes are not-applicable.",
  unseen: "Whether kube-proxy answers. No connection is attempted.",
  remediation:
    "Revoke the rules that admit the internet to the ports named (aws ec2 revoke-security-group-ingress): admit them from the load balancers' security groups alone. Nodes in private subnets without public addresses are out of reach whatever their rules say.",
  examples: {
    fail: { ...rest, securityGroups: exampleGroups({ fromPort: 30_000, toPort: 32_767, cidrs: ["0.0.0.0/0"] }) },
    pass: { ...rest, securityGroups: exampleGroups({ fromPort: 30_000, toPort: 32_767, groupIds: ["sg-0b1"] }) },
  },
  evaluate: ({ instances, networkInterfaces, nodeGroups, nodes, network, pods, ...way }, settings, about) => {
    const opinionOn = opinionsOn(exposuresIn(way, settings));
    const hostPorts = hostPortsOf(pods.state === "known" ? pods.value : []);
    const nodePorts = nodePortRanges(network);
    return judgePools({
      about,
      facts: { instances, networkInterfaces, nodeGroups, nodes },
      failing: "with ports that the internet reaches",
      judge: (machine) => opinionOf(machine, { opinionOn, hostPorts, nodePorts, pods }),
    });
  },
});

interface Sight {
  readonly opinionOn: (machine: Machine, ports: readonly Ports[]) => Opinion;
  readonly hostPorts: HostPorts;
  readonly nodePorts: NodePortRanges;
  readonly pods: Fact<readonly Pod[]>;
}

function opinionOf(machine: Machine, { opinionOn, hostPorts, nodePorts, pods }: Sight): Opinion {
  const ports = [...nodePorts.ranges.flatMap(({ from, to }) => ofEachProtocol(from, to)), ...hostPorts(machine)];
  const seen = opinionOn(machine, ports);
  const doubt = pods.state === "unknown" ? pods.reason : nodePorts.doubt;
  if (doubt === undefined || seen.status !== "pass") return seen;
  // What was not read may have opened any port, which is no matter where the internet reaches none.
  const onEveryPort = opinionOn(machine, everyPort);
  return onEveryPort.status === "pass" ? seen : { status: "unknown", reason: doubt };
}
