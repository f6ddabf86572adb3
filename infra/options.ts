/** What a deployment is told by its environment, as it belongs to the place and not to what is judged: docs/rollout.md. */
import { type Cadence, longestGapHours, shortestGapHours, type Weekday, weekdays } from "./cadence.ts";

const given = (name: string): string => process.env[name]?.trim() ?? "";

/** Thrown before anything is declared. */
const refused = (name: string, found: string, allowed: string): Error =>
  new Error(`${name} holds ${JSON.stringify(found)}, but ${allowed}.`);

/** @throws {Error} for an entry that is none of its kind */
function list<T extends string>(name: string, isOne: (entry: string) => entry is T, allowed: string): readonly T[] {
  const entries = given(name)
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  const wrong = entries.find((entry) => !isOne(entry));
  if (wrong !== undefined) throw refused(name, wrong, allowed);
  return entries.filter(isOne);
}

/** @throws {Error} for what is no whole number in this range */
function whole(name: string, otherwise: number, least: number, most: number): number {
  const found = given(name);
  if (found === "") return otherwise;
  if (!/^\d{1,9}$/.test(found) || Number(found) < least || Number(found) > most) {
    throw refused(name, found, `it must be a whole number from ${least} to ${most}`);
  }
  return Number(found);
}

const like =
  (shape: RegExp) =>
  (entry: string): entry is string =>
    shape.test(entry);

const subnets = list(
  "EKS_PERIMETER_SUBNETS",
  like(/^subnet-[0-9a-f]{8,17}$/),
  "ids of subnets are subnet-… and up to 17 hexadecimal digits",
);
const securityGroups = list(
  "EKS_PERIMETER_SECURITY_GROUPS",
  like(/^sg-[0-9a-f]{8,17}$/),
  "ids of security groups are sg-… and up to 17 hexadecimal digits",
);
if ((subnets.length === 0) !== (securityGroups.length === 0)) {
  throw new Error("EKS_PERIMETER_SUBNETS and EKS_PERIMETER_SECURITY_GROUPS must be set both or neither.");
}

/** Where the function scan is attached, so that it reaches private endpoints; nowhere unless it is said. */
export const network = subnets.length === 0 ? {} : { vpc: { privateSubnets: [...subnets], securityGroups: [...securityGroups] } };

/** What the member roles demand besides the hub's roles; nothing unless it is said. */
const externalId = given("EKS_PERIMETER_EXTERNAL_ID");
export const externalIdVariable: Readonly<Record<string, string>> = externalId === "" ? {} : { EKS_PERIMETER_EXTERNAL_ID: externalId };

/** The parameter that holds the token of the bot or the URL of the webhook; without it Slack is told nothing. */
const slackParameter = given("EKS_PERIMETER_SLACK_PARAMETER");
if (slackParameter !== "" && !/^\/[\w./-]{1,500}$/.test(slackParameter)) {
  // what it holds is not repeated: it may be the token itself
  throw new Error("EKS_PERIMETER_SLACK_PARAMETER must hold the name of a parameter: a / and then letters, digits and . - _ / alone.");
}
export const slack = slackParameter === "" ? undefined : { parameter: slackParameter };

export const alarmEmail = given("EKS_PERIMETER_ALARM_EMAIL");

/** Of so many percent of the clusters something may be unread before it alarms; 100: of all. */
export const unreadPercent = whole("EKS_PERIMETER_UNREAD_PERCENT", 50, 0, 100);

/** Whether the functions have their share of the account's concurrency for themselves, and no more than that. */
const reserve = given("EKS_PERIMETER_RESERVE_CONCURRENCY");
if (!["", "yes", "no"].includes(reserve)) throw refused("EKS_PERIMETER_RESERVE_CONCURRENCY", reserve, "it must be yes or no");
export const reservesConcurrency = reserve !== "no";

/**
 * When runs start. Hours and days instead of a cron expression: how long the schedule is silent at most, which the alarms
 * must know, is then arithmetic; and a rate has no hour, so that no time zone would mean anything to it.
 */
const hours = list("EKS_PERIMETER_HOURS", like(/^(?:1?\d|2[0-3])$/), "hours are whole numbers from 0 to 23, several by commas").map(Number);
const isWeekday = (entry: string): entry is Weekday => weekdays.includes(entry as Weekday);
const days = list("EKS_PERIMETER_DAYS", isWeekday, `days are ${weekdays.join(", ")}, several by commas`);
export const cadence: Cadence = {
  hours: hours.length === 0 ? [4] : hours,
  days: days.length === 0 ? weekdays : days,
  timeZone: timeZone("EKS_PERIMETER_TIME_ZONE"),
};

/** @throws {Error} for a name that the time zone database does not have */
function timeZone(name: string): string {
  const found = given(name);
  if (found === "") return "UTC";
  try {
    new Intl.DateTimeFormat("en", { timeZone: found });
    if (/^[A-Z]/.test(found)) return found; // an offset is none, and Scheduler heeds the case
  } catch {
    // it is refused below
  }
  throw refused(name, found, "it must be a time zone of the IANA database, such as Europe/Berlin");
}

/** A run that is given up ends after that (TimeoutSeconds of workflow.asl.json); the next one would find it in progress. */
export const longestRunHours = 2;
/** An alarm looks back for a week at most (PutMetricAlarm), and the dead man's switch for twice the silence of the schedule. */
export const longestSilenceHours = (7 * 24) / 2;
const starts = `${cadence.days.join(",")} at ${cadence.hours.join(",")} (${cadence.timeZone})`;
if (shortestGapHours(cadence) < longestRunHours) {
  throw refused("EKS_PERIMETER_HOURS", starts, `starts must lie at least ${longestRunHours} hours apart, as long as a run may take`);
}
if (longestGapHours(cadence) > longestSilenceHours) {
  const allowed = `starts must lie at most ${longestSilenceHours} hours apart, as no alarm could look back for twice as long`;
  throw refused("EKS_PERIMETER_DAYS", starts, `${allowed}; here it is ${longestGapHours(cadence)}`);
}

/** Within how many minutes from its hour a run starts; 0: at the hour. It has begun before the next is due. */
export const windowMinutes = whole("EKS_PERIMETER_WINDOW_MINUTES", 60, 0, Math.min(1_440, shortestGapHours(cadence) * 60 - 1));
