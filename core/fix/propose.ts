/** Plans for several findings of one cluster, each made on what the ones before it leave behind. Pure. */
import { UnquotableError } from "../checks/shell.ts";
import type { Finding } from "../model/finding.ts";
import type { Fix, Plan } from "./fix.ts";
import { fixes, withoutFix } from "./index.ts";
import { ManifestError } from "./manifests.ts";
import { type Ground, type Judged, judgedAgain, judgedOn, type Proof } from "./prove.ts";

export type Proposal = {
  readonly finding: Finding;
} /** `proved` is false where it is not shown to be safe, or to help: it is no advice then. */ & (
  | { readonly state: "planned"; readonly plan: Plan; readonly proof: Proof; readonly proved: boolean }
  | { readonly state: "none"; readonly why: string }
  /** A plan before it mends this one as well. */
  | { readonly state: "mended"; readonly by: Finding }
  /** It does not fail. */
  | { readonly state: "nothing-to-do" }
);

/** A plan may open the way for one before it, such as an engine for policies: so often is asked again. */
const mostRounds = 3;

/**
 * One proposal for each finding, in the order in which plans are to be carried out, those without a proved plan last. A plan that is
 * proved is carried out in thought before the next is made, so that no two contradict each other; one that is not proved is not. Those
 * that may shut out whoever carries them out come after all others.
 *
 * @param tell hears how many findings have their proposal
 */
export function propose(ground: Ground, findings: readonly Finding[], tell: (done: number) => void = () => {}): readonly Proposal[] {
  const planner = new Planner(ground);
  const first = inRounds(findings, (finding) => planner.propose(finding, "not-last"), tell);
  if (first.last.length === 0) return [...first.settled, ...first.open];
  const rest = [...first.last, ...first.open.map(({ finding }) => finding)];
  const second = inRounds(
    rest,
    (finding) => planner.propose(finding),
    (done) => tell(Math.max(findings.length - first.last.length, findings.length - rest.length + done)),
  );
  return [...first.settled, ...second.settled, ...second.open];
}

interface Rounds {
  readonly settled: readonly Proposal[];
  readonly open: readonly Proposal[];
  /** Those of which the plan goes last. */
  readonly last: readonly Finding[];
}

function inRounds(
  findings: readonly Finding[],
  proposeFor: (finding: Finding) => Proposal | undefined,
  tell: (done: number) => void,
): Rounds {
  const settled: Proposal[] = [];
  const last: Finding[] = [];
  let waiting = findings;
  for (let round = 1; ; round += 1) {
    const open: Proposal[] = [];
    let proved = 0;
    for (const [i, finding] of waiting.entries()) {
      const proposal = proposeFor(finding);
      if (proposal === undefined) last.push(finding);
      else if (isOpen(proposal)) open.push(proposal);
      else {
        settled.push(proposal);
        if (proposal.state === "planned") proved += 1;
      }
      if (round === 1) tell(i + 1 - last.length);
    }
    if (open.length === 0 || proved === 0 || round === mostRounds) return { settled, open, last };
    waiting = open.map(({ finding }) => finding);
  }
}

const isOpen = (one: Proposal): boolean => one.state === "none" || (one.state === "planned" && !one.proved);

/** What the plans so far leave behind. */
class Planner {
  #now: Ground;
  #seen: readonly Finding[];
  readonly #mended = new Map<string, Finding>();

  constructor(ground: Ground) {
    this.#now = ground;
    this.#seen = judgedOn(ground);
  }

  propose(asked: Finding): Proposal;
  /** Answers undefined, and carries nothing out, where the plan is one that goes last. */
  propose(asked: Finding, which: "not-last"): Proposal | undefined;
  propose(asked: Finding, which?: "not-last"): Proposal | undefined {
    const finding = this.#seen.find(({ id }) => id === asked.id);
    const by = this.#mended.get(asked.id);
    // It fails no more: a plan that has it begin again is not proved, and not carried out.
    if (by !== undefined) return { finding: asked, state: "mended", by };
    if (finding?.status !== "fail") return { finding: asked, state: "nothing-to-do" };
    const [now, seen] = [this.#now, this.#seen];
    const answer = answerFor(now, finding);
    if ("none" in answer) return { finding, state: "none", why: answer.none };
    if (which === "not-last" && answer.plan.isLast === true) return undefined;
    const { plan, proof, after } = firstProved([answer.plan, ...(answer.or ?? [])], (one) => judgedAgain(now, finding, one, seen));
    if (!proof.passes) return { finding, state: "planned", plan, proof, proved: false };
    for (const also of proof.alsoMended) this.#mended.set(also.id, finding);
    this.#now = { ...now, cluster: { ...now.cluster, facts: plan.after } };
    this.#seen = after;
    return { finding, state: "planned", plan, proof, proved: true };
  }
}

interface Tried extends Judged {
  readonly plan: Plan;
}

/** The first where none is. */
function firstProved([first, ...others]: readonly [Plan, ...(readonly Plan[])], judge: (plan: Plan) => Judged): Tried {
  const best = { plan: first, ...judge(first) };
  if (best.proof.passes) return best;
  for (const plan of others) {
    const judged = judge(plan);
    const notes = [...(plan.notes ?? []), `Tried before, and not proved: ${first.summary} ${best.proof.why ?? ""}`];
    if (judged.proof.passes) return { plan: { ...plan, notes }, ...judged };
  }
  return best;
}

function answerFor({ cluster, settings, readAt }: Ground, finding: Finding): ReturnType<Fix> {
  const fix = Object.hasOwn(fixes, finding.check) ? fixes[finding.check] : undefined;
  if (fix === undefined) return { none: withoutFix[finding.check] ?? "There is no command that mends it." };
  const { account, region } = cluster;
  try {
    return fix({ cluster, finding, settings, account, region, readAt });
  } catch (error) {
    if (error instanceof UnquotableError || error instanceof ManifestError) return { none: `${error.message} ${error.hint}` };
    throw error;
  }
}
