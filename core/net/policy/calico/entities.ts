/**
 * What a rule of Calico says of one end of a connection.
 * Source: projectcalico/calico libcalico-go/lib/backend/syncersv1/updateprocessors/rules.go (GetEntityRuleSelector).
 */
import type { CalicoEntity, CalicoNetworkSet } from "../../../model/calico-policy.ts";
import {
  type AddressSet,
  allAddresses,
  difference,
  intersection,
  isCidr,
  isEmpty,
  noAddresses,
  parseFilterCidrs,
  unionOf,
} from "../../addresses.ts";
import { PolicyFieldError } from "../errors.ts";
import { quoted } from "../fields.ts";
import type { PodClass } from "../model.ts";
import type { PodSelector } from "../pod-selector.ts";
import type { Labels } from "../selector.ts";
import { type Expression, parseExpression, type Selectable } from "./selector.ts";

/** The sets of addresses that selectors may mean. */
export interface Surroundings {
  readonly networkSets: readonly CalicoNetworkSet[];
  /** Labels of namespaces by name, for network sets that lie in one. */
  readonly namespaces: Readonly<Record<string, Labels>>;
}

/** Whether something is meant; "perhaps" where that hangs on what is not known of it. */
export type Meant = "yes" | "no" | "perhaps";
export interface Ends {
  readonly key: string;
  readonly ofPod: (pod: PodClass) => Meant;
  readonly outside: AddressSet;
  /** Some network set that may be meant names domains, whose addresses are not known. */
  readonly namesDomains?: boolean;
}

/**
 * One end as it is written; undefined where nothing is said of it, so that it is any.
 *
 * @param namespace of the policy, where it has one
 * @throws {PolicyFieldError} for what can't be read
 */
export function readEnds(entity: CalicoEntity, namespace: string | undefined, field: string, around: Surroundings): Ends | undefined {
  const { nets, notNets, selector, notSelector, namespaceSelector, serviceAccounts } = entity;
  const within = nets && nets.length > 0 ? readNets(nets, `${field}.nets`) : undefined;
  const without = notNets && notNets.length > 0 ? readNets(notNets, `${field}.notNets`) : undefined;
  const tests = selectorTests(entity, namespace, field);
  const not = notSelector ? ofEndpoint(parseExpression(notSelector, `${field}.notSelector`)) : undefined;
  if (!within && !without && tests.length === 0 && !not) return undefined;

  const sets = around.networkSets.map((set) => ({ one: setSelectable(set, around), addresses: readNets(set.nets, `${set.name}.nets`) }));
  const netsWhere = (isMeant: (one: NetworkSetSelectable) => boolean): AddressSet =>
    unionOf(sets.filter(({ one }) => isMeant(one)).map(({ addresses }) => addresses));
  const meantSets = tests.length === 0 ? allAddresses : netsWhere((one) => tests.every((test) => test(one) === "yes"));
  const refusedSets = not ? netsWhere((one) => not(one) === "yes") : noAddresses;
  const namesDomains =
    tests.length > 0 &&
    around.networkSets.some((set) => (set.domains ?? []).length > 0 && tests.every((test) => test(setSelectable(set, around)) !== "no"));
  const allowedNets = difference(within ?? allAddresses, without ?? noAddresses);
  return {
    key: `calico:${JSON.stringify([namespace, nets, notNets, selector, notSelector, namespaceSelector, serviceAccounts])}`,
    outside: difference(intersection(meantSets, allowedNets), refusedSets),
    ...(namesDomains ? { namesDomains } : {}),
    ofPod: (pod) => {
      if ((within || without) && isEmpty(intersection(pod.addresses, allowedNets))) return "no";
      const one = podSelectable(pod);
      const isInSet = tests.length > 0 && !isEmpty(intersection(pod.addresses, meantSets));
      const meant = isInSet ? "yes" : allOf(tests.map((test) => test(one)));
      const refused = not ? (isEmpty(intersection(pod.addresses, refusedSets)) ? not(one) : "yes") : "no";
      return allOf([meant, refused === "yes" ? "no" : refused === "no" ? "yes" : "perhaps"]);
    },
  };
}

const allOf = (all: readonly Meant[]): Meant => (all.includes("no") ? "no" : all.includes("perhaps") ? "perhaps" : "yes");

/** Something with labels of its own, of its namespace, and of its service account. */
interface Labelled {
  readonly own: Selectable;
  readonly ofNamespace: Selectable;
  /** Undefined: not known. */
  readonly ofServiceAccount: Selectable | undefined;
}
type NetworkSetSelectable = Labelled;
export type Test = (one: Labelled) => Meant;

const certain = (isMeant: boolean): Meant => (isMeant ? "yes" : "no");
export const ofEndpoint =
  (expression: Expression): Test =>
  ({ own }) =>
    certain(expression(own));
export const ofNamespace =
  (expression: Expression): Test =>
  ({ ofNamespace: one }) =>
    certain(expression(one));
export const ofServiceAccount =
  (expression: Expression): Test =>
  ({ ofServiceAccount: one }) =>
    one === undefined ? "perhaps" : certain(expression(one));
export const inNamespace =
  (namespace: string): Test =>
  ({ own }) =>
    certain(own.label("projectcalico.org/namespace") === namespace);

function selectorTests(entity: CalicoEntity, namespace: string | undefined, field: string): readonly Test[] {
  const { selector, notSelector, namespaceSelector, serviceAccounts } = entity;
  const tests: Test[] = [];
  if (selector) tests.push(ofEndpoint(parseExpression(selector, `${field}.selector`)));
  if (serviceAccounts?.selector)
    tests.push(ofServiceAccount(parseExpression(serviceAccounts.selector, `${field}.serviceAccounts.selector`)));
  const names = serviceAccounts?.names ?? [];
  if (names.length > 0) tests.push(({ own }) => certain(names.includes(own.label("projectcalico.org/serviceaccount") ?? "")));
  if (namespaceSelector) {
    tests.push(ofNamespace(parseExpression(namespaceSelector, `${field}.namespaceSelector`, { global: true })));
  } else if (namespace !== undefined && (tests.length > 0 || notSelector)) tests.push(inNamespace(namespace));
  return tests;
}

/** Unlike elsewhere an address alone will do, and bits beyond a prefix are cleared. */
function readNets(nets: readonly string[], field: string): AddressSet {
  for (const [i, net] of nets.entries())
    if (!isCidr(net)) throw new PolicyFieldError(`${field}[${i}]`, `is ${quoted(net)}, which is no CIDR block`);
  return parseFilterCidrs(nets);
}

const labelsOf =
  (labels: Labels, more: Labels = {}): Selectable["label"] =>
  (key) =>
    Object.hasOwn(more, key) ? more[key] : Object.hasOwn(labels, key) ? labels[key] : undefined;

/** A pod with the labels that Calico gives it. */
export function podSelectable({ namespace, labels, namespaceLabels, serviceAccount, serviceAccountLabels }: PodClass): Labelled {
  const given: Labels = {
    "projectcalico.org/namespace": namespace,
    "projectcalico.org/orchestrator": "k8s",
    ...(serviceAccount === undefined ? {} : { "projectcalico.org/serviceaccount": serviceAccount }),
  };
  const isInNamespace = true;
  return {
    own: { isInNamespace, label: withPrefixes(labelsOf(labels, given), { "pcns.": namespaceLabels, "pcsa.": serviceAccountLabels ?? {} }) },
    ofNamespace: { isInNamespace, label: labelsOf(namespaceLabels, { "projectcalico.org/name": namespace }) },
    ofServiceAccount: serviceAccountLabels && {
      isInNamespace,
      label: labelsOf(serviceAccountLabels, serviceAccount === undefined ? {} : { "projectcalico.org/name": serviceAccount }),
    },
  };
}

/** Labels of the namespace and the service account stand among an endpoint's own, under a prefix. */
const withPrefixes =
  (label: Selectable["label"], prefixed: Readonly<Record<string, Labels>>): Selectable["label"] =>
  (key) => {
    const prefix = key.slice(0, 5);
    const labels = Object.hasOwn(prefixed, prefix) ? prefixed[prefix] : undefined;
    return labels ? labelsOf(labels)(key.slice(5)) : label(key);
  };

function setSelectable({ namespace, labels }: CalicoNetworkSet, { namespaces }: Surroundings): NetworkSetSelectable {
  const isInNamespace = namespace !== undefined;
  const ofNamespaces: Labels = namespace === undefined ? {} : (namespaces[namespace] ?? {});
  const given: Labels = namespace === undefined ? {} : { "projectcalico.org/namespace": namespace };
  return {
    own: { isInNamespace, label: withPrefixes(labelsOf(labels, given), { "pcns.": ofNamespaces }) },
    ofNamespace: { isInNamespace, label: labelsOf(ofNamespaces, namespace === undefined ? {} : { "projectcalico.org/name": namespace }) },
    ofServiceAccount: { isInNamespace, label: () => undefined },
  };
}

/** The pods for which the answer is the given one. */
export const podsWhere = (key: string, answer: Meant, ofPod: (pod: PodClass) => Meant): PodSelector => ({
  key: `${answer}:${key}`,
  matches: (pod) => ofPod(pod) === answer,
});
