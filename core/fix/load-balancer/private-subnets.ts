/** Subnets for internal load balancers. */
import { asksFor } from "../../checks/shell.ts";
import type { LoadBalancer } from "../../model/aws.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { mapFact } from "../../model/fact.ts";
import { hasInternetGateway } from "../../net/reach/routes.ts";
import { indexSubnets } from "../../net/reach/subnet.ts";
import type { Step } from "../steps.ts";
import { withLoadBalancer } from "./subject.ts";

/** Where an internal load balancer belongs: subnets that are known, or some that only people know. */
export type PrivateSubnets = { readonly ids: readonly string[] } | { readonly variable: string };

const variable = "PRIVATE_SUBNETS";
const standIn = "subnet-stand-in";

/**
 * Subnets without a route to an internet gateway, one in each zone, of the zones that it is in where they have any. Undefined where
 * it lies in such subnets already, or where nothing says that it does not. An application load balancer needs two.
 */
export function privateSubnetsFor({ subnetIds, type }: LoadBalancer, facts: ClusterFacts): PrivateSubnets | undefined {
  const index = indexSubnets(facts);
  const isPublic = (id: string): boolean => {
    const table = index.routeTable(id);
    return table.state === "known" && hasInternetGateway(table.value);
  };
  if (!subnetIds.some(isPublic)) return undefined;
  const all = facts.subnets.state === "known" ? facts.subnets.value : [];
  const fit = all.filter(({ id }) => index.routeTable(id).state === "known" && !isPublic(id));
  const own = new Set(all.filter(({ id }) => subnetIds.includes(id)).map(({ availabilityZone }) => availabilityZone));
  const inZones = fit.filter(({ availabilityZone }) => own.has(availabilityZone));
  const least = type === "application" ? 2 : 1;
  for (const some of [inZones, fit]) {
    const byZone = new Map(some.toReversed().map(({ availabilityZone, id }) => [availabilityZone, id]));
    if (byZone.size >= least) return { ids: [...byZone.values()].toSorted() };
  }
  return { variable };
}

/** What has to be said before, and what the facts are with the load balancer in the subnets. */
export function movedInto(
  subnets: PrivateSubnets | undefined,
  { arn }: LoadBalancer,
): { readonly ask: readonly Step[]; readonly moved: readonly Step[] } {
  if (subnets === undefined) return { ask: [], moved: [] };
  if ("ids" in subnets) {
    const { ids } = subnets;
    const notes = [`No route leads from ${ids.join(", ")} to an internet gateway: see whether they are meant for load balancers too.`];
    return { ask: [], moved: [{ change: (facts) => withLoadBalancer(facts, arn, { subnetIds: ids }), notes }] };
  }
  return {
    ask: [
      {
        asks: [asksFor(variable, "the ids of subnets without a route to an internet gateway, separated by commas")],
        notes: [`No such subnets are known of the VPC: make them first where it has none. Proved with the stand-in ${standIn}.`],
      },
    ],
    moved: [{ change: (facts) => withStandIn(withLoadBalancer(facts, arn, { subnetIds: [standIn] })) }],
  };
}

const withStandIn = (facts: ClusterFacts): ClusterFacts => ({
  ...facts,
  routeTables: mapFact(facts.routeTables, (all) =>
    all.some(({ subnetIds }) => subnetIds.includes(standIn))
      ? all
      : [...all, { id: "rtb-stand-in", vpcId: all[0]?.vpcId ?? "", isMain: false, subnetIds: [standIn], routes: [] }],
  ),
});

/** An annotation that names the subnets, with its value or the variable that holds it. */
export function subnetsAnnotation(key: string, subnets: PrivateSubnets | undefined) {
  if (subnets === undefined) return { annotations: {}, variables: {} };
  return "ids" in subnets
    ? { annotations: { [key]: subnets.ids.join(",") }, variables: {} }
    : { annotations: {}, variables: { [key]: subnets.variable } };
}
