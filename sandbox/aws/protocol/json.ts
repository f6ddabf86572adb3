/** The two JSON protocols: one operation per target header, and one per method and path. */
import { AwsError } from "../errors.ts";
import type { WireRequest } from "../http.ts";
import type { ParsedCall, Protocol } from "./protocol.ts";

function parseBody({ body }: WireRequest): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Text that is no JSON and JSON that is no object are refused alike.
  }
  throw new AwsError("SerializationException", "The request body is not a JSON object.");
}

const named = (requestId: string) => ({ "x-amzn-requestid": requestId });

/** JSON 1.1, as Organizations speaks it. */
export const targetProtocol = (prefix: string): Protocol => {
  const headers = (requestId: string) => ({ ...named(requestId), "content-type": "application/x-amz-json-1.1" });
  return {
    read: (request) => {
      const [service, operation] = (request.headers["x-amz-target"] ?? "").split(".");
      return service === prefix && operation !== undefined ? { operation, input: parseBody(request) } : undefined;
    },
    answer: (_operation, result, requestId) => ({ status: 200, headers: headers(requestId), body: JSON.stringify(result) }),
    error: ({ code, message, status }, requestId) => ({
      status,
      headers: headers(requestId),
      body: JSON.stringify({ __type: code, Message: message }),
    }),
  };
};

/** One line of a REST API: method, path with `{name}` for its parameters, operation. */
export type Route = readonly [method: string, path: string, operation: string];

interface CompiledRoute {
  readonly method: string;
  readonly expression: RegExp;
  readonly names: readonly string[];
  readonly operation: string;
}

const compile = ([method, path, operation]: Route): CompiledRoute => ({
  method,
  expression: new RegExp(`^${path.replace(/\{\w+\}/g, "([^/]+)")}$`),
  names: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""),
  operation,
});

/** A parameter that stands twice is a list. */
function queryInput(query: URLSearchParams): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    input[name] = values.length > 1 ? values : values[0];
  }
  return input;
}

/** REST with JSON bodies, as EKS, Security Hub and Account Management speak it. */
export function restProtocol(routes: readonly Route[]): Protocol {
  const compiled = routes.map(compile);
  const headers = (requestId: string) => ({ ...named(requestId), "content-type": "application/json" });
  return {
    read: (request): ParsedCall | undefined => {
      for (const { method, expression, names, operation } of compiled) {
        const match = method === request.method ? expression.exec(request.path) : null;
        if (match === null) continue;
        const path = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? "")]));
        return { operation, input: { ...queryInput(request.query), ...parseBody(request), ...path } };
      }
      return undefined;
    },
    answer: (_operation, result, requestId) => ({ status: 200, headers: headers(requestId), body: JSON.stringify(result) }),
    error: ({ code, message, status }, requestId) => ({
      status,
      headers: { ...headers(requestId), "x-amzn-errortype": code },
      body: JSON.stringify({ message }),
    }),
  };
}
