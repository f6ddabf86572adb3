/** What is on a Region's networks: instances, and every network interface, also those that AWS services make. */
import { EstateError } from "../errors.ts";
import type { Vpc } from "../estate/network.ts";
import { hex } from "./ids.ts";
import { machine } from "./instance.ts";
import type { Site } from "./load-balancer.ts";
import { defaultGroupId, type Item, type Network } from "./network.ts";
import { attachedBy, interfaceItem, namedInterface } from "./network-interface.ts";
import type { Place } from "./place.ts";

/** A load balancer or a control plane: something of AWS that has an interface in each of its subnets. */
export interface Resident {
  readonly description: string;
  readonly site: Site;
  readonly groupIds: readonly string[];
  readonly type: string;
  readonly requester: string;
  readonly isPublic: boolean;
}

/** The account of EKS's control planes, which is AWS's own. */
const eksAccount = "999999999999";

export const controlPlane = (cluster: string, site: Site, groupIds: readonly string[]): Resident => ({
  description: `Amazon EKS ${cluster}`,
  site,
  groupIds,
  type: "interface",
  requester: eksAccount,
  isPublic: false,
});

export function residentInterfaces({ description, site, groupIds, type, requester, isPublic }: Resident, place: Place): readonly Item[] {
  return site.subnets.map((subnet) => {
    const words = [place.account, place.region, site.vpcId, description, subnet.id];
    return interfaceItem(
      {
        id: `eni-${hex(17, ...words)}`,
        subnet,
        vpcId: site.vpcId,
        groupIds,
        type,
        description,
        // RFC 5737: nobody's.
        publicIps: isPublic ? [`192.0.2.${1 + (Number.parseInt(hex(4, ...words), 16) % 254)}`] : [],
        attachment: attachedBy(requester, ...words),
        requester,
      },
      place,
    );
  });
}

/** The instances of a VPC and the interfaces that the estate names. */
export function inhabitants(vpc: Vpc, place: Place): Pick<Network, "instances" | "networkInterfaces"> {
  const subnetOf = ({ id, subnet: wanted }: { readonly id: string; readonly subnet?: string | undefined }) => {
    const subnet = wanted === undefined ? vpc.subnets[0] : vpc.subnets.find((one) => one.id === wanted);
    if (subnet !== undefined) return subnet;
    throw new EstateError(
      `accounts.${place.account}.regions.${place.region}: ${id} is in subnet ${wanted}, which is not one of VPC ${vpc.id}`,
    );
  };
  const groupsOf = ({ securityGroups }: { readonly securityGroups: readonly string[] }) =>
    securityGroups.length === 0 ? [defaultGroupId(vpc.id)] : securityGroups;
  const machines = vpc.instances.map((one) => machine(one, vpc, subnetOf(one), groupsOf(one), place));
  return {
    instances: machines.map(({ instance }) => instance),
    networkInterfaces: [
      ...machines.flatMap(({ networkInterface }) => (networkInterface === undefined ? [] : [networkInterface])),
      ...vpc.networkInterfaces.map((one) => namedInterface(one, vpc, subnetOf(one), groupsOf(one), place)),
    ],
  };
}
