import type { InstanceMetadata } from "../../model/nodes.ts";

/** What an instance's own options do to pods that ask for its metadata; pods on the host's network always get there. */
export type MetadataReach =
  | { readonly state: "blocked"; readonly why: string }
  /** At which addresses, and how. */
  | { readonly state: "reachable"; readonly how: string; readonly addresses: readonly string[] };

/** Source: Amazon EC2 User Guide, "Use the Instance Metadata Service to access instance metadata". */
const address = { ipv4: "169.254.169.254", ipv6: "fd00:ec2::254" } as const;

/**
 * Whether pods get at the metadata service of an instance. A pod is one hop further than the machine, so that a hop limit of 1
 * keeps the token of version 2 from it; version 1 has no token, and no hop limit that counts.
 * Source: aws/aws-eks-best-practices security/iam.adoc.
 */
export function metadataReach({ endpoint, ipv6Endpoint, tokens, hopLimit }: InstanceMetadata): MetadataReach {
  if (endpoint === "disabled") return { state: "blocked", why: "IMDS is off" };
  const addresses = [address.ipv4, ...(ipv6Endpoint === "enabled" ? [address.ipv6] : [])];
  if (tokens === "optional") return { state: "reachable", how: "IMDSv1 asks for no token", addresses };
  if (hopLimit > 1) return { state: "reachable", how: `IMDSv2 tokens travel ${hopLimit} hops`, addresses };
  return { state: "blocked", why: "IMDSv2 is required with hop limit 1" };
}
