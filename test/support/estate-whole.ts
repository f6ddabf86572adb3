/** The whole estate: all its parts in one cluster. */
import { ownerFacts } from "../../core/checks/load-balancer/owners.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { type Fact, known } from "../../core/model/fact.ts";
import { estateOf, type Household, households } from "./estate.ts";
import { otherParams, type WiderHousehold, widerHouseholds, wrongClasses } from "./estate-gateways.ts";

export const everyHousehold: readonly Household[] = [...households, ...widerHouseholds];

const wider = new Map<Household, WiderHousehold>(widerHouseholds.map((one) => [one, one]));
const together = <T>(fact: Fact<readonly T[]> | undefined, more: readonly T[]): Fact<readonly T[]> =>
  known([...(fact?.state === "known" ? fact.value : []), ...more]);

/** The facts of a cluster that holds these households and no other. */
export function wholeEstateOf(some: readonly Household[]): Partial<ClusterFacts> {
  const facts = estateOf(some);
  const more = some.flatMap((one) => wider.get(one) ?? []);
  return {
    ...facts,
    ingressClasses: together(facts.ingressClasses, wrongClasses),
    ingressClassParams: together(facts.ingressClassParams, otherParams),
    gateways: known(more.flatMap(({ gateways }) => gateways)),
    gatewayClasses: known(more.flatMap(({ gatewayClasses }) => gatewayClasses)),
    loadBalancerConfigurations: known(more.flatMap(({ configurations }) => configurations)),
    targetGroupBindings: known(more.flatMap(({ bindings }) => bindings)),
    targetGroups: known(more.flatMap(({ targetGroups }) => targetGroups)),
  };
}

/** What only the Kubernetes API tells of load balancers. */
export const kubernetesPlane = ownerFacts.filter((name) => name !== "targetGroups");
