import type { ClusterNetwork } from "../model/aws.ts";
import type { FactName } from "../model/check.ts";
import type { Fact } from "../model/fact.ts";
import { type AwsPlane, ofVpc } from "./aws-plane.ts";
import { type AwsReadName, awsReads } from "./reads.ts";

/** Makes those reads of the AWS plane that a needed fact hangs on; for the others, what stands in their place is handed back. */
export interface NeededReads {
  ifNeeded<T>(read: AwsReadName, otherwise: Fact<T>, work: () => Promise<Fact<T>>): Promise<Fact<T>>;
  /** The same for a read of the cluster's VPC. */
  inVpc<T>(read: AwsReadName, otherwise: Fact<T>, work: (vpcId: string, plane: AwsPlane) => Promise<Fact<T>>): Promise<Fact<T>>;
}

export function neededReads(needs: ReadonlySet<FactName>, network: Fact<ClusterNetwork>, plane: AwsPlane): NeededReads {
  const needed = (read: AwsReadName): boolean => awsReads[read].facts.some((fact: FactName) => needs.has(fact));
  const ifNeeded: NeededReads["ifNeeded"] = (read, otherwise, work) => (needed(read) ? work() : Promise.resolve(otherwise));
  return {
    ifNeeded,
    inVpc: (read, otherwise, work) => ifNeeded(read, otherwise, () => ofVpc(network, read, plane, (vpcId) => work(vpcId, plane))),
  };
}
