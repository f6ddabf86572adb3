import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { known, unknown } from "../../../core/model/fact.ts";
import { holds, isEmpty } from "../../../core/net/addresses.ts";
import { crossings, type Place } from "../../../core/net/reach/within-vpc.ts";
import { indexGroups } from "../../../core/net/security-group.ts";
import { aRule, aSecurityGroup } from "../../support/cluster.ts";
import { anAcl } from "../../support/vpc.ts";
import { acl, addresses, connects, group } from "./plain-vpc.ts";

const kubelet = { protocol: "tcp", from: 10250, to: 10250 } as const;
const from: Place = { subnetId: "subnet-a", groupIds: ["sg-pod"] };
const to: Place = { subnetId: "subnet-b", groupIds: ["sg-node"] };
const forbidden = unknown("forbidden", "No access.");

it("a connection crosses exactly where both groups and, between subnets, both network ACLs pass it and its answer", () => {
  const world = fc.record({ groups: fc.tuple(group("sg-pod"), group("sg-node")), acls: fc.tuple(acl("subnet-a"), acl("subnet-b")) });
  fc.assert(
    fc.property(
      world,
      fc.constantFrom(...addresses),
      fc.constantFrom(...addresses),
      fc.boolean(),
      (drawn, source, destination, isOneSubnet) => {
        const target = isOneSubnet ? { ...to, subnetId: from.subnetId } : to;
        const vpc = { groups: indexGroups(known(drawn.groups), known([])), networkAcls: known(drawn.acls) };
        const { sources, destinations, unread } = crossings(kubelet, vpc)(from, target);
        const crosses = holds(sources.atLeast, source) && holds(destinations.atLeast, destination);
        const mayCross = holds(sources.atMost, source) && holds(destinations.atMost, destination);
        expect(crosses).toBe(connects(drawn, { ...from, address: source }, { ...target, address: destination }, kubelet.from));
        expect(mayCross).toBe(crosses);
        expect(unread).toEqual([]);
      },
    ),
    { numRuns: 2000 },
  );
});

describe("what was not read", () => {
  const open = aSecurityGroup("sg-pod", [], { egress: [aRule({ cidrs: ["0.0.0.0/0"] })] });
  const admitting = aSecurityGroup("sg-node", [aRule({ cidrs: ["10.0.0.0/24"], prefixListIds: ["pl-1"] })]);
  const acls = known([anAcl(["subnet-a", "subnet-b"])]);
  const groups = indexGroups(known([open, admitting]), known([]));

  it("leaves what is certain, and bounds nothing: a prefix list", () => {
    const { sources } = crossings(kubelet, { groups, networkAcls: acls })(from, to);
    expect([holds(sources.atLeast, "10.0.0.1"), holds(sources.atLeast, "10.0.1.1"), holds(sources.atMost, "10.0.1.1")]).toEqual([
      true,
      false,
      true,
    ]);
    expect(sources.doubt).toMatchObject({ code: "not-found" });
  });

  it("proves nothing: security groups", () => {
    const { sources, destinations } = crossings(kubelet, { groups: indexGroups(forbidden, forbidden), networkAcls: acls })(from, to);
    expect([isEmpty(sources.atLeast), isEmpty(destinations.atLeast)]).toEqual([true, true]);
    expect([holds(sources.atMost, "10.0.0.1"), holds(destinations.atMost, "10.0.1.1")]).toEqual([true, true]);
  });

  it("proves nothing: an interface that was listed without groups", () => {
    const { sources } = crossings(kubelet, { groups, networkAcls: acls })(from, { ...to, groupIds: [] });
    expect(sources).toMatchObject({ doubt: { code: "malformed" } });
    expect(holds(sources.atMost, "10.0.0.1")).toBe(true);
  });

  it.each([
    ["all network ACLs", forbidden, 2],
    ["one subnet's network ACL", known([anAcl(["subnet-a"])]), 1],
  ])("takes nothing from the reach, and is named: %s", (_rule, networkAcls, count) => {
    const { sources, destinations, unread } = crossings(kubelet, { groups, networkAcls })(from, to);
    expect([holds(sources.atLeast, "10.0.0.1"), holds(destinations.atLeast, "10.0.1.1")]).toEqual([true, true]);
    expect(unread.length).toBe(count);
  });
});
