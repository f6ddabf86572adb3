/** Fixes of findings that policies decide, over random pods and random policies of each dialect. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixes } from "../../core/fix/index.ts";
import { judgedOn, prove } from "../../core/fix/prove.ts";
import type { CalicoPolicy } from "../../core/model/calico-policy.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { Pod } from "../../core/model/workloads.ts";
import { intersection, isEmpty, isWithin, noAddresses, parseCidrs } from "../../core/net/addresses.ts";
import type { Allowed } from "../../core/net/connectivity/model.ts";
import type { External } from "../../core/net/policy/connections.ts";
import { portsText } from "../../core/net/policy/port-set.ts";
import { connectionLines } from "../../core/report/connectivity-text.ts";
import { ciliumPolicy } from "../net/policy/cilium-policies.ts";
import { awsClusterNetworkPolicy } from "../net/policy/cluster-policies.ts";
import { cidr, labels, namespaceNames, networkPolicy } from "../net/policy/clusters.ts";
import { type DialectName, dialects, groundOf, policyChecks, running } from "./policy-estate.ts";

const some = <T>(values: readonly T[]) => fc.constantFrom(...values);

/** Each of another workload, half of them on the second node. */
const pods: fc.Arbitrary<readonly Pod[]> = fc
  .array(fc.tuple(some(namespaceNames), labels, fc.boolean()), { minLength: 2, maxLength: 5 })
  .map((all) =>
    all.map(([namespace, its, isOnSecond], i) =>
      running(namespace, `w${i}`, `10.0.${isOnSecond ? 2 : 1}.${40 + i}`, {
        labels: its,
        ...(isOnSecond ? { nodeName: "0b", hostIp: "10.0.2.4" } : {}),
      }),
    ),
  );

const entity = fc.oneof(
  fc.constant({}),
  fc.record({ nets: fc.array(cidr, { minLength: 1, maxLength: 2 }) }),
  fc.record({ namespaceSelector: some(["all()", "projectcalico.org/name == 'one'"]) }),
);
const calicoRule = (side: "source" | "destination") =>
  fc.tuple(some(["Allow", "Allow", "Deny", "Pass"]), entity).map(([action, end]) => ({ action, [side]: end }));
const calicoPolicy: fc.Arbitrary<CalicoPolicy> = fc
  .record({
    namespace: some([undefined, ...namespaceNames]),
    order: some([undefined, 1, 2000]),
    selector: some(["all()", "app == 'a'", "has(tier)"]),
    types: some([["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
    ingress: fc.array(calicoRule("source"), { maxLength: 2 }),
    egress: fc.array(calicoRule("destination"), { maxLength: 2 }),
  })
  .map(({ namespace, ...spec }) => ({ ...(namespace === undefined ? {} : { namespace }), name: "policy", spec }));

const named = <T extends { readonly name: string }>(one: fc.Arbitrary<T>, maxLength: number) =>
  fc.array(one, { maxLength }).map((all) => all.map((policy, i) => ({ ...policy, name: `policy-${i}` })));

const policiesOf: Readonly<Record<DialectName, fc.Arbitrary<Partial<ClusterFacts>>>> = {
  "vpc-cni": fc.record({ networkPolicies: named(networkPolicy, 4).map(known) }),
  aws: fc.record({
    networkPolicies: named(networkPolicy, 2).map(known),
    clusterNetworkPolicies: named(awsClusterNetworkPolicy, 2).map(known),
  }),
  calico: fc.record({ networkPolicies: named(networkPolicy, 2).map(known), calicoPolicies: named(calicoPolicy, 2).map(known) }),
  cilium: fc.record({ networkPolicies: named(networkPolicy, 2).map(known), ciliumPolicies: named(ciliumPolicy, 2).map(known) }),
};

type Check = (typeof policyChecks)[number];
const isChecked = (check: string): check is Check => policyChecks.some((one) => one === check);

const isWithinVpc = ({ range, family }: External): boolean => isWithin({ ...noAddresses, [family]: [range] }, parseCidrs(["10.0.0.0/16"]));
const meets = ({ range, family }: External, cidrs: readonly string[]): boolean =>
  !isEmpty(intersection({ ...noAddresses, [family]: [range] }, parseCidrs(cidrs)));
const controlPlane = ["10.0.1.200", "10.0.2.200", "172.20.0.1"];
const ofNamespace = (end: Allowed["from"]): string | undefined => ("namespace" in end ? end.namespace : undefined);

/** Whether a connection that was cut is one that the check is about. NetworkPolicies can't say all of that: they are not asked. */
const isMeant: Partial<Record<Check, (cut: Allowed, namespace: string) => boolean>> = {
  "pods-internet-egress-restricted": ({ from, to }, namespace) => ofNamespace(from) === namespace && "range" in to && !isWithinVpc(to),
  "pods-ingress-from-internet-declared": ({ from, to }, namespace) =>
    ofNamespace(to) === namespace && "range" in from && !isWithinVpc(from),
  "namespaces-are-isolated": ({ from, to }, namespace) =>
    ofNamespace(to) === namespace && ofNamespace(from) !== undefined && ofNamespace(from) !== namespace,
  "endpoint-blocked-from-pods": ({ from, to }, namespace) => ofNamespace(from) === namespace && "range" in to && meets(to, controlPlane),
  "kubelet-blocked-from-pods": ({ ports }) => ["TCP 10250, TCP 10255", "TCP 10250,10255"].includes(portsText(ports)),
};

const hasBaseline = ({ clusterNetworkPolicies: all }: ClusterFacts): boolean =>
  all.state === "known" && all.value.some(({ spec }) => spec.tier === "Baseline");

describe.each(dialects)("in words of %s", (dialect) => {
  it("no fix opens anything, cuts what it is not about, or does harm elsewhere", () => {
    fc.assert(
      fc.property(pods, policiesOf[dialect], (its, facts) => {
        const ground = groundOf(dialect, { pods: its, facts });
        const before = judgedOn(ground);
        const told = new Map(before.map(({ id, status }) => [id, status]));
        for (const finding of before) {
          const { check, resource } = finding;
          if (finding.status !== "fail" || !isChecked(check)) continue;
          const { cluster, settings, readAt } = ground;
          const answer = fixes[check]?.({ cluster, finding, settings, account: cluster.account, region: cluster.region, readAt });
          if (answer === undefined || "none" in answer) continue;
          for (const plan of answer.or ?? []) {
            const { newFails, worse, lost, opened } = prove(ground, finding, plan, before);
            expect([...newFails, ...worse, ...lost].map((one) => `${check}: ${one.check}: ${one.message}`)).toEqual([]);
            expect(opened).toEqual([]);
          }
          const { newFails, worse, lost, cut, passes } = prove(ground, finding, answer.plan, before);
          const added = (cut?.added ?? []).map(({ connection }) => connectionLines()(connection));
          // VPC CNI asks a baseline in no direction of pods that a NetworkPolicy selects: a plan that is felt there is never proved.
          if (added.length > 0 && hasBaseline(ground.cluster.facts)) {
            expect(passes).toBe(false);
            continue;
          }
          // What was unknown before may turn out to fail.
          const harm = [...newFails.filter(({ id }) => told.get(id) !== "unknown"), ...worse, ...lost];
          expect(harm.map((one) => `${check}: ${one.check}: ${one.message}`)).toEqual([]);
          expect(added).toEqual([]);
          const intent = dialect === "vpc-cni" ? undefined : isMeant[check];
          const beside = (cut?.removed ?? []).filter(({ connection }) => intent !== undefined && !intent(connection, resource.name));
          expect(beside.map(({ connection }) => `${check}: ${connectionLines()(connection)}`)).toEqual([]);
        }
      }),
      { numRuns: 6 },
    );
  });

  it("every fail is mended where no policy is", () => {
    fc.assert(
      fc.property(pods, (its) => {
        const ground = groundOf(dialect, { pods: its });
        const before = judgedOn(ground);
        for (const finding of before) {
          if (finding.status !== "fail" || !isChecked(finding.check)) continue;
          const { cluster, settings, readAt } = ground;
          const answer = fixes[finding.check]?.({ cluster, finding, settings, account: cluster.account, region: cluster.region, readAt });
          if (answer === undefined || "none" in answer) throw new TypeError(`${finding.check}: ${answer?.none}`);
          const whys = [answer.plan, ...(answer.or ?? [])].map((plan) => prove(ground, finding, plan, before).why);
          expect([finding.check, whys.includes(undefined) ? undefined : whys]).toEqual([finding.check, undefined]);
        }
      }),
      { numRuns: 4 },
    );
  });
});
