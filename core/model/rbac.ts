/** Role-based access control of the Kubernetes API. Source: Kubernetes API, rbac.authorization.k8s.io/v1. */
import * as z from "zod";

const strings = z.array(z.string()).readonly();

export const PolicyRule = z
  .strictObject({
    verbs: strings,
    /** Empty in a rule about URLs. */
    apiGroups: strings,
    resources: strings,
    resourceNames: strings,
    nonResourceUrls: strings,
  })
  .readonly();
export type PolicyRule = z.infer<typeof PolicyRule>;

/** A Role, or with namespace "" a ClusterRole, whose aggregated rules the API server has filled in. */
export const Role = z.strictObject({ namespace: z.string(), name: z.string(), rules: z.array(PolicyRule).readonly() }).readonly();
export type Role = z.infer<typeof Role>;

export const RoleSubject = z
  .strictObject({
    kind: z.enum(["User", "Group", "ServiceAccount"]),
    name: z.string(),
    /** Of a ServiceAccount. */
    namespace: z.string().exactOptional(),
  })
  .readonly();
export type RoleSubject = z.infer<typeof RoleSubject>;

/** A RoleBinding, or with namespace "" a ClusterRoleBinding. */
export const RoleBinding = z
  .strictObject({
    namespace: z.string(),
    name: z.string(),
    role: z.strictObject({ kind: z.enum(["Role", "ClusterRole"]), name: z.string() }).readonly(),
    subjects: z.array(RoleSubject).readonly(),
  })
  .readonly();
export type RoleBinding = z.infer<typeof RoleBinding>;
