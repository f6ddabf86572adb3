/** The sandbox's own endpoint, beside the APIs: what was asked, what is held, what is to go wrong. */
import * as z from "zod";
import { Fault } from "../faults.ts";
import type { Gateway } from "./gateway.ts";
import type { WireAnswer, WireRequest } from "./http.ts";

export const controlPrefix = "/_sandbox/";

const Faults = z.union([z.array(Fault), Fault.transform((fault) => [fault])]);

const json = (status: number, value: unknown): WireAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

const actions: Readonly<Record<string, (gateway: Gateway, request: WireRequest) => WireAnswer>> = {
  "GET requests": ({ log }) => json(200, log.list()),
  "DELETE requests": ({ log }) => {
    log.clear();
    return json(200, {});
  },
  "GET findings": ({ state }) => json(200, state.hubs.all()),
  "GET faults": ({ faults }) => json(200, faults.list()),
  "POST faults": ({ faults }, { body }) => {
    let input: unknown;
    try {
      input = JSON.parse(body.toString("utf8"));
    } catch {
      return json(400, { message: "The body is not JSON." });
    }
    const parsed = Faults.safeParse(input);
    if (!parsed.success) return json(400, { message: z.prettifyError(parsed.error) });
    faults.add(parsed.data);
    return json(200, {});
  },
  "DELETE faults": ({ faults }) => {
    faults.clear();
    return json(200, {});
  },
};

export function control(gateway: Gateway, request: WireRequest): WireAnswer {
  const action = actions[`${request.method} ${request.path.slice(controlPrefix.length)}`];
  return action?.(gateway, request) ?? json(404, { message: `One of: ${Object.keys(actions).join(", ")}.` });
}
