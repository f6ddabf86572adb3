/** The script of the report's page: lists the findings, narrows them, and opens the one that a link names. */
import type { PageData } from "../page-data.ts";
import { card, line } from "./card.ts";
import { say } from "./copy.ts";
import { byId, element } from "./element.ts";
import { findingAt } from "./finding.ts";
import { fillForm, type Grouping, groupings, narrowingWords, readForm, readGrouping, writeCounts, writeForm } from "./form.ts";
import { type Filters, matchesOf, noFilters, prepareSearch } from "./narrow.ts";

/** How many findings are put on the page at once. */
const perPage = 50;
/** How many are put on paper; of the rest it says how many they are. */
const mostPrinted = 500;
/** How many failing findings a cluster's own part lists. */
const perCluster = 25;

const data = JSON.parse(byId("data").textContent ?? "") as PageData; // written by the product itself, next to this script
const { findings } = data;
const results = byId("results");
const more = byId<HTMLButtonElement>("more");

let places: readonly number[] = [];
let shown = 0;
let grouping: Grouping = "severity";

/** What the list shows at first: what fails, where anything does. */
const atFirst: Filters = findings.status.includes(data.statuses.indexOf("fail")) ? { ...noFilters, status: ["fail"] } : noFilters;

function update(): void {
  const filters = readForm();
  grouping = readGrouping();
  const matches = matchesOf(data, filters);
  places = ordered(matches.places);
  writeCounts(data, matches);
  byId("count").textContent = `${places.length.toLocaleString("en")} of ${findings.check.length.toLocaleString("en")} findings`;
  byId("narrowed").textContent = `Listed: ${narrowingWords() || "all"}.`;
  results.replaceChildren();
  shown = 0;
  showMore();
}

/** The groups one after the other, in each the worst first. */
function ordered(found: readonly number[]): readonly number[] {
  const severity = (place: number): number => (findings.status[place] as number) * 8 + (findings.severity[place] as number);
  const columns: Readonly<Record<Grouping, (place: number) => number>> = {
    severity,
    cluster: (place) => findings.cluster[place] as number,
    check: (place) => findings.check[place] as number,
    namespace: (place) => namespaceOrder[findings.namespace[place] as number] as number,
  };
  const group = columns[grouping];
  return [...found].sort((a, b) => group(a) - group(b) || severity(a) - severity(b) || a - b);
}

const namespaceOrder: readonly number[] = (() => {
  const order: number[] = [];
  const sorted = data.texts.map((_text, place) => place).sort((a, b) => ((data.texts[a] ?? "") < (data.texts[b] ?? "") ? -1 : 1));
  sorted.forEach((place, at) => {
    order[place] = at;
  });
  return order;
})();

function headingOf(place: number): string {
  const finding = findingAt(data, place);
  if (grouping === "cluster")
    return finding.cluster === undefined ? "Accounts" : `${finding.cluster.name}, ${finding.cluster.region}, ${finding.cluster.account}`;
  if (grouping === "check") return finding.check.title;
  return finding.namespace === "" ? "No namespace" : `Namespace ${finding.namespace}`;
}

let lastHeading = "";

function showMore(): void {
  if (shown === 0) lastHeading = "";
  const next = places.slice(shown, shown + perPage);
  const linked = byId("linked").querySelector("details")?.id;
  for (const place of next) {
    if (grouping !== "severity") {
      const heading = headingOf(place);
      if (heading !== lastHeading) results.append(element("h3", { class: "group" }, heading));
      lastHeading = heading;
    }
    const made = card(findingAt(data, place), grouping === "severity" ? "h3" : "h4");
    if (made.id === linked) made.removeAttribute("id"); // it stands above the list already, and an id is one element's
    results.append(made);
  }
  shown += next.length;
  const rest = places.length - shown;
  more.hidden = rest === 0;
  byId("unlisted").textContent =
    rest === 0 ? "" : `${rest.toLocaleString("en")} more are not listed here; report.json, written with this page, has all.`;
  more.textContent = `Show ${Math.min(rest, perPage)} more of ${rest.toLocaleString("en")}`;
  if (places.length === 0) results.append(element("p", {}, "No finding is like that. Clear the filters to see all."));
}

/** Opens the finding that the link names: in the list where it is there, else above it, whatever the filters say. */
function openFinding(anchor: string): void {
  const linked = byId("linked");
  const there = document.getElementById(anchor);
  if (there instanceof HTMLDetailsElement) {
    focusOn(there);
    return;
  }
  const place = findings.anchor.indexOf(anchor.slice("finding-".length));
  if (place < 0) {
    linked.replaceChildren(element("p", { class: "banner gap" }, "The finding of this link is not in this report."));
    say("The finding of this link is not in this report.");
    byId("findings").focus();
    return;
  }
  const made = card(findingAt(data, place), "h3");
  const close = element("button", { type: "button" }, "Close");
  close.addEventListener("click", () => {
    linked.replaceChildren();
    byId("findings").focus();
  });
  linked.replaceChildren(element("p", { class: "part-head" }, element("b", {}, "The finding of this link"), close), made);
  focusOn(made);
}

function focusOn(made: HTMLDetailsElement): void {
  made.open = true;
  const summary = made.querySelector("summary");
  summary?.focus({ preventScroll: true });
  made.scrollIntoView({ block: "start" });
}

/** What the address says after "#findings?", as the form's filters. */
function filtersOf(query: string): Partial<Filters> {
  const parameters = new URLSearchParams(query);
  const list = (name: string): readonly string[] => (parameters.get(name) ?? "").split(",").filter(Boolean);
  const rest = Object.fromEntries([...parameters].filter(([name]) => name in noFilters));
  return { ...rest, status: list("status"), severity: list("severity") };
}

function queryOf(filters: Filters): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    const text = typeof value === "string" ? value : value.join(",");
    if (text !== "") parameters.set(name, text);
  }
  if (grouping !== "severity") parameters.set("group", grouping);
  return parameters.toString();
}

function follow(): void {
  const hash = location.hash.slice(1);
  const named = document.getElementById(hash);
  if (hash.startsWith("finding-")) openFinding(hash);
  else if (hash.startsWith("findings?")) openList(hash.slice("findings?".length));
  else if (named instanceof HTMLDetailsElement) focusOn(named);
}

function openList(query: string): void {
  const wanted = new URLSearchParams(query).get("group");
  byId("linked").replaceChildren();
  writeForm(filtersOf(query), groupings.find((name) => name === wanted) ?? "severity");
  update();
  byId("findings").focus({ preventScroll: true });
  byId("findings").scrollIntoView({ block: "start" });
}

/** The address says nothing again, by the browser's way back: so does the list. */
function startAnew(): void {
  byId("linked").replaceChildren();
  writeForm(atFirst, "severity");
  update();
}

/** Keeps the address in step with the form, so that it can be sent to somebody. */
function remember(): void {
  const query = queryOf(readForm());
  try {
    history.replaceState(null, "", `#findings?${query}`);
  } catch {
    // A browser may forbid it to a file or after many changes: the address is then older than the list, and nothing else is lost.
  }
}

function listCluster(part: HTMLDetailsElement): void {
  const list = part.querySelector(".list");
  if (list === null || list.hasChildNodes()) return;
  const cluster = Number(part.dataset.cluster);
  const failing = data.statuses.indexOf("fail");
  const own = findings.cluster
    .flatMap((of, place) => (of === cluster && findings.status[place] === failing ? [place] : []))
    .sort((a, b) => (findings.severity[a] as number) - (findings.severity[b] as number));
  const lines = own.slice(0, perCluster).map((place) => line(findingAt(data, place)));
  if (lines.length > 0) list.append(element("ul", { class: "plain lines" }, ...lines));
  if (own.length > lines.length) list.append(element("p", { class: "soft" }, `And ${own.length - lines.length} more that fail.`));
}

function start(): void {
  fillForm(data);
  writeForm(atFirst, "severity");
  byId("explorer").hidden = false;
  if (matchMedia("(max-width: 48rem)").matches) byId<HTMLDetailsElement>("more-filters").open = false;
  update();
  const form = byId<HTMLFormElement>("filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    update();
    remember();
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    writeForm(noFilters, "severity");
    update();
    remember();
  });
  more.addEventListener("click", () => {
    const before = results.childElementCount;
    showMore();
    const first = [...results.children].slice(before).find((one) => one instanceof HTMLDetailsElement);
    first?.querySelector("summary")?.focus();
  });
  for (const part of document.querySelectorAll<HTMLDetailsElement>("details.cluster")) {
    part.addEventListener("toggle", () => listCluster(part));
  }
  addEventListener("beforeprint", () => {
    while (shown < places.length && shown < mostPrinted) showMore();
  });
  addEventListener("hashchange", () => {
    if (location.hash === "") startAnew();
    else follow();
  });
  follow();
  // Once more when all is there: the browser itself goes to what the address names, and takes the focus away in doing so.
  addEventListener("load", () => setTimeout(follow));
  setTimeout(() => prepareSearch(data), 200); // the first keystroke need not wait for it then
}

start();
