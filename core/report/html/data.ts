import { fixable } from "../../checks/fixable.ts";
import { type Finding, statuses } from "../../model/finding.ts";
import type { Resource } from "../../model/resource.ts";
import { severities } from "../../model/severity.ts";
import { changeKinds } from "../changes.ts";
import { anchorDigits } from "./anchor.ts";
import { ownersOf } from "./owners.ts";
import type { FindingColumns, FindingDetails, PageData } from "./page-data.ts";
import { harmless } from "./text.ts";
import type { View } from "./view.ts";

/** The findings as the page's script reads them; every text in them is harmless, and none is markup. */
export function pageData({ report, checks, judged, changes }: View): PageData {
  const ids = [...new Set([...checks.map(({ id }) => id), ...judged.map(({ check }) => check)])];
  const checkPlaces = placesOf(ids);
  const clusterPlaces = placesOf(report.clusters.map(({ arn }) => arn));
  const accounts = [...new Set([...report.accounts, ...report.clusters].map(({ account }) => account))].sort();
  const accountPlaces = placesOf(accounts);
  const [texts, textPlace] = distinct<string>([""], (text) => text);
  const [references, referencesPlace] = distinct<readonly string[]>([], (list) => list.join(" "));
  const owners = ownersOf(judged);
  const changed = changePlaces(changes);
  const described = new Map(checks.map((check) => [check.id, check]));
  const accountOf = ({ cluster, resource }: Finding): number =>
    cluster === undefined
      ? (accountPlaces.get(resource.id.split(":")[4] ?? "") ?? -1)
      : (accountPlaces.get(report.clusters[clusterPlaces.get(cluster) ?? -1]?.account ?? "") ?? -1);
  const column = <T>(read: (finding: Finding) => T): readonly T[] => judged.map(read);
  const findings: FindingColumns = {
    anchor: column(({ id }) => anchorDigits(id)),
    check: column(({ check }) => checkPlaces.get(check) ?? -1),
    status: column(({ status }) => statuses.indexOf(status)),
    severity: column(({ severity }) => severities.indexOf(severity)),
    cluster: column(({ cluster }) => (cluster === undefined ? -1 : (clusterPlaces.get(cluster) ?? -1))),
    account: column(accountOf),
    change: column(({ id }) => changed.get(id) ?? -1),
    references: column(({ frameworks }) => referencesPlace(frameworks)),
    kind: column(({ resource }) => textPlace(harmless(resource.kind))),
    namespace: column(({ resource }) => textPlace(harmless(namespaceOf(resource)))),
    owner: column(({ resource }) => textPlace(harmless(owners.get(resource.id) ?? ""))),
    name: column(({ resource }) => harmless(resource.name)),
    resource: column((finding) => harmless(withinCluster(finding))),
    message: column(({ message }) => harmless(message)),
    more: column((finding) => detailsOf(finding, textPlace)),
  };
  return {
    statuses,
    severities,
    changeKinds,
    checks: ids.map((id) => ({
      id: harmless(id),
      title: harmless(described.get(id)?.title ?? id),
      why: harmless(described.get(id)?.why ?? ""),
      isFixable: fixable.has(id),
    })),
    clusters: report.clusters.map(({ arn, name, account, region }) => ({
      arn: harmless(arn),
      name: harmless(name),
      account: harmless(account),
      region: harmless(region),
    })),
    accounts: accounts.map(harmless),
    texts,
    references,
    findings,
  };
}

/** A namespace is its own: whoever looks for it wants what was judged of it as a whole too. */
const namespaceOf = ({ kind, namespace, name }: Resource): string => namespace ?? (kind === "Namespace" ? name : "");

function withinCluster({ cluster, resource: { id } }: Finding): string {
  if (cluster === undefined || !id.startsWith(cluster)) return id;
  const rest = id.slice(cluster.length);
  return rest === "" || rest.startsWith("/") ? rest : id;
}

function detailsOf({ id, check, resource, evidence, reason, remediation, waiver }: Finding, textPlace: (text: string) => number) {
  const { text, commands = [], manifest } = remediation ?? {};
  const details: FindingDetails = {
    ...(id === `${check}/${resource.id}` ? {} : { id: harmless(id) }),
    ...(evidence === undefined || Object.keys(evidence).length === 0
      ? {}
      : { evidence: harmlessly(evidence) as Readonly<Record<string, unknown>> }),
    ...(reason === undefined ? {} : { reason: harmless(`${reason.code}: ${reason.message}`) }),
    ...(text === undefined ? {} : { remedy: textPlace(harmless(text)) }),
    ...(commands.length === 0 ? {} : { commands: commands.map(harmless) }),
    ...(manifest === undefined ? {} : { manifest: harmless(manifest) }),
    ...(waiver === undefined
      ? {}
      : { waiver: { owner: harmless(waiver.owner), reason: harmless(waiver.reason), expires: harmless(waiver.expires) } }),
  };
  return Object.keys(details).length === 0 ? 0 : details;
}

/** The value with every text in it harmless, keys included. */
function harmlessly(value: unknown): unknown {
  if (typeof value === "string") return harmless(value);
  if (Array.isArray(value)) return value.map(harmlessly);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [harmless(key), harmlessly(part)]));
}

function changePlaces(changes: View["changes"]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const one of changes?.values() ?? []) {
    changeKinds.forEach((kind, place) => {
      for (const id of one[kind]) places.set(id, place);
    });
  }
  return places;
}

const placesOf = (names: readonly string[]): ReadonlyMap<string, number> => new Map(names.map((name, place) => [name, place]));

/** A list that grows by what is asked for, each once, and the place of each. */
function distinct<T>(first: readonly T[], keyOf: (one: T) => string): readonly [readonly T[], (one: T) => number] {
  const list = [...first];
  const places = new Map(list.map((one, place) => [keyOf(one), place]));
  const placeOf = (one: T): number => {
    const key = keyOf(one);
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, list.length);
    return list.push(one) - 1;
  };
  return [list, placeOf];
}
