/** What tells of policy engines on one node. Sources stand with each engine. */
import type { Fact, Reason } from "../../../model/fact.ts";
import type { VpcCniAgent } from "./vpc-cni-agent.ts";

/** Those whose enforcement can be told. The last two honour NetworkPolicy; their own kinds of policy are not read. */
export const policyEngines = ["vpc-cni", "calico", "cilium", "antrea", "kube-router"] as const;
export type PolicyEngine = (typeof policyEngines)[number];

/** What becomes of a pod before its rules arrive, and without any: it is open, or it is closed. */
export type VpcCniMode = "standard" | "strict";

/** An engine that enforces policies on a node, and what shows it. */
export interface Enforcing {
  readonly engine: PolicyEngine;
  /** A clause without a subject: "aws-node runs with --enable-network-policy=true". */
  readonly seen: string;
  /** It was told to leave objects of kind NetworkPolicy alone, and enforces others only: a clause that says by what. */
  readonly sparesNetworkPolicy?: string;
  /** Of VPC CNI alone, as what follows. */
  readonly mode?: Fact<VpcCniMode>;
  readonly agent?: VpcCniAgent;
}

/**
 * Positive evidence alone is "on". "off": for certain not enforced; `inert` says what was installed all the same.
 * "unsure": what would tell was not read, or says neither.
 */
export type Signal =
  | ({ readonly state: "on" } & Omit<Enforcing, "engine">)
  | { readonly state: "off"; readonly inert?: string }
  | { readonly state: "unsure"; readonly reason: Reason };

export const off: Signal = { state: "off" };
export const unsure = (reason: Reason): Signal => ({ state: "unsure", reason });
