import { expect, it } from "vitest";
import { pages } from "../../docs/pages.ts";
import { textOf } from "./source.ts";

it.each(Object.entries(pages))("docs/%s is what the code makes: run `npm run docs`", (path, make) => {
  expect(textOf(`docs/${path}`)).toBe(make());
});
