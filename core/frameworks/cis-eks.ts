import type { Framework } from "./framework.ts";

/** The sections of the CIS Amazon EKS Benchmark that speak of reach; titles in our own words. */
export const cisEks: Framework = {
  id: "cis-eks-1.7.0",
  title: "CIS Amazon Elastic Kubernetes Service (EKS) Benchmark 1.7.0",
  source: "https://www.cisecurity.org/benchmark/kubernetes",
  requirements: [
    { id: "2.1.1", title: "Audit logs are delivered", checks: ["control-plane-audit-logging-enabled"] },
    { id: "5.3.1", title: "Kubernetes Secrets are encrypted with keys managed in KMS", checks: ["secrets-encrypted-with-kms"] },
    {
      id: "5.4.1",
      title: "Access to the control plane endpoint is restricted",
      checks: ["endpoint-not-open-to-internet", "endpoint-ranges-are-trusted"],
    },
    {
      id: "5.4.2",
      title: "The private endpoint is enabled and public access disabled",
      checks: ["endpoint-private-access-enabled", "endpoint-public-access-disabled"],
    },
    { id: "5.4.3", title: "Nodes are private", notCovered: "No check reads the nodes' interfaces." },
    { id: "5.4.4", title: "Network policy is enabled and set as fits", notCovered: "No check reads network policies." },
    { id: "5.4.5", title: "Traffic to load balancers is encrypted", checks: ["load-balancer-encrypts-traffic"] },
  ],
};
