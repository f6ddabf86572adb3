import type { Verdict } from "../../model/check.ts";
import type { ListedPolicy } from "../../net/policy/inventory.ts";

const worstFirst: readonly Verdict["status"][] = ["fail", "unknown", "pass", "not-applicable"];

/**
 * One verdict for each resource: of policies that share its id the worst decides, and the evidence tells what was said of each. A
 * ClusterNetworkPolicy of AWS and one of upstream do, and the one must not be hidden by what is said of the other.
 */
export function policyVerdicts(policies: readonly ListedPolicy[], judge: (policy: ListedPolicy) => Verdict): readonly Verdict[] {
  const byId = new Map<string, { readonly policy: ListedPolicy; readonly verdict: Verdict }[]>();
  for (const policy of policies)
    byId.set(policy.resource.id, [...(byId.get(policy.resource.id) ?? []), { policy, verdict: judge(policy) }]);
  return [...byId.values()].flatMap((all) => {
    const [worst] = all.map(({ verdict }) => verdict).sort((a, b) => worstFirst.indexOf(a.status) - worstFirst.indexOf(b.status));
    if (worst === undefined || all.length === 1 || worst.status === "not-applicable") return worst ?? [];
    const ofThisName = all.map(({ policy, verdict }) => ({ apiGroup: policy.apiGroup ?? "", status: verdict.status }));
    return { ...worst, evidence: { ...worst.evidence, ofThisName } };
  });
}
