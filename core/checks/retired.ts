/** Ids of checks that are gone. An id is never used again: waivers and open findings may still name it. */
export interface RetiredCheck {
  readonly id: string;
  /** When and why, and what judges it now. */
  readonly because: string;
}

export const retired: readonly RetiredCheck[] = [];
