/**
 * Ports by name in ingress rules as VPC CNI looks them up: at every pod that the policy selects, and what it finds is let in on each
 * of them. Towards blocks and everybody controllers of before April 2024 dropped names, and which one a cluster has can't be told.
 * Source: aws/amazon-network-policy-controller-k8s pkg/resolvers/endpoints.go (getIngressRulesPorts), pull request 92.
 */
import { isEmpty } from "../addresses.ts";
import { matchedPorts } from "./decide.ts";
import { entriesOf } from "./entries.ts";
import type { PodClass, Policy, Rule } from "./model.ts";
import { eitherPorts, isNone, noPorts } from "./port-set.ts";

/**
 * ClusterNetworkPolicies with what their ingress rules say of ports by name, of which is not known which are looked up: controllers
 * look in one namespace alone, where the policy may select pods of many. It may be the port of any of them, or none.
 * Source: aws/amazon-network-policy-controller-k8s pkg/resolvers/clusternetworkpolicy_resolver.go.
 */
export function perhapsByName(policies: readonly Policy[], pods: readonly PodClass[]): readonly Policy[] {
  return policies.map((policy) => {
    const { ingress, subject } = policy;
    if (!ingress?.some(({ ports }) => ports !== undefined && ports.names.length > 0)) return policy;
    const named = pods.filter(subject.matches).flatMap(({ namedPorts }) => namedPorts);
    return {
      ...policy,
      ingress: ingress.flatMap((rule): readonly Rule[] => {
        if (rule.ports === undefined || rule.ports.names.length === 0) return [rule];
        const { names, numbers } = rule.ports;
        const found = matchedPorts({ ...rule, ports: { names, numbers: noPorts } }, named);
        const byName: Rule = {
          ...rule,
          partly: "where VPC CNI's controller looks ports up by name",
          ports: { names, numbers: found },
          entries: [...(rule.entries ?? []), ...entriesOf(found).map((entry) => `${rule.name} ${entry}`)],
        };
        return isNone(numbers) ? [byName] : [{ ...rule, ports: { names: [], numbers } }, byName];
      }),
    };
  });
}

/** The policies with the ports that pods of theirs lend to each other by a name. */
export function lendingNames(policies: readonly Policy[], pods: readonly PodClass[]): readonly Policy[] {
  const byNamespace = Map.groupBy(
    pods.filter(({ namedPorts }) => namedPorts.length > 0),
    ({ namespace }) => namespace,
  );
  return policies.map((policy) => {
    const { ingress, subject } = policy;
    if (!ingress?.some(({ ports }) => ports !== undefined && ports.names.length > 0)) return policy;
    const near = subject.namespace === undefined ? pods : (byNamespace.get(subject.namespace) ?? []);
    const named = near.filter(subject.matches).flatMap(({ namedPorts }) => namedPorts);
    return {
      ...policy,
      ingress: ingress.flatMap((rule): readonly Rule[] => {
        if (rule.ports === undefined || rule.ports.names.length === 0) return [rule];
        const found = matchedPorts(rule, named);
        if (isNone(found)) return [rule];
        const isCertain = rule.peers !== undefined && isEmpty(rule.peers.outside);
        const byName = matchedPorts({ ...rule, ports: { ...rule.ports, numbers: noPorts } }, named);
        const lent = { ...rule, entries: [...(rule.entries ?? []), ...entriesOf(byName)] };
        if (isCertain) return [{ ...lent, ports: { ...rule.ports, numbers: eitherPorts(rule.ports.numbers, found) } }];
        return [rule, { ...lent, partly: "the version of VPC CNI's controller", ports: { numbers: found, names: [] } }];
      }),
    };
  });
}
