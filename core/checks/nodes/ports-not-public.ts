/** What the checks about ports that the internet reaches say alike. */
import type { Given } from "../../model/check.ts";
import type { Settings } from "../../model/settings.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import { toCidrs } from "../../net/addresses.ts";
import { type Exposure, type ExposureOf, exposures } from "../../net/nodes/exposure.ts";
import type { Machine } from "../../net/nodes/machines.ts";
import { portsText } from "../../net/policy/port-set.ts";
import { indexSubnets } from "../../net/reach/subnet.ts";
import { indexGroups, type Ports } from "../../net/security-group.ts";
import { few, listed } from "../listed.ts";
import { cidrsOf } from "../words.ts";
import { nodeFacts, type Opinion, type Witness } from "./judge-pools.ts";

/** What lies between the internet and a node's interfaces. */
const wayFacts = ["securityGroups", "prefixLists", "routeTables", "networkAcls", "blockPublicAccess"] as const;
export const exposureFacts = [...nodeFacts, ...wayFacts] as const;

export function exposuresIn(
  facts: Given<"cluster", never, (typeof wayFacts)[number]>,
  { internet }: Pick<Settings, "internet">,
): ExposureOf {
  const { securityGroups, prefixLists, routeTables, networkAcls, blockPublicAccess } = facts;
  const around = {
    groups: indexGroups(securityGroups, prefixLists),
    subnets: indexSubnets({ routeTables, networkAcls, blockPublicAccess, prefixLists }),
  };
  return exposures(around, internet);
}

/** What surely closes the interface that stands for a machine. */
type CommandsFor = (target: NetworkInterface) => readonly string[];

/** Machines that are reached alike are told of once: writing out ranges costs more than finding them. */
export function opinionsOn(
  exposureOf: ExposureOf,
  commandsFor: CommandsFor = () => [],
): (machine: Machine, ports: readonly Ports[]) => Opinion {
  const told = new Map<Exposure, Opinion>();
  return (machine, ports) => {
    const exposure = exposureOf(machine, ports);
    const opinion = told.get(exposure) ?? opinionOn(exposure, commandsFor);
    told.set(exposure, opinion);
    return opinion;
  };
}

function opinionOn(exposure: Exposure, commandsFor: CommandsFor): Opinion {
  switch (exposure.state) {
    case "unsure":
      return { status: "unknown", reason: exposure.reason };
    case "closed": {
      const narrow = toCidrs(exposure.narrow);
      return { status: "pass", evidence: { keptOutBy: exposure.by, ...(narrow.length === 0 ? {} : { publicSources: narrow }) } };
    }
    case "open":
      return { status: "fail", witness: () => ({ ...witnessOf(exposure), commands: commandsFor(exposure.networkInterface) }) };
  }
}

function witnessOf({ networkInterface, ports, sources, unread }: Exposure & { readonly state: "open" }): Witness {
  const { id, publicIpv4, ipv6, groupIds, subnetId } = networkInterface;
  const text = portsText(ports);
  return {
    seen: `${id} is open on ${text} to ${listed(toCidrs(sources))}`,
    evidence: {
      networkInterface: id,
      subnetId,
      addresses: few([...publicIpv4, ...ipv6]),
      securityGroups: few(groupIds),
      ports: text,
      sources: cidrsOf(sources),
      ...(unread.length === 0 ? {} : { notRead: unread }),
    },
  };
}
