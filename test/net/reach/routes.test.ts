import fc from "fast-check";
import { expect, it } from "vitest";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Route } from "../../../core/model/vpc.ts";
import { holds } from "../../../core/net/addresses.ts";
import { behindInternetGateway, routeTableOf } from "../../../core/net/reach/routes.ts";
import { networkOf } from "../plain-arithmetic.ts";

const table = (routes: readonly Route[]) => ({ id: "rtb-1", vpcId: "vpc-1", isMain: true, subnetIds: [], routes });
const route = (cidr: string, target: string): Route => ({ cidr, target, state: "active" });
const reached = (...routes: readonly Route[]) => behindInternetGateway(table(routes), () => known(["198.51.100.0/24"])).atLeast;

it.each<[string, readonly Route[], boolean]>([
  ["yes: a default route by hand goes before a propagated one", [route("0.0.0.0/0", "vgw-1"), route("0.0.0.0/0", "igw-1")], true],
  ["yes: whichever is listed first", [route("0.0.0.0/0", "igw-1"), route("0.0.0.0/0", "vgw-1")], true],
  ["no: a longer propagated route goes before it", [route("198.51.0.0/16", "vgw-1"), route("0.0.0.0/0", "igw-1")], false],
  [
    "no: a CIDR goes before a prefix list that holds the same block",
    [{ prefixListId: "pl-1", target: "igw-1", state: "active" }, route("198.51.100.0/24", "tgw-1")],
    false,
  ],
  [
    "yes: a prefix list with the longer block",
    [{ prefixListId: "pl-1", target: "igw-1", state: "active" }, route("198.51.0.0/16", "tgw-1")],
    true,
  ],
  [
    "no: a blackhole of the longest block",
    [{ ...route("198.51.100.0/24", "igw-1"), state: "blackhole" }, route("0.0.0.0/0", "igw-1")],
    false,
  ],
  ["no: an egress-only gateway", [route("0.0.0.0/0", "eigw-1")], false],
])("198.51.100.7 is behind the internet gateway: %s", (_rule, routes, expected) => {
  expect(holds(reached(...routes), "198.51.100.7")).toBe(expected);
});

// Sources: Amazon EC2 API, RouteState (filtered) and Route (targets of no known kind); the principle that what is not understood is no pass.
it.each<[string, readonly Route[], readonly [certainly: boolean, possibly: boolean]]>([
  [
    "perhaps: a longer route in a state that is not known may leave it to the gateway",
    [{ ...route("8.8.8.0/24", "tgw-1"), state: "untold" }, route("0.0.0.0/0", "igw-1")],
    [false, true],
  ],
  ["perhaps: a route to the gateway in a state that is not known", [{ ...route("0.0.0.0/0", "igw-1"), state: "untold" }], [false, true]],
  ["no: any other route in a state that is not known", [{ ...route("0.0.0.0/0", "nat-1"), state: "untold" }], [false, false]],
  ["perhaps: a target of no known kind may be a middlebox", [route("0.0.0.0/0", "")], [false, true]],
  ["perhaps: so may one with a prefix that is not known", [route("0.0.0.0/0", "mbx-1")], [false, true]],
  [
    "perhaps: a longer route to such a target takes it from the gateway, and may be handed it by it",
    [route("8.8.8.0/24", "mbx-1"), route("0.0.0.0/0", "igw-1")],
    [false, true],
  ],
  ["no: a core network", [route("0.0.0.0/0", "arn:aws:networkmanager::1:core-network/c")], [false, false]],
  [
    "yes: one that is not known for other addresses",
    [{ ...route("8.8.9.0/24", "tgw-1"), state: "untold" }, route("0.0.0.0/0", "igw-1")],
    [true, true],
  ],
])("8.8.8.7 is behind the internet gateway: %s", (_rule, routes, [certainly, possibly]) => {
  const { atLeast, atMost, unread } = behindInternetGateway(table(routes), () => known([]));
  expect([holds(atLeast, "8.8.8.7"), holds(atMost, "8.8.8.7")]).toEqual([certainly, possibly]);
  if (possibly && !certainly) expect(unread?.code).toBe("not-supported");
});

it("agrees with a packet that looks for the longest block that holds it", () => {
  // Few bits in few places, so that blocks nest and meet.
  const address = fc.tuple(fc.constantFrom(0, 64, 128, 192), fc.constantFrom(0, 128)).map(([a, b]) => `${a}.${b}.0.7`);
  const block = fc.tuple(address, fc.integer({ min: 0, max: 10 })).map(([base, length]) => `${networkOf(base, length)}/${length}`);
  const one = fc.record({
    cidr: block,
    target: fc.constantFrom("igw-1", "nat-1", "tgw-1"),
    state: fc.constantFrom("active" as const, "active" as const, "blackhole" as const),
  });
  // A table holds one route by hand for a block.
  const routes = fc.uniqueArray(one, { maxLength: 8, selector: ({ cidr }) => cidr });
  fc.assert(
    fc.property(routes, address, (some, packet) => {
      const lengthOf = ({ cidr }: { cidr: string }) => Number(cidr.split("/")[1]);
      const matching = some.filter((each) => `${networkOf(packet, lengthOf(each))}/${lengthOf(each)}` === each.cidr);
      const [longest] = matching.toSorted((a, b) => lengthOf(b) - lengthOf(a));
      const expected = longest?.target === "igw-1" && longest.state === "active";
      expect(holds(reached(...some), packet)).toBe(expected);
    }),
  );
});

it("a subnet without a table of its own has the main one of its VPC", () => {
  const own = { ...table([]), id: "rtb-own", isMain: false, subnetIds: ["subnet-1"] };
  const elsewhere = { ...table([]), id: "rtb-elsewhere", vpcId: "vpc-2" };
  const tables = [elsewhere, own, table([])];
  expect([routeTableOf("subnet-1", "vpc-1", tables)?.id, routeTableOf("subnet-2", "vpc-1", tables)?.id]).toEqual(["rtb-own", "rtb-1"]);
});

/** The bounds of who is behind the gateway, as to 198.51.100.7, and why they differ. */
const bounds = (routes: readonly Route[], prefixList: Parameters<typeof behindInternetGateway>[1] = () => known([])) => {
  const { atLeast, atMost, unread: reason } = behindInternetGateway(table(routes), prefixList);
  return [holds(atLeast, "198.51.100.7"), holds(atMost, "198.51.100.7"), reason?.code];
};
const unread = unknown("forbidden", "No access.");
const listed = (target: string, state: Route["state"] = "active"): Route => ({ prefixListId: "pl-1", target, state });
const toGateway = route("0.0.0.0/0", "igw-1");

it.each<[string, readonly Route[], readonly [boolean, boolean, string | undefined]]>([
  ["certain: the gateway alone", [toGateway], [true, true, undefined]],
  ["maybe: an unread list may lead away", [toGateway, listed("nat-1")], [false, true, "forbidden"]],
  ["maybe: an unread list may lead there", [listed("igw-1")], [false, true, "forbidden"]],
  ["certain: an unread list that leads to the gateway too takes nothing away", [toGateway, listed("igw-1")], [true, true, "forbidden"]],
  ["not: an unread list to a gateway that is gone leads nowhere", [listed("igw-1", "blackhole")], [false, false, "forbidden"]],
  ["not: an unread list to NAT leads to no gateway", [route("0.0.0.0/0", "nat-1"), listed("nat-2")], [false, false, "forbidden"]],
  ["maybe: through a firewall's endpoint", [route("0.0.0.0/0", "vpce-1")], [false, true, "not-supported"]],
  ["maybe: through an appliance's interface", [route("0.0.0.0/0", "eni-1")], [false, true, "not-supported"]],
  ["maybe: through an appliance", [route("0.0.0.0/0", "i-1")], [false, true, "not-supported"]],
  ["not: a firewall's endpoint that is gone", [{ ...route("0.0.0.0/0", "vpce-1"), state: "blackhole" }], [false, false, undefined]],
  ["certain: an appliance for private ranges alone", [toGateway, route("10.1.0.0/16", "eni-1")], [true, true, undefined]],
  ["maybe: an appliance for the longer block", [toGateway, route("198.51.0.0/16", "eni-1")], [false, true, "not-supported"]],
  ["certain: an appliance for another block", [toGateway, route("8.8.8.0/24", "eni-1")], [true, true, "not-supported"]],
  ["certain: a route without any destination is none", [toGateway, { target: "nat-1", state: "active" }], [true, true, undefined]],
])("198.51.100.7 behind the gateway, %s", (_rule, routes, expected) => {
  expect(bounds(routes, () => unread)).toEqual(expected);
});

it("the endpoints of S3 and DynamoDB, behind prefix lists, hand nothing on", () => {
  const { atMost, unread: reason } = behindInternetGateway(table([listed("vpce-1")]), () => known(["8.8.8.0/24"]));
  expect([holds(atMost, "8.8.8.8"), reason]).toEqual([false, undefined]);
});

it("says which table leads through what", () => {
  const { unread: reason } = behindInternetGateway(table([route("0.0.0.0/0", "vpce-1")]), () => known([]));
  expect(reason?.message).toBe(
    "Route table rtb-1 leads through vpce-1, and whether the internet gateway hands connections to it is not read.",
  );
});
