/** Instances in EC2's words, each with its primary interface. */
import type { Instance } from "../estate/instance.ts";
import type { Subnet, Vpc } from "../estate/network.ts";
import { hex } from "./ids.ts";
import { type Item, tagSet } from "./network.ts";
import { attachedTo, type Interface, interfaceItem, privateIpsOf, privateName } from "./network-interface.ts";
import type { Place } from "./place.ts";

const stateCodes: Readonly<Record<Instance["state"], number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

const operatorOf = ({ operator, hidden }: Instance): Item =>
  operator === undefined ? { managed: false } : { managed: true, principal: operator, hiddenByDefault: hidden };

/** An instance says less of its interface than the interface itself. */
function asInstanceHasIt({ availabilityZone: _zone, requesterManaged: _managed, tagSet: _tags, ...one }: Item): Item {
  const { instanceId: _instance, instanceOwnerId: _owner, ...attachment } = one.attachment as Item;
  return { ...one, attachment };
}

/** What an instance and its interface are, in the two lists that EC2 has of them. */
export interface Machine {
  readonly instance: Item;
  /** A terminated instance has none. */
  readonly networkInterface?: Item;
}

export function machine(instance: Instance, vpc: Vpc, subnet: Subnet, groupIds: readonly string[], place: Place): Machine {
  const { id, state, privateIps, publicIps, ipv6, prefixes, metadata } = instance;
  const primary: Interface = {
    id: `eni-${hex(17, id, "primary")}`,
    subnet,
    vpcId: vpc.id,
    groupIds,
    type: "interface",
    description: "",
    privateIps,
    publicIps,
    ipv6,
    prefixes,
    attachment: attachedTo(id, 0, place),
    operator: operatorOf(instance),
  };
  const networkInterface = interfaceItem(primary, place);
  const address = privateIpsOf(primary)[0] ?? "";
  const common: Item = {
    instanceId: id,
    imageId: `ami-${hex(17, "image")}`,
    instanceState: { code: stateCodes[state], name: state },
    reason: "",
    instanceType: instance.type,
    launchTime: "2026-01-01T00:00:00.000Z",
    placement: { availabilityZone: `${place.region}${subnet.zone}`, groupName: "", tenancy: "default" },
    platform: instance.windows ? "windows" : undefined,
    platformDetails: instance.windows ? "Windows" : "Linux/UNIX",
    monitoring: { state: "disabled" },
    architecture: "x86_64",
    rootDeviceType: "ebs",
    virtualizationType: "hvm",
    tagSet: tagSet(instance.tags),
    metadataOptions: {
      state: metadata.state,
      httpTokens: metadata.tokens,
      httpPutResponseHopLimit: metadata.hopLimit,
      httpEndpoint: metadata.endpoint,
      httpProtocolIpv6: metadata.ipv6Endpoint,
      instanceMetadataTags: "disabled",
    },
    operator: operatorOf(instance),
  };
  // Of an ended instance EC2 no longer knows where it was.
  if (state === "terminated") return { instance: { ...common, privateDnsName: "", dnsName: "", groupSet: [], networkInterfaceSet: [] } };
  return {
    instance: {
      ...common,
      privateDnsName: privateName(address, place),
      dnsName: "",
      privateIpAddress: address,
      ipAddress: publicIps[0],
      subnetId: subnet.id,
      vpcId: vpc.id,
      sourceDestCheck: true,
      groupSet: networkInterface.groupSet,
      networkInterfaceSet: [asInstanceHasIt(networkInterface)],
    },
    networkInterface,
  };
}
