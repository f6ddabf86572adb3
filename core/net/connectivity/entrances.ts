/** What Ingresses and routes of Gateways lead to, as far as policies admit whatever serves them. */
import { allAddresses, intersection, isEmpty, parseCidrs } from "../addresses.ts";
import type { Workload } from "../policy/connections.ts";
import { decide, selecting } from "../policy/decide.ts";
import { Decisions } from "../policy/decisions.ts";
import type { PodClass, PolicyModel, Rule } from "../policy/model.ts";
import { stretchesOf } from "../policy/outside.ts";
import { commonPorts, eitherPorts, isNone, noPorts, type PortSet, type Protocol, portsOf, portsText } from "../policy/port-set.ts";
import { namespaceLabels } from "../workloads/ends.ts";
import type { Allowed, Estate } from "./model.ts";

export interface Entrances {
  readonly allowed: readonly Allowed[];
  /** One sentence for each that leads to where policies admit nothing of the kind, or to nothing. */
  readonly remarks: readonly string[];
}

/** One Service port that an Ingress or a route leads to. */
interface Backend {
  /** Kind, namespace and name of the Ingress or route. */
  readonly by: string;
  readonly namespace: string;
  readonly service: string;
  /** Undefined: every one. */
  readonly port?: number | string;
  readonly protocol: Protocol;
}

/** The workloads that can be reached through an Ingress or a Gateway, on the ports of their pods. */
export function entrances(
  estate: Pick<Estate, "services" | "ingresses" | "routes" | "namespaces">,
  ends: readonly Workload[],
  model: PolicyModel,
): Entrances {
  const services = new Map(estate.services.map((service) => [`${service.namespace}/${service.name}`, service]));
  const inNamespace = Map.groupBy(ends, ({ namespace }) => namespace);
  const admitted = admission(estate, ends, model);
  const found = new Map<Workload, PortSet>();
  const remarks: string[] = [];
  for (const { by, namespace, service: name, port, protocol } of backendsOf(estate)) {
    const service = services.get(`${namespace}/${name}`);
    if (service === undefined) {
      remarks.push(`${by} leads to Service ${namespace}/${name}, which was not found.`);
      continue;
    }
    const ports = service.ports.filter(
      (one) => one.protocol === protocol && (port === undefined || port === one.port || port === one.name),
    );
    const selector = Object.entries(service.selector);
    const isSelected = ({ labels }: PodClass): boolean =>
      selector.length > 0 && selector.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
    for (const end of inNamespace.get(namespace) ?? []) {
      for (const pod of end.pods.filter(isSelected)) {
        const target = ports.map((one) => portsAt(pod, one.protocol, one.targetPort ?? one.port)).reduce(eitherPorts, noPorts);
        const open = commonPorts(target, admitted(pod));
        if (!isNone(open)) found.set(end, eitherPorts(found.get(end) ?? noPorts, open));
        else if (!isNone(target)) {
          remarks.push(
            `${by} leads to ${end.namespace}/${end.name} on ${portsText(target)}, where policies admit no ingress controller that is known.`,
          );
        }
      }
    }
  }
  return {
    allowed: [...found].map(([to, ports]) => ({ from: { ingressController: true }, to, ports })),
    remarks: [...new Set(remarks)],
  };
}

function backendsOf({ ingresses, routes }: Pick<Estate, "ingresses" | "routes">): readonly Backend[] {
  return [
    ...ingresses.flatMap(({ namespace, name, backends }) =>
      backends.map((backend): Backend => ({ by: `Ingress ${namespace}/${name}`, namespace, protocol: "TCP", ...backend })),
    ),
    ...routes.flatMap(({ kind, namespace, name, backends }) =>
      backends.map(
        (backend): Backend => ({ by: `${kind} ${namespace}/${name}`, protocol: kind === "UDPRoute" ? "UDP" : "TCP", ...backend }),
      ),
    ),
  ];
}

/** A Service's target at a pod: a number, or whatever the pod calls so. */
const portsAt = ({ namedPorts }: PodClass, protocol: Protocol, target: number | string): PortSet =>
  typeof target === "number"
    ? portsOf(protocol, target, target)
    : namedPorts
        .filter((one) => one.name === target && one.protocol === protocol)
        .map(({ port }) => portsOf(protocol, port, port))
        .reduce(eitherPorts, noPorts);

/**
 * Where ingress controllers run by their own instructions, and their pods' labels. What serves an Ingress need not be among the
 * objects, so these are taken to exist.
 */
export const ingressControllers: readonly { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }[] = [
  { namespace: "ingress-nginx", labels: { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller" } },
  { namespace: "nginx-ingress", labels: { app: "nginx-ingress", "app.kubernetes.io/name": "nginx-ingress" } },
  { namespace: "traefik", labels: { "app.kubernetes.io/name": "traefik" } },
  { namespace: "kong", labels: { "app.kubernetes.io/name": "kong", "app.kubernetes.io/component": "app" } },
  { namespace: "haproxy-controller", labels: { "app.kubernetes.io/name": "kubernetes-ingress" } },
  { namespace: "projectcontour", labels: { app: "envoy", "app.kubernetes.io/name": "contour" } },
  { namespace: "istio-ingress", labels: { app: "istio-ingressgateway", istio: "ingressgateway" } },
  { namespace: "istio-system", labels: { app: "istio-ingressgateway", istio: "ingressgateway" } },
  { namespace: "envoy-gateway-system", labels: { "app.kubernetes.io/name": "envoy" } },
];

/** An AWS load balancer has addresses of its VPC: private ones (RFC 1918, RFC 6598), or IPv6. */
const ofLoadBalancers = {
  ...parseCidrs(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]),
  ipv6: allAddresses.ipv6,
};

/** The ports of a pod to which policies admit a controller of any kind: a pod that nothing is known of, a known one, or a load balancer. */
function admission({ namespaces }: Pick<Estate, "namespaces">, ends: readonly Workload[], model: PolicyModel): (pod: PodClass) => PortSet {
  const labelsOf = namespaceLabels(namespaces);
  const nobody = { namedPorts: [], addresses: { ipv4: [], ipv6: [] } };
  const places = new Set(ingressControllers.map(({ namespace }) => namespace));
  const sources: readonly PodClass[] = [
    { ...nobody, namespace: "", labels: {}, namespaceLabels: {} },
    ...ingressControllers.map(({ namespace, labels }) => ({ ...nobody, namespace, labels, namespaceLabels: labelsOf(namespace) })),
    ...ends.filter(({ namespace }) => places.has(namespace)).flatMap(({ pods }) => pods),
  ];
  const known = new Map<PodClass, PortSet>();
  return (pod) => {
    const before = known.get(pod);
    if (before !== undefined) return before;
    const selected = selecting(model, pod, "ingress");
    const admits = (isMeant: (rule: Rule) => boolean): PortSet =>
      decide({ direction: "ingress", selected, isMeant, namedPorts: pod.namedPorts }).atMost;
    const fromPods = sources.map((source) =>
      admits(({ peers }) => peers === undefined || peers.pods.some(({ matches }) => matches(source))),
    );
    const decisions = new Decisions();
    const rules = selected.flatMap(({ policies }) => policies.flatMap(({ ingress = [] }) => ingress));
    const fromOutside = stretchesOf(rules, (isMeant) => decisions.numberOf({ atLeast: noPorts, atMost: admits(isMeant) }))
      .filter(({ family, range }) => !isEmpty(intersection({ ipv4: [], ipv6: [], [family]: [range] }, ofLoadBalancers)))
      .map(({ decision }) => decisions.get(decision).atMost);
    const ports = [...fromPods, ...fromOutside].reduce(eitherPorts, noPorts);
    known.set(pod, ports);
    return ports;
  };
}
