/** What stands behind a load balancer's listeners: the target groups that they forward to. */
import type { Listener, LoadBalancer, TargetGroup } from "../../model/aws.ts";
import { type Fact, known, unknown } from "../../model/fact.ts";

export interface TargetIndex {
  readonly group: (arn: string) => Fact<TargetGroup>;
}

export function indexTargets(groups: Fact<readonly TargetGroup[]>): TargetIndex {
  const byArn = new Map((groups.state === "known" ? groups.value : []).map((group) => [group.arn, group]));
  return {
    group: (arn) => {
      if (groups.state === "unknown") return groups;
      const group = byArn.get(arn);
      return group === undefined ? unknown("not-found", `Target group ${arn} is none of the VPC's.`) : known(group);
    },
  };
}

/** The groups that the listener's actions and rules forward to. A classic load balancer has none. */
export function groupsBehind({ type }: LoadBalancer, { actions, port }: Listener, index: TargetIndex): Fact<readonly TargetGroup[]> {
  if (type === "classic") return known([]);
  if (actions === undefined) return unknown("not-supported", `What the listener on port ${port} does was not read.`);
  if (actions.state === "unknown") return actions;
  const found: TargetGroup[] = [];
  for (const arn of new Set(actions.value.flatMap(({ targetGroupArns }) => targetGroupArns))) {
    const group = index.group(arn);
    if (group.state === "unknown") return group;
    found.push(group.value);
  }
  return known(found);
}

/** Protocols of which targets always see the client's address. Source: Elastic Load Balancing user guide, "Client IP preservation". */
const alwaysPreserved: ReadonlySet<string> = new Set(["UDP", "TCP_UDP", "QUIC", "TCP_QUIC"]);

/** Whether targets of the group see the client's address rather than the load balancer's. */
export const preservesClientAddress = ({ name, protocol, preservesClientIp }: TargetGroup): Fact<boolean> =>
  alwaysPreserved.has(protocol.toUpperCase()) ? known(true) : (preservesClientIp ?? notAsked(name));

const notAsked = (name: string) =>
  unknown("depends-on-unknown", `Whether target group ${name} preserves clients' addresses decided nothing when it was read.`);

/** Whether every target behind a network load balancer's listener sees the client's address. False where those of one group do not. */
export function clientAddressesKept(loadBalancer: LoadBalancer, listener: Listener, index: TargetIndex): Fact<boolean> {
  const groups = groupsBehind(loadBalancer, listener, index);
  if (groups.state === "unknown") return groups;
  const answers = groups.value.map(preservesClientAddress);
  if (answers.some((answer) => answer.state === "known" && !answer.value)) return known(false);
  return answers.find(({ state }) => state === "unknown") ?? known(true);
}

/** The transports that targets of the group are spoken to by: either, for a protocol that is not listed. Source: Elastic Load Balancing API, ProtocolEnum. */
export function transportsOf({ protocol }: Pick<TargetGroup, "protocol">): readonly ("tcp" | "udp")[] {
  if (/^(?:TCP|TLS|SSL|HTTP|HTTPS)$/i.test(protocol)) return ["tcp"];
  return /^(?:UDP|QUIC)$/i.test(protocol) ? ["udp"] : ["tcp", "udp"];
}
