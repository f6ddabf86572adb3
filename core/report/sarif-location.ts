import type { Artifact, Location, Result } from "sarif";
import type { Finding } from "../model/finding.ts";
import { plainText } from "./plain-text.ts";

/** Where in a source tree something is written. */
export interface SourcePlace {
  /** Relative to the root of the tree, with slashes. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/**
 * Where the result is: as an object by its names, and in a file. GitHub refuses a result without a file, so that what is
 * read of an account stands in one that is called as the object is.
 */
export function locationOf({ resource, cluster }: Finding, place: SourcePlace | undefined): Location {
  const names = [clusterName(cluster), resource.namespace, resource.kind, resource.name].filter((name) => name !== undefined);
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(place?.file ?? pathOf(resource.id)), ...(place === undefined ? {} : { uriBaseId: "%SRCROOT%" }) },
      region: { startLine: place?.line ?? 1 },
    },
    logicalLocations: [
      {
        name: plainText(resource.name),
        fullyQualifiedName: names.map((name) => plainText(name)).join("/"),
        kind: "resource",
      },
    ],
  };
}

const clusterName = (arn: string | undefined): string | undefined => arn?.slice(arn.lastIndexOf("/") + 1);

/** "aws/eks/eu-west-1/111122223333/cluster/prod/namespaces/shop/services/web" of an id that is, or begins with, an ARN. */
function pathOf(id: string): string {
  const [, partition, service, region, account, ...rest] = id.split(":");
  const parts = account === undefined ? [id] : [partition, service, region, account, rest.join(":")];
  return parts.filter((part) => part !== undefined && part !== "").join("/");
}

/** A relative reference to the path: no part of it leads upwards, is a scheme, a query or a fragment. */
const uriOf = (path: string): string =>
  path
    .toWellFormed()
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .map((part) => (part === ".." ? "%2E%2E" : encodeURIComponent(part)))
    .join("/");

/** The files that results are in, each once. */
export function artifactsOf(results: readonly Result[]): Artifact[] {
  const byUri = new Map<string, Artifact>();
  for (const { locations = [] } of results) {
    for (const { physicalLocation } of locations) {
      const { uri, uriBaseId } = physicalLocation?.artifactLocation ?? {};
      if (uri !== undefined) byUri.set(uri, { location: { uri, ...(uriBaseId === undefined ? {} : { uriBaseId }) } });
    }
  }
  return [...byUri.values()];
}
