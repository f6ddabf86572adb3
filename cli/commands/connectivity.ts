import { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { absentNamespaces } from "../../core/net/connectivity/absent-namespaces.ts";
import { type Connectivity, connectivity as connectivityOf, namesIpv6 } from "../../core/net/connectivity/connectivity.ts";
import { difference } from "../../core/net/connectivity/difference.ts";
import { engineIn } from "../../core/net/connectivity/engine.ts";
import { explainer, reasonText } from "../../core/net/connectivity/explain.ts";
import type { Allowed } from "../../core/net/connectivity/model.ts";
import { type Narrowing, narrowed, type Place } from "../../core/net/connectivity/narrow.ts";
import type { PortSet } from "../../core/net/policy/port-set.ts";
import type { Engine } from "../../core/net/policy/translation.ts";
import { connectivityDot } from "../../core/report/connectivity-dot.ts";
import { connectivityJson, type Explain } from "../../core/report/connectivity-json.ts";
import { connectionLines, endText } from "../../core/report/connectivity-text.ts";
import { chunked } from "../chunked.ts";
import { fromEvidence, fromManifests, fromPath, type Input } from "../connectivity/input.ts";
import { Messages } from "../connectivity/messages.ts";
import { UsageError } from "../errors.ts";
import { type ExitCode, exit } from "../exit.ts";
import type { ClusterScope } from "../live.ts";

export interface ConnectivityOptions extends ClusterScope {
  readonly manifests?: string;
  readonly evidence?: string;
  readonly engine?: Engine;
  readonly format?: "text" | "json" | "dot";
  readonly json?: boolean;
  readonly from?: Place;
  readonly to?: Place;
  readonly port?: PortSet;
  readonly explain?: boolean;
  readonly diff?: string;
  readonly ipv6?: boolean;
}

/** `connectivity`: every connection that the network policies allow. */
export async function connectivity(options: ConnectivityOptions): Promise<ExitCode> {
  const format = formatOf(options);
  const messages = new Messages();
  try {
    const input = await inputOf(options, messages);
    const other = options.diff === undefined ? undefined : await fromPath(options.diff, messages);
    const engine = engineOf(options.engine, input, other, messages);
    const asksForIpv6 = [options.from, options.to].some((place) => place !== undefined && "family" in place && place.family === "ipv6");
    const ipv6 = options.ipv6 === true || asksForIpv6 || [input, other].some((one) => one !== undefined && namesIpv6(one.estate));
    const told = (one: Input): Connectivity => {
      const answer = connectivityOf(one.estate, { engine, ipv6, textOf: endText });
      tell(one, answer, messages);
      return answer;
    };
    const narrowing: Narrowing = {
      ...(options.from === undefined ? {} : { from: options.from }),
      ...(options.to === undefined ? {} : { to: options.to }),
      ...(options.port === undefined ? {} : { ports: options.port }),
    };
    const base = told(input);
    const unlisted = withoutNodes[engine];
    const areUnknown = [input, other].some((one) => one !== undefined && (one.estate.nodes ?? []).length === 0);
    if (areUnknown && unlisted !== undefined) messages.note(unlisted);
    const after = other === undefined ? undefined : told(other);
    tellUnmet(narrowing, [base, ...(after === undefined ? [] : [after])], messages);
    const listed = ({ connections }: Connectivity): Iterable<Allowed> => narrowed(connections, narrowing, endText);
    const explain = (answer: Connectivity): Explain | undefined => (options.explain === true ? explainer(answer) : undefined);
    const pieces =
      after === undefined
        ? formats[format](engine, listed(base), explain(base))
        : differences[format](engine, difference(listed(base), listed(after), endText), { removed: explain(base), added: explain(after) });
    await print(pieces);
    return exit.ok;
  } finally {
    messages.end();
  }
}

/** What the connections do not show where no node is known. */
const withoutNodes: Readonly<Partial<Record<Engine, string>>> = {
  "vpc-cni": "nodes are not known: a pod and its own node reach each other whatever NetworkPolicies say, and that is not listed.",
  calico: "nodes are not known: a pod's own node is let in whatever policies say, and not listed.",
  cilium: "nodes are not known: no block means them, and what policies say of host and remote-node is not listed.",
};

type Format = NonNullable<ConnectivityOptions["format"]>;

function formatOf({ format, json, explain }: ConnectivityOptions): Format {
  if (json === true && format !== undefined && format !== "json") {
    throw new UsageError(`--json and --format ${format} exclude each other.`, { hint: "Choose one." });
  }
  const chosen = json === true ? "json" : (format ?? "text");
  if (explain === true && chosen === "dot") {
    throw new UsageError("--explain has no place in a graph.", { hint: "Choose --format text or json." });
  }
  return chosen;
}

async function inputOf(options: ConnectivityOptions, messages: Messages): Promise<Input> {
  const { manifests, evidence, cluster, region, account, org } = options;
  const isScoped = cluster.length + region.length + account.length > 0 || org === true;
  if ([manifests !== undefined, evidence !== undefined, isScoped].filter(Boolean).length > 1) {
    throw new UsageError("--manifests, --evidence and the scope of a cluster exclude each other.", { hint: "Name one input." });
  }
  if (manifests !== undefined) return fromManifests(manifests, messages);
  if (evidence !== undefined) return fromEvidence(evidence, messages);
  const { fromCluster } = await import("../connectivity/live.ts");
  return fromCluster(options, messages);
}

function engineOf(asked: Engine | undefined, input: Input, other: Input | undefined, messages: Messages): Engine {
  const found = engineIn(input.signs);
  const engine = asked ?? found.engine;
  messages.note(`engine: ${engine} (${asked === undefined ? found.why : "as asked for"}).`);
  const ofOther = other === undefined ? undefined : engineIn(other.signs);
  if (asked === undefined && ofOther !== undefined && ofOther.engine !== engine) {
    messages.warn(`The other input looks like one of ${ofOther.engine} (${ofOther.why}); both are judged as ${engine}.`);
  }
  return engine;
}

function tell({ estate, whereIs }: Input, { hostNetwork, remarks, notes }: Connectivity, messages: Messages): void {
  const at = (object: string, field: string): string => {
    const place = whereIs?.(object, field);
    return place === undefined ? "" : `${place.file}:${place.line} `;
  };
  for (const { policy, field, message, effect } of remarks) {
    if (effect === "refused") messages.error(`${at(policy, field)}${message} The policy was left out.`);
    else messages.warn(`${at(policy, field)}${message}`);
  }
  for (const { policy, field, namespace } of absentNamespaces(estate)) {
    messages.warn(`${at(policy, field)}${policy}: ${field} names ${JSON.stringify(namespace)}, a namespace in which nothing is.`);
  }
  for (const note of notes) messages.warn(note);
  if (hostNetwork.length > 0) {
    const names = hostNetwork.slice(0, 5).map(({ namespace, name, kind }) => `${namespace}/${name}[${kind}]`);
    const more = hostNetwork.length > names.length ? ", …" : "";
    const count =
      hostNetwork.length === 1 ? "1 workload in the host's network was" : `${hostNetwork.length} workloads in the host's network were`;
    messages.note(`${count} left out: ${names.join(", ")}${more}.`);
  }
}

/** Says so where nothing is what was asked for. */
function tellUnmet({ from, to }: Narrowing, all: readonly Connectivity[], messages: Messages): void {
  for (const [option, place] of Object.entries({ "--from": from, "--to": to })) {
    if (place === undefined || "family" in place) continue;
    const isMet = all.some(({ workloads }) =>
      workloads.some(({ namespace, name }) => namespace === place.namespace && (place.name === undefined || name === place.name)),
    );
    if (!isMet)
      messages.warn(
        `${option}: no workload is ${place.name === undefined ? `in ${place.namespace}` : `${place.namespace}/${place.name}`}.`,
      );
  }
}

type Pieces = Iterable<string>;
type ListFormat = (engine: Engine, all: Iterable<Allowed>, explain: Explain | undefined) => Pieces;
const formats: Readonly<Record<Format, ListFormat>> = {
  text: (_engine, all, explain) => lines("", all, explain),
  json: (engine, connections, explain) => connectivityJson(engine, { connections }, explain),
  *dot(_engine, all) {
    yield* connectivityDot(map(all, (one) => ({ one })));
  },
};

type Sides<T> = Readonly<Record<"added" | "removed", T>>;
type DifferenceFormat = (engine: Engine, all: Sides<readonly Allowed[]>, explain: Sides<Explain | undefined>) => Pieces;
const differences: Readonly<Record<Format, DifferenceFormat>> = {
  *text(_engine, { added, removed }, explain) {
    yield* lines("- ", removed, explain.removed);
    yield* lines("+ ", added, explain.added);
  },
  json: (engine, { added, removed }, explain) => {
    const fresh = new Set(added);
    const either: Explain = (one) => (fresh.has(one) ? explain.added : explain.removed)?.(one) ?? [];
    return connectivityJson(engine, { added, removed }, explain.added === undefined ? undefined : either);
  },
  *dot(_engine, { added, removed }) {
    yield* connectivityDot([
      ...removed.map((one) => ({ one, color: "red" as const })),
      ...added.map((one) => ({ one, color: "green" as const })),
    ]);
  },
};

function* lines(sign: string, all: Iterable<Allowed>, explain: Explain | undefined): Generator<string> {
  const line = connectionLines();
  for (const one of all) {
    yield `${sign}${line(one)}\n`;
    for (const reason of explain?.(one) ?? []) yield `    ${reasonText(reason)}\n`;
  }
}

function* map<T, U>(all: Iterable<T>, each: (one: T) => U): Generator<U> {
  for (const one of all) yield each(one);
}

/** Writes as fast as the reader reads. One that has read enough, such as `head`, ends it. */
async function print(pieces: Pieces): Promise<void> {
  try {
    await pipeline(Readable.from(chunked(pieces), { objectMode: true }), process.stdout, { end: false });
    if (process.stdout.writableNeedDrain) await finished(process.stdout, { writable: false }).catch(() => undefined);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EPIPE") throw cause;
  }
}
