/**
 * A second, slow way to tell what Cilium's policies say, flow by flow, from the objects as they are written. It shares no line with
 * core/net.
 */
import type { CiliumEgressRule, CiliumIngressRule, CiliumPolicy } from "../../core/model/cilium-policy.ts";
import type { LabelSelector, NetworkPolicy } from "../../core/model/network-policy.ts";
import {
  inBlock,
  type NaiveCluster,
  type NaiveEnd,
  type NaiveFlow,
  type NaiveLabels,
  naiveVerdict,
  nodeOf,
  selects,
} from "./naive-policy.ts";

type Direction = "ingress" | "egress";
type Holds = "yes" | "no" | "perhaps";
const namespaceKey = "io.kubernetes.pod.namespace";
const labelsPrefix = "io.cilium.k8s.namespace.labels.";

/** Whether the flow is let through on one side: at most, and at least. */
export function naiveCilium(
  cluster: NaiveCluster,
  policies: readonly CiliumPolicy[],
  networkPolicies: readonly NetworkPolicy[],
  direction: Direction,
  flow: NaiveFlow,
  blocksMeanNodes = false,
): { readonly atMost: boolean; readonly atLeast: boolean } {
  const [subject, other] = direction === "ingress" ? [flow.to, flow.from] : [flow.from, flow.to];
  if (typeof subject === "string") return { atMost: true, atLeast: true };
  const plain = (localCluster: boolean) =>
    naiveVerdict(cluster, networkPolicies, { blocksMeanPods: false, isCilium: true, localCluster, blocksMeanNodes }, direction, flow);
  const answers: { readonly denies: boolean; readonly holds: Holds }[] = [];
  let isIsolated = plain(false) !== "next";
  for (const { namespace, spec: rule } of policies) {
    if (!rule?.endpointSelector || (namespace !== undefined && namespace !== subject.namespace)) continue;
    if (!selects(bare(rule.endpointSelector), labelsOf(cluster, subject))) continue;
    const [allows, denies] = direction === "ingress" ? [rule.ingress, rule.ingressDeny] : [rule.egress, rule.egressDeny];
    if ((rule.enableDefaultDeny?.[direction] ?? true) && (allows?.length || denies?.length)) isIsolated = true;
    const holds = (one: CiliumIngressRule & CiliumEgressRule): Holds =>
      ruleHolds(cluster, namespace, one, { other, flow, blocksMeanNodes });
    for (const one of allows ?? []) answers.push({ denies: false, holds: holds(one) });
    for (const one of denies ?? []) answers.push({ denies: true, holds: holds(one) });
  }
  const denials = answers.filter(({ denies }) => denies);
  const allowed = answers.filter(({ denies }) => !denies);
  return {
    atMost:
      !denials.some(({ holds }) => holds === "yes") &&
      (!isIsolated || plain(false) === "allow" || allowed.some(({ holds }) => holds !== "no")),
    atLeast:
      denials.every(({ holds }) => holds === "no") &&
      (!isIsolated || plain(true) === "allow" || allowed.some(({ holds }) => holds === "yes")),
  };
}

const labelsOf = (cluster: NaiveCluster, end: Exclude<NaiveEnd, string>): NaiveLabels => ({
  ...end.labels,
  ...Object.fromEntries(Object.entries(cluster.namespaces[end.namespace] ?? {}).map(([key, value]) => [labelsPrefix + key, value])),
  [`${labelsPrefix}kubernetes.io/metadata.name`]: end.namespace,
  "io.cilium.k8s.policy.serviceaccount": end.serviceAccount ?? "default",
  [namespaceKey]: end.namespace,
});

const bareKey = (key: string): string => (key.startsWith("k8s:") || key.startsWith("any:") ? key.slice(4) : key);
const bare = ({ matchLabels, matchExpressions }: LabelSelector): LabelSelector => ({
  matchLabels: Object.fromEntries(Object.entries(matchLabels ?? {}).map(([key, value]) => [bareKey(key), value])),
  matchExpressions: (matchExpressions ?? []).map((one) => ({ ...one, key: bareKey(one.key) })),
});

function endpointsHold(cluster: NaiveCluster, namespace: string | undefined, selector: LabelSelector, end: NaiveEnd): boolean {
  const plain = bare(selector);
  const keys = [...Object.keys(plain.matchLabels ?? {}), ...(plain.matchExpressions ?? []).map(({ key }) => key)];
  const labels = typeof end === "string" ? {} : labelsOf(cluster, end);
  const place = labels[namespaceKey];
  if (!keys.includes(namespaceKey)) {
    if (namespace === undefined && place === undefined) return false;
    if (namespace !== undefined && !keys.some((key) => key.startsWith(labelsPrefix)) && place !== namespace) return false;
  }
  return selects(plain, labels);
}

function ruleHolds(
  cluster: NaiveCluster,
  namespace: string | undefined,
  rule: CiliumIngressRule & CiliumEgressRule,
  asked: { readonly other: NaiveEnd; readonly flow: NaiveFlow; readonly blocksMeanNodes: boolean },
): Holds {
  const { other, flow, blocksMeanNodes } = asked;
  const { node, address } = typeof other === "string" ? nodeOf(other) : { node: undefined, address: "" };
  const isNoPod = typeof other === "string";
  const isOutside = isNoPod && node === undefined;
  const byBlock = (cidr: string, except: readonly string[] = []): Holds => {
    if (!isNoPod || (node !== undefined && !blocksMeanNodes)) return "no";
    if (node !== undefined && cidr.endsWith("/0")) return "perhaps";
    return inBlock(address, cidr) && !except.some((one) => inBlock(address, one)) ? "yes" : "no";
  };
  const peers: Holds[] = [];
  const lists = [
    rule.fromEndpoints,
    rule.toEndpoints,
    rule.fromCIDR,
    rule.toCIDR,
    rule.fromCIDRSet,
    rule.toCIDRSet,
    rule.fromEntities,
    rule.toEntities,
    rule.toFQDNs,
  ];
  const anyone = lists.every((list) => list === undefined);
  for (const one of rule.fromEndpoints ?? rule.toEndpoints ?? [])
    if (endpointsHold(cluster, namespace, one, other)) peers.push(isNoPod ? "perhaps" : "yes");
  for (const cidr of rule.fromCIDR ?? rule.toCIDR ?? []) peers.push(byBlock(cidr));
  for (const { cidr, except } of rule.fromCIDRSet ?? rule.toCIDRSet ?? []) peers.push(byBlock(cidr ?? "", except ?? []));
  for (const entity of rule.fromEntities ?? rule.toEntities ?? []) {
    if (entity === "all" || entity === (isOutside ? "world" : "cluster")) peers.push("yes");
    if (node === "own" && entity === "host") peers.push("yes");
    if (node === "other" && entity === "remote-node") peers.push("yes");
    // On EKS it runs on no node.
    if (isOutside && entity === "kube-apiserver") peers.push("perhaps");
  }
  if (rule.toFQDNs && (isOutside || (node !== undefined && blocksMeanNodes))) peers.push("perhaps");
  const who: Holds = anyone || peers.includes("yes") ? "yes" : peers.includes("perhaps") ? "perhaps" : "no";

  const ports = (rule.toPorts ?? []).map(({ ports: list, rules }): Holds => {
    const holds = (list ?? []).some(({ port, endPort, protocol }) => {
      if (protocol && protocol !== "ANY" && protocol !== flow.protocol) return false;
      if (port === "0") return true;
      if (port && /^\d+$/.test(port)) return flow.port >= Number(port) && flow.port <= (endPort ?? Number(port));
      return (
        typeof flow.to !== "string" &&
        flow.to.ports.some((one) => one.name === port && one.protocol === flow.protocol && one.port === flow.port)
      );
    });
    return holds ? (rules ? "perhaps" : "yes") : "no";
  });
  if (anyone && ports.length === 0) return "no";
  const which: Holds = ports.length === 0 || ports.includes("yes") ? "yes" : ports.includes("perhaps") ? "perhaps" : "no";
  return who === "no" || which === "no" ? "no" : who === "yes" && which === "yes" ? "yes" : "perhaps";
}
