/** Policies that isolate pods, but for what is kept, in the dialect of the engine that polices them. */
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Pod } from "../../model/workloads.ts";
import type { Direction } from "../../net/policy/model.ts";
import type { ManifestObject } from "../manifests.ts";
import { shadowing } from "./baseline.ts";
import { calicoIsolation } from "./calico.ts";
import { ciliumIsolation } from "./cilium.ts";
import type { Written } from "./denied.ts";
import { type Dialect, notesOn } from "./dialect.ts";
import type { Kept } from "./kept.ts";
import { networkPolicy } from "./kubernetes.ts";
import { type Names, namesIn } from "./names.ts";
import { labelsFor, selectorsFor } from "./selection.ts";
import type { Isolation } from "./terms.ts";

export interface WantedIsolation {
  readonly purpose: string;
  readonly namespace: string;
  readonly direction: Direction;
  readonly pods: readonly Pod[];
  /** Pods of the namespace that are not to be isolated: those of the system, and such. */
  readonly spared: readonly Pod[];
  /** Pods that are isolated already: to isolate them once more changes nothing, to let more through would. */
  readonly closed: readonly Pod[];
  readonly kept: readonly Kept[];
}

const inWordsOf: Readonly<Record<Dialect["engine"], (isolation: Isolation) => ManifestObject>> = {
  "vpc-cni": networkPolicy,
  calico: calicoIsolation,
  cilium: ciliumIsolation,
};

/** One policy without a rule, and one for each set of pods that something is kept for. */
export function isolated(facts: ClusterFacts, dialect: Dialect, wanted: WantedIsolation): Written | { readonly none: string } {
  const { purpose, namespace, direction, pods, spared, closed } = wanted;
  const none = wanted.kept.length > 0 ? shadowing(facts, direction) : undefined;
  if (none !== undefined) return { none };
  const names = namesIn(facts);
  const write = inWordsOf[dialect.engine];
  const { selectors, leftOut } = selectorsFor(pods, spared);
  const others = [...spared, ...closed];
  const lacking: Pod[] = [...leftOut];
  const closing = selectors.map((selector) =>
    write({ name: names(purpose, namespace), direction, subject: { namespace, selector }, allow: [] }),
  );
  const opening = letThrough({ ...wanted, others }, write, names);
  lacking.push(...opening.leftOut);
  const [first] = lacking;
  const notes =
    first === undefined
      ? []
      : [`No label tells ${first.namespace}/${first.name} from pods that are to be left alone: give it one in its pod template.`];
  return { manifests: [...closing, ...opening.manifests], notes: [...notes, ...notesOn(dialect)] };
}

/** What is kept for pods that are isolated otherwise: nobody is isolated by it who was not, and nothing is kept for others. */
export function kept(
  facts: ClusterFacts,
  { engine }: Dialect,
  wanted: Omit<WantedIsolation, "spared" | "closed"> & { readonly others: readonly Pod[] },
): readonly ManifestObject[] {
  return letThrough(wanted, inWordsOf[engine], namesIn(facts)).manifests;
}

function letThrough(
  {
    purpose,
    namespace,
    direction,
    pods,
    others,
    kept: all,
  }: Omit<WantedIsolation, "spared" | "closed"> & { readonly others: readonly Pod[] },
  write: (isolation: Isolation) => ManifestObject,
  names: Names,
): { readonly manifests: readonly ManifestObject[]; readonly leftOut: readonly Pod[] } {
  const leftOut: Pod[] = [];
  const manifests = all.flatMap((one) => {
    const its = labelsFor(one.pods, [...others, ...pods.filter((pod) => !one.pods.includes(pod))], one.labels);
    leftOut.push(...its.leftOut);
    return its.selectors.map((selector) =>
      write({ name: names(`${purpose}-${one.purpose}`, namespace), direction, subject: { namespace, selector }, allow: one.allow }),
    );
  });
  return { manifests, leftOut };
}
