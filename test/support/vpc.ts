/** Builders of what lies in a VPC, but for what is said. */
import type { NetworkAcl, NetworkAclEntry, NetworkInterface } from "../../core/model/vpc.ts";

/** An interface of subnet `subnet-a` with the group `sg-cluster`, of no instance, but for what is said. */
export const anEni = (id: string, rest: Partial<NetworkInterface> = {}): NetworkInterface => ({
  id,
  subnetId: "subnet-a",
  groupIds: ["sg-cluster"],
  privateIpv4: [],
  publicIpv4: [],
  ipv6: [],
  type: "interface",
  description: "",
  ...rest,
});

/** A rule of a network ACL, for every protocol and address. */
export const anAclEntry = (rest: Partial<NetworkAclEntry> = {}): NetworkAclEntry => ({
  number: 100,
  direction: "ingress",
  action: "allow",
  protocol: "-1",
  cidr: "0.0.0.0/0",
  ...rest,
});

/** A network ACL of the subnets that lets every IPv4 packet through, but for the entries that go before. */
export const anAcl = (subnetIds: readonly string[], before: readonly NetworkAclEntry[] = []): NetworkAcl => ({
  id: `acl-of-${subnetIds.join("-")}`,
  isDefault: false,
  subnetIds,
  entries: [...before, anAclEntry({ number: 1000 }), anAclEntry({ number: 1000, direction: "egress" })],
});
