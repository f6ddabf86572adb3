import { DescribeLoadBalancersCommand, DescribeTagsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import * as z from "zod";
import type { LoadBalancer } from "../model/aws.ts";
import { allPages, answerOf, parsed } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { tagsOf, tagsShape } from "./tags.ts";

const anyRow = z.looseObject({ VpcId: z.string() });
const Page = z.object({ LoadBalancers: z.array(anyRow), NextMarker: z.string().optional() });

const shared = {
  LoadBalancerArn: z.string(),
  LoadBalancerName: z.string(),
  State: z.object({ Code: z.enum(["active", "provisioning", "active_impaired", "failed"]) }),
  IpAddressType: z.enum(["ipv4", "dualstack", "dualstack-without-public-ipv4"]),
  AvailabilityZones: z.array(z.object({ SubnetId: z.string() })),
  // Absent where a network load balancer has none.
  SecurityGroups: z.array(z.string()).default([]),
};
const Row = z.discriminatedUnion("Type", [
  z.object({
    ...shared,
    Type: z.enum(["application", "network"]),
    DNSName: z.string(),
    // The default of CreateLoadBalancer; the reading that hides nothing.
    Scheme: z.enum(["internet-facing", "internal"]).default("internet-facing"),
    // Of network load balancers with security groups.
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: z.enum(["on", "off"]).optional(),
  }),
  z.object({ ...shared, Type: z.literal("gateway") }),
]);

type Balancer = Omit<LoadBalancer, "listeners" | "tags">;

/** The application, network and gateway load balancers of the VPC. */
export async function loadBalancersV2(vpcId: string, plane: AwsPlane): Promise<readonly Balancer[]> {
  const all = await plane.shared("elbv2", (signal) =>
    allPages({
      shape: Page,
      ask: (Marker) => plane.clients.elbv2.send(new DescribeLoadBalancersCommand({ PageSize: 400, Marker }), { abortSignal: signal }),
      items: ({ LoadBalancers }) => LoadBalancers,
      next: ({ NextMarker }) => NextMarker,
      signal,
    }),
  );
  return all.filter(({ VpcId }) => VpcId === vpcId).map((row) => balancerOf(parsed(Row, row)));
}

const balancerOf = (row: z.output<typeof Row>): Balancer => ({
  arn: row.LoadBalancerArn,
  name: row.LoadBalancerName,
  dnsName: row.Type === "gateway" ? "" : row.DNSName.toLowerCase(),
  type: row.Type,
  scheme: row.Type === "gateway" ? "internal" : row.Scheme,
  state: row.State.Code,
  ipAddressType: row.IpAddressType,
  subnetIds: row.AvailabilityZones.map(({ SubnetId }) => SubnetId),
  securityGroupIds: row.SecurityGroups,
  ...privateLinkOf(row),
});

function privateLinkOf(row: z.output<typeof Row>): Pick<Balancer, "privateLinkRules"> {
  const rules = row.Type === "network" ? row.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic : undefined;
  return rules === undefined ? {} : { privateLinkRules: rules };
}

const Tags = z.object({ TagDescriptions: z.array(z.object({ ResourceArn: z.string(), Tags: tagsShape.default([]) })) });

/** The tags of at most 20 load balancers, by ARN. */
export async function tagsV2(arns: readonly string[], { clients: { elbv2 } }: AwsPlane, signal: AbortSignal) {
  const call = elbv2.send(new DescribeTagsCommand({ ResourceArns: [...arns] }), { abortSignal: signal });
  const { TagDescriptions } = await answerOf(Tags, call, signal);
  return new Map(TagDescriptions.map(({ ResourceArn, Tags }) => [ResourceArn, tagsOf(Tags)]));
}
