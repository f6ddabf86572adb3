import type { PageData } from "../page-data.ts";
import { changeWords, statusWords } from "../words.ts";
import { byId, element } from "./element.ts";
import { type Filters, type Matches, noFilters } from "./narrow.ts";

const selects = ["account", "cluster", "namespace", "owner", "check", "requirement", "change"] as const;

/** How the list may be grouped. */
export const groupings = ["severity", "cluster", "check", "namespace"] as const;
export type Grouping = (typeof groupings)[number];

const select = (id: string): HTMLSelectElement => byId(id);
const search = (): HTMLInputElement => byId("search");
const boxes = (id: string): readonly HTMLInputElement[] => [...byId(id).querySelectorAll("input")];
const checked = (id: string): readonly string[] => boxes(id).flatMap((box) => (box.checked ? [box.value] : []));

/** Fills the form by what the findings hold; a filter that has nothing to choose from is not shown. */
export function fillForm(data: PageData): void {
  const { findings, texts } = data;
  const present = (column: readonly number[]): readonly string[] =>
    [...new Set(column)]
      .map((place) => texts[place] ?? "")
      .filter((text) => text !== "")
      .sort();
  const named = new Map<string, number>();
  for (const { name } of data.clusters) named.set(name, (named.get(name) ?? 0) + 1);
  const clusterName = ({ name, region, account }: PageData["clusters"][number]) =>
    named.get(name) === 1 ? name : `${name} (${region}, ${account})`;
  const asked = new Set(findings.check);
  fieldset(
    "status",
    data.statuses.filter((_status, place) => findings.status.includes(place)),
    statusWords,
  );
  fieldset(
    "severity",
    data.severities.filter((_severity, place) => findings.severity.includes(place)),
    {},
  );
  options(
    "account",
    data.accounts.map((account) => [account, account]),
  );
  options(
    "cluster",
    data.clusters.map((one) => [one.arn, clusterName(one)] as const).sort(([, a], [, b]) => (a < b ? -1 : 1)),
  );
  options(
    "namespace",
    present(findings.namespace).map((one) => [one, one]),
  );
  options(
    "owner",
    present(findings.owner).map((one) => [one, one]),
  );
  options(
    "check",
    data.checks.flatMap(({ id }, place) => (asked.has(place) ? [[id, id] as const] : [])),
  );
  options(
    "requirement",
    [...new Set(data.references.flat())].sort(byNumber).map((one) => [one, one]),
  );
  options(
    "change",
    data.changeKinds.filter((_kind, place) => findings.change.includes(place)).map((kind) => [kind, changeWords[kind]]),
  );
  select("group").replaceChildren(...groupings.map((name) => element("option", { value: name }, name)));
}

const byNumber = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });

function options(id: (typeof selects)[number], list: readonly (readonly [string, string])[]): void {
  byId(`field-${id}`).hidden = list.every(([value]) => value === "");
  select(id).replaceChildren(element("option", { value: "" }, "any"), ...list.map(([value, text]) => element("option", { value }, text)));
}

function fieldset(id: "status" | "severity", names: readonly string[], labels: Readonly<Record<string, string>>): void {
  byId(id).append(
    ...names.map((name) =>
      element(
        "label",
        { class: "chip" },
        element("input", { type: "checkbox", value: name }),
        element("span", {}, labels[name] ?? name, " ", element("span", { class: "n", "data-count": name })),
      ),
    ),
  );
}

/** What the form says. */
export const readForm = (): Filters => ({
  search: search().value,
  status: checked("status"),
  severity: checked("severity"),
  ...(Object.fromEntries(selects.map((id) => [id, select(id).value])) as Pick<Filters, (typeof selects)[number]>), // its keys are those
});

export const readGrouping = (): Grouping => groupings.find((name) => name === select("group").value) ?? "severity";

/** What the form narrows the list to, in words: on paper there is no form. */
export function narrowingWords(): string {
  const { search, status, severity } = readForm();
  const parts = [
    ["search", search.trim()],
    ["status", status.map((name) => statusWords[name as keyof typeof statusWords]).join(", ")], // each is a status of the report
    ["severity", severity.join(", ")],
    ...selects.map((id) => [id, select(id).value === "" ? "" : (select(id).selectedOptions[0]?.text ?? "")]),
  ];
  return parts.flatMap(([name, text]) => (text === "" ? [] : [`${name}: ${text}`])).join("; ");
}

/** Makes the form say it. What the report does not hold is left out. */
export function writeForm(filters: Partial<Filters>, grouping: Grouping): void {
  const all: Filters = { ...noFilters, ...filters };
  search().value = all.search;
  for (const id of ["status", "severity"] as const) for (const box of boxes(id)) box.checked = all[id].includes(box.value);
  for (const id of selects) {
    select(id).value = all[id];
    if (select(id).selectedIndex < 0) select(id).value = "";
  }
  select("group").value = grouping;
}

/** Says beside each status and severity how many there are. */
export function writeCounts(data: PageData, { byStatus, bySeverity }: Matches): void {
  const write = (id: string, names: readonly string[], counts: readonly number[]) => {
    for (const one of byId(id).querySelectorAll<HTMLElement>("[data-count]")) {
      one.textContent = (counts[names.indexOf(one.dataset.count ?? "")] ?? 0).toLocaleString("en");
    }
  };
  write("status", data.statuses, byStatus);
  write("severity", data.severities, bySeverity);
}
