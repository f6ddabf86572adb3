/** Why a connection is allowed: which rules decide on either side, or that no policy does. */
import { type AddressSet, difference, intersection, isEmpty, noAddresses } from "../addresses.ts";
import type { End, External } from "../policy/connections.ts";
import { matchedPorts, type Selected, selecting } from "../policy/decide.ts";
import { addressesMeant, type Direction, type PodClass, type PolicyModel, type Rule, type Zone } from "../policy/model.ts";
import { commonPorts, eitherPorts, isNone, noPorts, type PortSet, portsText, portsWithout } from "../policy/port-set.ts";
import type { Allowed, IngressController } from "./model.ts";

/** A rule that has a say in a connection, that the engine lets it through by itself, or that none has a say. */
export interface Reason {
  readonly side: Direction;
  /** Kind, namespace and name; absent: no policy decides. */
  readonly policy?: string;
  /** Such as "ingress[0]". */
  readonly rule?: string;
  /** Of what the engine lets through by itself, as a clause. */
  readonly because?: string;
  readonly action: "allow" | "deny" | "pass";
  readonly ports: PortSet;
  /** What the rule depends on besides. */
  readonly partly?: string;
}

/** Answers the reasons of a connection, the source's side first. Ends outside have no policies. */
export function explainer({
  model,
  nodes,
}: {
  readonly model: PolicyModel;
  readonly nodes: AddressSet;
}): (one: Allowed) => readonly Reason[] {
  const known = new Map<PodClass, Map<Direction, readonly Selected[]>>();
  const selectedBy = (pod: PodClass, direction: Direction): readonly Selected[] => {
    const ofPod = known.get(pod) ?? new Map<Direction, readonly Selected[]>();
    known.set(pod, ofPod);
    const selected = ofPod.get(direction) ?? selecting(model, pod, direction);
    ofPod.set(direction, selected);
    return selected;
  };
  const around = { model, nodes, selectedBy };
  return ({ from, to, ports }) => [...reasonsOf("egress", from, to, ports, around), ...reasonsOf("ingress", to, from, ports, around)];
}

interface Around {
  readonly model: PolicyModel;
  readonly nodes: AddressSet;
  readonly selectedBy: (pod: PodClass, direction: Direction) => readonly Selected[];
}

function reasonsOf(
  side: Direction,
  subject: End | IngressController,
  other: End | IngressController,
  ports: PortSet,
  { model, nodes, selectedBy }: Around,
): readonly Reason[] {
  if (!("pods" in subject)) return [];
  const reasons = new Map<string, Reason>();
  for (const pod of subject.pods) {
    const zones = zonesOf(other, pod, nodes);
    if (side === "ingress" && model.ownNodeEnters !== undefined && zones.includes("own")) {
      reasons.set(model.ownNodeEnters, { side, action: "allow", ports, because: model.ownNodeEnters });
      if (zones.length === 1) continue;
    }
    const named = side === "ingress" ? [pod] : "pods" in other ? other.pods : [undefined];
    for (const destination of named) {
      for (const reason of walked(
        side,
        selectedBy(pod, side),
        meaning(other, side === "egress" ? destination : undefined, zones),
        ports,
        destination,
      )) {
        reasons.set(JSON.stringify([reason.policy, reason.rule, reason.action, reason.because]), reason);
      }
    }
  }
  return [...reasons.values()];
}

const rangeOf = ({ family, range }: External): AddressSet => ({ ...noAddresses, [family]: [range] });

/** What addresses may be, as the pod finds them. */
function zonesOf(other: End | IngressController, { nodeAddresses = noAddresses }: PodClass, nodes: AddressSet): readonly Zone[] {
  if (!("family" in other)) return [];
  const range = rangeOf(other);
  const others = difference(nodes, nodeAddresses);
  return [
    ...(isEmpty(difference(range, nodes)) ? [] : (["outside"] as const)),
    ...(isEmpty(intersection(range, nodeAddresses)) ? [] : (["own"] as const)),
    ...(isEmpty(intersection(range, others)) ? [] : (["other"] as const)),
  ];
}

/** Whether a rule means the other end, or one pod of it. An ingress controller may be anything. */
const meaning =
  (other: End | IngressController, pod: PodClass | undefined, zones: readonly Zone[]) =>
  ({ peers }: Rule): boolean => {
    if (peers === undefined || "ingressController" in other) return true;
    if ("family" in other) return zones.some((zone) => !isEmpty(intersection(rangeOf(other), addressesMeant(peers, zone))));
    const pods = pod === undefined ? other.pods : [pod];
    return peers.pods.some(({ matches }) => pods.some(matches));
  };

/**
 * The rules that decide, in the order in which they are asked, each with those of the ports that are left to it. A port may be
 * allowed by several rules of a tier, all of which are named; nothing is denied or passed on that was allowed before.
 */
function* walked(
  side: Direction,
  selected: readonly Selected[],
  isMeant: (rule: Rule) => boolean,
  ports: PortSet,
  destination: PodClass | undefined,
): Generator<Reason> {
  let left = ports;
  for (const { tier, policies } of selected) {
    let open = left;
    let allowed = noPorts;
    let passed = noPorts;
    for (const policy of policies) {
      for (const rule of policy[side] ?? []) {
        if (!isMeant(rule)) continue;
        const { action, name, partly, because } = rule;
        const asked = action === "allow" ? open : portsWithout(open, allowed);
        const matched = commonPorts(asked, matchedPorts(rule, destination?.namedPorts ?? []));
        if (isNone(matched)) continue;
        if (because !== undefined) yield { side, action, ports: matched, because };
        else yield { side, policy: policy.name, rule: name, action, ports: matched, ...(partly === undefined ? {} : { partly }) };
        if (partly !== undefined) continue;
        if (action === "allow") allowed = eitherPorts(allowed, matched);
        else open = portsWithout(open, matched);
        if (action === "pass") passed = eitherPorts(passed, matched);
      }
    }
    const isolates = tier.otherwise === "deny" && policies.some(({ isolation }) => isolation === undefined);
    left = isolates ? passed : eitherPorts(portsWithout(open, allowed), passed);
  }
  if (!isNone(left)) yield { side, action: "allow", ports: left };
}

/** "enters: NetworkPolicy shop/web ingress[0] allows TCP 8080". */
export function reasonText({ side, policy, rule, action, ports, partly, because }: Reason): string {
  const end = side === "egress" ? "leaves" : "enters";
  if (because !== undefined) return `${end}: ${portsText(ports)}, since ${because}`;
  if (policy === undefined) return `${end}: no policy decides ${portsText(ports)}`;
  const perhaps = partly === undefined ? "" : `, depending on ${partly}`;
  return `${end}: ${policy} ${rule} ${actions[action]} ${portsText(ports)}${perhaps}`;
}
const actions = { allow: "allows", deny: "denies", pass: "passes on" } as const;
