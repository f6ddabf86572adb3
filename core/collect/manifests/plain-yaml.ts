/**
 * The plain part of YAML that most manifests are written in, read fast: block mappings and sequences, words, numbers and simple
 * quoted text, one to a line. Whatever else a document holds, a library reads: nothing here guesses.
 * Source: YAML 1.2.2, core schema.
 */

/** Thrown where the document is more than plain. */
const notPlain = Symbol("not plain");

interface Line {
  readonly indent: number;
  readonly text: string;
}

/** What the document holds, or undefined where it is more than plain, or broken. */
export function parsePlainYaml(document: string): unknown {
  try {
    const lines = linesOf(document);
    if (lines === undefined || lines.length === 0) return undefined;
    const reader = new Reader(lines);
    const value = reader.block(0);
    return reader.isDone ? value : undefined;
  } catch (thrown) {
    if (thrown === notPlain) return undefined;
    throw thrown;
  }
}

/** Lines with something on them; undefined for characters that mean more than themselves. */
function linesOf(document: string): readonly Line[] | undefined {
  if (/[^\n\x20-\x7e]/.test(document)) return undefined;
  const lines: Line[] = [];
  for (const [i, raw] of document.split("\n").entries()) {
    const line = raw.trimEnd();
    if (line === "" || (i === 0 && line === "---")) continue;
    const text = line.trimStart();
    if (text.startsWith("#")) continue;
    lines.push({ indent: line.length - text.length, text });
  }
  return lines;
}

/** No manifest nests deeper, and each level is a call. */
const maxDepth = 100;

class Reader {
  readonly #lines: readonly Line[];
  #next = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = [...lines];
  }

  get isDone(): boolean {
    return this.#next === this.#lines.length;
  }

  /** A mapping or a sequence, from the next line on. */
  block(depth: number): unknown {
    const line = this.#lines[this.#next];
    if (line === undefined || depth > maxDepth) throw notPlain;
    return isItem(line.text) ? this.#sequence(line.indent, depth) : this.#mapping(line.indent, depth);
  }

  #mapping(indent: number, depth: number): unknown {
    const result: Record<string, unknown> = {};
    for (let line = this.#lines[this.#next]; line !== undefined && line.indent >= indent; line = this.#lines[this.#next]) {
      if (line.indent > indent || isItem(line.text)) throw notPlain;
      const [, key = "", text = ""] = entryPattern.exec(line.text) ?? [];
      if (key === "" || isSpecialWord(key) || Object.hasOwn(result, key) || key === "__proto__") throw notPlain;
      this.#next += 1;
      result[key] = text === "" ? this.#nested(indent, depth) : scalarOf(text);
    }
    return result;
  }

  /** What stands below a key: a sequence may be as far left as the key itself. */
  #nested(indent: number, depth: number): unknown {
    const line = this.#lines[this.#next];
    if (line === undefined || line.indent < indent) return null;
    if (line.indent > indent) return this.block(depth + 1);
    return isItem(line.text) ? this.#sequence(indent, depth + 1) : null;
  }

  #sequence(indent: number, depth: number): unknown {
    const result: unknown[] = [];
    for (let line = this.#lines[this.#next]; line !== undefined && line.indent >= indent; line = this.#lines[this.#next]) {
      if (line.indent > indent) throw notPlain;
      if (!isItem(line.text)) break; // a key of the mapping that the sequence stands in
      const rest = line.text.slice(1).trimStart();
      if (rest === "") {
        this.#next += 1;
        const below = this.#lines[this.#next];
        result.push(below !== undefined && below.indent > indent ? this.block(depth + 1) : null);
      } else if (isItem(rest) || entryPattern.test(rest)) {
        // What follows the dash begins a block of its own, as far right as it stands.
        (this.#lines as Line[])[this.#next] = { indent: indent + line.text.length - rest.length, text: rest };
        result.push(this.block(depth + 1));
      } else {
        this.#next += 1;
        result.push(scalarOf(rest));
      }
    }
    return result;
  }
}

const isItem = (text: string): boolean => text === "-" || text.startsWith("- ");
const entryPattern = /^([A-Za-z_][\w./-]*):(?: +(.*))?$/;

function scalarOf(text: string): unknown {
  const quoted = /^"([^"\\]*)"$/.exec(text) ?? /^'([^']*)'$/.exec(text);
  if (quoted !== null) return quoted[1];
  if (text === "{}") return {};
  if (text === "[]") return [];
  const isWord = /^[A-Za-z0-9_./(+$=^<~-]/.test(text) && !text.startsWith("- ") && text !== "-" && !/: |:$| #/.test(text);
  if (!isWord) throw notPlain;
  if (/^(?:0|-?[1-9]\d{0,14})$/.test(text)) return Number(text);
  if (/^(?:true|false)$/.test(text)) return text === "true";
  if (isSpecialWord(text)) throw notPlain;
  return text;
}

/** Words that stand for something else than themselves, and the numbers that are rarely meant. */
const isSpecialWord = (text: string): boolean => specialWords.test(text) || uncommonNumber.test(text);
const specialWords = /^(?:~|null|true|false|[-+]?\.inf|\.nan|---.*|\.\.\..*)$/i;
const uncommonNumber = /^(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|0[xo][\da-f]+)$/i;
