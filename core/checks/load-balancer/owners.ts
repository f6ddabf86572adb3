/** What the checks of this folder say alike: who is judged, what no load balancer means, and when a pass is withheld. */
import type { About, Evidence, Remediation, Verdict } from "../../model/check.ts";
import { known, type Reason } from "../../model/fact.ts";
import type { TargetGroupBinding } from "../../model/gateway.ts";
import { type Severity, severities } from "../../model/severity.ts";
import type { KubernetesPlane, Ownership } from "../../net/load-balancer/owner.ts";
import { doubtOf, type Subject, type Subjects } from "../../net/load-balancer/subjects.ts";
import { few } from "../listed.ts";
import { nameOf } from "../words.ts";

/** What tells whose a load balancer is: every check of this folder that judges owners uses these facts. */
export const ownerFacts = [
  "services",
  "ingresses",
  "ingressClasses",
  "ingressClassParams",
  "gateways",
  "gatewayClasses",
  "loadBalancerConfigurations",
  "targetGroupBindings",
  "targetGroups",
  "workloads",
] as const satisfies readonly (keyof KubernetesPlane)[];

/** A cluster without objects, for examples: the tags of a load balancer tell its owner all the same. */
export const noObjects: KubernetesPlane = {
  services: known([]),
  ingresses: known([]),
  ingressClasses: known([]),
  ingressClassParams: known([]),
  gateways: known([]),
  gatewayClasses: known([]),
  loadBalancerConfigurations: known([]),
  targetGroupBindings: known([]),
  targetGroups: known([]),
  workloads: known([]),
};

export const arnsOf = (loadBalancers: readonly Pick<Ownership, "loadBalancer">[]): readonly string[] =>
  few(loadBalancers.map(({ loadBalancer }) => loadBalancer.arn));

/** One load balancer seen by a check. Of several, the worst decides: `fail`, then `unknown`, then the rest. */
export type Opinion = { readonly message: string; readonly evidence: Evidence } & (
  | { readonly status: "pass" | "not-applicable" }
  /** `severity` where it is lower than the check's default; `isMinor` is short for low. */
  | { readonly status: "fail"; readonly isMinor?: boolean; readonly severity?: Severity; readonly remediation?: Remediation }
  | { readonly status: "unknown"; readonly reason: Reason }
);

export interface Judgement {
  readonly about: About;
  readonly subjects: Subjects;
  /** What the check says of one of the owner's load balancers. */
  readonly judge: (ownership: Ownership, subject: Subject) => Opinion;
  /** Whether a load balancer that may be anybody's could spoil a pass. */
  readonly spoils: (ownership: Ownership) => boolean;
}

/** One verdict per owner, per load balancer without owner, and one for the cluster where whose some are could not be told. */
export function judgeOwners(judgement: Judgement): readonly Verdict[] {
  const { subjects, about } = judgement;
  const verdicts = subjects.subjects.map((subject) => judgeOwner(subject, judgement));
  const { undecided } = subjects;
  const unfollowed = subjects.unfollowed.filter(({ loadBalancers }) => loadBalancers.length === 0 || loadBalancers.some(judgement.spoils));
  const [lead] = unfollowed;
  if (undecided.length === 0 && lead === undefined) return verdicts;
  const { resource } = about;
  const name = nameOf(resource);
  const doubted = [...undecided, ...unfollowed.flatMap(({ loadBalancers }) => loadBalancers.filter(judgement.spoils))];
  const evidence = { loadBalancerArns: arnsOf(doubted) };
  if (undecided.length === 0 && lead !== undefined) {
    const message = `${name} was not judged whole, load balancers that are not its own may lead to its pods: ${lead.reason.message}`;
    return [...verdicts, { resource, status: "unknown", reason: lead.reason, message, evidence }];
  }
  const reason = doubtOf(undecided);
  const message = `${name} was not judged whole, load balancers of its VPC may be its own: ${reason.message}`;
  return [...verdicts, { resource, status: "unknown", reason, message, evidence }];
}

/** What leads from a load balancer to pods: "TargetGroupBinding shop/web to Service shop/web". */
export const bindingWords = ({ namespace, name, service }: TargetGroupBinding): string =>
  `TargetGroupBinding ${namespace}/${name} to Service ${namespace}/${service}`;

const worstFirst = ["fail", ...severities.map((severity) => `fail ${severity}` as const), "unknown", "pass", "not-applicable"] as const;
const severityOf = (opinion: Extract<Opinion, { status: "fail" }>): Severity | undefined =>
  opinion.isMinor === true ? "low" : opinion.severity;
function rankOf(opinion: Opinion): number {
  const severity = opinion.status === "fail" ? severityOf(opinion) : undefined;
  return worstFirst.indexOf(opinion.status === "fail" && severity !== undefined ? `fail ${severity}` : opinion.status);
}

function judgeOwner(subject: Subject, { subjects, judge, spoils }: Judgement): Verdict {
  const { resource, absence, loadBalancers } = subject;
  const name = nameOf(resource);
  if (absence?.state === "unsure") {
    return {
      resource,
      status: "unknown",
      reason: absence.reason,
      message: `${name} has no load balancer that could be told: ${absence.reason.message}`,
    };
  }
  const opinions = loadBalancers.map((ownership) => judge(ownership, subject)).sort((a, b) => rankOf(a) - rankOf(b));
  const [worst] = opinions;
  if (worst === undefined) {
    return { resource, status: "not-applicable", message: `${name} has no load balancer, ${absence?.rule ?? "none was found"}.` };
  }
  const { message } = worst;
  const bindings = loadBalancers.flatMap((one) => one.bindings ?? []);
  const evidence = {
    loadBalancerArns: arnsOf(loadBalancers),
    ...(bindings.length === 0 ? {} : { bindings: few(bindings.map(bindingWords)) }),
    ...worst.evidence,
  };
  if (worst.status === "unknown") return { resource, status: "unknown", reason: worst.reason, message, evidence };
  if (worst.status === "fail") {
    const severity = severityOf(worst);
    const { remediation } = worst;
    return {
      resource,
      status: "fail",
      message,
      evidence,
      ...(severity === undefined ? {} : { severity }),
      ...(remediation === undefined ? {} : { remediation }),
    };
  }
  if (worst.status === "not-applicable") return { resource, status: "not-applicable", message };
  const spoiling = subjects.undecided.filter(spoils);
  if (spoiling.length > 0) {
    const reason = doubtOf(spoiling);
    return {
      resource,
      status: "unknown",
      reason,
      message: `${name} may own more load balancers than those seen: ${reason.message}`,
      evidence,
    };
  }
  return { resource, status: "pass", message, evidence };
}
