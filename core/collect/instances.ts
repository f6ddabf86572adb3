import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import * as z from "zod";
import { type Fact, known, unknown } from "../model/fact.ts";
import { type Instance, InstanceMetadata } from "../model/nodes.ts";
import { partitionOf } from "../model/partition.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { tagsOf, tagsShape } from "./tags.ts";
import { inVpc, readList } from "./vpc-list.ts";

/** Every state but terminated. */
const states = ["pending", "running", "shutting-down", "stopping", "stopped"] as const;

const Row = z.object({
  InstanceId: z.string(),
  State: z.object({ Name: z.enum(states) }),
  // Absent while an instance is going.
  SubnetId: z.string().optional(),
  PrivateDnsName: z.string().default(""),
  // Of Windows alone; the API's enumeration says "Windows", its answers "windows".
  Platform: z.string().optional(),
  Operator: z.object({ Managed: z.boolean().optional() }).optional(),
  Tags: tagsShape.default([]),
  // Judged on its own: an instance with an option that is not known still counts.
  MetadataOptions: z.record(z.string(), z.unknown()).optional(),
});
const Page = z.object({ Reservations: z.array(z.object({ Instances: z.array(Row) })), NextToken: z.string().optional() });

/** Every instance of the VPC that has not ended, those that AWS services run and hide among them. */
export const readInstances = (vpcId: string, plane: AwsPlane): Promise<Fact<readonly Instance[]>> =>
  readList(
    {
      read: "ec2:DescribeInstances",
      key: `instances/${vpcId}`,
      shape: Page,
      ask: (NextToken, abort) =>
        plane.clients.ec2.send(
          new DescribeInstancesCommand({
            Filters: [inVpc(vpcId), { Name: "instance-state-name", Values: [...states] }],
            IncludeManagedResources: true,
            MaxResults: 1000,
            NextToken,
          }),
          abort,
        ),
      items: ({ Reservations }) => Reservations.flatMap(({ Instances }) => Instances.map((row) => instanceOf(row, plane))),
    },
    plane,
  );

const instanceOf = (row: z.output<typeof Row>, { account, region }: AwsPlane): Instance => ({
  id: row.InstanceId,
  arn: `arn:${partitionOf(region).name}:ec2:${region}:${account}:instance/${row.InstanceId}`,
  state: row.State.Name,
  ...(row.SubnetId === undefined ? {} : { subnetId: row.SubnetId }),
  privateDnsName: row.PrivateDnsName,
  isWindows: row.Platform?.toLowerCase() === "windows",
  isManaged: row.Operator?.Managed === true,
  tags: tagsOf(row.Tags),
  metadata: metadataOf(row),
});

function metadataOf({ InstanceId, MetadataOptions: options }: z.output<typeof Row>): Fact<InstanceMetadata> {
  // What is answered then is what is to be, not yet what is.
  if (options?.State === "pending") return unknown("not-ready", `The metadata options of ${InstanceId} are being changed.`);
  const metadata = InstanceMetadata.safeParse({
    endpoint: options?.HttpEndpoint,
    ipv6Endpoint: options?.HttpProtocolIpv6,
    tokens: options?.HttpTokens,
    hopLimit: options?.HttpPutResponseHopLimit,
  });
  if (metadata.success) return known(metadata.data);
  return unknown("malformed", `EC2 answered without all metadata options of ${InstanceId}.`);
}
