import type { Status } from "../../model/finding.ts";
import type { Path } from "../../model/path.ts";
import type { ChangeKind } from "../changes.ts";
import { pathWords, placeWords } from "../path-words.ts";

/** "1 cluster", "2 clusters". */
export const plural = (count: number, noun: string, several = `${noun}s`): string => `${grouped(count)} ${count === 1 ? noun : several}`;

/** "20,000". */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** A time of the report, RFC 3339 in UTC, for people. */
export const moment = (time: string): string => time.replace("T", " ").replace(/(:\d\d)(\.\d+)?Z$/, "$1 UTC");

/** What a status is called on the page. */
export const statusWords: Readonly<Record<Status, string>> = {
  fail: "failing",
  error: "check broke",
  unknown: "not judged",
  waived: "waived",
  pass: "passed",
  "not-applicable": "not applicable",
};

/** What has become of a finding since the last run, in a word. */
export const changeWords: Readonly<Record<ChangeKind, string>> = { opened: "new", worsened: "worse", reopened: "back" };

/** Such as "Internet → API server". */
export function pathTitle(path: Path): string {
  const text = pathWords(path, { ...placeWords, vpc: "VPC and joined networks" });
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
