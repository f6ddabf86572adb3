/** Compares the engine with a naive evaluator over a whole cluster: every pair of ends, at every port and address that matters. */
import { noAddresses, parseCidrs, toRangesText } from "../../../core/net/addresses.ts";
import { type Connection, connections, type End, type Workload } from "../../../core/net/policy/connections.ts";
import { decisionBetween, type One } from "../../../core/net/policy/decide.ts";
import type { PodClass, PolicyModel } from "../../../core/net/policy/model.ts";
import { type PortSet, protocols } from "../../../core/net/policy/port-set.ts";
import { type NaiveCluster, type NaiveEnd, type NaiveFlow, type NaivePod, nodeOf } from "../../support/naive-policy.ts";

/** What a naive evaluator says: whether the flow may, and whether it certainly does. They differ where it depends on the unsaid. */
export interface Naive {
  readonly atMost: boolean;
  readonly atLeast: boolean;
}

export interface Agreement {
  readonly cluster: NaiveCluster;
  readonly model: PolicyModel;
  readonly naive: (flow: NaiveFlow) => Naive;
  readonly ports: readonly number[];
  readonly addresses: readonly string[];
  /** Nodes as ends, such as "own 10.0.1.4". */
  readonly nodes?: readonly string[];
  /** The evaluator knows more than the policies say, so what it says must lie between the engine's least and most; else be the same. */
  readonly knowsMore?: boolean;
}

/** The first disagreement as text; undefined where there is none. */
export function disagreement({ cluster, model, naive, ports, addresses, nodes = [], knowsMore = false }: Agreement): string | undefined {
  const names = [...new Set(cluster.pods.map(nameOf))];
  const found = new Map<string, Connection>();
  const external: Connection[] = [];
  for (const connection of connections(model, workloadsOf(cluster), textOf)) {
    if ("range" in connection.from || "range" in connection.to) external.push(connection);
    else found.set(`${textOf(connection.from)}>${textOf(connection.to)}`, connection);
  }
  const podsOf = (name: string): readonly NaivePod[] => cluster.pods.filter((pod) => nameOf(pod) === name);
  const pairs: { from: readonly NaiveEnd[]; to: readonly NaiveEnd[]; connection: Connection | undefined; text: string }[] = [];
  for (const from of names) {
    for (const to of names) {
      if (from !== to) pairs.push({ from: podsOf(from), to: podsOf(to), connection: found.get(`${from}>${to}`), text: `${from} to ${to}` });
    }
    for (const address of addresses) {
      const at = parseCidrs([address]);
      const isAt = (end: End): boolean =>
        "range" in end && at[end.family].some(({ first }) => end.range.first <= first && first <= end.range.last);
      const isName = (end: End): boolean => !("range" in end) && textOf(end) === from;
      const outwards = external.find((one) => isName(one.from) && isAt(one.to));
      const inwards = external.find((one) => isAt(one.from) && isName(one.to));
      pairs.push({ from: podsOf(from), to: [address], connection: outwards, text: `${from} to ${address}` });
      pairs.push({ from: [address], to: podsOf(from), connection: inwards, text: `${address} to ${from}` });
    }
  }
  const alone = cluster.pods.flatMap((pod) =>
    nodes.flatMap((node) => [
      { from: [pod], to: [node], text: `${nameOf(pod)} to ${node}` },
      { from: [node], to: [pod], text: `${node} to ${nameOf(pod)}` },
    ]),
  );
  for (const pair of [...pairs, ...alone]) {
    const { from, to, text } = pair;
    // A workload with one pod has its own answer to compare with that for the pod.
    const single =
      from.length === 1 && to.length === 1 ? decisionBetween(model, oneOf(cluster, from[0]), oneOf(cluster, to[0])) : undefined;
    for (const protocol of protocols) {
      for (const port of ports) {
        const answers = from.flatMap((source) => to.map((destination) => naive({ from: source, to: destination, protocol, port })));
        const expected = { atMost: answers.some(({ atMost }) => atMost), atLeast: answers.some(({ atLeast }) => atLeast) };
        const differs = (most: PortSet | undefined, least: PortSet | undefined): string | undefined => {
          const actual = { atMost: holds(most, protocol, port), atLeast: holds(least, protocol, port) };
          const agrees = knowsMore
            ? (actual.atMost || !expected.atMost) && (expected.atLeast || !actual.atLeast)
            : actual.atMost === expected.atMost && actual.atLeast === expected.atLeast;
          return agrees ? undefined : `${said(actual)}, expected ${said(expected)}`;
        };
        const together = "connection" in pair ? differs(pair.connection?.ports, pair.connection?.certain) : undefined;
        if (together !== undefined) return `${text} on ${protocol} ${port}: ${together}`;
        const asked = single && differs(single.atMost, single.atLeast);
        if (asked !== undefined) return `${text} on ${protocol} ${port}, asked alone: ${asked}`;
      }
    }
  }
  return undefined;
}

const said = ({ atMost, atLeast }: Naive): string => `${atMost}/${atLeast}`;
const holds = (set: PortSet | undefined, protocol: (typeof protocols)[number], port: number): boolean =>
  set?.[protocol].some(({ from, to }) => from <= port && port <= to) ?? false;

const nameOf = ({ namespace, workload }: NaivePod): string => `${namespace}/${workload}`;
export const textOf = (end: End): string =>
  "range" in end ? (toRangesText({ ipv4: [], ipv6: [], [end.family]: [end.range] })[0] ?? "") : `${end.namespace}/${end.name}`;

const classOf = (cluster: NaiveCluster, pod: NaivePod): PodClass => ({
  namespace: pod.namespace,
  labels: pod.labels,
  namespaceLabels: { ...cluster.namespaces[pod.namespace], "kubernetes.io/metadata.name": pod.namespace },
  ...(pod.serviceAccount ? { serviceAccount: pod.serviceAccount } : {}),
  namedPorts: pod.ports.flatMap(({ name, protocol, port }) =>
    protocols.flatMap((one) => (one === protocol ? [{ name, protocol: one, port }] : [])),
  ),
  addresses: parseCidrs([pod.ip]),
});

function oneOf(cluster: NaiveCluster, end: NaiveEnd | undefined): One {
  if (typeof end !== "string") return end ? { pod: classOf(cluster, end) } : { outside: noAddresses };
  const { node, address } = nodeOf(end);
  const outside = parseCidrs([address]);
  return node === "own" || node === "other" ? { outside, node } : { outside };
}

/** The pods of a cluster as the engine takes them. */
export function workloadsOf(cluster: NaiveCluster): readonly Workload[] {
  const workloads = new Map<string, { namespace: string; name: string; kind: string; pods: PodClass[] }>();
  for (const pod of cluster.pods) {
    const { namespace, workload: name } = pod;
    const workload = workloads.get(nameOf(pod)) ?? { namespace, name, kind: "Deployment", pods: [] };
    workload.pods.push(classOf(cluster, pod));
    workloads.set(nameOf(pod), workload);
  }
  return [...workloads.values()];
}
