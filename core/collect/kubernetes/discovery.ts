import * as z from "zod";
import type { KubernetesClient } from "./client.ts";

const Groups = z.object({
  kind: z.literal("APIGroupList"),
  groups: z.array(
    z.object({
      name: z.string(),
      versions: z.array(z.object({ version: z.string() })),
      preferredVersion: z.object({ version: z.string() }).nullish(),
    }),
  ),
});
const Resources = z.object({ kind: z.literal("APIResourceList"), resources: z.array(z.object({ name: z.string() })).nullable() });

/**
 * What a cluster's API serves. A kind that is not installed is told by this alone, never by the status of its list: to a
 * caller without a rule for it, the API answers 403 for a group that does not exist.
 */
export class Discovery {
  readonly #client: KubernetesClient;
  readonly #signal: AbortSignal;
  #groups: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  readonly #resources = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(client: KubernetesClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** The served versions of a group, the preferred one first; none if it is not installed. Asked for once per cluster. */
  async versionsOf(group: string): Promise<readonly string[]> {
    this.#groups ??= this.#readGroups();
    return (await this.#groups).get(group) ?? [];
  }

  /** Whether an installed version of a group has the resource: a group may be older than one of its kinds. */
  async serves(group: string, version: string, plural: string): Promise<boolean> {
    const known = this.#resources.get(`${group}/${version}`) ?? this.#readResources(group, version);
    this.#resources.set(`${group}/${version}`, known);
    return (await known).has(plural);
  }

  async #readResources(group: string, version: string): Promise<ReadonlySet<string>> {
    const what = `the resources of ${group}/${version}`;
    const { resources } = await this.#client.get(`/apis/${group}/${version}`, what, Resources, this.#signal);
    return new Set(resources?.map(({ name }) => name));
  }

  async #readGroups(): Promise<ReadonlyMap<string, readonly string[]>> {
    const { groups } = await this.#client.get("/apis", "the API groups", Groups, this.#signal);
    return new Map(
      groups.map(({ name, versions, preferredVersion }) => {
        const served = versions.map(({ version }) => version);
        const preferred = served.filter((version) => version === preferredVersion?.version);
        return [name, [...new Set([...preferred, ...served])]];
      }),
    );
  }
}
