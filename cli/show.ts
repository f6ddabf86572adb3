import { styleText } from "node:util";
import { toGlance } from "../core/report/glance.ts";
import type { Report } from "../core/report/report.ts";
import { type Paint, type Style, toTable } from "../core/report/table.ts";
import { isColoured } from "./terminal.ts";

export interface ShowOptions {
  /** Where all of it stands; absent where it is printed, or nowhere. */
  readonly everything?: string;
  /** Besides the screen the tables, also on a terminal. */
  readonly verbose?: boolean;
  /** What to do next, a line each; the path of the report follows. */
  readonly next?: readonly string[];
  /** Lines of the screen that something else is to stand on. */
  readonly reserved?: number;
}

/** What a log or a pipe is laid out for. */
const page = { columns: 120, rows: 40 };

/**
 * The report for whoever reads the stream: on a terminal what fits its screen; in a log or a pipe, and with `verbose`, the tables of
 * everything first.
 */
export function shown(report: Report, { everything, verbose, next = [], reserved = 0 }: ShowOptions, stream: NodeJS.WriteStream): string {
  const isTerminal = stream.isTTY === true;
  const { columns, rows } = isTerminal ? { columns: stream.columns || 80, rows: stream.rows || 24 } : page;
  const paint = paintOf(stream);
  const hasTables = !isTerminal || verbose === true;
  const elsewhere = everything === undefined && !hasTables ? ["All of it: --out DIR writes it, a pipe shows it."] : [];
  const glance = toGlance(report, {
    width: columns,
    height: rows - reserved,
    paint,
    ...(everything === undefined ? {} : { everything }),
    next: [...next, ...elsewhere, ...(everything === undefined ? [] : [`Report: ${everything}`])],
  });
  return hasTables ? `${toTable(report, { width: columns, paint })}\n${glance}` : glance;
}

/** Colours where the stream may have them. */
export const paintOf = (stream: NodeJS.WriteStream): Paint =>
  isColoured(stream, process.env) ? (style, text) => styleText(formats[style], text, { validateStream: false }) : plain;

const plain: Paint = (_style, text) => text;
const formats: Readonly<Record<Style, Parameters<typeof styleText>[0]>> = {
  critical: ["bold", "red"],
  high: "red",
  medium: "yellow",
  low: "blue",
  informational: "gray",
  heading: "bold",
};
