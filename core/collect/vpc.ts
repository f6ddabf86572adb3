import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import * as z from "zod";
import type { Fact } from "../model/fact.ts";
import type { Vpc } from "../model/vpc.ts";
import { answerOf, malformed } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";

const Answer = z.object({
  Vpcs: z.array(
    z.object({
      VpcId: z.string(),
      CidrBlock: z.string(),
      CidrBlockAssociationSet: z
        .array(z.object({ CidrBlock: z.string(), CidrBlockState: z.object({ State: z.string().optional() }).optional() }))
        .default([]),
      Ipv6CidrBlockAssociationSet: z
        .array(z.object({ Ipv6CidrBlock: z.string(), Ipv6CidrBlockState: z.object({ State: z.string().optional() }).optional() }))
        .default([]),
    }),
  ),
});

/** The VPC's own ranges. One that is still being associated, or no longer is, is not the VPC's: what it admits is admitted from outside. */
export const readVpc = (vpcId: string, { clients: { ec2 }, reading, shared }: AwsPlane): Promise<Fact<Vpc>> =>
  reading.attempt("ec2:DescribeVpcs", () =>
    shared(`vpc/${vpcId}`, async (signal) => {
      const call = ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }), { abortSignal: signal });
      const { Vpcs } = await answerOf(Answer, call, signal);
      const vpc = Vpcs.find(({ VpcId }) => VpcId === vpcId);
      if (vpc === undefined) throw malformed("AWS did not answer for the VPC that was asked for.");
      const v4 = vpc.CidrBlockAssociationSet.filter(({ CidrBlockState }) => CidrBlockState?.State === "associated");
      const v6 = vpc.Ipv6CidrBlockAssociationSet.filter(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === "associated");
      const cidrs = [vpc.CidrBlock, ...v4.map(({ CidrBlock }) => CidrBlock), ...v6.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock)];
      return { id: vpcId, cidrs: [...new Set(cidrs)] };
    }),
  );
