/** Network interfaces in EC2's words: those that an estate names, and those that come with what it names. */
import type { NetworkInterface } from "../estate/instance.ts";
import type { Subnet, Vpc } from "../estate/network.ts";
import { hex } from "./ids.ts";
import type { Item } from "./network.ts";
import type { Place } from "./place.ts";

/** What tells one interface from another. */
export interface Interface {
  readonly id: string;
  readonly subnet: Pick<Subnet, "id" | "zone" | "cidr">;
  readonly vpcId: string;
  readonly groupIds: readonly string[];
  readonly type: string;
  readonly description: string;
  readonly privateIps?: readonly string[] | undefined;
  readonly publicIps?: readonly string[];
  readonly ipv6?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly attachment?: Item;
  readonly operator?: Item;
  /** The service that made it, as a requester: amazon-elb, an account of EKS. */
  readonly requester?: string;
}

/** An address of a range, always the same for the same words. The first four and the last are EC2's own. */
export function addressIn(cidr: string, ...words: readonly string[]): string {
  const [base = "", length = "32"] = cidr.split("/");
  const free = 2 ** (32 - Number(length)) - 5;
  const start = base.split(".").reduce((value, part) => value * 256 + Number(part), 0);
  const address = start + 4 + (free > 0 ? Number(`0x${hex(8, ...words)}`) % free : 0);
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

const isV6 = (text: string): boolean => text.includes(":");

/** Names as EC2 makes them of an address; those of us-east-1 are older than Regions. */
export const privateName = (address: string, { region }: Place): string =>
  `ip-${address.replaceAll(".", "-")}.${region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`}`;

/** The addresses of an interface of which an estate names none. */
export const privateIpsOf = ({ id, subnet, privateIps }: Pick<Interface, "id" | "subnet" | "privateIps">): readonly string[] =>
  privateIps ?? [addressIn(subnet.cidr, id)];

export function interfaceItem(one: Interface, place: Place): Item {
  const { id, subnet, publicIps = [], ipv6 = [], prefixes = [], attachment, requester } = one;
  const addresses = privateIpsOf(one);
  const [first] = addresses;
  const association = (publicIp: string | undefined): Item | undefined =>
    publicIp === undefined ? undefined : { publicIp, ipOwnerId: requester ?? "amazon", publicDnsName: "" };
  const prefixSet = (of: readonly string[], element: string) => (of.length === 0 ? undefined : of.map((prefix) => ({ [element]: prefix })));
  return {
    networkInterfaceId: id,
    subnetId: subnet.id,
    vpcId: one.vpcId,
    availabilityZone: `${place.region}${subnet.zone}`,
    description: one.description,
    ownerId: place.account,
    requesterId: requester,
    requesterManaged: requester !== undefined,
    status: attachment === undefined ? "available" : "in-use",
    macAddress: hex(12, id).replace(/..(?!$)/g, "$&:"),
    privateIpAddress: first,
    privateDnsName: first === undefined ? undefined : privateName(first, place),
    sourceDestCheck: true,
    groupSet: one.groupIds.map((groupId) => ({ groupId, groupName: groupId })),
    attachment,
    association: association(publicIps[0]),
    tagSet: [],
    privateIpAddressesSet: addresses.map((privateIpAddress, i) => ({
      privateIpAddress,
      privateDnsName: privateName(privateIpAddress, place),
      primary: i === 0,
      association: association(publicIps[i]),
    })),
    ipv6AddressesSet: ipv6.map((ipv6Address) => ({ ipv6Address, isPrimaryIpv6: false })),
    ipv4PrefixSet: prefixSet(
      prefixes.filter((prefix) => !isV6(prefix)),
      "ipv4Prefix",
    ),
    ipv6PrefixSet: prefixSet(prefixes.filter(isV6), "ipv6Prefix"),
    interfaceType: one.type,
    operator: one.operator ?? { managed: false },
  };
}

/** How an interface hangs on an instance. */
export const attachedTo = (instanceId: string, deviceIndex: number, { account }: Place): Item => ({
  attachmentId: `eni-attach-${hex(17, instanceId, String(deviceIndex))}`,
  instanceId,
  instanceOwnerId: account,
  deviceIndex,
  status: "attached",
  deleteOnTermination: deviceIndex === 0,
});

/** How an interface hangs on something that is not an instance of the account. */
export const attachedBy = (owner: string, ...words: readonly string[]): Item => ({
  attachmentId: `ela-attach-${hex(17, owner, ...words)}`,
  instanceOwnerId: owner,
  deviceIndex: 1,
  status: "attached",
  deleteOnTermination: false,
});

/** An interface that the estate names. */
export function namedInterface(one: NetworkInterface, vpc: Vpc, subnet: Subnet, groupIds: readonly string[], place: Place): Item {
  const { id, type, description, privateIps, publicIps, ipv6, prefixes, instance } = one;
  const attachment = instance === undefined ? {} : { attachment: attachedTo(instance, 1, place) };
  return interfaceItem(
    { id, subnet, vpcId: vpc.id, groupIds, type, description, privateIps, publicIps, ipv6, prefixes, ...attachment },
    place,
  );
}
