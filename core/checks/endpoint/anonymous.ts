import type { PolicyRule } from "../../model/rbac.ts";

/** What Kubernetes itself lets anonymous requests read: kubernetes:plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go, system:public-info-viewer. */
export const publicInfo: PolicyRule = {
  verbs: ["get"],
  apiGroups: [],
  resources: [],
  resourceNames: [],
  nonResourceUrls: ["/healthz", "/livez", "/readyz", "/version", "/version/"],
};
