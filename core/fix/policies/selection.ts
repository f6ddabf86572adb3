/** Selectors of labels that mean some pods of a namespace and no others of it. */
import type { LabelSelector } from "../../model/network-policy.ts";
import type { Pod } from "../../model/workloads.ts";

export interface Selection {
  readonly selectors: readonly LabelSelector[];
  /** Pods that no label tells from others. */
  readonly leftOut: readonly Pod[];
}

/** What controllers put on each pod, or on those of one revision: the next pod has another. */
const volatileLabels: ReadonlySet<string> = new Set([
  "pod-template-hash",
  "controller-revision-hash",
  "pod-template-generation",
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
  "batch.kubernetes.io/job-completion-index",
  "batch.kubernetes.io/controller-uid",
  "controller-uid",
  "batch.kubernetes.io/job-name",
  "job-name",
]);

/** One that leaves out others by a label of theirs, where there is one for each; else one for each set of labels. */
export function selectorsFor(meant: readonly Pod[], others: readonly Pod[]): Selection {
  if (others.length === 0) return { selectors: [{}], leftOut: [] };
  const apart = leavingOut(meant, others);
  return apart === undefined ? byLabels(meant, others) : { selectors: [apart], leftOut: [] };
}

/**
 * For what is let through: by labels that the pods have, so that a pod to come has to have them too.
 *
 * @param labels that all of them have, such as those by which a Service selects them
 */
export function labelsFor(meant: readonly Pod[], others: readonly Pod[], labels: Readonly<Record<string, string>> = {}): Selection {
  if (others.length === 0) return { selectors: [Object.keys(labels).length > 0 ? { matchLabels: labels } : {}], leftOut: [] };
  const isShared =
    Object.keys(labels).length === 0 || others.some((other) => Object.entries(labels).every(([key, value]) => other.labels[key] === value));
  if (!isShared) return { selectors: [{ matchLabels: labels }], leftOut: [] };
  const its = byLabels(meant, others);
  return its.leftOut.length === 0 ? its : selectorsFor(meant, others);
}

function byLabels(meant: readonly Pod[], others: readonly Pod[]): Selection {
  const selectors: LabelSelector[] = [];
  const leftOut: Pod[] = [];
  const kinds = [...Map.groupBy(others, ({ labels }) => JSON.stringify(labels)).values()].flatMap(([one]) => one ?? []);
  for (const its of Map.groupBy(meant, (pod) => JSON.stringify(stableOf(pod))).values()) {
    const [pod] = its;
    const labels = pod === undefined ? [] : stableOf(pod);
    const isOfOthers = kinds.some((other) => labels.every(([key, value]) => other.labels[key] === value));
    if (labels.length === 0 || isOfOthers) leftOut.push(...its);
    else selectors.push({ matchLabels: Object.fromEntries(labels) });
  }
  return { selectors, leftOut };
}

/** A selector stays readable with so many values. */
const valuesShown = 10;

function leavingOut(meant: readonly Pod[], others: readonly Pod[]): LabelSelector | undefined {
  const values = new Map<string, Set<string>>();
  const ofMeant = new Set(meant.flatMap(({ labels }) => Object.entries(labels).map(([key, value]) => `${key}=${value}`)));
  for (const other of others) {
    const label = stableOf(other).find(([key, value]) => !ofMeant.has(`${key}=${value}`));
    if (label === undefined) return undefined;
    const [key, value] = label;
    values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  const expressions = [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, its]) => ({ key, operator: "NotIn", values: [...its].sort() }));
  return expressions.reduce((sum, one) => sum + one.values.length, 0) > valuesShown ? undefined : { matchExpressions: expressions };
}

const stableOf = ({ labels }: Pod): readonly (readonly [string, string])[] =>
  Object.entries(labels)
    .filter(([key]) => !volatileLabels.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
