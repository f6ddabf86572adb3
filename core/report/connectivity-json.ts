/** Connections as JSON, schema eks-perimeter/connectivity/v1. */
import type { Reason } from "../net/connectivity/explain.ts";
import type { Allowed } from "../net/connectivity/model.ts";
import { isAll, type PortSet, protocols } from "../net/policy/port-set.ts";
import { rangeText } from "./connectivity-text.ts";
import { plainJson } from "./plain-text.ts";

const schema = "eks-perimeter/connectivity/v1";

const portsJson = (ports: PortSet) =>
  isAll(ports) ? "all" : protocols.flatMap((protocol) => ports[protocol].map(({ from, to }) => ({ protocol, from, to })));

const endJson = (end: Allowed["from"]) => {
  if ("ingressController" in end) return { ingressController: true };
  return "range" in end ? { external: rangeText(end) } : { namespace: end.namespace, name: end.name, kind: end.kind };
};

const reasonJson = ({ side, policy, rule, action, ports, partly, because }: Reason) => ({
  side,
  policy,
  rule,
  action,
  ports: portsJson(ports),
  partly,
  why: because,
});

const connectionJson = ({ from, to, ports }: Allowed, explain: Explain | undefined) => ({
  from: endJson(from),
  to: endJson(to),
  ports: portsJson(ports),
  ...(explain === undefined ? {} : { because: explain({ from, to, ports }).map(reasonJson) }),
});

export type Explain = (one: Allowed) => readonly Reason[];

/** The document in pieces: it may be larger than a string. */
export function* connectivityJson(
  engine: string,
  lists: Readonly<Record<string, Iterable<Allowed>>>,
  explain?: Explain,
): Generator<string> {
  yield `{ "schema": ${JSON.stringify(schema)}, "engine": ${JSON.stringify(engine)}`;
  for (const [name, list] of Object.entries(lists)) {
    yield `,\n  ${JSON.stringify(name)}: [`;
    let separator = "\n    ";
    for (const one of list) {
      yield `${separator}${plainJson(connectionJson(one, explain))}`;
      separator = ",\n    ";
    }
    yield separator.startsWith(",") ? "\n  ]" : "]";
  }
  yield "\n}\n";
}
