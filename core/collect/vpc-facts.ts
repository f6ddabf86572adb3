import type { ClusterFacts } from "../model/cluster.ts";
import { unknown } from "../model/fact.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { readBlockPublicAccess } from "./block-public-access.ts";
import { readInstances } from "./instances.ts";
import type { NeededReads } from "./needed.ts";
import { readNetworkAcls } from "./network-acls.ts";
import { readNetworkInterfaces } from "./network-interfaces.ts";
import { readRouteTables } from "./route-tables.ts";
import { readPrefixLists, readSecurityGroups } from "./security-groups.ts";
import { readSubnets } from "./subnets.ts";
import { readVpc } from "./vpc.ts";

/** What decides on an EC2 network who reaches what, and what is there to be reached. */
export type VpcFacts = Pick<
  ClusterFacts,
  | "securityGroups"
  | "prefixLists"
  | "subnets"
  | "vpc"
  | "routeTables"
  | "networkAcls"
  | "blockPublicAccess"
  | "networkInterfaces"
  | "instances"
>;

/** @param otherwise what stands in the place of facts that nobody needs */
export async function readVpcFacts(otherwise: VpcFacts, { ifNeeded, inVpc }: NeededReads, plane: AwsPlane): Promise<VpcFacts> {
  const naming = Promise.all([
    inVpc("ec2:DescribeSecurityGroups", otherwise.securityGroups, readSecurityGroups),
    inVpc("ec2:DescribeRouteTables", otherwise.routeTables, readRouteTables),
  ]);
  const [[securityGroups, routeTables], prefixLists, ...rest] = await Promise.all([
    naming,
    naming.then(([groups, tables]) =>
      ifNeeded("ec2:GetManagedPrefixListEntries", otherwise.prefixLists, () => prefixListsOf(groups, tables, plane)),
    ),
    inVpc("ec2:DescribeSubnets", otherwise.subnets, readSubnets),
    inVpc("ec2:DescribeVpcs", otherwise.vpc, readVpc),
    inVpc("ec2:DescribeNetworkAcls", otherwise.networkAcls, readNetworkAcls),
    ifNeeded("ec2:DescribeVpcBlockPublicAccessOptions", otherwise.blockPublicAccess, () => readBlockPublicAccess(plane)),
    inVpc("ec2:DescribeNetworkInterfaces", otherwise.networkInterfaces, readNetworkInterfaces),
    inVpc("ec2:DescribeInstances", otherwise.instances, readInstances),
  ]);
  const [subnets, vpc, networkAcls, blockPublicAccess, networkInterfaces, instances] = rest;
  return { securityGroups, prefixLists, subnets, vpc, routeTables, networkAcls, blockPublicAccess, networkInterfaces, instances };
}

/** Route tables that were not read make the routes unknown, and leave the lists that groups name known. */
async function prefixListsOf(
  groups: VpcFacts["securityGroups"],
  tables: VpcFacts["routeTables"],
  plane: AwsPlane,
): Promise<VpcFacts["prefixLists"]> {
  if (groups.state === "known") return readPrefixLists(groups.value, tables.state === "known" ? tables.value : [], plane);
  const fact = unknown("depends-on-unknown", `The security groups that name prefix lists are not known: ${groups.reason.message}`);
  plane.reading.note("ec2:GetManagedPrefixListEntries", fact);
  return fact;
}
