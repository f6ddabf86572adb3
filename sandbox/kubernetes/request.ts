import { nameSelectedBy } from "./selectors.ts";

/** What a path and method ask for, as authorization sees it. */
export interface RequestInfo {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** "get", "list", "watch", … of a resource; the method in lower case of any other path. */
  readonly verb: string;
  /** Absent for a path that names no resource. */
  readonly resource?: ResourceInfo;
}

export interface ResourceInfo {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly subresource: string;
  readonly namespace: string;
  /** Also the one that a field selector of a list names. */
  readonly name: string;
  /** Whether the name stands in the path. */
  readonly isNamed: boolean;
}

const verbs: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};
const namespaceSubresources = new Set(["status", "finalize"]);

/** Source: apiserver pkg/endpoints/request/requestinfo.go NewRequestInfo. */
export function parseRequest(method: string, url: string): RequestInfo {
  const [rawPath = "/", ...rest] = url.split("?");
  const path = decoded(rawPath);
  const query = new URLSearchParams(rest.join("?"));
  const plain = { method, path, query, verb: method.toLowerCase() };
  const [prefix, ...parts] = path.split("/").filter((part) => part !== "");
  if (prefix !== "api" && prefix !== "apis") return plain;
  const group = prefix === "api" ? "" : parts.shift();
  const [version, ...names] = parts;
  if (group === undefined || version === undefined || names.length === 0) return plain;

  let verb = verbs[method] ?? "";
  let namespace = "";
  let own = names;
  const [, first, second] = names;
  if (names[0] === "namespaces" && first !== undefined) {
    namespace = first; // a namespace itself counts as being inside itself
    if (second !== undefined && !namespaceSubresources.has(second)) own = names.slice(2);
  }
  const [plural = "", name = "", subresource = ""] = own;
  if (name === "" && verb === "get") verb = isTrue(query.get("watch")) ? "watch" : "list";
  if (name === "" && verb === "delete") verb = "deletecollection";
  const selected = name === "" && verb === "list" ? nameSelectedBy(query) : name;
  return { method, path, query, verb, resource: { group, version, plural, subresource, namespace, name: selected, isNamed: name !== "" } };
}

const isTrue = (value: string | null): boolean => value !== null && !["", "0", "false"].includes(value.toLowerCase());

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a stray % leads nowhere, and gets the answer for nowhere
  }
}
