/** What a plan opens in AWS that was shut before: whoever carries it out asked for the contrary. */
import { publicRanges } from "../checks/endpoint/public-ranges.ts";
import type { SecurityGroup, SecurityGroupRule } from "../model/aws.ts";
import type { ClusterFacts } from "../model/cluster.ts";
import type { Settings } from "../model/settings.ts";
import { type AddressSet, difference, isCidr, isEmpty, parseFilterCidrs, toCidrs, unionOf } from "../net/addresses.ts";
import { coversAnyOf, type GroupIndex, indexGroups, type Ports } from "../net/security-group.ts";
import { loadBalancersWidened } from "./load-balancer/widened.ts";
import { type Before, newMembersOfGroups } from "./new-groups.ts";

/** In sentences. Ranges that the organization calls its own may come in the place of others at the public endpoint. */
export const widened = (before: ClusterFacts, after: ClusterFacts, settings: Pick<Settings, "trustedCidrs">): readonly string[] => [
  ...endpointWidened(before, after, settings),
  ...groupsWidened(before, after),
  ...loadBalancersWidened(before, after),
];

function endpointWidened(
  { endpoint: old }: ClusterFacts,
  { endpoint: fresh }: ClusterFacts,
  { trustedCidrs }: Pick<Settings, "trustedCidrs">,
) {
  if (old.state === "unknown" || fresh.state === "unknown" || !fresh.value.publicAccess) return [];
  if (!old.value.publicAccess) return ["It turns the public endpoint on."];
  const admitted = unionOf([publicRanges(old.value).addresses, parseFilterCidrs(trustedCidrs)]);
  const more = difference(publicRanges(fresh.value).addresses, admitted);
  return isEmpty(more) ? [] : [`It lets ${toCidrs(more).join(", ")} reach the public endpoint.`];
}

/**
 * Of groups that were there, and of those that are put in the place of others; what a controller makes anew is judged where a load
 * balancer has it. Whoever moves into a new group is let in by its name wherever one of its former groups was: nobody else has it yet.
 */
function groupsWidened(before: ClusterFacts, after: ClusterFacts): readonly string[] {
  const { securityGroups: old } = before;
  const { securityGroups: fresh } = after;
  if (old.state === "unknown" || fresh.state === "unknown") return [];
  const byId = new Map(old.value.map((group) => [group.id, group]));
  const members = newMembersOfGroups(before, after);
  const lists = indexGroups(old, before.prefixLists);
  const known = { lists, moved: new Map([...members].filter(([id]) => !byId.has(id))) };
  // To those who move into it it is as new if nobody had it, such as after a script that ended on its way.
  const had = new Set(before.networkInterfaces.state === "known" ? before.networkInterfaces.value.flatMap(({ groupIds }) => groupIds) : []);
  const toThem = { lists, moved: new Map([...members].filter(([id]) => !had.has(id))) };
  // Where nobody had it, its own rules for itself are about those who move into it alone.
  const joined = (group: SecurityGroup) => [...members].filter(([id]) => byId.has(id) && (id !== group.id || had.has(id)));
  const rulesOf = (ids: readonly string[], direction: Direction) => ids.flatMap((id) => byId.get(id)?.[direction] ?? []);
  return fresh.value.flatMap((group) => {
    const was = byId.get(group.id);
    const more =
      was === undefined
        ? []
        : [
            ...moreIn(group.ingress, was.ingress, known).map((what) => `It lets more into ${group.id}, ${what}`),
            ...joined(group).flatMap((one) =>
              reachedBy(one, group, was, lists).map((what) => `It lets those into ${group.id} who move into ${one[0]}, ${what}`),
            ),
          ];
    if (!members.has(group.id)) return more;
    const sets = members.get(group.id);
    if (sets === undefined) return [...more, `It puts ${group.id} in the place of security groups that are not known.`];
    const texts = sets.flatMap((ids) =>
      directions.flatMap((direction) =>
        moreIn(group[direction], rulesOf(ids, direction), toThem).map(
          (what) => `It lets more ${inOrOut[direction]} by ${group.id} than by the security groups in whose place it comes, ${what}`,
        ),
      ),
    );
    return [...more, ...new Set(texts)];
  });
}

/** Where the group is named, also if it was before: the ports on which the former groups of somebody who moves into it were not. */
function reachedBy([id, sets]: readonly [string, Before], group: SecurityGroup, was: SecurityGroup, lists: GroupIndex): readonly string[] {
  const without = was.ingress.map((rule) => ({ ...rule, groupIds: rule.groupIds.filter((one) => one !== id) }));
  const named = group.ingress.filter(({ groupIds }) => groupIds.includes(id));
  const alone = named.map((rule) => ({ ...rule, cidrs: [], prefixListIds: [], groupIds: [id] }));
  const strangers = sets?.filter((ids) => !ids.includes(id));
  return moreIn(alone, without, { lists, moved: new Map([[id, strangers]]) });
}

const directions = ["ingress", "egress"] as const;
type Direction = (typeof directions)[number];
const inOrOut: Readonly<Record<Direction, string>> = { ingress: "in", egress: "out" };

interface Known {
  readonly lists: GroupIndex;
  readonly moved: ReadonlyMap<string, Before>;
}

const moreIn = (rules: readonly SecurityGroupRule[], was: readonly SecurityGroupRule[], known: Known): readonly string[] =>
  rules
    .filter((rule) => !was.includes(rule) && letsInMore(rule, was, known))
    .map(({ protocol, fromPort, toPort }) => `on protocol ${protocol}, ports ${fromPort ?? "all"}-${toPort ?? "all"}.`);

const withPorts: Readonly<Record<string, "tcp" | "udp">> = { "6": "tcp", "17": "udp", tcp: "tcp", udp: "udp" };

function letsInMore(rule: SecurityGroupRule, was: readonly SecurityGroupRule[], { lists, moved }: Known): boolean {
  return piecesOf(rule, was).some((covers) => {
    const old = was.filter(covers);
    const addresses = unionOf(old.flatMap((one) => addressesOf(one, lists)));
    const isNew = (of: "groupIds" | "prefixListIds") => (id: string) => !old.some((one) => one[of].includes(id));
    const isNewGroup = isNew("groupIds");
    const hadOneOfThem = (id: string) => moved.get(id)?.every((ids) => ids.some((its) => !isNewGroup(its))) === true;
    const strange = rule.prefixListIds.filter(isNew("prefixListIds"));
    return (
      rule.groupIds.some((id) => isNewGroup(id) && !hadOneOfThem(id)) ||
      strange.some((id) => lists.prefixList(id).state === "unknown") ||
      addressesOf({ ...rule, prefixListIds: strange }, lists).some((its) => !isEmpty(difference(its, addresses)))
    );
  });
}

function addressesOf({ cidrs, prefixListIds }: SecurityGroupRule, lists: GroupIndex): readonly AddressSet[] {
  const listed = prefixListIds.map((id) => lists.prefixList(id));
  return [parseFilterCidrs(cidrs.filter(isCidr)), ...listed.flatMap((one) => (one.state === "known" ? [one.value] : []))];
}

/** Ranges of the rule's ports, so small that each older rule covers all of one or nothing; each as what tells whether it does. */
function piecesOf(rule: SecurityGroupRule, olds: readonly SecurityGroupRule[]): readonly ((old: SecurityGroupRule) => boolean)[] {
  const protocol = withPorts[rule.protocol.toLowerCase()];
  if (protocol === undefined) {
    const covers = (old: SecurityGroupRule): boolean =>
      old.protocol === "-1" ||
      (old.protocol === rule.protocol && ((old.fromPort ?? -1) < 0 || (old.fromPort === rule.fromPort && old.toPort === rule.toPort)));
    return [covers];
  }
  const [first, last] = portsOf(rule);
  const edges = [first, ...olds.flatMap((old) => [portsOf(old)[0], portsOf(old)[1] + 1])];
  const starts = new Set(edges.filter((port) => port >= first && port <= last));
  const sorted = [...starts].toSorted((a, b) => a - b);
  return sorted.map((from, i) => {
    const piece: Ports = { protocol, from, to: (sorted[i + 1] ?? last + 1) - 1 };
    return (old) => coversAnyOf(old, piece);
  });
}

const portsOf = ({ fromPort, toPort }: SecurityGroupRule): readonly [number, number] =>
  fromPort === undefined || fromPort < 0 ? [0, 65_535] : [fromPort, toPort ?? fromPort];
