import { DescribeTargetGroupAttributesCommand, DescribeTargetGroupsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import pMap from "p-map";
import * as z from "zod";
import type { LoadBalancer, TargetGroup } from "../model/aws.ts";
import { type Fact, known, mapFact, unknown } from "../model/fact.ts";
import { allPages, answerOf, malformed, parsed } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { loadBalancersV2 } from "./elb-v2.ts";
import { unlessGone } from "./gone.ts";

/** Calls at once in one account and Region. */
const concurrency = 4;

// A Lambda function's group is in no VPC.
const anyRow = z.looseObject({ VpcId: z.string().optional() });
const Page = z.object({ TargetGroups: z.array(anyRow), NextMarker: z.string().optional() });
const Row = z.object({
  TargetGroupArn: z.string(),
  TargetGroupName: z.string(),
  Protocol: z.string(),
  Port: z.int().optional(),
  TargetType: z.enum(["instance", "ip", "lambda", "alb"]),
  LoadBalancerArns: z.array(z.string()),
});
type Group = Omit<TargetGroup, "preservesClientIp">;
/** By ARN. */
type Balancers = Fact<ReadonlyMap<string, Pick<LoadBalancer, "type" | "securityGroupIds">>>;

/**
 * Every target group of the VPC. Whether it preserves clients' addresses is asked only where it decides who comes through: at
 * network load balancers without security groups. A group that goes away meanwhile is left out.
 */
export async function readTargetGroups(vpcId: string, plane: AwsPlane): Promise<Fact<readonly TargetGroup[]>> {
  const { reading } = plane;
  const [groups, balancers] = await Promise.all([
    reading.attempt("elasticloadbalancing:DescribeTargetGroups", () => listGroups(vpcId, plane)),
    // Asked for once, whether or not the load balancers themselves are needed.
    reading.attempt("elasticloadbalancing:DescribeLoadBalancers", () => loadBalancersV2(vpcId, plane)),
  ]);
  if (groups.state === "unknown") return groups;
  const byArn = mapFact(balancers, (all) => new Map(all.map((one) => [one.arn, one])));
  const found = await pMap(groups.value, (group) => withClientIp(group, byArn, plane), { concurrency });
  return known(found.flat());
}

async function listGroups(vpcId: string, { clients: { elbv2 }, shared }: AwsPlane): Promise<readonly Group[]> {
  const all = await shared("target-groups", (signal) =>
    allPages({
      shape: Page,
      ask: (Marker) => elbv2.send(new DescribeTargetGroupsCommand({ PageSize: 400, Marker }), { abortSignal: signal }),
      items: ({ TargetGroups }) => TargetGroups,
      next: ({ NextMarker }) => NextMarker,
      signal,
    }),
  );
  return all.filter(({ VpcId }) => VpcId === vpcId).map((row) => groupOf(parsed(Row, row)));
}

const groupOf = (row: z.output<typeof Row>): Group => ({
  arn: row.TargetGroupArn,
  name: row.TargetGroupName,
  protocol: row.Protocol,
  ...(row.Port === undefined ? {} : { port: row.Port }),
  targetType: row.TargetType,
  loadBalancerArns: row.LoadBalancerArns,
});

/** The group with what is known of clients' addresses, or nothing where it is gone. */
async function withClientIp(group: Group, balancers: Balancers, plane: AwsPlane): Promise<readonly TargetGroup[]> {
  const decides = decidesAnything(group, balancers);
  if (decides.state === "unknown") return [{ ...group, preservesClientIp: decides }];
  if (!decides.value) return [group];
  const read = () => unlessGone(preservesClientIp(group.arn, plane));
  const answer = await plane.reading.attempt("elasticloadbalancing:DescribeTargetGroupAttributes", read);
  if (answer.state === "unknown") return [{ ...group, preservesClientIp: answer }];
  return answer.value === undefined ? [] : [{ ...group, preservesClientIp: known(answer.value) }];
}

/** Whether the group serves a network load balancer without security groups. */
function decidesAnything({ name, loadBalancerArns }: Group, balancers: Balancers): Fact<boolean> {
  if (loadBalancerArns.length > 0 && balancers.state === "unknown") {
    return unknown("depends-on-unknown", `The load balancers of target group ${name} are not known: ${balancers.reason.message}`);
  }
  const served = balancers.state === "known" ? loadBalancerArns.flatMap((arn) => balancers.value.get(arn) ?? []) : [];
  if (served.some(({ type, securityGroupIds }) => type === "network" && securityGroupIds.length === 0)) return known(true);
  if (served.length < loadBalancerArns.length) {
    return unknown("not-found", `Target group ${name} serves a load balancer that is not among those of the VPC.`);
  }
  return known(false);
}

const Attributes = z.object({ Attributes: z.array(z.object({ Key: z.string(), Value: z.string().optional() })) });

const preservesClientIp = (arn: string, { clients: { elbv2 }, shared }: AwsPlane): Promise<boolean> =>
  shared(`target-group-attributes/${arn}`, async (signal) => {
    const call = elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }), { abortSignal: signal });
    const { Attributes: attributes } = await answerOf(Attributes, call, signal);
    const value = attributes.find(({ Key }) => Key === "preserve_client_ip.enabled")?.Value;
    if (value !== "true" && value !== "false") throw malformed("AWS answered without a usable preserve_client_ip.enabled.");
    return value === "true";
  });
