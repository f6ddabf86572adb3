/** Connections as a graph in the DOT language of Graphviz. */
import type { Allowed } from "../net/connectivity/model.ts";
import { portsText } from "../net/policy/port-set.ts";
import { endText } from "./connectivity-text.ts";
import { plainText } from "./plain-text.ts";

/** A quoted string: nothing in it ends it, and no backslash begins an escape. */
const quoted = (text: string): string => `"${plainText(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** What an edge looks like: green where it was added, red where it was removed. */
export interface Edge {
  readonly one: Allowed;
  readonly color?: "green" | "red";
}

/** The graph in pieces, namespaces as boxes. */
export function* connectivityDot(edges: Iterable<Edge>): Generator<string> {
  yield "digraph {\n";
  const boxes = new Map<string, Map<string, string>>();
  for (const { one, color } of edges) {
    for (const end of [one.from, one.to]) {
      if (!("namespace" in end)) continue;
      const box = boxes.get(end.namespace) ?? new Map<string, string>();
      boxes.set(end.namespace, box);
      box.set(endText(end), `${end.name}[${end.kind}]`);
    }
    const look = color === undefined ? "" : ` color="${color}" fontcolor="${color}"`;
    yield `  ${quoted(endText(one.from))} -> ${quoted(endText(one.to))} [label=${quoted(portsText(one.ports))}${look}]\n`;
  }
  for (const [namespace, ends] of [...boxes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield `  subgraph ${quoted(`cluster_${namespace}`)} {\n    label=${quoted(namespace)}\n`;
    for (const [id, label] of [...ends].sort(([a], [b]) => (a < b ? -1 : 1))) yield `    ${quoted(id)} [label=${quoted(label)}]\n`;
    yield "  }\n";
  }
  yield "}\n";
}
