/** The estate of all controllers, schemes, sources and traps, under the checks whose verdicts follow from exposure, place and listeners. */
import { expect, it } from "vitest";
import { loadBalancerEncryptsTraffic } from "../../../core/checks/load-balancer/load-balancer-encrypts-traffic.ts";
import { loadBalancerHasOwner } from "../../../core/checks/load-balancer/load-balancer-has-owner.ts";
import { loadBalancerHidesSensitivePorts } from "../../../core/checks/load-balancer/load-balancer-hides-sensitive-ports.ts";
import { loadBalancerRangesAreTrusted } from "../../../core/checks/load-balancer/load-balancer-ranges-are-trusted.ts";
import { loadBalancerSubnetsFitScheme } from "../../../core/checks/load-balancer/load-balancer-subnets-fit-scheme.ts";
import type { LoadBalancer } from "../../../core/model/aws.ts";
import type { AnyCheck } from "../../../core/model/check.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { unknown } from "../../../core/model/fact.ts";
import { aCluster, judged, withSettings } from "../../support/cluster.ts";
import { type Expected, type Household, office } from "../../support/estate.ts";
import { wholeEstateOf as estateOf, everyHousehold as households, kubernetesPlane } from "../../support/estate-whole.ts";

const forbidden = unknown("forbidden", "No access.");
const settings = withSettings({ trustedCidrs: [office] });

/** What is right of an owner, from the rule, the household it is of, and what is right of its exposure. */
type Oracle = (household: Household, exposure: Expected, enforcement: Expected) => Expected;

const worst = (all: readonly Expected[]): Expected =>
  (["fail", "unknown", "pass"] as const).find((one) => all.includes(one)) ?? "not-applicable";
const each =
  (of: (one: LoadBalancer, household: Household, enforcement: Expected) => Expected): Oracle =>
  (household, exposure, enforcement) =>
    exposure === "not-applicable" || household.loadBalancers.length === 0
      ? exposure
      : worst(household.loadBalancers.map((one) => of(one, household, enforcement)));

/** 443 means TLS, and nobody says what an HTTP listener does; but for those in front of an application load balancer. */
const encryption = each((one, { rule }) => {
  if (one.scheme === "internal" || one.listeners.state === "unknown") return "not-applicable";
  if (/frontend|before an internal application load balancer/.test(rule)) return "fail";
  return worst(one.listeners.value.map(({ protocol }) => (protocol === "HTTP" ? "unknown" : "pass")));
});
/** No route leads from these to an internet gateway. */
const closed = ["subnet-nat", "subnet-dead", "subnet-egress"];
const placement = each(({ scheme, subnetIds }, { rule }, enforcement) => {
  if (scheme === "internal") return subnetIds.every((id) => closed.includes(id)) ? "pass" : "fail";
  if (rule.startsWith("of EKS Auto Mode, which")) return "unknown";
  return enforcement === "not-applicable" ? "not-applicable" : "fail";
});
const outlived = ["a Gateway that is gone", "a load balancer tagged for the cluster without owner"];

const oracles: readonly (readonly [AnyCheck, Oracle])[] = [
  [loadBalancerEncryptsTraffic, encryption],
  [loadBalancerSubnetsFitScheme, placement],
  // A private range that the network ACL leaves is no range of the internet's, and no trusted one either.
  [
    loadBalancerRangesAreTrusted,
    ({ rule, loadBalancers }, exposure) =>
      exposure === "pass" &&
      /^a network ACL that denies(?:, beside NAT)?$/.test(rule) &&
      loadBalancers.some(({ scheme, securityGroupIds }) => scheme === "internet-facing" && !securityGroupIds.includes("sg-office"))
        ? "fail"
        : exposure,
  ],
  // No port of the estate is a database's, and where most listeners lead nobody says.
  [loadBalancerHidesSensitivePorts, (_household, exposure) => (exposure === "fail" ? "unknown" : exposure)],
];

const ownersOf = (household: Household) => Object.entries(household.verdicts);
const expectedBy = (oracle: Oracle): ReadonlyMap<string, Expected> =>
  new Map(
    households.flatMap((household) =>
      ownersOf(household).map(([owner, { exposure = "not-applicable", enforcement = "not-applicable" }]) => [
        owner,
        oracle(household, exposure, enforcement),
      ]),
    ),
  );
const saidBy = (check: AnyCheck, facts: Partial<ClusterFacts>): ReadonlyMap<string, Expected> =>
  new Map(
    judged(check, aCluster(facts), settings).map(({ resource, status }) => [`${resource.kind} ${resource.name}`, status as Expected]),
  );

it.each(oracles)("$id: every verdict is right, and none is missing or too many", (check, oracle) => {
  const said = saidBy(check, estateOf(households));
  const expected = expectedBy(oracle);
  const wrong = [...expected].filter(([owner, right]) => said.get(owner) !== right && !(said.get(owner) === undefined && isBound(owner)));
  expect(wrong.map(([owner, right]) => `${owner}: ${said.get(owner)} instead of ${right}`)).toEqual([]);
  expect([...said.keys()].filter((owner) => !expected.has(owner))).toEqual([]);
});

/** Load balancers that the cluster did not make are no subject of what is asked of makers alone. */
const isBound = (owner: string): boolean => owner.startsWith("LoadBalancer ");

it("load-balancer-has-owner: all that has an object passes, and nothing else", () => {
  const said = saidBy(loadBalancerHasOwner, estateOf(households));
  const failing = households.filter(({ rule }) => outlived.includes(rule)).flatMap((one) => ownersOf(one).map(([owner]) => owner));
  expect([...said].flatMap(([owner, status]) => (status === "pass" ? [] : [`${owner}: ${status}`])).sort()).toEqual(
    failing.map((owner) => `${owner}: fail`).sort(),
  );
  expect(said.size).toBeGreaterThan(1_100);
});

const planes: readonly (readonly [string, readonly (keyof ClusterFacts)[]])[] = [
  ["AWS alone", kubernetesPlane],
  [
    "Kubernetes alone",
    ["loadBalancers", "securityGroups", "prefixLists", "targetGroups", "routeTables", "networkAcls", "blockPublicAccess"],
  ],
  ...[...kubernetesPlane, "targetGroups", "securityGroups", "routeTables"].map(
    (name) => [`without ${name}`, [name as keyof ClusterFacts]] as const,
  ),
];
it.each(planes)("from %s: every verdict about an owner is right or unknown", (_plane, unread) => {
  const facts = { ...estateOf(households), ...Object.fromEntries(unread.map((name) => [name, forbidden])) };
  for (const [check, oracle] of [...oracles, [loadBalancerHasOwner, undefined] as const]) {
    const whole = oracle === undefined ? saidBy(check, estateOf(households)) : expectedBy(oracle);
    const wrong = [...saidBy(check, facts)].flatMap(([owner, said]) => {
      const right = whole.get(owner);
      return said === "unknown" || right === undefined || said === right ? [] : [`${check.id}, ${owner}: ${said} instead of ${right}`];
    });
    expect(wrong).toEqual([]);
  }
});
