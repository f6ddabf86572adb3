/** One requirement of a framework, and what this product says of it. */
export type Requirement = { readonly id: string; readonly title: string } & (
  | { readonly checks: readonly string[]; readonly passes?: PassCondition }
  /** Needs a person's judgement. */
  | { readonly manual: string }
  /** Outside what this product reads. */
  | { readonly notCovered: string }
);

/** What a pass has to show to answer for the requirement, which asks for more than the check does. */
export interface PassCondition {
  readonly evidence: string;
  readonly value: string;
  /** What a pass without it leaves open. */
  readonly otherwise: string;
}

/** A framework as data: its requirements, each mapped, manual or not covered. */
export interface Framework {
  /** With its version, such as "cis-eks-1.7.0": the first half of a reference. */
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly requirements: readonly Requirement[];
}
