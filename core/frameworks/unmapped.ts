/** Checks that answer for no requirement of a framework, and why. */
export const unmapped: Readonly<Record<string, string>> = {
  "network-policies-select-pods": "It finds slips of the pen: what its pods are open to, the checks of isolation say.",
  "cluster-read-completely": "It is about the scanner's sight, not about the cluster.",
  "account-read-completely": "It is about the scanner's sight, not about the account.",
};
