import { describe, expect, it } from "vitest";
import { hostNetworkPodsAreDeclared } from "../../../core/checks/pod-network/host-network-pods-are-declared.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Pod, PodSpec, Workload } from "../../../core/model/workloads.ts";
import { aCluster, judged, prod, withSettings } from "../../support/cluster.ts";
import { aContainer, anOwner, aPod, aPodSpec, aWorkload } from "../../support/workloads.ts";

const forbidden = unknown("forbidden", "No access.");
const host: Partial<PodSpec> = { hostNetwork: true };
const withPort = (hostPort: number, isInit = false): Partial<PodSpec> => ({
  containers: [aContainer("registry.example.com/shop/agent:1", { isInit, ports: [{ protocol: "TCP", containerPort: 80, hostPort }] })],
});
const owned = (name: string, spec: Partial<PodSpec>, rest: Partial<Omit<Pod, "spec">> = {}): Pod =>
  aPod(`${name}-1`, { owner: anOwner("DaemonSet", name), ...rest, spec });
const daemonSet = (name: string, spec: Partial<PodSpec>, rest: Partial<Workload> = {}): Workload =>
  aWorkload("DaemonSet", name, { template: { labels: {}, spec: aPodSpec(spec) }, ...rest });
const bystander = owned("bystander", {});

const statuses = (pods: readonly Pod[], workloads: readonly Workload[] = [], config: Readonly<Record<string, unknown>> = {}) =>
  Object.fromEntries(
    judged(
      hostNetworkPodsAreDeclared,
      aCluster({ pods: known([bystander, ...pods]), workloads: known(workloads) }),
      withSettings(config),
    ).map(({ resource: { kind, name }, status }) => [`${kind} ${name}`, status]),
  );
const cni = { containers: [aContainer("602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.23.1")], hostNetwork: true };

describe("a workload", () => {
  it.each<readonly [string, Partial<PodSpec>, string]>([
    ["pass: a network of its own", {}, "pass"],
    ["fail: the network of its node", host, "fail"],
    ["fail: a port of its node", withPort(8080), "fail"],
    ["pass: host port 0, which is none", withPort(0), "pass"],
    ["pass: a host port of an init container, which has ended", withPort(8080, true), "pass"],
  ])("%s", (_rule, spec, status) => {
    expect(statuses([owned("agent", spec)], [daemonSet("agent", spec)])).toEqual({
      "DaemonSet bystander": "pass",
      "DaemonSet agent": status,
    });
  });

  it.each<readonly [string, readonly Pod[], readonly Workload[], Record<string, string>]>([
    ["fail: a pod that is older than its template", [owned("agent", host)], [daemonSet("agent", {})], { "DaemonSet agent": "fail" }],
    ["fail: a template that has made no pod yet", [], [daemonSet("agent", host)], { "DaemonSet agent": "fail" }],
    [
      "fail: one foreign template in a namespace of the system",
      [],
      [daemonSet("aws-node", host, { namespace: "kube-system" })],
      { "DaemonSet aws-node": "fail" },
    ],
    ["pass: a pod that has ended", [owned("agent", host, { phase: "Succeeded" })], [], {}],
    ["fail: a bare pod", [aPod("debug", { spec: host })], [], { "Pod debug": "fail" }],
    [
      "fail: pods of a Deployment, named by it and not by its ReplicaSet",
      [aPod("web-1", { owner: anOwner("ReplicaSet", "web-5f6"), spec: host })],
      [aWorkload("ReplicaSet", "web-5f6", { owner: anOwner("Deployment", "web") })],
      { "Deployment web": "fail" },
    ],
  ])("%s", (_rule, pods, workloads, rest) => {
    expect(statuses(pods, workloads)).toEqual({ "DaemonSet bystander": "pass", ...rest });
  });

  it("not-applicable: a system workload, and the pass of a ReplicaSet of old is nobody's", () => {
    const old = aWorkload("ReplicaSet", "web-old", {
      owner: anOwner("Deployment", "web"),
      replicas: 0,
      template: { labels: {}, spec: aPodSpec(host) },
    });
    const workloads = [daemonSet("aws-node", cni, { namespace: "kube-system" }), old];
    expect(statuses([owned("aws-node", cni, { namespace: "kube-system" })], workloads)).toEqual({
      "DaemonSet bystander": "pass",
      "DaemonSet aws-node": "not-applicable",
    });
  });

  it("not-applicable: declared under systemWorkloads, with its images", () => {
    const row = { namespace: "shop", name: "agent", kind: "DaemonSet", images: ["registry.example.com/shop/*"] };
    expect(statuses([owned("agent", host)], [], { systemWorkloads: [row] })).toMatchObject({ "DaemonSet agent": "not-applicable" });
    expect(statuses([owned("other", host)], [], { systemWorkloads: [row] })).toMatchObject({ "DaemonSet other": "fail" });
  });

  it("says what it uses, in how many pods, and is found by its own id", () => {
    const pods = [owned("agent", withPort(8080)), owned("agent", {}, { name: "agent-2" })];
    const [, finding] = judged(hostNetworkPodsAreDeclared, aCluster({ pods: known([bystander, ...pods]), workloads: known([]) }));
    expect(finding).toMatchObject({
      resource: { id: `${prod}/namespaces/shop/daemonsets/agent` },
      message: "DaemonSet shop/agent uses host port TCP 8080 of its nodes in 1 of 2 pods.",
      evidence: { hostNetwork: false, hostPorts: ["TCP 8080"], pods: 2, podsOnHost: ["agent-1"] },
    });
  });
});

it("unknown: pods could not be listed", () => {
  expect(judged(hostNetworkPodsAreDeclared, aCluster({ pods: forbidden, workloads: known([]) }))).toMatchObject([
    { status: "unknown", reason: { code: "forbidden" } },
  ]);
});

it("unknown: whose the pods of a ReplicaSet are was not read, those of a DaemonSet are judged", () => {
  const web = aPod("web-1", { owner: anOwner("ReplicaSet", "web-5f6"), spec: host });
  expect(judged(hostNetworkPodsAreDeclared, aCluster({ pods: known([bystander, web]), workloads: forbidden }))).toMatchObject([
    { status: "pass", resource: { name: "bystander" } },
    { status: "unknown", resource: { kind: "Cluster" }, reason: { code: "forbidden" }, evidence: { podsOnHost: ["shop/web-1"] } },
  ]);
});
it("unknown: a ReplicaSet came after the workloads were read", () => {
  const web = aPod("web-1", { owner: anOwner("ReplicaSet", "web-5f6") });
  expect(judged(hostNetworkPodsAreDeclared, aCluster({ pods: known([bystander, web]), workloads: known([]) }))).toMatchObject([
    { status: "pass" },
    { status: "unknown", reason: { code: "not-found" } },
  ]);
});
