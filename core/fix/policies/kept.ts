/** What a default-deny has to let through still: declared flows, DNS, and what load balancers, Ingresses and routes lead to. */
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Service } from "../../model/kubernetes.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { isCidr, parseCidrs, parseFilterCidrs } from "../../net/addresses.ts";
import { ingressControllers } from "../../net/connectivity/entrances.ts";
import { matchesPattern } from "../../net/pattern.ts";
import { controlPlaneAddresses } from "../../net/policy/api-server.ts";
import type { Direction } from "../../net/policy/model.ts";
import type { FixInput } from "../fix.ts";
import { blocksOf, familiesOf } from "./ranges.ts";
import { type Allowance, block, everyPod, type Peer, type Port } from "./terms.ts";

/** What one set of pods is let through. */
export interface Kept {
  readonly purpose: string;
  readonly pods: readonly Pod[];
  /** That all of them have. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly allow: readonly Allowance[];
  /** A declared public service leads there: everybody gets in. */
  readonly isPublic?: boolean;
}

type Flow = Settings["flows"][number];
type WorkloadEnd = Exclude<Flow["from"], { readonly cidr: string }>;

/** The flows that the configuration wants to be possible in this cluster. */
export const flowsOf = ({ cluster, settings }: Pick<FixInput, "cluster" | "settings">): readonly Flow[] =>
  settings.flows.filter((flow) => flow.expect === "allowed" && matchesPattern(flow.cluster, cluster.name));

export const isMeantBy = (end: Flow["from"], { namespace, labels }: Pod): boolean =>
  !("cidr" in end) && namespace === end.namespace && Object.entries(end.labels ?? {}).every(([key, value]) => labels[key] === value);

export const peerOf = (end: Flow["from"]): Peer => ("cidr" in end ? block(end.cidr) : podsOfEnd(end));
const podsOfEnd = ({ namespace, labels }: WorkloadEnd): Peer => ({
  namespaces: [namespace],
  pods: labels === undefined || Object.keys(labels).length === 0 ? {} : { matchLabels: labels },
});

/** The declared flows of these pods, each set of pods by itself. */
export function keptFlows(input: FixInput, direction: Direction, pods: readonly Pod[]): readonly Kept[] {
  return flowsOf(input).flatMap((flow, i) => {
    const [own, other] = direction === "ingress" ? [flow.to, flow.from] : [flow.from, flow.to];
    const its = pods.filter((pod) => isMeantBy(own, pod));
    if (its.length === 0) return [];
    return [
      { purpose: `flow-${i + 1}`, pods: its, allow: [{ peers: [peerOf(other)], ports: [{ protocol: flow.protocol, port: flow.port }] }] },
    ];
  });
}

/** The ranges at the other end of declared flows of a namespace, in the direction. */
export const declaredRanges = (input: FixInput, direction: Direction, namespace: string): readonly string[] =>
  flowsOf(input).flatMap(({ from, to }) => {
    const [own, other] = direction === "ingress" ? [to, from] : [from, to];
    return !("cidr" in own) && own.namespace === namespace && "cidr" in other ? [other.cidr] : [];
  });

/** Source: Kubernetes, "Using NodeLocal DNSCache in Kubernetes Clusters". */
const nodeLocalDns = "169.254.20.10/32";
const dnsPorts: readonly Port[] = [
  { protocol: "UDP", port: 53 },
  { protocol: "TCP", port: 53 },
];

/** Names are asked of the DNS Service, of its pods, and of what caches them on the node. */
export function keptDns({ services, pods }: ClusterFacts): Allowance {
  const dns =
    services.state === "known"
      ? services.value.find(({ namespace, name }) => namespace === "kube-system" && name === "kube-dns")
      : undefined;
  const addresses = (dns?.clusterIPs ?? []).filter(isCidr);
  const selector = dns !== undefined && Object.keys(dns.selector).length > 0 ? dns.selector : { "k8s-app": "kube-dns" };
  const isCached = pods.state === "known" && pods.value.some(({ owner }) => owner?.kind === "DaemonSet" && owner.name === "node-local-dns");
  return {
    peers: [
      { namespaces: ["kube-system"], pods: { matchLabels: selector } },
      ...blocksOf(parseCidrs(addresses), ["ipv4", "ipv6"]),
      ...(isCached ? [block(nodeLocalDns)] : []),
    ],
    ports: dnsPorts,
  };
}

/** The API server, where it is in this cluster, for pods that need it. */
export function keptApiServer({ facts, name }: FixInput["cluster"], needsIt: (pod: Pod) => boolean, pods: readonly Pod[]): readonly Kept[] {
  const its = pods.filter(needsIt);
  const found = controlPlaneAddresses(facts, name).flatMap(({ addresses }) => (addresses.state === "known" ? [addresses.value] : []));
  if (its.length === 0 || found.length === 0) return [];
  const peers = found.flatMap((addresses) => blocksOf(addresses, ["ipv4", "ipv6"]));
  return [{ purpose: "api-server", pods: its, allow: [{ peers: unique(peers), ports: [{ protocol: "TCP", port: 443 }] }] }];
}

const unique = (peers: readonly Peer[]): readonly Peer[] => [...new Map(peers.map((peer) => [JSON.stringify(peer), peer])).values()];

/**
 * Ports of pods to which Services of load balancers, Ingresses and routes of Gateways lead. Load balancers stand in the VPC; where
 * one keeps the address of who connects, the ranges that its Service names, or everybody where it is declared to be public.
 */
export function keptEntrances({ cluster, settings, readAt }: FixInput, pods: readonly Pod[]): readonly Kept[] {
  const { services, ingresses, gatewayRoutes, vpc, namespaces } = cluster.facts;
  if (services.state === "unknown") return [];
  const backends = [
    ...(ingresses.state === "known" ? ingresses.value : []).map((one) => ({ ...one, kind: "Ingress" })),
    ...(gatewayRoutes.state === "known" ? gatewayRoutes.value : []).map((one) => ({
      ...one,
      kind: "Gateway",
      hostnames: [],
    })),
  ];
  const inVpc = vpc.state === "known" ? vpc.value.cidrs : ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
  const balancersAt = balancerRanges(cluster.facts);
  const controllers = new Set(namespaces.state === "known" ? namespaces.value.map(({ name }) => name) : []);
  const today = readAt.slice(0, "2027-01-31".length);
  const isPublic = (kind: string, namespace: string, name: string): boolean =>
    settings.publicServices.some(
      (one) =>
        one.kind === kind &&
        one.namespace === namespace &&
        today <= one.expires &&
        matchesPattern(one.name, name) &&
        matchesPattern(one.cluster, cluster.name),
    );
  return services.value.flatMap((service) => {
    const leading = backends.filter(
      ({ namespace, backends: its }) => namespace === service.namespace && its.some((one) => one.service === service.name),
    );
    const isBalancer = service.type === "LoadBalancer";
    if (!isBalancer && leading.length === 0) return [];
    const its = pods.filter((pod) => leadsTo(service, pod));
    if (its.length === 0) return [];
    const families = familiesOf(its);
    const isOpen =
      isPublic("Service", service.namespace, service.name) || leading.some(({ kind, namespace, name }) => isPublic(kind, namespace, name));
    const hostnames = [...(isBalancer ? service.hostnames : []), ...leading.flatMap((one) => one.hostnames)];
    const ranges = isOpen
      ? families.map((one) => (one === "ipv4" ? "0.0.0.0/0" : "::/0"))
      : [...(balancersAt(hostnames) ?? inVpc), ...service.loadBalancerSourceRanges.filter(isNarrow)];
    const inCluster = leading.length === 0 ? [] : ingressControllers.filter(({ namespace }) => controllers.has(namespace));
    const peers: readonly Peer[] = [
      ...blocksOf(parseFilter(ranges), families),
      { nodes: true },
      ...inCluster.map(({ namespace, labels }): Peer => ({ namespaces: [namespace], pods: { matchLabels: labels } })),
    ];
    const ports = service.ports.map(({ protocol, port, targetPort }): Port => ({ protocol, port: targetPort ?? port }));
    return [{ purpose: `to-${service.name}`, pods: its, labels: service.selector, allow: [{ peers, ports }], isPublic: isOpen }];
  });
}

/** The subnets of the load balancers of these names, where all of them send to pods themselves: else nodes may pass on what they send. */
function balancerRanges({
  loadBalancers,
  targetGroups,
  subnets,
}: ClusterFacts): (hostnames: readonly string[]) => readonly string[] | undefined {
  if (loadBalancers.state === "unknown" || targetGroups.state === "unknown" || subnets.state === "unknown") return () => undefined;
  return (hostnames) => {
    const its = loadBalancers.value.filter(({ dnsName }) => hostnames.includes(dnsName));
    const groups = targetGroups.value.filter(({ loadBalancerArns }) => its.some(({ arn }) => loadBalancerArns.includes(arn)));
    if (its.length < hostnames.length || groups.length === 0 || groups.some(({ targetType }) => targetType !== "ip")) return undefined;
    const ids = new Set(its.flatMap(({ subnetIds }) => subnetIds));
    const ranges = subnets.value.filter(({ id }) => ids.has(id)).flatMap(({ cidrs }) => cidrs);
    return ranges.length === 0 ? undefined : ranges;
  };
}

const parseFilter = (cidrs: readonly string[]) => parseFilterCidrs(cidrs.filter(isCidr));
const isNarrow = (cidr: string): boolean => isCidr(cidr) && !cidr.endsWith("/0");

const leadsTo = ({ namespace, selector }: Service, pod: Pod): boolean =>
  pod.namespace === namespace &&
  Object.keys(selector).length > 0 &&
  Object.entries(selector).every(([key, value]) => pod.labels[key] === value);

export const everywhereInCluster: Allowance = { peers: [everyPod] };
