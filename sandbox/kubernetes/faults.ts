import type { CertificateFlaw } from "./certificates.ts";
import type { RequestInfo } from "./request.ts";
import { tableName } from "./store.ts";

/** What goes wrong. */
export type Effect =
  /** This code with its usual body; 429 is API priority and fairness's plain text. */
  | { readonly kind: "status"; readonly code: number; readonly retryAfterSeconds?: number }
  /** 410 with a token that goes on in another state; hits only requests that carry a continue token. */
  | { readonly kind: "expired" }
  /** Accepts the request and never answers. */
  | { readonly kind: "hang" }
  /** Closes the connection before the answer. */
  | { readonly kind: "reset" }
  /** Begins the real answer and closes the connection after that many bytes. */
  | { readonly kind: "cut"; readonly bytes: number }
  /** 200 with a body that is not what was asked for. */
  | { readonly kind: "body"; readonly text: string; readonly contentType?: string }
  | { readonly kind: "redirect"; readonly to: string; readonly code?: number }
  /** Answers after a while. */
  | { readonly kind: "delay"; readonly ms: number }
  /** The real answer, a few bytes at a time. */
  | { readonly kind: "drip"; readonly bytes: number; readonly everyMs: number }
  /** The real answer, made at least this long by white space at its end; compressed if the client takes gzip. */
  | { readonly kind: "swell"; readonly bytes: number }
  /** Every connection meets this certificate. */
  | { readonly kind: "certificate"; readonly flaw: CertificateFlaw };

/** Which requests meet an effect. Without `resource` and `path` it is every request. */
export interface Fault {
  /** "services", "ingresses.networking.k8s.io" */
  readonly resource?: string;
  readonly path?: string;
  /** How many matching requests go well before the first that does not; 0 by default. */
  readonly after?: number;
  /** How many meet the effect; all by default. */
  readonly times?: number;
  readonly effect: Effect;
}

export interface FaultPlan {
  /** The effect that this request meets; counts it. */
  next(request: RequestInfo): Effect | undefined;
  readonly certificate: CertificateFlaw | undefined;
}

const matches = ({ resource, path, effect }: Fault, request: RequestInfo): boolean => {
  if (effect.kind === "certificate") return false;
  if (effect.kind === "expired" && !request.query.has("continue")) return false;
  if (path !== undefined && path !== request.path) return false;
  return (
    resource === undefined || (request.resource !== undefined && resource === tableName(request.resource.group, request.resource.plural))
  );
};

/** Of several faults that a request matches the first with something left to do counts. */
export function planFaults(faults: readonly Fault[]): FaultPlan {
  const seen = faults.map(() => 0);
  const flawed = faults.map(({ effect }) => effect).find((effect) => effect.kind === "certificate");
  return {
    certificate: flawed?.flaw,
    next(request) {
      for (const [i, fault] of faults.entries()) {
        if (!matches(fault, request)) continue;
        const count = (seen[i] ?? 0) + 1;
        seen[i] = count;
        const { after = 0, times = Number.POSITIVE_INFINITY } = fault;
        if (count > after && count <= after + times) return fault.effect;
      }
      return undefined;
    },
  };
}
