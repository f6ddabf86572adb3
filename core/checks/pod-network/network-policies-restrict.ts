import { defineCheck, type Verdict } from "../../model/check.ts";
import { known, type Reason } from "../../model/fact.ts";
import type { Pod } from "../../model/workloads.ts";
import { effectiveFacts, effectivePolicies } from "../../net/policy/effective.ts";
import { type ListedPolicy, listPolicies } from "../../net/policy/inventory.ts";
import type { Direction } from "../../net/policy/model.ts";
import { few } from "../listed.ts";
import { nameOf } from "../words.ts";
import { exampleEnforcement, exampleNamespaces, examplePods, examplePolicy } from "./example-policies.ts";
import { policyVerdicts } from "./policy-verdicts.ts";
import { unreadPolicies } from "./unread-policies.ts";

const rest = { ...exampleEnforcement, pods: examplePods, namespaces: exampleNamespaces };
const policyWith = (rule: object) =>
  examplePolicy("web", { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Ingress"], ingress: [rule] });

export const networkPoliciesRestrict = defineCheck({
  id: "network-policies-restrict",
  title: "No network policy opens its pods to every peer on every port",
  surface: "pod-network",
  severity: "medium",
  path: { from: "pods", to: "workloads" },
  needs: ["pods", "namespaces"],
  uses: [...effectiveFacts],
  why: "A rule that lets everybody through undoes all other policies of its pods, which look protected and are open.",
  judged:
    "Fails a policy whose allow rule by itself admits every peer on every port and is the reason why a pod is open in that direction: the pod is not isolated, by engines that enforce on its node. A rule without from or without to means every peer, and one without ports every port. The same rule on a pod that a stronger policy denies, such as a tier above, or on pods of which none runs, passes, and so it does where nothing enforces: then no policy is the reason. Where it is not known what is enforced, a policy that opens by its text is unknown. ClusterNetworkPolicies of AWS and of upstream that share a name share a finding, and the worse decides.",
  unseen: "Rules that are wide without being total, such as every peer on one port.",
  remediation: "Name in the rule of the NetworkPolicy the peers or the ports that are needed, or take the rule out.",
  examples: {
    fail: { ...rest, networkPolicies: known([policyWith({})]) },
    pass: { ...rest, networkPolicies: known([policyWith({ ports: [{ protocol: "TCP", port: 443 }] })]) },
  },
  evaluate: (facts, _settings, { resource: cluster }) => {
    const listing = listPolicies(facts, cluster);
    const effective = effectivePolicies(facts);
    const opened = new Map<string, { readonly pods: Pod[]; readonly directions: Set<Direction>; doubt?: Reason }>();
    for (const pod of facts.pods) {
      const subject = effective.of(pod);
      if (subject === undefined) continue;
      for (const direction of ["ingress", "egress"] as const) {
        const isolation = subject.isolation(direction);
        if (isolation.state === "yes") continue;
        for (const name of subject.openers(direction)) {
          const found = opened.get(name) ?? { pods: [], directions: new Set<Direction>() };
          opened.set(name, found);
          if (isolation.state === "no") {
            found.pods.push(pod);
            found.directions.add(direction);
          } else found.doubt ??= isolation.reason;
        }
      }
    }
    // An opener of pods whose enforcement is not known is found by no engine: its own text tells.
    const verdicts = policyVerdicts(listing.policies, (policy): Verdict => {
      const { resource, refused } = policy;
      const name = nameOf(resource);
      if (refused !== undefined)
        return { resource, status: "unknown", reason: refused, message: `${name} could not be read: ${refused.message}` };
      const found = opened.get(nameInModel(policy));
      const [first] = found?.pods ?? [];
      if (found !== undefined && first !== undefined) {
        const pods = [...new Set(found.pods)];
        const directions = [...found.directions];
        const witness = { pod: `${first.namespace}/${first.name}`, directions, ports: "all", policy: nameInModel(policy) };
        const message = `${name} lets every peer through on every port, for ${directions.join(" and ")} of ${pods.length} pods such as ${first.namespace}/${first.name}.`;
        return { resource, status: "fail", evidence: { podsOpened: pods.length, witness }, message };
      }
      const doubt = found?.doubt ?? (opensByItsText(policy) ? effective.doubtAbout(policy.parts) : undefined);
      if (doubt !== undefined) {
        const message = `${name} lets every peer through on every port, and whether that opens a pod was not told: ${doubt.message}`;
        return { resource, status: "unknown", reason: doubt, message };
      }
      const parts = few(policy.parts.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress].map((rule) => rule.name)));
      return {
        resource,
        status: "pass",
        evidence: { rules: parts },
        message: `${name} is not the reason why any pod is open to everybody.`,
      };
    });
    return [...verdicts, ...unreadPolicies(listing, cluster)];
  },
});

const nameInModel = ({ parts, resource }: ListedPolicy): string => parts[0]?.name ?? nameOf(resource);

const opensByItsText = ({ parts }: ListedPolicy): boolean =>
  parts.some(({ ingress = [], egress = [] }) =>
    [...ingress, ...egress].some(({ action, peers }) => action === "allow" && peers === undefined),
  );
