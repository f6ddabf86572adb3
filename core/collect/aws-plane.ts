import type { ClusterNetwork } from "../model/aws.ts";
import { type Fact, unknown } from "../model/fact.ts";
import type { AwsClients } from "./access.ts";
import type { Reading } from "./reading.ts";
import type { AwsReadName } from "./reads.ts";

/** What the collectors of one cluster's AWS plane read with. */
export interface AwsPlane {
  readonly account: string;
  readonly region: string;
  readonly clients: AwsClients;
  readonly reading: Reading;
  /** The deadline of the cluster. */
  readonly signal: AbortSignal;
  /** What `work` answers, asked for once for all clusters of the account and Region; `work` gets the signal to pass on. */
  shared<T>(key: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** What one read says of the cluster's VPC; without a VPC, that it hangs on a read that failed. */
export async function ofVpc<T>(
  network: Fact<ClusterNetwork>,
  read: AwsReadName,
  { reading }: AwsPlane,
  work: (vpcId: string) => Promise<Fact<T>>,
): Promise<Fact<T>> {
  if (network.state === "known") return work(network.value.vpcId);
  const fact = unknown("depends-on-unknown", `The cluster's VPC is not known: ${network.reason.message}`);
  reading.note(read, fact);
  return fact;
}
