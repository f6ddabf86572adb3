import type { FindingDetails, PageData } from "../page-data.ts";

/** One finding, put together from its columns. */
export interface Shown {
  readonly place: number;
  readonly anchor: string;
  readonly id: string;
  readonly check: PageData["checks"][number];
  readonly status: PageData["statuses"][number];
  readonly severity: string;
  readonly cluster: PageData["clusters"][number] | undefined;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly resource: string;
  readonly owner: string;
  readonly message: string;
  readonly change: PageData["changeKinds"][number] | undefined;
  readonly references: readonly string[];
  readonly remedy: string | undefined;
  /** The report is of several accounts, so that a command has to say which. */
  readonly isOfMany: boolean;
  readonly details: FindingDetails;
}

const none: FindingDetails = {};

/** The finding at a place of the columns. */
export function findingAt(data: PageData, place: number): Shown {
  const { findings, checks, clusters, texts, statuses, severities, changeKinds, references } = data;
  const at = <T>(column: readonly T[]): T => column[place] as T; // every column is as long as the others
  const cluster = clusters[at(findings.cluster)];
  const check = checks[at(findings.check)] as PageData["checks"][number];
  const resource = wholeId(at(findings.resource), cluster?.arn);
  const details = at(findings.more) || none;
  return {
    place,
    anchor: `finding-${at(findings.anchor)}`,
    id: details.id ?? `${check.id}/${resource}`,
    check,
    status: statuses[at(findings.status)] as PageData["statuses"][number], // each is a place in that list
    severity: severities[at(findings.severity)] ?? "",
    cluster,
    kind: texts[at(findings.kind)] ?? "",
    namespace: texts[at(findings.namespace)] ?? "",
    name: at(findings.name),
    resource,
    owner: texts[at(findings.owner)] ?? "",
    message: at(findings.message),
    change: changeKinds[at(findings.change)],
    references: references[at(findings.references)] ?? [],
    remedy: details.remedy === undefined ? undefined : texts[details.remedy],
    isOfMany: data.accounts.length > 1,
    details,
  };
}

const wholeId = (resource: string, cluster: string | undefined): string =>
  cluster !== undefined && (resource === "" || resource.startsWith("/")) ? cluster + resource : resource;
