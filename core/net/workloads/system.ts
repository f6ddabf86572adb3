/** Whether pods belong to the platform rather than to somebody's application: the one answer that all checks share. */
import type { Reason } from "../../model/fact.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { matchesPattern } from "../pattern.ts";
import { pathInEksRegistry, repositoryOf } from "./image.ts";
import { systemTable } from "./system-table.ts";
import type { TopController } from "./top-controller.ts";

export type Membership = { readonly state: "yes" | "no" } | { readonly state: "maybe"; readonly reason: Reason };

/** The parts of a pod, or of a workload's template, that decide. */
export type Subject = Pick<Pod, "namespace"> & { readonly spec: Pick<Pod["spec"], "containers"> };

/**
 * Whether the pods of a controller are a system workload: by namespace, kind of the top controller and the repositories of
 * all images, init containers' included, so that one foreign image makes them anybody's. The configuration names more of
 * them, by the controller's name too. "maybe" where only the top controller is in doubt.
 */
export function systemMembership(
  { namespace, spec }: Subject,
  top: TopController,
  settings: Pick<Settings, "systemWorkloads">,
): Membership {
  const images = spec.containers.map(({ image }) => image);
  // A pod whose images are not known is nobody's.
  if (images.length === 0) return { state: "no" };
  const kinds = [
    ...systemTable
      .filter((row) => row.namespaces.includes(namespace) && images.every((image) => row.images.some((pattern) => isOf(image, pattern))))
      .map(({ kind }) => ({ kind: kind as string, name: undefined })),
    ...settings.systemWorkloads
      .filter((row) => row.namespace === namespace && images.every((image) => row.images.some((pattern) => isNamed(image, pattern))))
      .map(({ kind, name }) => ({ kind, name })),
  ];
  if (kinds.some(({ kind, name }) => kind === top.kind && (name === undefined || name === top.name))) return { state: "yes" };
  // The controller above may be of any kind that owns the one that was seen.
  if (top.doubt !== undefined && kinds.some(({ kind }) => mayOwn(kind, top.kind))) return { state: "maybe", reason: top.doubt };
  return { state: "no" };
}

/** Kinds whose objects are made by no other controller of pods. */
const ownsNoController: ReadonlySet<string> = new Set(["DaemonSet", "StatefulSet", "Pod"]);
const mayOwn = (above: string, below: string): boolean =>
  below === "Job" ? above !== "Deployment" && !ownsNoController.has(above) : above !== "CronJob" && !ownsNoController.has(above);

/** The product's own patterns are about repositories. */
function isOf(image: string, pattern: string): boolean {
  const repository = repositoryOf(image);
  if (!pattern.startsWith("eks:")) return matchesPattern(pattern, repository);
  const path = pathInEksRegistry(repository);
  return path !== undefined && matchesPattern(pattern.slice("eks:".length), path);
}

/** The configuration's patterns are about repositories, or about whole references where somebody pins a tag or a digest. */
const isNamed = (image: string, pattern: string): boolean => matchesPattern(pattern, repositoryOf(image)) || matchesPattern(pattern, image);
