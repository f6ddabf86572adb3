import { describe, expect, it } from "vitest";
import { checks } from "../../core/checks/index.ts";
import { hasFix } from "../../core/fix/index.ts";
import { propose } from "../../core/fix/propose.ts";
import { judgedOn } from "../../core/fix/prove.ts";
import type { Subnet } from "../../core/model/aws.ts";
import { known, mapFact } from "../../core/model/fact.ts";
import type { RouteTable } from "../../core/model/vpc.ts";
import { aCluster, aNetwork, readAt, withSettings } from "../support/cluster.ts";
import type { Household } from "../support/estate.ts";
import { everyHousehold, wholeEstateOf } from "../support/estate-whole.ts";
import { aRoute, aRouteTable } from "../support/network.ts";

const its = checks.filter(({ surface }) => surface === "load-balancer");

const aSubnet = (id: string, availabilityZone: string): Subnet => ({ id, availabilityZone, cidrs: [], mapPublicIpOnLaunch: false });
const privateSubnets = [aSubnet("subnet-private-a", "eu-west-1a"), aSubnet("subnet-private-b", "eu-west-1b")];
/** A cluster of one household, whose VPC has private subnets in two zones. */
function clusterOf(household: Household) {
  const facts = wholeEstateOf([household]);
  const table = aRouteTable(
    privateSubnets.map(({ id }) => id),
    aRoute("0.0.0.0/0", "nat-0a1"),
  );
  return aCluster({
    ...facts,
    network: known(aNetwork()),
    subnets: known(privateSubnets),
    routeTables: mapFact<readonly RouteTable[], readonly RouteTable[]>(facts.routeTables ?? known([]), (all) => [...all, table]),
  });
}

/** Some households of each kind: the first, the last, and some between. */
const perRule = 8;
const some = [...Map.groupBy(everyHousehold, ({ rule }) => rule).values()].flatMap((all) => {
  const step = Math.max(1, Math.floor(all.length / perRule));
  return all.filter((_, i) => i % step === 0 || i === all.length - 1);
});

/** Why there is nothing to type, by what is wrong; each is told in the finding's place. */
const helpless = [
  /^Its controller refuses the object as it is: .* (?:does|do) not exist\.$/,
  /^Its controller does nothing for the object as it is: /,
  /How EKS Auto Mode reads a Gateway is not documented\.$/,
  /is made by nobody in the cluster, and its scheme can't be changed/,
  /^A network ACL holds for everything in its subnets/,
  /^It lets in less than is asked for, which harms nobody\./,
  /^Whether it differs in its sources is not known/,
  /has no security groups, and can't be given any\.$/,
  /was made without security groups and can't be given any: delete the Gateway/,
  /is made by nobody in the cluster: move it where it was made\.$/,
  /takes no other subnet of a zone that it is in, and would have to be made anew/,
  /passes on plain text that no certificate of its own ends/,
];
/** An estate of network load balancers that stand in front of others has nothing to give a certificate to. */
const mostly = [
  "load-balancer-has-owner",
  "load-balancer-internal-or-restricted",
  "load-balancer-matches-declaration",
  "load-balancer-source-ranges-enforced",
  "load-balancer-subnets-fit-scheme",
];
const refusedOrNot = /^(?:No trusted range is configured that it could be narrowed to\. )?(.*)$/s;
const isHelpless = (why: string): boolean => {
  const [, rest = ""] = refusedOrNot.exec(why) ?? [];
  return helpless.some((pattern) => pattern.test(rest));
};

describe.each<readonly [string, readonly string[], readonly string[]]>([
  ["without trusted ranges", [], mostly],
  ["with a trusted range", ["203.0.113.0/24"], [...mostly, "load-balancer-ranges-are-trusted"]],
])("an estate of all controllers, schemes, sources and traps, %s", (_rule, trustedCidrs, planned) => {
  const settings = withSettings({ trustedCidrs });
  const outcomes = some.flatMap((household) => {
    const ground = { cluster: clusterOf(household), checks: its, settings, readAt };
    const failing = judgedOn(ground).filter(({ status, check }) => status === "fail" && hasFix(check));
    return failing.map((finding) => ({ finding, proposal: propose(ground, [finding])[0] }));
  });

  it("mends what can be mended, and nothing else begins to fail", () => {
    const unproved = outcomes.flatMap(({ finding, proposal }) =>
      proposal?.state === "planned" && !proposal.proved ? [`${finding.id}: ${proposal.proof.why}`] : [],
    );
    expect(unproved).toEqual([]);
  });

  it("says why where nothing can be typed, and for no other reason than those", () => {
    const whys = outcomes.flatMap(({ proposal }) => (proposal?.state === "none" ? [proposal.why] : []));
    expect([...new Set(whys.filter((why) => !isHelpless(why)))]).toEqual([]);
  });

  it("deletes nothing before somebody has said that it is unused, and asks that of no other plan", () => {
    const plans = outcomes.flatMap(({ proposal }) => (proposal?.state === "planned" ? [proposal.plan] : []));
    const deleting = plans.filter(({ commands }) => commands.some((command) => /^aws elb(?:v2)? delete-load-balancer /.test(command)));
    expect(deleting.length).toBeGreaterThan(0);
    for (const { commands, notes = [] } of deleting) {
      expect(commands[0]).toMatch(/^: "\$\{LOAD_BALANCERS_ARE_UNUSED:\?/);
      expect(notes.join(" ")).toContain("the commands ask for LOAD_BALANCERS_ARE_UNUSED");
    }
    const asking = plans.filter(({ commands }) => commands.some((command) => command.includes("LOAD_BALANCERS_ARE_UNUSED")));
    expect(asking).toEqual(deleting);
  });

  it("asks for all that it asks for before it does anything", () => {
    for (const { proposal } of outcomes) {
      if (proposal?.state !== "planned") continue;
      const { commands } = proposal.plan;
      const asks = commands.filter((command) => command.startsWith(': "'));
      expect(commands.slice(0, asks.length)).toEqual([...new Set(asks)]);
    }
  });

  it("makes anew whatever can't change its subnets: all but application load balancers", () => {
    const moved = outcomes.flatMap(({ finding, proposal }) =>
      finding.check === "load-balancer-subnets-fit-scheme" && finding.resource.kind === "Service" && proposal?.state === "planned"
        ? [proposal.plan.commands.join("\n")]
        : [],
    );
    expect(moved.length).toBeGreaterThan(0);
    for (const commands of moved)
      expect(commands).toMatch(/load-balancer-subnets=.*\n.*"type":"ClusterIP".*\n.*(?:deleted|NotFound).*\n.*"LoadBalancer"/);
  });

  it("has plans for most fails of every check", () => {
    const byCheck = Map.groupBy(outcomes, ({ finding }) => finding.check);
    const withPlans = [...byCheck].filter(([, all]) => all.filter(({ proposal }) => proposal?.state === "planned").length * 2 > all.length);
    expect(withPlans.map(([check]) => check).toSorted()).toEqual(planned.toSorted());
  });
});

it("uses whatever value a plan asks for, also where the VPC has no private subnets", () => {
  const asking = some.flatMap((household) => {
    const { facts } = clusterOf(household);
    const cluster = aCluster({ ...wholeEstateOf([household]), network: facts.network, subnets: known([]) });
    const ground = { cluster, checks: its, settings: withSettings({}), readAt };
    const failing = judgedOn(ground).filter(({ status, check }) => status === "fail" && hasFix(check));
    const plans = failing.flatMap((finding) => propose(ground, [finding])).flatMap((one) => (one.state === "planned" ? [one.plan] : []));
    return plans.map(({ commands }) => commands.join("\n")).filter((commands) => commands.includes("${PRIVATE_SUBNETS:?"));
  });
  expect(asking.length).toBeGreaterThan(0);
  for (const commands of asking) expect(commands).toContain('$PRIVATE_SUBNETS"');
});
