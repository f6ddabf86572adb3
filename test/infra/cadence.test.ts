import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cadence, cronOf, longestGapHours, shortestGapHours, weekdays } from "../../infra/cadence.ts";

const at = (days: Cadence["days"], hours: readonly number[], timeZone = "UTC"): Cadence => ({ days, hours, timeZone });

describe("the gaps between starts", () => {
  it.each<[string, Cadence, number, number]>([
    ["daily", at(weekdays, [4]), 24, 24],
    ["twice a day, unevenly", at(weekdays, [4, 10]), 6, 18],
    ["in any order", at(["FRI", "MON", "WED"], [20, 4]), 16, 56],
    ["on weekdays: over the weekend", at(["MON", "TUE", "WED", "THU", "FRI"], [4]), 24, 72],
    ["on weekdays, where clocks are put back", at(["MON", "TUE", "WED", "THU", "FRI"], [4], "Europe/Berlin"), 24, 73],
    ["once a week", at(["SUN"], [0]), 168, 168],
    ["over midnight of Sunday", at(["SUN", "MON"], [0, 23]), 1, 121],
    ["one that is named twice", at(["SUN", "SUN"], [0, 0]), 168, 168],
  ])("%s", (_what, cadence, shortest, longest) => {
    expect([shortestGapHours(cadence), longestGapHours(cadence)]).toEqual([shortest, longest]);
  });

  const cadences = fc.record({
    days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
    hours: fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1 }),
    timeZone: fc.constant("UTC"),
  });
  it("agree with a walk from hour to hour through two weeks", () => {
    fc.assert(
      fc.property(cadences, (cadence) => {
        const starts = Array.from({ length: 2 * 168 }, (_, hour) => hour).filter((hour) => {
          const day = weekdays[Math.floor(hour / 24) % 7];
          return day !== undefined && cadence.days.includes(day) && cadence.hours.includes(hour % 24);
        });
        const between = starts.slice(1).map((start, i) => start - (starts[i] ?? Number.NaN));
        expect([shortestGapHours(cadence), longestGapHours(cadence)]).toEqual([Math.min(...between), Math.max(...between)]);
      }),
    );
  });
});

it("is written as EventBridge Scheduler reads it: one of the two day fields is a question mark", () => {
  expect(cronOf(at(weekdays, [4]))).toBe("cron(0 4 ? * * *)");
  expect(cronOf(at(["MON", "THU"], [4, 16]))).toBe("cron(0 4,16 ? * MON,THU *)");
});
