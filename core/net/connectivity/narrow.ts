import { parseFilterCidrs } from "../addresses.ts";
import type { End, External } from "../policy/connections.ts";
import { commonPorts, isNone, type PortSet } from "../policy/port-set.ts";
import { intersect } from "../ranges.ts";
import { type Allowed, type IngressController, sorted, type TextOf } from "./model.ts";

/** Workloads of a namespace, those of one name, or addresses outside. */
export type Place = { readonly namespace: string; readonly name?: string } | External;

/** How connections are asked for. */
export interface Narrowing {
  readonly from?: Place;
  readonly to?: Place;
  readonly ports?: PortSet;
}

/** The addresses of a block. @throws {AddressSyntaxError} */
export function placeAt(cidr: string): External {
  const { ipv4, ipv6 } = parseFilterCidrs([cidr]);
  const [family, ranges] = ipv4.length > 0 ? (["ipv4", ipv4] as const) : (["ipv6", ipv6] as const);
  // IPv4-mapped addresses within an IPv6 block are IPv4, and break its range in two.
  return { family, range: { first: ranges[0]?.first ?? 0n, last: ranges.at(-1)?.last ?? 0n } };
}

/** Those of the connections that are asked for, and of each the part that is: ranges and ports are cut to what was named. */
export function narrowed(all: Iterable<Allowed>, narrowing: Narrowing, textOf: TextOf): Iterable<Allowed> {
  const cut = cutTo(all, narrowing);
  const isCut = [narrowing.from, narrowing.to].some((place) => place !== undefined && "family" in place);
  return isCut ? sorted([...cut], textOf) : cut; // other ranges sort otherwise
}

function* cutTo(all: Iterable<Allowed>, { from, to, ports }: Narrowing): Generator<Allowed> {
  for (const one of all) {
    const open = ports === undefined ? one.ports : commonPorts(one.ports, ports);
    const source = within(one.from, from);
    const destination = within(one.to, to);
    if (!isNone(open) && source !== undefined && destination !== undefined) yield { from: source, to: destination, ports: open };
  }
}

function within<E extends End | IngressController>(end: E, place: Place | undefined): E | undefined {
  if (place === undefined) return end;
  if ("ingressController" in end) return undefined;
  if ("family" in end) {
    const [range] = "family" in place && place.family === end.family ? intersect([end.range], [place.range]) : [];
    return range === undefined ? undefined : { ...end, range };
  }
  const isMeant = !("family" in place) && end.namespace === place.namespace && (place.name === undefined || end.name === place.name);
  return isMeant ? end : undefined;
}
