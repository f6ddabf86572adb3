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
  judged:
    "Fails a namespace in which a pod is not isolated for ingress: no policy of an engine that enforces on its node selects it in that direction, or one selects it and a rule admits every peer on every TCP port, in one rule or in two for the halves of all addresses. All kinds count as their engine reads them: NetworkPolicy, Calico, Cilium, AdminNetworkPolicy and BaselineAdminNetworkPolicy, and the ClusterNetworkPolicies of AWS and of upstream. Where nothing enforces on the node the pod is open whatever exists, and the message says that policies are present but inert. VPC CNI leaves pods without a controller alone, so that they are open too, and isolates the others without any policy in its strict mode (DefaultDeny of a NodeClass). A NetworkPolicy that sets no policyTypes always isolates for ingress. hostNetwork pods, system workloads and pods without a node yet are counted, not judged; a namespace with no other pods is not-applicable. A kind of policy that the engine honours and that was not read withholds what it could change.",
  unseen: "Security groups: a pod that they alone protect is open to its policies, and fails. What the pod itself listens on is not known.",
  remediation:
    "Add to the namespace a NetworkPolicy that selects all pods (podSelector: {}) with policyTypes [Ingress] and no rule, beside policies that allow what is needed; take out rules that allow every peer; and see to it that an engine enforces policies on the pods' nodes.",
  examples: {
    fail: { ...rest, networkPolicies: known([]) },
    pass: { ...rest, networkPolicies: known([examplePolicy("default-deny", { podSelector: {}, policyTypes: ["Ingress"] })]) },
  },
  evaluate: (facts, settings, about) => judgeIsolation("ingress", { facts, settings, about }),
});
