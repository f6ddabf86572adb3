import { badRequest, expired, fromTheFuture, type Refusal } from "./status.ts";
import { type Snapshot, type Store, type Stored, type Table, tableName } from "./store.ts";

/** What a LIST asks for, after its parameters were read. */
export interface ListRequest {
  readonly group: string;
  readonly plural: string;
  /** "" is every namespace. */
  readonly namespace: string;
  /** 0 is no limit. */
  readonly limit: number;
  readonly continue: string;
  readonly resourceVersion: string;
  /** Absent where no selector was given. */
  readonly selects?: (row: Stored) => boolean;
}

export interface Page {
  readonly table: Table;
  readonly rows: readonly Stored[];
  readonly resourceVersion: string;
  /** "" on the last page. */
  readonly continue: string;
  readonly remainingItemCount?: number;
}

const tokenVersion = "meta.k8s.io/v1";

/** Source: apiserver pkg/storage/continue.go EncodeContinue. `revision` -1 goes on in whatever state is the latest. */
const encodeContinue = (revision: number, start: string): string =>
  Buffer.from(JSON.stringify({ v: tokenVersion, rv: revision, start })).toString("base64url");

/** Source: apiserver pkg/storage/continue.go DecodeContinue, interfaces.go ValidateListOptions. */
function decodeContinue(token: string): { readonly revision: number; readonly start: string } | Refusal {
  const invalid = (why: string) => badRequest(`invalid continue token: continue key is not valid${why}`);
  const illegal = token.search(/[^A-Za-z0-9_-]/);
  if (illegal >= 0) return invalid(`: illegal base64 data at input byte ${illegal}`);
  let parsed: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    parsed = JSON.parse(Buffer.from(token, "base64url").toString());
  } catch {
    return invalid(": invalid character"); // the rest of Go's sentence depends on the bytes
  }
  const { v, rv, start } = parsed;
  if (v !== tokenVersion) return invalid(`: server does not recognize this encoded version ${v ?? ""}`);
  if (typeof rv !== "number" || rv === 0) return invalid(`: incorrect encoded start resourceVersion (version ${tokenVersion})`);
  if (typeof start !== "string" || start === "") return invalid(`: encoded start key empty (version ${tokenVersion})`);
  if (/(^|\/)\.{0,2}(\/|$)/.test(start.replace(/^\//, ""))) return invalid(`: ${start}`);
  return { revision: rv, start: start.replace(/^\//, "") };
}

/** The 410 of a list whose state is gone, with the token that goes on in the latest state. */
export function expiredContinue(token: string): Refusal {
  const decoded = decodeContinue(token);
  return "code" in decoded ? decoded : expired(encodeContinue(-1, decoded.start));
}

/** The first row whose key is not before the given one. */
function firstAtOrAfter(rows: readonly Stored[], key: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.key ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The request with a limit that is no higher than this. */
export function withinLongestPage<R extends { readonly query: URLSearchParams }>(request: R, longest: number | undefined): R {
  if (longest === undefined) return request;
  const asked = Number(request.query.get("limit") ?? 0);
  const query = new URLSearchParams(request.query);
  if (!Number.isNaN(asked)) query.set("limit", String(asked > 0 ? Math.min(asked, longest) : longest));
  return { ...request, query };
}

interface Start {
  readonly snapshot: Snapshot;
  readonly key: string;
}

/** The state that the list shows and the key at which it begins. */
function startOf(store: Store, { continue: token, resourceVersion, limit }: ListRequest, prefix: string): Start | Refusal {
  const current = store.current();
  if (token !== "") {
    const decoded = decodeContinue(token);
    if ("code" in decoded) return decoded;
    if (resourceVersion !== "" && resourceVersion !== "0")
      return badRequest("specifying resource version is not allowed when using continue");
    if (decoded.revision > current.revision) return fromTheFuture(decoded.revision, current.revision);
    const snapshot = decoded.revision < 0 ? current : store.at(decoded.revision);
    return snapshot === undefined ? expiredContinue(token) : { snapshot, key: prefix + decoded.start };
  }
  if (!/^\d*$/.test(resourceVersion)) {
    const asked = JSON.stringify(resourceVersion);
    return badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${asked}: strconv.ParseUint: parsing ${asked}: invalid syntax`,
    );
  }
  if (Number(resourceVersion) > current.revision) return fromTheFuture(Number(resourceVersion), current.revision);
  const isExact = limit > 0 && Number(resourceVersion) > 0; // the legacy rule: with a limit a version means exactly that version
  const snapshot = isExact ? store.at(Number(resourceVersion)) : current;
  return snapshot === undefined ? expired() : { snapshot, key: prefix };
}

/**
 * One page of a list: at most `limit` objects in the order of their keys, all pages in the state of the first.
 * Undefined where the resource did not exist in that state.
 */
export function pageOf(store: Store, request: ListRequest): Page | Refusal | undefined {
  const prefix = request.namespace === "" ? "" : `${request.namespace}/`;
  const start = startOf(store, request, prefix);
  if ("code" in start) return start;
  const table = start.snapshot.tables.get(tableName(request.group, request.plural));
  if (table === undefined) return undefined;
  const end = prefix === "" ? table.rows.length : firstAtOrAfter(table.rows, `${request.namespace}0`); // "0" follows "/"
  // The watch cache, which serves resourceVersion 0, knows no limit.
  const limit = request.limit > 0 && request.resourceVersion !== "0" ? request.limit : Number.POSITIVE_INFINITY;
  const rows: Stored[] = [];
  let next = firstAtOrAfter(table.rows, start.key);
  for (; next < end && rows.length < limit; next += 1) {
    const row = table.rows[next];
    if (row !== undefined && (request.selects?.(row) ?? true)) rows.push(row);
  }
  const resourceVersion = String(start.snapshot.revision);
  const last = rows.at(-1);
  if (next >= end || last === undefined) return { table, rows, resourceVersion, continue: "" };
  // The next page begins right after the last key; keys are relative to what was listed.
  const token = encodeContinue(start.snapshot.revision, `${last.key.slice(prefix.length)}\0`);
  const remaining = request.selects === undefined ? { remainingItemCount: end - next } : {};
  return { table, rows, resourceVersion, continue: token, ...remaining };
}
