/** Tables for a terminal, of text that may come from anywhere. */
import Table from "cli-table3";
import { plainText } from "./plain-text.ts";

/** Three columns, of which the last takes what the borders and the others leave. */
export const columnsOf = (width: number, [first, second]: readonly [number, number]): [number, number, number] => [
  first,
  second,
  width - first - second - 4,
];

const padding = 2;
/** One line of text whose words fit a column so wide; the library would cut longer ones. */
export const broken = (text: string, columns = 80): string =>
  plainText(text).replace(new RegExp(`\\S{${columns - padding}}(?=\\S)`, "gu"), "$&\n");

/** A table without the library's own colours: rows are not separated by lines. */
export const plainTable = (options: ConstructorParameters<typeof Table>[0]): InstanceType<typeof Table> =>
  new Table({
    ...options,
    style: { head: [], border: [], compact: true },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
