/** On demand: which clusters the findings are about that a person selected in Security Hub, and a scan of each. */
import * as z from "zod";
import { type $ZodIssue, toDotPath } from "zod/v4/core";
import { RescanRefusedError, ScanNotStartedError } from "./errors.ts";
import { partitionOf } from "./model/partition.ts";
import { AccountId, ClusterName, RegionName, type RescanRequest, type ScanRequest } from "./model/request.ts";
import type { Log } from "./ports.ts";
import { type HubPlace, productArn, productField, productName } from "./report/asff.ts";

/** What `rescan` is given: everything that reaches outside the process. */
export interface RescanPorts {
  /** Starts a scan and does not wait for it. */
  startScan(request: ScanRequest, signal: AbortSignal): Promise<void>;
  /** Where the product runs: its own Security Hub holds the findings of accounts in central mode. */
  readonly hub: HubPlace;
  /** When a scan of each cluster was started last, in milliseconds. Security Hub may send an event for each finding that is selected. */
  readonly started: Map<string, number>;
  readonly now: () => Date;
  readonly log: Log;
}

/** So many clusters an event may name: more is a run, which the workflow does without starving others. */
export const mostClusters = 25;
/** For so long a cluster is not scanned again. */
const quietMs = 60_000;
/** So many problems are told. */
const mostProblems = 5;

/**
 * A finding of ours about a cluster: the account that imported it, the Region, and the cluster must be of one piece. In central mode
 * it was the product's own account, whose default product takes no other's findings.
 */
const ourFindingHeldBy = (hub: HubPlace) =>
  z
    .object({
      ProductName: z.literal(productName, { error: `must be ${productName}` }),
      ProductArn: z.string(),
      AwsAccountId: AccountId,
      ProductFields: z.object({
        [productField.account]: AccountId,
        [productField.region]: RegionName,
        [productField.cluster]: ClusterName,
        [productField.central]: z.literal("true", { error: "must be true where it is given" }).optional(),
      }),
    })
    .transform(({ ProductArn, AwsAccountId, ProductFields }, context) => {
      const account = ProductFields[productField.account] ?? "";
      const region = ProductFields[productField.region] ?? "";
      const wrong = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
      const isCentral = ProductFields[productField.central] === "true";
      const holder = isCentral ? hub : { account, region };
      if (AwsAccountId !== holder.account) {
        wrong("AwsAccountId", `must be ${isCentral ? "the product's own account" : `the account of ${productField.account}`}`);
      }
      if (ProductArn !== productArn(partitionOf(holder.region).name, holder)) {
        wrong("ProductArn", "must be the default product of that account and Region");
      }
      return { account, region, cluster: ProductFields[productField.cluster] ?? "" } satisfies ScanRequest;
    });

/**
 * Starts a scan of each cluster that a finding names, each once. A finding that names none holds no other back.
 *
 * @throws {RescanRefusedError} after all scans were started: for findings that are not ours or malformed, and for too many clusters
 * @throws {ScanNotStartedError} after all others were started
 */
export async function rescanClusters(
  { detail: { findings } }: RescanRequest,
  ports: RescanPorts,
  signal: AbortSignal,
): Promise<{ readonly started: number; readonly startedBefore: number }> {
  const OurFinding = ourFindingHeldBy(ports.hub);
  const parsed = findings.map((finding) => OurFinding.safeParse(finding));
  const problems = parsed.flatMap(({ error }, i) => (error?.issues ?? []).slice(0, 1).map((issue) => problem(issue, i)));
  const named = new Map(parsed.flatMap(({ data }) => (data === undefined ? [] : [[keyOf(data), data] as const])));
  const wanted = [...named.values()].slice(0, mostClusters);
  if (named.size > mostClusters) {
    problems.unshift(`the findings name ${named.size} clusters, of which ${named.size - mostClusters} are left out`);
  }

  const now = ports.now().getTime();
  const due = wanted.filter((request) => now - (ports.started.get(keyOf(request)) ?? Number.NEGATIVE_INFINITY) >= quietMs);
  const outcomes = await Promise.allSettled(due.map((request) => start(request, ports, signal)));
  if (problems.length > 0) ports.log.warn("rescan refused", { findings: findings.length, problems: problems.slice(0, mostProblems) });
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) {
    throw new ScanNotStartedError("A scan could not be started; the log names its cluster.", {
      hint: "Select the finding and ask again, or invoke the function scan.",
      cause: failed.reason,
    });
  }
  if (problems.length > 0) throw refusal(problems);
  return { started: due.length, startedBefore: wanted.length - due.length };
}

async function start(request: ScanRequest, { startScan, started, now, log }: RescanPorts, signal: AbortSignal): Promise<void> {
  try {
    await startScan(request, signal);
  } catch (error) {
    log.error("scan not started", { ...request, error });
    throw error;
  }
  started.set(keyOf(request), now().getTime());
  log.info("scan started", { ...request });
}

const keyOf = ({ account, region, cluster }: ScanRequest): string => `${account}/${region}/${cluster}`;

/** Names the field and never its value, which may be anything. */
const problem = ({ path, message }: $ZodIssue, index: number): string => `${toDotPath(["findings", index, ...path])}: ${message}`;

function refusal(problems: readonly string[]): RescanRefusedError {
  const more = problems.length - mostProblems;
  const told = [...problems.slice(0, mostProblems), ...(more > 0 ? [`and ${more} more`] : [])];
  return new RescanRefusedError(told.join("; "), {
    hint: "Select findings of eks-perimeter about clusters; for many of them start an execution of the workflow.",
  });
}
