import { defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import { parseFilterCidrs } from "../../net/addresses.ts";
import { isInternet } from "../../net/internet.ts";
import { indexGroups } from "../../net/security-group.ts";
import { exampleGroups, exampleInterface, exampleNode, exampleSurroundings } from "./example-node.ts";
import { judgePools } from "./judge-pools.ts";
import { remoteShells } from "./judged-ports.ts";
import { exposureFacts, exposuresIn, opinionsOn } from "./ports-not-public.ts";
import { revocations } from "./revoke-rules.ts";

const text =
  "Revoke the rules that admit the internet to TCP 22 and 3389 (aws ec2 revoke-security-group-ingress), and reach nodes by Session Manager (aws ssm start-session). Of a managed node group with remote access, name sourceSecurityGroups: without them EKS opens the port to 0.0.0.0/0.";
const rest = { ...exampleNode, ...exampleSurroundings, networkInterfaces: known([exampleInterface]) };

export const nodeSshNotPublic = defineCheck({
  id: "node-ssh-not-public",
  title: "The internet reaches no node's SSH or RDP port",
  surface: "nodes",
  severity: "high",
  path: { from: "internet", to: "nodes" },
  needs: [],
  uses: exposureFacts,
  why: "A remote shell that the internet reaches is tried around the clock, and one weak key or unpatched daemon opens the node and all its pods.",
  judged:
    "Asks whether the internet reaches TCP 22 or 3389. Five layers have to let the internet through on one interface of a node: a public address of the family, an active route from its subnet to an internet gateway, Block Public Access, the network ACL both ways, and the security groups; the internet is more than a /8 in IPv4 or a /19 in IPv6 of globally reachable sources. Narrower public sources pass and are named in the evidence. Block Public Access and network ACLs that were not read withhold no fail and are named beside it; routes or groups that were not read withhold a fail, and a pass that no other layer proves. Whether a daemon listens is not asked. Of a pool the worst node decides; stopped instances are left out, Fargate and hybrid nodes are not-applicable.",
  unseen: "Other ports of remote shells, Session Manager, and narrower sources than the internet: a range of the office passes.",
  remediation: text,
  examples: {
    fail: { ...rest, securityGroups: exampleGroups({ fromPort: 22, toPort: 22, cidrs: ["0.0.0.0/0"] }) },
    pass: { ...rest, securityGroups: exampleGroups({ fromPort: 22, toPort: 22, cidrs: ["10.0.0.0/16"] }) },
  },
  evaluate: ({ instances, networkInterfaces, nodeGroups, nodes, ...way }, settings, about) => {
    const groups = indexGroups(way.securityGroups, way.prefixLists);
    const isUnwanted = (cidr: string): boolean => isInternet(parseFilterCidrs([cidr]), settings.internet);
    const opinionOf = opinionsOn(exposuresIn(way, settings), ({ groupIds }) =>
      revocations(groupIds, { groups, ports: remoteShells, isUnwanted, about }),
    );
    return judgePools({
      about,
      facts: { instances, networkInterfaces, nodeGroups, nodes },
      remediation: text,
      failing: "whose SSH or RDP port the internet reaches",
      judge: (machine) => opinionOf(machine, remoteShells),
    });
  },
});
