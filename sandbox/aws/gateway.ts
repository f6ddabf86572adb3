/** One request from its arrival to its answer: whose it is, what it asks, whether it may, and what goes wrong on purpose. */
import { randomUUID } from "node:crypto";
import type { Fault } from "../faults.ts";
import type { Principal } from "./credentials.ts";
import { AwsError } from "./errors.ts";
import type { Faults } from "./faults.ts";
import type { WireAnswer, WireRequest } from "./http.ts";
import { whyDenied } from "./permissions.ts";
import { type Refusal, refuse } from "./refusals.ts";
import type { RequestLog } from "./request-log.ts";
import type { AnyOperation, Call, Service, State } from "./service.ts";
import { serviceOf } from "./services.ts";
import { authenticate, readClaim } from "./signature.ts";

export interface Gateway {
  readonly state: State;
  readonly faults: Faults;
  readonly log: RequestLog;
}

/** What to put on the socket. */
export type Delivery =
  | { readonly delayMs: number; readonly kind: "whole" | "cut"; readonly answer: WireAnswer }
  /** No answer: the connection is closed at once, or kept for nothing. */
  | { readonly delayMs: number; readonly kind: "reset" | "hang" };

/** What is known of a request so far; it grows as the request is understood. */
interface Progress {
  service?: Service;
  operation: string;
  region: string;
  principal?: Principal;
  resource?: string;
}

const isPrincipal = (value: Principal | Refusal): value is Principal => typeof value === "object";

/** An error outside any service: nothing is known of how it would be worded. */
const stray = (message: string): WireAnswer => ({
  status: 400,
  headers: { "content-type": "application/json", "x-amzn-errortype": "UnknownOperationException" },
  body: JSON.stringify({ message }),
});

function parseInput(service: Service, definition: AnyOperation, input: unknown): unknown {
  const result = definition.input.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `Value at '${path.join(".")}' failed to satisfy constraint: ${message}`);
  throw refuse(
    service.refusals,
    "invalid",
    `${issues.length} validation error${issues.length > 1 ? "s" : ""} detected: ${issues.join("; ")}`,
  );
}

const hasPageToken = (input: unknown): boolean =>
  typeof input === "object" && input !== null && ["NextToken", "nextToken", "Marker"].some((name) => name in input);

/** Everything up to the operation itself. Fills `progress`, so that a refusal is logged with all that was known. */
async function admit(gateway: Gateway, service: Service, request: WireRequest, progress: Progress) {
  const { state, faults } = gateway;
  const now = state.now();
  const refusal = (kind: Refusal, detail?: string) => refuse(service.refusals, kind, detail);
  const principal = await authenticate(request, readClaim(request), state.credentials, now);
  if (!isPrincipal(principal)) throw refusal(principal);
  progress.principal = principal;
  const account = state.world.accounts.get(principal.account);
  if (account === undefined) throw refusal("unknown-key");
  if (!service.global && !account.enabledRegions.has(progress.region)) throw refusal("closed-region");
  const parsed = service.protocol.read(request);
  progress.operation = parsed?.operation ?? "";
  const definition = Object.hasOwn(service.operations, progress.operation) ? service.operations[progress.operation] : undefined;
  if (parsed === undefined || definition === undefined) throw refusal("unknown-operation");
  const call: Call = {
    state,
    operation: parsed.operation,
    principal,
    account,
    region: progress.region,
    here: account.region(progress.region),
    now,
  };
  const input = parseInput(service, definition, parsed.input);
  const resource = definition.resource?.(call, input);
  if (resource !== undefined) progress.resource = resource;
  const struck = faults.strike({
    service: service.name,
    operation: parsed.operation,
    account: principal.account,
    region: progress.region,
    resource: resource ?? "",
    nextPage: hasPageToken(parsed.input),
  });
  const denial = whyDenied(state, principal, {
    action: `${service.actionPrefix}:${parsed.operation}`,
    region: service.global || service.name === "sts" ? undefined : progress.region,
    resource: definition.narrowable === false ? undefined : resource,
  });
  return {
    struck,
    answer: (): object => {
      if (denial !== undefined) throw refusal("denied", denial);
      return definition.answer(call, input);
    },
  };
}

/** The answer that faults leave of the real one; an error fault comes before the operation has had any effect. */
function deliver(struck: readonly Fault[], service: Service, requestId: string, real: () => WireAnswer): Delivery {
  const delayMs = struck.reduce((sum, fault) => sum + (fault.kind === "latency" ? fault.ms : 0), 0);
  const fault = struck.find(({ kind }) => kind !== "latency");
  const whole = (answer: WireAnswer): Delivery => ({ delayMs, kind: "whole", answer });
  switch (fault?.kind) {
    case undefined:
    case "latency":
      return whole(real());
    case "error":
      return whole(service.protocol.error(new AwsError(fault.code, fault.message, fault.status), requestId));
    case "throttle":
      return whole(service.protocol.error(refuse(service.refusals, "throttled"), requestId));
    case "nonsense":
      return whole({ status: fault.status, headers: { "content-type": fault.contentType }, body: fault.body });
    case "cut":
      return { delayMs, kind: "cut", answer: real() };
    case "reset":
    case "hang":
      return { delayMs, kind: fault.kind };
  }
}

const errorNamed = ({ status, headers, body }: WireAnswer): string | undefined =>
  status < 400
    ? undefined
    : (headers["x-amzn-errortype"] ??
      /<Code>([^<]*)|"__type":"([^"]*)/
        .exec(body)
        ?.slice(1)
        .find((code) => code !== undefined));

function record({ log, state }: Gateway, { service, operation, region, principal, resource }: Progress, delivery: Delivery): void {
  const answer = "answer" in delivery ? delivery.answer : undefined;
  const error = answer && errorNamed(answer);
  log.add({
    time: state.now().toISOString(),
    service: service?.name ?? "",
    operation,
    action: `${service?.actionPrefix ?? ""}:${operation}`,
    ...(principal !== undefined && { account: principal.account, principal: principal.arn }),
    region,
    ...(resource !== undefined && { resource }),
    status: answer?.status ?? 0,
    ...(error !== undefined && { error }),
  });
}

/** Answers one request and logs it. Never throws: what breaks in here is the service's internal error, its cause on stderr. */
export async function handle(gateway: Gateway, request: WireRequest): Promise<Delivery> {
  const requestId = randomUUID();
  const claim = readClaim(request);
  const progress: Progress = { operation: "", region: claim?.region ?? "" };
  const service = claim && serviceOf(claim.service, request);
  if (service === undefined) {
    const message = claim === undefined ? "Missing Authentication Token" : `The sandbox does not serve ${claim.service}.`;
    const delivery: Delivery = { delayMs: 0, kind: "whole", answer: stray(message) };
    record(gateway, progress, delivery);
    return delivery;
  }
  progress.service = service;
  const inWire = (error: unknown): WireAnswer => {
    if (!(error instanceof AwsError)) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return service.protocol.error(error instanceof AwsError ? error : refuse(service.refusals, "broken"), requestId);
  };
  let delivery: Delivery;
  try {
    const { struck, answer } = await admit(gateway, service, request, progress);
    const real = (): WireAnswer => {
      try {
        return service.protocol.answer(progress.operation, answer(), requestId);
      } catch (error) {
        return inWire(error);
      }
    };
    delivery = deliver(struck, service, requestId, real);
  } catch (error) {
    delivery = { delayMs: 0, kind: "whole", answer: inWire(error) };
  }
  record(gateway, progress, delivery);
  return delivery;
}
