import type { SecurityGroupRule } from "../model/aws.ts";
import type { About } from "../model/check.ts";

/** Sources of one rule: all of them, or those that are to go. */
export type Sources = Pick<SecurityGroupRule, "cidrs" | "prefixListIds">;

/** The command that takes sources out of a security group's rule. EC2 finds the rule by its protocol, ports and source. */
export function revokeIngress(about: About, groupId: string, rule: SecurityGroupRule, { cidrs, prefixListIds }: Sources): string {
  const { protocol, fromPort, toPort } = rule;
  const v4 = cidrs.filter((cidr) => !cidr.includes(":"));
  const v6 = cidrs.filter((cidr) => cidr.includes(":"));
  const permission = {
    IpProtocol: protocol,
    ...(fromPort === undefined ? {} : { FromPort: fromPort }),
    ...(toPort === undefined ? {} : { ToPort: toPort }),
    ...(v4.length === 0 ? {} : { IpRanges: v4.map((CidrIp) => ({ CidrIp })) }),
    ...(v6.length === 0 ? {} : { Ipv6Ranges: v6.map((CidrIpv6) => ({ CidrIpv6 })) }),
    ...(prefixListIds.length === 0 ? {} : { PrefixListIds: prefixListIds.map((PrefixListId) => ({ PrefixListId })) }),
  };
  const region = about.region === undefined ? "" : ` --region ${about.region}`;
  return `aws ec2 revoke-security-group-ingress --group-id ${groupId}${region} --ip-permissions '${JSON.stringify([permission])}'`;
}
