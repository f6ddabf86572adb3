import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { KubernetesClient, type ListRequest } from "../../core/collect/kubernetes/client.ts";
import { endpointOf } from "../../core/collect/kubernetes/endpoint.ts";
import type { ClientLimits } from "../../core/collect/kubernetes/limits.ts";
import { ServiceObject } from "../../core/collect/kubernetes/parse-service.ts";
import type { KubernetesTarget } from "../../core/collect/kubernetes.ts";
import { type KubernetesRead, kubernetesReads } from "../../core/collect/reads.ts";
import { eksToken } from "../../core/collect/token.ts";
import type { Service } from "../../core/model/kubernetes.ts";
import type { AccessRule } from "../../sandbox/kubernetes/authorization.ts";
import { createCertificates } from "../../sandbox/kubernetes/certificates.ts";
import type { KubernetesObject } from "../../sandbox/kubernetes/objects.ts";
import { type KubernetesApi, type KubernetesApiOptions, startKubernetesApi } from "../../sandbox/kubernetes/server.ts";
import { verifyToken } from "../../sandbox/kubernetes/token.ts";

export const now = new Date("2026-11-24T09:08:07Z");
const secret = {
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG",
  sessionToken: "tok/+==",
  arn: "arn:aws:sts::111122223333:assumed-role/scanner/s",
};
export const credentials = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: secret.secretAccessKey, sessionToken: secret.sessionToken };
export const clusterId = "prod";
const region = "eu-west-1";
/** Every test's cluster has the same authority: making one takes longer than most tests. */
export const certificates = await createCertificates();

/** What the scanner's ClusterRole grants: each declared list and object, and nothing else. */
export const declaredRules: readonly AccessRule[] = Object.values<KubernetesRead>(kubernetesReads).map(
  ({ group, resource, verb, object }) => ({
    groups: ["scanner"],
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
    ...(object === undefined ? {} : { resourceNames: [object.split("/").at(-1) ?? ""] }),
  }),
);

/** An API server that believes a token as STS would. */
export const startCluster = (options: Partial<KubernetesApiOptions> = {}): Promise<KubernetesApi> =>
  startKubernetesApi({
    objects: [],
    version: "1.36",
    rules: declaredRules,
    certificates,
    authenticate: async (token) => {
      const verdict = await verifyToken(token, { clusterId, now, secretOf: (id) => (id === credentials.accessKeyId ? secret : undefined) });
      return verdict.ok ? { username: verdict.arn, groups: ["scanner"] } : undefined;
    },
    ...options,
  });

export const targetOf = (url: string): KubernetesTarget => ({
  url,
  certificateAuthority: certificates.certificateAuthorityData,
  clusterId,
  region,
  credentials: async () => credentials,
});

export const ports = { now: () => now, allowedEndpointHosts: ["127.0.0.1"] };

export const mintToken = () => eksToken({ cluster: clusterId, region, credentials, now });

/** Limits under which a failing test fails in a moment. */
export const quick: Partial<ClientLimits> = { connectMs: 2_000, answerMs: 2_000, pauseMs: 1, pausesMs: 1_000 };

export function clientFor(url: string, limits: Partial<ClientLimits> = {}, mint: () => Promise<string> = mintToken): KubernetesClient {
  const endpoint = endpointOf(targetOf(url), ports.allowedEndpointHosts);
  return new KubernetesClient({ endpoint, mint, now: () => now, limits: { ...quick, ...limits } });
}

export const serviceList: ListRequest<Service> = { group: "", version: "v1", plural: "services", kind: "Service", object: ServiceObject };

export const aService = (name: string, spec: object = {}, metadata: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "shop", name, ...metadata },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
});

/** Told of each TCP connection. */
interface Watch {
  opened(): void;
  closed(): void;
}

/** A server with the cluster's certificate that answers as a test says, for what no API server would do. */
export async function startScripted(listener: RequestListener, watch?: Watch): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer({ ...certificates.server }, listener);
  server.on("connection", (socket) => {
    watch?.opened();
    socket.on("close", () => watch?.closed());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
