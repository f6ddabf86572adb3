import { known } from "../../model/fact.ts";
import { isWithin, parseFilterCidrs } from "../../net/addresses.ts";
import { controlPlaneGroups } from "../../net/control-plane.ts";
import { indexGroups, type Ports } from "../../net/security-group.ts";
import { aboutOf, type Fix } from "../fix.ts";
import { narrowedRules, replacing, sourcesOn } from "../narrowed-rules.ts";

const https: readonly Ports[] = [{ protocol: "tcp", from: 443, to: 443 }];

/** Takes port 443 from whoever is none of the VPC, the remote networks and the trusted ranges. */
export const fixEndpointSecurityGroupsRestrictAccess: Fix = (input) => {
  const { network, networkInterfaces, vpc, securityGroups, prefixLists } = input.cluster.facts;
  if (network.state === "unknown") return { none: network.reason.message };
  if (securityGroups.state === "unknown") return { none: securityGroups.reason.message };
  if (vpc.state === "unknown") return { none: `The VPC's own ranges, which have to stay, were not read: ${vpc.reason.message}` };
  const { remoteNodeNetworks, remotePodNetworks } = network.value;
  const allowed = parseFilterCidrs([...vpc.value.cidrs, ...remoteNodeNetworks, ...remotePodNetworks, ...input.settings.trustedCidrs]);
  const { ids } = controlPlaneGroups(network.value, networkInterfaces, input.cluster.name);
  const strangers = sourcesOn(ids, https, indexGroups(securityGroups, prefixLists)).filter(
    ({ addresses }) => !isWithin(addresses, allowed),
  );
  const { groups, commands, notes } = narrowedRules(strangers, https, allowed, aboutOf(input));
  return {
    plan: {
      summary: `Takes TCP 443 from ${strangers.map(({ text }) => text).join(", ")} in ${groups.map(({ id }) => id).join(", ")}.`,
      commands,
      manifests: [],
      after: { ...input.cluster.facts, securityGroups: known(replacing(securityGroups.value, groups)) },
      isLast: true,
      notes: [
        ...notes,
        "Clients in these ranges lose the private endpoint: list the ranges under trustedCidrs first where they are the organization's.",
        "Whoever else is behind these groups loses the same port; other ports of the rules stay as they are.",
      ],
    },
  };
};
