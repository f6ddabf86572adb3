import { ec2Command } from "../../checks/ec2-commands.ts";
import { quoted } from "../../checks/shell.ts";
import { mapFact } from "../../model/fact.ts";
import type { NetworkAclEntry } from "../../model/vpc.ts";
import { toCidrs } from "../../net/addresses.ts";
import { isUp, machinesOf } from "../../net/nodes/machines.ts";
import { neighboursOf } from "../../net/nodes/windows.ts";
import { admitsEveryPort, networkAclsBySubnet } from "../../net/reach/network-acl.ts";
import { aboutOf, type Fix } from "../fix.ts";

/** Remote Desktop, Windows Remote Management and file sharing: nothing in a cluster administers its Windows nodes from its other nodes. */
const ports = [
  { fromPort: 3389, toPort: 3389 },
  { fromPort: 5985, toPort: 5986 },
  { fromPort: 445, toPort: 445 },
] as const;

/** The subnet's network ACL denies the ports by which Windows is administered to the subnets of other nodes. */
export const fixWindowsNodesAreSegmented: Fix = (input) => {
  const { cluster, finding } = input;
  const { facts } = cluster;
  const subnet = finding.resource.name;
  const acl = networkAclsBySubnet(facts.networkAcls)(subnet);
  if (acl.state === "unknown") return { none: `Its network ACL was not read: ${acl.reason.message}` };
  const machines = machinesOf(facts, cluster.name).certain.filter(isUp);
  const neighbours = neighboursOf(subnet, machines, facts);
  if (neighbours.state === "unknown") return { none: `Where other nodes stand was not read: ${neighbours.reason.message}` };
  if (neighbours.value.length === 0) {
    return {
      none: "All other nodes stand in the same subnet, where no network ACL is on the path: put Windows nodes into subnets of their own, or run Calico for Windows.",
    };
  }
  const open = neighbours.value.filter(({ addresses }) => admitsEveryPort(acl.value, addresses));
  const its = acl.value.entries.filter(({ direction }) => direction === "ingress").map(({ number }) => number);
  const cidrs = [...new Set(open.flatMap(({ addresses }) => toCidrs(addresses)))];
  const first = Math.min(...its) - cidrs.length * ports.length;
  if (first < 1) return { none: `Network ACL ${acl.value.id} has no room for rules before its first: number its rules anew.` };
  const added = cidrs
    .flatMap((cidr) => ports.map((range) => ({ cidr, ...range })))
    .map((one, i): NetworkAclEntry => ({ number: first + i, direction: "ingress", action: "deny", protocol: "6", ...one }));
  const about = aboutOf(input);
  return {
    plan: {
      summary: `Denies TCP 445, 3389 and 5985-5986 from the subnets of other nodes in network ACL ${acl.value.id}.`,
      commands: added.map(({ number, cidr, fromPort, toPort }) =>
        ec2Command(
          about,
          `create-network-acl-entry --network-acl-id ${quoted(acl.value.id)} --ingress --rule-number ${number} --protocol 6 --port-range From=${fromPort},To=${toPort} --cidr-block ${quoted(cidr)} --rule-action deny`,
        ),
      ),
      manifests: [],
      after: {
        ...facts,
        networkAcls: mapFact(facts.networkAcls, (all) =>
          all.map((one) => (one.id === acl.value.id ? { ...one, entries: [...added, ...one.entries] } : one)),
        ),
      },
      notes: [
        `The network ACL holds for ${acl.value.subnetIds.length} subnets, and for whatever stands in them.`,
        "A network ACL takes 20 rules in a direction unless the quota was raised.",
        "It limits some ports alone: what polices Windows pods is Calico for Windows (calico-node-windows).",
      ],
    },
  };
};
