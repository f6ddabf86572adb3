/** Checks that answer for no requirement of a framework, and why. */
export const unmapped: Readonly<Record<string, string>> = {
  "cluster-read-completely": "It is about the scanner's sight, not about the cluster.",
  "account-read-completely": "It is about the scanner's sight, not about the account.",
};
