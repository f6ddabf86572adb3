import type { Framework } from "./framework.ts";

const tags = "Tags say nothing of reach.";

/** The controls for EKS; titles in our own words. */
export const awsFsbp: Framework = {
  id: "aws-fsbp-1.0.0",
  title: "AWS Foundational Security Best Practices 1.0.0, Amazon EKS controls",
  source: "https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html",
  requirements: [
    { id: "EKS.1", title: "Endpoints are not publicly accessible", checks: ["endpoint-public-access-disabled"] },
    { id: "EKS.2", title: "Clusters run a supported Kubernetes version", checks: ["cluster-version-supported"] },
    { id: "EKS.3", title: "Secrets are encrypted", checks: ["secrets-encrypted-with-kms"] },
    { id: "EKS.6", title: "Clusters are tagged", notCovered: tags },
    { id: "EKS.7", title: "Identity provider configurations are tagged", notCovered: tags },
    { id: "EKS.8", title: "Audit logging is enabled", checks: ["control-plane-audit-logging-enabled"] },
    { id: "EKS.9", title: "Node groups run a supported Kubernetes version", notCovered: "No check judges the version of a node group." },
  ],
};
