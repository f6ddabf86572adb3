/** How a load balancer in AWS differs from what its manifest asks for today. */
import type { LoadBalancer } from "../../model/aws.ts";
import type { Reason } from "../../model/fact.ts";
import type { AddressSet } from "../addresses.ts";
import { type Admission, letsInNoMoreThan } from "../security-group.ts";
import { type EnforcementInput, enforcementOf, whyUnsure } from "./enforcement.ts";
import { askedAdmission } from "./requested.ts";
import type { AskedScheme, Scheme, UnsureScheme } from "./scheme.ts";
import type { DeclaredSources } from "./source-ranges.ts";
import { type ListenerReach, portsOf } from "./sources.ts";

/** AWS against the manifest. `wider`: AWS lets in more. */
export type Difference = "same" | "wider" | "narrower";

const compareSchemes = (real: Scheme, asked: Scheme): Difference => {
  if (real === asked) return "same";
  return real === "internet-facing" ? "wider" : "narrower";
};

export type SchemeComparison = { readonly state: Difference } | UnknownComparison;
interface UnknownComparison {
  readonly state: "unknown";
  readonly reason: Reason;
}

export const compareWithScheme = (real: Scheme, asked: AskedScheme | UnsureScheme): SchemeComparison =>
  asked.state === "unsure" ? { state: "unknown", reason: asked.reason } : { state: compareSchemes(real, asked.scheme) };

export type SourceComparison =
  | { readonly state: Difference; readonly port?: number; readonly asked?: AddressSet; readonly real?: AddressSet }
  | { readonly state: "unknown"; readonly port?: number; readonly reason: Reason };

/** Sources per listener: the widest difference decides, and a proven one is not hidden by a doubt on another listener. */
export function compareSources(input: EnforcementInput): SourceComparison {
  const { reach, requested, ownership, index } = input;
  if (reach.listeners.state === "unknown") return { state: "unknown", reason: reach.listeners.reason };
  if (reach.guardedBy === "nothing") return compareUnguarded(input, reach.listeners.value);
  const comparisons = reach.listeners.value.map(({ listener, admission }) => {
    const asked = askedAdmission(requested.sourcesOn(listener.port), portsOf(listener), ownership.loadBalancer, index);
    return { ...compare(admission, asked), port: listener.port };
  });
  return worst(comparisons);
}

function compare(real: Admission, asked: Admission): SourceComparison {
  const shown = { asked: asked.atLeast, real: real.atLeast };
  const admitsNoMore = letsInNoMoreThan(real, asked);
  if (admitsNoMore === "no") return { state: "wider", ...shown };
  const asksNoMore = letsInNoMoreThan(asked, real);
  if (admitsNoMore === "maybe" || asksNoMore === "maybe") return { state: "unknown", reason: whyUnsure(real, asked) };
  return { state: asksNoMore === "yes" ? "same" : "narrower", ...shown };
}

const order = ["wider", "narrower", "unknown", "same"] as const;

function worst(comparisons: readonly SourceComparison[]): SourceComparison {
  for (const state of order) {
    const found = comparisons.find((comparison) => comparison.state === state);
    if (found !== undefined) return found;
  }
  return { state: "same" };
}

/** Everybody reaches it; declared ranges can only be kept behind it. */
function compareUnguarded(input: EnforcementInput, listeners: readonly ListenerReach[]): SourceComparison {
  const { requested, ownership, index } = input;
  const isInTree = requested.controller === "in-tree";
  const comparisons = listeners.map(({ listener, admission }): SourceComparison => {
    const sources = requested.sourcesOn(listener.port);
    if (sources.ranges === undefined) {
      // The in-tree controller gives no groups to a network load balancer that was made without.
      const asked = isInTree
        ? everybody(ownership.loadBalancer, input)
        : askedAdmission(sources, portsOf(listener), ownership.loadBalancer, index);
      return { ...compare(admission, asked), port: listener.port };
    }
    const enforcement = enforcementOf(input);
    if (enforcement.state === "unknown") return { state: "unknown", reason: enforcement.reason };
    if (enforcement.state !== "not-enforced") return { state: "same", port: listener.port };
    const asked = askedAdmission(sources, portsOf(listener), ownership.loadBalancer, index);
    return { state: "wider", port: listener.port, asked: asked.atLeast, real: enforcement.admitted ?? admission.atLeast };
  });
  return worst(comparisons);
}

const silent: DeclaredSources = {};
const everybody = (loadBalancer: LoadBalancer, { index }: EnforcementInput): Admission => askedAdmission(silent, [], loadBalancer, index);
