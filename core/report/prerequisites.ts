/** What `doctor` found, for a terminal and for programs. */
import { type Place, type Prerequisite, type PrerequisiteState, prerequisiteStates } from "../model/prerequisite.ts";
import { version } from "../version.ts";
import { addRow, fitted, plainTable } from "./plain-table.ts";
import { plainJson, plainText } from "./plain-text.ts";
import { hanging, wrapped } from "./wrap.ts";

/** One JSON document. */
export const toPrerequisitesJson = (prerequisites: readonly Prerequisite[]): string =>
  `${plainJson({ schema: "eks-perimeter/doctor/v1", version, prerequisites, summary: counted(prerequisites) }, 2)}\n`;

/**
 * A table of everything that was looked at, and below it what to do; commands stand on lines of their own, whole, to be copied.
 *
 * @param columns those of the terminal, where it is one: text is wrapped to them, and what is too narrow for a table is a list
 */
export function toPrerequisitesText(prerequisites: readonly Prerequisite[], columns?: number): string {
  const seen = columns !== undefined && columns < 80 ? list(prerequisites, columns) : table(prerequisites, columns ?? 120);
  return `${[seen, toDo(prerequisites, columns), closing(prerequisites, columns)].filter(Boolean).join("\n\n")}\n`;
}

function list(prerequisites: readonly Prerequisite[], columns: number): string {
  const lines = rowsOf(prerequisites).flatMap(([state = "", area, where, seen = ""]) => [
    ...hanging(`${state} `, plainText(`${area} ${where}:`), columns),
    ...wrapped(plainText(seen), columns - 2).map((line) => `  ${line}`),
  ]);
  return lines.join("\n");
}

const counted = (prerequisites: readonly Prerequisite[]): Readonly<Record<PrerequisiteState, number>> => {
  const count = (wanted: PrerequisiteState): number => prerequisites.filter(({ state }) => state === wanted).length;
  return { lacks: count("lacks"), unknown: count("unknown"), skipped: count("skipped"), ok: count("ok") };
};

/** The width of each column but the last; borders take one more each. */
const widths = [9, 14, 38] as const;

function table(prerequisites: readonly Prerequisite[], columns: number): string {
  const seenWidth = columns - widths.reduce<number>((sum, width) => sum + width, 0) - widths.length - 2;
  const colWidths = [...widths, seenWidth];
  const made = plainTable({ head: ["State", "Area", "Where", "Seen"], colWidths });
  for (const row of rowsOf(prerequisites))
    addRow(
      made,
      row.map((text, at) => fitted(text, colWidths[at])),
    );
  return made.toString();
}

/** What is well is listed as long as there is little of it. */
const mostOk = 60;

function rowsOf(prerequisites: readonly Prerequisite[]): readonly (readonly string[])[] {
  const row = ({ state, area, place, seen }: Prerequisite): readonly string[] => [state, area, whereOf(place), seen];
  const ok = prerequisites.filter(({ state }) => state === "ok");
  if (ok.length <= mostOk) return prerequisites.map(row);
  const byArea = Map.groupBy(ok, ({ area }) => area);
  return [
    ...prerequisites.filter(({ state }) => state !== "ok").map(row),
    ...[...byArea].map(([area, { length }]) => ["ok", area, `${length} places`, "Listed by --json."]),
  ];
}

const whereOf = ({ account, region, cluster }: Place): string => [account, region, cluster].filter((part) => part !== undefined).join(" ");

/** The same advice once, with all the places and commands that it is for. */
function toDo(prerequisites: readonly Prerequisite[], columns = Number.POSITIVE_INFINITY): string {
  const tasks = Map.groupBy(
    prerequisites.filter(({ toDo }) => toDo !== undefined),
    ({ area, state, toDo }) => `${state} ${area} ${toDo?.text}`,
  );
  const blocks = [...tasks.values()].map((group) => {
    const commands = new Set(group.flatMap(({ toDo }) => toDo?.commands ?? []));
    const places = group.map(({ place }) => whereOf(place)).join("; ");
    const [first] = group;
    const lines = [
      // Lines that follow stand further in: names in them are not to look like the state of something else.
      ...wrapped(plainText(`${first?.state} ${first?.area}: ${places}`), columns - 2).map((line, at) => (at === 0 ? line : `  ${line}`)),
      ...wrapped(plainText(first?.toDo?.text ?? ""), columns - 2).map((line) => `  ${line}`),
      ...[...commands].map((command) => `    ${plainText(command)}`),
    ];
    return lines.join("\n");
  });
  return blocks.length === 0 ? "" : `To do\n\n${blocks.join("\n\n")}`;
}

function closing(prerequisites: readonly Prerequisite[], columns = Number.POSITIVE_INFINITY): string {
  const counts = counted(prerequisites);
  const line = prerequisiteStates.map((state) => `${counts[state]} ${state}`).join(" · ");
  const isSeenFromHere = prerequisites.some(({ area }) => area === "network");
  const remark = isSeenFromHere ? wrapped("Network reach is that of this computer, not of a deployed scanner.", columns) : [];
  return [...remark, ...wrapped(line, columns)].join("\n");
}
