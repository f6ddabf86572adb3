import { listed } from "../../checks/listed.ts";
import { remoteShells } from "../../checks/nodes/judged-ports.ts";
import type { Fix } from "../fix.ts";
import { closedPool } from "./closed-pool.ts";
import { closingToInternet } from "./internet-sources.ts";

export const fixNodeSshNotPublic: Fix = (input) => {
  const closed = closedPool(
    input,
    closingToInternet(input.settings, () => remoteShells),
  );
  if ("none" in closed) return closed;
  const { commands, after, notes, strangers, groupIds } = closed;
  return {
    plan: {
      summary: `Takes SSH and RDP from ${listed(strangers)} in ${listed(groupIds)}.`,
      commands,
      manifests: [],
      after,
      notes: [
        ...notes,
        "Private and trusted addresses keep the ports; other ports of the rules stay as they are. Reach nodes by Session Manager (`aws ssm start-session`).",
        "A managed node group with remote access and no source security groups opens its port anew when it is made again: name sourceSecurityGroups.",
        "Routes and public addresses stay: what else listens on these nodes is kept out by its own rules alone.",
      ],
    },
  };
};
