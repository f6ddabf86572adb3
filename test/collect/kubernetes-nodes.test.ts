import { describe, expect, it } from "vitest";
import { NamespaceObject } from "../../core/collect/kubernetes/parse-namespace.ts";
import { NodeObject } from "../../core/collect/kubernetes/parse-node.ts";
import { Namespace, Node } from "../../core/model/workloads.ts";
import { read } from "./kept.ts";

const name = "ip-10-0-0-7.eu-west-1.compute.internal";

describe("Node", () => {
  const node = (fields: object) => read(NodeObject, Node, { metadata: { name, uid: "0a1b" }, spec: {}, status: {}, ...fields });
  const bare = { name, labels: {}, internalIps: [], externalIps: [], isReady: false };

  it.each<[string, object, object]>([
    ["nothing set: not ready, of no cloud", {}, {}],
    ["no spec and no status", { spec: undefined, status: null }, {}],
    ["null is as good as absent", { status: { addresses: null, conditions: null, nodeInfo: null } }, {}],
    [
      "labels; taints, annotations, images and capacity are gone",
      {
        metadata: { name, uid: "u", labels: { "eks.amazonaws.com/nodegroup": "web" }, annotations: { a: "b" }, managedFields: [] },
        spec: { taints: [{ key: "k", effect: "NoSchedule" }], podCIDR: "10.1.0.0/24" },
        status: { images: [{ names: ["a"] }], capacity: { cpu: "2" } },
      },
      { labels: { "eks.amazonaws.com/nodegroup": "web" } },
    ],
    [
      "where the cloud has it",
      { spec: { providerID: "aws:///eu-west-1a/i-0123456789abcdef0" } },
      { providerId: "aws:///eu-west-1a/i-0123456789abcdef0" },
    ],
    ["an empty provider is none", { spec: { providerID: "" } }, {}],
    [
      "addresses by type, of both families, and names apart",
      {
        status: {
          addresses: [
            { type: "InternalIP", address: "10.0.0.7" },
            { type: "InternalIP", address: "2001:db8::7" },
            { type: "ExternalIP", address: "198.51.100.7" },
            { type: "InternalDNS", address: "a.internal" },
            { type: "Hostname", address: "10.9.9.9" },
          ],
        },
      },
      { internalIps: ["10.0.0.7", "2001:db8::7"], externalIps: ["198.51.100.7"] },
    ],
    [
      "its kubelet and system",
      { status: { nodeInfo: { kubeletVersion: "v1.36.1-eks-1234567", operatingSystem: "linux", machineID: "m" } } },
      { kubeletVersion: "v1.36.1-eks-1234567", operatingSystem: "linux" },
    ],
    ["fields that nobody filled are absent", { status: { nodeInfo: { kubeletVersion: "", operatingSystem: "" } } }, {}],
  ])("kept: %s", (_name, fields, difference) => {
    expect(node(fields)).toEqual({ ...bare, ...difference });
  });

  it.each<[string, readonly object[], boolean]>([
    ["ready", [{ type: "Ready", status: "True" }], true],
    ["not ready", [{ type: "Ready", status: "False" }], false],
    ["its kubelet is no longer heard of", [{ type: "Ready", status: "Unknown" }], false],
    [
      "another condition is true",
      [
        { type: "MemoryPressure", status: "True" },
        { type: "Ready", status: "False" },
      ],
      false,
    ],
  ])("%s", (_name, conditions, isReady) => {
    expect(node({ status: { conditions } })).toMatchObject({ isReady });
  });

  it.each<[string, object]>([
    ["no name", { metadata: { uid: "u" } }],
    ["a provider that is an object", { spec: { providerID: {} } }],
    ["addresses that are text", { status: { addresses: "10.0.0.7" } }],
    ["an address without a type", { status: { addresses: [{ address: "10.0.0.7" }] } }],
    ["labels that are no text", { metadata: { name, labels: { a: 1 } } }],
  ])("malformed: %s", (_name, fields) => {
    expect(node(fields)).toBe("malformed");
  });
});

describe("Namespace", () => {
  it.each<[string, object, object]>([
    ["its labels", { labels: { "kubernetes.io/metadata.name": "shop" } }, { labels: { "kubernetes.io/metadata.name": "shop" } }],
    ["none", {}, { labels: {} }],
    ["annotations are gone", { annotations: { note: "hunter2" } }, { labels: {} }],
  ])("kept: %s", (_name, metadata, difference) => {
    expect(read(NamespaceObject, Namespace, { metadata: { name: "shop", uid: "u", ...metadata } })).toEqual({
      name: "shop",
      ...difference,
    });
  });
  it("malformed: no name", () => {
    expect(read(NamespaceObject, Namespace, { metadata: {} })).toBe("malformed");
  });
});
