import { expect, it } from "vitest";
import { minorOf, versionTable } from "../../core/checks/kubernetes-versions.ts";

it.each([
  ["1.36", 36],
  ["1.9", 9],
  ["1.100", 100],
  ["1.0", 0],
  ["1.036", undefined],
  ["1.36.1", undefined],
  ["v1.36", undefined],
  ["1.36+", undefined],
  ["2.1", undefined],
  ["", undefined],
])("the minor version of %j is %j", (version, minor) => {
  expect(minorOf(version)).toBe(minor);
});

it("the table has no gap, ends support a year after standard support, and later versions end later", () => {
  const minors = versionTable.map(({ version }) => minorOf(version) ?? Number.NaN);
  expect(minors).toEqual(minors.map((_, index) => (minors[0] ?? Number.NaN) + index));
  for (const [index, { endOfStandardSupport, endOfExtendedSupport }] of versionTable.entries()) {
    const days = (Date.parse(endOfExtendedSupport) - Date.parse(endOfStandardSupport)) / 86_400_000;
    expect([365, 366]).toContain(days);
    expect(endOfStandardSupport > (versionTable[index - 1]?.endOfStandardSupport ?? "")).toBe(true);
  }
});
