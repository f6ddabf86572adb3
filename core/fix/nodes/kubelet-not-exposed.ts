import { listed } from "../../checks/listed.ts";
import { kubeletPorts } from "../../checks/nodes/judged-ports.ts";
import { isEmpty, isWithin, parseFilterCidrs } from "../../net/addresses.ts";
import { outsidersOf } from "../../net/nodes/admission.ts";
import { indexGroups } from "../../net/security-group.ts";
import type { Fix } from "../fix.ts";
import { closedPool } from "./closed-pool.ts";

export const fixKubeletNotExposed: Fix = (input) => {
  const { vpc, network } = input.cluster.facts;
  if (vpc.state === "unknown") return { none: `The VPC's own ranges, which have to stay, were not read: ${vpc.reason.message}` };
  const own = parseFilterCidrs(vpc.value.cidrs);
  const closed = closedPool(input, {
    ports: () => kubeletPorts,
    openOn: ({ securityGroups, prefixLists, networkAcls }) => {
      const outsiders = outsidersOf({
        groups: indexGroups(securityGroups, prefixLists),
        networkAcls,
        vpcCidrs: { state: "known", value: vpc.value.cidrs },
        internet: input.settings.internet,
      });
      return ({ interfaces }) =>
        interfaces.state === "unknown"
          ? undefined
          : interfaces.value.find((one) => kubeletPorts.some((ports) => !isEmpty(outsiders(one, ports).atLeast)));
    },
    strangers: (sources) => sources.filter(({ addresses }) => !isWithin(addresses, own)),
    keep: own,
  });
  if ("none" in closed) return closed;
  const { commands, after, notes, strangers, groupIds } = closed;
  const remote = network.state === "known" ? [...network.value.remoteNodeNetworks, ...network.value.remotePodNetworks] : [];
  return {
    plan: {
      summary: `Takes the kubelet's ports from ${listed(strangers)} in ${listed(groupIds)}.`,
      commands,
      manifests: [],
      after,
      notes: [
        ...notes,
        "The VPC's own addresses keep the ports; other ports of the rules stay as they are. The control plane comes by its interfaces in the VPC.",
        ...(remote.length === 0
          ? []
          : [`Hybrid nodes and their pods in ${listed(remote)} lose these kubelets, such as metrics agents there.`]),
      ],
    },
  };
};
