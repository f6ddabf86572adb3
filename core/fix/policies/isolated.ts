/** Policies that isolate pods, but for what is kept, in the dialect of the engine that polices them. */
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Pod } from "../../model/workloads.ts";
import type { Direction } from "../../net/policy/model.ts";
import type { ManifestObject } from "../manifests.ts";
import { shadowing } from "./baseline.ts";
import { calicoIsolation } from "./calico.ts";
import { ciliumIsolation } from "./cilium.ts";
import type { Written } from "./denied.ts";
import type { Dialect } from "./dialect.ts";
import type { Kept } from "./kept.ts";
import { networkPolicy } from "./kubernetes.ts";
import { namesIn } from "./names.ts";
import { selectorsFor } from "./selection.ts";
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
export function isolated(facts: ClusterFacts, { engine }: Dialect, wanted: WantedIsolation): Written | { readonly none: string } {
  const { purpose, namespace, direction, pods, spared, closed, kept } = wanted;
  const none = kept.length > 0 ? shadowing(facts, direction) : undefined;
  if (none !== undefined) return { none };
  const names = namesIn(facts);
  const write = inWordsOf[engine];
  const { selectors, leftOut } = selectorsFor(pods, spared);
  const others = [...spared, ...closed];
  const lacking: Pod[] = [...leftOut];
  const closing = selectors.map((selector) =>
    write({ name: names(purpose, namespace), direction, subject: { namespace, selector }, allow: [] }),
  );
  const opening = kept.flatMap((one) => {
    const its = selectorsFor(one.pods, [...others, ...pods.filter((pod) => !one.pods.includes(pod))]);
    lacking.push(...its.leftOut);
    return its.selectors.map((selector) =>
      write({ name: names(`${purpose}-${one.purpose}`, namespace), direction, subject: { namespace, selector }, allow: one.allow }),
    );
  });
  const [first] = lacking;
  const notes =
    first === undefined
      ? []
      : [`No label tells ${first.namespace}/${first.name} from pods that are to be left alone: give it one in its pod template.`];
  return { manifests: [...closing, ...opening], notes };
}
