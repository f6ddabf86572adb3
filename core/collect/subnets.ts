import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import * as z from "zod";
import type { Subnet } from "../model/aws.ts";
import type { Fact } from "../model/fact.ts";
import { allPages } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";

const SubnetPage = z.object({
  Subnets: z.array(
    z.object({
      SubnetId: z.string(),
      AvailabilityZone: z.string(),
      // Absent on a subnet of IPv6 alone.
      CidrBlock: z.string().optional(),
      Ipv6CidrBlockAssociationSet: z
        .array(z.object({ Ipv6CidrBlock: z.string(), Ipv6CidrBlockState: z.object({ State: z.string().optional() }).optional() }))
        .default([]),
      MapPublicIpOnLaunch: z.boolean(),
    }),
  ),
  NextToken: z.string().optional(),
});
type Row = z.output<typeof SubnetPage>["Subnets"][number];

/** Every subnet of the VPC. */
export const readSubnets = (vpcId: string, { clients: { ec2 }, reading, shared }: AwsPlane): Promise<Fact<readonly Subnet[]>> =>
  reading.attempt("ec2:DescribeSubnets", () =>
    shared(`subnets/${vpcId}`, (signal) =>
      allPages({
        shape: SubnetPage,
        ask: (NextToken) =>
          ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }], MaxResults: 1000, NextToken }), {
            abortSignal: signal,
          }),
        items: ({ Subnets }) => Subnets.map(subnetOf),
        next: ({ NextToken }) => NextToken,
        signal,
      }),
    ),
  );

/** States of a range that is no longer, or not yet, the subnet's. */
const gone = new Set(["disassociated", "failed"]);

function subnetOf(row: Row): Subnet {
  const v6 = row.Ipv6CidrBlockAssociationSet.filter(({ Ipv6CidrBlockState }) => !gone.has(Ipv6CidrBlockState?.State ?? ""));
  return {
    id: row.SubnetId,
    availabilityZone: row.AvailabilityZone,
    cidrs: [
      ...(row.CidrBlock === undefined || row.CidrBlock === "" ? [] : [row.CidrBlock]),
      ...v6.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
    ],
    mapPublicIpOnLaunch: row.MapPublicIpOnLaunch,
  };
}
