/** Writes the XML of the query protocols. */

const special = /[&<>"\r]/g;
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#xD;" };
const escapeText = (text: string): string => text.replace(special, (character) => entities[character] ?? character);

/**
 * One element and what is in it. Arrays become one child element per item, objects one per field; an undefined value writes nothing.
 *
 * @param item the name of an array's children: `member` in the query protocol, `item` in EC2's
 */
export function element(name: string, value: unknown, item: string): string {
  if (value === undefined || value === null) return "";
  return `<${name}>${content(value, item)}</${name}>`;
}

/** What stands between the tags of an element. */
export function content(value: unknown, item: string): string {
  if (Array.isArray(value)) return value.map((child) => element(item, child, item)).join("");
  if (typeof value === "object" && value !== null) {
    let text = "";
    for (const [name, child] of Object.entries(value)) text += element(name, child, item);
    return text;
  }
  return escapeText(String(value));
}
