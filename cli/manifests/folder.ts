import { isAbsolute, normalize, relative, sep } from "node:path";
import { factsOf, judgedListNames } from "../../core/collect/manifests/facts.ts";
import { type ManifestProblem, type Manifests, readManifests } from "../../core/collect/manifests/read.ts";
import type { Cluster, Coverage } from "../../core/model/cluster.ts";
import type { Finding } from "../../core/model/finding.ts";
import type { SourcePlace } from "../../core/report/sarif-location.ts";
import { UsageError } from "../errors.ts";
import { manifestFiles } from "./files.ts";

export interface ManifestFolder {
  /** What the manifests say, as a cluster that is in no account. */
  readonly cluster: Cluster;
  readonly readAt: string;
  /** Sentences about what is not in it, each with its place. */
  readonly remarks: readonly string[];
  /** Where what a finding is about stands. */
  readonly whereIs: (finding: Finding) => SourcePlace | undefined;
}

/**
 * Reads a folder of manifests, or one file of them.
 *
 * @throws {UsageError} where no object could be read
 */
export async function readFolder(path: string): Promise<ManifestFolder> {
  const readAt = new Date().toISOString();
  const { files, problems: unread } = await manifestFiles(path);
  const manifests = readManifests(files, judgedListNames);
  if (manifests.count === 0) {
    const [first] = manifests.problems;
    const why = first === undefined ? "" : ` ${placed(first)}.`;
    throw new UsageError(`${path} holds no Kubernetes object that could be read.${why}`, { hint: "Name a folder of manifests." });
  }
  const unbuilt = files.filter(({ path: file }) => isOverlay(file)).map(({ path: file }) => `${file} is an overlay, which was not built.`);
  const reads = readsOf(path, files.length, [...unread, ...unbuilt], manifests.problems);
  const name = slashes(normalize(path)).replace(/(?<=.)\/+$/, "");
  return {
    cluster: {
      resource: { kind: "Folder", id: `manifests:${name}`, name },
      account: "",
      region: "",
      name,
      facts: factsOf(manifests.lists, { readAt, reads }),
    },
    readAt,
    remarks: [
      ...unread,
      ...unbuilt,
      ...manifests.problems.map((problem) => `${placed(problem)}.`),
      ...(reads.length > 1 ? [`What was not read may change what is judged. ${rendered}`] : []),
    ],
    whereIs: placesOf(manifests, files[0]?.path ?? path),
  };
}

const placed = ({ file, line, message }: ManifestProblem): string => `${file}:${line} ${message}`;
const slashes = (path: string): string => (sep === "/" ? path : path.replaceAll(sep, "/"));

/** What patches and namespaces it gives to the manifests beside it is not in them. */
const isOverlay = (file: string): boolean => /(?:^|[\\/])kustomization\.ya?ml$/i.test(file);

const rendered = "Charts and overlays are read once they were rendered, by helm template or kustomize build.";

/** What became of the files: an object that may be missing is one that was not read. */
function readsOf(path: string, files: number, unread: readonly string[], problems: readonly ManifestProblem[]): readonly Coverage[] {
  const missing = (read: string, message: string): Coverage => ({
    read,
    state: "unknown",
    reason: { code: "malformed", message },
    remedy: rendered,
  });
  return [
    { read: `${path}, ${files} files`, state: "read" },
    ...unread.map((sentence) => missing(path, sentence)),
    ...problems.filter(({ lost }) => lost).map(({ file, line, message }) => missing(`${file}:${line}`, `${file}:${line} ${message}.`)),
  ];
}

/**
 * A resource stands where its object does; a namespace that no manifest describes where something is put into it, and the
 * folder where its first file begins.
 */
function placesOf(manifests: Manifests, firstFile: string): ManifestFolder["whereIs"] {
  const inNamespaces = new Map<string, string>();
  for (const { kind, namespace, name } of [...manifests.lists.workloads, ...manifests.lists.pods.map((pod) => ({ kind: "Pod", ...pod }))]) {
    if (!inNamespaces.has(namespace)) inNamespaces.set(namespace, `${kind} ${namespace}/${name}`);
  }
  return ({ resource: { kind, namespace, name } }) => {
    const title = `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
    const place = manifests.whereIs(title, "metadata.name") ?? (kind === "Namespace" ? somethingIn(name) : undefined);
    return { file: fromHere(place?.file ?? firstFile), line: place?.line ?? 1 };
  };
  function somethingIn(namespace: string): SourcePlace | undefined {
    const title = inNamespaces.get(namespace);
    return title === undefined ? undefined : manifests.whereIs(title, "metadata.name");
  }
}

/** Paths are told from where the command runs, which in a pipeline is the root of the repository. */
const fromHere = (path: string): string => slashes(isAbsolute(path) ? relative(process.cwd(), path) : normalize(path));
