/** What a plan opens at load balancers that were there: one that is new is judged by the checks alone. */
import type { LoadBalancer } from "../../model/aws.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { reachOf } from "../../net/load-balancer/sources.ts";
import { letsInNoMoreThan, nobody } from "../../net/security-group.ts";
import { groupsIn } from "./subject.ts";

/** In sentences. A rule that is added to a group of an unchanged one is told where the group is. */
export function loadBalancersWidened(before: ClusterFacts, after: ClusterFacts): readonly string[] {
  const { loadBalancers: old } = before;
  const { loadBalancers: fresh } = after;
  if (old.state === "unknown" || fresh.state === "unknown") return [];
  const byArn = new Map(old.value.map((one) => [one.arn, one]));
  return fresh.value.flatMap((one) => {
    const was = byArn.get(one.arn);
    if (was === undefined || was === one) return [];
    return [...schemeWidened(was, one), ...sourcesWidened({ of: was, facts: before }, { of: one, facts: after })];
  });
}

const schemeWidened = (was: LoadBalancer, { name, scheme }: LoadBalancer): readonly string[] =>
  was.scheme === "internal" && scheme !== "internal" ? [`It turns load balancer ${name} to the internet.`] : [];

interface Side {
  readonly of: LoadBalancer;
  readonly facts: ClusterFacts;
}

/** By other groups, by none in their place, or by a listener that was not there. */
function sourcesWidened(old: Side, fresh: Side): readonly string[] {
  const was = listenersOf(old);
  return listenersOf(fresh)
    .filter(({ port, admission }) => letsInNoMoreThan(admission, was.find((one) => one.port === port)?.admission ?? nobody) !== "yes")
    .map(({ port }) => `It lets others than today reach load balancer ${fresh.of.name} on port ${port}.`);
}

/** Of listeners that were not read: whom it lets in on any port, if they have it. */
function listenersOf({ of, facts }: Side) {
  const { listeners, anyPort } = reachOf(of, groupsIn(facts));
  return listeners.state === "known"
    ? listeners.value.map(({ listener, admission }) => ({ port: listener.port, admission }))
    : [{ port: "any", admission: anyPort }];
}
