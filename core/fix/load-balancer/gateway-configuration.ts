/** Where a Gateway's settings are written so that they hold. */
import { quoted, quotedJson } from "../../checks/shell.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { known, mapFact } from "../../model/fact.ts";
import type { Gateway, LoadBalancerConfiguration } from "../../model/gateway.ts";
import type { NoSteps, Step } from "../steps.ts";

/** Those that facts hold. */
const kept = ["scheme", "sourceRanges", "securityGroups", "securityGroupPrefixes", "disableSecurityGroup"] as const;

/** Fields as the API names them and as facts do; null takes a field away. */
export type GatewayChange = Readonly<Partial<Record<(typeof kept)[number] | "loadBalancerSubnets", unknown>>>;

/**
 * The class's configuration wins where it says something of the field, unless it prefers the Gateway's; else the Gateway's own, else
 * the class's. A Gateway without any gets one.
 */
export function configureGateway(facts: ClusterFacts, gateway: Gateway, change: GatewayChange): readonly Step[] | NoSteps {
  const { loadBalancerConfigurations: all, gatewayClasses } = facts;
  if (all.state === "unknown" || gatewayClasses.state === "unknown") return { none: "The configurations of Gateways were not read." };
  const its = gatewayClasses.value.find(({ name }) => name === gateway.className);
  const find = (reference: Gateway["parameters"], namespace: string): LoadBalancerConfiguration | undefined =>
    reference && all.value.find((one) => one.name === reference.name && one.namespace === namespace);
  const own = find(gateway.parameters, gateway.namespace);
  const ofClass = find(its?.parameters, its?.parameters?.namespace ?? "");
  const classDecides =
    ofClass !== undefined && ofClass.mergingMode !== "prefer-gateway" && Object.keys(change).some((key) => key in ofClass);
  const target = classDecides ? ofClass : (own ?? ofClass);
  if (target === undefined) return create(gateway, all.value, change);
  return [
    {
      commands: [
        `kubectl --namespace ${quoted(target.namespace)} patch loadbalancerconfigurations.gateway.k8s.aws ${quoted(target.name)} --type merge --patch ${quotedJson({ spec: change })}`,
      ],
      change: (before) => ({
        ...before,
        loadBalancerConfigurations: mapFact(before.loadBalancerConfigurations, (list) =>
          list.map((one) => (one.name === target.name && one.namespace === target.namespace ? merged(one, change) : one)),
        ),
      }),
      notes:
        target === ofClass
          ? [`LoadBalancerConfiguration ${target.namespace}/${target.name} holds for every Gateway of class ${gateway.className}.`]
          : [],
    },
  ];
}

function merged(one: LoadBalancerConfiguration, change: GatewayChange): LoadBalancerConfiguration {
  const told = Object.fromEntries(Object.entries(change).filter(([field]) => kept.some((name) => name === field)));
  const entries = Object.entries({ ...one, ...told }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as LoadBalancerConfiguration; // the fields that are named are of the type that it gives to them
}

function create(
  { namespace, name, parameters }: Gateway,
  others: readonly LoadBalancerConfiguration[],
  change: GatewayChange,
): readonly Step[] | NoSteps {
  if (parameters !== undefined) return { none: `Gateway ${namespace}/${name} names a configuration that does not exist.` };
  // To apply would change it for whoever else names it.
  if (others.some((one) => one.name === name && one.namespace === namespace)) {
    return {
      none: `A LoadBalancerConfiguration ${namespace}/${name} that Gateway ${namespace}/${name} does not name is there already: let the Gateway name one of its own first (spec.infrastructure.parametersRef).`,
    };
  }
  const spec = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null));
  const reference = { group: "gateway.k8s.aws", kind: "LoadBalancerConfiguration", name };
  return [
    {
      manifests: [{ apiVersion: "gateway.k8s.aws/v1beta1", kind: "LoadBalancerConfiguration", metadata: { name, namespace }, spec }],
      commands: [
        `kubectl --namespace ${quoted(namespace)} patch gateway ${quoted(name)} --type merge --patch ${quotedJson({ spec: { infrastructure: { parametersRef: reference } } })}`,
      ],
      change: (facts) => ({
        ...facts,
        gateways: mapFact(facts.gateways, (all) =>
          all.map((one) => (one.name === name && one.namespace === namespace ? { ...one, parameters: reference } : one)),
        ),
        loadBalancerConfigurations:
          facts.loadBalancerConfigurations.state === "known"
            ? known([...facts.loadBalancerConfigurations.value, merged({ namespace, name, uid: "" }, spec)])
            : facts.loadBalancerConfigurations,
      }),
    },
  ];
}
