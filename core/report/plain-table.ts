/** Tables for a terminal, of text that may come from anywhere. */
import Table from "cli-table3";
import { plainText } from "./plain-text.ts";
import { wrapped } from "./wrap.ts";

/** Three columns, of which the last takes what the borders and the others leave. */
export const columnsOf = (width: number, [first, second]: readonly [number, number]): [number, number, number] => [
  first,
  second,
  width - first - second - 4,
];

const padding = 2;
/** Text from anywhere in lines that fit a column so wide; the library would cut longer ones. */
export const fitted = (text: string, columns = 80): readonly string[] => wrapped(plainText(text), columns - padding);

/**
 * Adds a row of cells, each of them lines. Every line becomes a row of the library's: with a cell of many lines it takes the
 * cube of their number (cli-table/cli-table3:src/cell.js, draw, which cuts the whole cell anew for every line).
 */
export function addRow(table: InstanceType<typeof Table>, cells: readonly (readonly string[])[]): void {
  const height = Math.max(...cells.map(({ length }) => length));
  for (let at = 0; at < height; at++) table.push(cells.map((lines) => lines[at] ?? ""));
}

/** A table without the library's own colours: rows are not separated by lines. */
export const plainTable = (options: ConstructorParameters<typeof Table>[0]): InstanceType<typeof Table> =>
  new Table({
    ...options,
    style: { head: [], border: [], compact: true },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
