/** One thing that a deployment needs, and whether it is there. */
export const areas = ["organization", "role", "regions", "security-hub", "network", "access-entry", "onboarding"] as const;
export type Area = (typeof areas)[number];

/** `unknown`: could not be looked at. `skipped`: closed on purpose, or nothing that is needed. The worst comes first. */
export const prerequisiteStates = ["lacks", "unknown", "skipped", "ok"] as const;
export type PrerequisiteState = (typeof prerequisiteStates)[number];

/** What it is about: the widest named part says all of it. */
export interface Place {
  readonly account?: string;
  readonly region?: string;
  readonly cluster?: string;
}

export interface Prerequisite {
  readonly area: Area;
  readonly place: Place;
  readonly state: PrerequisiteState;
  /** A sentence. */
  readonly seen: string;
  /** Of everything that lacks or is unknown, and of what is done but for one step. */
  readonly toDo?: ToDo;
}

export interface ToDo {
  readonly text: string;
  /** To be typed in a shell, with credentials of the account where `text` names no others. */
  readonly commands: readonly string[];
}
