import type { ClusterVersion } from "../../model/aws.ts";
import { defineCheck, type Evidence, type Remediation } from "../../model/check.ts";
import type { Fact } from "../../model/fact.ts";
import type { Role, RoleBinding } from "../../model/rbac.ts";
import { type Excess, grantsBeyond, grantsTo, indexRbac } from "../../net/rbac/access.ts";
import { anonymous } from "../../net/rbac/identity.ts";
import { minorOf } from "../kubernetes-versions.ts";
import { few, listed } from "../listed.ts";
import { bindingText, roleText, ruleText, subjectText } from "../rbac-text.ts";
import { publicInfo } from "./anonymous.ts";

/** From this version on EKS answers anonymous requests on health paths only: EKS User Guide, "Kubernetes versions", 1.32. */
const firstMinorThatRefuses = 32;
const named = new Set([anonymous.user, ...anonymous.groups]);
const text =
  "Remove the subjects system:anonymous and system:unauthenticated from the binding, or delete the binding where it has no others. Give those who need the access an identity and bind that.";

const publicInfoViewer: RoleBinding = {
  namespace: "",
  name: "system:public-info-viewer",
  role: { kind: "ClusterRole", name: "system:public-info-viewer" },
  subjects: [
    { kind: "Group", name: "system:authenticated" },
    { kind: "Group", name: "system:unauthenticated" },
  ],
};
const dashboard: RoleBinding = {
  namespace: "",
  name: "dashboard",
  role: { kind: "ClusterRole", name: "view" },
  subjects: [
    { kind: "ServiceAccount", namespace: "dashboard", name: "dashboard" },
    { kind: "User", name: "system:anonymous" },
  ],
};
const roles: Fact<readonly Role[]> = {
  state: "known",
  value: [
    { namespace: "", name: "system:public-info-viewer", rules: [publicInfo] },
    {
      namespace: "",
      name: "view",
      rules: [{ verbs: ["get", "list"], apiGroups: [""], resources: ["pods", "services"], resourceNames: [], nonResourceUrls: [] }],
    },
  ],
};
const version = {
  state: "known",
  value: { kubernetes: "1.31", support: { state: "unknown", reason: { code: "forbidden", message: "Not asked." } } },
} as const;

export const endpointRefusesAnonymousRequests = defineCheck({
  id: "endpoint-refuses-anonymous-requests",
  title: "Anonymous requests get no more than health and version",
  surface: "endpoint",
  severity: "high",
  path: { none: "It judges what the API server lets people do who have not said who they are, wherever they are." },
  needs: ["roleBindings"],
  uses: ["roles", "version"],
  why: "What is bound to anonymous requests is given to everybody who reaches the endpoint, without a credential and without a name in the audit log.",
  judged:
    "Looks at every ClusterRoleBinding and RoleBinding whose subjects include User system:anonymous or Group system:unauthenticated, and at the rules of the roles bound, not at their names. What is more than get on /healthz, /livez, /readyz and /version fails, so that an edited system:public-info-viewer fails and a binding of the default rules passes. A binding to a role that does not exist gives nothing. From Kubernetes 1.32 on EKS itself answers anonymous requests on the health paths alone: there the same binding fails as low; where the version was not read the severity stays. It is unknown when bindings were not read, or when some binding names anonymous requests and roles were not read; without such a binding it passes without the roles.",
  unseen:
    "What the API server answers: no anonymous request is sent. Bindings to system:authenticated are not judged, although every IAM identity that the cluster admits is in it.",
  remediation: text,
  examples: {
    fail: { roleBindings: [publicInfoViewer, dashboard], roles, version },
    pass: { roleBindings: [publicInfoViewer, { ...dashboard, subjects: dashboard.subjects.slice(0, 1) }], roles, version },
  },
  evaluate: ({ roleBindings, roles: read, version: its }, _settings, { resource }) => {
    const name = `Cluster ${resource.name}`;
    const index = indexRbac(roleBindings, read.state === "known" ? read.value : []);
    const grants = grantsTo(index, anonymous);
    if (grants.length === 0) {
      const evidence = { bindings: [] };
      return [{ status: "pass", resource, evidence, message: `${name} has no binding that names anonymous requests.` }];
    }
    const all = grants.map(({ binding }) => bindingText(binding));
    if (read.state === "unknown") {
      const { reason } = read;
      const message = `${name} binds roles to anonymous requests by ${listed(all)}, and what they allow could not be read: ${reason.message}`;
      return [{ status: "unknown", resource, reason, evidence: { bindings: few(all) }, message }];
    }
    const dangling = grants.filter(({ isDangling }) => isDangling).map(({ binding }) => `${bindingText(binding)} to ${roleText(binding)}`);
    const inert = dangling.length === 0 ? {} : { withoutRole: few(dangling) };
    const excess = grantsBeyond(index, anonymous, [publicInfo]);
    if (excess.length === 0) {
      const message = `${name} gives anonymous requests no more than its health and version paths.`;
      return [{ status: "pass", resource, evidence: { bindings: few(all), ...inert }, message }];
    }
    const minor = its.state === "known" ? minorOf(its.value.kubernetes) : undefined;
    const isRefused = minor !== undefined && minor >= firstMinorThatRefuses;
    return [
      {
        status: "fail",
        resource,
        message: `${name} gives anonymous requests more than its health and version paths: ${given(excess)}${afterwards(its, minor)}.`,
        evidence: { bindings: few(excess.map(shown)), ...inert, ...versionSeen(its) },
        remediation: remedy(excess),
        ...(isRefused ? { severity: "low" as const } : {}),
      },
    ];
  },
});

const shown = ({ grant: { binding }, rules }: Excess): Evidence => ({
  binding: bindingText(binding),
  role: roleText(binding),
  subjects: binding.subjects.filter(({ kind, name }) => kind !== "ServiceAccount" && named.has(name)).map(subjectText),
  rules: few(rules.map(ruleText)),
});

function given(excess: readonly Excess[]): string {
  const texts = excess.map(({ grant, rules }) => `${bindingText(grant.binding)} gives ${listed(rules.map(ruleText))}`);
  return listed(texts);
}

function versionSeen(version: Fact<ClusterVersion>): Evidence {
  return version.state === "known" ? { kubernetesVersion: version.value.kubernetes } : { versionUnread: version.reason.message };
}

/** What the version makes of it. Without one the severity stays: nothing says that such requests are refused. */
function afterwards(version: Fact<ClusterVersion>, minor: number | undefined): string {
  if (version.state === "unknown") return ", and whether its version refuses them could not be read";
  if (minor === undefined) return `, and ${JSON.stringify(version.value.kubernetes)} is no version that says whether it refuses them`;
  return minor >= firstMinorThatRefuses ? `, which EKS itself refuses from Kubernetes 1.${firstMinorThatRefuses} on` : "";
}

/** Names that no shell reads anything into. */
const plain = /^[A-Za-z0-9][\w.:-]*$/;

function remedy(excess: readonly Excess[]): Remediation {
  const commands = excess.flatMap(({ grant: { binding } }) => {
    if (!plain.test(binding.name)) return [];
    const isOnlyTheirs = binding.subjects.every(({ kind, name }) => kind !== "ServiceAccount" && named.has(name));
    const verb = isOnlyTheirs ? "delete" : "edit";
    return [
      binding.namespace === ""
        ? `kubectl ${verb} clusterrolebinding ${binding.name}`
        : `kubectl ${verb} rolebinding ${binding.name} --namespace ${binding.namespace}`,
    ];
  });
  return { text, ...(commands.length === 0 ? {} : { commands: commands.slice(0, 20) }) };
}
