/** What is left of a rule of a security group without some ports. */
import type { PortsOfRule } from "../checks/ec2-commands.ts";
import { coversAnyOf, type Ports } from "../net/security-group.ts";

const withPorts: Readonly<Record<string, "tcp" | "udp">> = { "6": "tcp", "17": "udp", tcp: "tcp", udp: "udp" };
const icmpOf = { ipv4: "icmp", ipv6: "icmpv6" } as const;

/** All that the rule is about but the ports; of a rule for all protocols that has any of them it is TCP, UDP and ICMP. */
export function portsBeside(
  { protocol, fromPort, toPort }: PortsOfRule,
  ports: readonly Ports[],
  families: readonly (keyof typeof icmpOf)[],
): readonly PortsOfRule[] {
  const pieces = (named: "tcp" | "udp", first: number, last: number): readonly PortsOfRule[] =>
    gaps(
      first,
      last,
      ports.filter((range) => range.protocol === named),
    ).map((gap) => ({ protocol: named, ...gap }));
  if (protocol === "-1") {
    const icmp = families.map((family) => ({ protocol: icmpOf[family], fromPort: -1, toPort: -1 }));
    return [...pieces("tcp", 0, 65_535), ...pieces("udp", 0, 65_535), ...icmp];
  }
  const named = withPorts[protocol.toLowerCase()];
  if (named === undefined) return []; // any other has no ports in a rule: it is about these ports as a whole
  const isWhole = fromPort === undefined || fromPort < 0;
  return pieces(named, isWhole ? 0 : fromPort, isWhole ? 65_535 : (toPort ?? fromPort));
}

/** The rule as it is where it has none of the ports. */
export const portsBesideIfAny = (
  rule: PortsOfRule,
  ports: readonly Ports[],
  families: readonly (keyof typeof icmpOf)[],
): readonly PortsOfRule[] => {
  const whole = { cidrs: [], prefixListIds: [], groupIds: [], descriptions: [], ...rule };
  return ports.some((range) => coversAnyOf(whole, range)) ? portsBeside(rule, ports, families) : [rule];
};

/** What is left of the range without the ports. */
function gaps(first: number, last: number, ports: readonly Ports[]): readonly { readonly fromPort: number; readonly toPort: number }[] {
  const found: { fromPort: number; toPort: number }[] = [];
  let from = first;
  for (const range of ports.toSorted((a, b) => a.from - b.from)) {
    if (range.from > last) break;
    if (range.from > from) found.push({ fromPort: from, toPort: Math.min(range.from - 1, last) });
    from = Math.max(from, range.to + 1);
  }
  if (from <= last) found.push({ fromPort: from, toPort: last });
  return found;
}
