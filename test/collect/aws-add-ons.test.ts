import { afterEach, beforeAll, expect, it } from "vitest";
import { collectCluster } from "../../core/collect/cluster.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import { known, unknown } from "../../core/model/fact.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { gapsOf, home, member, portsTo, soon, stateOf, valueIn, withRegion } from "./aws-bed.ts";

const region = {
  vpcs: [{ id: "vpc-a", subnets: [{ id: "subnet-a", cidr: "10.0.0.0/24" }] }],
  clusters: [
    {
      name: "prod",
      reachable: false,
      addOns: [
        { name: "vpc-cni", version: "v1.23.1-eksbuild.1", configuration: '{"enableNetworkPolicy":"true","env":{"PASSWORD":"hunter2"}}' },
        {
          name: "coredns",
          status: "DEGRADED" as const,
          configuration: '{"enableNetworkPolicy":"hunter2"}',
          issues: ["InsufficientNumberOfReplicas", "InsufficientNumberOfReplicas"],
        },
      ],
    },
    { name: "second", reachable: false },
    { name: "many", reachable: false, addOns: Array.from({ length: 105 }, (_, i) => ({ name: `a${i}` })) },
  ],
};
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await withRegion(region);
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.forgetRequests();
});
async function read(name = "prod", on = sandbox) {
  const { facts } = await collectCluster({ account: member, region: home, name }, new Set(["addOns"]), portsTo(on), soon());
  ClusterFacts.parse(facts);
  return facts;
}
const count = (action: string) => sandbox.requests().filter((request) => request.action === action).length;

it("have versions, health and, of VPC CNI's configuration, one setting", async () => {
  const { addOns } = await read();
  expect(addOns).toEqual(
    known([
      { name: "vpc-cni", version: "v1.23.1-eksbuild.1", status: "ACTIVE", healthIssues: [], enableNetworkPolicy: known("true") },
      { name: "coredns", version: "v1.0.0-eksbuild.1", status: "DEGRADED", healthIssues: ["InsufficientNumberOfReplicas"] },
    ]),
  );
  expect(JSON.stringify(addOns)).not.toContain("hunter2");
});

const malformed = unknown("malformed", "The configuration of the add-on vpc-cni has no usable enableNetworkPolicy.");
it.each<[string, string | undefined, object]>([
  ["none", undefined, {}],
  ["empty", "", {}],
  ["without the setting", '{"nodeAgent":{"enabled":"true"}}', {}],
  ["null", "enableNetworkPolicy:", {}],
  ["YAML", 'nodeAgent:\n  enabled: true\nenableNetworkPolicy: "false"\n', { enableNetworkPolicy: known("false") }],
  ["a truth value", "enableNetworkPolicy: true", { enableNetworkPolicy: known("true") }],
  ["a list", "[1, 2]", { enableNetworkPolicy: malformed }],
  ["a number as setting", "enableNetworkPolicy: 1", { enableNetworkPolicy: malformed }],
  ["no document", '{"enableNetworkPolicy": ', { enableNetworkPolicy: malformed }],
  [
    "aliases that unfold without end",
    `a: &a [x]\n${[..."bcdefghi"].map((name, i) => `${name}: &${name} [${`*${"abcdefgh"[i]},`.repeat(9)}]`).join("\n")}`,
    { enableNetworkPolicy: malformed },
  ],
])("configuration of VPC CNI: %s", async (_name, configuration, expected) => {
  const addOn = { name: "vpc-cni", ...(configuration === undefined ? {} : { configuration }) };
  const one = await withRegion({ ...region, clusters: [{ name: "prod", reachable: false, addOns: [addOn] }] });
  const [found] = valueIn((await read("prod", one)).addOns);
  expect(found).toEqual({ name: "vpc-cni", version: "v1.0.0-eksbuild.1", status: "ACTIVE", healthIssues: [], ...expected });
});

it("none is an answer, and nothing more is asked", async () => {
  const { addOns, reads } = await read("second");
  expect([valueIn(addOns), gapsOf(reads), count("eks:DescribeAddon")]).toEqual([[], [], 0]);
});

it("one that goes away meanwhile is left out, and that is no gap", async () => {
  const gone = { kind: "error", operation: "DescribeAddon", code: "ResourceNotFoundException", status: 404 } as const;
  sandbox.faults.add([{ ...gone, resource: "*/prod/coredns/*" }]);
  const { addOns, reads } = await read();
  expect([valueIn(addOns).map(({ name }) => name), gapsOf(reads)]).toEqual([["vpc-cni"], []]);
});

it("one that is refused leaves none known", async () => {
  sandbox.faults.add([{ kind: "error", operation: "DescribeAddon", resource: "*/coredns/*", code: "AccessDeniedException", status: 403 }]);
  const { addOns, reads } = await read();
  expect([stateOf(addOns), gapsOf(reads)]).toEqual(["forbidden", ["eks:DescribeAddon: unknown forbidden"]]);
});

it.each([
  ["malformed: no list", "ListAddons", "{}"],
  ["malformed: an add-on without status", "DescribeAddon", '{"addon":{"addonName":"vpc-cni"}}'],
])("%s", async (_rule, operation, body) => {
  sandbox.faults.add([{ kind: "nonsense", operation, body, contentType: "application/json" }]);
  expect(stateOf((await read()).addOns)).toBe("malformed");
});

it("every page counts", async () => {
  expect(valueIn((await read("many")).addOns)).toHaveLength(105);
  expect([count("eks:ListAddons"), count("eks:DescribeAddon")]).toEqual([2, 105]);
  sandbox.faults.add([{ kind: "throttle", operation: "ListAddons", page: "next" }]);
  expect(stateOf((await read("many")).addOns)).toBe("throttled");
});
