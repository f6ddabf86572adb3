import type * as z from "zod";
import type { Fact } from "../model/fact.ts";
import { allPages } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import type { AwsReadName } from "./reads.ts";

/** A Describe call of EC2 that answers in pages. */
export interface Ec2List<S extends z.ZodType<{ readonly NextToken?: string | undefined }>, T> {
  readonly read: AwsReadName;
  /** What is listed, and of what: clusters that ask for the same share the answer. */
  readonly key: string;
  readonly shape: S;
  /** Sends the call, the first without a token. */
  readonly ask: (NextToken: string | undefined, abort: { readonly abortSignal: AbortSignal }) => Promise<unknown>;
  readonly items: (page: z.output<S>) => readonly T[];
}

/** The whole list, asked for once for all clusters that share it. */
export const readList = <S extends z.ZodType<{ readonly NextToken?: string | undefined }>, T>(
  { read, key, shape, ask, items }: Ec2List<S, T>,
  { reading, shared }: AwsPlane,
): Promise<Fact<readonly T[]>> =>
  reading.attempt(read, () =>
    shared(key, (signal) =>
      allPages({ shape, ask: (token) => ask(token, { abortSignal: signal }), items, next: ({ NextToken }) => NextToken, signal }),
    ),
  );

/** The filter that keeps a list to one VPC. */
export const inVpc = (vpcId: string) => ({ Name: "vpc-id", Values: [vpcId] });
