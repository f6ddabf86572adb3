/** The one thing that the product may write in a cluster, where somebody asks for it: the access entry of the role that reads. */

/** The group that docs/access/cluster-role.yaml binds its ClusterRole to. */
export const readersGroup = "eks-perimeter:readers";

/** The role that may create the entry, where an account has opted in. */
export const onboardingRoleName = "eks-perimeter-onboarding";

/** What became of the member role's access entry in one cluster. */
export interface Onboarding {
  readonly principalArn: string;
  /** `existed`: it was left as it is. `left`: none is there, and none was to be created. `refused`: it was to be, and is not. */
  readonly outcome: "created" | "existed" | "left" | "refused" | "unknown";
  /** A sentence: why it was left, refused, or is not known. */
  readonly why?: string;
}
