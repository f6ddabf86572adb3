import type { AnyCheck } from "../model/check.ts";
import type { Status } from "../model/finding.ts";
import { isAtLeast } from "../model/severity.ts";
import { clusterNames, type Place } from "./glance-places.ts";
import { firstPaths, pathKey, pathWords } from "./path-words.ts";
import type { Report } from "./report.ts";

/** Who reaches what they should not. */
export interface Exposures {
  /** The paths that lead somewhere, such as "internet → API server". */
  readonly open: readonly { readonly path: string; readonly reached: readonly Place[] }[];
  /** By what a cluster is called: of how many paths it is not known whether they are open, as none was seen to be. */
  readonly unknown: ReadonlyMap<string, number>;
  /** In the same way: of how many paths all that is open was accepted. */
  readonly waived: ReadonlyMap<string, number>;
  /** How many paths were looked at. */
  readonly paths: number;
}

/**
 * What the failing findings say of who reaches what, path by path. A check that is of low severity by itself judges how much further
 * a path could be narrowed, not whether it is open, and is left out.
 */
export function exposuresOf({ clusters, findings }: Report, checks: readonly AnyCheck[]): Exposures {
  const names = clusterNames(clusters);
  const judges = checks.flatMap(({ id, path, severity }) =>
    path !== undefined && "from" in path && isAtLeast(severity, "medium") ? [{ id, path }] : [],
  );
  const paths = new Map([...firstPaths, ...judges.map(({ path }) => path)].map((path) => [pathKey(path), path]));
  const keys = new Map(judges.map(({ id, path }) => [id, pathKey(path)]));
  const byPath = Map.groupBy(findings, ({ check }) => keys.get(check));
  const unknown = new Map<string, number>();
  const waived = new Map<string, number>();
  const open = [...paths].flatMap(([key, path]) => {
    const own = byPath.get(key) ?? [];
    const fails = own.filter(({ status }) => status === "fail");
    for (const [cluster, said] of Map.groupBy(own, ({ cluster }) => cluster)) {
      const has = (...statuses: readonly Status[]): boolean => said.some(({ status }) => statuses.includes(status));
      const counts = has("fail") ? undefined : has("unknown", "error") ? unknown : has("waived") ? waived : undefined;
      const place = names.get(cluster ?? "");
      if (place !== undefined) counts?.set(place, (counts.get(place) ?? 0) + 1);
    }
    const reached = fails.flatMap(({ cluster, resource }) => {
      const name = names.get(cluster ?? "");
      return name === undefined ? [] : [{ cluster: name, resource }];
    });
    return reached.length === 0 ? [] : [{ path: pathWords(path), reached: onceEach(reached) }];
  });
  return { open, unknown, waived, paths: paths.size };
}

/** Several checks may say the same of one resource. */
const onceEach = (places: readonly Place[]): readonly Place[] => [
  ...new Map(places.map(({ cluster, resource }) => [resource.id, { cluster, resource }])).values(),
];
