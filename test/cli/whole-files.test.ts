import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeWhole } from "../../cli/whole-files.ts";

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), "eks-perimeter-"));
function* cut(): Generator<string> {
  yield "half";
  throw new Error("cut");
}

it("files are what their makers made, in a folder that is made too", async () => {
  const path = join(await folder(), "deep", "out");
  await writeWhole(path, { "a.json": () => ["[", "]"], "b.csv": async () => ["x".repeat(100_000), "y"], "c.xml": () => [] });
  expect((await readdir(path)).sort()).toEqual(["a.json", "b.csv", "c.xml"]);
  expect(await readFile(join(path, "a.json"), "utf8")).toBe("[]");
  expect((await readFile(join(path, "b.csv"), "utf8")).length).toBe(100_001);
});

it("a run that was cut changes no file and leaves none", async () => {
  const path = await folder();
  await writeWhole(path, { "a.json": () => ["old"], "b.csv": () => ["old"] });
  await expect(writeWhole(path, { "a.json": () => ["new"], "b.csv": cut, "c.xml": () => ["new"] })).rejects.toThrow("cut");
  expect((await readdir(path)).sort()).toEqual(["a.json", "b.csv"]);
  expect(await readFile(join(path, "a.json"), "utf8")).toBe("old");
});
