/** Who is told of what: each piece of news is for one channel, or for nobody. */
import type { Settings } from "../../model/settings.ts";
import { isAtLeast, type Severity } from "../../model/severity.ts";
import { matchesPattern } from "../../net/pattern.ts";
import type { News } from "../news.ts";

export type SlackSettings = NonNullable<Settings["slack"]>;

/** The cluster or account that news are about. */
export interface Place {
  /** Its ARN. */
  readonly subject: string;
  readonly account: string;
  readonly region: string;
  /** The cluster's name; absent for an account. */
  readonly cluster?: string;
}

/** What an ARN of a cluster, or of an account's root, says of the place. */
export function placeOf(subject: string): Place {
  const [, , , region = "", account = "", ...rest] = subject.split(":");
  const name = rest.join(":");
  return { subject, account, region, ...(name.startsWith("cluster/") ? { cluster: name.slice("cluster/".length) } : {}) };
}

/** Where a place's findings are told, and from which severity on. */
export interface Route {
  readonly channel: string;
  readonly minSeverity: Severity;
}

/**
 * The first route whose accounts and clusters match, else the default. A route that names clusters takes no news of an account; one
 * that names neither takes all.
 */
export function routeOf({ account, cluster }: Place, { routes, channel, minSeverity }: SlackSettings): Route {
  const match = routes.find(
    (route) =>
      (route.accounts === undefined || route.accounts.includes(account)) &&
      (route.clusters === undefined || (cluster !== undefined && route.clusters.some((pattern) => matchesPattern(pattern, cluster)))),
  );
  return { channel: match?.channel ?? channel, minSeverity: match?.minSeverity ?? minSeverity };
}

/**
 * The channel that is to hear of it; undefined: nobody is. What could not be read goes to the ops channel, whatever its severity,
 * since whoever can open what is closed is there; without an ops channel it goes where every other finding goes.
 *
 * @param coverage ids of the checks whose failing means that something was not seen
 */
export function channelFor(
  { check, severity }: Pick<News, "check" | "severity">,
  place: Place,
  settings: SlackSettings,
  coverage: ReadonlySet<string>,
): string | undefined {
  if (coverage.has(check) && settings.opsChannel !== undefined) return settings.opsChannel;
  const route = routeOf(place, settings);
  return isAtLeast(severity, route.minSeverity) ? route.channel : undefined;
}

/** Every channel that the settings name. */
export const channelsOf = ({ channel, opsChannel, routes }: SlackSettings): readonly string[] => [
  ...new Set([channel, ...(opsChannel === undefined ? [] : [opsChannel]), ...routes.map((route) => route.channel)]),
];
