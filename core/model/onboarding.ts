/** The one thing that the product may write in a cluster, where somebody asks for it: the access entry of the role that reads. */

/** The group that docs/access/cluster-role.yaml binds its ClusterRole to. */
export const readersGroup = "eks-perimeter:readers";

/** The role that may create the entry, where an account has opted in. */
export const onboardingRoleName = "eks-perimeter-onboarding";
