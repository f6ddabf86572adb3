import type { AccountClient } from "@aws-sdk/client-account";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { EKSClient } from "@aws-sdk/client-eks";
import type { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import type { SharedReads } from "./shared-reads.ts";

/**
 * The clients of one account and Region that collectors read with. One set is reused for all clusters there: adaptive
 * retry lives in the client. Their request handler must throw on its request timeout, or a call waits for its deadline.
 */
export interface AwsClients {
  readonly eks: EKSClient;
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly account: AccountClient;
}

/** The way into one account. */
export interface AccountAccess {
  readonly account: string;
  /** The ARN of the role that is assumed; absent where the product's own credentials act in the account. */
  readonly roleArn?: string;
  /** Assumes the member role on first use and again shortly before expiry; throws RoleNotAssumedError. */
  readonly credentials: AwsCredentialIdentityProvider;
  clients(region: string): AwsClients;
}

/** What every collector is given. */
export interface CollectPorts {
  access(account: string): AccountAccess;
  /** The only clock. */
  now(): Date;
  /** Where the APIs that belong to no Region are asked. */
  readonly homeRegion: string;
  /** Hosts beside EKS's own that the bearer token may be sent to; for tests. */
  readonly allowedEndpointHosts: readonly string[];
  /** Reads that the clusters of one run have in common. Absent: each cluster makes its own. */
  readonly shared?: SharedReads;
  /** Told each read as it ends, for `--verbose`. */
  onRead?(read: EndedRead): void;
}

/** A read that has ended, well or not. */
export interface EndedRead {
  readonly read: string;
  /** How long it took, each of its pages and repetitions included. */
  readonly ms: number;
  readonly state: "read" | "unknown";
  /** The cluster or account that it was about. */
  readonly about?: string;
}
