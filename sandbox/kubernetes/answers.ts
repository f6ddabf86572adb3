import * as discovery from "./discovery.ts";
import { joinApiVersion } from "./objects.ts";
import { pageOf } from "./paging.ts";
import type { RequestInfo, ResourceInfo } from "./request.ts";
import { selectorOf } from "./selectors.ts";
import { badRequest, methodNotAllowed, noSuchPath, noSuchResource, notAcceptable, notFound, notThatView, type Refusal } from "./status.ts";
import { type Snapshot, type Store, type Stored, type Table, tableName } from "./store.ts";

/** A whole answer. */
export interface Answer {
  readonly code: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const json = (value: object): Answer => ({ code: 200, contentType: "application/json", body: `${JSON.stringify(value)}\n` });
const raw = (body: string): Answer => ({ code: 200, contentType: "application/json", body: `${body}\n` });

/** How objects are shown: whole, or their metadata alone, for which the client must say whether it expects a list. */
type View = "whole" | "PartialObjectMetadata" | "PartialObjectMetadataList";

/** Built-in objects are encoded from their types: items of a list carry neither kind nor apiVersion. Serialised once. */
const encoded = { whole: new WeakMap<Stored, string>(), metadata: new WeakMap<Stored, string>() } as const;

function remembered(cache: WeakMap<Stored, string>, row: Stored, encode: () => string): string {
  const text = cache.get(row) ?? encode();
  cache.set(row, text);
  return text;
}

const wholeFields = (row: Stored): string =>
  remembered(encoded.whole, row, () => JSON.stringify({ metadata: row.metadata, ...row.body }).slice(1));
const metadataFields = (row: Stored): string =>
  remembered(encoded.metadata, row, () => JSON.stringify({ metadata: row.metadata }).slice(1));

function itemOf(table: Table, row: Stored, version: string, view: View): string {
  if (view !== "whole") return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1",${metadataFields(row)}`;
  return table.kind.custom ? customObject(table, row, version) : `{${wholeFields(row)}`;
}

/** Custom objects are maps, whose every version is the stored one under another name (conversion strategy None). */
const customObject = ({ kind }: Table, row: Stored, version: string): string =>
  `{"apiVersion":${JSON.stringify(joinApiVersion(kind.group, version))},"kind":${JSON.stringify(kind.kind)},${wholeFields(row)}`;

function objectOf(table: Table, row: Stored, version: string, view: View): string {
  if (view !== "whole" || table.kind.custom) return itemOf(table, row, version, view);
  return `{"kind":"${table.kind.kind}","apiVersion":"${joinApiVersion(table.kind.group, version)}",${wholeFields(row)}`;
}

/** What the Accept header asks for, of JSON; the other encodings of a real server are not spoken here. */
function negotiate(accept: string | undefined): View | undefined {
  if (accept === undefined || accept.trim() === "") return "whole";
  for (const clause of accept.split(",")) {
    const [type = "", ...parameters] = clause.split(";").map((part) => part.trim());
    if (!["application/json", "application/*", "*/*"].includes(type)) continue;
    const as = parameters.find((parameter) => parameter.startsWith("as="))?.slice(3);
    if (as === undefined) return "whole";
    const isMeta = parameters.includes("g=meta.k8s.io") && parameters.includes("v=v1");
    if (isMeta && (as === "PartialObjectMetadataList" || as === "PartialObjectMetadata")) return as;
  }
  return undefined;
}

function listAnswer(store: Store, { query }: RequestInfo, resource: ResourceInfo, view: View): Answer | Refusal {
  const { group, plural, version, namespace } = resource;
  const limit = query.get("limit") ?? "";
  if (!/^-?\d*$/.test(limit)) return badRequest(`strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`);
  const selects = selectorOf(query, plural);
  if (selects !== undefined && typeof selects !== "function") return selects;
  const page = pageOf(store, {
    group,
    plural,
    namespace,
    limit: Number(limit),
    continue: query.get("continue") ?? "",
    resourceVersion: query.get("resourceVersion") ?? "",
    ...(selects === undefined ? {} : { selects }),
  });
  if (page === undefined) return noSuchPath();
  if ("code" in page) return page;
  const { table, rows, resourceVersion, remainingItemCount } = page;
  const items = `[${rows.map((row) => itemOf(table, row, version, view)).join(",")}]`;
  const rest = remainingItemCount === undefined ? {} : { remainingItemCount };
  if (table.kind.custom && view === "whole") {
    // A map's encoding: keys in order, and `continue` present though empty.
    const metadata = JSON.stringify({ continue: page.continue, ...rest, resourceVersion });
    const { kind } = table;
    return raw(`{"apiVersion":"${joinApiVersion(kind.group, version)}","items":${items},"kind":"${kind.listKind}","metadata":${metadata}}`);
  }
  const metadata = JSON.stringify({ resourceVersion, ...(page.continue === "" ? {} : { continue: page.continue, ...rest }) });
  const [kind, apiVersion] =
    view !== "whole" ? ["PartialObjectMetadataList", "meta.k8s.io/v1"] : [table.kind.listKind, joinApiVersion(table.kind.group, version)];
  return raw(`{"kind":"${kind}","apiVersion":"${apiVersion}","metadata":${metadata},"items":${items}}`);
}

/** The route to a resource: nothing where the path does not fit its scope or version. */
function tableOf(snapshot: Snapshot, { group, plural, version, namespace, isNamed, subresource }: ResourceInfo): Table | undefined {
  const table = snapshot.tables.get(tableName(group, plural));
  if (table === undefined || !table.kind.versions.includes(version)) return undefined;
  const isNamespace = group === "" && plural === "namespaces";
  if (!table.kind.namespaced && namespace !== "" && !isNamespace) return undefined;
  if (table.kind.namespaced && namespace === "" && isNamed) return undefined;
  return subresource === "" || subresource === "status" || table.kind.custom ? table : undefined;
}

function resourceAnswer(store: Store, request: RequestInfo, resource: ResourceInfo, accept: string | undefined): Answer | Refusal {
  const snapshot = store.current();
  const { group, plural, namespace, name, version, isNamed, subresource } = resource;
  const table = tableOf(snapshot, resource);
  if (table === undefined) return discovery.isBuiltInGroup(snapshot, group) ? noSuchResource() : noSuchPath();
  if (request.method !== "GET" || request.verb === "watch") return methodNotAllowed();
  const view = negotiate(accept);
  if (view === undefined) return notAcceptable();
  if (table.kind.custom && subresource !== "") return notFound(group, plural, name); // of custom ones no subresource is served here
  if (isNamed && view === "PartialObjectMetadataList") return notThatView(view, "not a list", table.kind.kind);
  if (!isNamed && view === "PartialObjectMetadata") return notThatView(view, "a list", table.kind.listKind);
  if (!isNamed) return listAnswer(store, request, resource, view);
  const row = table.byKey.get(table.kind.namespaced ? `${namespace}/${name}` : name);
  return row === undefined ? notFound(group, plural, name) : raw(objectOf(table, row, version, view));
}

/** GET /version of EKS, whose builds carry a suffix and therefore a "+". */
const versionAnswer = (minor: number): Answer => ({
  code: 200,
  contentType: "application/json",
  body: JSON.stringify(
    {
      major: "1",
      minor: `${minor}+`,
      ...(minor < 33
        ? {}
        : { emulationMajor: "1", emulationMinor: `${minor}`, minCompatibilityMajor: "1", minCompatibilityMinor: `${minor - 1}` }),
      gitVersion: `v1.${minor}.5-eks-113cf36`,
      gitCommit: "0000000000000000000000000000000000000000",
      gitTreeState: "clean",
      buildDate: "2026-01-05T09:00:00Z",
      goVersion: "go1.24.6",
      compiler: "gc",
      platform: "linux/amd64",
    },
    null,
    2,
  ),
});

const healthy: Answer = {
  code: 200,
  contentType: "text/plain; charset=utf-8",
  body: "ok",
  headers: { "X-Content-Type-Options": "nosniff" },
};

function discoveryAnswer(snapshot: Snapshot, path: string, serverAddress: string): Answer | Refusal {
  const [prefix, ...names] = path.split("/").filter((part) => part !== "");
  const [first, second] = names;
  if (prefix === "api" && first === undefined) return json(discovery.coreVersions(serverAddress));
  if (prefix === "apis" && first === undefined) return json(discovery.groupList(snapshot));
  if (first === undefined || (prefix !== "api" && prefix !== "apis")) return noSuchPath();
  const [group, version] = prefix === "api" ? ["", first] : [first, second];
  const found = version === undefined ? discovery.group(snapshot, group) : discovery.resourceList(snapshot, group, version);
  if (found !== undefined) return json(found);
  return discovery.isBuiltInGroup(snapshot, group) ? noSuchResource() : noSuchPath();
}

/** What the server answers to a request that has passed authentication and authorization. */
export function answerOf(
  store: Store,
  request: RequestInfo,
  context: { readonly minor: number; readonly serverAddress: string; readonly accept: string | undefined },
): Answer | Refusal {
  if (request.resource !== undefined) return resourceAnswer(store, request, request.resource, context.accept);
  const path = request.path.length > 1 && request.path.endsWith("/") ? request.path.slice(0, -1) : request.path;
  if (request.method !== "GET") return methodNotAllowed();
  if (path === "/version") return versionAnswer(context.minor);
  if (path === "/livez" || path === "/readyz" || path === "/healthz") return healthy;
  if (negotiate(context.accept) !== "whole") return notAcceptable();
  return discoveryAnswer(store.current(), path, context.serverAddress);
}
