import { listed } from "../../checks/listed.ts";
import { ofEachProtocol } from "../../checks/nodes/judged-ports.ts";
import { hostPortsOf } from "../../net/nodes/host-ports.ts";
import { nodePortRanges } from "../../net/nodes/node-ports.ts";
import type { Fix } from "../fix.ts";
import { closedPool } from "./closed-pool.ts";
import { closingToInternet } from "./internet-sources.ts";

export const fixNodePortsNotPublic: Fix = (input) => {
  const { pods, network } = input.cluster.facts;
  const nodePorts = nodePortRanges(network).ranges.flatMap(({ from, to }) => ofEachProtocol(from, to));
  const hostPorts = hostPortsOf(pods.state === "known" ? pods.value : []);
  const closed = closedPool(
    input,
    closingToInternet(input.settings, (machine) => [...nodePorts, ...hostPorts(machine)]),
  );
  if ("none" in closed) return closed;
  const { commands, after, notes, strangers, groupIds } = closed;
  return {
    plan: {
      summary: `Takes node ports and declared host ports from ${listed(strangers)} in ${listed(groupIds)}.`,
      commands,
      manifests: [],
      after,
      notes: [
        ...notes,
        "Whoever uses a NodePort or a host port from the internet loses it; so do clients of a network load balancer that keeps their addresses and has no security groups.",
        "Private and trusted addresses keep the ports; other ports of the rules stay as they are.",
        "Routes and public addresses stay: what else listens on these nodes is kept out by its own rules alone.",
      ],
    },
  };
};
