import type { About } from "../../model/check.ts";
import { coversAnyOf, type GroupIndex, type Ports } from "../../net/security-group.ts";
import { revokeIngress } from "../ec2-commands.ts";

const mostCommands = 10;

export interface Revocation {
  readonly groups: GroupIndex;
  /** Each a single port. */
  readonly ports: readonly Ports[];
  /** Whether a rule is not to admit this block. */
  readonly isUnwanted: (cidr: string) => boolean;
  readonly about: About;
}

/** Commands that take blocks out of the groups' rules. Only of rules about these ports alone: a wider one may be there for others as well. */
export function revocations(groupIds: readonly string[], { groups, ports, isUnwanted, about }: Revocation): readonly string[] {
  const commands = groupIds.flatMap((id) => {
    const group = groups.group(id);
    if (group.state === "unknown") return [];
    return group.value.ingress.flatMap((rule) => {
      const isNarrow = rule.fromPort !== undefined && rule.fromPort === rule.toPort && ports.some((port) => coversAnyOf(rule, port));
      const cidrs = isNarrow ? rule.cidrs.filter(isUnwanted) : [];
      return cidrs.length === 0 ? [] : [revokeIngress(about, id, rule, { cidrs, prefixListIds: [] })];
    });
  });
  return commands.slice(0, mostCommands);
}
