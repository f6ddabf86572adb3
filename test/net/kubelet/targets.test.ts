import { expect, it } from "vitest";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkInterface } from "../../../core/model/vpc.ts";
import type { Node, Pod } from "../../../core/model/workloads.ts";
import { type AddressSet, toCidrs } from "../../../core/net/addresses.ts";
import { nodeClasses } from "../../../core/net/kubelet/targets.ts";
import { nodeOf } from "../../support/nodes.ts";
import { anEni } from "../../support/vpc.ts";
import { aPod } from "../../support/workloads.ts";

const node = (rest: Partial<Node> = {}): Node => nodeOf("i-0a1", { internalIps: ["10.0.0.1"], ...rest });
const eni = (id: string, rest: Partial<NetworkInterface>): NetworkInterface => anEni(id, { instanceId: "i-0a1", ...rest });
const first = eni("eni-1", { privateIpv4: ["10.0.0.1", "10.0.0.2", "10.0.0.16/28"], ipv6: ["2600:1f18::1"] });
const { instanceId: _, ...ofNobody } = first;
const second = eni("eni-2", { groupIds: ["sg-b", "sg-a"], privateIpv4: ["10.0.0.5", "10.0.0.6"] });
const branch = eni("eni-3", { groupIds: ["sg-pods"], privateIpv4: ["10.0.0.9"], type: "branch" });
const texts = (set: AddressSet): string => toCidrs(set).join(" ");

/** Each class as where it is, and its addresses that are certain, possible and spare. */
const classesOf = (nodes: readonly Node[], interfaces: readonly NetworkInterface[], pods: readonly Pod[] = []): readonly string[][] =>
  nodeClasses(nodes, known(interfaces), pods).map(({ place, unplaced, certain, possible, spare }) => [
    place?.groupIds.join() ?? unplaced?.message ?? "",
    ...[certain, possible, spare].map(texts),
  ]);
const own = ["sg-cluster", "10.0.0.1/32", "10.0.0.1/32 10.0.0.2/32 2600:1f18::1/128", "10.0.0.2/32"];

it.each<readonly [string, readonly Node[], readonly NetworkInterface[], readonly Pod[], readonly (readonly string[])[]]>([
  ["all addresses of the interface, prefixes aside, which are for pods", [node()], [first], [], [own]],
  [
    "each interface of the instance by itself",
    [node()],
    [first, second],
    [],
    [own, ["sg-a,sg-b", "", "10.0.0.5/32 10.0.0.6/32", "10.0.0.6/32"]],
  ],
  ["all addresses of an interface that names no instance", [node()], [ofNobody], [], [own]],
  ["none of an interface of a single pod", [node()], [first, branch], [], [own]],
  ["none of another instance's", [node()], [first, { ...second, instanceId: "i-0b1" }], [], [own]],
  [
    "none that a pod has",
    [node()],
    [first],
    [aPod("web", { podIps: ["10.0.0.2"] })],
    [["sg-cluster", "10.0.0.1/32", "10.0.0.1/32 2600:1f18::1/128", ""]],
  ],
  [
    "one that a pod has on the network of its node",
    [node()],
    [first],
    [aPod("agent", { podIps: ["10.0.0.1", "2600:1f18::1", "10.0.0.2"], spec: { hostNetwork: true } })],
    [own],
  ],
  [
    "two nodes of one place together",
    [node(), nodeOf("i-0b1", { internalIps: ["10.0.0.7"] })],
    [first, eni("eni-4", { instanceId: "i-0b1", privateIpv4: ["10.0.0.7"] })],
    [],
    [["sg-cluster", "10.0.0.1/32 10.0.0.7/32", "10.0.0.1/32 10.0.0.2/32 10.0.0.7/32 2600:1f18::1/128", "10.0.0.2/32"]],
  ],
  [
    "a node whose address is on no interface by that alone, apart from one that has none",
    [
      nodeOf("i-0b1", { internalIps: ["192.168.0.1", "nonsense"], providerId: "eks-hybrid:///eu-west-1/prod/mi-1" }),
      nodeOf("i-0c1", { internalIps: ["nonsense"] }),
    ],
    [first],
    [],
    [
      [expect.stringContaining("192.168.0.1") as unknown as string, "192.168.0.1/32", "192.168.0.1/32", ""],
      ["Node node-of-i-0c1 has no internal address.", "", "", ""],
    ],
  ],
])("kubelets answer at %s", (_rule, nodes, interfaces, pods, classes) => {
  expect(classesOf(nodes, interfaces, pods)).toEqual(classes);
});

it("where interfaces were not read, nobody knows the place, and why is said", () => {
  const unread = unknown("forbidden", "No access.");
  expect(nodeClasses([node()], unread, [])).toMatchObject([{ unplaced: { message: "No access." }, nodes: [{ name: "node-of-i-0a1" }] }]);
});
