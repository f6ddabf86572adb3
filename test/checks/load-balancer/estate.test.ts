import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadBalancerInternalOrRestricted } from "../../../core/checks/load-balancer/load-balancer-internal-or-restricted.ts";
import { loadBalancerMatchesDeclaration } from "../../../core/checks/load-balancer/load-balancer-matches-declaration.ts";
import { loadBalancerSourceRangesEnforced } from "../../../core/checks/load-balancer/load-balancer-source-ranges-enforced.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { type Fact, known, unknown } from "../../../core/model/fact.ts";
import { aCluster, judged } from "../../support/cluster.ts";
import type { Household, Verdicts } from "../../support/estate.ts";
import { wholeEstateOf as estateOf, everyHousehold as households, kubernetesPlane } from "../../support/estate-whole.ts";

const forbidden = unknown("forbidden", "No access.");
const checks = {
  exposure: loadBalancerInternalOrRestricted,
  declaration: loadBalancerMatchesDeclaration,
  enforcement: loadBalancerSourceRangesEnforced,
} as const;
type CheckName = keyof typeof checks;
const names = Object.keys(checks) as readonly CheckName[];

/** "Kind name" to what each check says. */
function verdictsOf(facts: Partial<ClusterFacts>): ReadonlyMap<string, Partial<Record<CheckName, string>>> {
  const all = new Map<string, Partial<Record<CheckName, string>>>();
  for (const name of names) {
    for (const { resource, status, severity } of judged(checks[name], aCluster(facts))) {
      const key = `${resource.kind} ${resource.name}`;
      const said = status === "fail" && severity === "low" ? "fail low" : status;
      all.set(key, { ...all.get(key), [name]: said });
    }
  }
  return all;
}
const expectedOf = (some: readonly Household[]): ReadonlyMap<string, Partial<Verdicts>> =>
  new Map(some.flatMap(({ verdicts }) => Object.entries(verdicts)));
/** Where the worse of two differences was not seen, a fail is milder than it would be; a fail it is. */
const isRightSoFar = (said: string | undefined, right: string | undefined): boolean =>
  said === undefined || said === "unknown" || said === right || (said === "fail low" && right === "fail");
/** Every verdict that is neither right nor unknown. A load balancer of a group stands for its members, and fails where they do. */
function wrong(facts: Partial<ClusterFacts>, some: readonly Household[]): readonly string[] {
  const expected = expectedOf(some);
  const apart = new Map(some.flatMap((one) => one.loadBalancers.map(({ name }) => [`LoadBalancer ${name}`, ofMembers(one, name)])));
  return [...verdictsOf(facts)].flatMap(([resource, verdicts]) =>
    names.flatMap((name) => {
      const said = verdicts[name];
      const right = expected.get(resource)?.[name] ?? apart.get(resource)?.[name];
      const isNothing = resource === "Cluster prod" && said === "not-applicable";
      return isNothing || isRightSoFar(said, right) ? [] : [`${resource}, ${name}: ${said} instead of ${right}`];
    }),
  );
}
const ofMembers = ({ apart, verdicts }: Household, loadBalancer: string): Partial<Verdicts> | undefined =>
  apart?.[`LoadBalancer ${loadBalancer}`] ?? Object.values(verdicts)[0];

describe("an estate of all controllers, schemes, sources and traps", () => {
  it("has at least 900 Services and Ingresses, and 250 Gateways", () => {
    const { services, ingresses, gateways } = estateOf(households);
    expect(read(services).length + read(ingresses).length).toBeGreaterThanOrEqual(900);
    expect(read(gateways).length).toBeGreaterThanOrEqual(250);
  });

  it("from both planes: every verdict is right, and none is missing or too many", () => {
    const expected = Object.fromEntries(expectedOf(households));
    expect(Object.fromEntries(verdictsOf(estateOf(households)))).toEqual(expected);
  });

  const planes: readonly (readonly [string, readonly (keyof ClusterFacts)[]])[] = [
    ["AWS alone", kubernetesPlane],
    [
      "Kubernetes alone",
      ["loadBalancers", "securityGroups", "prefixLists", "subnets", "targetGroups", "routeTables", "networkAcls", "blockPublicAccess"],
    ],
    ["without Services", ["services"]],
    ["without Ingresses", ["ingresses"]],
    ["without classes", ["ingressClasses"]],
    ["without parameters", ["ingressClassParams"]],
    ["without Gateways", ["gateways"]],
    ["without classes of Gateways", ["gatewayClasses"]],
    ["without configurations of Gateways", ["loadBalancerConfigurations"]],
    ["without bindings", ["targetGroupBindings"]],
    ["without target groups", ["targetGroups"]],
    ["without security groups", ["securityGroups"]],
    ["without prefix lists", ["prefixLists"]],
    ["without subnets", ["subnets"]],
    ["without routes", ["routeTables"]],
    ["without any of the network", ["routeTables", "networkAcls", "blockPublicAccess"]],
  ];
  it.each(planes)("from %s: every verdict is right or unknown", (_plane, unread) => {
    const facts = { ...estateOf(households), ...Object.fromEntries(unread.map((name) => [name, forbidden])) };
    expect(wrong(facts, households)).toEqual([]);
  });

  it.each(["networkAcls", "blockPublicAccess"] as const)(
    "without %s: every verdict is right or unknown, but for those whom it alone protects",
    (unread) => {
      const facts = { ...estateOf(households), [unread]: forbidden };
      const guarded = households.filter(({ guard }) => guard === unread);
      expect(guarded.length).toBeGreaterThan(3);
      const suspects = new Set(
        guarded.flatMap(({ verdicts }) => Object.keys(verdicts).map((resource) => `${resource}, exposure: fail instead of pass`)),
      );
      expect(new Set(wrong(facts, households))).toEqual(suspects);
    },
  );

  it("AWS alone proves what AWS alone decides", () => {
    const facts = { ...estateOf(households), ...Object.fromEntries(kubernetesPlane.map((name) => [name, forbidden])) };
    const decided = [...verdictsOf(facts).values()].filter(({ exposure }) => exposure === "pass" || exposure === "fail");
    expect(decided.length).toBeGreaterThan(300);
  });

  it.each([
    ["tags", { tags: forbidden }],
    ["listeners", { listeners: forbidden }],
  ] as const)("without the %s of every other load balancer: every verdict is right or unknown", (_part, unread) => {
    const whole = estateOf(households);
    const loadBalancers = read(whole.loadBalancers).map((one, i) => (i % 2 === 0 ? { ...one, ...unread } : one));
    expect(wrong({ ...whole, loadBalancers: known(loadBalancers) }, households)).toEqual([]);
  });
});

it("in any selection and order, with anything unread: every verdict is right or unknown", () => {
  const unreadable = [...kubernetesPlane, "targetGroups", "securityGroups", "routeTables"] as const;
  const some = fc.shuffledSubarray([...households], { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      some,
      fc.subarray([...unreadable]),
      fc.array(fc.constantFrom("tags", "listeners", "all"), { maxLength: 12 }),
      (chosen, unread, parts) => {
        const whole = estateOf(chosen);
        const loadBalancers = read(whole.loadBalancers).map((one, i) => {
          const part = parts[i];
          return part === undefined || part === "all" ? one : { ...one, [part]: forbidden };
        });
        const facts = { ...whole, loadBalancers: known(loadBalancers), ...Object.fromEntries(unread.map((name) => [name, forbidden])) };
        expect(wrong(facts, chosen)).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

function read<T>(fact: Fact<T> | undefined): T {
  if (fact?.state !== "known") throw new Error("The estate is read whole.");
  return fact.value;
}
