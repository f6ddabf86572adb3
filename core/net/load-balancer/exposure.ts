/** Whether the internet reaches a load balancer, and on which of its listeners. */
import type { Listener, LoadBalancer } from "../../model/aws.ts";
import type { Reason } from "../../model/fact.ts";
import { type AddressSet, union } from "../addresses.ts";
import { type InternetLimits, isInternet } from "../internet.ts";
import { type Admission, within } from "../security-group.ts";
import { publicFamiliesOf, type Reach } from "./sources.ts";

export type Exposure =
  | { readonly state: "closed"; readonly why: string }
  /** Every port that the internet reaches, or may reach, is declared. */
  | { readonly state: "declared"; readonly ports: readonly number[] }
  /** `undeclared` are the open listeners that no declaration lists, `ports` those of all open ones. */
  | { readonly state: "open"; readonly undeclared: readonly Listener[]; readonly ports: readonly number[]; readonly sources: AddressSet }
  | { readonly state: "unsure"; readonly reason: Reason };

export interface ExposureLimits {
  readonly internet: InternetLimits;
  /** Ports on which exposure is meant. */
  readonly declaredPorts: ReadonlySet<number>;
}

/** A proven exposure is not hidden by a doubt about another listener. */
export function exposureOf(loadBalancer: LoadBalancer, reach: Reach, { internet, declaredPorts }: ExposureLimits): Exposure {
  if (loadBalancer.scheme === "internal") return { state: "closed", why: "it is internal" };
  if (reach.unreachable !== undefined) return { state: "closed", why: reach.unreachable };
  const families = publicFamiliesOf(loadBalancer);
  const restricted = { state: "closed", why: "its security groups admit known sources only" } as const;
  if (reach.listeners.state === "unknown") {
    const answer = admitsInternet(within(reach.anyPort, families), internet);
    return answer === false ? restricted : { state: "unsure", reason: reach.listeners.reason };
  }
  const seen = reach.listeners.value.map(({ listener, admission }) => {
    const restrictedTo = within(admission, families);
    return { listener, sources: restrictedTo.atLeast, answer: admitsInternet(restrictedTo, internet) };
  });
  const open = seen.filter(({ answer }) => answer === true);
  const undeclared = open.filter(({ listener }) => !declaredPorts.has(listener.port));
  const ports = open.map(({ listener }) => listener.port);
  if (undeclared.length > 0) {
    const sources = union(...undeclared.map((one) => one.sources));
    return { state: "open", undeclared: undeclared.map(({ listener }) => listener), ports, sources };
  }
  const unsure = seen.filter(({ answer }) => typeof answer === "object");
  const doubt = unsure.find(({ listener }) => !declaredPorts.has(listener.port))?.answer;
  if (typeof doubt === "object") return { state: "unsure", reason: doubt };
  return open.length + unsure.length > 0
    ? { state: "declared", ports: [...open, ...unsure].map(({ listener }) => listener.port) }
    : restricted;
}

/** True and false are proven; a reason says what was not read. */
function admitsInternet({ atLeast, atMost }: Admission, internet: InternetLimits): boolean | Reason {
  if (isInternet(atLeast, internet)) return true;
  return atMost.state === "unknown" ? atMost.reason : false;
}
