/** Decides, request by request, which faults strike. */
import { Fault, type FaultInput } from "../faults.ts";
import { fits } from "../pattern.ts";

/** What faults can be told apart by. */
export interface Strike {
  readonly service: string;
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly resource: string;
  /** Whether it asks for a further page. */
  readonly nextPage: boolean;
}

export interface Faults {
  add(faults: readonly FaultInput[]): void;
  clear(): void;
  list(): readonly (Fault & { readonly seen: number })[];
  /** The faults that strike this request, in the order in which they were added. Counts it. */
  strike(request: Strike): readonly Fault[];
}

export function createFaults(initial: readonly Fault[]): Faults {
  let armed = initial.map((fault) => ({ fault, seen: 0 }));
  const concerns = (fault: Fault, request: Strike): boolean =>
    fits(fault.service, request.service) &&
    fits(fault.operation, request.operation) &&
    fits(fault.account, request.account) &&
    fits(fault.region, request.region) &&
    fits(fault.resource, request.resource) &&
    (fault.page === "any" || request.nextPage);
  return {
    add: (faults) => {
      armed = [...armed, ...faults.map((fault) => ({ fault: Fault.parse(fault), seen: 0 }))];
    },
    clear: () => {
      armed = [];
    },
    list: () => armed.map(({ fault, seen }) => ({ ...fault, seen })),
    strike: (request) => {
      const struck: Fault[] = [];
      for (const entry of armed) {
        const { fault } = entry;
        if (!concerns(fault, request)) continue;
        entry.seen += 1;
        if (entry.seen > fault.after && entry.seen <= fault.after + (fault.times ?? Number.POSITIVE_INFINITY)) struck.push(fault);
      }
      return struck;
    },
  };
}
