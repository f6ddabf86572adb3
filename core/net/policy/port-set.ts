/** Sets of ports by protocol, exact. */

/** The protocols that network policies speak of, in the order in which connections are written. */
export const protocols = ["SCTP", "TCP", "UDP"] as const;
export type Protocol = (typeof protocols)[number];

/** Ports from the first to the last, both included: 1 to 65535. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Per protocol sorted, disjoint, and adjacent ranges merged: equal sets have equal keys. */
export interface PortSet {
  readonly SCTP: readonly PortRange[];
  readonly TCP: readonly PortRange[];
  readonly UDP: readonly PortRange[];
  /** The same for equal sets. */
  readonly key: string;
}

const lastPort = 65535;
const whole: readonly PortRange[] = [{ from: 1, to: lastPort }];

const made = (SCTP: readonly PortRange[], TCP: readonly PortRange[], UDP: readonly PortRange[]): PortSet => {
  const text = (ranges: readonly PortRange[]): string => ranges.map(({ from, to }) => `${from}-${to}`).join();
  return { SCTP, TCP, UDP, key: `${text(SCTP)}|${text(TCP)}|${text(UDP)}` };
};
const each = (work: (protocol: Protocol) => readonly PortRange[]): PortSet => made(work("SCTP"), work("TCP"), work("UDP"));

export const noPorts: PortSet = made([], [], []);
export const allPorts: PortSet = made(whole, whole, whole);

/** The ports of one protocol from the first to the last. Numbers outside 1 to 65535 are no ports. */
export function portsOf(protocol: Protocol, from = 1, to = lastPort): PortSet {
  return portSetOf([{ protocol, from, to }]);
}

/** Many ranges as one set. */
export const portSetOf = (ranges: readonly (PortRange & { readonly protocol: Protocol })[]): PortSet =>
  each((protocol) =>
    merged(
      ranges
        .filter((range) => range.protocol === protocol)
        .map(({ from, to }) => ({ from: Math.max(1, from), to: Math.min(lastPort, to) }))
        .filter(({ from, to }) => from <= to),
    ),
  );

export const isNone = ({ key }: PortSet): boolean => key === noPorts.key;
export const isAll = ({ key }: PortSet): boolean => key === allPorts.key;

/** The ports of either set. */
export function eitherPorts(a: PortSet, b: PortSet): PortSet {
  if (a.key === b.key || isNone(b) || isAll(a)) return a;
  if (isNone(a) || isAll(b)) return b;
  return each((protocol) => merged([...a[protocol], ...b[protocol]]));
}

/** The ports of both sets. */
export function commonPorts(a: PortSet, b: PortSet): PortSet {
  if (a.key === b.key || isNone(a) || isAll(b)) return a;
  if (isNone(b) || isAll(a)) return b;
  return each((protocol) => shared(a[protocol], b[protocol]));
}

/** The ports of the first set that are not in the second. */
export function portsWithout(a: PortSet, b: PortSet): PortSet {
  if (isNone(b) || isNone(a)) return a;
  if (isAll(b) || a.key === b.key) return noPorts;
  return each((protocol) => shared(a[protocol], gaps(b[protocol])));
}

function merged(ranges: readonly PortRange[]): readonly PortRange[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    const open = result.at(-1);
    if (open === undefined || from > open.to + 1) result.push({ from, to });
    else open.to = Math.max(open.to, to);
  }
  return result;
}

/** What two sorted lists share; one walk over both. */
function shared(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  const result: PortRange[] = [];
  let i = 0;
  let j = 0;
  for (let one = a[i], other = b[j]; one !== undefined && other !== undefined; one = a[i], other = b[j]) {
    const from = Math.max(one.from, other.from);
    const to = Math.min(one.to, other.to);
    if (from <= to) result.push({ from, to });
    if (one.to < other.to) i++;
    else j++;
  }
  return result;
}

function gaps(ranges: readonly PortRange[]): readonly PortRange[] {
  const result: PortRange[] = [];
  let next = 1;
  for (const { from, to } of ranges) {
    if (from > next) result.push({ from: next, to: from - 1 });
    next = to + 1;
  }
  if (next <= lastPort) result.push({ from: next, to: lastPort });
  return result;
}

/** "TCP 8080,9000-9100,UDP 53"; every port of all protocols is "All Connections". */
export function portsText(set: PortSet): string {
  if (isAll(set)) return "All Connections";
  return protocols
    .filter((protocol) => set[protocol].length > 0)
    .map((protocol) => `${protocol} ${set[protocol].map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join()}`)
    .join();
}
