import fc from "fast-check";
import { expect, it } from "vitest";
import { known } from "../../../core/model/fact.ts";
import { allAddresses, holds, noAddresses, parseCidrs } from "../../../core/net/addresses.ts";
import type { EngineLayer } from "../../../core/net/kubelet/engine.ts";
import { kubeletPaths, kubeletPorts } from "../../../core/net/kubelet/reach.ts";
import { podClasses } from "../../../core/net/kubelet/sources.ts";
import { nodeClasses } from "../../../core/net/kubelet/targets.ts";
import { indexGroups } from "../../../core/net/security-group.ts";
import { aNode } from "../../support/nodes.ts";
import { anEni } from "../../support/vpc.ts";
import { aPod } from "../../support/workloads.ts";
import { acl, connects, type End, group } from "../reach/plain-vpc.ts";

const nodeAddresses = ["10.0.0.1", "10.0.1.1", "10.0.1.2"] as const;
/** Addresses of pods: on the interface of the node with the same index, or on a branch interface of their own. */
const podAddresses = ["10.0.0.2", "10.0.1.3", "10.0.1.4"] as const;
const subnets = ["subnet-a", "subnet-b", "subnet-b"] as const;

const world = fc.record({
  groups: fc.tuple(group("sg-node"), group("sg-branch")),
  acls: fc.tuple(acl("subnet-a"), acl("subnet-b")),
  nodeCount: fc.integer({ min: 1, max: 3 }),
  isStrict: fc.boolean(),
  pods: fc.array(fc.record({ node: fc.nat(2), isBranch: fc.boolean(), engineClass: fc.constantFrom("x", "y") }), {
    minLength: 1,
    maxLength: 3,
  }),
  own: fc.record({ x: fc.boolean(), y: fc.boolean() }),
  others: fc.record({ x: fc.subarray([...nodeAddresses]), y: fc.subarray([...nodeAddresses]) }),
});

it("a path is open where one pod and one node connect through every layer, and blocked where no two do", () => {
  fc.assert(
    fc.property(world, ({ groups, acls, nodeCount, isStrict, pods: drawn, own, others }) => {
      const classNamed = (name: string) => (name === "x" ? "x" : "y");
      const engine: EngineLayer = {
        classOf: ({ labels }) => labels.class ?? "",
        toOwnNode: (podClass) => {
          const through = own[classNamed(podClass)] ? allAddresses : noAddresses;
          return { atLeast: through, atMost: through };
        },
        toNodes: (podClass) => {
          const through = parseCidrs(others[classNamed(podClass)]);
          return { atLeast: through, atMost: through };
        },
      };
      const nodes = nodeAddresses.slice(0, nodeCount).map((address, i) => aNode(`node-${i}`, { internalIps: [address] }));
      const placed = drawn.map(({ node, isBranch, engineClass }, i) => {
        const host = node % nodeCount;
        // Each pod has an address of its own; which one decides what the rules make of it.
        const address = podAddresses[i % podAddresses.length] ?? "";
        return { host, isBranch, engineClass, address };
      });
      const interfaces = [
        ...nodes.map((_, i) =>
          anEni(`eni-${i}`, {
            subnetId: subnets[i] ?? "",
            groupIds: ["sg-node"],
            privateIpv4: [
              nodeAddresses[i] ?? "",
              ...placed.filter(({ host, isBranch }) => host === i && !isBranch).map(({ address }) => address),
            ],
          }),
        ),
        ...placed.flatMap(({ host, isBranch, address }, i) =>
          isBranch
            ? [anEni(`branch-${i}`, { subnetId: subnets[host] ?? "", groupIds: ["sg-branch"], privateIpv4: [address], type: "branch" })]
            : [],
        ),
      ];
      const pods = placed.map(({ host, isBranch, engineClass, address }, i) =>
        aPod(`pod-${i}`, { nodeName: `node-${host}`, podIps: [address], hasBranchInterface: isBranch, labels: { class: engineClass } }),
      );
      const networkInterfaces = known(interfaces);
      const paths = kubeletPaths(
        podClasses(
          pods.map((pod) => ({ pod })),
          { networkInterfaces, branchMode: () => ({ state: isStrict ? "strict" : "standard" }), engine },
        ),
        nodeClasses(nodes, networkInterfaces, pods),
        { vpc: { groups: indexGroups(known(groups), known([])), networkAcls: known(acls) }, engine },
      );

      const reaches = ({ host, isBranch, engineClass, address }: (typeof placed)[number], target: number): boolean => {
        const crossesVpc = target !== host || (isBranch && isStrict);
        const to = nodeAddresses[target] ?? "";
        if (!crossesVpc) return own[classNamed(engineClass)];
        const source: End = { address, subnetId: subnets[host] ?? "", groupIds: [isBranch ? "sg-branch" : "sg-node"] };
        const end: End = { address: to, subnetId: subnets[target] ?? "", groupIds: ["sg-node"] };
        return (
          holds(parseCidrs(others[classNamed(engineClass)]), to) &&
          kubeletPorts.some((port) => connects({ groups, acls }, source, end, port))
        );
      };
      const isReached = placed.some((pod) => nodes.some((_, target) => reaches(pod, target)));
      expect(paths.some(({ state }) => state === "open")).toBe(isReached);
      if (paths.every(({ state }) => state === "blocked")) expect(isReached).toBe(false);
      for (const { witness } of paths) {
        if (witness === undefined) continue;
        const pod = placed[pods.findIndex(({ name }) => name === witness.pod.name)];
        expect(
          pod !== undefined &&
            reaches(
              pod,
              nodes.findIndex(({ name }) => name === witness.node),
            ),
        ).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});
