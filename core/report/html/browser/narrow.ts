import type { PageData } from "../page-data.ts";

/** What the list is narrowed to. An empty text, and an empty list, narrow nothing. */
export interface Filters {
  readonly search: string;
  readonly status: readonly string[];
  readonly severity: readonly string[];
  readonly account: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly owner: string;
  readonly check: string;
  readonly requirement: string;
  readonly change: string;
}

export const noFilters: Filters = {
  search: "",
  status: [],
  severity: [],
  account: "",
  cluster: "",
  namespace: "",
  owner: "",
  check: "",
  requirement: "",
  change: "",
};

/** What there is of each status and severity when all filters but that one hold. */
export interface Matches {
  readonly places: readonly number[];
  readonly byStatus: readonly number[];
  readonly bySeverity: readonly number[];
}

/** The findings that the filters let through, in the page's order. */
export function matchesOf(data: PageData, filters: Filters): Matches {
  const { findings } = data;
  const isStatus = chosen(data.statuses, filters.status);
  const isSeverity = chosen(data.severities, filters.severity);
  const tests = testsOf(data, filters);
  const found: Matches & { places: number[]; byStatus: number[]; bySeverity: number[] } = {
    places: [],
    byStatus: data.statuses.map(() => 0),
    bySeverity: data.severities.map(() => 0),
  };
  for (let place = 0; place < findings.check.length; place += 1) {
    if (!tests.every((test) => test(place))) continue;
    const status = findings.status[place] as number;
    const severity = findings.severity[place] as number;
    if (isSeverity[severity]) found.byStatus[status] = (found.byStatus[status] ?? 0) + 1;
    if (isStatus[status]) found.bySeverity[severity] = (found.bySeverity[severity] ?? 0) + 1;
    if (isStatus[status] && isSeverity[severity]) found.places.push(place);
  }
  return found;
}

const chosen = (names: readonly string[], wanted: readonly string[]): readonly boolean[] =>
  names.map((name) => wanted.length === 0 || wanted.includes(name));

type Test = (place: number) => boolean;

function testsOf(data: PageData, filters: Filters): readonly Test[] {
  const { findings, texts } = data;
  const tests: Test[] = [];
  const is = (column: readonly number[], wanted: number) => tests.push((place) => column[place] === wanted);
  if (filters.account !== "") is(findings.account, data.accounts.indexOf(filters.account));
  if (filters.cluster !== "")
    is(
      findings.cluster,
      data.clusters.findIndex(({ arn }) => arn === filters.cluster),
    );
  if (filters.check !== "")
    is(
      findings.check,
      data.checks.findIndex(({ id }) => id === filters.check),
    );
  if (filters.namespace !== "") is(findings.namespace, texts.indexOf(filters.namespace));
  if (filters.owner !== "") is(findings.owner, texts.indexOf(filters.owner));
  if (filters.change !== "") is(findings.change, (data.changeKinds as readonly string[]).indexOf(filters.change));
  if (filters.requirement !== "") {
    const answers = data.references.map((list) => list.includes(filters.requirement));
    tests.push((place) => answers[findings.references[place] as number] === true);
  }
  const words = filters.search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 0) {
    const texts = searchable(data);
    tests.push((place) => words.every((word) => texts[place]?.includes(word)));
  }
  return tests;
}

let remembered: readonly string[] | undefined;

/** Makes what a search looks at, ahead of the first. */
export const prepareSearch = (data: PageData): void => {
  searchable(data);
};

/** What a search looks at, of each finding. */
function searchable({ findings, checks, clusters, texts }: PageData): readonly string[] {
  remembered ??= findings.message.map((message, place) => {
    const cluster = clusters[findings.cluster[place] as number];
    return [
      message,
      checks[findings.check[place] as number]?.id,
      texts[findings.kind[place] as number],
      texts[findings.namespace[place] as number],
      findings.name[place],
      findings.resource[place],
      texts[findings.owner[place] as number],
      cluster?.name,
      cluster?.account,
      cluster?.region,
    ]
      .join("\n")
      .toLowerCase();
  });
  return remembered;
}
