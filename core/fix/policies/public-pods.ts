/** Pods of declared public services, which a policy let the internet in to until it was narrowed. */

import { effectivePolicies } from "../../net/policy/effective.ts";
import { hasEnded } from "../../net/workloads/phase.ts";
import type { FixInput } from "../fix.ts";
import type { ManifestObject } from "../manifests.ts";
import { dialectFor } from "./dialect.ts";
import { kept } from "./isolated.ts";
import { judgedFacts } from "./judged.ts";
import { keptEntrances } from "./kept.ts";

/** What still leads the internet to the ports of public services, once these policies do not let everybody in. */
export function keptForPublicServices(input: FixInput, openers: readonly string[]): readonly ManifestObject[] {
  const facts = judgedFacts(input.cluster.facts);
  if (facts === undefined) return [];
  const effective = effectivePolicies(facts);
  const opened = facts.pods.filter((pod) =>
    effective
      .of(pod)
      ?.openers("ingress")
      .some((one) => openers.includes(one)),
  );
  return [...Map.groupBy(opened, ({ namespace }) => namespace)].flatMap(([namespace, pods]) => {
    const its = keptEntrances(input, pods).filter(({ isPublic }) => isPublic === true);
    const spoken = dialectFor(input.cluster.facts, pods);
    if (its.length === 0 || "none" in spoken) return [];
    const others = facts.pods.filter(
      (pod) => pod.namespace === namespace && !hasEnded(pod) && !pod.spec.hostNetwork && !pods.includes(pod),
    );
    return kept(input.cluster.facts, spoken.dialect, { purpose: "public", namespace, direction: "ingress", pods, others, kept: its });
  });
}
