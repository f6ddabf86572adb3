/** What checks of namespaces say alike: which pods are judged, which of them decides, when a pass is withheld. */
import type { About, Evidence, Verdict } from "../../model/check.ts";
import type { Reason } from "../../model/fact.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { type Effective, type EffectiveFacts, effectivePolicies, type Subject } from "../../net/policy/effective.ts";
import { hasEnded } from "../../net/workloads/phase.ts";
import { systemMembership } from "../../net/workloads/system.ts";
import { topControllers } from "../../net/workloads/top-controller.ts";

/** What a check says of one class of pods. */
export type Opinion =
  | { readonly status: "pass" }
  /** `seen` is a clause about the pod: "no policy isolates it for ingress". */
  | { readonly status: "fail"; readonly seen: string; readonly witness: Evidence }
  | { readonly status: "unknown"; readonly reason: Reason };

export interface Judgement {
  readonly about: About;
  readonly facts: EffectiveFacts;
  readonly settings: Settings;
  /** What a pod that fails is, after "pods": "that are open to ingress". */
  readonly failing: string;
  /** Asked once for each key of what a pod has in common with others. */
  readonly judge: (subject: Subject, pod: Pod, effective: Effective) => Opinion;
  /** What pods of the same subject may differ in, for this check. */
  readonly keyOf?: (pod: Pod) => string;
  /** Why a namespace is not judged; undefined where it is. */
  readonly isExempt?: (namespace: string) => string | undefined;
  /** Whether a pod is not judged for a reason of this check's own; the reason where that was not told. */
  readonly excuse?: (pod: Pod) => boolean | Reason;
}

interface Gathered {
  readonly judged: { readonly pod: Pod; readonly mayBeExempt?: Reason }[];
  readonly counts: { hostNetwork: number; systemWorkloads: number; withoutAddressYet: number; excused: number };
}

/** One verdict per namespace with pods. */
export function judgeNamespaces(judgement: Judgement): readonly Verdict[] {
  const { facts, about, isExempt } = judgement;
  const effective = effectivePolicies(facts);
  const opinions = opinionsOf(judgement, effective);
  return [...gathered(judgement)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, its]) => {
      const resource = { kind: "Namespace", id: `${about.resource.id}/namespaces/${namespace}`, name: namespace };
      const exempt = isExempt?.(namespace);
      if (exempt !== undefined) return { resource, status: "not-applicable", message: `Namespace ${namespace} ${exempt}.` };
      const { judged, counts } = its;
      if (judged.length === 0) return { resource, status: "not-applicable", message: `Namespace ${namespace} runs no pod that is judged.` };
      const seen = judged.map(({ pod, mayBeExempt }) => ({ pod, mayBeExempt, opinion: opinions(pod) }));
      const notJudged = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
      const evidence: Evidence = { podsJudged: judged.length, notJudged };
      const failed = seen.flatMap(({ pod, opinion, mayBeExempt }) => (opinion.status === "fail" ? [{ pod, opinion, mayBeExempt }] : []));
      const certain = failed.find(({ mayBeExempt }) => mayBeExempt === undefined);
      if (certain !== undefined) {
        const count = failed.filter(({ mayBeExempt }) => mayBeExempt === undefined).length;
        const inert = certain.opinion.witness.enforcement !== undefined && effective.policies > 0;
        const message = `Namespace ${namespace} has ${count} of ${judged.length} pods ${judgement.failing}, such as ${certain.pod.name}: ${certain.opinion.seen}${inert ? ", so that policies are present but inert" : ""}.`;
        const witness = { pod: `${namespace}/${certain.pod.name}`, ...certain.opinion.witness };
        return {
          resource,
          status: "fail",
          message,
          evidence: { ...evidence, podsFailing: count, witness, ...(inert ? { policies: "present but inert" } : {}) },
        };
      }
      const unsure = seen.flatMap(({ opinion, mayBeExempt }) =>
        opinion.status === "unknown" ? [opinion.reason] : opinion.status === "fail" && mayBeExempt !== undefined ? [mayBeExempt] : [],
      );
      const [reason] = unsure;
      if (reason !== undefined) {
        const message = `Namespace ${namespace} may have pods ${judgement.failing}: ${reason.message}`;
        return { resource, status: "unknown", reason, message, evidence: { ...evidence, podsInDoubt: unsure.length } };
      }
      return {
        resource,
        status: "pass",
        message: `Namespace ${namespace} has ${judged.length} pods judged, none ${judgement.failing}.`,
        evidence,
      };
    });
}

/** The pods of one namespace that run on its own network, by what a check says of them. */
export interface Sides {
  /** For certain, and judged for certain. */
  readonly failing: readonly Pod[];
  /** All others: they pass, are in doubt, or are not judged. */
  readonly others: readonly Pod[];
}

/** Which pods a fail of a namespace is about: what is to be mended, and what is to be left alone. */
export function sidesIn(judgement: Judgement, namespace: string): Sides {
  const opinions = opinionsOf(judgement, effectivePolicies(judgement.facts));
  const { judged = [] } = gathered(judgement).get(namespace) ?? {};
  const failing = new Set(
    judged.filter(({ pod, mayBeExempt }) => mayBeExempt === undefined && opinions(pod).status === "fail").map(({ pod }) => pod),
  );
  const ofNamespace = judgement.facts.pods.filter((pod) => pod.namespace === namespace && !hasEnded(pod) && !pod.spec.hostNetwork);
  return { failing: [...failing], others: ofNamespace.filter((pod) => !failing.has(pod)) };
}

function opinionsOf({ judge, keyOf }: Judgement, effective: Effective): (pod: Pod) => Opinion {
  const known = new Map<string, Opinion>();
  return (pod) => {
    const subject = effective.of(pod);
    if (subject === undefined) return { status: "pass" };
    const key = `${subject.key} ${keyOf?.(pod) ?? ""}`;
    const opinion = known.get(key) ?? judge(subject, pod, effective);
    known.set(key, opinion);
    return opinion;
  };
}

/** The pods of each namespace, those that are not judged counted. */
function gathered({ facts, settings, excuse }: Judgement): ReadonlyMap<string, Gathered> {
  const topOf = topControllers(facts.workloads);
  const all = new Map<string, Gathered>();
  const of = (namespace: string): Gathered => {
    const found = all.get(namespace) ?? {
      judged: [],
      counts: { hostNetwork: 0, systemWorkloads: 0, withoutAddressYet: 0, excused: 0 },
    };
    all.set(namespace, found);
    return found;
  };
  for (const pod of facts.pods) {
    if (hasEnded(pod)) continue;
    const { judged, counts } = of(pod.namespace);
    const system = systemMembership(pod, topOf(pod), settings);
    const excused = excuse?.(pod) ?? false;
    if (pod.spec.hostNetwork) counts.hostNetwork += 1;
    else if (system.state === "yes") counts.systemWorkloads += 1;
    else if (excused === true) counts.excused += 1;
    else if (pod.nodeName === undefined) counts.withoutAddressYet += 1;
    else if (excused !== false) judged.push({ pod, mayBeExempt: excused });
    else judged.push({ pod, ...(system.state === "maybe" ? { mayBeExempt: system.reason } : {}) });
  }
  return all;
}
