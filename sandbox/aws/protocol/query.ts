/** The query protocol of STS and Elastic Load Balancing, and EC2's variant of it. */
import type { WireRequest } from "../http.ts";
import { readForm } from "./form.ts";
import type { ParsedCall, Protocol } from "./protocol.ts";
import { content, element } from "./xml.ts";

const headers = (requestId: string) => ({ "content-type": "text/xml", "x-amzn-requestid": requestId });

const fieldsOf = ({ method, query, body }: WireRequest): URLSearchParams =>
  method === "POST" ? new URLSearchParams(body.toString("utf8")) : query;

/** The API version that a request asks for: two services share the signing name elasticloadbalancing. */
export const versionOf = (request: WireRequest): string | null => fieldsOf(request).get("Version");

function read(request: WireRequest): ParsedCall | undefined {
  const { Action, Version: _version, ...input } = readForm(fieldsOf(request));
  return typeof Action === "string" ? { operation: Action, input } : undefined;
}

export const queryProtocol = (namespace: string): Protocol => ({
  read,
  answer: (operation, result, requestId) => ({
    status: 200,
    headers: headers(requestId),
    body: `<${operation}Response xmlns="${namespace}"><${operation}Result>${content(result, "member")}</${operation}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
  }),
  error: ({ code, message, status }, requestId) => ({
    status,
    headers: headers(requestId),
    body: `<ErrorResponse xmlns="${namespace}">${element("Error", { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message }, "member")}<RequestId>${requestId}</RequestId></ErrorResponse>`,
  }),
});

export const ec2Protocol: Protocol = {
  read,
  answer: (operation, result, requestId) => ({
    status: 200,
    headers: { ...headers(requestId), "content-type": "text/xml;charset=UTF-8" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${requestId}</requestId>${content(result, "item")}</${operation}Response>`,
  }),
  error: ({ code, message, status }, requestId) => ({
    status,
    headers: { ...headers(requestId), "content-type": "text/xml;charset=UTF-8" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors>${element("Error", { Code: code, Message: message }, "item")}</Errors><RequestID>${requestId}</RequestID></Response>`,
  }),
};
