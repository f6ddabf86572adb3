import { Agent } from "node:https";
import { isIP } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { ReadError } from "../errors.ts";
import { Bearer } from "./bearer.ts";
import type { ApiEndpoint } from "./endpoint.ts";
import { type Answer, exchange } from "./exchange.ts";
import { type ClientLimits, clientLimits } from "./limits.ts";
import { describeIssue, nameOf } from "./malformed-object.ts";
import { refusal } from "./refusal.ts";

export interface ClientOptions {
  readonly endpoint: ApiEndpoint;
  /** Makes a bearer token; called again when one is refused or grows old. */
  readonly mint: () => Promise<string>;
  readonly now: () => Date;
  readonly limits?: Partial<ClientLimits>;
}

/** One kind of object in one served version. */
export interface ListRequest<T> {
  /** "" is the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  /** Reads one object as the API has it, and makes of it what is kept. */
  readonly object: z.ZodType<T>;
}

/** One object by its name. */
export interface ObjectRequest<T> {
  /** "" is the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: z.ZodType<T>;
}

/** What one read may still cost beyond its first tries. */
interface Budget {
  pausesMs: number;
}

/**
 * A reader of one cluster's Kubernetes API: GET alone, over TLS that only the cluster's own authorities vouch for. Redirects
 * are not followed. Every failure that a cluster or network can cause is a ReadError; no error carries the token or a part
 * of an answer.
 */
export class KubernetesClient {
  readonly limits: ClientLimits;
  readonly #endpoint: ApiEndpoint;
  readonly #agent: Agent;
  readonly #bearer: Bearer;
  readonly #now: () => Date;
  #met = false;
  #unreachable: ReadError | undefined;

  constructor({ endpoint, mint, now, limits }: ClientOptions) {
    this.limits = { ...clientLimits, ...limits };
    this.#endpoint = endpoint;
    this.#bearer = new Bearer(mint, now);
    this.#now = now;
    this.#agent = new Agent({
      ca: endpoint.authorities,
      rejectUnauthorized: true, // said aloud, as the environment can turn the default off
      servername: isIP(endpoint.host) === 0 ? endpoint.host : "",
      keepAlive: true,
      maxSockets: this.limits.maxSockets,
    });
  }

  /** Ends every connection; the client is of no use afterwards. */
  close(): void {
    this.#agent.destroy();
  }

  /**
   * One document.
   *
   * @param what names it in errors, such as "the API groups"
   */
  async get<T>(path: string, what: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const answer = await this.#send(path, signal, { pausesMs: this.limits.pausesMs });
    if (answer.status !== 200) throw refusal({ status: answer.status, what, path });
    return parsed(answer.body, schema, what);
  }

  /**
   * One object, or undefined where the server says that there is none of that name. Any other 404 is a refusal: a proxy, or a
   * server that does not know the kind, says nothing about the object.
   */
  async find<T>(request: ObjectRequest<T>, signal: AbortSignal): Promise<T | undefined> {
    const { group, version, plural, namespace, name, object } = request;
    const path = `${rootOf(group, version)}/namespaces/${namespace}/${plural}/${name}`;
    const what = `${labelOf(request)} ${namespace}/${name}`;
    const { status, body } = await this.#send(path, signal, { pausesMs: this.limits.pausesMs });
    if (status === 200) return parsed(body, object, what);
    if (status === 404 && saysAbsent(body, request)) return undefined;
    throw refusal({ status, what, path, object: { group, plural, name } });
  }

  /**
   * Every object of a kind, in the server's order, each exactly once. Pages are turned into what is kept one by one, so that
   * no more than one page of the API's own objects is in memory. A list that expires while it is read is begun anew, once:
   * two states of it are never mixed.
   */
  async list<T>(request: ListRequest<T>, signal: AbortSignal): Promise<readonly T[]> {
    const budget = { pausesMs: this.limits.pausesMs };
    const objects = (await this.#pages(request, signal, budget)) ?? (await this.#pages(request, signal, budget));
    if (objects !== undefined) return objects;
    throw new ReadError(
      { code: "server-error", message: `The list of ${labelOf(request)} expired twice while it was read (410).` },
      { hint: "Scan again when the cluster changes less; pages expire after some minutes." },
    );
  }

  /** All pages of one state of the list; undefined if that state expired underway. */
  async #pages<T>(request: ListRequest<T>, signal: AbortSignal, budget: Budget): Promise<T[] | undefined> {
    const { pageSize, pagesPerList, listBytes } = this.limits;
    const what = labelOf(request);
    const objects: T[] = [];
    let size = 0;
    let next: string | undefined;
    for (let page = 1; page <= pagesPerList; page += 1) {
      const query = new URLSearchParams({ limit: String(pageSize), ...(next === undefined ? {} : { continue: next }) });
      const path = `${pathOf(request)}?${query}`;
      const { status, body } = await this.#send(path, signal, budget);
      if (status === 410) return undefined;
      if (status !== 200) throw refusal({ status, what, path, list: request });
      size += body.length;
      if (size > listBytes) throw tooLarge(what, `${listBytes} bytes`);
      const list = parsed(body, listOf(request), `the list of ${what}`);
      list.items?.forEach((item, i) => void objects.push(kept(request, item, `item ${i + 1} of page ${page}`)));
      const following = list.metadata.continue ?? "";
      if (following === "") return objects;
      if (following === next) throw malformed(`The list of ${what} leads from one page to the same page.`);
      next = following;
    }
    throw tooLarge(what, `${pagesPerList} pages`);
  }

  /** Sends until there is an answer to believe: busy servers, resets and a refused token are tried again, within bounds. */
  async #send(path: string, signal: AbortSignal, budget: Budget): Promise<Answer> {
    let mayRenew = true;
    for (let attempt = 1; ; attempt += 1) {
      if (this.#unreachable !== undefined) throw this.#unreachable;
      const token = await this.#bearer.token();
      const outcome = await exchange({ agent: this.#agent, endpoint: this.#endpoint, path, token, limits: this.limits, signal });
      const last = attempt >= this.limits.tries;
      if ("error" in outcome) {
        this.#met ||= outcome.reached;
        if (outcome.transient && !last && (await this.#paused(attempt, 0, signal, budget))) continue;
        // Whoever was never met will not be met by the next list either.
        if (!this.#met) this.#unreachable = outcome.error;
        throw outcome.error;
      }
      this.#met = true;
      if (outcome.status === 401) {
        if (mayRenew && (await this.#bearer.replaced(token))) {
          mayRenew = false;
          continue;
        }
        return outcome;
      }
      await this.#bearer.accepted(token);
      // A debugging proxy may echo requests; what it echoes must not become evidence.
      if (outcome.body.includes(token.slice(-40))) throw malformed("The endpoint repeats the token that it was sent.");
      const busy = outcome.status === 429 || outcome.status >= 500;
      if (busy && !last && (await this.#paused(attempt, retryAfterMs(outcome, this.#now()), signal, budget))) continue;
      return outcome;
    }
  }

  /** Waits before the next try: as long as the server asks for, and some more so that clients do not come back in step. False if that is too long. */
  async #paused(attempt: number, atLeastMs: number, signal: AbortSignal, budget: Budget): Promise<boolean> {
    const ms = atLeastMs + Math.random() * this.limits.pauseMs * 2 ** (attempt - 1);
    if (ms > budget.pausesMs) return false;
    budget.pausesMs -= ms;
    return pause(ms, true, { signal }).catch(() => false); // the deadline came: the last outcome stands
  }
}

/** Seconds, or a date. Source: RFC 9110, 10.2.3. */
function retryAfterMs({ headers }: Answer, now: Date): number {
  const value = headers["retry-after"]?.trim() ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now.getTime());
}

const rootOf = (group: string, version: string): string => (group === "" ? `/api/${version}` : `/apis/${group}/${version}`);
const pathOf = ({ group, version, plural }: ListRequest<unknown>): string => `${rootOf(group, version)}/${plural}`;

/** The Status of an object that is not there names it. Source: kubernetes/apimachinery pkg/api/errors/errors.go, NewNotFound. */
const Absence = z.object({
  kind: z.literal("Status"),
  reason: z.literal("NotFound"),
  details: z.object({ name: z.string(), kind: z.string() }),
});

function saysAbsent(body: string, { plural, name }: ObjectRequest<unknown>): boolean {
  const { data } = Absence.safeParse(jsonOf(body));
  return data?.details.kind === plural && data.details.name === name;
}

/** Undefined for what is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As kubectl names a resource: "services", "ingressclassparams.elbv2.k8s.aws". */
const labelOf = ({ group, plural }: { readonly group: string; readonly plural: string }): string =>
  group === "" ? plural : `${plural}.${group}`;

/** The frame of a list. Go writes an empty slice of some kinds as null; a list without `items` is none. */
const listOf = ({ group, version, kind }: ListRequest<unknown>) =>
  z.object({
    kind: z.literal(`${kind}List`),
    apiVersion: z.literal(group === "" ? version : `${group}/${version}`),
    metadata: z.object({ continue: z.string().nullish() }),
    items: z.array(z.unknown()).nullable(),
  });

function parsed<T>(body: string, schema: z.ZodType<T>, what: string): T {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    // Without a cause: the parser quotes what it read.
    throw malformed(`The answer to ${what} is no complete JSON document.`);
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  throw malformed(`The answer to ${what} is not what it should be: ${describeIssue(error)}.`);
}

function kept<T>({ kind, object }: ListRequest<T>, item: unknown, place: string): T {
  const { success, data, error } = object.safeParse(item);
  if (success) return data;
  throw malformed(`${kind} ${nameOf(item) ?? `(${place})`} cannot be read: ${describeIssue(error)}.`);
}

const malformed = (message: string): ReadError =>
  new ReadError({ code: "malformed", message }, { hint: "Compare it with the answer of `kubectl get --raw`." });

const tooLarge = (what: string, limit: string): ReadError =>
  new ReadError(
    { code: "too-large", message: `The list of ${what} is longer than ${limit}.` },
    { hint: "Look for a controller that creates objects without end." },
  );
