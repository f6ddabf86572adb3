/** Security groups and network ACLs, drawn and read packet by packet as the user guide tells them: slow, and plain to see. */
import fc from "fast-check";
import type { SecurityGroup, SecurityGroupRule } from "../../../core/model/aws.ts";
import type { NetworkAcl, NetworkAclEntry } from "../../../core/model/vpc.ts";
import type { Place } from "../../../core/net/reach/within-vpc.ts";
import { aRule, aSecurityGroup } from "../../support/cluster.ts";

/** Addresses that the drawn rules tell apart. */
export const addresses = ["10.0.0.1", "10.0.0.2", "10.0.1.1", "10.0.1.2"] as const;
const cidr = fc.constantFrom("10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.0.0.1/32", "10.0.1.2/32", "0.0.0.0/0", "::/0");
const range = fc.constantFrom<{ readonly fromPort?: number; readonly toPort?: number }>(
  {},
  { fromPort: 10250, toPort: 10250 },
  { fromPort: 0, toPort: 10249 },
  { fromPort: 10251, toPort: 65535 },
  { fromPort: 1, toPort: 65535 },
);
const rule = fc
  .tuple(fc.constantFrom("-1", "tcp", "udp"), range, fc.array(cidr, { maxLength: 2 }), fc.subarray(["sg-pod", "sg-node", "sg-branch"]))
  .map(([protocol, ports, cidrs, groupIds]) => aRule({ protocol, ...ports, cidrs, groupIds }));
/** A security group with rules about each other. */
export const group = (id: string) =>
  fc
    .tuple(fc.array(rule, { maxLength: 3 }), fc.array(rule, { maxLength: 3 }))
    .map(([ingress, egress]) => aSecurityGroup(id, ingress, { egress }));
const entry = fc
  .tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom("ingress", "egress"),
    fc.constantFrom("allow", "deny"),
    fc.constantFrom("-1", "6"),
    cidr,
    range,
  )
  .map(
    ([number, direction, action, protocol, block, ports]): NetworkAclEntry => ({
      number,
      direction,
      action,
      protocol,
      cidr: block,
      ...ports,
    }),
  );
/** A network ACL of one subnet. */
export const acl = (subnetId: string) =>
  fc.uniqueArray(entry, { maxLength: 5, selector: ({ number, direction }) => `${number} ${direction}` }).map(
    (entries): NetworkAcl => ({
      id: `acl-${subnetId}`,
      isDefault: false,
      subnetIds: [subnetId],
      entries,
    }),
  );

/** The rules read packet by packet, as the user guide tells them. */
const inBlock = (block: string, address: string): boolean => {
  const [base = "", length = "32"] = block.split("/");
  if (base.includes(":")) return false;
  const bits = (text: string) =>
    text
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  return bits(base).slice(0, Number(length)) === bits(address).slice(0, Number(length));
};
const rulesMatch = (rules: readonly SecurityGroupRule[], port: number, other: string, otherGroups: readonly string[]): boolean =>
  rules.some(
    ({ protocol, fromPort = 0, toPort = 65535, cidrs, groupIds }) =>
      (protocol === "-1" || (protocol === "tcp" && fromPort <= port && port <= toPort)) &&
      (cidrs.some((block) => inBlock(block, other)) || groupIds.some((id) => otherGroups.includes(id))),
  );
const aclPasses = ({ entries }: NetworkAcl, direction: string, other: string, itsPort: number): boolean =>
  entries
    .filter((one) => one.direction === direction)
    .toSorted((a, b) => a.number - b.number)
    .find(
      ({ protocol, cidr: block, fromPort = 0, toPort = 65535 }) =>
        inBlock(block, other) && (protocol === "-1" || (fromPort <= itsPort && itsPort <= toPort)),
    )?.action === "allow";
const sourcePorts = [1, 1023, 10249, 10250, 10251, 65535];

export interface End extends Place {
  readonly address: string;
}
export interface World {
  readonly groups: readonly SecurityGroup[];
  readonly acls: readonly NetworkAcl[];
}

/** Whether a TCP connection to the port comes about, from one source port or another. */
export function connects({ groups, acls }: World, from: End, to: End, port: number): boolean {
  const rulesOf = ({ groupIds }: End, direction: "ingress" | "egress") =>
    groups.filter(({ id }) => groupIds.includes(id)).flatMap((one) => one[direction]);
  if (!rulesMatch(rulesOf(from, "egress"), port, to.address, to.groupIds)) return false;
  if (!rulesMatch(rulesOf(to, "ingress"), port, from.address, from.groupIds)) return false;
  if (from.subnetId === to.subnetId) return true;
  const passes = ({ subnetId }: End, direction: string, other: End, itsPort: number): boolean =>
    acls.some((one) => one.subnetIds.includes(subnetId) && aclPasses(one, direction, other.address, itsPort));
  return (
    passes(from, "egress", to, port) &&
    passes(to, "ingress", from, port) &&
    sourcePorts.some((answer) => passes(to, "egress", from, answer)) &&
    sourcePorts.some((answer) => passes(from, "ingress", to, answer))
  );
}
