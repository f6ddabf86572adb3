/** Connections as text, one a line. */

import { toRangesText } from "../net/addresses.ts";
import type { Allowed, IngressController } from "../net/connectivity/model.ts";
import type { End, External } from "../net/policy/connections.ts";
import { type PortSet, portsText } from "../net/policy/port-set.ts";
import { plainText } from "./plain-text.ts";

/** "10.0.0.0-10.255.255.255". */
export const rangeText = ({ family, range }: External): string => toRangesText({ ipv4: [], ipv6: [], [family]: [range] }).join();

/** "shop/web[Deployment]", "10.0.0.0-10.255.255.255[External]", "{ingress-controller}". */
export const endText = (end: End | IngressController): string => {
  if ("ingressController" in end) return "{ingress-controller}";
  return "range" in end ? `${rangeText(end)}[External]` : plainText(`${end.namespace}/${end.name}[${end.kind}]`);
};

/** "shop/web[Deployment] => shop/api[Deployment] : TCP 8080". */
export const connectionLines = (): ((connection: Allowed) => string) => {
  // Few ends and sets of ports stand in many lines.
  const ends = new WeakMap<Allowed["from"], string>();
  const sets = new WeakMap<PortSet, string>();
  const end = (one: Allowed["from"]): string => written(ends, one, endText);
  return ({ from, to, ports }) => `${end(from)} => ${end(to)} : ${written(sets, ports, portsText)}`;
};

function written<T extends object>(texts: WeakMap<T, string>, value: T, write: (value: T) => string): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = write(value);
  texts.set(value, text);
  return text;
}
