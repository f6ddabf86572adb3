import { DescribeVpcBlockPublicAccessExclusionsCommand, DescribeVpcBlockPublicAccessOptionsCommand } from "@aws-sdk/client-ec2";
import * as z from "zod";
import { type Fact, known, unknown } from "../model/fact.ts";
import type { BlockPublicAccess } from "../model/vpc.ts";
import { answerOf } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { readList } from "./vpc-list.ts";

const Options = z.object({
  VpcBlockPublicAccessOptions: z.object({
    InternetGatewayBlockMode: z.enum(["off", "block-bidirectional", "block-ingress"]),
    State: z.string(),
  }),
});
const ExclusionPage = z.object({
  VpcBlockPublicAccessExclusions: z.array(
    z.object({
      ResourceArn: z.string(),
      InternetGatewayExclusionMode: z.enum(["allow-bidirectional", "allow-egress"]),
      State: z.string(),
    }),
  ),
  NextToken: z.string().optional(),
});

/** VPC Block Public Access of the account and Region. Exclusions decide only where something is blocked, and are read only then. */
export async function readBlockPublicAccess(plane: AwsPlane): Promise<Fact<BlockPublicAccess>> {
  const options = await readOptions(plane);
  if (options.state === "unknown") return options;
  const { InternetGatewayBlockMode: mode, State: state } = options.value;
  if (!settled.has(state)) {
    return unknown(
      "not-ready",
      `VPC Block Public Access is in state ${JSON.stringify(state)}: whether mode ${mode} is in force is not known yet.`,
    );
  }
  if (mode === "off") return known({ mode, exclusions: [] });
  const exclusions = await readExclusions(plane);
  return exclusions.state === "unknown" ? exclusions : known({ mode, exclusions: exclusions.value });
}

/** States in which the mode is in force; a change takes minutes. Source: Amazon EC2 API, VpcBlockPublicAccessOptions. */
const settled = new Set(["default-state", "update-complete"]);

const readOptions = ({
  clients: { ec2 },
  reading,
  shared,
}: AwsPlane): Promise<Fact<z.infer<typeof Options>["VpcBlockPublicAccessOptions"]>> =>
  reading.attempt("ec2:DescribeVpcBlockPublicAccessOptions", () =>
    shared("block-public-access", async (signal) => {
      const call = ec2.send(new DescribeVpcBlockPublicAccessOptionsCommand({}), { abortSignal: signal });
      const { VpcBlockPublicAccessOptions: options } = await answerOf(Options, call, signal);
      return options;
    }),
  );

/** States of an exclusion that is not, or no longer, in force. One that is being made or taken away may be. */
const gone = new Set(["create-failed", "delete-complete", "disable-complete"]);

const readExclusions = (plane: AwsPlane): Promise<Fact<BlockPublicAccess["exclusions"]>> =>
  readList(
    {
      read: "ec2:DescribeVpcBlockPublicAccessExclusions",
      key: "block-public-access-exclusions",
      shape: ExclusionPage,
      ask: (NextToken, abort) =>
        plane.clients.ec2.send(new DescribeVpcBlockPublicAccessExclusionsCommand({ MaxResults: 1000, NextToken }), abort),
      items: ({ VpcBlockPublicAccessExclusions: rows }) =>
        rows
          .filter(({ State }) => !gone.has(State))
          .map(({ ResourceArn, InternetGatewayExclusionMode }) => ({
            resourceId: ResourceArn.slice(ResourceArn.lastIndexOf("/") + 1),
            mode: InternetGatewayExclusionMode,
          })),
    },
    plane,
  );
