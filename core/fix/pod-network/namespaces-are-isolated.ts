import { sidesIn } from "../../checks/pod-network/judge-namespaces.ts";
import { fromOtherNamespaces } from "../../checks/pod-network/namespaces-are-isolated.ts";
import type { Pod } from "../../model/workloads.ts";
import { noAddresses, parseCidrs } from "../../net/addresses.ts";
import { ingressControllers } from "../../net/connectivity/entrances.ts";
import { isSystemNamespace } from "../../net/workloads/system-namespaces.ts";
import { aboutOf, type Fix, type FixInput } from "../fix.ts";
import { applied } from "../manifests.ts";
import { denied, policiesIn, rewritten, selects, type Written } from "../policies/denied.ts";
import { dialectFor } from "../policies/dialect.ts";
import { isolated } from "../policies/isolated.ts";
import { judgedFacts, nothingFails, notRead } from "../policies/judged.ts";
import { flowsOf, keptEntrances, keptFlows } from "../policies/kept.ts";
import { narrowedTo, speaksOf } from "../policies/narrow.ts";

/** Pods of other namespaces are cut, but for those of the system, of ingress controllers, and of declared flows. */
export const fixNamespacesAreIsolated: Fix = (input) => {
  const { cluster, settings, finding } = input;
  const facts = judgedFacts(cluster.facts);
  if (facts === undefined) return notRead;
  const namespace = finding.resource.name;
  const { failing, others } = sidesIn(fromOtherNamespaces(facts, settings, aboutOf(input)), namespace);
  if (failing.length === 0) return nothingFails;
  const spoken = dialectFor(cluster.facts, failing);
  if ("none" in spoken) return spoken;
  const welcome = [...new Set([namespace, ...welcomeTo(namespace, input)])].sort();
  const written =
    spoken.dialect.denies || spoken.dialect.engine === "cilium"
      ? denied(cluster.facts, spoken.dialect, {
          purpose: "no-other-namespaces",
          direction: "ingress",
          groups: [{ namespace, pods: failing, others }],
          peers: [{ namespaces: { notIn: welcome }, pods: {} }],
          otherwise: [],
          takenOut: { addresses: noAddresses },
        })
      : byNetworkPolicies(input, failing, others, welcome);
  if ("none" in written) return written;
  const { manifests, notes } = written;
  return {
    plan: {
      summary: `Keeps pods of other namespaces from ${failing.length} pods of namespace ${namespace}.`,
      commands: [],
      manifests,
      after: applied(cluster.facts, manifests),
      notes: [...notes, `Pods of ${welcome.join(", ")} still come in: declare under flows who else has to, and make the plan again.`],
    },
  };
};

/** They can't deny: pods that no policy selects are isolated but for who is welcome, and rules that mean every namespace name these. */
function byNetworkPolicies(
  input: FixInput,
  failing: readonly Pod[],
  others: readonly Pod[],
  welcome: readonly string[],
): Written | { readonly none: string } {
  const { facts } = input.cluster;
  const namespace = input.finding.resource.name;
  const there = policiesIn(facts, namespace).filter(({ spec }) => speaksOf(spec, "ingress"));
  const free = failing.filter((pod) => !there.some(({ spec }) => selects(spec, pod)));
  const addresses = parseCidrs(facts.vpc.state === "known" ? facts.vpc.value.cidrs : ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]);
  const fresh =
    free.length === 0
      ? { manifests: [], notes: [] }
      : isolated(
          facts,
          { engine: "vpc-cni", denies: false },
          {
            purpose: "no-other-namespaces",
            namespace,
            direction: "ingress",
            pods: free,
            spared: others,
            closed: failing.filter((pod) => !free.includes(pod)),
            kept: [
              { purpose: "namespaces", pods: free, allow: [{ peers: [{ namespaces: welcome, pods: {} }] }] },
              ...keptFlows(input, "ingress", free),
              ...keptEntrances(input, free),
            ],
          },
        );
  if ("none" in fresh) return fresh;
  const mended = there
    .filter(({ spec }) => failing.some((pod) => selects(spec, pod)))
    .flatMap(({ apiVersion, kind, name, spec }) => {
      const less = narrowedTo(welcome, spec, addresses);
      return less === undefined ? [] : [{ apiVersion, kind, metadata: { name, namespace }, spec: less }];
    });
  return {
    manifests: [...fresh.manifests, ...mended],
    notes: [...fresh.notes, ...mended.map(({ kind, metadata }) => rewritten(`${kind} ${namespace}/${metadata.name}`))],
  };
}

function welcomeTo(namespace: string, input: FixInput): readonly string[] {
  const { cluster, settings } = input;
  const { namespaces, ingresses, gatewayRoutes } = cluster.facts;
  const names = namespaces.state === "known" ? namespaces.value.map(({ name }) => name) : [];
  const routed = [ingresses, gatewayRoutes].some((list) => list.state === "known" && list.value.some((one) => one.namespace === namespace));
  const controllers = new Set(routed ? ingressControllers.map((one) => one.namespace) : []);
  const declared = flowsOf(input).flatMap(({ from, to }) =>
    !("cidr" in to) && to.namespace === namespace && !("cidr" in from) ? [from.namespace] : [],
  );
  return [...names.filter((name) => isSystemNamespace(name, settings) || controllers.has(name)), ...declared];
}
