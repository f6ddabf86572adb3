/**
 * Whether rules together allow all that another one does.
 * Source: kubernetes:staging/src/k8s.io/component-helpers/auth/rbac/validation/policy_comparator.go Covers.
 */
import type { PolicyRule } from "../../model/rbac.ts";
import { beginning, holds, matchesResource, matchesUrl } from "./rules.ts";

/** Those of the rules that allow something that the baseline does not. */
export const beyond = (rules: readonly PolicyRule[], baseline: readonly PolicyRule[]): readonly PolicyRule[] =>
  rules.filter((rule) => !covers(baseline, rule));

/**
 * Whether every request that the rule allows is allowed by one of the baseline's rules. Exact: names, verbs and paths are
 * without number, so a wildcard is covered by a wildcard only. A rule that allows nothing is covered by anything.
 */
export function covers(baseline: readonly PolicyRule[], rule: PolicyRule): boolean {
  const verbs = rule.verbs.map((verb) => coverers(baseline, (owner) => holds(owner.verbs, verb)));
  const groups = rule.apiGroups.map((group) => coverers(baseline, (owner) => holds(owner.apiGroups, group)));
  const resources = rule.resources.map((resource) =>
    coverers(baseline, (owner) => owner.resources.some((pattern) => matchesResource(pattern, resource))),
  );
  const names =
    rule.resourceNames.length === 0
      ? [coverers(baseline, (owner) => owner.resourceNames.length === 0)]
      : rule.resourceNames.map((name) =>
          coverers(baseline, (owner) => owner.resourceNames.length === 0 || owner.resourceNames.includes(name)),
        );
  const urls = rule.nonResourceUrls.map((url) =>
    coverers(baseline, (owner) => owner.nonResourceUrls.some((pattern) => coversUrl(pattern, url))),
  );
  return isCovered([verbs, groups, resources, names]) && isCovered([verbs, urls]);
}

/** One bit for each of the baseline's rules that covers one part of a rule. */
type Coverers = bigint;

const coverers = (baseline: readonly PolicyRule[], does: (owner: PolicyRule) => boolean): Coverers =>
  baseline.reduce((bits, owner, i) => (does(owner) ? bits | (1n << BigInt(i)) : bits), 0n);

/**
 * Whether each choice of one part per list has a rule that covers all of its parts. Parts that the same rules cover are
 * looked at once: what decides is the number of kinds, not the product of the lists' lengths.
 */
function isCovered(lists: readonly (readonly Coverers[])[]): boolean {
  if (lists.some((list) => list.length === 0)) return true;
  let choices = new Set<Coverers>([-1n]);
  for (const list of lists.map((parts) => new Set(parts))) {
    choices = new Set([...choices].flatMap((choice) => [...list].map((part) => choice & part)));
  }
  return !choices.has(0n);
}

const coversUrl = (pattern: string, url: string): boolean =>
  url.endsWith("*") ? pattern.endsWith("*") && beginning(url).startsWith(beginning(pattern)) : matchesUrl(pattern, url);
