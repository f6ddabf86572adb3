import type { SecurityGroupRule } from "../model/aws.ts";
import type { About } from "../model/check.ts";
import { quoted, quotedJson } from "./shell.ts";

/** Sources of one rule: all of them, or those that are to go. */
export type Sources = Pick<SecurityGroupRule, "cidrs" | "prefixListIds">;
/** What a rule is about, whoever its sources are. */
export type PortsOfRule = Pick<SecurityGroupRule, "protocol" | "fromPort" | "toPort">;
/** A part of a rule: its protocol and ports, and some sources. */
export type Permission = PortsOfRule & Sources;

/** The command that takes sources out of a security group's rule. EC2 finds the rule by its protocol, ports and source. */
export const revokeIngress = (about: About, groupId: string, rule: SecurityGroupRule, { cidrs, prefixListIds }: Sources): string =>
  changeIngress(about, "revoke", groupId, [{ ...rule, cidrs, prefixListIds }]);

/** The command that lets sources in, or takes them out. EC2 refuses to let in twice, and answers a source that is not there with an error. */
export const changeIngress = (about: About, verb: "authorize" | "revoke", groupId: string, permissions: readonly Permission[]): string =>
  `${ec2Command(about, `${verb}-security-group-ingress --group-id ${quoted(groupId)}`)} --ip-permissions ${quotedJson(permissions.map(ipPermission))}`;

/** One call of the AWS CLI, in the cluster's Region. */
export const ec2Command = ({ region }: About, command: string): string =>
  `aws ec2 ${command}${region === undefined ? "" : ` --region ${quoted(region)}`}`;

/** The same with groups among the sources, as EC2 takes it. */
export function ipPermission({
  protocol,
  fromPort,
  toPort,
  cidrs,
  prefixListIds,
  groupIds = [],
}: Permission & Partial<Pick<SecurityGroupRule, "groupIds">>) {
  const v4 = cidrs.filter((cidr) => !cidr.includes(":"));
  const v6 = cidrs.filter((cidr) => cidr.includes(":"));
  return {
    IpProtocol: protocol,
    ...(fromPort === undefined ? {} : { FromPort: fromPort }),
    ...(toPort === undefined ? {} : { ToPort: toPort }),
    ...(v4.length === 0 ? {} : { IpRanges: v4.map((CidrIp) => ({ CidrIp })) }),
    ...(v6.length === 0 ? {} : { Ipv6Ranges: v6.map((CidrIpv6) => ({ CidrIpv6 })) }),
    ...(prefixListIds.length === 0 ? {} : { PrefixListIds: prefixListIds.map((PrefixListId) => ({ PrefixListId })) }),
    ...(groupIds.length === 0 ? {} : { UserIdGroupPairs: groupIds.map((GroupId) => ({ GroupId })) }),
  };
}
