/** Exposure that is meant: which declarations of the configuration speak of an owner. */
import type { Resource } from "../../model/resource.ts";
import type { PublicService } from "../../model/settings.ts";
import { matchesPattern } from "../pattern.ts";

export interface DeclaredExposure {
  /** Ports that a declaration in force lists. */
  readonly ports: ReadonlySet<number>;
  readonly inForce: readonly PublicService[];
  readonly expired: readonly PublicService[];
}

/**
 * @param cluster the cluster's name
 * @param readAt the time that counts as now, RFC 3339; a declaration holds through its `expires` date, UTC
 */
export function declaredExposureOf(
  resource: Resource,
  {
    cluster,
    readAt,
    publicServices,
  }: { readonly cluster: string; readonly readAt: string; readonly publicServices: readonly PublicService[] },
): DeclaredExposure {
  const today = readAt.slice(0, "2027-01-31".length);
  const about = publicServices.filter(
    (one) =>
      one.kind === resource.kind &&
      one.namespace === resource.namespace &&
      matchesPattern(one.name, resource.name) &&
      matchesPattern(one.cluster, cluster),
  );
  const inForce = about.filter(({ expires }) => today <= expires);
  return { ports: new Set(inForce.flatMap(({ ports }) => ports)), inForce, expired: about.filter(({ expires }) => today > expires) };
}
