import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Certificate, makePki } from "../certificates.ts";
import { type Child, freePort, startChild } from "../child.ts";
import { type Admin, kubeAdmin } from "./admin.ts";
import { kubeAssets } from "./assets.ts";
import { startTokenReview, type TokenReviewOptions, type TokenReviewWebhook } from "./token-review.ts";

export interface KubeApiserverOptions extends TokenReviewOptions {
  readonly etcd: string;
  /** Keeps this server's objects apart from those of others on the same etcd; starts with "/". */
  readonly etcdPrefix: string;
  /** Who may ask without a token: `eks`, health paths alone, as EKS from 1.32 on; `default`, RBAC decides. */
  readonly anonymous?: "eks" | "default";
  /** Further flags, such as `--watch-cache=false`. */
  readonly flags?: readonly string[];
}

export interface KubeApiserver {
  readonly url: string;
  /** PEM, and the file that holds it. */
  readonly ca: string;
  readonly caFile: string;
  /** Key and certificate of the server itself. */
  readonly certificate: Certificate;
  /** Key and certificate of an administrator. */
  readonly adminCertificate: Certificate;
  readonly admin: Admin;
  readonly webhook: TokenReviewWebhook;
  readonly child: Child;
  stop(): Promise<void>;
}

const healthPathsAlone = {
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "AuthenticationConfiguration",
  anonymous: { enabled: true, conditions: ["/livez", "/readyz", "/healthz"].map((healthPath) => ({ path: healthPath })) },
};

/** Starts a kube-apiserver that believes the bearer tokens of EKS and decides by RBAC. No controller runs beside it. */
export async function startKubeApiserver(options: KubeApiserverOptions): Promise<KubeApiserver> {
  const { etcd, etcdPrefix, anonymous = "eks", flags = [] } = options;
  const [{ apiserver }, pki, webhook, port, folder] = await Promise.all([
    kubeAssets(),
    makePki(),
    startTokenReview(options),
    freePort(),
    mkdtemp(path.join(tmpdir(), "eks-perimeter-kube-")),
  ]);
  const url = `https://127.0.0.1:${port}`;
  const file = (name: string) => path.join(folder, name);
  const webhookConfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "webhook",
    clusters: [{ name: "webhook", cluster: { server: webhook.url } }],
    contexts: [{ name: "webhook", context: { cluster: "webhook", user: "" } }],
  };
  const files = {
    "ca.crt": pki.ca.cert,
    "api.crt": pki.server.cert,
    "api.key": pki.server.key,
    "sa.key": pki.serviceAccount.privateKey,
    "sa.pub": pki.serviceAccount.publicKey,
    "webhook.json": JSON.stringify(webhookConfig),
    "authentication.json": JSON.stringify(healthPathsAlone),
  };
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(file(name), content, { mode: 0o600 })));
  const admin = kubeAdmin(url, pki);
  const child = await startChild({
    name: "kube-apiserver",
    command: apiserver,
    args: [
      `--etcd-servers=${etcd}`,
      `--etcd-prefix=${etcdPrefix}`,
      `--secure-port=${port}`,
      "--bind-address=127.0.0.1",
      `--cert-dir=${folder}`,
      `--tls-cert-file=${file("api.crt")}`,
      `--tls-private-key-file=${file("api.key")}`,
      `--client-ca-file=${file("ca.crt")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${file("sa.pub")}`,
      `--service-account-signing-key-file=${file("sa.key")}`,
      "--service-cluster-ip-range=172.20.0.0/16",
      "--authorization-mode=RBAC",
      "--disable-admission-plugins=ServiceAccount",
      "--allow-privileged",
      `--authentication-token-webhook-config-file=${file("webhook.json")}`,
      "--authentication-token-webhook-version=v1",
      "--authentication-token-webhook-cache-ttl=0s",
      ...(anonymous === "eks" ? [`--authentication-config=${file("authentication.json")}`] : []),
      ...flags,
    ],
    isReady: async () => (await admin.get("/readyz")).status === 200,
  });
  return {
    url,
    ca: pki.ca.cert,
    caFile: file("ca.crt"),
    certificate: pki.server,
    adminCertificate: pki.admin,
    admin,
    webhook,
    child,
    async stop() {
      admin.close();
      await child.stop();
      await webhook.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
