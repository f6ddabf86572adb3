/** Checks that answer for no requirement of a framework, and why. */
export const unmapped: Readonly<Record<string, string>> = {
  "load-balancer-internal-or-restricted": "The frameworks ask nothing about the sources that a Kubernetes load balancer admits.",
  "load-balancer-matches-declaration": "The frameworks compare no manifest with what AWS has.",
  "load-balancer-source-ranges-enforced": "The frameworks take declared source ranges for enforced ones.",
  "cluster-read-completely": "It is about the scanner's sight, not about the cluster.",
  "account-read-completely": "It is about the scanner's sight, not about the account.",
};
