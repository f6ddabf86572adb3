import { createHash } from "node:crypto";
import type { Resource } from "./resource.ts";

/** Security Hub takes ids of at most 512 characters. */
const maxLength = 512;
const digestLength = 64;

/**
 * The id of a finding: the same for the same check, cluster and resource in every run. Where it would be too long, its
 * tail is replaced by a hash of the whole, so that two ids never collapse into one ("~" stands in no name).
 */
export function findingId(check: string, cluster: string | undefined, resource: Resource): string {
  const within = cluster === undefined || resource.id.startsWith(cluster) ? resource.id : `${cluster}/${resource.id}`;
  return shortened(`${check}/${within}`);
}

/** The id itself, or, where it is too long, its beginning and a hash of the whole. */
export function shortened(id: string): string {
  if (id.length <= maxLength) return id;
  const digest = createHash("sha256").update(id).digest("hex").slice(0, digestLength);
  return `${id.slice(0, maxLength - digestLength - 1)}~${digest}`;
}
