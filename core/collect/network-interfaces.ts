import { DescribeNetworkInterfacesCommand } from "@aws-sdk/client-ec2";
import * as z from "zod";
import type { Fact } from "../model/fact.ts";
import type { NetworkInterface } from "../model/vpc.ts";
import { malformed } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { inVpc, readList } from "./vpc-list.ts";

const Association = z.object({ PublicIp: z.string().optional() }).optional();
const Page = z.object({
  NetworkInterfaces: z.array(
    z.object({
      NetworkInterfaceId: z.string(),
      // Absent on what stands in several subnets, or in none: no instance's does.
      SubnetId: z.string().optional(),
      InterfaceType: z.string(),
      Description: z.string().default(""),
      Groups: z.array(z.object({ GroupId: z.string() })),
      // Absent on an interface of IPv6 alone, and on one of EFA alone, which has no address.
      PrivateIpAddresses: z.array(z.object({ PrivateIpAddress: z.string(), Primary: z.boolean().default(false), Association })).default([]),
      Ipv4Prefixes: z.array(z.object({ Ipv4Prefix: z.string() })).default([]),
      Ipv6Addresses: z.array(z.object({ Ipv6Address: z.string() })).default([]),
      Ipv6Prefixes: z.array(z.object({ Ipv6Prefix: z.string() })).default([]),
      Association,
      Attachment: z.object({ InstanceId: z.string().optional(), Status: z.string().optional() }).optional(),
    }),
  ),
  NextToken: z.string().optional(),
});
type Row = z.output<typeof Page>["NetworkInterfaces"][number];

/** Every network interface of the VPC that the account may see, those that AWS services run and hide among them. */
export const readNetworkInterfaces = (vpcId: string, plane: AwsPlane): Promise<Fact<readonly NetworkInterface[]>> =>
  readList(
    {
      read: "ec2:DescribeNetworkInterfaces",
      key: `network-interfaces/${vpcId}`,
      shape: Page,
      ask: (NextToken, abort) =>
        plane.clients.ec2.send(
          new DescribeNetworkInterfacesCommand({ Filters: [inVpc(vpcId)], IncludeManagedResources: true, MaxResults: 1000, NextToken }),
          abort,
        ),
      items: ({ NetworkInterfaces }) => NetworkInterfaces.flatMap(interfaceOf),
    },
    plane,
  );

function interfaceOf(row: Row): readonly NetworkInterface[] {
  const associations = [row.Association, ...row.PrivateIpAddresses.map(({ Association }) => Association)];
  const { Attachment } = row;
  const instanceId = Attachment?.Status === "detached" ? undefined : Attachment?.InstanceId;
  if (row.SubnetId === undefined) {
    if (instanceId === undefined) return [];
    throw malformed("AWS answered with a network interface of an instance without its subnet.");
  }
  return [
    {
      id: row.NetworkInterfaceId,
      subnetId: row.SubnetId,
      groupIds: row.Groups.map(({ GroupId }) => GroupId),
      // A prefix that is delegated to the interface is as much its own as an address: pods get theirs from it.
      privateIpv4: [
        ...row.PrivateIpAddresses.toSorted((a, b) => Number(b.Primary) - Number(a.Primary)).map(({ PrivateIpAddress }) => PrivateIpAddress),
        ...row.Ipv4Prefixes.map(({ Ipv4Prefix }) => Ipv4Prefix),
      ],
      publicIpv4: [...new Set(associations.flatMap((association) => association?.PublicIp ?? []))],
      ipv6: [...row.Ipv6Addresses.map(({ Ipv6Address }) => Ipv6Address), ...row.Ipv6Prefixes.map(({ Ipv6Prefix }) => Ipv6Prefix)],
      ...(instanceId === undefined ? {} : { instanceId }),
      type: row.InterfaceType,
      description: row.Description,
    },
  ];
}
