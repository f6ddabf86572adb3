import type { ClusterNetwork, SecurityGroup } from "../../model/aws.ts";
import { type About, defineCheck, type Remediation } from "../../model/check.ts";
import { type Fact, known, type Reason } from "../../model/fact.ts";
import type { NetworkInterface, Vpc } from "../../model/vpc.ts";
import { type AddressSet, difference, isEmpty, isWithin, parseFilterCidrs, sizeOf, toCidrs } from "../../net/addresses.ts";
import { type ControlPlaneGroups, controlPlaneGroups } from "../../net/control-plane.ts";
import { type Admission, admittedBy, coversAnyOf, type GroupIndex, indexGroups, type Ports } from "../../net/security-group.ts";
import { revokeIngress } from "../ec2-commands.ts";
import { few, listed } from "../listed.ts";

const https: Ports = { protocol: "tcp", from: 443, to: 443 };
const text =
  "Remove the rules that admit TCP 443 from wider ranges from the security groups on the control plane's network interfaces, or list the ranges under trustedCidrs if the organization owns them. Make sure first that no client depends on them: nodes and pods are admitted by the VPC's ranges or by group.";

const network: ClusterNetwork = {
  vpcId: "vpc-0a1",
  subnetIds: ["subnet-0a1"],
  clusterSecurityGroupId: "sg-0c1",
  securityGroupIds: ["sg-0e1"],
  ipFamily: "ipv4",
  serviceCidrs: ["172.20.0.0/16"],
  remoteNodeNetworks: [],
  remotePodNetworks: [],
  autoModeLoadBalancing: false,
};
const controlPlane: NetworkInterface = {
  id: "eni-0a1",
  subnetId: "subnet-0a1",
  groupIds: ["sg-0c1", "sg-0e1"],
  privateIpv4: ["10.0.0.7"],
  publicIpv4: [],
  ipv6: [],
  type: "interface",
  description: "Amazon EKS prod",
};
const group = (id: string, protocol: string, cidrs: readonly string[], groupIds: readonly string[]): SecurityGroup => {
  const ports = protocol === "tcp" ? { fromPort: 443, toPort: 443 } : {};
  const rule = { protocol, ...ports, cidrs, prefixListIds: [], groupIds, descriptions: [] };
  return { id, name: id, description: "", tags: {}, ingress: [rule], egress: [] };
};
const rest = {
  network,
  networkInterfaces: known([controlPlane]),
  vpc: known({ id: "vpc-0a1", cidrs: ["10.0.0.0/16"] }),
  prefixLists: known([]),
};
const groups = (...cidrs: readonly string[]) => known([group("sg-0c1", "-1", [], ["sg-0c1"]), group("sg-0e1", "tcp", cidrs, [])]);

export const endpointSecurityGroupsRestrictAccess = defineCheck({
  id: "endpoint-security-groups-restrict-access",
  title: "The control plane's security groups admit only the VPC, remote networks and trusted ranges",
  surface: "endpoint",
  severity: "medium",
  path: { from: "vpc", to: "endpoint" },
  needs: ["network"],
  uses: ["networkInterfaces", "vpc", "securityGroups", "prefixLists"],
  why: "The private endpoint is an address in the VPC. Whoever is routed there, from a peered or connected network, is kept from the API server by these groups alone.",
  judged:
    "Takes the security groups on the network interfaces described as Amazon EKS and the cluster's name, or, where no such interface was seen, those that DescribeCluster names, and adds up whom they admit to TCP 443. It fails when some of that lies outside the VPC's own ranges, remoteNodeNetworks, remotePodNetworks and trustedCidrs. Prefix lists count by their entries. Members of the VPC's own groups are inside it; a group of another VPC that is admitted makes it unknown. Where the VPC's ranges were not read it fails only for more than any VPC can hold: 50 blocks of a /16, or 5 of a /44 in IPv6. A group or prefix list that was not read withholds a pass, and no fail that the others prove.",
  unseen:
    "Routes and network ACLs: whether anybody outside the VPC is routed to the endpoint. The public endpoint is not behind these groups at all.",
  remediation: text,
  examples: {
    fail: { ...rest, securityGroups: groups("10.0.0.0/16", "10.0.0.0/8") },
    pass: { ...rest, securityGroups: groups("10.0.0.0/16") },
  },
  evaluate: ({ network: its, networkInterfaces, vpc, securityGroups, prefixLists }, { trustedCidrs }, about) => {
    const { resource } = about;
    const name = `Cluster ${resource.name}`;
    const attached = controlPlaneGroups(its, networkInterfaces, resource.name);
    if (attached.ids.length === 0) {
      const reason: Reason = { code: "not-found", message: "DescribeCluster names no security group." };
      return [{ status: "unknown", resource, reason, message: `${name} was not judged, no security group of its control plane was seen.` }];
    }
    const index = indexGroups(securityGroups, prefixLists);
    const admission = admittedBy(attached.ids, [https], index);
    const meant = [...its.remoteNodeNetworks, ...its.remotePodNetworks, ...trustedCidrs];
    const allowed = parseFilterCidrs(vpc.state === "known" ? [...vpc.value.cidrs, ...meant] : meant);
    const outside = difference(admission.atLeast, allowed);
    const evidence = {
      securityGroupIds: few(attached.ids),
      seenOn: attached.seenOn === "interfaces" ? few(attached.interfaceIds) : "eks:DescribeCluster",
      ...(attached.unseen === undefined ? {} : { interfacesUnseen: attached.unseen.message }),
      admitted: few(toCidrs(admission.atLeast)),
      admittedGroupIds: few(admission.groups),
      allowed: few(toCidrs(allowed)),
    };
    const groupsSeen = saidOf(attached);
    if (!isEmpty(outside) && (vpc.state === "known" || isLargerThanAnyVpc(outside))) {
      const message = `${name} has a control plane that admits ${listed(toCidrs(outside))} on port 443, outside the VPC, the remote networks and the trusted ranges, by ${groupsSeen}.`;
      const remediation = vpc.state === "known" ? remedy(attached, allowed, index, about) : { text };
      return [{ status: "fail", resource, evidence: { ...evidence, outside: few(toCidrs(outside)) }, message, remediation }];
    }
    const reason = whyUnsure(admission, outside, vpc, index);
    if (reason !== undefined) {
      const message = `${name} has a control plane, and what its security groups admit on port 443 is not known: ${reason.message}`;
      return [{ status: "unknown", resource, reason, evidence, message }];
    }
    const message = `${name} has a control plane that admits only the VPC, the remote networks and the trusted ranges on port 443, by ${groupsSeen}.`;
    return [{ status: "pass", resource, evidence, message }];
  },
});

const saidOf = ({ ids, seenOn }: ControlPlaneGroups): string =>
  seenOn === "interfaces" ? `${listed(ids)} on its network interfaces` : `${listed(ids)} that DescribeCluster names`;

/** What withholds a pass: each could let in somebody who is not among those that were seen. */
function whyUnsure(admission: Admission, outside: AddressSet, vpc: Fact<Vpc>, index: GroupIndex): Reason | undefined {
  if (admission.atMost.state === "unknown") return admission.atMost.reason;
  if (!isEmpty(outside) && vpc.state === "unknown") return vpc.reason;
  const foreign = admission.groups.filter((id) => index.group(id).state === "unknown");
  if (foreign.length === 0) return undefined;
  // Of a peered VPC or another account: its members' addresses lie in no range that was read.
  return {
    code: "not-found",
    message: `The members of ${listed(foreign)} are admitted, and ${foreign.length === 1 ? "it is none" : "they are none"} of the VPC's security groups.`,
  };
}

/** Source: Amazon VPC user guide, "Amazon VPC quotas" and "VPC CIDR blocks": up to 50 IPv4 blocks of at most a /16, and 5 IPv6 blocks of at most a /44. */
function isLargerThanAnyVpc(addresses: AddressSet): boolean {
  const { ipv4, ipv6 } = sizeOf(addresses);
  return ipv4 > 50n << 16n || ipv6 > 5n << 84n;
}

const mostCommands = 10;

function remedy(attached: ControlPlaneGroups, allowed: AddressSet, index: GroupIndex, about: About): Remediation {
  const commands = attached.ids.flatMap((id) => {
    const its = index.group(id);
    if (its.state === "unknown") return [];
    return its.value.ingress
      .filter((rule) => coversAnyOf(rule, https))
      .flatMap((rule) => {
        const cidrs = rule.cidrs.filter((cidr) => !isWithin(parseFilterCidrs([cidr]), allowed));
        const prefixListIds = rule.prefixListIds.filter((list) => {
          const entries = index.prefixList(list);
          return entries.state === "known" && !isWithin(entries.value, allowed);
        });
        return cidrs.length + prefixListIds.length === 0 ? [] : [revokeIngress(about, id, rule, { cidrs, prefixListIds })];
      });
  });
  return { text, ...(commands.length === 0 ? {} : { commands: commands.slice(0, mostCommands) }) };
}
