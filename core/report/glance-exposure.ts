import type { AnyCheck } from "../model/check.ts";
import type { Path, Zone } from "../model/path.ts";
import { isAtLeast } from "../model/severity.ts";
import { clusterNames, type Place } from "./glance-places.ts";
import type { Report } from "./report.ts";
import { isGap } from "./summary.ts";

/** Who reaches what they should not. */
export interface Exposures {
  /** The paths that lead somewhere, such as "internet → API server". */
  readonly open: readonly { readonly path: string; readonly reached: readonly Place[] }[];
  /** By what a cluster is called: of how many paths it is not known whether they are open, as none was seen to be. */
  readonly unknown: ReadonlyMap<string, number>;
  /** How many paths were looked at. */
  readonly paths: number;
}

/** In the order in which they are looked for; other paths follow. */
const first: readonly Path[] = [
  { from: "internet", to: "endpoint" },
  { from: "internet", to: "load-balancers" },
  { from: "internet", to: "nodes" },
  { from: "pods", to: "endpoint" },
  { from: "pods", to: "kubelet" },
  { from: "pods", to: "instance-metadata" },
  { from: "vpc", to: "kubelet" },
  { from: "load-balancers", to: "workloads" },
];

const words: Readonly<Record<Zone, string>> = {
  internet: "internet",
  "named-ranges": "named ranges",
  vpc: "VPC",
  pods: "pods",
  endpoint: "API server",
  "load-balancers": "load balancers",
  workloads: "workloads",
  nodes: "nodes",
  kubelet: "kubelet",
  "instance-metadata": "metadata",
};

/**
 * What the failing findings say of who reaches what, path by path. A check that is of low severity by itself judges how much further
 * a path could be narrowed, not whether it is open, and is left out.
 */
export function exposuresOf({ clusters, findings }: Report, checks: readonly AnyCheck[]): Exposures {
  const names = clusterNames(clusters);
  const judges = checks.flatMap(({ id, path, severity }) =>
    path !== undefined && "from" in path && isAtLeast(severity, "medium") ? [{ id, path }] : [],
  );
  const paths = new Map([...first, ...judges.map(({ path }) => path)].map((path) => [keyOf(path), path]));
  const keys = new Map(judges.map(({ id, path }) => [id, keyOf(path)]));
  const byPath = Map.groupBy(findings, ({ check }) => keys.get(check));
  const unknown = new Map<string, number>();
  const open = [...paths].flatMap(([key, { from, to }]) => {
    const own = byPath.get(key) ?? [];
    const fails = own.filter(({ status }) => status === "fail");
    const failing = new Set(fails.map(({ cluster }) => cluster));
    const gaps = own.filter((finding) => isGap(finding, none) && finding.status !== "fail" && !failing.has(finding.cluster));
    for (const cluster of new Set(gaps.map(({ cluster }) => cluster))) {
      const place = names.get(cluster ?? "");
      if (place !== undefined) unknown.set(place, (unknown.get(place) ?? 0) + 1);
    }
    const reached = fails.flatMap(({ cluster, resource }) => {
      const name = names.get(cluster ?? "");
      return name === undefined ? [] : [{ cluster: name, resource }];
    });
    return reached.length === 0 ? [] : [{ path: `${words[from]} → ${words[to]}`, reached: onceEach(reached) }];
  });
  return { open, unknown, paths: paths.size };
}

const none: ReadonlySet<string> = new Set();
const keyOf = ({ from, to }: Path): string => `${from} ${to}`;

/** Several checks may say the same of one resource. */
const onceEach = (places: readonly Place[]): readonly Place[] => [
  ...new Map(places.map(({ cluster, resource }) => [resource.id, { cluster, resource }])).values(),
];
