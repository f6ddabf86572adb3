import type { Fact, Reason } from "../../model/fact.ts";
import type { Owner, Pod, Workload } from "../../model/workloads.ts";

/** What a pod belongs to in the end; a bare pod belongs to itself, kind "Pod". */
export interface TopController {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Why there may be one above it. */
  readonly doubt?: Reason;
}

/**
 * Kinds that others make for themselves: whoever owns one is what a person wrote. An operator that owns a Deployment or
 * a DaemonSet is no controller of its pods.
 */
const intermediate: ReadonlySet<string> = new Set(["ReplicaSet", "ReplicationController", "Job"]);

/**
 * The top controllers of pods: over ReplicaSet to Deployment, over Job to CronJob. Where the workloads were not read, or
 * one of them came after they were, it is the direct owner, with the doubt.
 */
export function topControllers(workloads: Fact<readonly Workload[]>): (pod: Pod) => TopController {
  const byUid = new Map((workloads.state === "known" ? workloads.value : []).map((workload) => [workload.uid, workload]));
  const whyAbsent = ({ kind, name }: Owner): Reason =>
    workloads.state === "unknown"
      ? workloads.reason
      : { code: "not-found", message: `${kind} ${name} is none of the workloads that were read.` };

  return ({ owner, namespace, name, uid }) => {
    if (owner === undefined) return { kind: "Pod", namespace, name, uid };
    const direct = { kind: owner.kind, namespace, name: owner.name, uid: owner.uid };
    if (!intermediate.has(owner.kind)) return direct;
    const workload = byUid.get(owner.uid);
    if (workload === undefined) return { ...direct, doubt: whyAbsent(owner) };
    const above = workload.owner;
    return above === undefined ? direct : { kind: above.kind, namespace, name: above.name, uid: above.uid };
  };
}
