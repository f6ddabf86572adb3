/** Whether the internet reaches a machine on some of its ports. */
import type { Reason } from "../../model/fact.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import { type AddressSet, union } from "../addresses.ts";
import { globallyReachable, type InternetLimits, isInternet } from "../internet.ts";
import { eitherPorts, noPorts, type PortSet, portsOf } from "../policy/port-set.ts";
import { isGlobalIpv6 } from "../reach/global-ipv6.ts";
import { type PortReach, reachFromInternet, type Surroundings } from "../reach/internet.ts";
import { once } from "../reach/once.ts";
import type { Ports } from "../security-group.ts";
import type { Machine } from "./machines.ts";

export type Exposure =
  /** `ports` are all that the internet reaches on the one interface that stands for the machine. */
  | {
      readonly state: "open";
      readonly networkInterface: NetworkInterface;
      readonly ports: PortSet;
      readonly sources: AddressSet;
      /** Protections that were not read. */
      readonly unread: readonly string[];
    }
  | { readonly state: "unsure"; readonly reason: Reason }
  /** `by` are the layers that keep the internet out, `narrow` the public sources that get in all the same. */
  | { readonly state: "closed"; readonly by: readonly string[]; readonly narrow: AddressSet };

/** Judges machines one after the other. */
export type ExposureOf = (machine: Machine, ports: readonly Ports[]) => Exposure;

/** Interfaces of one subnet with the same groups and families are reached alike, so that each such kind is worked out once. */
export function exposures(around: Surroundings, internet: InternetLimits): ExposureOf {
  const reaches = new Map<string, readonly PortReach[]>();
  const closed = new Map<string, Exposure>();
  return ({ interfaces }, ports) => {
    if (interfaces.state === "unknown") return { state: "unsure", reason: interfaces.reason };
    const keys: string[] = [];
    const all: PortReach[] = [];
    for (const one of interfaces.value) {
      const key = [one.subnetId, ...one.groupIds.toSorted(), one.publicIpv4.length > 0, one.ipv6.some(isGlobalIpv6)].join();
      const parts = ports.flatMap((range) =>
        once(reaches, `${key} ${range.protocol} ${range.from}-${range.to}`, () => reachFromInternet(one, range, around)),
      );
      const open = parts.filter(({ reach }) => isInternet(reach.atLeast, internet));
      if (open.length > 0) return openOn(one, open);
      keys.push(key);
      all.push(...parts);
    }
    const kind = [...new Set(keys)].sort().join(" ");
    return once(closed, `${kind} ${ports.map(({ protocol, from, to }) => `${protocol} ${from}-${to}`).join()}`, () =>
      notOpen(all, internet),
    );
  };
}

function notOpen(parts: readonly PortReach[], internet: InternetLimits): Exposure {
  const doubtful = parts.find(({ reach }) => isInternet(reach.atMost, internet));
  if (doubtful !== undefined) return { state: "unsure", reason: doubtful.reach.doubt ?? untold };
  const narrow = union(...parts.map(({ reach }) => globallyReachable(reach.atLeast)));
  return { state: "closed", by: deciding(parts), narrow };
}

/** Sources are unsure only where a layer says why. */
const untold: Reason = { code: "depends-on-unknown", message: "Who reaches the machine hangs on what was not read." };

const openOn = (networkInterface: NetworkInterface, open: readonly PortReach[]): Exposure => ({
  state: "open",
  networkInterface,
  ports: portSetOf(open.map(({ ports }) => ports)),
  sources: union(...open.map(({ reach }) => reach.atLeast)),
  unread: [...new Set(open.flatMap(({ reach }) => reach.unread.map(({ name }) => name)))],
});

const names = { tcp: "TCP", udp: "UDP", sctp: "SCTP" } as const;
export const portSetOf = (ranges: readonly Ports[]): PortSet =>
  ranges.reduce((set, { protocol, from, to }) => eitherPorts(set, portsOf(names[protocol], from, to)), noPorts);

function deciding(parts: readonly PortReach[]): readonly string[] {
  const named = parts.map(({ reach }) => {
    const { stoppedBy } = reach;
    // Not stopped, so the rules let in less than the internet.
    if (stoppedBy === undefined) return "narrow sources";
    return stoppedBy.name === "public address" ? "no public address" : [stoppedBy.name, ...stoppedBy.ids].join(" ");
  });
  return [...new Set(named)].sort();
}
