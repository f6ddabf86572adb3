import { DescribeNetworkAclsCommand } from "@aws-sdk/client-ec2";
import * as z from "zod";
import type { Fact } from "../model/fact.ts";
import type { NetworkAcl, NetworkAclEntry } from "../model/vpc.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { inVpc, readList } from "./vpc-list.ts";

const Entry = z
  .object({
    RuleNumber: z.int(),
    Egress: z.boolean(),
    RuleAction: z.enum(["allow", "deny"]),
    Protocol: z.string(),
    CidrBlock: z.string().optional(),
    Ipv6CidrBlock: z.string().optional(),
    PortRange: z.object({ From: z.int(), To: z.int() }).optional(),
  })
  .refine(({ CidrBlock, Ipv6CidrBlock }) => CidrBlock !== undefined || Ipv6CidrBlock !== undefined);
const Page = z.object({
  NetworkAcls: z.array(
    z.object({
      NetworkAclId: z.string(),
      IsDefault: z.boolean(),
      Associations: z.array(z.object({ SubnetId: z.string() })).default([]),
      Entries: z.array(Entry),
    }),
  ),
  NextToken: z.string().optional(),
});
type Row = z.output<typeof Page>["NetworkAcls"][number];

/** Every network ACL of the VPC. */
export const readNetworkAcls = (vpcId: string, plane: AwsPlane): Promise<Fact<readonly NetworkAcl[]>> =>
  readList(
    {
      read: "ec2:DescribeNetworkAcls",
      key: `network-acls/${vpcId}`,
      shape: Page,
      ask: (NextToken, abort) =>
        plane.clients.ec2.send(new DescribeNetworkAclsCommand({ Filters: [inVpc(vpcId)], MaxResults: 1000, NextToken }), abort),
      items: ({ NetworkAcls }) => NetworkAcls.map(aclOf),
    },
    plane,
  );

const aclOf = ({ NetworkAclId, IsDefault, Associations, Entries }: Row): NetworkAcl => ({
  id: NetworkAclId,
  isDefault: IsDefault,
  subnetIds: Associations.map(({ SubnetId }) => SubnetId),
  entries: Entries.map(entryOf),
});

const entryOf = (entry: z.output<typeof Entry>): NetworkAclEntry => ({
  number: entry.RuleNumber,
  direction: entry.Egress ? "egress" : "ingress",
  action: entry.RuleAction,
  protocol: entry.Protocol,
  cidr: entry.CidrBlock ?? entry.Ipv6CidrBlock ?? "",
  ...(entry.PortRange === undefined ? {} : { fromPort: entry.PortRange.From, toPort: entry.PortRange.To }),
});
