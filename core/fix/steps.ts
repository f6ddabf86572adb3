/** Parts that plans are put together from: what is typed, and what it does to the facts. */
import type { ClusterFacts } from "../model/cluster.ts";
import type { FixInput, Plan } from "./fix.ts";
import type { ManifestObject } from "./manifests.ts";

export interface Step {
  /** Lines that end the script until something is said that only people know: they go before everything of the plan. */
  readonly asks?: readonly string[];
  /** None for what a controller does by itself. */
  readonly commands?: readonly string[];
  readonly manifests?: readonly ManifestObject[];
  readonly change?: (facts: ClusterFacts) => ClusterFacts;
  readonly notes?: readonly string[];
}

/** Why there are no steps, in a sentence. */
export interface NoSteps {
  readonly none: string;
}
export type Steps = readonly Step[] | NoSteps;
export const isNone = (steps: Steps): steps is NoSteps => "none" in steps;

/** The steps one after the other. */
export const changed = (facts: ClusterFacts, steps: readonly Step[]): ClusterFacts =>
  steps.reduce((before, { change }) => (change === undefined ? before : change(before)), facts);

export const planOfSteps = ({ cluster }: FixInput, summary: string, steps: readonly Step[], ends?: Plan["ends"]): Plan => ({
  summary,
  commands: [...new Set(steps.flatMap(({ asks = [] }) => asks)), ...steps.flatMap(({ commands = [] }) => commands)],
  manifests: steps.flatMap(({ manifests = [] }) => manifests),
  after: changed(cluster.facts, steps),
  notes: [...new Set(steps.flatMap(({ notes = [] }) => notes))],
  ...(ends === undefined ? {} : { ends }),
});
