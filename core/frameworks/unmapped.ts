/** Checks that answer for no requirement of a framework, and why. */
export const unmapped: Readonly<Record<string, string>> = {
  "kubelet-blocked-from-pods": "The frameworks ask how a kubelet is configured, not who reaches it.",
  "endpoint-refuses-anonymous-requests": "The frameworks ask about the kubelet's anonymous access, not about the API server's.",
  "endpoint-security-groups-restrict-access": "The frameworks ask about the public endpoint's ranges, not about the private one's groups.",
  "load-balancer-internal-or-restricted": "The frameworks ask nothing about the sources that a Kubernetes load balancer admits.",
  "load-balancer-matches-declaration": "The frameworks compare no manifest with what AWS has.",
  "load-balancer-source-ranges-enforced": "The frameworks take declared source ranges for enforced ones.",
  "load-balancer-ranges-are-trusted": "The frameworks ask nothing about whose ranges a Kubernetes load balancer admits.",
  "load-balancer-hides-sensitive-ports": "The frameworks ask nothing about what a Kubernetes load balancer leads to.",
  "load-balancer-subnets-fit-scheme": "The frameworks ask nothing about the subnets of a Kubernetes load balancer.",
  "load-balancer-has-owner": "The frameworks ask nothing about load balancers that outlive their objects.",
  "service-uses-no-external-ips": "The frameworks do not speak of externalIPs.",
  "cluster-read-completely": "It is about the scanner's sight, not about the cluster.",
  "account-read-completely": "It is about the scanner's sight, not about the account.",
};
