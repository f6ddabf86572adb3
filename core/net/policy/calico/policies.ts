/**
 * NetworkPolicy and GlobalNetworkPolicy of Calico as policies of the model. Sources: projectcalico/calico
 * api/pkg/apis/projectcalico/v3, libcalico-go/lib/backend/syncersv1/updateprocessors.
 */
import type { CalicoPolicy, CalicoRule } from "../../../model/calico-policy.ts";
import { type AddressSet, allAddresses, intersection } from "../../addresses.ts";
import { PolicyFieldError } from "../errors.ts";
import { quoted, readPortNumber } from "../fields.ts";
import type { Action, Direction, PodClass, Policy, PortName, Ports, Rule } from "../model.ts";
import { allPorts, isNone, type PortRange, type PortSet, type Protocol, portSetOf, portsWithout, protocols } from "../port-set.ts";
import {
  type Ends,
  inNamespace,
  type Meant,
  ofEndpoint,
  ofNamespace,
  ofServiceAccount,
  podSelectable,
  podsWhere,
  readEnds,
  type Surroundings,
  type Test,
} from "./entities.ts";
import { parseExpression } from "./selector.ts";

/**
 * One policy of Calico as neighbours in its tier: a rule may mean but some of the pods that its policy selects, and of some pods it
 * may not be known whether the policy selects them.
 *
 * @throws {PolicyFieldError} for what Calico refuses
 */
export function readCalicoPolicy(name: string, policy: CalicoPolicy, around: Surroundings): readonly Policy[] {
  const { namespace, spec } = policy;
  const types = directionsOf(spec);
  const parts = (["ingress", "egress"] as const).map((direction) => ({
    direction,
    rules: (spec[direction] ?? []).flatMap((rule, i) => readRule(rule, direction, `${direction}[${i}]`, namespace, around)),
  }));
  // These are for host endpoints alone.
  if (spec.doNotTrack || spec.preDNAT) return [];
  const subject = subjectOf(policy);
  const key = `calico:${JSON.stringify([namespace, spec.selector, spec.namespaceSelector, spec.serviceAccountSelector])}`;
  return parts
    .filter(({ direction }) => types.has(direction))
    .flatMap(({ direction, rules }) => [
      { name, subject: podsWhere(key, "yes", subject), [direction]: [] },
      { name, subject: podsWhere(key, "perhaps", subject), [direction]: [], isolation: "perhaps" as const },
      ...rules.flatMap(({ own, rule }) => inPolicies(name, direction, rule, own, key, subject)),
    ]);
}

/** A rule for the pods of which it is known that it is theirs, and, partly, for those of which it isn't. */
function inPolicies(name: string, direction: Direction, rule: Rule, own: Ends | undefined, key: string, subject: (pod: PodClass) => Meant) {
  const both = (pod: PodClass): Meant => {
    const [policy, mine] = [subject(pod), own?.ofPod(pod) ?? "yes"];
    return policy === "no" || mine === "no" ? "no" : policy === "perhaps" || mine === "perhaps" ? "perhaps" : "yes";
  };
  const ownKey = own === undefined ? key : `${key}&${own.key}`;
  const partly = { ...rule, partly: rule.partly ?? "labels of service accounts" };
  return [
    { name, subject: podsWhere(ownKey, "yes", both), [direction]: [rule], isolation: "none" as const },
    { name, subject: podsWhere(ownKey, "perhaps", both), [direction]: [partly], isolation: "none" as const },
  ];
}

/** Without types: ingress, unless there are rules for egress alone; egress where there are rules for it. */
function directionsOf({ types, ingress, egress }: CalicoPolicy["spec"]): ReadonlySet<Direction> {
  const has = { ingress: (ingress ?? []).length > 0, egress: (egress ?? []).length > 0 };
  if (!types || types.length === 0) return new Set(has.egress ? (has.ingress ? ["ingress", "egress"] : ["egress"]) : ["ingress"]);
  return new Set(
    types.map((type, i) => {
      if (type !== "Ingress" && type !== "Egress")
        throw new PolicyFieldError(`spec.types[${i}]`, `is ${quoted(type)}, not Ingress or Egress`);
      return type === "Ingress" ? "ingress" : "egress";
    }),
  );
}

function subjectOf({ namespace, spec }: CalicoPolicy): (pod: PodClass) => Meant {
  const tests: Test[] = [ofEndpoint(parseExpression(spec.selector ?? "", "spec.selector"))];
  if (namespace !== undefined) tests.push(inNamespace(namespace));
  else if (spec.namespaceSelector) tests.push(ofNamespace(parseExpression(spec.namespaceSelector, "spec.namespaceSelector")));
  if (spec.serviceAccountSelector) {
    tests.push(ofServiceAccount(parseExpression(spec.serviceAccountSelector, "spec.serviceAccountSelector")));
  }
  return (pod) => {
    const one = podSelectable(pod);
    const answers = tests.map((test) => test(one));
    return answers.includes("no") ? "no" : answers.includes("perhaps") ? "perhaps" : "yes";
  };
}

interface Read {
  /** Which of the policy's pods the rule is for; undefined: all. */
  readonly own: Ends | undefined;
  readonly rule: Rule;
}

const actions: Readonly<Record<string, Action>> = { Allow: "allow", Deny: "deny", Pass: "pass" };

function readRule(
  rule: CalicoRule,
  direction: Direction,
  name: string,
  namespace: string | undefined,
  around: Surroundings,
): readonly Read[] {
  const field = `spec.${name}`;
  const source = readEnds(rule.source ?? {}, namespace, `${field}.source`, around);
  const destination = readEnds(rule.destination ?? {}, namespace, `${field}.destination`, around);
  const ports = readPorts(rule, field);
  if (rule.action === "Log") return []; // and goes on
  const action = Object.hasOwn(actions, rule.action) ? actions[rule.action] : undefined;
  if (action === undefined) throw new PolicyFieldError(`${field}.action`, `is ${quoted(rule.action)}, not Allow, Deny, Log, Pass`);
  const [own, other] = direction === "ingress" ? [destination, source] : [source, destination];
  const family = familyOf(rule, field);
  const peers = other ?? (family === undefined ? undefined : anyEnds);
  const unsaid = whyPartly(rule, ports.partly);
  const shared = { action, name, ...(ports.ports ? { ports: ports.ports } : {}) };
  if (peers === undefined) return [{ own, rule: { ...shared, ...(unsaid ? { partly: unsaid } : {}) } }];
  const outside = family === undefined ? peers.outside : intersection(peers.outside, family);
  const ofPod = family === undefined ? peers.ofPod : ofFamily(peers.ofPod, family);
  const key = `${peers.key}/${rule.ipVersion ?? ""}`;
  return [
    { own, rule: { ...shared, peers: { pods: [podsWhere(key, "yes", ofPod)], outside }, ...(unsaid ? { partly: unsaid } : {}) } },
    {
      own,
      rule: {
        ...shared,
        peers: { pods: [podsWhere(key, "perhaps", ofPod)], outside: { ipv4: [], ipv6: [] } },
        partly: unsaid ?? "labels of service accounts",
      },
    },
    // To ingress a set is its addresses alone. What a name resolves to may be any address.
    ...(direction === "egress" && peers.namesDomains === true
      ? [{ own, rule: { ...shared, partly: "domain names of network sets" } }]
      : []),
  ];
}

const anyEnds: Ends = { key: "any", ofPod: () => "yes", outside: allAddresses };

/** Of a pod whose address isn't known, the family isn't either. */
const ofFamily =
  (ofPod: Ends["ofPod"], family: AddressSet): Ends["ofPod"] =>
  (pod) => {
    const here = intersection(pod.addresses, family);
    if (pod.addresses.ipv4.length + pod.addresses.ipv6.length === 0) return ofPod(pod) === "no" ? "no" : "perhaps";
    return here.ipv4.length + here.ipv6.length === 0 ? "no" : ofPod(pod);
  };

function familyOf({ ipVersion }: CalicoRule, field: string): AddressSet | undefined {
  if (ipVersion === undefined || ipVersion === null) return undefined;
  if (ipVersion === 4) return { ipv4: allAddresses.ipv4, ipv6: [] };
  if (ipVersion === 6) return { ipv4: [], ipv6: allAddresses.ipv6 };
  throw new PolicyFieldError(`${field}.ipVersion`, `is ${ipVersion}, not 4 or 6`);
}

/** What the rule says besides ends, protocols and destination ports. */
function whyPartly({ http, source, destination }: CalicoRule, ports: string | undefined): string | undefined {
  if (http !== undefined && http !== null) return "HTTP";
  if ((source?.ports ?? []).length > 0 || (source?.notPorts ?? []).length > 0) return "ports of the source";
  if (destination?.services || source?.services) return "endpoints of Services";
  if ((destination?.domains ?? []).length > 0) return "domain names";
  return ports;
}

/** The ports of the destination: undefined where any, no port at all where the rule is about another protocol, such as ICMP. */
function readPorts(rule: CalicoRule, field: string): { readonly ports?: Ports; readonly partly?: string } {
  const { protocol, notProtocol, destination } = rule;
  const only = protocol === undefined || protocol === null ? protocols : protocolsOf(protocol, `${field}.protocol`);
  const not = notProtocol === undefined || notProtocol === null ? [] : protocolsOf(notProtocol, `${field}.notProtocol`);
  const spoken = only.filter((one) => !not.includes(one));
  const wanted = destination?.ports ?? [];
  const unwanted = destination?.notPorts ?? [];
  if (wanted.length === 0 && unwanted.length === 0) {
    return spoken.length === protocols.length ? {} : { ports: { numbers: everyPortOf(spoken), names: [] } };
  }
  if (protocol === undefined || protocol === null) throw new PolicyFieldError(`${field}.protocol`, "is absent, though ports are named");
  const admitted = readPortList(wanted, spoken, `${field}.destination.ports`);
  const refused = readPortList(unwanted, spoken, `${field}.destination.notPorts`);
  const numbers = portsWithout(wanted.length > 0 ? admitted.numbers : everyPortOf(spoken), refused.numbers);
  // Which number a name stands for differs by pod; that it is taken out, the model can't say.
  const partly = refused.names.length > 0 || (!isNone(refused.numbers) && admitted.names.length > 0);
  return { ports: { numbers, names: admitted.names }, ...(partly ? { partly: "notPorts by name" } : {}) };
}

const everyPortOf = (some: readonly Protocol[]): PortSet =>
  some.length === protocols.length ? allPorts : portSetOf(some.map((protocol) => ({ protocol, from: 1, to: 65535 })));

/** Those of the three that it means: none for ICMP and the like. */
function protocolsOf(protocol: string | number, field: string): readonly Protocol[] {
  if (typeof protocol === "number") {
    if (protocol < 1 || protocol > 255) throw new PolicyFieldError(field, `is ${protocol}, not a protocol from 1 to 255`);
    return protocols.filter((one) => numbersOf[one] === protocol);
  }
  const found = protocols.filter((one) => one === protocol.toUpperCase());
  if (found.length > 0 || ["ICMP", "ICMPV6", "UDPLITE"].includes(protocol.toUpperCase())) return found;
  if (/^\d{1,3}$/.test(protocol)) return protocolsOf(Number(protocol), field);
  throw new PolicyFieldError(field, `is ${quoted(protocol)}, which is no protocol`);
}
const numbersOf: Readonly<Record<Protocol, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

function readPortList(list: readonly (string | number)[], spoken: readonly Protocol[], field: string): Ports {
  const ranges: (PortRange & { readonly protocol: Protocol })[] = [];
  const names: PortName[] = [];
  for (const [i, port] of list.entries()) {
    const range = typeof port === "number" ? [port, port] : /^\d+(:\d+)?$/.test(port) ? port.split(":").map(Number) : undefined;
    if (range === undefined) names.push(...spoken.map((protocol) => ({ protocol, name: String(port) })));
    else {
      const [from, to] = [Number(range[0]), Number(range[1] ?? range[0])];
      // Calico has port 0, which nothing listens on.
      const [first, last] = [readPortNumber(Math.max(1, from), `${field}[${i}]`), readPortNumber(Math.max(1, to), `${field}[${i}]`)];
      if (last < first) throw new PolicyFieldError(`${field}[${i}]`, `is ${quoted(String(port))}, which ends before its start`);
      if (to > 0) ranges.push(...spoken.map((protocol) => ({ protocol, from: first, to: last })));
    }
  }
  return { numbers: portSetOf(ranges), names };
}
