/** Source: Amazon VPC user guide, "Block public access to VPCs and subnets". */
import type { BlockPublicAccess } from "../../model/vpc.ts";

/**
 * Whether connections from the internet gateway may reach a subnet. An exclusion of the subnet or its VPC lets them in only
 * where it allows both directions.
 */
export function admitsIngress({ mode, exclusions }: BlockPublicAccess, subnetId: string, vpcId: string): boolean {
  if (mode === "off") return true;
  return exclusions.some((one) => one.mode === "allow-bidirectional" && (one.resourceId === subnetId || one.resourceId === vpcId));
}
