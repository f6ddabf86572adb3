/** Why a connection is allowed: which rules decide on either side, or that no policy does. */
import { intersection, isEmpty } from "../addresses.ts";
import type { End } from "../policy/connections.ts";
import { matchedPorts, type Selected, selecting } from "../policy/decide.ts";
import type { Direction, PodClass, PolicyModel, Rule } from "../policy/model.ts";
import { commonPorts, eitherPorts, isNone, noPorts, type PortSet, portsText, portsWithout } from "../policy/port-set.ts";
import type { Allowed, IngressController } from "./model.ts";

/** A rule that has a say in a connection, or that none has. */
export interface Reason {
  readonly side: Direction;
  /** Kind, namespace and name; absent: no policy decides. */
  readonly policy?: string;
  /** Such as "ingress[0]". */
  readonly rule?: string;
  readonly action: "allow" | "deny" | "pass";
  readonly ports: PortSet;
  /** What the rule depends on besides. */
  readonly partly?: string;
}

/** Answers the reasons of a connection, the source's side first. Ends outside have no policies. */
export function explainer(model: PolicyModel): (one: Allowed) => readonly Reason[] {
  const known = new Map<PodClass, Map<Direction, readonly Selected[]>>();
  const selectedBy = (pod: PodClass, direction: Direction): readonly Selected[] => {
    const ofPod = known.get(pod) ?? new Map<Direction, readonly Selected[]>();
    known.set(pod, ofPod);
    const selected = ofPod.get(direction) ?? selecting(model, pod, direction);
    ofPod.set(direction, selected);
    return selected;
  };
  return ({ from, to, ports }) => [
    ...reasonsOf("egress", from, to, ports, selectedBy),
    ...reasonsOf("ingress", to, from, ports, selectedBy),
  ];
}

function reasonsOf(
  side: Direction,
  subject: End | IngressController,
  other: End | IngressController,
  ports: PortSet,
  selectedBy: (pod: PodClass, direction: Direction) => readonly Selected[],
): readonly Reason[] {
  if (!("pods" in subject)) return [];
  const reasons = new Map<string, Reason>();
  for (const pod of subject.pods) {
    const named = side === "ingress" ? [pod] : "pods" in other ? other.pods : [undefined];
    for (const destination of named) {
      for (const reason of walked(
        side,
        selectedBy(pod, side),
        meaning(other, side === "egress" ? destination : undefined),
        ports,
        destination,
      )) {
        reasons.set(JSON.stringify([reason.policy, reason.rule, reason.action]), reason);
      }
    }
  }
  return [...reasons.values()];
}

/** Whether a rule means the other end, or one pod of it. An ingress controller may be anything. */
const meaning =
  (other: End | IngressController, pod: PodClass | undefined) =>
  ({ peers }: Rule): boolean => {
    if (peers === undefined || "ingressController" in other) return true;
    if ("family" in other) return !isEmpty(intersection({ ipv4: [], ipv6: [], [other.family]: [other.range] }, peers.outside));
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
        const { action, name, partly } = rule;
        const asked = action === "allow" ? open : portsWithout(open, allowed);
        const matched = commonPorts(asked, matchedPorts(rule, destination?.namedPorts ?? []));
        if (isNone(matched)) continue;
        yield { side, policy: policy.name, rule: name, action, ports: matched, ...(partly === undefined ? {} : { partly }) };
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
export function reasonText({ side, policy, rule, action, ports, partly }: Reason): string {
  const end = side === "egress" ? "leaves" : "enters";
  if (policy === undefined) return `${end}: no policy decides ${portsText(ports)}`;
  const perhaps = partly === undefined ? "" : `, depending on ${partly}`;
  return `${end}: ${policy} ${rule} ${actions[action]} ${portsText(ports)}${perhaps}`;
}
const actions = { allow: "allows", deny: "denies", pass: "passes on" } as const;
