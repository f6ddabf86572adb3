/** Policies that let a connection through, in the dialect of the engine that polices the pods, and isolate none that is open. */
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Pod } from "../../model/workloads.ts";
import type { Direction } from "../../net/policy/model.ts";
import type { ManifestObject } from "../manifests.ts";
import { awsAdmission } from "./aws.ts";
import { calicoAdmission } from "./calico.ts";
import { ciliumAdmission } from "./cilium.ts";
import type { Dialect } from "./dialect.ts";
import { networkPolicy } from "./kubernetes.ts";
import type { Names } from "./names.ts";
import { selectorsFor } from "./selection.ts";
import type { Allowance, PodsOf } from "./terms.ts";

export interface Side {
  readonly direction: Direction;
  readonly subject: PodsOf;
  /** Those of the subject that are isolated, and all other pods of the namespace. */
  readonly closed: readonly Pod[];
  readonly others: readonly Pod[];
  readonly allow: Allowance;
}

export function admitted(
  facts: ClusterFacts,
  { engine, denies }: Dialect,
  purpose: string,
  side: Side,
  names: Names,
): readonly ManifestObject[] {
  const { direction, subject, closed, others, allow } = side;
  const named = (namespace?: string): string => names(`${purpose}-${direction}`, namespace);
  if (denies && engine === "calico") {
    const tiers = facts.calicoTiers.state === "known" ? facts.calicoTiers.value : [];
    return calicoAdmission({ name: named(subject.namespace), direction, subject, allow: [allow] }, tiers);
  }
  if (engine === "cilium") return ciliumAdmission({ name: named(subject.namespace), direction, subject, allow: [allow] });
  if (denies && engine === "vpc-cni") {
    const existing = facts.clusterNetworkPolicies.state === "known" ? facts.clusterNetworkPolicies.value : [];
    const written = awsAdmission({ name: named(), direction, subject, allow: [allow] }, existing);
    if (written !== undefined) return written;
  }
  // What selects an open pod would isolate it, and what selects another would open it.
  if (closed.length === 0) return [];
  return selectorsFor(closed, others).selectors.map((selector) =>
    networkPolicy({ name: named(subject.namespace), direction, subject: { namespace: subject.namespace, selector }, allow: [allow] }),
  );
}
