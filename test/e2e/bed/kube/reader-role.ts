import { type KubernetesRead, kubernetesReads } from "../../../../core/collect/reads.ts";
import type { Admin, Manifest } from "./admin.ts";

/** The group that the bed's token webhook puts the scanner into. */
export const readers = "eks-perimeter:readers";
const name = "eks-perimeter-reader";
const group = "rbac.authorization.k8s.io";
const reads = Object.values<KubernetesRead>(kubernetesReads);
const nameIn = ({ object }: KubernetesRead): string | undefined => object?.split("/").at(-1);

/** The role that grants what the product declares that it reads, less some resources, and nothing besides. */
const role = (withheld: readonly string[]): Manifest => ({
  apiVersion: `${group}/v1`,
  kind: "ClusterRole",
  metadata: { name },
  rules: reads
    .filter(({ resource }) => !withheld.includes(resource))
    .map((read) => ({
      apiGroups: [read.group],
      resources: [read.resource],
      verbs: [read.verb],
      ...(read.object === undefined ? {} : { resourceNames: [nameIn(read)] }),
    })),
});

/** Grants the readers what the product declares, so that whatever else it asks for is a 403. */
export async function grantDeclaredReads(admin: Admin): Promise<void> {
  await admin.create("clusterroles", role([]));
  await admin.create("clusterrolebindings", {
    apiVersion: `${group}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: group, kind: "ClusterRole", name },
    subjects: [{ kind: "Group", apiGroup: group, name: readers }],
  });
}

/** Takes these resources out of the readers' role. RBAC learns of it a moment later; this waits until it has. */
export async function revokeReads(admin: Admin, resources: readonly string[]): Promise<void> {
  await admin.remove("clusterroles", role([]));
  await admin.create("clusterroles", role(resources));
  const deadline = performance.now() + 10_000;
  for (;;) {
    const allowed = await Promise.all(reads.map((read) => isAllowed(admin, read)));
    if (reads.every(({ resource }, index) => allowed[index] !== resources.includes(resource))) return;
    if (performance.now() > deadline) throw new Error("RBAC did not learn of the changed role within 10 s");
  }
}

async function isAllowed(admin: Admin, read: KubernetesRead): Promise<boolean> {
  const { body } = await admin.create("subjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: { name: "" },
    spec: {
      user: "anyone",
      groups: [readers],
      resourceAttributes: { verb: read.verb, resource: read.resource, group: read.group, name: nameIn(read) ?? "" },
    },
  });
  return (body.status as { allowed: boolean }).allowed;
}
