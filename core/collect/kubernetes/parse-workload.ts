import * as z from "zod";
import type { Workload } from "../../model/workloads.ts";
import { ControllerOwner, NamespacedIdentity, present, textsOrEmpty } from "./object-meta.ts";
import { podSpecFields, podSpecOf } from "./parse-pod-spec.ts";

const Metadata = NamespacedIdentity.extend({ ownerReferences: ControllerOwner }).transform(({ ownerReferences: owner, ...rest }) => ({
  ...rest,
  ...present({ owner }),
}));

const Template = z
  .object({ metadata: z.object({ labels: textsOrEmpty }).nullish(), spec: z.object(podSpecFields).transform(podSpecOf) })
  .transform(({ metadata, spec }) => ({ labels: metadata?.labels ?? {}, spec }));

/** The API's default where an object leaves it out. */
const Replicas = z
  .int()
  .nullish()
  .transform((replicas) => replicas ?? 1);

const replicated = z.object({ template: Template, replicas: Replicas });
const unreplicated = z.object({ template: Template });

/** What each kind says of its pods. Its selector is not kept: the owner of a pod tells whose it is. */
const specs: Readonly<Record<Workload["kind"], z.ZodType<Pick<Workload, "template" | "replicas">>>> = {
  Deployment: replicated,
  StatefulSet: replicated,
  ReplicaSet: replicated,
  ReplicationController: replicated,
  DaemonSet: unreplicated,
  Job: unreplicated,
  CronJob: z.object({ jobTemplate: z.object({ spec: unreplicated }) }).transform(({ jobTemplate }) => jobTemplate.spec),
};

/** A controller of pods: apps/v1, batch/v1, or v1 ReplicationController. */
export const workloadObject = (kind: Workload["kind"]): z.ZodType<Workload> =>
  z.object({ metadata: Metadata, spec: specs[kind] }).transform(({ metadata, spec }) => ({ kind, ...metadata, ...spec }));
