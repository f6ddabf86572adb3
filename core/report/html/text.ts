import { plainLines } from "../plain-text.ts";

/** Text that is markup. Only `html` makes it, so nothing from a cluster becomes markup by mistake. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand between the markup: text is escaped, nothing at all is left out. */
export type HtmlPart = Html | string | number | undefined | false | readonly HtmlPart[];

/** Markup with parts in it, each escaped for content and for attributes in double quotes. */
export const html = (markup: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html =>
  new Html(markup.map((text, at) => text + rendered(parts[at])).join(""));

function rendered(part: HtmlPart): string {
  if (part instanceof Html) return part.markup;
  if (part === undefined || part === false) return "";
  return typeof part === "object" ? part.map(rendered).join("") : escaped(String(part));
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => harmless(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");

/** Nothing in it needs a second look: so are nearly all names and sentences, of which a large report has a million. */
const printable = /^[\n\x20-\x7e]*$/;

/** The text without what a terminal or a browser would obey; its lines are kept. */
export const harmless = (text: string): string => (printable.test(text) ? text : plainLines(text));

/** A JSON document that may stand in a script element: nothing in it ends that. */
export const jsonText = (value: unknown): Html => new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));
