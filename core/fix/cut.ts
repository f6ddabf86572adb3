/** The connections that a plan cuts and opens, and the declared flows among them. */
import type { ClusterFacts } from "../model/cluster.ts";
import type { Settings } from "../model/settings.ts";
import { intersection, isEmpty, isWithin, parseCidrs } from "../net/addresses.ts";
import { connectivity, namesIpv6 } from "../net/connectivity/connectivity.ts";
import { difference } from "../net/connectivity/difference.ts";
import { engineIn } from "../net/connectivity/engine.ts";
import { estateOf, signsOf, type Unread } from "../net/connectivity/estate.ts";
import type { Allowed, Estate } from "../net/connectivity/model.ts";
import { matchesPattern } from "../net/pattern.ts";
import { enforcementOf, stateOnNode } from "../net/policy/enforcement/enforcement.ts";
import { commonPorts, isNone, portsOf, portsWithout } from "../net/policy/port-set.ts";
import type { Engine } from "../net/policy/translation.ts";
import { endText } from "../report/connectivity-text.ts";

export interface Cut {
  /** Whose reading of policies it is. */
  readonly engine: Engine;
  readonly removed: readonly Change[];
  readonly added: readonly Change[];
  /** What could not be told, as sentences. */
  readonly unread: readonly string[];
}

export interface Change {
  readonly connection: Allowed;
  /** The names of declared flows that this connection carries. */
  readonly flows: readonly string[];
  /** A flow that is to be allowed asks for all of it. */
  readonly isDeclared: boolean;
}

interface Declared {
  readonly flows: Settings["flows"];
  /** The cluster's name. */
  readonly cluster: string;
}

/** What policies let through before and after. Where for certain nothing enforces them, everything. */
export function cutBetween(before: ClusterFacts, after: ClusterFacts, declared: Declared): Cut {
  const sides = [before, after].map((facts) => ({ ...estateOf(facts), isInert: isInert(facts) }));
  const estates = sides.map(({ estate, isInert }) => (isInert ? { ...estate, policies: {} } : estate));
  const [old, fresh] = estates as [Estate, Estate];
  const { engine } = engineIn(signsOf(sides[1]?.estate ?? fresh));
  const ipv6 = estates.some(namesIpv6);
  const listed = (estate: Estate) => connectivity(estate, { engine, ipv6, textOf: endText }).connections;
  const { removed, added } = difference(listed(old), listed(fresh), endText);
  const flows = declared.flows.filter(({ cluster }) => matchesPattern(cluster, declared.cluster));
  const marked = (all: readonly Allowed[]): readonly Change[] =>
    all.map((connection) => ({
      connection,
      flows: flows.filter((flow) => carries(connection, flow)).map(({ name }) => name),
      isDeclared: flows.some((flow) => flow.expect === "allowed" && isWhole(connection, flow)),
    }));
  const unread = [...new Set(sides.flatMap((side) => side.unread.map(untold)))];
  return { engine, removed: marked(removed), added: marked(added), unread };
}

const untold = ({ fact, reason }: Unread): string =>
  fact === "gatewayRoutes"
    ? "What Gateways lead to pods is not among the connections: their routes were not read, as no check needs them."
    : `${fact} were not read: ${reason.message}`;

function isInert({ nodes, pods, workloads, networkSettings, nodeClasses }: ClusterFacts): boolean {
  const enforcement = enforcementOf({ nodes, pods, workloads, networkSettings, nodeClasses }).nodes;
  return enforcement.state === "known" && enforcement.value.every((node) => stateOnNode(node) === "not-enforced");
}

type Flow = Settings["flows"][number];

/** Whether a packet of the flow may be one of the connection. */
const carries = ({ from, to, ports }: Allowed, flow: Flow): boolean =>
  !isNone(commonPorts(ports, portsOf(flow.protocol, flow.port, flow.port))) && isEnd(from, flow.from) && isEnd(to, flow.to);

/** Whether every packet of the connection is one of the flow. */
const isWhole = ({ from, to, ports }: Allowed, flow: Flow): boolean =>
  isNone(portsWithout(ports, portsOf(flow.protocol, flow.port, flow.port))) && isWholeEnd(from, flow.from) && isWholeEnd(to, flow.to);

function isWholeEnd(end: Allowed["from"], meant: Flow["from"]): boolean {
  if ("range" in end) {
    return "cidr" in meant && isWithin({ ipv4: [], ipv6: [], [end.family]: [end.range] }, parseCidrs([meant.cidr]));
  }
  return isEnd(end, meant) && !("ingressController" in end) && end.pods.every(({ labels }) => hasLabels(labels, meant));
}

const hasLabels = (labels: Readonly<Record<string, string>>, meant: Flow["from"]): boolean =>
  "cidr" in meant || Object.entries(meant.labels ?? {}).every(([key, value]) => labels[key] === value);

function isEnd(end: Allowed["from"], meant: Flow["from"]): boolean {
  if ("ingressController" in end) return false;
  if ("range" in end) {
    return "cidr" in meant && !isEmpty(intersection(parseCidrs([meant.cidr]), { ipv4: [], ipv6: [], [end.family]: [end.range] }));
  }
  if ("cidr" in meant) return false;
  return end.namespace === meant.namespace && end.pods.some(({ labels }) => hasLabels(labels, meant));
}
