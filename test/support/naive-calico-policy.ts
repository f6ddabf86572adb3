/**
 * A second, slow way to tell what Calico's policies say, flow by flow, from the objects as they are written. What a selector
 * expression means is told by whoever wrote it. It shares no line with core/net.
 */
import type { CalicoEntity, CalicoNetworkSet, CalicoPolicy, CalicoRule, CalicoTier } from "../../core/model/calico-policy.ts";
import { inBlock, type NaiveCluster, type NaiveEnd, type NaiveFlow, type NaiveLabels } from "./naive-policy.ts";

export type Meaning = (labels: NaiveLabels, isInNamespace: boolean) => boolean;
export interface NaiveCalico {
  readonly cluster: NaiveCluster;
  readonly policies: readonly CalicoPolicy[];
  readonly tiers: readonly CalicoTier[];
  readonly networkSets: readonly CalicoNetworkSet[];
  /** By the text of an expression. */
  readonly meanings: ReadonlyMap<string, Meaning>;
}
type Outcome = "allow" | "deny";

/** What may become of a flow on one side: both where it depends on HTTP or the source's port. */
export function naiveCalico(given: NaiveCalico, direction: "ingress" | "egress", flow: NaiveFlow): ReadonlySet<Outcome> {
  const subject = direction === "ingress" ? flow.to : flow.from;
  const outcomes = new Set<Outcome>();
  if (typeof subject === "string") return outcomes.add("allow");
  const tiers = [...given.tiers, { name: "default", order: 1e6, defaultAction: "Deny" as const }].sort(
    (a, b) => (a.order ?? 1e9) - (b.order ?? 1e9),
  );
  for (const tier of tiers) {
    const here = given.policies
      .filter(({ spec }) => (spec.tier ?? "default") === tier.name && typesOf(spec).includes(direction))
      .filter((policy) => isSubject(given, policy, subject))
      .sort((a, b) => (a.spec.order ?? 1e9) - (b.spec.order ?? 1e9) || (a.name < b.name ? -1 : 1));
    if (here.length === 0) continue;
    let mayPass = false;
    let isOpen = true;
    for (const policy of here) {
      for (const rule of (direction === "ingress" ? policy.spec.ingress : policy.spec.egress) ?? []) {
        if (!isOpen || rule.action === "Log" || !holds(given, policy, rule, direction, flow)) continue;
        if (rule.action === "Pass") mayPass = true;
        else outcomes.add(rule.action === "Allow" ? "allow" : "deny");
        if (!rule.http && !(rule.source?.ports ?? []).length) isOpen = false;
      }
    }
    if (isOpen && tier.defaultAction === "Deny") outcomes.add("deny");
    if (!mayPass && !(isOpen && tier.defaultAction === "Pass")) return outcomes;
  }
  return outcomes.add("allow");
}

function typesOf({ types, ingress, egress }: CalicoPolicy["spec"]): readonly string[] {
  if (types && types.length > 0) return types.map((type) => type.toLowerCase());
  if (!egress || egress.length === 0) return ["ingress"];
  return ingress && ingress.length > 0 ? ["ingress", "egress"] : ["egress"];
}

function isSubject(given: NaiveCalico, { namespace, spec }: CalicoPolicy, end: NaiveEnd): boolean {
  if (typeof end === "string") return false;
  if (namespace !== undefined && namespace !== end.namespace) return false;
  if (spec.selector && !meant(given, spec.selector, endpointLabels(end), true)) return false;
  return (
    namespace !== undefined || !spec.namespaceSelector || meant(given, spec.namespaceSelector, namespaceLabels(given, end.namespace), true)
  );
}

const meant = ({ meanings }: NaiveCalico, text: string, labels: NaiveLabels, isInNamespace: boolean): boolean => {
  const meaning = meanings.get(text);
  if (meaning === undefined) throw new Error(`Nobody said what ${text} means.`);
  return meaning(labels, isInNamespace);
};

const endpointLabels = (end: Exclude<NaiveEnd, string>): NaiveLabels => ({
  ...end.labels,
  "projectcalico.org/namespace": end.namespace,
  "projectcalico.org/orchestrator": "k8s",
  "projectcalico.org/serviceaccount": end.serviceAccount ?? "default",
});
const namespaceLabels = ({ cluster }: NaiveCalico, name: string): NaiveLabels => ({
  ...cluster.namespaces[name],
  "kubernetes.io/metadata.name": name,
  "projectcalico.org/name": name,
});

function holds(given: NaiveCalico, policy: CalicoPolicy, rule: CalicoRule, direction: "ingress" | "egress", flow: NaiveFlow): boolean {
  const other = direction === "ingress" ? flow.from : flow.to;
  const { protocol, notProtocol, ipVersion } = rule;
  if (protocol && String(protocol).toUpperCase() !== flow.protocol) return false;
  if (notProtocol && String(notProtocol).toUpperCase() === flow.protocol) return false;
  if (ipVersion && (typeof other === "string" ? other : other.ip).includes(":") !== (ipVersion === 6)) return false;
  const { ports, notPorts } = rule.destination ?? {};
  const isPort = (port: number | string): boolean => {
    const [from, to] = String(port).split(":").map(Number);
    if (from !== undefined && !Number.isNaN(from)) return flow.port >= from && flow.port <= (to ?? from);
    return (
      typeof flow.to !== "string" &&
      flow.to.ports.some((one) => one.name === port && one.protocol === flow.protocol && one.port === flow.port)
    );
  };
  if (ports && ports.length > 0 && !ports.some(isPort)) return false;
  if (notPorts?.some(isPort)) return false;
  return entityHolds(given, policy, rule.source ?? {}, flow.from) && entityHolds(given, policy, rule.destination ?? {}, flow.to);
}

function entityHolds(given: NaiveCalico, { namespace }: CalicoPolicy, entity: CalicoEntity, end: NaiveEnd): boolean {
  const { nets, notNets, selector, notSelector, namespaceSelector, serviceAccounts } = entity;
  const address = typeof end === "string" ? end : end.ip;
  if (nets && nets.length > 0 && !nets.some((net) => inBlock(address, net))) return false;
  if (notNets?.some((net) => inBlock(address, net))) return false;
  const names = serviceAccounts?.names ?? [];
  /** Whether something of these labels is selected. */
  const isSelected = (labels: NaiveLabels, place: string | undefined): boolean => {
    if (selector && !meant(given, selector, labels, place !== undefined)) return false;
    if (names.length > 0 && !names.includes(labels["projectcalico.org/serviceaccount"] ?? "")) return false;
    if (namespaceSelector)
      return meant(given, namespaceSelector, place === undefined ? {} : namespaceLabels(given, place), place !== undefined);
    return namespace === undefined || place === namespace;
  };
  const isRefused = (labels: NaiveLabels, place: string | undefined): boolean =>
    !!notSelector && meant(given, notSelector, labels, place !== undefined);
  const candidates = given.networkSets
    .filter((set) => set.nets.some((net) => inBlock(address, net)))
    .map((set) => ({
      labels: set.namespace === undefined ? set.labels : { ...set.labels, "projectcalico.org/namespace": set.namespace },
      place: set.namespace,
    }));
  const all = typeof end === "string" ? candidates : [...candidates, { labels: endpointLabels(end), place: end.namespace }];
  if (all.some(({ labels, place }) => isRefused(labels, place))) return false;
  const asks = selector || names.length > 0 || namespaceSelector || (notSelector && namespace !== undefined);
  return !asks || all.some(({ labels, place }) => isSelected(labels, place));
}
