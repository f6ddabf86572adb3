/** A default-deny for exactly the open pods of a namespace, with what must go on. */
import { isolationIn } from "../../checks/pod-network/judge-isolation.ts";
import { sidesIn } from "../../checks/pod-network/judge-namespaces.ts";
import type { Pod } from "../../model/workloads.ts";
import { type Effective, effectivePolicies } from "../../net/policy/effective.ts";
import type { Direction } from "../../net/policy/model.ts";
import { commonPorts, isNone, portsOf } from "../../net/policy/port-set.ts";
import { engineSettings } from "../../net/policy/translation.ts";
import { apiClients } from "../../net/rbac/api-clients.ts";
import { aboutOf, type Fix, type FixInput } from "../fix.ts";
import { applied, type ManifestObject } from "../manifests.ts";
import { rewritten } from "../policies/denied.ts";
import { dialectFor } from "../policies/dialect.ts";
import { isolated } from "../policies/isolated.ts";
import { judgedFacts, nothingFails, notRead } from "../policies/judged.ts";
import { type Kept, keptApiServer, keptDns, keptEntrances, keptFlows } from "../policies/kept.ts";
import { type Inside, narrowedOpener } from "../policies/openers.ts";
import { keptForPublicServices } from "../policies/public-pods.ts";
import { familiesOf, insideRanges } from "../policies/ranges.ts";

export const denyByDefault =
  (direction: Direction): Fix =>
  (input) => {
    const facts = judgedFacts(input.cluster.facts);
    if (facts === undefined) return notRead;
    const { settings, finding } = input;
    const namespace = finding.resource.name;
    const { failing, others } = sidesIn(isolationIn(direction, { facts, settings, about: aboutOf(input) }), namespace);
    if (failing.length === 0) return nothingFails;
    const spoken = dialectFor(input.cluster.facts, failing);
    if ("none" in spoken) return spoken;
    const effective = effectivePolicies(facts);
    const openersOf = (pod: Pod): readonly string[] => effective.of(pod)?.openers(direction) ?? [];
    const free = failing.filter((pod) => openersOf(pod).length === 0);
    const closed = others.filter((pod) => effective.of(pod)?.isolation(direction).state === "yes");
    const spared = others.filter((pod) => !closed.includes(pod));
    const kept = free.length === 0 ? [] : keptFor(input, direction, free, effective);
    const fresh =
      free.length === 0
        ? { manifests: [], notes: [] }
        : isolated(input.cluster.facts, spoken.dialect, {
            purpose: `deny-${direction}`,
            namespace,
            direction,
            pods: free,
            spared,
            closed: [...closed, ...failing.filter((pod) => !free.includes(pod))],
            kept,
          });
    if ("none" in fresh) return fresh;
    const inside: Inside = {
      addresses: insideRanges(input.cluster.facts, settings.trustedCidrs, settings.internet),
      families: familiesOf(failing),
      limits: settings.internet,
    };
    const openers = [...new Set(failing.flatMap(openersOf))];
    const mended: ManifestObject[] = [];
    for (const opener of openers) {
      const less = narrowedOpener(input.cluster.facts, opener, [direction], inside);
      if (less === undefined)
        return {
          none: `${opener} lets everybody through in a way that is not written anew here: name in its rules the peers that are needed.`,
        };
      mended.push(less);
    }
    const manifests = [...fresh.manifests, ...mended, ...(direction === "ingress" ? keptForPublicServices(input, openers) : [])];
    const what = direction === "ingress" ? "connections that load balancers, Ingresses and declared flows bring" : "DNS and declared flows";
    return {
      plan: {
        summary:
          free.length === 0
            ? `Takes the internet out of what lets everybody through to pods of namespace ${namespace}.`
            : `Isolates ${free.length} pods of namespace ${namespace} for ${direction}, and keeps ${what}.`,
        commands: [],
        manifests,
        after: applied(input.cluster.facts, manifests),
        notes: [
          ...fresh.notes,
          ...openers.map(rewritten),
          ...(free.length === 0
            ? []
            : ["Every other connection of these pods is cut: declare under flows what has to go on, and make the plan again."]),
        ],
      },
    };
  };

function keptFor(input: FixInput, direction: Direction, pods: readonly Pod[], effective: Effective): readonly Kept[] {
  if (direction === "ingress") return [...keptFlows(input, direction, pods), ...keptEntrances(input, pods), ...keptProbes(input, pods)];
  const { roles, roleBindings } = input.cluster.facts;
  const needsApi = apiClients({ roles, roleBindings }, input.settings.apiClients);
  const asking = pods.filter(asksDns(input, effective));
  return [
    ...(asking.length === 0 ? [] : [{ purpose: "dns", pods: asking, allow: [keptDns(input.cluster.facts)] }]),
    ...keptFlows(input, direction, pods),
    ...keptApiServer(input.cluster, (pod) => needsApi(pod) !== false, pods),
  ];
}

/** Every engine lets a node reach its own pods, and the kubelet probe them, unless Cilium is told that it needs a policy for it. */
function keptProbes({ cluster: { facts } }: FixInput, pods: readonly Pod[]): readonly Kept[] {
  const isNeeded = engineSettings(facts.networkSettings).cilium?.localhostNeedsPolicy === true;
  return isNeeded ? [{ purpose: "probes", pods, allow: [{ peers: [{ nodes: true }] }] }] : [];
}

/** A policy that lets through goes before a baseline that denies: what cannot ask now is not let through to it. */
function asksDns({ cluster }: FixInput, effective: Effective): (pod: Pod) => boolean {
  const all = cluster.facts.pods.state === "known" ? cluster.facts.pods.value : [];
  const servers = all
    .filter(({ namespace, labels }) => namespace === "kube-system" && labels["k8s-app"] === "kube-dns")
    .flatMap(effective.classesOf);
  return (pod) => {
    const subject = effective.of(pod);
    if (subject === undefined || servers.length === 0) return true;
    return servers.some((one) => !isNone(commonPorts(subject.side("egress", { pod: one }).atMost, dns)));
  };
}
const dns = portsOf("UDP", 53, 53);
