import { checks } from "../core/checks/index.ts";
import { UnknownCheckError } from "../core/errors.ts";
import type { AnyCheck } from "../core/model/check.ts";
import { selectChecks } from "../core/plan.ts";
import { nearest } from "./nearest.ts";

/**
 * The checks with these ids; without any, all.
 *
 * @throws {UnknownCheckError} which names those that may have been meant
 */
export function namedChecks(ids: readonly string[]): readonly AnyCheck[] {
  if (ids.length === 0) return selectChecks(undefined);
  for (const id of ids) namedCheck(id);
  return selectChecks(ids);
}

/** @throws {UnknownCheckError} which names those that may have been meant */
export function namedCheck(id: string): AnyCheck {
  const check = checks.find((one) => one.id === id);
  if (check !== undefined) return check;
  const meant = meantBy(id);
  const hint = meant.length === 0 ? "" : `Did you mean ${meant.join(", ")}? `;
  throw new UnknownCheckError(`No check has the id ${JSON.stringify(id)}.`, {
    hint: `${hint}\`npx eks-perimeter checks list\` names them all.`,
  });
}

/** The closest by its letters, else those that have a word of it. */
function meantBy(id: string): readonly string[] {
  const ids = checks.map((check) => check.id);
  const closest = nearest(id, ids);
  if (closest !== undefined) return [closest];
  const words = id.split("-").filter((word) => word.length > 3);
  return ids.filter((one) => words.some((word) => one.includes(word))).slice(0, 5);
}
