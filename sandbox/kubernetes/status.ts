/** An error answer. Source of all wording: kubernetes/apimachinery pkg/api/errors/errors.go and kubernetes/apiserver. */
export interface Refusal {
  readonly code: number;
  readonly contentType: "application/json" | "text/plain; charset=utf-8";
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly { readonly reason: string; readonly message: string }[];
}

interface StatusFields {
  readonly code: number;
  readonly reason?: string;
  readonly message: string;
  readonly details?: Details;
  /** For 410: the token that goes on in another state. */
  readonly continue?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function status({ code, reason, message, details, continue: token, headers }: StatusFields): Refusal {
  const body = {
    kind: "Status",
    apiVersion: "v1",
    metadata: token === undefined ? {} : { continue: token },
    status: "Failure",
    message,
    reason,
    details,
    code,
  };
  return { code, contentType: "application/json", body: `${JSON.stringify(body)}\n`, ...(headers === undefined ? {} : { headers }) };
}

const plain = (code: number, text: string, headers: Readonly<Record<string, string>> = {}): Refusal => ({
  code,
  contentType: "text/plain; charset=utf-8",
  body: `${text}\n`,
  headers: { "X-Content-Type-Options": "nosniff", ...headers },
});

const unless = (text: string, value: string): Details => (value === "" ? {} : { [text]: value });

export const unauthorized = (): Refusal => status({ code: 401, reason: "Unauthorized", message: "Unauthorized" });

export interface Attributes {
  readonly username: string;
  readonly verb: string;
  /** Absent for a path that names no resource. */
  readonly resource?: {
    readonly group: string;
    readonly plural: string;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  };
  readonly path: string;
}

/** What HTML would take for markup; apiserver pkg/endpoints/handlers/responsewriters/errors.go. */
const sanitize = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export function forbidden({ username, verb, resource, path }: Attributes): Refusal {
  const headers = { "X-Content-Type-Options": "nosniff" };
  const user = JSON.stringify(username);
  if (resource === undefined) {
    const why = sanitize(`User ${user} cannot ${verb} path ${JSON.stringify(path)}`);
    return status({ code: 403, reason: "Forbidden", message: `forbidden: ${why}`, details: {}, headers });
  }
  const { group, plural, subresource, namespace, name } = resource;
  const what = subresource === "" ? plural : `${plural}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  const why = sanitize(`User ${user} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`);
  return status({
    code: 403,
    reason: "Forbidden",
    message: `${qualified(group, plural)}${name === "" ? "" : ` ${JSON.stringify(name)}`} is forbidden: ${why}`,
    details: { ...unless("name", name), ...unless("group", group), kind: plural },
    headers,
  });
}

const qualified = (group: string, plural: string): string => (group === "" ? plural : `${plural}.${group}`);

export const notFound = (group: string, plural: string, name: string): Refusal =>
  status({
    code: 404,
    reason: "NotFound",
    message: `${qualified(group, plural)} ${JSON.stringify(name)} not found`,
    details: { name, ...unless("group", group), kind: plural },
  });

/** No such route in a group that the server itself serves. */
export const noSuchResource = (): Refusal =>
  status({ code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: {} });

/** No such path, also a custom resource or a group that is not installed. */
export const noSuchPath = (): Refusal => plain(404, "404 page not found");

export const methodNotAllowed = (): Refusal =>
  status({
    code: 405,
    reason: "MethodNotAllowed",
    message: "the server does not allow this method on the requested resource",
    details: {},
  });

/** 406 for a route; the encodings are a real server's, of which only the first is spoken here. */
export const notAcceptable = (): Refusal =>
  status({
    code: 406,
    reason: "NotAcceptable",
    message:
      "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, " +
      "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
    details: {},
  });

/** 406 for a view that does not fit what is there. */
export const notThatView = (asked: string, what: "a list" | "not a list", type: string): Refusal =>
  status({ code: 406, reason: "NotAcceptable", message: `you requested ${asked}, but the requested object is ${what} (*core.${type})` });

export const badRequest = (message: string): Refusal => status({ code: 400, reason: "BadRequest", message });

/** 410. With a token where a list that had begun can go on, inconsistently. Source: apiserver pkg/storage/etcd3/errors.go. */
export const expired = (token?: string): Refusal =>
  token === undefined
    ? status({ code: 410, reason: "Expired", message: "The resourceVersion for the provided list is too old." })
    : status({
        code: 410,
        reason: "Expired",
        message:
          "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, " +
          "or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an " +
          "inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
        continue: token,
      });

/** 504 for a state that is not there yet. Source: apiserver pkg/storage/errors.go NewTooLargeResourceVersionError. */
export const fromTheFuture = (revision: number, current: number): Refusal =>
  status({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${revision}, current: ${current}`,
    details: { causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }], retryAfterSeconds: 1 },
    headers: { "Retry-After": "1" },
  });

/** 429 as API priority and fairness answers it: plain text. Source: apiserver pkg/server/filters/priority-and-fairness.go. */
export const tooManyRequests = (retryAfterSeconds: number): Refusal =>
  plain(429, "Too many requests, please try again later.", { "Retry-After": String(retryAfterSeconds) });

const reasons: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ["BadRequest", "the server rejected our request for an unknown reason"],
  401: ["Unauthorized", "Unauthorized"],
  403: ["Forbidden", "forbidden"],
  404: ["NotFound", "the server could not find the requested resource"],
  410: ["Expired", "The resourceVersion for the provided list is too old."],
  500: ["InternalError", "Internal error occurred: etcdserver: request timed out"],
  503: ["ServiceUnavailable", "the server is currently unable to handle the request"],
  504: ["Timeout", "Timeout: request did not complete within the allotted timeout"],
};

/** The Status that commonly comes with a code. */
export function statusOf(code: number, retryAfterSeconds?: number): Refusal {
  if (code === 429) return tooManyRequests(retryAfterSeconds ?? 1);
  const [reason = "InternalError", message = `an error on the server has prevented the request from succeeding`] = reasons[code] ?? [];
  const headers = retryAfterSeconds === undefined ? {} : { headers: { "Retry-After": String(retryAfterSeconds) } };
  return status({ code, reason, message, ...headers });
}
