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
  judged:
    "Fails a namespace in which a pod is not isolated for egress: no policy of an engine that enforces on its node selects it in that direction, or one selects it and a rule admits every peer on every TCP port, in one rule or in two for the halves of all addresses. All kinds count as their engine reads them: NetworkPolicy, Calico, Cilium, AdminNetworkPolicy and BaselineAdminNetworkPolicy, and the ClusterNetworkPolicies of AWS and of upstream. Where nothing enforces on the node the pod is open whatever exists, and the message says that policies are present but inert. VPC CNI leaves pods without a controller alone, so that they are open too, and isolates the others without any policy in its strict mode (DefaultDeny of a NodeClass). A NetworkPolicy that sets no policyTypes isolates for egress only if it has an egress rule, and an egress section that policyTypes does not name counts for nothing but under Cilium. hostNetwork pods, system workloads and pods without a node yet are counted, not judged; a namespace with no other pods is not-applicable. A kind of policy that the engine honours and that was not read withholds what it could change.",
  unseen: "Security groups, routes and NAT: a pod that they alone hold back is open to its policies, and fails.",
  remediation:
    "Add to the namespace a NetworkPolicy that selects all pods (podSelector: {}) with policyTypes [Egress] and no rule, beside policies that allow what is needed; take out rules that allow every peer; and see to it that an engine enforces policies on the pods' nodes.",
  examples: {
    fail: { ...rest, networkPolicies: known([]) },
    pass: { ...rest, networkPolicies: known([examplePolicy("default-deny", { podSelector: {}, policyTypes: ["Egress"] })]) },
  },
  evaluate: (facts, settings, about) => judgeIsolation("egress", { facts, settings, about }),
});
