import { defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import { effectiveFacts } from "../../net/policy/effective.ts";
import { exampleEnforcement, exampleNamespaces, examplePods, examplePolicy } from "./example-policies.ts";
import { judgeIsolation } from "./judge-isolation.ts";

const rest = { ...exampleEnforcement, pods: examplePods, namespaces: exampleNamespaces };

export const podsDenyIngressByDefault = defineCheck({
  id: "pods-deny-ingress-by-default",
  title: "Pods accept only the connections that a policy allows",
  surface: "pod-network",
  severity: "medium",
  path: { from: "pods", to: "workloads" },
  needs: ["pods", "namespaces"],
  uses: [...effectiveFacts],
  why: "A pod that no policy isolates accepts connections from every pod of the cluster and from wherever routes and security groups let them through.",
  remediation:
    "Add to the namespace a NetworkPolicy that selects all pods (podSelector: {}) with policyTypes [Ingress] and no rule, beside policies that allow what is needed; take out rules that allow every peer; and see to it that an engine enforces policies on the pods' nodes.",
  examples: {
    fail: { ...rest, networkPolicies: known([]) },
    pass: { ...rest, networkPolicies: known([examplePolicy("default-deny", { podSelector: {}, policyTypes: ["Ingress"] })]) },
  },
  evaluate: (facts, settings, about) => judgeIsolation("ingress", { facts, settings, about }),
});
