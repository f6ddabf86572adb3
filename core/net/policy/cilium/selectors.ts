/**
 * Selectors of Cilium over the labels that it gives to pods.
 * Source: cilium/cilium pkg/k8s/apis/cilium.io/utils/utils.go (getEndpointSelector).
 */
import type { LabelSelector } from "../../../model/network-policy.ts";
import { PolicyFieldError } from "../errors.ts";
import { readSelector } from "../fields.ts";
import type { PodClass } from "../model.ts";
import type { PodSelector } from "../pod-selector.ts";
import { type Labels, type Requirement, type Selector, selectorOf } from "../selector.ts";

const namespaceKey = "io.kubernetes.pod.namespace";
const namespaceLabelsPrefix = "io.cilium.k8s.namespace.labels.";
const clusterKey = "io.cilium.k8s.policy.cluster";

/** What a selector of endpoints means. */
export interface Endpoints {
  readonly pods: readonly PodSelector[];
  /** Addresses outside have none of a pod's labels: a selector that only asks for labels to be absent may mean them too. */
  readonly mayMeanOutside: boolean;
  /** It asks for something other than the labels of pods: of which of these it holds isn't known. */
  readonly partly?: string;
}

/** The peers of a policy of the namespace, or of a clusterwide one. */
export function readEndpoints(selector: LabelSelector, namespace: string | undefined, field: string): Endpoints {
  const { requirements, reserved } = plain(selector, field);
  if (reserved) return { pods: [], mayMeanOutside: true, partly: "reserved labels" };
  const named = requirements.filter(({ key }) => key !== clusterKey);
  const hasNamespace = named.some(({ key }) => key === namespaceKey);
  const hasNamespaceLabels = namespace !== undefined && named.some(({ key }) => key.startsWith(namespaceLabelsPrefix));
  const added: readonly Requirement[] =
    hasNamespace || hasNamespaceLabels
      ? []
      : [
          namespace === undefined
            ? { key: namespaceKey, operator: "Exists", values: [] }
            : { key: namespaceKey, operator: "In", values: [namespace] },
        ];
  const all = [...named, ...added];
  return {
    pods: [podsOf(selectorOf({}, all))],
    mayMeanOutside: all.every(({ operator }) => operator === "NotIn" || operator === "DoesNotExist"),
    ...(named.length < requirements.length ? { partly: "names of clusters" } : {}),
  };
}

/** The pods that a policy of the namespace, or a clusterwide one, is for. */
export function readSubject(selector: LabelSelector, namespace: string | undefined, field: string): PodSelector {
  const { requirements, reserved } = plain(selector, field);
  if (requirements.some(({ key }) => key === clusterKey)) throw new PolicyFieldError(field, `names ${clusterKey}, which is not known here`);
  if (reserved) return { key: "cilium:none", matches: () => false };
  // A policy is for pods of its own namespace, whatever namespace its labels name.
  const own = requirements.filter(({ key, operator }) => namespace === undefined || key !== namespaceKey || operator !== "In");
  return podsOf(selectorOf(namespace === undefined ? {} : { [namespaceKey]: namespace }, own));
}

/** Keys without the source of the label; a source that no pod's label has is reserved. */
function plain(selector: LabelSelector, field: string): { readonly requirements: readonly Requirement[]; readonly reserved: boolean } {
  const strip = (key: string): string => key.replace(/^(?:k8s|any):/, "");
  const keys = [...Object.keys(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map(({ key }) => key)];
  if (keys.some((key) => strip(key).includes(":"))) return { requirements: [], reserved: true };
  const { requirements } = readSelector(
    {
      matchLabels: Object.fromEntries(Object.entries(selector.matchLabels ?? {}).map(([key, value]) => [strip(key), value])),
      matchExpressions: (selector.matchExpressions ?? []).map((one) => ({ ...one, key: strip(one.key) })),
    },
    field,
  );
  return { requirements, reserved: false };
}

function podsOf(selector: Selector): PodSelector {
  const only = selector.requirements.find(({ key, operator, values }) => key === namespaceKey && operator === "In" && values.length === 1);
  const [namespace] = only?.values ?? [];
  return {
    key: `cilium:${selector.key}`,
    matches: (pod) => selector.matches(labelsOf(pod)),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

const given = new WeakMap<PodClass, Labels>();

/** The labels that Cilium gives to a pod. */
function labelsOf(pod: PodClass): Labels {
  const known = given.get(pod);
  if (known !== undefined) return known;
  const { namespace, labels, namespaceLabels, serviceAccount } = pod;
  const all: Labels = {
    ...labels,
    ...Object.fromEntries(Object.entries(namespaceLabels).map(([key, value]) => [`${namespaceLabelsPrefix}${key}`, value])),
    ...(serviceAccount === undefined ? {} : { "io.cilium.k8s.policy.serviceaccount": serviceAccount }),
    [namespaceKey]: namespace,
  };
  given.set(pod, all);
  return all;
}
