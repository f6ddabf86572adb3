import { quoted } from "../../checks/shell.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Fact } from "../../model/fact.ts";
import type { policyFacts } from "../../net/policy/effective.ts";
import type { Fix } from "../fix.ts";

/** What a policy is called in full, by the part of its resource's id that says so. */
const kinds: Readonly<
  Record<string, { readonly list: (typeof policyFacts)[number]; readonly resource: string; readonly is?: Readonly<Record<string, string>> }>
> = {
  networkpolicies: { list: "networkPolicies", resource: "networkpolicies.networking.k8s.io" },
  "networkpolicies.projectcalico.org": { list: "calicoPolicies", resource: "networkpolicies.projectcalico.org" },
  globalnetworkpolicies: { list: "calicoPolicies", resource: "globalnetworkpolicies.projectcalico.org" },
  ciliumnetworkpolicies: { list: "ciliumPolicies", resource: "ciliumnetworkpolicies.cilium.io" },
  ciliumclusterwidenetworkpolicies: { list: "ciliumPolicies", resource: "ciliumclusterwidenetworkpolicies.cilium.io" },
  applicationnetworkpolicies: { list: "applicationNetworkPolicies", resource: "applicationnetworkpolicies.networking.k8s.aws" },
  adminnetworkpolicies: {
    list: "adminNetworkPolicies",
    resource: "adminnetworkpolicies.policy.networking.k8s.io",
    is: { kind: "AdminNetworkPolicy" },
  },
  baselineadminnetworkpolicies: {
    list: "adminNetworkPolicies",
    resource: "baselineadminnetworkpolicies.policy.networking.k8s.io",
    is: { kind: "BaselineAdminNetworkPolicy" },
  },
};

/** A selector that meant something once is a guess away from meaning something else: what protects nothing is deleted. */
export const fixNetworkPoliciesSelectPods: Fix = ({ cluster, finding }) => {
  const { kind, name, namespace, id } = finding.resource;
  const plural = id.slice(0, id.lastIndexOf("/")).split("/").at(-1) ?? "";
  const found = Object.hasOwn(kinds, plural) ? kinds[plural] : undefined;
  const groups = plural === "clusternetworkpolicies" ? clusterPolicyGroups(cluster.facts, name) : [];
  const [group] = groups;
  if (groups.length > 1) return { none: `Two groups have a ${kind} ${name}: delete by hand the one that selects nothing.` };
  const what =
    group === undefined
      ? found
      : { list: "clusterNetworkPolicies" as const, resource: `clusternetworkpolicies.${group}`, is: { apiGroup: group } };
  if (what === undefined) return { none: `What kind of policy ${kind} ${name} is was not told.` };
  const isIt = (one: object): boolean => {
    const fields = one as Readonly<Record<string, unknown>>;
    return (
      fields.name === name && fields.namespace === namespace && Object.entries(what.is ?? {}).every(([key, value]) => fields[key] === value)
    );
  };
  const list = cluster.facts[what.list] as Fact<readonly object[]>;
  if (list.state === "unknown") return { none: `${what.list} were not read: ${list.reason.message}` };
  const scope = namespace === undefined ? "" : ` --namespace ${quoted(namespace)}`;
  return {
    plan: {
      summary: `Deletes ${kind} ${namespace === undefined ? name : `${namespace}/${name}`}, which selects nothing.`,
      commands: [`kubectl delete ${what.resource}${scope} ${quoted(name)}`],
      manifests: [],
      after: { ...cluster.facts, [what.list]: { state: "known", value: list.value.filter((one) => !isIt(one)) } },
      ends: "gone",
      notes: [
        "Where a label was renamed, correct the selector instead: the pods that it was for are without its protection now.",
        "Delete it where it is kept too, such as in a chart, or it will come back.",
      ],
    },
  };
};

const clusterPolicyGroups = ({ clusterNetworkPolicies: list }: ClusterFacts, name: string): readonly string[] =>
  list.state === "known" ? list.value.filter((one) => one.name === name).map(({ apiGroup }) => apiGroup) : [];
