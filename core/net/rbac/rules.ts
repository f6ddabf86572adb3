/**
 * What one rule allows. Source: kubernetes:plugin/pkg/auth/authorizer/rbac/rbac.go RuleAllows,
 * pkg/apis/rbac/v1/evaluation_helpers.go.
 */
import type { PolicyRule } from "../../model/rbac.ts";

/** Stands for a name that the asker leaves open: is there any object of which it is true? */
export const someName = Symbol("some name");
/** Stands for a namespace that the asker leaves open. */
export const someNamespace = Symbol("some namespace");

/** A request about objects of the API. */
export interface ResourceRequest {
  readonly verb: string;
  /** "" is the core group. */
  readonly group: string;
  /** With its subresource, as rules write it: "nodes/proxy". */
  readonly resource: string;
  /** Absent where the request names no object, as list and create do: a rule about named objects does not hold for it. */
  readonly name?: string | typeof someName;
  /** "" for objects that stand in no namespace, such as nodes, and for those of all namespaces at once. */
  readonly namespace: string | typeof someNamespace;
}

/** A request for a path of the API server that is no object, such as /metrics. */
export interface UrlRequest {
  /** The HTTP method in lower case. */
  readonly verb: string;
  readonly url: string;
}

export type ApiRequest = ResourceRequest | UrlRequest;

const all = "*";

/** Whether the rule allows the request where it applies; in which namespaces it does, its binding says. */
export function allows(rule: PolicyRule, request: ApiRequest): boolean {
  if (!holds(rule.verbs, request.verb)) return false;
  if ("url" in request) return rule.nonResourceUrls.some((pattern) => matchesUrl(pattern, request.url));
  return (
    holds(rule.apiGroups, request.group) &&
    rule.resources.some((pattern) => matchesResource(pattern, request.resource)) &&
    (rule.resourceNames.length === 0 || request.name === someName || rule.resourceNames.includes(request.name ?? ""))
  );
}

// "*" is every resource and subresource, "*/scale" that subresource of every resource; "pods/*" is no pattern.
export function matchesResource(pattern: string, resource: string): boolean {
  if (pattern === all || pattern === resource) return true;
  const slash = resource.indexOf("/");
  return slash >= 0 && slash < resource.length - 1 && pattern === `${all}${resource.slice(slash)}`;
}

/** A pattern is a path, or with stars at its end the beginning of one. */
export const matchesUrl = (pattern: string, url: string): boolean =>
  pattern === url || (pattern.endsWith(all) && url.startsWith(beginning(pattern)));

/** The pattern without the stars at its end. No regular expression, whose time would grow with the square of their number. */
export function beginning(pattern: string): string {
  let end = pattern.length;
  while (pattern[end - 1] === all) end--;
  return pattern.slice(0, end);
}

export const holds = (list: readonly string[], text: string): boolean => list.includes(all) || list.includes(text);
