/** Rules of security groups with some sources taken from some ports, and nothing else changed. */
import { changeIngress, type Permission } from "../checks/ec2-commands.ts";
import type { SecurityGroup, SecurityGroupRule } from "../model/aws.ts";
import type { About } from "../model/check.ts";
import { type AddressSet, intersection, isCidr, parseFilterCidrs, toCidrs } from "../net/addresses.ts";
import { coversAnyOf, type GroupIndex, type Ports } from "../net/security-group.ts";
import { portsBeside } from "./rule-ports.ts";

/** One source that a rule lets in: a block, or a prefix list. */
export interface Source {
  readonly group: SecurityGroup;
  readonly rule: SecurityGroupRule;
  readonly kind: "cidr" | "prefix list";
  /** As the rule writes it. */
  readonly text: string;
  /** Of a prefix list that was not read: none. */
  readonly addresses: AddressSet;
}

/** Every source that the groups let in on any of the ports. */
export function sourcesOn(groupIds: readonly string[], ports: readonly Ports[], index: GroupIndex): readonly Source[] {
  return groupIds.flatMap((id) => {
    const group = index.group(id);
    if (group.state === "unknown") return [];
    return group.value.ingress
      .filter((rule) => ports.some((range) => coversAnyOf(rule, range)))
      .flatMap((rule): readonly Source[] => [
        ...rule.cidrs
          .filter(isCidr)
          .map((text) => ({ group: group.value, rule, kind: "cidr" as const, text, addresses: parseFilterCidrs([text]) })),
        ...rule.prefixListIds.flatMap((text): readonly Source[] => {
          const entries = index.prefixList(text);
          return entries.state === "unknown"
            ? []
            : [{ group: group.value, rule, kind: "prefix list" as const, text, addresses: entries.value }];
        }),
      ]);
  });
}

export interface Narrowed {
  /** The groups that change, as they are afterwards. */
  readonly groups: readonly SecurityGroup[];
  /** What is let in comes before what is taken out. */
  readonly commands: readonly string[];
  /** What is lost beside the ports. */
  readonly notes: readonly string[];
}

/** @param keep of the sources' addresses, those that stay on the ports as well */
export function narrowedRules(sources: readonly Source[], ports: readonly Ports[], keep: AddressSet, about: About): Narrowed {
  const groups = [...new Set(sources.map(({ group }) => group))];
  const changed = groups.map((group) => {
    const its = sources.filter((one) => one.group === group);
    const out = its.map(asPermission);
    const left = without(group.ingress, out);
    const fresh = its
      .flatMap((source) => [...besides(source, ports), ...kept(source, ports, keep)])
      .flatMap((permission) => missingIn(left, permission));
    const unique = merged(fresh);
    const commands = [
      ...(unique.length === 0 ? [] : [changeIngress(about, "authorize", group.id, unique)]),
      changeIngress(about, "revoke", group.id, merged(out)),
    ];
    return { group: { ...group, ingress: withMore(left, unique) }, commands };
  });
  return {
    groups: changed.map(({ group }) => group),
    commands: changed.flatMap(({ commands }) => commands),
    notes: lostProtocols(sources),
  };
}

/** A rule for all protocols can't be written without some ports. */
function lostProtocols(sources: readonly Source[]): readonly string[] {
  const ids = [...new Set(sources.filter(({ rule }) => rule.protocol === "-1").map(({ group }) => group.id))];
  if (ids.length === 0) return [];
  return [
    `A rule of ${ids.join(", ")} is for all protocols, and is written anew for TCP, UDP and ICMP: its sources lose every other protocol, such as ESP, GRE, SCTP or IP in IP.`,
  ];
}

/** All the groups, with these in the place of those of the same id. */
export const replacing = (all: readonly SecurityGroup[], changed: readonly SecurityGroup[]): readonly SecurityGroup[] =>
  all.map((group) => changed.find(({ id }) => id === group.id) ?? group);

const asPermission = ({ rule, kind, text }: Source): Permission => ({
  ...portsOf(rule),
  cidrs: kind === "cidr" ? [text] : [],
  prefixListIds: kind === "prefix list" ? [text] : [],
});
const portsOf = ({ protocol, fromPort, toPort }: SecurityGroupRule | Permission): Omit<Permission, "cidrs" | "prefixListIds"> => ({
  protocol,
  ...(fromPort === undefined ? {} : { fromPort }),
  ...(toPort === undefined ? {} : { toPort }),
});

/** All entries of a prefix list are of one family. */
const familyOf = ({ addresses }: Source): "ipv4" | "ipv6" => (addresses.ipv4.length === 0 ? "ipv6" : "ipv4");

/** The source as it was, on all that the rule is about but the ports. */
const besides = (source: Source, ports: readonly Ports[]): readonly Permission[] =>
  portsBeside(source.rule, ports, [familyOf(source)]).map((piece) => ({ ...asPermission(source), ...piece }));

/** Absent ports, and -1, mean all of them. */
const rangeOf = ({ fromPort = -1, toPort = fromPort }: SecurityGroupRule): readonly [number, number] =>
  fromPort < 0 ? [0, 65_535] : [fromPort, toPort];

/** Those of the source who stay, on the ports that the rule is about: they lose nothing. */
function kept(source: Source, ports: readonly Ports[], keep: AddressSet): readonly Permission[] {
  const cidrs = toCidrs(intersection(source.addresses, keep));
  const { rule } = source;
  return ports.flatMap((range): readonly Permission[] => {
    if (!coversAnyOf(rule, range)) return [];
    if (range.protocol === "sctp") return [{ protocol: rule.protocol === "-1" ? "132" : rule.protocol, cidrs, prefixListIds: [] }];
    const [first, last] = rangeOf(rule);
    const part = { fromPort: Math.max(range.from, first), toPort: Math.min(range.to, last) };
    return [{ protocol: range.protocol, ...part, cidrs, prefixListIds: [] }];
  });
}

const isAlike = (a: SecurityGroupRule | Permission, b: SecurityGroupRule | Permission): boolean =>
  a.protocol === b.protocol && a.fromPort === b.fromPort && a.toPort === b.toPort;

/** EC2 keeps one rule for the same protocol and ports, and takes it away with its last source. */
function without(rules: readonly SecurityGroupRule[], out: readonly Permission[]): readonly SecurityGroupRule[] {
  return rules.flatMap((rule) => {
    const its = out.filter((one) => isAlike(one, rule));
    const cidrs = rule.cidrs.filter((cidr) => !its.some((one) => one.cidrs.includes(cidr)));
    const prefixListIds = rule.prefixListIds.filter((id) => !its.some((one) => one.prefixListIds.includes(id)));
    return cidrs.length + prefixListIds.length + rule.groupIds.length === 0 ? [] : [{ ...rule, cidrs, prefixListIds }];
  });
}

/** EC2 refuses a source that the rule lets in already. */
function missingIn(rules: readonly SecurityGroupRule[], permission: Permission): readonly Permission[] {
  const its = rules.filter((rule) => isAlike(rule, permission));
  const cidrs = permission.cidrs.filter((cidr) => !its.some((rule) => rule.cidrs.includes(cidr)));
  const prefixListIds = permission.prefixListIds.filter((id) => !its.some((rule) => rule.prefixListIds.includes(id)));
  return cidrs.length + prefixListIds.length === 0 ? [] : [{ ...permission, cidrs, prefixListIds }];
}

function merged(permissions: readonly Permission[]): readonly Permission[] {
  const all: Permission[] = [];
  for (const one of permissions) {
    const at = all.findIndex((other) => isAlike(other, one));
    const other = all[at];
    if (other === undefined) all.push(one);
    else
      all[at] = {
        ...other,
        cidrs: [...new Set([...other.cidrs, ...one.cidrs])],
        prefixListIds: [...new Set([...other.prefixListIds, ...one.prefixListIds])],
      };
  }
  return all;
}

const withMore = (rules: readonly SecurityGroupRule[], more: readonly Permission[]): readonly SecurityGroupRule[] => [
  ...rules.map((rule) => {
    const its = more.filter((one) => isAlike(one, rule));
    return {
      ...rule,
      cidrs: [...rule.cidrs, ...its.flatMap(({ cidrs }) => cidrs)],
      prefixListIds: [...rule.prefixListIds, ...its.flatMap(({ prefixListIds }) => prefixListIds)],
    };
  }),
  ...more.filter((one) => !rules.some((rule) => isAlike(rule, one))).map((one) => ({ ...one, groupIds: [], descriptions: [] })),
];
