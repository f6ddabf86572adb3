import { expect, it } from "vitest";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Owner } from "../../../core/model/workloads.ts";
import { topControllers } from "../../../core/net/workloads/top-controller.ts";
import { anOwner, aPod, aWorkload } from "../../support/workloads.ts";

const bystander = aWorkload("Deployment", "bystander");
const web = aWorkload("ReplicaSet", "web-5d4", { owner: anOwner("Deployment", "web") });
const lone = aWorkload("ReplicaSet", "lone");
const rollout = aWorkload("ReplicaSet", "canary-7f6", { owner: anOwner("Rollout", "canary", { apiVersion: "argoproj.io/v1alpha1" }) });
const nightly = aWorkload("Job", "nightly-2901", { owner: anOwner("CronJob", "nightly", { apiVersion: "batch/v1" }) });
const legacy = aWorkload("ReplicationController", "legacy-1", { owner: anOwner("DeploymentConfig", "legacy") });
const agent = aWorkload("DaemonSet", "agent", { owner: anOwner("Installation", "default", { apiVersion: "operator.tigera.io/v1" }) });
const workloads = known([bystander, web, lone, rollout, nightly, legacy, agent]);

it.each<[string, Owner | undefined, string]>([
  ["a ReplicaSet leads to its Deployment", anOwner("ReplicaSet", "web-5d4"), "Deployment web"],
  ["a ReplicaSet of nobody is the top", anOwner("ReplicaSet", "lone"), "ReplicaSet lone"],
  ["a ReplicaSet leads to a kind that Kubernetes does not bring", anOwner("ReplicaSet", "canary-7f6"), "Rollout canary"],
  ["a Job leads to its CronJob", anOwner("Job", "nightly-2901"), "CronJob nightly"],
  ["a ReplicationController leads to what owns it", anOwner("ReplicationController", "legacy-1"), "DeploymentConfig legacy"],
  ["a DaemonSet is the top, though an operator owns it", anOwner("DaemonSet", "agent"), "DaemonSet agent"],
  ["a StatefulSet that was not read is the top all the same", anOwner("StatefulSet", "db"), "StatefulSet db"],
  ["a pod of a kind that Kubernetes does not bring", anOwner("Workflow", "build"), "Workflow build"],
  ["a bare pod belongs to itself", undefined, "Pod web-5d4-x"],
])("%s", (_rule, owner, expected) => {
  const { kind, namespace, name, doubt } = topControllers(workloads)(aPod("web-5d4-x", owner === undefined ? {} : { owner }));
  expect([`${kind} ${name}`, namespace, doubt]).toEqual([expected, "shop", undefined]);
});

it("an owner is known by its uid: another ReplicaSet of the same name is not it", () => {
  const top = topControllers(workloads)(aPod("web-5d4-x", { owner: anOwner("ReplicaSet", "web-5d4", { uid: "of-another-life" }) }));
  expect(top).toMatchObject({ kind: "ReplicaSet", name: "web-5d4", doubt: { code: "not-found" } });
});

it("workloads that were not read leave the direct owner, with the doubt where one may stand above", () => {
  const topOf = topControllers(unknown("forbidden", "No access."));
  expect(topOf(aPod("a", { owner: anOwner("ReplicaSet", "web-5d4") }))).toMatchObject({ kind: "ReplicaSet", doubt: { code: "forbidden" } });
  expect(topOf(aPod("b", { owner: anOwner("DaemonSet", "agent") })).doubt).toBeUndefined();
  expect(topOf(aPod("c")).doubt).toBeUndefined();
});
