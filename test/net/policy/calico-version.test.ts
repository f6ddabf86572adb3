import { describe, expect, it } from "vitest";
import { known } from "../../../core/model/fact.ts";
import type { Pod } from "../../../core/model/workloads.ts";
import { upstreamApiOf } from "../../../core/net/policy/calico/version.ts";
import { effectivePolicies } from "../../../core/net/policy/effective.ts";
import { anAgent, networkSettings } from "../../support/engines.ts";
import { onNode } from "../../support/policed.ts";
import { aContainer } from "../../support/workloads.ts";

const agent = (image: string, rest: Parameters<typeof anAgent>[2] = {}, daemonSet = "calico-node"): Pod =>
  anAgent(daemonSet, "n1", { ...rest, spec: { containers: [aContainer(image, { name: "calico-node" }), aContainer("busybox:1.37.0")] } });
const [old, recent] = [agent("quay.io/calico/node:v3.31.9"), agent("quay.io/calico/node:v3.32.0")];

describe("which of upstream's policies for whole clusters Calico honours, by the tags of its images", () => {
  it.each<readonly [string, readonly Pod[], string]>([
    ["v1alpha1: 3.31", [old], "v1alpha1"],
    ["v1alpha2: 3.32", [recent], "v1alpha2"],
    ["v1alpha1: an older one of a mirror, with its digest", [agent("mirror.example.com:5000/a/calico/node:3.9.1@sha256:0a")], "v1alpha1"],
    ["v1alpha2: of Windows too", [recent, agent("calico/node-windows:v3.33.1", {}, "calico-node-windows")], "v1alpha2"],
    ["untold: two agents of different versions", [old, recent], "untold"],
    ["v1alpha2: an agent of before has ended", [agent("calico/node:v3.31.0", { phase: "Failed" }), recent], "v1alpha2"],
    ["untold: no agent", [], "untold"],
    ["untold: an agent in a namespace of no installer", [agent("calico/node:v3.32.0", { namespace: "shop" })], "untold"],
    ["untold: a version before its release", [agent("calico/node:v3.32.0-0.dev")], "untold"],
    ["untold: the next major version", [agent("calico/node:v4.1.0")], "untold"],
    ["untold: a digest without a tag", [agent("calico/node@sha256:0a")], "untold"],
    ["untold: latest", [agent("calico/node:latest")], "untold"],
    ["untold: Calico Enterprise, which counts otherwise", [agent("quay.io/tigera/cnx-node:v3.22.0")], "untold"],
  ])("%s", (_what, pods, api) => {
    expect(upstreamApiOf(pods)).toBe(api);
  });
});

describe("an AdminNetworkPolicy that denies all pods of the cluster", () => {
  it.each<readonly [string, Pod, "no" | "yes" | "unsure"]>([
    ["no pod is let in under Calico 3.31", old, "no"],
    ["all pods are under Calico 3.32, which does not know it", recent, "yes"],
    ["not told under a Calico whose version is not", agent("calico/node:latest"), "unsure"],
  ])("%s", (_what, calico, admits) => {
    const [web, other] = [onNode("web", "10.0.0.1"), onNode("other", "10.0.0.2")];
    const everybody = { namespaces: {} };
    const none = known([]);
    const effective = effectivePolicies({
      pods: [web, other, calico].map((pod) => ({ ...pod, nodeName: "n1" })),
      namespaces: [{ name: "shop", labels: {} }],
      networkPolicies: none,
      adminNetworkPolicies: known([
        {
          kind: "AdminNetworkPolicy",
          name: "shut",
          spec: { priority: 1, subject: everybody, ingress: [{ action: "Deny", from: [everybody] }] },
        },
      ]),
      clusterNetworkPolicies: none,
      applicationNetworkPolicies: none,
      calicoPolicies: none,
      calicoTiers: none,
      calicoNetworkSets: none,
      ciliumPolicies: none,
      nodes: none,
      workloads: none,
      nodeClasses: none,
      networkSettings: networkSettings(),
    });
    const subject = effective.of({ ...web, nodeName: "n1" });
    expect(subject?.admits(effective.classesOf(other))).toBe(admits);
  });
});
