/** Which sources outside the VPC the rules in front of an interface admit, whatever way leads there. */
import type { Fact, Reason } from "../../model/fact.ts";
import type { NetworkAcl, NetworkInterface } from "../../model/vpc.ts";
import { type AddressSet, allAddresses, difference, intersection, isEmpty, isWithin, noAddresses, parseCidrs } from "../addresses.ts";
import { type InternetLimits, isInternet } from "../internet.ts";
import { type Admitted, admittedByAcl, networkAclsBySubnet } from "../reach/network-acl.ts";
import { admittedBy, type GroupIndex, type Ports } from "../security-group.ts";

export interface RulesAround {
  readonly groups: GroupIndex;
  readonly networkAcls: Fact<readonly NetworkAcl[]>;
  /** The VPC's own ranges. */
  readonly vpcCidrs: Fact<readonly string[]>;
  /** More addresses than these are the internet, which is no VPC's. */
  readonly internet: InternetLimits;
}

/** Who gets in from outside the VPC. */
export interface Outsiders {
  /** For certain, unread protections aside. */
  readonly atLeast: AddressSet;
  /** Nobody else. */
  readonly atMost: AddressSet;
  /** Why they differ. */
  readonly doubt?: Reason;
  /** The network ACL was not read: it could only narrow this. */
  readonly aclUnread: boolean;
}

const everybody: Admitted = { atLeast: allAddresses, atMost: allAddresses };

/** Judges interfaces one after the other; those of one subnet with the same groups are worked out once. */
export function outsidersOf({
  groups,
  networkAcls,
  vpcCidrs,
  internet,
}: RulesAround): (target: NetworkInterface, ports: Ports) => Outsiders {
  const aclOf = networkAclsBySubnet(networkAcls);
  const vpc = vpcCidrs.state === "known" ? parseCidrs(vpcCidrs.value) : noAddresses;
  const work = ({ groupIds, subnetId }: NetworkInterface, ports: Ports): Outsiders => {
    const acl = aclOf(subnetId);
    const passing = acl.state === "known" ? admittedByAcl(acl.value, ports) : everybody;
    const admission = admittedBy(groupIds, [ports], groups);
    const untold = admission.atMost.state === "unknown" ? admission.atMost.reason : whyForeign(admission.groups, groups);
    const admitted = difference(intersection(admission.atLeast, passing.atLeast), vpc);
    const atMost = difference(untold === undefined ? intersection(admission.atLeast, passing.atMost) : passing.atMost, vpc);
    const atLeast = vpcCidrs.state === "known" || isInternet(admitted, internet) ? admitted : noAddresses;
    const chosen = isWithin(atMost, admitted) ? undefined : passing.doubt;
    const doubt = untold ?? (vpcCidrs.state === "unknown" ? vpcCidrs.reason : chosen);
    return { atLeast, atMost, aclUnread: acl.state === "unknown", ...(doubt === undefined || isEmpty(atMost) ? {} : { doubt }) };
  };
  const worked = new Map<string, Outsiders>();
  return (target, ports) => {
    const key = [target.subnetId, ...target.groupIds.toSorted(), ports.protocol, ports.from, ports.to].join();
    const found = worked.get(key) ?? work(target, ports);
    worked.set(key, found);
    return found;
  };
}

/** Members of the VPC's groups have addresses of the VPC; whose a group of another VPC lets in is not read. */
function whyForeign(ids: readonly string[], groups: GroupIndex): Reason | undefined {
  for (const id of ids) {
    const group = groups.group(id);
    if (group.state === "unknown") return group.reason;
  }
  return undefined;
}
