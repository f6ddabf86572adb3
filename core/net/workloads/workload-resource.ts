import { objectId, type Resource } from "../../model/resource.ts";
import type { TopController } from "./top-controller.ts";

const plurals: Readonly<Record<string, string>> = {
  DaemonSet: "daemonsets",
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  ReplicaSet: "replicasets",
  ReplicationController: "replicationcontrollers",
  Job: "jobs",
  CronJob: "cronjobs",
  Pod: "pods",
};

/**
 * What a finding about a workload is about. The plural of a kind that somebody else made is guessed as Kubernetes' own tools
 * do: only discovery tells it.
 */
export function workloadResource({ kind, namespace, name }: TopController, cluster: Resource): Resource {
  const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
  return { kind, id: objectId(cluster.id, plural, name, namespace), namespace, name };
}
