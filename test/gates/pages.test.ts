import { expect, it } from "vitest";
import { pages } from "../../docs/pages.ts";
import { filesIn, textOf } from "./source.ts";

it.each(Object.entries(pages))("docs/%s is what the code makes: run `npm run docs`", (path, make) => {
  expect(textOf(`docs/${path}`)).toBe(make());
});

it("docs/checks holds a page of each check and no other", () => {
  expect(filesIn("docs/checks/*")).toEqual(
    Object.keys(pages)
      .filter((path) => path.startsWith("checks/"))
      .map((path) => `docs/${path}`)
      .toSorted(),
  );
});
