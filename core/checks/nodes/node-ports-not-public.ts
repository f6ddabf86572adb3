import { defineCheck } from "../../model/check.ts";
import { type Fact, known } from "../../model/fact.ts";
import type { Pod } from "../../model/workloads.ts";
import { type HostPorts, hostPortsOf } from "../../net/nodes/host-ports.ts";
import type { Machine } from "../../net/nodes/machines.ts";
import type { Ports } from "../../net/security-group.ts";
import { exampleGroups, exampleInterface, exampleNode, exampleSurroundings } from "./example-node.ts";
import { judgePools, type Opinion } from "./judge-pools.ts";
import { exposureFacts, exposuresIn, opinionsOn } from "./ports-not-public.ts";

/** Kubernetes' default range, which EKS does not change. Source: kubernetes.io, "Service", type: NodePort. */
const ofEachProtocol = (from: number, to: number): readonly Ports[] =>
  (["tcp", "udp", "sctp"] as const).map((protocol) => ({ protocol, from, to }));
const nodePorts = ofEachProtocol(30_000, 32_767);
const everyPort = ofEachProtocol(0, 65_535);

const rest = {
  ...exampleNode,
  ...exampleSurroundings,
  networkInterfaces: known([exampleInterface]),
  pods: known([]),
};

export const nodePortsNotPublic = defineCheck({
  id: "node-ports-not-public",
  title: "The internet reaches no node port and no declared host port",
  surface: "nodes",
  severity: "high",
  path: { from: "internet", to: "nodes" },
  needs: [],
  uses: [...exposureFacts, "pods"],
  why: "A NodePort or host port that the internet reaches serves a workload past every load balancer, with its TLS, its source ranges and its logs.",
  remediation:
    "Revoke the rules that admit the internet to the ports named (aws ec2 revoke-security-group-ingress): admit them from the load balancers' security groups alone. Nodes in private subnets without public addresses are out of reach whatever their rules say.",
  examples: {
    fail: { ...rest, securityGroups: exampleGroups({ fromPort: 30_000, toPort: 32_767, cidrs: ["0.0.0.0/0"] }) },
    pass: { ...rest, securityGroups: exampleGroups({ fromPort: 30_000, toPort: 32_767, groupIds: ["sg-0b1"] }) },
  },
  evaluate: ({ instances, networkInterfaces, nodeGroups, nodes, pods, ...way }, settings, about) => {
    const opinionOn = opinionsOn(exposuresIn(way, settings));
    const hostPorts = hostPortsOf(pods.state === "known" ? pods.value : []);
    return judgePools({
      about,
      facts: { instances, networkInterfaces, nodeGroups, nodes },
      failing: "with ports that the internet reaches",
      judge: (machine) => opinionOf(machine, { opinionOn, hostPorts, pods }),
    });
  },
});

interface Sight {
  readonly opinionOn: (machine: Machine, ports: readonly Ports[]) => Opinion;
  readonly hostPorts: HostPorts;
  readonly pods: Fact<readonly Pod[]>;
}

function opinionOf(machine: Machine, { opinionOn, hostPorts, pods }: Sight): Opinion {
  if (pods.state === "known") return opinionOn(machine, [...nodePorts, ...hostPorts(machine)]);
  const seen = opinionOn(machine, nodePorts);
  if (seen.status !== "pass") return seen;
  // Pods that were not read may have opened any port, which is no matter where the internet reaches none.
  const onEveryPort = opinionOn(machine, everyPort);
  return onEveryPort.status === "pass" ? seen : { status: "unknown", reason: pods.reason };
}
