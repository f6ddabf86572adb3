import { AccountClient } from "@aws-sdk/client-account";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsCredentialIdentity } from "@smithy/types";
import type { CollectPorts } from "../../../core/collect/access.ts";

/** Ports of collectors to one Region at one endpoint, with the same credentials for every account. */
export function collectPorts(endpoint: string, region: string, credentials: AwsCredentialIdentity): CollectPorts {
  const config = { endpoint, region, credentials };
  const clients = {
    eks: new EKSClient(config),
    ec2: new EC2Client(config),
    elb: new ElasticLoadBalancingClient(config),
    elbv2: new ElasticLoadBalancingV2Client(config),
    account: new AccountClient(config),
  };
  return {
    access: (account) => ({ account, credentials: async () => credentials, clients: () => clients }),
    now: () => new Date(),
    homeRegion: region,
    allowedEndpointHosts: ["127.0.0.1"],
  };
}
