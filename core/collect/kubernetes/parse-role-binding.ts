import * as z from "zod";
import type { RoleBinding } from "../../model/rbac.ts";
import { filled, listOrEmpty, present, QualifiedName, type Scope } from "./object-meta.ts";

const Subject = z
  .object({ kind: z.enum(["User", "Group", "ServiceAccount"]), name: z.string(), namespace: filled })
  // Users and groups live in no namespace, whatever the field says.
  .transform(({ kind, name, namespace }) => ({ kind, name, ...present({ namespace: kind === "ServiceAccount" ? namespace : undefined }) }));

const RoleReference = z.object({ kind: z.enum(["Role", "ClusterRole"]), name: z.string() });

/** rbac.authorization.k8s.io/v1 RoleBinding and ClusterRoleBinding. */
export const roleBindingObject = (scope: Scope): z.ZodType<RoleBinding> =>
  z
    .object({ metadata: QualifiedName[scope], roleRef: RoleReference, subjects: listOrEmpty(Subject) })
    .transform(({ metadata, roleRef: role, subjects }) => ({ ...metadata, role, subjects }));
