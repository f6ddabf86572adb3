/** The documents of a file, as values: each is read alone, so that a broken one spoils no other. */
import { type Document as Composed, Composer, isNode, Lexer, Parser } from "yaml";
import { parsePlainYaml } from "./plain-yaml.ts";

/** A document as it stands in its file. */
export interface Source {
  readonly file: string;
  /** The line of the file that it begins in, from 1. */
  readonly line: number;
  readonly text: string;
}

/** What is to be said of a line of a file. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  /** One sentence; it may hold text of the file. */
  readonly message: string;
}

export type Read = { readonly source: Source; readonly value: unknown } | { readonly problem: Problem };

/** What reading a document in full YAML may cost; plain documents and JSON cost next to nothing. */
const limits = { bytes: 16 * 1024 * 1024, depth: 200, aliases: 100, ms: 20_000 } as const;

/** The documents of a file in order. JSON is one document; documents without content are left out. */
export function* documentsOf(file: string, text: string): Generator<Read> {
  if (file.endsWith(".json")) {
    const value = parseJson(text);
    if (value !== undefined) {
      yield { source: { file, line: 1, text }, value };
      return;
    }
  }
  for (const source of split(file, text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"))) {
    const plain = parsePlainYaml(source.text);
    if (plain !== undefined) yield { source, value: plain };
    else yield readInFull(source);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // YAML, of which JSON is a part, tells the line that is wrong
  }
}

/** At the markers in the first column, which no text of a document may hold (YAML 1.2.2, 9.1.2). */
function* split(file: string, text: string): Generator<Source> {
  const starts = [0, ...Array.from(text.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm), ({ index }) => index)];
  let line = 1;
  for (const [i, start] of starts.entries()) {
    const part = text.slice(start, starts[i + 1]);
    const document = part.startsWith("...") ? `   ${part.slice(3)}` : part;
    const holdsSomething = /^[ \t]*[^\s#%]/m.test(document.replace(/^---/, "   "));
    if (holdsSomething) yield { file, line, text: document };
    line += newlinesIn(part, part.length);
  }
}

function newlinesIn(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function readInFull(source: Source): Read {
  const problem = (offset: number, message: string): Read => ({
    problem: { file: source.file, line: source.line + newlinesIn(source.text, offset), message },
  });
  try {
    const document = compose(source.text);
    const [broken] = document?.errors ?? [];
    if (broken !== undefined) return problem(broken.pos[0], `is no YAML: ${broken.message}`);
    return { source, value: document?.toJS({ maxAliasCount: limits.aliases }) };
  } catch (thrown) {
    if (thrown instanceof Unreadable) return problem(thrown.offset, thrown.message);
    // A mapping of aliases that grow without end, or that name nothing.
    if (thrown instanceof ReferenceError) return problem(contentAt(source.text), "holds aliases that can't be followed");
    if (thrown instanceof RangeError) return problem(0, "nests too deep to be read"); // the stack is as deep as the document
    throw thrown;
  }
}

/** What keeps a document from being read, and where. */
class Unreadable extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** The library's own steps, one lexeme after the other, so that nonsense ends early. */
function compose(text: string): Composed.Parsed | undefined {
  if (text.length > limits.bytes)
    throw new Unreadable(0, "is too large to be read as YAML; JSON, or one document for each object, is read");
  const parser = new Parser();
  // Its check that keys differ takes the square of their number.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, merge: true, logLevel: "silent" });
  const documents: Composed.Parsed[] = [];
  const take = (tokens: ReturnType<Parser["next"]>): void => {
    for (const token of tokens) {
      if (token.type === "error") throw new Unreadable(token.offset, `is no YAML: ${token.message}`);
      documents.push(...(composer.next(token) as Iterable<Composed.Parsed>));
    }
  };
  const until = performance.now() + limits.ms;
  const trace = Error.stackTraceLimit;
  Error.stackTraceLimit = 0; // the library makes an error for each thing that is wrong, which may be every character
  try {
    let lexemes = 0;
    for (const lexeme of new Lexer().lex(text)) {
      take(parser.next(lexeme));
      lexemes += 1;
      if (parser.stack.length > limits.depth) throw new Unreadable(parser.offset, "nests too deep to be read");
      if (lexemes % 1024 === 0 && performance.now() > until) throw new Unreadable(parser.offset, "takes too long to be read");
    }
    take(parser.end());
    documents.push(...(composer.end(false, text.length) as Iterable<Composed.Parsed>));
  } finally {
    Error.stackTraceLimit = trace;
  }
  const [document] = documents;
  if (document !== undefined && document.errors.length === 0) refuseTwice(document.contents);
  return document;
}

/** @throws {Unreadable} for a key that a mapping has twice: whichever counts, somebody did not mean it */
function refuseTwice(node: unknown): void {
  if (typeof node !== "object" || node === null || !("items" in node) || !Array.isArray(node.items)) return;
  const seen = new Set<string>();
  for (const item of node.items) {
    if (!isPairLike(item)) {
      refuseTwice(item);
      continue;
    }
    const key = isNode(item.key) && "value" in item.key ? item.key : undefined;
    if (key !== undefined && key.value !== "<<") {
      if (seen.has(String(key.value))) throw new Unreadable(key.range?.[0] ?? 0, "has the same key twice in one mapping");
      seen.add(String(key.value));
    }
    refuseTwice(item.value);
  }
}

const isPairLike = (item: unknown): item is { readonly key: unknown; readonly value: unknown } =>
  typeof item === "object" && item !== null && "key" in item && "value" in item;

/** The line of the file in which the document says what is at the path, or what comes closest to it. */
export function lineOf(source: Source, path: readonly (string | number)[]): number {
  const { document, starts } = indexed(source);
  for (let length = path.length; length > 0; length -= 1) {
    const node = document?.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return source.line + lineAt(starts, node.range[0]);
  }
  return source.line + lineAt(starts, contentAt(source.text));
}

/** Where a document begins to say something. */
const contentAt = (text: string): number => Math.max(0, text.replace(/^---/, "   ").search(/^[ \t]*[^\s#%]/m));

interface Index {
  /** Undefined where the value was read another way, such as JSON that is too large for this one. */
  readonly document: Composed.Parsed | undefined;
  /** Where each line begins. */
  readonly starts: readonly number[];
}
/** Many things may be said of one document. */
const indexes = new WeakMap<Source, Index>();

function indexed(source: Source): Index {
  const known = indexes.get(source);
  if (known !== undefined) return known;
  const index = { document: composedIfPossible(source.text), starts: Array.from(source.text.matchAll(/^/gm), (match) => match.index) };
  indexes.set(source, index);
  return index;
}

function composedIfPossible(text: string): Composed.Parsed | undefined {
  try {
    return compose(text);
  } catch (thrown) {
    if (thrown instanceof Unreadable || thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** The last line, from 0, that begins at or before the offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
