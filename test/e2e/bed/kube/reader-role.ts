import { kubernetesReads } from "../../../../core/collect/reads.ts";
import type { Admin } from "./admin.ts";

/** The group that the bed's token webhook puts the scanner into. */
export const readers = "eks-perimeter:readers";
const name = "eks-perimeter-reader";
const rbac = "rbac.authorization.k8s.io";

/** Grants the readers what the product declares that it reads, and no more: what it asks for besides is a 403. */
export async function grantDeclaredReads(admin: Admin): Promise<void> {
  const rules = Object.values(kubernetesReads).map(({ group, resource, verb }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
  }));
  const apiVersion = `${rbac}/v1`;
  await admin.create("clusterroles", { apiVersion, kind: "ClusterRole", metadata: { name }, rules });
  await admin.create("clusterrolebindings", {
    apiVersion,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
    subjects: [{ kind: "Group", apiGroup: rbac, name: readers }],
  });
}
