/** The AWS plane for tests of collectors: the sandbox, and the real clients under credentials of the member role. */
import { AccountClient } from "@aws-sdk/client-account";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { STSClient } from "@aws-sdk/client-sts";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { CollectPorts } from "../../core/collect/access.ts";
import { assumedCredentials, memberRoleArn } from "../../core/collect/role.ts";
import type { FactName } from "../../core/model/check.ts";
import type { Coverage } from "../../core/model/cluster.ts";
import type { Fact } from "../../core/model/fact.ts";
import type { EstateInput } from "../../sandbox/estate.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { home, hub, member, started } from "../sandbox/support.ts";
import { factNames } from "../support/cluster.ts";

export { home, hub, member };

export type RegionInput = NonNullable<NonNullable<EstateInput["accounts"][number]["regions"]>[string]>;

/** A sandbox whose member account has this in its home Region. */
export const withRegion = (region: RegionInput, over: Partial<EstateInput> = {}): Promise<Sandbox> =>
  started({ accounts: [{ id: hub }, { id: member, regions: { [home]: region } }], ...over });

const waiting = (ms: number) => new NodeHttpHandler({ connectionTimeout: ms, requestTimeout: ms, throwOnRequestTimeout: true });
const roleName = "eks-perimeter-member";

/**
 * Ports that reach every account of the sandbox by its member role. No retries, so that one fault is one failure.
 *
 * @param patienceMs how long one call may take: long where nothing hangs, so that a busy machine is no fault
 */
export function portsTo(sandbox: Sandbox, over: Partial<CollectPorts> = {}, patienceMs = 2_000): CollectPorts {
  const common = { endpoint: sandbox.endpoint, maxAttempts: 1, requestHandler: waiting(patienceMs) };
  const sts = new STSClient({ ...common, region: home, credentials: sandbox.credentials });
  const now = over.now ?? (() => new Date());
  const made = new Map<string, ReturnType<CollectPorts["access"]>>();
  const access = (account: string) => {
    const role = { account, partition: "aws", roleName };
    const credentials = assumedCredentials({ ...role, sts, sessionName: "scan", durationSeconds: 900, now });
    return {
      account,
      roleArn: memberRoleArn(role),
      credentials,
      clients: (region: string) => {
        const config = { ...common, region, credentials };
        return {
          eks: new EKSClient(config),
          ec2: new EC2Client(config),
          elb: new ElasticLoadBalancingClient(config),
          elbv2: new ElasticLoadBalancingV2Client(config),
          account: new AccountClient(config),
        };
      },
    };
  };
  return {
    access: (account) => {
      const one = made.get(account) ?? access(account);
      made.set(account, one);
      return one;
    },
    now,
    homeRegion: home,
    allowedEndpointHosts: ["127.0.0.1"],
    ...over,
  };
}

export const everyFact: ReadonlySet<FactName> = new Set(factNames);
export const soon = (ms = 20_000): AbortSignal => AbortSignal.timeout(ms);

/** The value of a fact; the test fails where it is unknown. */
export function valueIn<T>(fact: Fact<T>): T {
  if (fact.state === "known") return fact.value;
  throw new Error(`unknown: ${fact.reason.code}: ${fact.reason.message}`);
}

/** "known", or the code of the reason why not. */
export const stateOf = (fact: Fact<unknown>): string => (fact.state === "known" ? "known" : fact.reason.code);

/** What was not read, and why: "eks:DescribeCluster: forbidden". */
export const gapsOf = (reads: Fact<readonly Coverage[]>): readonly string[] =>
  valueIn(reads).flatMap(({ read, state, reason }) => (state === "read" ? [] : [`${read}: ${state} ${reason?.code}`]));
