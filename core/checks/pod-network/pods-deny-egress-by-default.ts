import { defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import { effectiveFacts } from "../../net/policy/effective.ts";
import { exampleEnforcement, exampleNamespaces, examplePods, examplePolicy } from "./example-policies.ts";
import { judgeIsolation } from "./judge-isolation.ts";

const rest = { ...exampleEnforcement, pods: examplePods, namespaces: exampleNamespaces };

export const podsDenyEgressByDefault = defineCheck({
  id: "pods-deny-egress-by-default",
  title: "Pods open only the connections that a policy allows",
  surface: "pod-network",
  severity: "medium",
  path: { from: "pods", to: "workloads" },
  needs: ["pods", "namespaces"],
  uses: [...effectiveFacts],
  why: "A pod that no policy isolates for egress reaches every pod, every Service and wherever the VPC is routed to, which is how an intruder goes on and data leaves.",
  remediation:
    "Add to the namespace a NetworkPolicy that selects all pods (podSelector: {}) with policyTypes [Egress] and no rule, beside policies that allow what is needed; take out rules that allow every peer; and see to it that an engine enforces policies on the pods' nodes.",
  examples: {
    fail: { ...rest, networkPolicies: known([]) },
    pass: { ...rest, networkPolicies: known([examplePolicy("default-deny", { podSelector: {}, policyTypes: ["Egress"] })]) },
  },
  evaluate: (facts, settings, about) => judgeIsolation("egress", { facts, settings, about }),
});
