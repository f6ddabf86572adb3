/** The files that give a scanner its rights, made from the table of reads: what is granted and what is called can't drift apart. */
import { stringify } from "yaml";
import { type KubernetesRead, kubernetesReads } from "../core/collect/reads.ts";
import { readersGroup } from "../core/model/onboarding.ts";
import { memberStatements } from "../infra/permissions.ts";

/** `docs/access/cluster-role.yaml`: get and list of exactly what is read. */
export function clusterRole(): string {
  const name = "eks-perimeter-reader";
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name },
    rules: rules(),
  };
  const binding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: readersGroup }],
  };
  const header = "# Made from core/collect/reads.ts by `npm run docs`. Reads what the checks need, and no Secret.\n";
  return `${header}${[role, binding].map((document) => stringify(document)).join("---\n")}`;
}

/** One rule per API group and verb, resources sorted; one for the objects of a kind that are got by name. */
function rules(): readonly object[] {
  const lists = new Map<string, Set<string>>();
  const gets = new Map<string, { readonly group: string; readonly resource: string; readonly names: string[] }>();
  for (const { group, resource, verb, object } of Object.values<KubernetesRead>(kubernetesReads)) {
    if (verb === "list") lists.set(group, new Set([...(lists.get(group) ?? []), resource]));
    else {
      const name = object?.split("/").at(-1) ?? "";
      const others = gets.get(`${group}/${resource}`);
      if (others === undefined) gets.set(`${group}/${resource}`, { group, resource, names: [name] });
      else others.names.push(name);
    }
  }
  const listed = [...lists].map(([group, resources]) => ({ apiGroups: [group], resources: [...resources].sort(), verbs: ["list"] }));
  const got = [...gets.values()].map(({ group, resource, names }) => ({
    apiGroups: [group],
    resources: [resource],
    resourceNames: names.sort(),
    verbs: ["get"],
  }));
  return [...listed, ...got];
}

/** `docs/access/member-policy.json`: the identity policy of the member role; put the account's id for ACCOUNT_ID. */
export const memberPolicy = (): string =>
  `${JSON.stringify({ Version: "2012-10-17", Statement: memberStatements("aws", "ACCOUNT_ID") }, null, 2)}\n`;
