import { plainJson } from "./plain-text.ts";

/** A JSON list of what each item is written as, one a line: made piece by piece, however many there are. */
export function* jsonList<T>(items: Iterable<T>, written: (item: T) => unknown): Generator<string> {
  let before = "[";
  for (const item of items) {
    yield `${before}\n${plainJson(written(item))}`;
    before = ",";
  }
  yield before === "[" ? "[]\n" : "\n]\n";
}
