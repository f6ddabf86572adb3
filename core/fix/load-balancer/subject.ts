/** Whose load balancers a finding is about, and the facts that tell. */
import type { LoadBalancer, SecurityGroup } from "../../model/aws.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { known, mapFact } from "../../model/fact.ts";
import type { Ownership } from "../../net/load-balancer/owner.ts";
import type { DeclaredSources } from "../../net/load-balancer/source-ranges.ts";
import { type Subject, subjectsOf } from "../../net/load-balancer/subjects.ts";
import { type GroupIndex, indexGroups } from "../../net/security-group.ts";
import type { FixInput } from "../fix.ts";
import { replacing } from "../narrowed-rules.ts";

/** The owner, or the load balancer without one, as these facts have it. */
export function subjectIn(facts: ClusterFacts, { cluster, finding }: FixInput): Subject | undefined {
  if (facts.loadBalancers.state === "unknown") return undefined;
  const { subjects } = subjectsOf(facts.loadBalancers.value, facts, cluster.resource);
  return subjects.find(({ resource }) => resource.id === finding.resource.id);
}

export const groupsIn = ({ securityGroups, prefixLists }: ClusterFacts): GroupIndex => indexGroups(securityGroups, prefixLists);

/** The facts with one load balancer changed. */
export const withLoadBalancer = (facts: ClusterFacts, arn: string, rest: Partial<LoadBalancer>): ClusterFacts => ({
  ...facts,
  loadBalancers: mapFact(facts.loadBalancers, (all) => all.map((one) => (one.arn === arn ? { ...one, ...rest } : one))),
});

export const withGroups = (facts: ClusterFacts, groups: readonly SecurityGroup[]): ClusterFacts => ({
  ...facts,
  securityGroups: mapFact(facts.securityGroups, (all) => replacing(all, groups)),
});

/** A group that a controller makes, of which nobody knows the id beforehand. */
export function withNewGroup(facts: ClusterFacts, group: SecurityGroup): ClusterFacts {
  const { securityGroups } = facts;
  return { ...facts, securityGroups: securityGroups.state === "known" ? known([...securityGroups.value, group]) : securityGroups };
}

export const isInternetFacing = ({ loadBalancer }: Ownership): boolean => loadBalancer.scheme === "internet-facing";

/** What is declared on the ports of the listeners; of one that has none, what is asked of all. */
export const portsIn = ({ listeners }: LoadBalancer): readonly number[] => {
  const ports = listeners.state === "known" ? listeners.value.map(({ port }) => port) : [];
  return ports.length > 0 ? ports : [-1];
};

export const ownGroupsNamed = (sourcesOn: (port: number) => DeclaredSources, loadBalancer: LoadBalancer): boolean =>
  portsIn(loadBalancer).some((port) => sourcesOn(port).ownGroups !== undefined);
