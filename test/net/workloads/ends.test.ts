import { describe, expect, it } from "vitest";
import type { Pod, Workload } from "../../../core/model/workloads.ts";
import { toCidrs } from "../../../core/net/addresses.ts";
import { endsOf, type Inventory } from "../../../core/net/workloads/ends.ts";
import { aContainer, anOwner, aPod, aPodSpec, aWorkload } from "../../support/workloads.ts";

const bystander = aWorkload("Deployment", "bystander");
const ends = (inventory: Partial<Inventory>) =>
  endsOf({ namespaces: [], pods: [], ...inventory, workloads: [bystander, ...(inventory.workloads ?? [])] });
const names = (inventory: Partial<Inventory>) =>
  ends(inventory)
    .workloads.map(({ kind, namespace, name }) => `${namespace}/${name}[${kind}]`)
    .filter((text) => text !== "shop/bystander[Deployment]");
/** What each class of pods of the only workload besides the bystander is like. */
const classes = (inventory: Partial<Inventory>) => ends(inventory).workloads.find(({ name }) => name !== "bystander")?.pods ?? [];

const labelled = (app: string): Pick<Workload, "template"> => ({ template: { labels: { app }, spec: aPodSpec() } });
const hostNetwork = aPodSpec({ hostNetwork: true });

describe("which workloads there are", () => {
  it.each<[string, readonly Workload[], readonly Pod[], readonly string[]]>([
    ...(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"] as const).map(
      (kind): [string, Workload[], Pod[], string[]] => [
        `a ${kind} is one by its template`,
        [aWorkload(kind, "web")],
        [],
        [`shop/web[${kind}]`],
      ],
    ),
    ["a bare pod is one of its own", [], [aPod("probe")], ["shop/probe[Pod]"]],
    [
      "a static pod is bare: its node is no controller",
      [],
      [aPod("proxy", { owner: anOwner("Node", "ip-10-0-0-1") })],
      ["shop/proxy[Pod]"],
    ],
    ["a Deployment without replicas is one", [aWorkload("Deployment", "web", { replicas: 0 })], [], ["shop/web[Deployment]"]],
    [
      "a ReplicaSet is its Deployment's",
      [aWorkload("Deployment", "web"), aWorkload("ReplicaSet", "web-1", { owner: anOwner("Deployment", "web") })],
      [aPod("web-1-a", { owner: anOwner("ReplicaSet", "web-1") })],
      ["shop/web[Deployment]"],
    ],
    [
      "a ReplicaSet of a kind that is not read is that kind's",
      [aWorkload("ReplicaSet", "web-1", { owner: anOwner("Rollout", "web") })],
      [],
      ["shop/web[Rollout]"],
    ],
    ["a pod of a kind that is not read", [], [aPod("build-1", { owner: anOwner("Workflow", "build") })], ["shop/build[Workflow]"]],
    ["a bare pod that has ended is none", [], [aPod("probe", { phase: "Succeeded" })], []],
    [
      "a Job whose pods have all ended is none",
      [aWorkload("Job", "import")],
      [aPod("import-a", { owner: anOwner("Job", "import"), phase: "Failed" })],
      [],
    ],
    [
      "a CronJob will start others",
      [aWorkload("CronJob", "nightly"), aWorkload("Job", "nightly-1", { owner: anOwner("CronJob", "nightly") })],
      [aPod("nightly-1-a", { owner: anOwner("Job", "nightly-1"), phase: "Succeeded" })],
      ["shop/nightly[CronJob]"],
    ],
    [
      "a Deployment replaces a pod that was evicted",
      [aWorkload("Deployment", "web"), aWorkload("ReplicaSet", "web-1", { owner: anOwner("Deployment", "web") })],
      [aPod("web-1-a", { owner: anOwner("ReplicaSet", "web-1"), phase: "Failed" })],
      ["shop/web[Deployment]"],
    ],
  ])("%s", (_rule, workloads, pods, expected) => {
    expect(names({ workloads, pods })).toEqual(expected);
  });

  it("the same name in two namespaces, and of two kinds, is three workloads", () => {
    const workloads = [
      aWorkload("Deployment", "web"),
      aWorkload("StatefulSet", "web"),
      aWorkload("Deployment", "web", { namespace: "pay" }),
    ];
    expect(names({ workloads })).toEqual(["shop/web[Deployment]", "shop/web[StatefulSet]", "pay/web[Deployment]"]);
  });

  it("in the host's network: left out, and told", () => {
    const agent = aWorkload("DaemonSet", "agent", { template: { labels: {}, spec: hostNetwork } });
    const { workloads, hostNetwork: left } = ends({ workloads: [agent], pods: [aPod("static", { spec: { hostNetwork: true } })] });
    expect(workloads.map(({ name }) => name)).toEqual(["bystander"]);
    expect(left).toEqual([
      { kind: "DaemonSet", namespace: "shop", name: "agent" },
      { kind: "Pod", namespace: "shop", name: "static" },
    ]);
  });
});

describe("what its pods are like", () => {
  const web = aWorkload("ReplicaSet", "web", labelled("of-the-template"));
  const pod = (name: string, rest: Parameters<typeof aPod>[1] = {}): Pod => aPod(name, { owner: anOwner("ReplicaSet", "web"), ...rest });

  it("by the template where there is no pod, or none that runs", () => {
    expect(classes({ workloads: [web] }).map(({ labels }) => labels)).toEqual([{ app: "of-the-template" }]);
    const evicted = pod("a", { phase: "Failed", labels: { app: "evicted" } });
    expect(classes({ workloads: [web], pods: [evicted] }).map(({ labels }) => labels)).toEqual([{ app: "of-the-template" }]);
  });

  it("by its pods where there are any: relabelled ones and those that are starting", () => {
    const pods = [pod("a", { labels: { app: "web" } }), pod("b", { labels: { app: "debug" }, phase: "Pending" })];
    expect(classes({ workloads: [web], pods }).map(({ labels }) => labels)).toEqual([{ app: "web" }, { app: "debug" }]);
  });

  it("of the host's network some: the others count", () => {
    const pods = [pod("a", { spec: { hostNetwork: true } }), pod("b", { labels: { app: "web" } })];
    expect(classes({ workloads: [web], pods }).map(({ labels }) => labels)).toEqual([{ app: "web" }]);
  });

  it("with the addresses of a pod, each family alone, and without text that is no address", () => {
    const pods = [pod("a", { podIps: ["10.0.0.7", "2001:db8::7"] }), pod("b", { podIps: ["10.0.0.8", "10.0.0.0/8", "soon"] }), pod("c")];
    expect(classes({ workloads: [web], pods }).map(({ addresses }) => toCidrs(addresses))).toEqual([
      ["10.0.0.7/32"],
      ["2001:db8::7/128"],
      ["10.0.0.8/32"],
      [],
    ]);
  });

  it("with the named ports of containers that run, sidecars included", () => {
    const port = (name: string, containerPort: number) => ({ name, protocol: "TCP" as const, containerPort });
    const containers = [
      aContainer("web", { ports: [port("http", 8080), { protocol: "UDP", containerPort: 53 }] }),
      aContainer("mesh", { ports: [port("http", 15001)] }),
      aContainer("setup", { isInit: true, ports: [port("http", 1)] }),
    ];
    const spec = aPodSpec({ containers });
    expect(classes({ workloads: [aWorkload("Deployment", "web", { template: { labels: {}, spec } })] })[0]?.namedPorts).toEqual([
      { name: "http", protocol: "TCP", port: 8080 },
      { name: "http", protocol: "TCP", port: 15001 },
    ]);
  });

  it("with the labels of its namespace, of which the name is always one", () => {
    const namespaces = [{ name: "shop", labels: { team: "shop", "kubernetes.io/metadata.name": "forged" } }];
    expect(classes({ workloads: [web], namespaces })[0]?.namespaceLabels).toEqual({ team: "shop", "kubernetes.io/metadata.name": "shop" });
    expect(classes({ workloads: [web] })[0]?.namespaceLabels).toEqual({ "kubernetes.io/metadata.name": "shop" });
  });

  it("of old revisions only where none wants pods", () => {
    const revision = (name: string, replicas: number) =>
      aWorkload("ReplicaSet", name, { owner: anOwner("Rollout", "web"), replicas, ...labelled(name) });
    const apps = (...workloads: Workload[]) => classes({ workloads }).map(({ labels }) => labels.app);
    expect(apps(revision("web-1", 0), revision("web-2", 3))).toEqual(["web-2"]);
    expect(apps(revision("web-1", 0), revision("web-2", 0))).toEqual(["web-1", "web-2"]);
  });
});
