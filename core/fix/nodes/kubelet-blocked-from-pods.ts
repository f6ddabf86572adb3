import type { ClusterFacts } from "../../model/cluster.ts";
import type { Pod } from "../../model/workloads.ts";
import { clientsByRbac, type Sorters, sortPods } from "../../net/kubelet/clients.ts";
import { kubeletPorts } from "../../net/kubelet/reach.ts";
import { enforcementOf, type PodEnforcement } from "../../net/policy/enforcement/enforcement.ts";
import type { VpcCniAgent } from "../../net/policy/enforcement/vpc-cni-agent.ts";
import { allPorts, portSetOf, portsWithout } from "../../net/policy/port-set.ts";
import { isSystemNamespace } from "../../net/workloads/system-namespaces.ts";
import { topControllers } from "../../net/workloads/top-controller.ts";
import type { Fix } from "../fix.ts";
import { applied } from "../manifests.ts";
import { denied, type Group } from "../policies/denied.ts";
import { dialectFor } from "../policies/dialect.ts";
import { judgedFacts, nothingFails, notRead } from "../policies/judged.ts";
import { portList } from "../policies/narrow.ts";
import { nodeRanges } from "../policies/ranges.ts";
import { block, everyPod } from "../policies/terms.ts";
import { podSecurityGroups } from "./pod-security-groups.ts";

const ports = portSetOf(kubeletPorts.map((port) => ({ protocol: "TCP" as const, from: port, to: port })));

/**
 * The kubelets' ports at every address where nodes stand are cut for pods that are no clients of kubelets; on pods they stay open.
 * NetworkPolicies can't name what they cut: there these ports go, on whatever is no pod. Where these leave the own node, or nothing
 * polices the pods, security groups of the pods' own do.
 */
export const fixKubeletBlockedFromPods: Fix = (input) => {
  const { cluster, settings } = input;
  const { facts } = cluster;
  const judged = judgedFacts(facts);
  if (judged === undefined) return notRead;
  const { pods, namespaces } = judged;
  const isClient = clientsByRbac(facts.roles, facts.roleBindings);
  const sorted = sortPods(pods, { topOf: topControllers(facts.workloads), isClient, settings });
  const meant = sorted.judged
    .filter(({ mayBeExempt, pod }) => mayBeExempt === undefined && pod.nodeName !== undefined)
    .map(({ pod }) => pod);
  const enforcement = enforcementOf(facts);
  const policed = meant.filter((pod) => enforcement.ofPod(pod).state === "enforced");
  if (meant.length === 0) return nothingFails;
  const spoken = dialectFor(facts, policed.length > 0 ? policed : meant);
  const running = pods.filter(({ phase, spec }) => phase !== "Succeeded" && phase !== "Failed" && !spec.hostNetwork);
  const isMeant = new Set(meant);
  const bySecurityGroups = () =>
    podSecurityGroups(input, meant, [
      ...running.filter((pod) => !isMeant.has(pod)),
      ...exemptToCome(facts.workloads, { topOf: topControllers(facts.workloads), isClient, settings }),
    ]);
  if ("none" in spoken) return instead(spoken.none, bySecurityGroups());
  const { dialect } = spoken;
  const others = running.filter((pod) => !policed.includes(pod));
  const groups = [...Map.groupBy(policed, ({ namespace }) => namespace)].map(
    ([namespace, its]): Group => ({ namespace, pods: its, others: others.filter((pod) => pod.namespace === namespace) }),
  );
  const left = new Set([
    ...namespaces.map(({ name }) => name).filter((name) => isSystemNamespace(name, settings)),
    ...others.map(({ namespace }) => namespace),
  ]);
  const written = denied(facts, dialect, {
    purpose: "no-kubelet",
    direction: "egress",
    groups,
    everyNamespaceBut: [...left].sort(),
    peers: [...nodeRanges(facts).map((cidr) => block(cidr)), { nodes: true }],
    sparesPods: true,
    ports: portList(ports),
    otherwise: [{ peers: [], ports: portList(portsWithout(allPorts, ports)) }, { peers: [everyPod] }],
    takenOut: { ports },
  });
  // What police own nodes too do not see pods behind such groups.
  const alternative = dialect.engine === "vpc-cni" ? bySecurityGroups() : undefined;
  if ("none" in written) return alternative === undefined ? written : instead(written.none, alternative);
  const { manifests } = written;
  const ownNode =
    dialect.engine === "vpc-cni"
      ? ownNodeNotes(
          dialect.denies,
          policed.flatMap((pod) => agentsOf(enforcement.ofPod(pod))),
        )
      : [];
  const unpoliced = meant.length - policed.length;
  return {
    ...(alternative !== undefined && "plans" in alternative ? { or: alternative.plans } : {}),
    plan: {
      summary: `Keeps ${policed.length} pods from the kubelets of ${ownNode.length > 0 ? "all nodes but their own" : "all nodes"}.`,
      commands: [],
      manifests,
      after: applied(facts, manifests),
      notes: [
        ...written.notes,
        ...ownNode,
        ...(alternative !== undefined && "none" in alternative ? [`${noGroups} ${alternative.none}`] : []),
        ...(unpoliced > 0
          ? [`No policy holds for ${unpoliced} further pods, whatever is written: run them on nodes where an engine polices them.`]
          : []),
        "A pod that reads metrics from kubelets, and has no RBAC that says so, is to be listed under kubeletClients.",
      ],
    },
  };
};

/** Pods as controllers would make them that may reach kubelets: of those that run none now, such as of a CronJob. */
function exemptToCome(workloads: ClusterFacts["workloads"], sorters: Sorters): readonly Pod[] {
  const templates = (workloads.state === "known" ? workloads.value : []).map(
    ({ kind, namespace, name, uid, template }): Pod => ({
      namespace,
      name,
      uid: "",
      labels: template.labels,
      owner: { apiVersion: "", kind, name, uid },
      phase: "Pending",
      podIps: [],
      hasBranchInterface: false,
      spec: template.spec,
    }),
  );
  const { exempt } = sortPods(templates, sorters);
  return [...exempt.systemWorkloads, ...exempt.kubeletClients, ...exempt.clientsByRbac];
}

const noGroups = "Security groups of the pods' own are no plan here:";

/** @param why there are no policies */
function instead(why: string, groups: ReturnType<typeof podSecurityGroups>): ReturnType<Fix> {
  if ("none" in groups) return { none: `${why} ${noGroups} ${groups.none}` };
  const [plan, ...or] = groups.plans;
  return plan === undefined ? { none: why } : { plan, or };
}

const strict =
  "what does is a security group of the pods' own on branch interfaces in strict mode (SecurityGroupPolicy), which the nodes' groups do not admit";
const byNetworkPolicies = `Amazon VPC CNI lets every pod reach its own node, whatever NetworkPolicies say: ${strict}.`;
const perhaps = (why: string): string =>
  `Whether a ClusterNetworkPolicy keeps pods from their own node hangs on the version of VPC CNI's agent, and of some it is not known, as ${why}: ${strict}.`;

/** What to know of the pods' own nodes under VPC CNI; nothing where the policies hold there too. */
function ownNodeNotes(denies: boolean, agents: readonly VpcCniAgent[]): readonly string[] {
  if (!denies) return [byNetworkPolicies];
  const untold = agents.find(({ clusterPolicies }) => clusterPolicies !== "own node too");
  return untold === undefined ? [] : [perhaps(untold.why ?? `${untold.tag} knows no such policies`)];
}

const agentsOf = (says: PodEnforcement): readonly VpcCniAgent[] =>
  says.state === "enforced" ? says.enforcing.flatMap(({ agent }) => agent ?? []) : [];
