/** EKS: clusters with their node groups, add-ons and access entries, and the Kubernetes versions that it supports. */
import * as z from "zod";
import { accessEntriesOf } from "../estate/access-entries.ts";
import type { AccessEntry } from "../kubernetes/access.ts";
import type { ClusterState } from "../world/cluster.ts";
import { arn } from "../world/place.ts";
import { AwsError } from "./errors.ts";
import { pageOf } from "./pages.ts";
import { restProtocol } from "./protocol/json.ts";
import { jsonRefusals, type Refusals, refuse } from "./refusals.ts";
import { type Call, operation, type Service } from "./service.ts";

const refusals: Refusals = {
  ...jsonRefusals,
  invalid: ["InvalidParameterException", "", 400],
  broken: ["ServerException", "An internal error occurred in the sandbox.", 500],
};

const maxResults = z.coerce.number().int().min(1).max(100).default(100);
const texts = z.union([z.string(), z.array(z.string())]).transform((value) => (typeof value === "string" ? [value] : value));
const flag = z.stringbool().default(false);

function paged<T>(
  list: readonly T[],
  call: Call,
  input: { readonly maxResults: number; readonly nextToken?: string | undefined },
  ...same: unknown[]
) {
  const { operation, principal, region } = call;
  const page = pageOf(list, {
    call: ["eks", operation, principal.account, region, ...same],
    size: input.maxResults,
    longest: call.state.world.estate.longestPage,
    token: input.nextToken,
  });
  if (page === undefined) throw refuse(refusals, "invalid", "Invalid nextToken");
  return page;
}

const ListClusters = z.object({ maxResults, nextToken: z.string().optional(), include: texts.optional() });

function listClusters(call: Call, input: z.infer<typeof ListClusters>): object {
  const all = input.include?.includes("all") ?? false;
  const names = [...call.here.clusters.values()]
    .filter(({ estate }) => all || estate.connector === undefined)
    .map(({ estate }) => estate.name);
  const { items, next } = paged(names, call, input, all);
  return { clusters: items, nextToken: next ?? null };
}

function clusterOf({ here }: Call, name: string): ClusterState {
  const cluster = here.clusters.get(name);
  if (cluster === undefined) throw new AwsError("ResourceNotFoundException", `No cluster found for name: ${name}.`, 404);
  return cluster;
}

const DescribeCluster = z.object({ name: z.string() });

const describeCluster = (call: Call, { name }: z.infer<typeof DescribeCluster>): object => ({ cluster: clusterOf(call, name).description });

const ListNodegroups = z.object({ name: z.string(), maxResults, nextToken: z.string().optional() });

function listNodegroups(call: Call, input: z.infer<typeof ListNodegroups>): object {
  const { nodeGroups } = clusterOf(call, input.name);
  const { items, next } = paged([...nodeGroups.keys()], call, input, input.name);
  return { nodegroups: items, nextToken: next ?? null };
}

const DescribeNodegroup = z.object({ name: z.string(), nodegroupName: z.string() });

function describeNodegroup(call: Call, { name, nodegroupName }: z.infer<typeof DescribeNodegroup>): object {
  const group = clusterOf(call, name).nodeGroups.get(nodegroupName);
  if (group === undefined) throw new AwsError("ResourceNotFoundException", `No node group found for name: ${nodegroupName}.`, 404);
  return { nodegroup: group.description };
}

const ListAddons = z.object({ name: z.string(), maxResults, nextToken: z.string().optional() });

function listAddons(call: Call, input: z.infer<typeof ListAddons>): object {
  const { addOns } = clusterOf(call, input.name);
  const { items, next } = paged([...addOns.keys()], call, input, input.name);
  return { addons: items, nextToken: next ?? null };
}

const DescribeAddon = z.object({ name: z.string(), addonName: z.string() });

function describeAddon(call: Call, { name, addonName }: z.infer<typeof DescribeAddon>): object {
  const addOn = clusterOf(call, name).addOns.get(addonName);
  if (addOn === undefined) throw new AwsError("ResourceNotFoundException", `No addon: ${addonName} found in cluster: ${name}`, 404);
  return { addon: addOn.description };
}

/** Those of the estate, and those that were created since. */
function entriesOf(call: Call, name: string): readonly AccessEntry[] {
  const { arn, estate, description } = clusterOf(call, name);
  const accessConfig = description.accessConfig as { readonly authenticationMode?: string } | undefined;
  if (accessConfig?.authenticationMode === "CONFIG_MAP") {
    const modes = "[API, API_AND_CONFIG_MAP]";
    throw new AwsError(
      "InvalidRequestException",
      `The cluster's authentication mode must be set to one of ${modes} to perform this operation.`,
    );
  }
  return [...accessEntriesOf(estate, call.account.id, call.state.world.estate), ...(call.state.createdEntries.get(arn) ?? [])];
}

function entryDescription(
  call: Call,
  name: string,
  { principalArn, username = principalArn, groups: kubernetesGroups }: AccessEntry,
): object {
  const accessEntryArn = accessEntryArnOf(call, name, principalArn);
  return { accessEntry: { clusterName: name, principalArn, kubernetesGroups, accessEntryArn, tags: {}, username, type: "STANDARD" } };
}

const DescribeAccessEntry = z.object({ name: z.string(), principalArn: z.string() });

function describeAccessEntry(call: Call, { name, principalArn }: z.infer<typeof DescribeAccessEntry>): object {
  const entry = entriesOf(call, name).find((one) => one.principalArn === principalArn);
  if (entry === undefined) {
    const message = `The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.`;
    throw new AwsError("ResourceNotFoundException", message, 404);
  }
  return entryDescription(call, name, entry);
}

const CreateAccessEntry = z.object({
  name: z.string(),
  principalArn: z.string(),
  kubernetesGroups: z.array(z.string()).default([]),
  username: z.string().optional(),
  type: z.literal("STANDARD", { error: "only STANDARD entries are served by the sandbox" }).default("STANDARD"),
  clientRequestToken: z.string().optional(),
});

/** Sources: EKS API reference, CreateAccessEntry; EKS User Guide, "Create access entries" and "Set a custom username". */
function createAccessEntry(call: Call, { name, principalArn, kubernetesGroups: groups, username }: z.infer<typeof CreateAccessEntry>) {
  const { createdEntries, world } = call.state;
  const entries = entriesOf(call, name);
  const [, account = "", kind, principal = ""] = /^arn:[\w-]+:iam::(\d{12}):(role|user)\/(?:.+\/)?([^/]+)$/.exec(principalArn) ?? [];
  const isMissing = kind === "role" && world.accounts.get(account)?.roles.has(principal) === false;
  if (kind === undefined || isMissing) throw refuse(refusals, "invalid", "The specified principalArn is invalid: invalid principal.");
  if ([...groups, username ?? ""].some((text) => text.startsWith("system:"))) {
    throw refuse(refusals, "invalid", "Neither a kubernetes group name nor a username may start with system:.");
  }
  if (entries.some((one) => one.principalArn === principalArn)) {
    throw new AwsError("ResourceInUseException", "The specified access entry resource is already in use on this cluster.", 409);
  }
  const entry = { principalArn, groups, ...(username !== undefined && { username }) };
  const cluster = clusterArn(call, name);
  createdEntries.set(cluster, [...(createdEntries.get(cluster) ?? []), entry]);
  return entryDescription(call, name, entry);
}

const DescribeClusterVersions = z.object({
  maxResults,
  nextToken: z.string().optional(),
  clusterVersions: texts.optional(),
  includeAll: flag,
  defaultOnly: flag,
  versionStatus: z.enum(["STANDARD_SUPPORT", "EXTENDED_SUPPORT", "UNSUPPORTED"]).optional(),
});

function describeClusterVersions(call: Call, input: z.infer<typeof DescribeClusterVersions>): object {
  const today = call.now.toISOString().slice(0, 10);
  const seconds = (day: string) => Date.parse(day) / 1000;
  const released = call.state.world.estate.versions.filter(({ released }) => released <= today);
  const newest = released.at(-1)?.version;
  const rows = released.toReversed().map(({ version, released, endOfStandardSupport, endOfExtendedSupport }) => {
    const versionStatus =
      today < endOfStandardSupport ? "STANDARD_SUPPORT" : today < endOfExtendedSupport ? "EXTENDED_SUPPORT" : "UNSUPPORTED";
    return {
      clusterVersion: version,
      clusterType: "eks",
      defaultPlatformVersion: "eks.9",
      defaultVersion: version === newest,
      releaseDate: seconds(released),
      endOfStandardSupportDate: seconds(endOfStandardSupport),
      endOfExtendedSupportDate: seconds(endOfExtendedSupport),
      status: versionStatus.toLowerCase().replace("_", "-"),
      versionStatus,
      kubernetesPatchVersion: `${version}.2`,
    };
  });
  const { clusterVersions, includeAll, defaultOnly, versionStatus } = input;
  const wanted = rows.filter(
    (row) =>
      (clusterVersions?.includes(row.clusterVersion) ?? true) &&
      (versionStatus === undefined || row.versionStatus === versionStatus) &&
      (!defaultOnly || row.defaultVersion) &&
      // Versions out of support are listed only when asked for.
      (row.versionStatus !== "UNSUPPORTED" || includeAll || clusterVersions !== undefined || versionStatus !== undefined),
  );
  const { items, next } = paged(wanted, call, input, clusterVersions, includeAll, defaultOnly, versionStatus);
  return { clusterVersions: items, nextToken: next ?? null };
}

/** A group, or an add-on, that is not there has no ARN of its own; the action is then about any. */
const nodegroupArn = (call: Call, cluster: string, group: string): string =>
  call.here.clusters.get(cluster)?.nodeGroups.get(group)?.arn ?? arn(call.here.place, "eks", `nodegroup/${cluster}/${group}/*`);
const addOnArn = (call: Call, cluster: string, addOn: string): string =>
  call.here.clusters.get(cluster)?.addOns.get(addOn)?.arn ?? arn(call.here.place, "eks", `addon/${cluster}/${addOn}/*`);
function accessEntryArnOf({ here: { place } }: Call, cluster: string, principal: string): string {
  const [, account = "*", kind = "*", name = "*"] = /^arn:[\w-]+:iam::(\d{12}):(role|user)\/(.+)$/.exec(principal) ?? [];
  return arn(place, "eks", `access-entry/${cluster}/${kind}/${account}/${name}/1ec7a5de-0000-4000-8000-000000000001`);
}
const clusterArn = (call: Call, name: string): string => arn(call.here.place, "eks", `cluster/${name}`);

export const eks: Service = {
  name: "eks",
  signingName: "eks",
  actionPrefix: "eks",
  global: false,
  protocol: restProtocol([
    ["GET", "/clusters", "ListClusters"],
    ["GET", "/clusters/{name}", "DescribeCluster"],
    ["GET", "/clusters/{name}/node-groups", "ListNodegroups"],
    ["GET", "/clusters/{name}/node-groups/{nodegroupName}", "DescribeNodegroup"],
    ["GET", "/clusters/{name}/addons", "ListAddons"],
    ["GET", "/clusters/{name}/addons/{addonName}", "DescribeAddon"],
    ["GET", "/clusters/{name}/access-entries/{principalArn}", "DescribeAccessEntry"],
    ["POST", "/clusters/{name}/access-entries", "CreateAccessEntry"],
    ["GET", "/cluster-versions", "DescribeClusterVersions"],
  ]),
  refusals,
  operations: {
    ListClusters: operation({ input: ListClusters, resource: (call) => clusterArn(call, "*"), answer: listClusters }),
    DescribeCluster: operation({ input: DescribeCluster, resource: (call, { name }) => clusterArn(call, name), answer: describeCluster }),
    ListNodegroups: operation({ input: ListNodegroups, resource: (call, { name }) => clusterArn(call, name), answer: listNodegroups }),
    DescribeNodegroup: operation({
      input: DescribeNodegroup,
      resource: (call, { name, nodegroupName }) => nodegroupArn(call, name, nodegroupName),
      answer: describeNodegroup,
    }),
    ListAddons: operation({ input: ListAddons, resource: (call, { name }) => clusterArn(call, name), answer: listAddons }),
    DescribeAddon: operation({
      input: DescribeAddon,
      resource: (call, { name, addonName }) => addOnArn(call, name, addonName),
      answer: describeAddon,
    }),
    DescribeAccessEntry: operation({
      input: DescribeAccessEntry,
      resource: (call, { name, principalArn }) => accessEntryArnOf(call, name, principalArn),
      answer: describeAccessEntry,
    }),
    CreateAccessEntry: operation({
      input: CreateAccessEntry,
      resource: (call, { name }) => clusterArn(call, name),
      answer: createAccessEntry,
    }),
    DescribeClusterVersions: operation({ input: DescribeClusterVersions, answer: describeClusterVersions }),
  },
};
