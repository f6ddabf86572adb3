/**
 * A second, slow way to tell what policies for whole clusters say, flow by flow: every outcome that they may have. It shares no line
 * with core/net.
 */
import type {
  AdminNetworkPolicy,
  ClusterNetworkPolicy,
  ClusterPolicyPeer,
  ClusterPolicyRule,
} from "../../core/model/cluster-network-policy.ts";
import { inBlock, type NaiveCluster, type NaiveEnd, type NaiveFlow, type NaivePod, selects } from "./naive-policy.ts";

/** What a tier may say of a flow. */
export type Outcome = "allow" | "deny" | "next";
type ClusterPolicy = AdminNetworkPolicy | ClusterNetworkPolicy;

/** `isAws`: at the same priority a deny beats an accept beats a pass. Otherwise any policy of the same priority may decide. */
export function naiveOutcomes(
  cluster: NaiveCluster,
  policies: readonly ClusterPolicy[],
  tier: "Admin" | "Baseline",
  isAws: boolean,
  direction: "ingress" | "egress",
  flow: NaiveFlow,
): ReadonlySet<Outcome> {
  const [subject, other] = direction === "ingress" ? [flow.to, flow.from] : [flow.from, flow.to];
  if (typeof subject === "string") return new Set(["next"]);
  const ours = policies.filter((policy) => tierOf(policy) === tier && podsHold(cluster, policy.spec.subject, subject));
  const outcomes = new Set<Outcome>();
  const priorities = [...new Set(ours.map((policy) => policy.spec.priority ?? 0))].sort((a, b) => a - b);
  for (const priority of priorities) {
    const here = ours.filter((policy) => (policy.spec.priority ?? 0) === priority);
    // Each policy says allow, deny or next, or nothing; of each, everything that it may say.
    const said = here.map((policy) => {
      const rules: readonly ClusterPolicyRule[] = (direction === "ingress" ? policy.spec.ingress : policy.spec.egress) ?? [];
      const verdicts = rules.map((rule) => ({ action: rule.action, holds: ruleHolds(cluster, rule, other, isAws, flow) }));
      return isAws ? bestOf(verdicts) : firstOf(verdicts);
    });
    if (isAws) {
      // All rules of one priority are one pool.
      let mayBeNothing = true;
      for (const wanted of ["deny", "allow", "next"] as const) {
        if (!mayBeNothing) break;
        if (said.some((one) => one.may.has(wanted))) outcomes.add(wanted);
        if (said.some((one) => one.must.has(wanted))) mayBeNothing = false;
      }
      if (!mayBeNothing) return outcomes;
    } else {
      for (const { may } of said) for (const one of may) outcomes.add(one);
      if (said.some(({ must }) => must.size > 0)) return outcomes;
    }
  }
  return outcomes.add("next");
}

interface Said {
  readonly may: ReadonlySet<Outcome>;
  readonly must: ReadonlySet<Outcome>;
}
type Holds = "yes" | "no" | "perhaps";
type Verdict = { readonly action: string; readonly holds: Holds };
const outcomeOf = (action: string): Outcome => (action === "Pass" ? "next" : action === "Deny" ? "deny" : "allow");

function firstOf(verdicts: readonly Verdict[]): Said {
  const may = new Set<Outcome>();
  for (const { action, holds } of verdicts) {
    if (holds !== "no") may.add(outcomeOf(action));
    if (holds === "yes") return { may, must: new Set([outcomeOf(action)]) };
  }
  return { may, must: new Set() };
}

const bestOf = (verdicts: readonly Verdict[]): Said => ({
  may: new Set(verdicts.filter(({ holds }) => holds !== "no").map(({ action }) => outcomeOf(action))),
  must: new Set(verdicts.filter(({ holds }) => holds === "yes").map(({ action }) => outcomeOf(action))),
});

const tierOf = (policy: ClusterPolicy): string =>
  "kind" in policy ? (policy.kind === "AdminNetworkPolicy" ? "Admin" : "Baseline") : policy.spec.tier;

function podsHold(cluster: NaiveCluster, { namespaces, pods }: Pick<ClusterPolicyPeer, "namespaces" | "pods">, pod: NaivePod): boolean {
  const labels = { ...cluster.namespaces[pod.namespace], "kubernetes.io/metadata.name": pod.namespace };
  if (namespaces) return selects(namespaces, labels);
  return !!pods && selects(pods.namespaceSelector ?? {}, labels) && selects(pods.podSelector ?? {}, pod.labels);
}

function ruleHolds(cluster: NaiveCluster, rule: ClusterPolicyRule, other: NaiveEnd, isAws: boolean, flow: NaiveFlow): Holds {
  const peers: readonly ClusterPolicyPeer[] = ("from" in rule ? rule.from : "to" in rule ? rule.to : []) ?? [];
  const [certainly, asNames] = [portsHold(rule, flow, isAws), hasNames(rule) || portsHold(rule, flow, isAws)];
  // AWS drops ports by name towards networks, and with them a rule that has no others.
  const numbers = (rule.ports ?? []).filter(({ namedPort }) => !namedPort);
  // Which pods AWS looks names up at, for ports to come in on, is not known.
  const isByName =
    isAws && "from" in rule && hasNames(rule) && !(numbers.length > 0 && portsHold({ ...rule, ports: numbers }, flow, isAws));
  const asNumbers = certainly && (!hasNames(rule) || (numbers.length > 0 && portsHold({ ...rule, ports: numbers }, flow, isAws)));
  let answer: Holds = "no";
  for (const peer of peers) {
    const isPod = typeof other !== "string" && (peer.namespaces || peer.pods) && podsHold(cluster, peer, other);
    const isAddress = peer.networks?.some((cidr) => inBlock(typeof other === "string" ? other : other.ip, cidr)) ?? false;
    if ((isPod || isAddress) && certainly && isByName) answer = "perhaps";
    else if (isPod && certainly) return "yes";
    else if (isAddress && (isAws ? asNumbers : certainly)) return "yes";
    if (peer.nodes && typeof other === "string" && certainly) answer = "perhaps";
    if (peer.domainNames && asNames) answer = "perhaps";
  }
  return answer;
}

const hasNames = ({ ports, protocols }: ClusterPolicyRule): boolean =>
  (ports ?? []).some(({ namedPort }) => namedPort) || (protocols ?? []).some(({ destinationNamedPort }) => destinationNamedPort);

function portsHold({ ports, protocols }: ClusterPolicyRule, { to, protocol, port }: NaiveFlow, isAws: boolean): boolean {
  if (!ports?.length && !protocols?.length) return true;
  const isNamed = (name: string | null | undefined): boolean =>
    !!name &&
    (!isAws || protocol === "TCP") &&
    typeof to !== "string" &&
    to.ports.some((one) => one.name === name && one.protocol === protocol && one.port === port);
  const byPort = (ports ?? []).some(({ portNumber, portRange, namedPort }) => {
    if (portNumber && (portNumber.protocol ?? "TCP") === protocol && portNumber.port === port) return true;
    if (portRange && (portRange.protocol ?? "TCP") === protocol && port >= portRange.start && port <= portRange.end) return true;
    return isNamed(namedPort);
  });
  const byProtocol = (protocols ?? []).some(({ tcp, udp, sctp, destinationNamedPort }) => {
    const match = protocol === "TCP" ? tcp : protocol === "UDP" ? udp : sctp;
    const wanted = match?.destinationPort;
    if (match && !wanted) return true;
    if (wanted?.number && wanted.number === port) return true;
    if (wanted?.range && port >= wanted.range.start && port <= wanted.range.end) return true;
    return isNamed(destinationNamedPort);
  });
  return byPort || byProtocol;
}
