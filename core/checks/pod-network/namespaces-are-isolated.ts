import { type About, defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { type Effective, type EffectiveFacts, effectiveFacts, type Subject } from "../../net/policy/effective.ts";
import type { PodClass } from "../../net/policy/model.ts";
import { hasEnded } from "../../net/workloads/phase.ts";
import { isSystemNamespace } from "../../net/workloads/system-namespaces.ts";
import { few } from "../listed.ts";
import { exampleEnforcement, examplePods, examplePolicy } from "./example-policies.ts";
import { type Judgement, judgeNamespaces, type Opinion } from "./judge-namespaces.ts";

const rest = {
  ...exampleEnforcement,
  pods: examplePods,
  namespaces: ["default", "shop"].map((name) => ({ name, labels: {} })),
};
const ingressFrom = (peer: object) => examplePolicy("in", { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [peer] }] });

export const namespacesAreIsolated = defineCheck({
  id: "namespaces-are-isolated",
  title: "No pod accepts connections from every other namespace",
  surface: "pod-network",
  severity: "low",
  path: { from: "pods", to: "workloads" },
  needs: ["pods", "namespaces"],
  uses: [...effectiveFacts],
  why: "Where every namespace reaches every other, the weakest workload of the cluster is the way to all of them.",
  judged:
    "Fails a namespace in which some pod certainly accepts connections, on any port, from a pod of every other namespace that is judged; one namespace that is kept out is enough to pass, since this asks for any separation and not for the right one. A namespace without pods is asked for by a pod without labels. The system's namespaces (kube-system, kube-public, kube-node-lease, those of the product's table and of systemWorkloads) are neither judged nor asked for. In a cluster with no other namespace every one passes. Where nothing enforces on the pod's node it accepts everybody. What was not read and could change the answer makes it unknown.",
  unseen: "Which namespaces ought to reach each other: declare flows for that.",
  remediation:
    "Name in the ingress rules of the NetworkPolicy the namespaces that are needed (namespaceSelector with kubernetes.io/metadata.name), and isolate pods that no policy selects for ingress.",
  examples: {
    fail: { ...rest, networkPolicies: known([ingressFrom({ namespaceSelector: {} })]) },
    pass: { ...rest, networkPolicies: known([ingressFrom({ podSelector: {} })]) },
  },
  evaluate: (facts, settings, about) => judgeNamespaces(fromOtherNamespaces(facts, settings, about)),
});

/** How it is judged. */
export function fromOtherNamespaces(facts: EffectiveFacts, settings: Settings, about: About): Judgement {
  const names = [...new Set([...facts.namespaces.map(({ name }) => name), ...facts.pods.map(({ namespace }) => namespace)])];
  const judgedNames = names.filter((name) => !isSystemNamespace(name, settings)).sort();
  let sources: ReadonlyMap<string, readonly PodClass[]> | undefined;
  return {
    facts,
    settings,
    about,
    failing: "that accept connections from every other namespace",
    isExempt: (namespace) => (isSystemNamespace(namespace, settings) ? "is one of the system's" : undefined),
    keyOf: ({ namespace }) => namespace,
    judge: (subject, pod, effective) => {
      sources ??= sourcesOf(judgedNames, facts.pods, effective);
      return opinionOf(subject, pod, sources);
    },
  };
}

/** The pods of each namespace, each class once; where none has an address of its own, a plain one. */
function sourcesOf(names: readonly string[], pods: readonly Pod[], effective: Effective): ReadonlyMap<string, readonly PodClass[]> {
  const sources = new Map(names.map((name): [string, PodClass[]] => [name, []]));
  for (const pod of pods) {
    if (hasEnded(pod) || pod.spec.hostNetwork || pod.nodeName === undefined) continue;
    sources.get(pod.namespace)?.push(...effective.classesOf(pod));
  }
  return new Map([...sources].map(([name, classes]) => [name, classes.length > 0 ? classes : [effective.plainIn(name)]]));
}

function opinionOf(subject: Subject, pod: Pod, sources: ReadonlyMap<string, readonly PodClass[]>): Opinion {
  const others = [...sources].filter(([name]) => name !== pod.namespace);
  if (others.length === 0) return { status: "pass" };
  let isUnsure = false;
  for (const [, classes] of others) {
    const admitted = subject.admits(classes);
    if (admitted === "no") return { status: "pass" };
    if (admitted === "unsure") isUnsure = true;
  }
  if (isUnsure) return { status: "unknown", reason: subject.doubt };
  const [name, [example] = []] = others[0] ?? ["", []];
  if (example === undefined) return { status: "pass" };
  const admitting = sources.get(name)?.find((one) => subject.admits([one]) === "yes") ?? example;
  const port = subject.side("ingress", { pod: admitting }).atLeast.TCP[0]?.from ?? 1;
  const why = subject.why("ingress", { pod: admitting }, "TCP", port);
  const decides = subject.unenforced === undefined ? { policy: why } : { enforcement: subject.unenforced };
  const from = few(others.map(([other]) => other));
  return { status: "fail", seen: why, witness: { fromNamespaces: from, to: "the pod", port: `TCP ${port}`, ...decides } };
}
