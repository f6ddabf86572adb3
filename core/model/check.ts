import type { AccountFacts } from "./account.ts";
import type { ClusterFacts } from "./cluster.ts";
import type { Fact, Reason } from "./fact.ts";
import type { JudgedPath } from "./path.ts";
import type { Resource } from "./resource.ts";
import type { Settings } from "./settings.ts";
import type { Severity } from "./severity.ts";

/** Where a check looks; also its folder. `coverage` is told apart in the exit code and can't be waived. */
export const surfaces = ["endpoint", "pod-network", "nodes", "load-balancer", "beyond", "coverage"] as const;
export type Surface = (typeof surfaces)[number];

/** What checks judge: one cluster, or one account. */
export interface Subjects {
  readonly cluster: ClusterFacts;
  readonly account: AccountFacts;
}
export type SubjectKind = keyof Subjects;
export type FactName<S extends SubjectKind = "cluster"> = keyof Subjects[S] & string;

/** The values of the named facts and of no others. */
export type Known<S extends SubjectKind, N extends FactName<S>> = {
  readonly [K in N]: Subjects[S][K] extends Fact<infer T> ? T : never;
};

/** What is judged, beside the facts: the cluster or account itself, which is always known. */
export interface About {
  readonly resource: Resource;
  readonly account: string;
  /** Absent for an account. */
  readonly region?: string;
}

export interface Remediation {
  readonly text: string;
  readonly commands?: readonly string[];
  readonly manifest?: string;
}

/** The values that decide a verdict: small, and free of credentials. */
export type Evidence = Readonly<Record<string, unknown>>;

/** What a check says of one resource. A pass shows its evidence as a fail does. */
export type Verdict = {
  readonly resource: Resource;
  /** One sentence with a period that names the resource and what was seen. */
  readonly message: string;
} & (
  | { readonly status: "pass"; readonly evidence: Evidence }
  /** A fail may be less severe than its check's default, and may carry commands that fit this resource. */
  | { readonly status: "fail"; readonly evidence: Evidence; readonly severity?: Severity; readonly remediation?: Remediation }
  | { readonly status: "unknown"; readonly reason: Reason; readonly evidence?: Evidence }
  | { readonly status: "not-applicable"; readonly reason?: Reason }
);

/**
 * May look at every fact that it declares in `needs`, must judge each resource once, must change nothing.
 * `needs` is what is *necessary*: a fact that may be missing while a fail can still be proved goes under `uses`, and
 * arrives as a `Fact` to be opened by the check.
 */
export interface Check<S extends SubjectKind, N extends FactName<S>, U extends FactName<S> = never> {
  /** Also the name of its file; says the good state. */
  readonly id: string;
  /** The good state, without a period. */
  readonly title: string;
  readonly subject: S;
  readonly surface: Surface;
  readonly severity: Severity;
  /** The path that it judges in the picture of a cluster's exposure. */
  readonly path?: JudgedPath;
  readonly needs: readonly N[];
  readonly uses?: readonly U[];
  /** Why it matters, in a sentence or two. */
  readonly why: string;
  /** How it is judged, in a few sentences: the rule, its edges, which plane decides, and when it is unknown or not-applicable. */
  readonly judged: string;
  /** What it cannot see, so that nobody takes its pass for more than it is. */
  readonly unseen: string;
  /** What to do, true for every fail of this check: `examples.pass` is `examples.fail` after it was done. */
  readonly remediation: string;
  readonly examples: { readonly fail: Given<S, NoInfer<N>, NoInfer<U>>; readonly pass: Given<S, NoInfer<N>, NoInfer<U>> };
  readonly evaluate: (facts: Given<S, NoInfer<N>, NoInfer<U>>, settings: Settings, about: About) => readonly Verdict[];
}

/** What `evaluate` sees: values of what it needs, facts of what it uses. */
export type Given<S extends SubjectKind, N extends FactName<S>, U extends FactName<S>> = Known<S, N> & {
  readonly [K in U]: Subjects[S][K];
};

/** A check whose subject, needs and uses have been forgotten, so that all of them fit one list. */
export interface AnyCheck extends Omit<Check<SubjectKind, never>, "needs" | "uses" | "examples" | "evaluate"> {
  readonly needs: readonly string[];
  readonly uses: readonly string[];
  readonly examples: { readonly fail: Readonly<Record<string, unknown>>; readonly pass: Readonly<Record<string, unknown>> };
  readonly evaluate: (facts: never, settings: Settings, about: About) => readonly Verdict[];
}

/** Declares a check about clusters. Facts it does not name do not exist inside `evaluate`. */
export const defineCheck = <const N extends FactName<"cluster">, const U extends FactName<"cluster"> = never>(
  check: Omit<Check<"cluster", N, U>, "subject">,
): AnyCheck => ({ uses: [], ...check, subject: "cluster" });

/** Declares a check about accounts. */
export const defineAccountCheck = <const N extends FactName<"account">, const U extends FactName<"account"> = never>(
  check: Omit<Check<"account", N, U>, "subject">,
): AnyCheck => ({ uses: [], ...check, subject: "account" });
