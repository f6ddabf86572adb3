import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, answerOf } from "./answers.ts";
import { type AccessRule, admitsAnonymous, anonymous, authenticated, mayDo, type User } from "./authorization.ts";
import type { Certificates } from "./certificates.ts";
import { deliver } from "./delivery.ts";
import { type Effect, type Fault, planFaults } from "./faults.ts";
import type { KubernetesObject } from "./objects.ts";
import { expiredContinue, withinLongestPage } from "./paging.ts";
import { parseRequest, type RequestInfo } from "./request.ts";
import { expired, forbidden, statusOf, unauthorized } from "./status.ts";
import { createStore } from "./store.ts";

export interface KubernetesApiOptions {
  /** What the cluster holds, beside what every cluster holds. */
  readonly objects: readonly KubernetesObject[];
  /** The minor version, such as "1.33". */
  readonly version: string;
  /** Who the bearer of a token is; undefined for a token that is not believed. A rejection counts as that too. */
  authenticate(token: string): Promise<User | undefined>;
  readonly rules: readonly AccessRule[];
  readonly certificates: Certificates;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly faults?: readonly Fault[];
  /** No list answers with a longer page, whatever limit was asked for. */
  readonly longestPage?: number;
  /** When the objects were made, RFC 3339 to the second. */
  readonly createdAt?: string;
}

/** One request as it came in, for tests to look at. It holds no credential. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly verb: string;
  /** "services", "ingresses.networking.k8s.io"; absent for a path that names no resource. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Tells one bearer token from another, and cannot be turned back. */
  readonly tokenDigest?: string;
  /** Absent for a caller who is not known. */
  readonly username?: string;
  /** Absent where no answer was sent. */
  readonly code?: number;
}

export interface KubernetesApi {
  /** https://127.0.0.1:<port> */
  readonly url: string;
  close(): Promise<void>;
  /** What the cluster holds from now on. Lists that have begun go on in the state in which they began. */
  replace(objects: readonly KubernetesObject[]): void;
  /** Forgets all earlier states: continue tokens handed out so far answer 410. */
  compact(): void;
  /** Who may do what from now on. */
  setRules(rules: readonly AccessRule[]): void;
  /** Replaces all faults; their counts begin anew. */
  setFaults(faults: readonly Fault[]): void;
  /** All requests since the start, in the order of their arrival. */
  requests(): readonly RecordedRequest[];
}

const bearerOf = (header: string | undefined): string | undefined => {
  const [scheme = "", token = ""] = (header ?? "").trim().split(" ");
  return scheme.toLowerCase() === "bearer" && token !== "" ? token : undefined;
};

const credentialHeaders = new Set(["authorization", "cookie", "proxy-authorization"]);

function record(request: IncomingMessage, info: RequestInfo, token: string | undefined): RecordedRequest {
  const { resource } = info;
  const headers = Object.entries(request.headers).filter(([name]) => !credentialHeaders.has(name));
  return {
    method: request.method ?? "",
    path: info.path,
    query: Object.fromEntries(info.query),
    verb: info.verb,
    ...(resource === undefined ? {} : { resource: resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}` }),
    ...(resource === undefined || resource.namespace === "" ? {} : { namespace: resource.namespace }),
    ...(resource === undefined || resource.name === "" ? {} : { name: resource.name }),
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    ...(token === undefined ? {} : { tokenDigest: createHash("sha256").update(token).digest("hex").slice(0, 16) }),
  };
}

/** The answer that an effect puts in place of the real one. */
function faultyAnswer(effect: Effect | undefined, { query }: RequestInfo): Answer | undefined {
  switch (effect?.kind) {
    case "status":
      return statusOf(effect.code, effect.retryAfterSeconds);
    case "expired": {
      const token = query.get("continue");
      return token === null ? expired() : expiredContinue(token);
    }
    case "body":
      return { code: 200, contentType: effect.contentType ?? "application/json", body: effect.text };
    case "redirect":
      return { code: effect.code ?? 307, contentType: "text/plain; charset=utf-8", body: "", headers: { Location: effect.to } };
    default:
      return undefined;
  }
}

/**
 * Starts what a kube-apiserver of an EKS cluster is to a client that gets and lists: authentication, RBAC, discovery,
 * consistent paging, error bodies, and faults on demand. It serves JSON over HTTP/1.1 alone; it neither watches nor writes.
 */
export async function startKubernetesApi(options: KubernetesApiOptions): Promise<KubernetesApi> {
  const minor = Number(options.version.split(".")[1]);
  if (!Number.isInteger(minor)) throw new RangeError(`version must look like "1.33", not "${options.version}"`);
  const store = createStore(options.objects, { minor, createdAt: options.createdAt ?? "2026-01-05T09:00:00Z" });
  const { certificates } = options;
  let faults = planFaults(options.faults ?? []);
  let rules = options.rules;
  let serverAddress = "";
  const recorded: RecordedRequest[] = [];

  const userOf = async (token: string | undefined, path: string): Promise<User | undefined> => {
    if (token === undefined) return admitsAnonymous(minor, path) ? anonymous : undefined;
    const user = await options.authenticate(token).catch(() => undefined);
    return user === undefined ? undefined : authenticated(user);
  };

  const answer = async (info: RequestInfo, token: string | undefined, accept: string | undefined): Promise<[Answer, User | undefined]> => {
    const user = await userOf(token, info.path);
    if (user === undefined) return [unauthorized(), user];
    const { path, verb, resource } = info;
    const attributes = { username: user.username, verb, path, ...(resource === undefined ? {} : { resource }) };
    if (!mayDo(rules, user, info)) return [forbidden(attributes), user];
    return [answerOf(store, withinLongestPage(info, options.longestPage), { minor, serverAddress, accept }), user];
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.resume();
    response.on("error", () => undefined); // the client hung up
    const info = parseRequest(request.method ?? "GET", request.url ?? "/");
    const token = bearerOf(request.headers.authorization);
    const index = recorded.push(record(request, info, token)) - 1;
    const note = (what: Partial<RecordedRequest>) => {
      recorded[index] = { ...(recorded[index] as RecordedRequest), ...what }; // put there above
    };
    const effect = faults.next(info);
    if (effect?.kind === "hang") return;
    if (effect?.kind === "reset") {
      request.socket.destroy();
      return;
    }
    if (effect?.kind === "delay") await sleep(effect.ms, undefined, { ref: false });
    response.removeHeader("connection"); // HTTP/1.1 keeps connections without saying so, as Go does
    response.setHeader("Audit-Id", randomUUID());
    response.setHeader("Cache-Control", "no-cache, private");
    const faulty = faultyAnswer(effect, info);
    const [real, user] = faulty === undefined ? await answer(info, token, request.headers.accept) : [faulty, undefined];
    note({ code: real.code, ...(user === undefined || user === anonymous ? {} : { username: user.username }) });
    const acceptsGzip = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
    await deliver({ response, answer: real, acceptsGzip, effect });
  };

  const server = createServer({ ...certificates.server }, (request, response) => {
    serve(request, response).catch((cause: unknown) => {
      response.destroy(cause instanceof Error ? cause : undefined);
    });
  });
  server.on("tlsClientError", () => undefined); // a client that refuses the certificate
  server.keepAliveTimeout = 90_000; // as long as Go's, so that no idle connection closes under a client
  const showCertificate = () => {
    const pair = faults.certificate === undefined ? certificates.server : certificates.flawed[faults.certificate];
    server.setSecureContext({ ...pair });
    server.closeAllConnections();
  };
  if (faults.certificate !== undefined) showCertificate();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  serverAddress = `127.0.0.1:${port}`;

  return {
    url: `https://${serverAddress}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    replace: store.replace,
    compact: store.compact,
    setRules(next) {
      rules = next;
    },
    setFaults(next) {
      const before = faults.certificate;
      faults = planFaults(next);
      if (faults.certificate !== before) showCertificate();
    },
    requests: () => [...recorded],
  };
}
