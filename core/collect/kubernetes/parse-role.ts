import * as z from "zod";
import type { Role } from "../../model/rbac.ts";
import { listOrEmpty, QualifiedName, type Scope } from "./object-meta.ts";

const Rule = z
  .object({
    verbs: listOrEmpty(z.string()),
    apiGroups: listOrEmpty(z.string()),
    resources: listOrEmpty(z.string()),
    resourceNames: listOrEmpty(z.string()),
    nonResourceURLs: listOrEmpty(z.string()),
  })
  .transform(({ nonResourceURLs: nonResourceUrls, ...rule }) => ({ ...rule, nonResourceUrls }));

/** rbac.authorization.k8s.io/v1 Role and ClusterRole. Rules of an aggregated ClusterRole are those that the API server filled in. */
export const roleObject = (scope: Scope): z.ZodType<Role> =>
  z.object({ metadata: QualifiedName[scope], rules: listOrEmpty(Rule) }).transform(({ metadata, rules }) => ({ ...metadata, rules }));
