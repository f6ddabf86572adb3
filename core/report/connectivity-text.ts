/** Connections as text, one a line. */
import { toRangesText } from "../net/addresses.ts";
import type { Connection, End } from "../net/policy/connections.ts";
import { type PortSet, portsText } from "../net/policy/port-set.ts";

/** "shop/web[Deployment]", "10.0.0.0-10.255.255.255[External]". */
export const endText = (end: End): string =>
  "range" in end
    ? `${toRangesText({ ipv4: [], ipv6: [], [end.family]: [end.range] }).join()}[External]`
    : `${end.namespace}/${end.name}[${end.kind}]`;

/** "shop/web[Deployment] => shop/api[Deployment] : TCP 8080". */
export const connectionLines = (): ((connection: Connection) => string) => {
  // Few ends and sets of ports stand in many lines.
  const ends = new WeakMap<End, string>();
  const sets = new WeakMap<PortSet, string>();
  const end = (one: End): string => written(ends, one, endText);
  return ({ from, to, ports }) => `${end(from)} => ${end(to)} : ${written(sets, ports, portsText)}`;
};

function written<T extends object>(texts: WeakMap<T, string>, value: T, write: (value: T) => string): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = write(value);
  texts.set(value, text);
  return text;
}
