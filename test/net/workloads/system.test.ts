import { describe, expect, it } from "vitest";
import type { Reason } from "../../../core/model/fact.ts";
import { systemMembership } from "../../../core/net/workloads/system.ts";
import { systemTable } from "../../../core/net/workloads/system-table.ts";
import type { TopController } from "../../../core/net/workloads/top-controller.ts";
import { withSettings } from "../../support/cluster.ts";
import { aContainer, aPodSpec } from "../../support/workloads.ts";

const eks = "602401143452.dkr.ecr.eu-west-1.amazonaws.com";
const none = withSettings({});
const controller = (kind: string, namespace: string, rest: Partial<TopController> = {}): TopController => ({
  kind,
  namespace,
  name: "of-any-name",
  uid: "uid",
  ...rest,
});
const membership = (namespace: string, kind: string, images: readonly string[], settings = none, rest: Partial<TopController> = {}) =>
  systemMembership(
    { namespace, spec: aPodSpec({ containers: images.map((image) => aContainer(image)) }) },
    controller(kind, namespace, rest),
    settings,
  ).state;

const cni = [`${eks}/amazon-k8s-cni-init:v1.23.1`, `${eks}/amazon-k8s-cni:v1.23.1`, `${eks}/amazon/aws-network-policy-agent:v1.4.1`];

describe("a system workload", () => {
  it.each<[string, string, string, readonly string[], "yes" | "no"]>([
    ["yes: aws-node with all its images", "kube-system", "DaemonSet", cni, "yes"],
    ["yes: kube-proxy", "kube-system", "DaemonSet", [`${eks}/eks/kube-proxy:v1.36.1-minimal-eksbuild.1`], "yes"],
    ["yes: CoreDNS", "kube-system", "Deployment", [`${eks}/eks/coredns:v1.12.1`], "yes"],
    [
      "yes: the EBS controller with its sidecars",
      "kube-system",
      "Deployment",
      [
        `${eks}/eks/aws-ebs-csi-driver:v1`,
        `${eks}/eks/csi-attacher:v4`,
        `${eks}/eks/livenessprobe:v2`,
        `${eks}/eks/volume-modifier-for-k8s:v0`,
      ],
      "yes",
    ],
    ["yes: EFS nodes", "kube-system", "DaemonSet", [`${eks}/eks/aws-efs-csi-driver:v2`, `${eks}/eks/csi-node-driver-registrar:v2`], "yes"],
    ["yes: the Pod Identity agent", "kube-system", "DaemonSet", [`${eks}/eks/eks-pod-identity-agent:v0.1.30`], "yes"],
    ["yes: the node monitoring agent", "kube-system", "DaemonSet", [`${eks}/eks/eks-node-monitoring-agent:v1.4.0`], "yes"],
    [
      "yes: metrics-server of its own project",
      "kube-system",
      "Deployment",
      ["registry.k8s.io/metrics-server/metrics-server:v0.8.0"],
      "yes",
    ],
    ["yes: the CloudWatch agent", "amazon-cloudwatch", "DaemonSet", [`${eks}/eks/observability/cloudwatch-agent:1.3`], "yes"],
    [
      "yes: Fluent Bit of CloudWatch",
      "amazon-cloudwatch",
      "DaemonSet",
      ["public.ecr.aws/aws-observability/aws-for-fluent-bit:2.34"],
      "yes",
    ],
    ["yes: the GuardDuty agent", "amazon-guardduty", "DaemonSet", [`${eks}/eks/aws-guardduty-agent:v1.11.0`], "yes"],
    ["yes: calico-node by digest", "calico-system", "DaemonSet", ["quay.io/calico/node@sha256:0a1b"], "yes"],
    ["yes: calico-node of Docker Hub, written short", "kube-system", "DaemonSet", ["calico/cni:v3.32.1", "calico/node:v3.32.1"], "yes"],
    ["yes: Typha", "calico-system", "Deployment", ["docker.io/calico/typha:v3.32.1"], "yes"],
    ["yes: the Tigera operator", "tigera-operator", "Deployment", ["quay.io/tigera/operator:v1.40"], "yes"],
    ["yes: Cilium", "kube-system", "DaemonSet", ["quay.io/cilium/cilium:v1.19.0@sha256:0a1b"], "yes"],
    ["yes: the Cilium operator", "kube-system", "Deployment", ["quay.io/cilium/operator-aws:v1.19.0"], "yes"],
    ["yes: the load balancer controller", "kube-system", "Deployment", ["public.ecr.aws/eks/aws-load-balancer-controller:v3.5.0"], "yes"],
    ["yes: Karpenter", "karpenter", "Deployment", ["public.ecr.aws/karpenter/controller:1.8.1"], "yes"],
    ["no: one foreign image among its own", "kube-system", "DaemonSet", [...cni, "docker.io/library/busybox"], "no"],
    ["no: a foreign image in kube-system", "kube-system", "DaemonSet", ["registry.example.com/agent:1"], "no"],
    ["no: the same image in another namespace", "shop", "DaemonSet", cni, "no"],
    ["no: the same image under another kind", "kube-system", "Deployment", cni, "no"],
    ["no: the same image in a bare pod", "kube-system", "Pod", cni, "no"],
    [
      "no: the same path in anybody's registry",
      "kube-system",
      "DaemonSet",
      ["111122223333.dkr.ecr.eu-west-1.amazonaws.com/eks/kube-proxy:v1"],
      "no",
    ],
    ["no: the same path behind a mirror", "kube-system", "DaemonSet", [`mirror.example.com/${eks}/eks/kube-proxy:v1`], "no"],
    ["no: a repository that only begins like one", "kube-system", "Deployment", [`${eks}/eks/coredns-of-mine`], "no"],
    [
      "no: images of two system workloads in one pod",
      "kube-system",
      "Deployment",
      [`${eks}/eks/coredns:v1`, "public.ecr.aws/karpenter/controller:1"],
      "no",
    ],
    ["no: without any container", "kube-system", "DaemonSet", [], "no"],
  ])("%s", (_rule, namespace, kind, images, expected) => {
    expect(membership(namespace, kind, images)).toBe(expected);
  });

  it("counts the images of init containers too", () => {
    const containers = [aContainer(`${eks}/eks/coredns:v1`), aContainer("docker.io/library/busybox", { isInit: true })];
    const subject = { namespace: "kube-system", spec: aPodSpec({ containers }) };
    expect(systemMembership(subject, controller("Deployment", "kube-system"), none).state).toBe("no");
  });

  it.each<[string, string, readonly string[], string, "yes" | "no" | "maybe"]>([
    ["maybe: a ReplicaSet whose owner was not read may be a Deployment's", "kube-system", [`${eks}/eks/coredns:v1`], "ReplicaSet", "maybe"],
    ["no: a Job whose owner was not read is no Deployment's", "kube-system", [`${eks}/eks/coredns:v1`], "Job", "no"],
    ["no: a ReplicaSet is never a DaemonSet's", "kube-system", cni, "ReplicaSet", "no"],
    ["no: the images decide without the owner", "kube-system", ["docker.io/library/busybox"], "ReplicaSet", "no"],
    ["no: the namespace decides without the owner", "shop", [`${eks}/eks/coredns:v1`], "ReplicaSet", "no"],
  ])("%s", (_rule, namespace, images, kind, expected) => {
    const doubt: Reason = { code: "forbidden", message: "No access." };
    expect(membership(namespace, kind, images, none, { doubt })).toBe(expected);
  });
});

describe("a system workload of the configuration", () => {
  const own = withSettings({
    systemWorkloads: [{ namespace: "security", name: "sensor", kind: "DaemonSet", images: ["111122223333.dkr.ecr.*/sensor"] }],
  });
  const image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/sensor:7";
  it.each<[string, string, string, string, readonly string[], "yes" | "no"]>([
    ["yes: namespace, name, kind and images agree", "security", "sensor", "DaemonSet", [image], "yes"],
    ["no: another name", "security", "sensor-2", "DaemonSet", [image], "no"],
    ["no: another kind", "security", "sensor", "Deployment", [image], "no"],
    ["no: another namespace", "shop", "sensor", "DaemonSet", [image], "no"],
    ["no: another account's image", "security", "sensor", "DaemonSet", ["444455556666.dkr.ecr.eu-west-1.amazonaws.com/sensor:7"], "no"],
    ["no: one foreign image beside it", "security", "sensor", "DaemonSet", [image, "docker.io/library/busybox"], "no"],
  ])("%s", (_rule, namespace, name, kind, images, expected) => {
    expect(membership(namespace, kind, images, own, { name })).toBe(expected);
    expect(membership(namespace, kind, images, none, { name })).toBe("no");
  });

  it("yes: a pattern may hold a tag", () => {
    const pinned = withSettings({
      systemWorkloads: [{ namespace: "security", name: "sensor", kind: "DaemonSet", images: ["*/sensor:7"] }],
    });
    expect(membership("security", "DaemonSet", [image], pinned, { name: "sensor" })).toBe("yes");
    expect(membership("security", "DaemonSet", ["111122223333.dkr.ecr.eu-west-1.amazonaws.com/sensor:8"], pinned, { name: "sensor" })).toBe(
      "no",
    );
  });
});

it("every row of the table names a registry: a pattern never begins with anything", () => {
  const registries = /^(?:eks:|public\.ecr\.aws\/|registry\.k8s\.io\/|quay\.io\/|docker\.io\/)/;
  expect(systemTable.flatMap(({ images }) => images).filter((image) => !registries.test(image))).toEqual([]);
});
