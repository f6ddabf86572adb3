import { Agent, request } from "node:https";
import type { Pki } from "../certificates.ts";

/** The API server said no to the test's own set-up. */
export class AdminRefusedError extends Error {
  override readonly name = "AdminRefusedError";
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An object as it is written in a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** Writes what a test needs, with the client certificate of an administrator. */
export interface Admin {
  get(path: string): Promise<Answer>;
  create(plural: string, object: Manifest): Promise<Answer>;
  /** No controller runs here, so a status is what a test says. */
  setStatus(plural: string, object: Manifest, status: object): Promise<Answer>;
  /** What the API server would make of the object, applied as `kubectl apply --server-side --dry-run=server` does: nothing is kept. */
  wouldApply(plural: string, object: Manifest): Promise<Answer>;
  remove(plural: string, object: Manifest): Promise<Answer>;
  /** Waits until the API server serves the definition's kind. */
  createDefinition(object: Manifest): Promise<void>;
  close(): void;
}

export function kubeAdmin(url: string, { ca, admin }: Pick<Pki, "ca" | "admin">): Admin {
  const agent = new Agent({ keepAlive: true, ca: ca.cert, cert: admin.cert, key: admin.key, maxSockets: 16 });
  const send = (method: string, path: string, body?: object, contentType = "application/json") =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request(new URL(path, url), { method, agent, headers: { "content-type": contentType } }, async (response) => {
        let text = "";
        for await (const chunk of response.setEncoding("utf8")) text += chunk;
        const isJson = response.headers["content-type"]?.startsWith("application/json") ?? false;
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : { text } });
      });
      sent.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  const change = async (...call: Parameters<typeof send>) => {
    const answer = await send(...call);
    if (answer.status >= 300) throw new AdminRefusedError(`${call[0]} ${call[1]}: ${answer.status} ${answer.body.message}`);
    return answer;
  };
  const create: Admin["create"] = (plural, object) => change("POST", collectionPath(plural, object), object);
  return {
    get: (path) => send("GET", path),
    create,
    setStatus: (plural, object, status) =>
      change("PATCH", `${collectionPath(plural, object)}/${object.metadata.name}/status`, { status }, "application/merge-patch+json"),
    wouldApply: (plural, object) =>
      send(
        "PATCH",
        `${collectionPath(plural, object)}/${object.metadata.name}?fieldManager=test&force=true&dryRun=All&fieldValidation=Strict`,
        object,
        "application/apply-patch+yaml",
      ),
    remove: (plural, object) => change("DELETE", `${collectionPath(plural, object)}/${object.metadata.name}`),
    async createDefinition(definition) {
      await create("customresourcedefinitions", definition);
      const path = `${collectionPath("customresourcedefinitions", definition)}/${definition.metadata.name}`;
      const { group, names, versions } = definition.spec as { group: string; names: { plural: string }; versions: { name: string }[] };
      const deadline = performance.now() + 20_000;
      for (;;) {
        const { body } = await send("GET", path);
        const conditions = (body.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? [];
        const isEstablished = conditions.some(({ type, status }) => type === "Established" && status === "True");
        // Established comes a moment before the kind is served and discovered.
        const served = await Promise.all(versions.map(({ name }) => send("GET", `/apis/${group}/${name}`)));
        const isDiscovered = served.every(
          ({ status, body: list }) =>
            status === 200 && ((list.resources ?? []) as { name: string }[]).some(({ name }) => name === names.plural),
        );
        if (isEstablished && isDiscovered) return;
        if (performance.now() > deadline) throw new AdminRefusedError(`${definition.metadata.name} was not served within 20 s`);
      }
    },
    close: () => agent.destroy(),
  };
}

/** /api/v1/namespaces/shop/services, /apis/rbac.authorization.k8s.io/v1/clusterroles, … */
function collectionPath(plural: string, { apiVersion, metadata }: Manifest): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return metadata.namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${metadata.namespace}/${plural}`;
}
