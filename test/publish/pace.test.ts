import { describe, expect, it } from "vitest";
import { createPace } from "../../core/publish/pace.ts";

const { signal } = new AbortController();
const rate = { perSecond: 200, burst: 10 };

/** Milliseconds that so many turns take. */
async function timeOf(turns: number, pace = createPace(rate)): Promise<number> {
  const start = performance.now();
  for (let turn = 0; turn < turns; turn++) await pace.turn(signal);
  return performance.now() - start;
}

describe("turns", () => {
  it("within the burst do not wait", async () => {
    expect(await timeOf(10)).toBeLessThan(20);
  });

  it("beyond the burst come at the rate", async () => {
    expect(await timeOf(10 + 40)).toBeGreaterThan((40 / 200) * 1_000 * 0.95);
  });

  it("asked for at once come at the rate as well", async () => {
    const pace = createPace(rate);
    const start = performance.now();
    await Promise.all(Array.from({ length: 10 + 40 }, () => pace.turn(signal)));
    expect(performance.now() - start).toBeGreaterThan((40 / 200) * 1_000 * 0.95);
  });

  it("after two refusals come at half the rate, without what was saved up", async () => {
    const pace = createPace(rate);
    pace.slower();
    pace.slower();
    expect(await timeOf(20, pace)).toBeGreaterThan((20 / 100) * 1_000 * 0.95);
  });

  it("after refusals without end still come", async () => {
    const pace = createPace({ perSecond: 1_000, burst: 1 });
    for (let refusal = 0; refusal < 100; refusal++) pace.slower();
    expect(await timeOf(2, pace)).toBeLessThan(500);
  });

  it("after answers come at the full rate again", async () => {
    const pace = createPace(rate);
    pace.slower();
    for (let answer = 0; answer < 10; answer++) pace.faster();
    await pace.turn(signal);
    expect(await timeOf(20, pace)).toBeLessThan((20 / 100) * 1_000);
  });

  it("end with the signal", async () => {
    const pace = createPace({ perSecond: 0.001, burst: 0 });
    await expect(pace.turn(AbortSignal.timeout(5))).rejects.toThrow();
  });
});
