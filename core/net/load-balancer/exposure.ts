/** Whether the internet reaches a load balancer, on which of its listeners, and what decides where it does not. */
import type { Listener, LoadBalancer } from "../../model/aws.ts";
import { type Fact, known, type Reason } from "../../model/fact.ts";
import { type AddressSet, allAddresses, intersection, union } from "../addresses.ts";
import { type InternetLimits, isInternet } from "../internet.ts";
import type { Layer } from "../reach/layer.ts";
import type { Arrival, Path, Sources } from "./arrival.ts";

/** A layer past which the internet does not get, in one of the load balancer's subnets. */
export interface Barrier {
  readonly layer: Layer["name"];
  readonly ids: readonly string[];
  readonly subnetId: string;
}

export type Exposure =
  /** `barriers`: the deciding layer of each subnet, where layers decide. */
  | { readonly state: "closed"; readonly why: string; readonly barriers: readonly Barrier[] }
  /** Every port that the internet reaches, or may reach, is declared. */
  | { readonly state: "declared"; readonly ports: readonly number[] }
  /** `undeclared` are the open listeners that no declaration lists, `ports` those of all open ones. */
  | {
      readonly state: "open";
      readonly undeclared: readonly Listener[];
      readonly ports: readonly number[];
      readonly sources: AddressSet;
      /** Protections that were not read. */
      readonly unread: readonly Layer[];
    }
  | { readonly state: "unsure"; readonly reason: Reason };

export interface ExposureLimits {
  readonly internet: InternetLimits;
  /** Ports on which exposure is meant. */
  readonly declaredPorts: ReadonlySet<number>;
}

/** A proven exposure is not hidden by a doubt about another listener. */
export function exposureOf(loadBalancer: LoadBalancer, arrival: Arrival, { internet, declaredPorts }: ExposureLimits): Exposure {
  const closed = whyClosed(loadBalancer, arrival);
  if (closed !== undefined) return { state: "closed", why: closed, barriers: [] };
  if (arrival.listeners.state === "unknown") {
    const answer = admitsInternet(arrival.anyPort, internet);
    return answer === false ? stopped([arrival.anyPort], internet) : { state: "unsure", reason: arrival.listeners.reason };
  }
  const seen = arrival.listeners.value.map(({ listener, sources }) => ({ listener, sources, answer: admitsInternet(sources, internet) }));
  const open = seen.filter(({ answer }) => answer === true);
  const undeclared = open.filter(({ listener }) => !declaredPorts.has(listener.port));
  const ports = open.map(({ listener }) => listener.port);
  if (undeclared.length > 0) {
    return {
      state: "open",
      undeclared: undeclared.map(({ listener }) => listener),
      ports,
      sources: union(...undeclared.map(({ sources }) => sources.atLeast)),
      unread: [...new Map(undeclared.flatMap(({ sources }) => sources.unread.map((one) => [one.name, one]))).values()],
    };
  }
  const unsure = seen.filter(({ answer }) => typeof answer === "object");
  const doubt = unsure.find(({ listener }) => !declaredPorts.has(listener.port))?.answer;
  if (typeof doubt === "object") return { state: "unsure", reason: doubt };
  return open.length + unsure.length > 0
    ? { state: "declared", ports: [...open, ...unsure].map(({ listener }) => listener.port) }
    : stopped(
        seen.map(({ sources }) => sources),
        internet,
      );
}

/** Each listener, and whether the internet reaches it: true and false are proven, a reason says what was not read. */
export function listenersReached(
  loadBalancer: LoadBalancer,
  arrival: Arrival,
  internet: InternetLimits,
): Fact<readonly { readonly listener: Listener; readonly answer: boolean | Reason }[]> {
  const { listeners } = arrival;
  if (listeners.state === "unknown") {
    const isClosed = whyClosed(loadBalancer, arrival) !== undefined || admitsInternet(arrival.anyPort, internet) === false;
    return isClosed ? known([]) : listeners;
  }
  const isClosed = whyClosed(loadBalancer, arrival) !== undefined;
  return known(
    listeners.value.map(({ listener, sources }) => ({ listener, answer: isClosed ? false : admitsInternet(sources, internet) })),
  );
}

const whyClosed = ({ scheme }: LoadBalancer, { unreachable }: Arrival): string | undefined =>
  scheme === "internal" ? "it is internal" : unreachable;

function admitsInternet({ atLeast, atMost, doubt }: Sources, internet: InternetLimits): boolean | Reason {
  if (isInternet(atLeast, internet)) return true;
  if (!isInternet(atMost, internet)) return false;
  return doubt ?? { code: "depends-on-unknown", message: "What lies between the internet and the load balancer was not read." };
}

function stopped(all: readonly Sources[], internet: InternetLimits): Exposure {
  const barriers = new Map<string, Barrier>();
  for (const { layer, ids, subnetId } of all.flatMap(({ paths }) => paths.map((path) => barrierOf(path, internet)))) {
    barriers.set(`${layer} ${subnetId}`, { layer, ids, subnetId });
  }
  const list = [...barriers.values()];
  const names = order.filter((name) => list.some(({ layer }) => layer === name));
  const whys = names.map((name) => {
    const its = list.filter(({ layer }) => layer === name);
    return sentences[name]([...new Set(its.flatMap(({ ids }) => ids))], [...new Set(its.map(({ subnetId }) => subnetId))]);
  });
  return { state: "closed", why: whys.join(", and "), barriers: list };
}

/** The first layer after which what is left is not the internet. */
function barrierOf({ subnetId, layers }: Path, internet: InternetLimits): Barrier {
  let left = allAddresses;
  for (const { name, ids, atMost } of layers) {
    left = intersection(left, atMost);
    if (!isInternet(left, internet)) return { layer: name, ids, subnetId };
  }
  // Never by one path alone: a union of paths that is not the internet is made of such.
  return { layer: "security group", ids: [], subnetId };
}

const order: readonly Layer["name"][] = ["public address", "route", "Block Public Access", "network ACL", "security group"];
const sentences: Readonly<Record<Layer["name"], (ids: readonly string[], subnets: readonly string[]) => string>> = {
  "public address": () => "it has no public address",
  route: (_ids, subnets) => `no active route leads from ${few(subnets)} to an internet gateway`,
  "Block Public Access": (ids, subnets) => `VPC Block Public Access (${ids.join(", ")}) keeps the internet out of ${few(subnets)}`,
  "network ACL": (ids, subnets) => `network ACL ${few(ids)} keeps the internet out of ${few(subnets)}`,
  "security group": () => "its security groups admit known sources only",
};

const few = (ids: readonly string[]): string =>
  ids.length > 3 ? `${ids.slice(0, 3).join(", ")} and ${ids.length - 3} more` : ids.join(", ");
