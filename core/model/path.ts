/**
 * The places of the picture of a cluster's exposure. `named-ranges` are those that someone named as sources: in the configuration
 * or on a load balancer. `vpc` takes in the networks that the VPC is joined to. `pods` is any pod; `workloads` are those that
 * others reach.
 */
export const zones = [
  "internet",
  "named-ranges",
  "vpc",
  "pods",
  "endpoint",
  "load-balancers",
  "workloads",
  "nodes",
  "kubelet",
  "instance-metadata",
] as const;
export type Zone = (typeof zones)[number];

/** Who reaches what. */
export interface Path {
  readonly from: Zone;
  readonly to: Zone;
}

/** The path that a check judges, or in a sentence why it judges none. */
export type JudgedPath = Path | { readonly none: string };
