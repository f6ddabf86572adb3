import { DescribeLoadBalancersCommand, DescribeTagsCommand } from "@aws-sdk/client-elastic-load-balancing";
import * as z from "zod";
import type { LoadBalancer } from "../model/aws.ts";
import { known } from "../model/fact.ts";
import { partitionOf } from "../model/partition.ts";
import { allPages, answerOf, parsed } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { tagsOf, tagsShape } from "./tags.ts";

const anyRow = z.looseObject({ VPCId: z.string().optional() });
const Page = z.object({ LoadBalancerDescriptions: z.array(anyRow), NextMarker: z.string().optional() });

const Row = z.object({
  LoadBalancerName: z.string(),
  DNSName: z.string(),
  Scheme: z.enum(["internet-facing", "internal"]),
  Subnets: z.array(z.string()),
  SecurityGroups: z.array(z.string()),
  ListenerDescriptions: z.array(
    z.object({ Listener: z.object({ Protocol: z.string(), LoadBalancerPort: z.int(), InstancePort: z.int().optional() }) }),
  ),
});

/** The classic load balancers of the VPC, with their listeners: the description carries them. */
export async function classicLoadBalancers(vpcId: string, plane: AwsPlane): Promise<readonly Omit<LoadBalancer, "tags">[]> {
  const all = await plane.shared("elb", (signal) =>
    allPages({
      shape: Page,
      ask: (Marker) => plane.clients.elb.send(new DescribeLoadBalancersCommand({ Marker }), { abortSignal: signal }),
      items: (page) => page.LoadBalancerDescriptions,
      next: ({ NextMarker }) => NextMarker,
      signal,
    }),
  );
  return all.filter(({ VPCId }) => VPCId === vpcId).map((row) => loadBalancerOf(parsed(Row, row), plane));
}

const loadBalancerOf = (row: z.output<typeof Row>, { account, region }: AwsPlane): Omit<LoadBalancer, "tags"> => ({
  // The API names no ARN; the form is that of the Service Authorization Reference.
  arn: `arn:${partitionOf(region).name}:elasticloadbalancing:${region}:${account}:loadbalancer/${row.LoadBalancerName}`,
  name: row.LoadBalancerName,
  dnsName: row.DNSName.toLowerCase(),
  type: "classic",
  scheme: row.Scheme,
  state: "active",
  // In a VPC classic load balancers have no IPv6.
  ipAddressType: "ipv4",
  subnetIds: row.Subnets,
  securityGroupIds: row.SecurityGroups,
  listeners: known(
    row.ListenerDescriptions.map(({ Listener: { LoadBalancerPort, Protocol, InstancePort } }) => ({
      port: LoadBalancerPort,
      protocol: Protocol.toUpperCase(),
      ...(InstancePort === undefined ? {} : { targetPort: InstancePort }),
    })),
  ),
});

const Tags = z.object({ TagDescriptions: z.array(z.object({ LoadBalancerName: z.string(), Tags: tagsShape.default([]) })) });

/** The tags of at most 20 classic load balancers, by name. */
export async function classicTags(names: readonly string[], { clients: { elb } }: AwsPlane, signal: AbortSignal) {
  const call = elb.send(new DescribeTagsCommand({ LoadBalancerNames: [...names] }), { abortSignal: signal });
  const { TagDescriptions } = await answerOf(Tags, call, signal);
  return new Map(TagDescriptions.map(({ LoadBalancerName, Tags }) => [LoadBalancerName, tagsOf(Tags)]));
}
