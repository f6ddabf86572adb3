import { DescribeRouteTablesCommand } from "@aws-sdk/client-ec2";
import * as z from "zod";
import type { Fact } from "../model/fact.ts";
import type { Route, RouteTable } from "../model/vpc.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { inVpc, readList } from "./vpc-list.ts";

const RouteRow = z.object({
  DestinationCidrBlock: z.string().optional(),
  DestinationIpv6CidrBlock: z.string().optional(),
  DestinationPrefixListId: z.string().optional(),
  /** Of one kind each route has a target; "local" is a GatewayId. */
  GatewayId: z.string().optional(),
  EgressOnlyInternetGatewayId: z.string().optional(),
  NatGatewayId: z.string().optional(),
  TransitGatewayId: z.string().optional(),
  VpcPeeringConnectionId: z.string().optional(),
  LocalGatewayId: z.string().optional(),
  CarrierGatewayId: z.string().optional(),
  CoreNetworkArn: z.string().optional(),
  OdbNetworkArn: z.string().optional(),
  /** Of VPC Route Server: the next hop. */
  IpAddress: z.string().optional(),
  NetworkInterfaceId: z.string().optional(),
  InstanceId: z.string().optional(),
  State: z.string(),
});
const Page = z.object({
  RouteTables: z.array(
    z.object({
      RouteTableId: z.string(),
      VpcId: z.string(),
      Associations: z
        .array(
          z.object({
            Main: z.boolean().optional(),
            SubnetId: z.string().optional(),
            AssociationState: z.object({ State: z.string().optional() }).optional(),
          }),
        )
        .default([]),
      Routes: z.array(RouteRow),
    }),
  ),
  NextToken: z.string().optional(),
});
type Row = z.output<typeof Page>["RouteTables"][number];

/** Every route table of the VPC. */
export const readRouteTables = (vpcId: string, plane: AwsPlane): Promise<Fact<readonly RouteTable[]>> =>
  readList(
    {
      read: "ec2:DescribeRouteTables",
      key: `route-tables/${vpcId}`,
      shape: Page,
      ask: (NextToken, abort) =>
        plane.clients.ec2.send(new DescribeRouteTablesCommand({ Filters: [inVpc(vpcId)], MaxResults: 100, NextToken }), abort),
      items: ({ RouteTables }) => RouteTables.map(tableOf),
    },
    plane,
  );

/** States of an association that no longer holds. */
const gone = new Set(["disassociated", "failed"]);

function tableOf({ RouteTableId, VpcId, Associations, Routes }: Row): RouteTable {
  const held = Associations.filter(({ AssociationState }) => !gone.has(AssociationState?.State ?? ""));
  return {
    id: RouteTableId,
    vpcId: VpcId,
    isMain: held.some(({ Main }) => Main === true),
    subnetIds: held.flatMap(({ SubnetId }) => SubnetId ?? []),
    routes: Routes.map(routeOf),
  };
}

function routeOf(row: z.output<typeof RouteRow>): Route {
  const cidr = row.DestinationCidrBlock ?? row.DestinationIpv6CidrBlock;
  const prefixListId = row.DestinationPrefixListId;
  const target =
    row.GatewayId ??
    row.EgressOnlyInternetGatewayId ??
    row.NatGatewayId ??
    row.TransitGatewayId ??
    row.VpcPeeringConnectionId ??
    row.LocalGatewayId ??
    row.CarrierGatewayId ??
    row.CoreNetworkArn ??
    row.OdbNetworkArn ??
    row.NetworkInterfaceId ??
    row.InstanceId ??
    row.IpAddress;
  return {
    ...(cidr === undefined ? {} : { cidr }),
    ...(prefixListId === undefined ? {} : { prefixListId }),
    target: target ?? "",
    state: row.State === "active" || row.State === "blackhole" ? row.State : "untold",
  };
}
