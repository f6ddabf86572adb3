/** When runs start, as hours of days of the week, and how far apart that is. */

export const weekdays = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"] as const;
export type Weekday = (typeof weekdays)[number];

export interface Cadence {
  readonly days: readonly Weekday[];
  readonly hours: readonly number[];
  readonly timeZone: string;
}

/** The hours between each start and the next, around the week, by the wall clock. */
function gaps({ days, hours }: Cadence): readonly number[] {
  const starts = [...new Set(days.flatMap((day) => hours.map((hour) => weekdays.indexOf(day) * 24 + hour)))].sort((a, b) => a - b);
  return starts.map((start, i) => (starts[i + 1] ?? 7 * 24 + (starts[0] ?? 0)) - start);
}

export const shortestGapHours = (cadence: Cadence): number => Math.min(...gaps(cadence));

/** For how long no run starts at most. Where clocks are put back, the hour is there twice. */
export const longestGapHours = (cadence: Cadence): number => Math.max(...gaps(cadence)) + (cadence.timeZone === "UTC" ? 0 : 1);

/** As EventBridge Scheduler writes it. */
export const cronOf = ({ days, hours }: Cadence): string =>
  `cron(0 ${hours.join(",")} ? * ${new Set(days).size === weekdays.length ? "*" : days.join(",")} *)`;
