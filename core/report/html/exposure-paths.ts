/** What was judged of each path of a cluster's exposure: the picture and its words tell the same. */
import type { AnyCheck } from "../../model/check.ts";
import type { Finding } from "../../model/finding.ts";
import type { Path } from "../../model/path.ts";
import { type Severity, severities } from "../../model/severity.ts";
import { pathKey } from "../path-words.ts";

/** How a path stands, the worst first. */
export type PathState =
  /** Something that should not be reached is. */
  | "open"
  /** What was needed to judge it was not read or is not defined. */
  | "unseen"
  /** It is open, and somebody answers for it. */
  | "waived"
  /** This run did not ask, or not everything. */
  | "unjudged"
  /** As it should be: it is closed, or open to those to whom it may be. */
  | "fine"
  /** There is nothing of the kind. */
  | "nothing";

export interface SeenPath extends Path {
  readonly state: PathState;
  /** Of an open path. */
  readonly severity?: Severity;
  /** The findings that make its state: the worst first, each resource once. */
  readonly findings: readonly Finding[];
  /** Of how many resources they are, and of how many of their kind that were judged; the cluster itself counts where there is nothing else. */
  readonly count: number;
  readonly of: number;
  /** What one of them is. */
  readonly noun: string;
}

/**
 * Every path that a check of the catalogue judges, as it stands by the findings of one cluster. A path of which a check has said
 * nothing in this run is not fine, whatever others say of it.
 */
export function exposurePaths(catalogue: readonly AnyCheck[], findings: readonly Finding[]): readonly SeenPath[] {
  const byCheck = Map.groupBy(findings, ({ check }) => check);
  const paths = new Map<string, { readonly path: Path; readonly checks: AnyCheck[] }>();
  for (const check of catalogue) {
    if (check.path === undefined || "none" in check.path) continue;
    const key = pathKey(check.path);
    const known = paths.get(key) ?? { path: check.path, checks: [] };
    paths.set(key, known);
    known.checks.push(check);
  }
  return [...paths.values()].map(({ path, checks }) => seen(path, checks, byCheck));
}

function seen({ from, to }: Path, checks: readonly AnyCheck[], byCheck: ReadonlyMap<string, readonly Finding[]>): SeenPath {
  const said = checks.flatMap(({ id }) => byCheck.get(id) ?? []);
  const isSilent = checks.some(({ id }) => !byCheck.has(id));
  const decide = (state: PathState, ...statuses: readonly Finding["status"][]): SeenPath => {
    const deciding = distinct(said.filter(({ status }) => statuses.includes(status)).sort(bySeverity));
    const [worst] = deciding;
    const all = new Set(deciding.map(nounOf));
    const within = new Set([...all].filter((noun) => noun !== "cluster"));
    const nouns = within.size > 0 ? within : all;
    const counted = (all: readonly Finding[]): number =>
      new Set(all.filter((finding) => nouns.has(nounOf(finding))).map(({ resource }) => resource.id)).size;
    const [noun = "resource", another] = nouns;
    const of = counted(said.filter(({ status }) => status !== "not-applicable"));
    return {
      from,
      to,
      state,
      findings: deciding,
      count: counted(deciding),
      of,
      noun: another === undefined ? noun : "resource",
      ...(state === "open" && worst ? { severity: worst.severity } : {}),
    };
  };
  const has = (...statuses: readonly Finding["status"][]): boolean => said.some(({ status }) => statuses.includes(status));
  if (has("fail")) return decide("open", "fail");
  if (has("unknown", "error")) return decide("unseen", "unknown", "error");
  if (has("waived")) return decide("waived", "waived");
  const isLeftOut = !has("pass") && said.some(({ status, reason }) => status === "not-applicable" && reason !== undefined);
  if (isSilent || isLeftOut) return decide("unjudged", "not-applicable");
  return has("pass") ? decide("fine", "pass") : decide("nothing", "not-applicable");
}

/** Kinds of resources that a reader counts together. Other kinds are controllers of pods, and pods. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  cluster: ["Cluster"],
  namespace: ["Namespace"],
  "load balancer": ["Service", "Ingress", "Gateway", "LoadBalancer"],
  pool: ["NodeGroup", "NodePool", "AutoScalingGroup", "Instance", "Node"],
  subnet: ["Subnet"],
};
export const nounOf = ({ resource }: Finding): string =>
  Object.keys(kinds).find((noun) => kinds[noun]?.includes(resource.kind)) ?? (resource.kind.endsWith("Policy") ? "policy" : "workload");

const bySeverity = (a: Finding, b: Finding): number => severities.indexOf(a.severity) - severities.indexOf(b.severity);

/** Several checks may say the same of a resource: the worst of it is told. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const told = new Set<string>();
  return findings.filter(({ resource: { id } }) => !told.has(id) && told.add(id));
}
