/**
 * A security group for pods alone, in the place of those of their nodes: it admits whom those admitted, and is admitted wherever
 * they were, save to the ports of nodes that are cut.
 */
import type { PortsOfRule } from "../../checks/ec2-commands.ts";
import type { SecurityGroup, SecurityGroupRule } from "../../model/aws.ts";
import type { Ports } from "../../net/security-group.ts";
import { portsBesideIfAny } from "../rule-ports.ts";

/** One source, or one destination, that a group's rules get. */
export interface Grant {
  readonly groupId: string;
  readonly direction: "ingress" | "egress";
  readonly ports: PortsOfRule;
  readonly kind: "cidrs" | "prefixListIds" | "groupIds";
  readonly peer: string;
}

export interface PodsGroup {
  /** The new group's id, or a stand-in for it. */
  readonly id: string;
  /** Every security group of the VPC. */
  readonly groups: readonly SecurityGroup[];
  /** Those that the pods have today. */
  readonly former: readonly string[];
  /** Those of nodes, into which the ports are cut. */
  readonly ofNodes: ReadonlySet<string>;
  readonly ports: readonly Ports[];
  readonly families: readonly ("ipv4" | "ipv6")[];
  /** Also on the way out of the pods, to everybody: for nodes that admit the pods by their addresses. */
  readonly cutsEgress: boolean;
}

/** What is to be added to the rules of the groups, none of which has it. */
export function grantsFor(one: PodsGroup): readonly Grant[] {
  const found = new Map<string, Grant>();
  const byId = new Map(one.groups.map((group) => [group.id, group]));
  for (const grant of [...ownRules(one), ...referencesTo(one)]) {
    const group = byId.get(grant.groupId);
    const has = group?.[grant.direction].some((rule) => isAlike(rule, grant.ports) && rule[grant.kind].includes(grant.peer));
    if (has !== true) found.set(keyOf(grant), grant);
  }
  return [...found.values()];
}

/** What it takes over from those that the pods have. Among themselves its members have what they have with those. */
function ownRules(one: PodsGroup): readonly Grant[] {
  const { id, groups, former, ports, families, cutsEgress } = one;
  return groups
    .filter((group) => former.includes(group.id))
    .flatMap((group) =>
      directions.flatMap((direction) =>
        group[direction].flatMap((rule) => {
          const rest = { ...rule, groupIds: rule.groupIds.filter((peer) => peer !== id) };
          const pieces = direction === "egress" && cutsEgress ? portsBesideIfAny(portsOf(rule), ports, families) : [portsOf(rule)];
          const toItself = piecesFor(one, group, direction, rule).map(
            (piece): Grant => ({ ...named(id), groupId: id, direction, ports: piece }),
          );
          return [...pieces.flatMap((piece) => grantsOf(id, direction, piece, rest)), ...toItself];
        }),
      ),
    );
}

/** It is named wherever one of them is. */
const referencesTo = (one: PodsGroup): readonly Grant[] =>
  one.groups
    .filter((group) => group.id !== one.id)
    .flatMap((group) =>
      directions.flatMap((direction) =>
        group[direction].flatMap((rule) =>
          piecesFor(one, group, direction, rule).map((piece): Grant => ({ ...named(one.id), groupId: group.id, direction, ports: piece })),
        ),
      ),
    );

/** Of a rule that names one of the former groups, what the new one gets of it. */
function piecesFor(
  { former, ofNodes, ports, families }: PodsGroup,
  group: SecurityGroup,
  direction: Grant["direction"],
  rule: SecurityGroupRule,
) {
  if (!rule.groupIds.some((peer) => former.includes(peer))) return [];
  const isCut = direction === "ingress" && ofNodes.has(group.id);
  return isCut ? portsBesideIfAny(portsOf(rule), ports, families) : [portsOf(rule)];
}

const named = (peer: string) => ({ kind: "groupIds", peer }) as const;

/** Every group, those among them that get more as they then are. */
export function granted(groups: readonly SecurityGroup[], grants: readonly Grant[]): readonly SecurityGroup[] {
  return groups.map((group) => {
    const its = grants.filter(({ groupId }) => groupId === group.id);
    if (its.length === 0) return group;
    const rules = (direction: Grant["direction"]) =>
      its.filter((grant) => grant.direction === direction).reduce(withGrant, group[direction]);
    return { ...group, ingress: rules("ingress"), egress: rules("egress") };
  });
}

/** EC2 keeps one rule for the same protocol and ports. */
function withGrant(rules: readonly SecurityGroupRule[], { ports, kind, peer }: Grant): readonly SecurityGroupRule[] {
  const at = rules.findIndex((rule) => isAlike(rule, ports));
  const rule = rules[at];
  const none = { cidrs: [], prefixListIds: [], groupIds: [], descriptions: [] };
  if (rule === undefined) return [...rules, { ...none, ...ports, [kind]: [peer] }];
  return rules.with(at, { ...rule, [kind]: [...rule[kind], peer] });
}

const directions = ["ingress", "egress"] as const;

const grantsOf = (groupId: string, direction: Grant["direction"], ports: PortsOfRule, rule: SecurityGroupRule): readonly Grant[] =>
  (["cidrs", "prefixListIds", "groupIds"] as const).flatMap((kind) =>
    rule[kind].map((peer): Grant => ({ groupId, direction, ports, kind, peer })),
  );

const portsOf = ({ protocol, fromPort, toPort }: SecurityGroupRule): PortsOfRule => ({
  protocol,
  ...(fromPort === undefined ? {} : { fromPort }),
  ...(toPort === undefined ? {} : { toPort }),
});

const isAlike = (a: PortsOfRule, b: PortsOfRule): boolean =>
  a.protocol === b.protocol && a.fromPort === b.fromPort && a.toPort === b.toPort;

const keyOf = ({ groupId, direction, ports: { protocol, fromPort, toPort }, kind, peer }: Grant): string =>
  [groupId, direction, protocol, fromPort, toPort, kind, peer].join(" ");
