import { DescribeSecurityGroupsCommand, GetManagedPrefixListEntriesCommand } from "@aws-sdk/client-ec2";
import pMap from "p-map";
import * as z from "zod";
import type { PrefixList, SecurityGroup, SecurityGroupRule } from "../model/aws.ts";
import { type Fact, known } from "../model/fact.ts";
import type { RouteTable } from "../model/vpc.ts";
import { allPages } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { tagsOf, tagsShape } from "./tags.ts";

/** EC2 leaves out the lists of a rule that are empty, but never the rules of a group. */
const Rule = z.object({
  IpProtocol: z.string(),
  FromPort: z.int().optional(),
  ToPort: z.int().optional(),
  IpRanges: z.array(z.object({ CidrIp: z.string(), Description: z.string().optional() })).default([]),
  Ipv6Ranges: z.array(z.object({ CidrIpv6: z.string(), Description: z.string().optional() })).default([]),
  PrefixListIds: z.array(z.object({ PrefixListId: z.string(), Description: z.string().optional() })).default([]),
  UserIdGroupPairs: z.array(z.object({ GroupId: z.string(), Description: z.string().optional() })).default([]),
});
const GroupPage = z.object({
  SecurityGroups: z.array(
    z.object({
      GroupId: z.string(),
      GroupName: z.string(),
      Description: z.string().default(""),
      Tags: tagsShape.default([]),
      IpPermissions: z.array(Rule),
      IpPermissionsEgress: z.array(Rule),
    }),
  ),
  NextToken: z.string().optional(),
});

/** Every security group of the VPC that the account may see, rules both ways. */
export const readSecurityGroups = (vpcId: string, plane: AwsPlane): Promise<Fact<readonly SecurityGroup[]>> =>
  plane.reading.attempt("ec2:DescribeSecurityGroups", () =>
    plane.shared(`security-groups/${vpcId}`, async (signal) => {
      const groups = await allPages({
        shape: GroupPage,
        ask: (NextToken) =>
          plane.clients.ec2.send(
            new DescribeSecurityGroupsCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }], MaxResults: 1000, NextToken }),
            { abortSignal: signal },
          ),
        items: ({ SecurityGroups }) => SecurityGroups,
        next: ({ NextToken }) => NextToken,
        signal,
      });
      return groups.map((group) => ({
        id: group.GroupId,
        name: group.GroupName,
        description: group.Description,
        tags: tagsOf(group.Tags),
        ingress: group.IpPermissions.map(ruleOf),
        egress: group.IpPermissionsEgress.map(ruleOf),
      }));
    }),
  );

function ruleOf(rule: z.output<typeof Rule>): SecurityGroupRule {
  const { IpRanges, Ipv6Ranges, PrefixListIds, UserIdGroupPairs } = rule;
  const peers = [...IpRanges, ...Ipv6Ranges, ...PrefixListIds, ...UserIdGroupPairs];
  return {
    protocol: rule.IpProtocol,
    ...(rule.FromPort === undefined ? {} : { fromPort: rule.FromPort }),
    ...(rule.ToPort === undefined ? {} : { toPort: rule.ToPort }),
    cidrs: [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)],
    prefixListIds: PrefixListIds.map(({ PrefixListId }) => PrefixListId),
    groupIds: UserIdGroupPairs.map(({ GroupId }) => GroupId),
    descriptions: [...new Set(peers.flatMap(({ Description }) => Description ?? []))],
  };
}

const EntryPage = z.object({ Entries: z.array(z.object({ Cidr: z.string() })), NextToken: z.string().optional() });

/** The prefix lists that some rule of the groups or a route of the tables names; one that cannot be read leaves the others known. */
export async function readPrefixLists(
  groups: readonly SecurityGroup[],
  tables: readonly RouteTable[],
  plane: AwsPlane,
): Promise<Fact<readonly PrefixList[]>> {
  const rules = groups.flatMap(({ ingress, egress }) => [...ingress, ...egress]);
  const routed = tables.flatMap(({ routes }) => routes.flatMap(({ prefixListId }) => prefixListId ?? []));
  const ids = [...new Set([...rules.flatMap(({ prefixListIds }) => prefixListIds), ...routed])].sort();
  return known(await pMap(ids, async (id) => ({ id, cidrs: await readEntries(id, plane) }), { concurrency: 4 }));
}

const readEntries = (id: string, { clients: { ec2 }, reading, shared }: AwsPlane): Promise<Fact<readonly string[]>> =>
  reading.attempt(
    "ec2:GetManagedPrefixListEntries",
    () =>
      shared(`prefix-list/${id}`, (signal) =>
        allPages({
          shape: EntryPage,
          ask: (NextToken) =>
            ec2.send(new GetManagedPrefixListEntriesCommand({ PrefixListId: id, MaxResults: 100, NextToken }), { abortSignal: signal }),
          items: ({ Entries }) => Entries.map(({ Cidr }) => Cidr),
          next: ({ NextToken }) => NextToken,
          signal,
        }),
      ),
    id,
  );
