/** A pool's security groups, narrowed until none of its nodes is open any more. */
import type { ClusterFacts } from "../../model/cluster.ts";
import { known } from "../../model/fact.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import type { AddressSet } from "../../net/addresses.ts";
import { isUp, type Machine } from "../../net/nodes/machines.ts";
import { poolsOf } from "../../net/nodes/pools.ts";
import { indexGroups, type Ports } from "../../net/security-group.ts";
import { aboutOf, type FixInput } from "../fix.ts";
import { narrowedRules, replacing, type Source, sourcesOn } from "../narrowed-rules.ts";

export interface Closing {
  /** The ports of a machine to close. */
  readonly ports: (machine: Machine) => readonly Ports[];
  /** With these facts: an interface of the machine that is open. */
  readonly openOn: (facts: ClusterFacts) => (machine: Machine) => NetworkInterface | undefined;
  /** Of the sources that an open interface lets in, those to take out. */
  readonly strangers: (sources: readonly Source[]) => readonly Source[];
  /** Of the strangers' addresses, those that stay. */
  readonly keep: AddressSet;
}

export interface Closed {
  readonly commands: readonly string[];
  readonly after: ClusterFacts;
  readonly notes: readonly string[];
  /** As the rules write them. */
  readonly strangers: readonly string[];
  readonly groupIds: readonly string[];
}

/** Answers why the pool can't be closed by its groups, where it can't. */
export function closedPool(input: FixInput, { ports, openOn, strangers, keep }: Closing): Closed | { readonly none: string } {
  let after = input.cluster.facts;
  const commands: string[] = [];
  const notes = new Set<string>();
  const [texts, groupIds] = [new Set<string>(), new Set<string>()];
  for (;;) {
    const { securityGroups, prefixLists } = after;
    const machines = poolsOf(after, input.cluster.resource).pools.find(
      ({ resource }) => resource.id === input.finding.resource.id,
    )?.machines;
    if (machines === undefined || securityGroups.state === "unknown") return { none: "The nodes or their security groups were not read." };
    const openInterface = openOn(after);
    const open = machines
      .filter(isUp)
      .flatMap((machine) => {
        const target = openInterface(machine);
        return target === undefined ? [] : [{ machine, target }];
      })
      .at(0);
    if (open === undefined) {
      return commands.length === 0
        ? { none: untold }
        : { commands, after, notes: [...notes], strangers: [...texts], groupIds: [...groupIds] };
    }
    const its = ports(open.machine);
    const out = strangers(sourcesOn(open.target.groupIds, its, indexGroups(securityGroups, prefixLists)));
    const written = out.find(({ rule }) => rule.descriptions.some((text) => isControllers.test(text)));
    if (written !== undefined) return { none: controllersOwn(written) };
    const { groups, commands: more, notes: lost } = narrowedRules(out, its, keep, aboutOf(input));
    if (groups.length === 0) return { none: untold };
    commands.push(...more);
    for (const note of lost) notes.add(note);
    for (const { text, group } of out) {
      texts.add(text);
      groupIds.add(group.id);
    }
    after = { ...after, securityGroups: known(replacing(securityGroups.value, groups)) };
  }
}

const untold = "No rule of the nodes' security groups was found that lets the sources in.";

/** Source: kubernetes/cloud-provider-aws, aws_loadbalancer.go; kubernetes-sigs/aws-load-balancer-controller, targetgroupbinding networking. */
const isControllers = /^(?:kubernetes\.io\/rule\/nlb\/|elbv2\.k8s\.aws\/targetGroupBinding)/;
const controllersOwn = ({ group, text }: Source): string =>
  `The rule of ${group.id} that lets in ${text} is written by the controller of a load balancer without security groups, and comes back when it is revoked: restrict or make internal that load balancer first.`;
