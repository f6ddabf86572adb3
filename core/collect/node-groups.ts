import { DescribeNodegroupCommand, ListNodegroupsCommand } from "@aws-sdk/client-eks";
import pMap from "p-map";
import * as z from "zod";
import { type Fact, known } from "../model/fact.ts";
import type { NodeGroup } from "../model/nodes.ts";
import { allPages, answerOf } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { unlessGone } from "./gone.ts";

/** Calls at once: EKS allows fewer a second than EC2. */
const concurrency = 4;

const Names = z.object({ nodegroups: z.array(z.string()), nextToken: z.string().optional() });
const Answer = z.object({
  nodegroup: z.object({
    nodegroupArn: z.string(),
    nodegroupName: z.string(),
    status: z.string(),
    version: z.string().optional(),
    releaseVersion: z.string().optional(),
    amiType: z.string(),
    // Absent until the groups are made.
    resources: z.object({ autoScalingGroups: z.array(z.object({ name: z.string() })).default([]) }).optional(),
    subnets: z.array(z.string()),
    launchTemplate: z.object({}).optional(),
  }),
});
type Row = z.output<typeof Answer>["nodegroup"];

/** The managed node groups of the cluster. One that goes away meanwhile is left out; one that is refused leaves none known. */
export async function readNodeGroups(clusterName: string, plane: AwsPlane): Promise<Fact<readonly NodeGroup[]>> {
  const { reading } = plane;
  const names = await reading.attempt("eks:ListNodegroups", () => listNames(clusterName, plane));
  if (names.state === "unknown") return names;
  const groups = await pMap(
    names.value,
    (name) => reading.attempt("eks:DescribeNodegroup", () => unlessGone(describeGroup(clusterName, name, plane))),
    { concurrency },
  );
  const found: NodeGroup[] = [];
  for (const group of groups) {
    if (group.state === "unknown") return group;
    if (group.value !== undefined) found.push(group.value);
  }
  return known(found);
}

const listNames = (clusterName: string, { clients: { eks }, signal }: AwsPlane): Promise<readonly string[]> =>
  allPages({
    shape: Names,
    ask: (nextToken) => eks.send(new ListNodegroupsCommand({ clusterName, maxResults: 100, nextToken }), { abortSignal: signal }),
    items: ({ nodegroups }) => nodegroups,
    next: ({ nextToken }) => nextToken,
    signal,
  });

async function describeGroup(clusterName: string, nodegroupName: string, { clients: { eks }, signal }: AwsPlane): Promise<NodeGroup> {
  const call = eks.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }), { abortSignal: signal });
  return groupOf((await answerOf(Answer, call, signal)).nodegroup);
}

const groupOf = (row: Row): NodeGroup => ({
  arn: row.nodegroupArn,
  name: row.nodegroupName,
  status: row.status,
  ...(row.version === undefined ? {} : { kubernetesVersion: row.version }),
  // Of an own AMI EKS answers its id here, which is no release.
  ...(row.releaseVersion === undefined || row.amiType === "CUSTOM" ? {} : { releaseVersion: row.releaseVersion }),
  amiType: row.amiType,
  autoScalingGroups: row.resources?.autoScalingGroups.map(({ name }) => name) ?? [],
  subnetIds: row.subnets,
  hasLaunchTemplate: row.launchTemplate !== undefined,
});
