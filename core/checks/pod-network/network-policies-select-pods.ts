import { defineCheck, type Verdict } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import { effectiveFacts } from "../../net/policy/effective.ts";
import { listPolicies, selections } from "../../net/policy/inventory.ts";
import { few } from "../listed.ts";
import { nameOf } from "../words.ts";
import { exampleEnforcement, exampleNamespaces, examplePods, examplePolicy } from "./example-policies.ts";
import { policyVerdicts } from "./policy-verdicts.ts";
import { unreadPolicies } from "./unread-policies.ts";

const rest = { ...exampleEnforcement, pods: examplePods, namespaces: exampleNamespaces };
const policyFor = (app: string) => examplePolicy("web", { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"] });

export const networkPoliciesSelectPods = defineCheck({
  id: "network-policies-select-pods",
  title: "Every network policy selects a pod or a workload",
  surface: "pod-network",
  severity: "low",
  path: { none: "It judges whether a policy means anything that exists, not whom it lets through." },
  needs: ["pods", "namespaces"],
  uses: [...effectiveFacts],
  why: "A policy whose selector matches nothing protects nothing: often a label was renamed, and the pods that it was for are open.",
  judged:
    "Passes a policy whose subject matches a pod, or the pod template of a workload, also one of zero replicas or of a CronJob; fails one that matches neither. hostNetwork pods and pods that have ended match nothing. Each kind is read as its own dialect means it, whether or not an engine enforces it. A selector of peers that matches nothing is named in the evidence and fails nothing. A policy whose text is malformed is unknown; so is one that matches no pod while workloads were not read.",
  unseen: "Whether the pods it selects are those it was written for.",
  remediation: "Correct the selector of the NetworkPolicy so that it matches the labels of the pods that it is for, or delete the policy.",
  examples: {
    fail: { ...rest, networkPolicies: known([policyFor("wbe")]) },
    pass: { ...rest, networkPolicies: known([policyFor("web")]) },
  },
  evaluate: (facts, _settings, { resource: cluster }) => {
    const listing = listPolicies(facts, cluster);
    const { selects, idlePeers } = selections(listing, facts);
    const { workloads } = facts;
    const verdicts = policyVerdicts(listing.policies, (policy): Verdict => {
      const { resource, refused } = policy;
      const name = nameOf(resource);
      if (refused !== undefined)
        return { resource, status: "unknown", reason: refused, message: `${name} could not be read: ${refused.message}` };
      const idle = idlePeers(policy);
      const evidence = { peersThatMatchNothing: few(idle) };
      if (selects(policy)) return { resource, status: "pass", evidence, message: `${name} selects pods or workloads of the cluster.` };
      if (workloads.state === "unknown") {
        const message = `${name} selects no pod that runs, and what workloads would run was not read: ${workloads.reason.message}`;
        return { resource, status: "unknown", reason: workloads.reason, evidence, message };
      }
      return { resource, status: "fail", evidence, message: `${name} selects no pod, and no workload's pod template.` };
    });
    return [...verdicts, ...unreadPolicies(listing, cluster)];
  },
});
