/** Starts the sandbox: the AWS APIs of an estate, and the Kubernetes API of each of its clusters. */
import { type Credentials, createCredentialStore, userOf } from "./aws/credentials.ts";
import { createFaults, type Faults } from "./aws/faults.ts";
import type { Gateway } from "./aws/gateway.ts";
import { createRequestLog, type LoggedRequest } from "./aws/request-log.ts";
import type { Finding } from "./aws/securityhub/asff.ts";
import { createSecurityHubs } from "./aws/securityhub/hub.ts";
import { startAwsServer } from "./aws/server.ts";
import type { State } from "./aws/service.ts";
import { type RunningClusters, startClusters } from "./clusters.ts";
import { accountUser } from "./estate/access-entries.ts";
import type { Estate } from "./estate.ts";
import type { KubernetesApi } from "./kubernetes/server.ts";
import { type SlackServer, startSlack } from "./slack/server.ts";
import { buildWorld } from "./world/world.ts";

export interface SandboxOptions {
  /** The clock of every service. Default: the machine's. */
  readonly now?: () => Date;
}

export interface Sandbox {
  /** What AWS_ENDPOINT_URL is to be. */
  readonly endpoint: string;
  /** Of the hub's user. */
  readonly credentials: Credentials;
  /** Of a user of one account, who may do everything there. */
  credentialsOf(account: string): Credentials;
  readonly faults: Faults;
  /** Requests to the AWS APIs since the start or the last `forgetRequests`. */
  requests(): readonly LoggedRequest[];
  forgetRequests(): void;
  /** What Security Hub holds, everywhere. */
  findings(): readonly { readonly account: string; readonly region: string; readonly finding: Finding }[];
  /** The API server of a cluster, by ARN; undefined where none runs. */
  kubernetes(clusterArn: string): KubernetesApi | undefined;
  /** The Slack workspace of the estate, if it has one. */
  readonly slack: SlackServer | undefined;
  /** From now on the estate is this one. Credentials, findings, faults and the request log stay; API servers get new addresses. */
  change(estate: Estate): Promise<void>;
  close(): Promise<void>;
}

const toCredentials = ({ accessKeyId, secretAccessKey }: Credentials): Credentials => ({ accessKeyId, secretAccessKey });

/**
 * Starts the sandbox on free ports of the loopback address.
 *
 * @throws {EstateError} where the estate contradicts itself
 */
export async function startSandbox(estate: Estate, { now = () => new Date() }: SandboxOptions = {}): Promise<Sandbox> {
  const credentials = createCredentialStore();
  // Once without endpoints, so that an estate that makes no sense starts nothing.
  const state: State = { world: buildWorld(estate, now()), credentials, hubs: createSecurityHubs(), createdEntries: new Map(), now };
  const gateway: Gateway = { state, faults: createFaults(estate.faults), log: createRequestLog() };
  let clusters: RunningClusters = await startClusters(estate, state);
  state.world = buildWorld(estate, now(), clusters.endpoints);
  const server = await startAwsServer(gateway);
  const slack = estate.slack === undefined ? undefined : await startSlack(estate.slack.channels, now);
  const hubCredentials = credentials.issueToUser(userOf(estate.partition, estate.hub.account, estate.hub.user));
  const users = new Map<string, Credentials>();
  return {
    endpoint: server.endpoint,
    credentials: toCredentials(hubCredentials),
    credentialsOf: (account) => {
      const issued = users.get(account) ?? toCredentials(credentials.issueToUser(userOf(estate.partition, account, accountUser)));
      users.set(account, issued);
      return issued;
    },
    faults: gateway.faults,
    requests: gateway.log.list,
    forgetRequests: gateway.log.clear,
    findings: state.hubs.all,
    kubernetes: (clusterArn) => clusters.apis.get(clusterArn),
    slack,
    change: async (next) => {
      buildWorld(next, now());
      const before = clusters;
      clusters = await startClusters(next, state);
      state.world = buildWorld(next, now(), clusters.endpoints);
      await before.close();
    },
    close: async () => {
      await Promise.all([server.close(), slack?.close(), clusters.close()]);
    },
  };
}
