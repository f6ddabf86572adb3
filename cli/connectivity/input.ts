/** Where connections are told from: manifests, saved evidence, or a cluster. */
import { readFile, stat } from "node:fs/promises";
import { type Place, readManifests } from "../../core/collect/manifests/read.ts";
import { remedyFor } from "../../core/collect/reason.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import type { EngineSigns } from "../../core/net/connectivity/engine.ts";
import { estateOf, signsOf } from "../../core/net/connectivity/estate.ts";
import type { Estate } from "../../core/net/connectivity/model.ts";
import { UsageError } from "../errors.ts";
import { loadEvidence } from "../evidence.ts";
import { manifestFiles } from "../manifests/files.ts";
import type { Messages } from "./messages.ts";

export interface Input {
  readonly estate: Estate;
  readonly signs: EngineSigns;
  /** Where an object says something; of what was not read from files nobody knows. */
  readonly whereIs?: (object: string, field: string) => Place | undefined;
}

/** @throws {UsageError} for manifests of which nothing could be read */
export async function fromManifests(path: string, messages: Messages): Promise<Input> {
  const { files, problems } = await manifestFiles(path);
  for (const problem of problems) messages.warn(problem);
  const manifests = readManifests(files);
  for (const { file, line, message } of manifests.problems) messages.warn(`${file}:${line} ${message}.`);
  if (manifests.count === 0) {
    throw new UsageError(`${path} holds no Kubernetes object that could be read.`, { hint: "Name a folder of manifests." });
  }
  const { lists, groups, whereIs } = manifests;
  const { namespaces, workloads, pods, services, ingresses, gatewayRoutes: routes, ...policies } = lists;
  const estate: Estate = { namespaces, workloads, pods, services, ingresses, routes, policies };
  return { estate, signs: signsOf(estate, groups), whereIs };
}

/** @throws {UsageError} for evidence of several clusters, or of one in which too little was read */
export async function fromEvidence(path: string, messages: Messages): Promise<Input> {
  const [evidence, another] = await loadEvidence([path]);
  if (evidence === undefined || another !== undefined) {
    throw new UsageError(`${path} holds evidence of several clusters.`, { hint: "Name the file of one." });
  }
  return fromFacts(evidence.cluster.facts, path, messages);
}

/**
 * @param source what the facts are called in messages
 * @throws {UsageError} where too little was read
 */
export function fromFacts(facts: ClusterFacts, source: string, messages: Messages): Input {
  const { estate, unread, useless } = estateOf(facts);
  if (useless !== undefined) {
    throw new UsageError(`${source}: ${useless.fact} were not read: ${useless.reason.message}`, {
      hint: `Without them no connection can be told. ${remedyFor(useless.reason.code, useless.fact)}`,
    });
  }
  for (const { fact, reason } of unread) {
    messages.warn(
      fact === "gatewayRoutes" && reason.code === "not-supported"
        ? `${source}: what Gateways lead to pods is left out: their routes are read of a live cluster only (--cluster).`
        : `${source}: ${fact} were not read, and are taken to be none: ${reason.message}`,
    );
  }
  return { estate, signs: signsOf(estate) };
}

/** Another input, by what the path leads to: a folder of manifests, a file of them, or evidence. */
export async function fromPath(path: string, messages: Messages): Promise<Input> {
  const found = await stat(path).catch(() => undefined);
  const isEvidence = found?.isFile() === true && path.endsWith(".json") && (await isEvidenceFile(path));
  return isEvidence ? fromEvidence(path, messages) : fromManifests(path, messages);
}

const isEvidenceFile = async (path: string): Promise<boolean> =>
  /"schema"\s*:\s*"eks-perimeter\/evidence\//.test((await readFile(path, "utf8")).slice(0, 10_000));
