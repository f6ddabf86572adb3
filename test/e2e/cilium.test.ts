import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { CiliumPolicy } from "../../core/model/cilium-policy.ts";
import type { NetworkPolicy } from "../../core/model/network-policy.ts";
import type { PolicyModel } from "../../core/net/policy/model.ts";
import { translate } from "../../core/net/policy/translation.ts";
import { type Agreement, disagreement, type Naive } from "../net/policy/agreement.ts";
import { ciliumPolicy } from "../net/policy/cilium-policies.ts";
import { cidrsIn, cluster, edgesOf, networkPolicy, portsIn } from "../net/policy/clusters.ts";
import type { NaiveCluster, NaiveEnd, NaiveFlow } from "../support/naive-policy.ts";
import { CiliumVerdicts } from "./bed/cilium/verdicts.ts";
import { suite } from "./bed/suite.ts";

/** For Cilium a port's name stands for one port of a protocol. */
const clusterOfCilium = cluster.map(({ namespaces, pods }) => ({
  namespaces,
  pods: pods.map((pod) => ({ ...pod, ports: [...new Map(pod.ports.map((port) => [`${port.name}/${port.protocol}`, port])).values()] })),
}));
/** Which of the ports and addresses that matter are asked for: some, by chance. */
const some = fc.infiniteStream(fc.nat());
const chosen = <T>(all: readonly T[], count: number, chance: Iterator<number>): readonly T[] =>
  all.length <= count ? all : Array.from({ length: count }, () => all[chance.next().value % all.length] as T);

suite("Network policies, as Cilium's own code reads them", { cilium: inject("cilium") }, ({ cilium }) => {
  let verdicts: CiliumVerdicts;
  beforeAll(() => {
    verdicts = new CiliumVerdicts(cilium);
  });
  afterAll(() => verdicts?.stop());

  interface Given {
    readonly cluster: NaiveCluster;
    readonly networkPolicies: readonly NetworkPolicy[];
    readonly ciliumPolicies: readonly CiliumPolicy[];
    readonly chance: Iterator<number>;
    readonly blocksMeanNodes?: boolean;
  }

  /** The first flow over which the engine and Cilium differ; undefined where there is none. */
  async function difference({
    cluster: given,
    networkPolicies,
    ciliumPolicies,
    chance,
    blocksMeanNodes = false,
  }: Given): Promise<string | undefined> {
    const { model, remarks } = translate(
      "cilium",
      { networkPolicies, ciliumPolicies },
      { cilium: { blocksMeanNodes, localhostNeedsPolicy: blocksMeanNodes } },
    );
    const policies = [networkPolicies, ciliumPolicies];
    const around = {
      cluster: given,
      model,
      ports: chosen(portsIn([policies, given]), 5, chance),
      addresses: chosen([...edgesOf(cidrsIn(policies)), "8.8.8.8", "2001:db8::1"], 5, chance),
    };
    const nodes = ["own 10.0.1.4", "other 10.0.3.7", "other 2001:db8::9"];
    const flows = flowsOf({ ...around, nodes });
    const list = [...flows.values()];
    const answers: (readonly boolean[])[] = [];
    for (const localCluster of [true, false]) {
      const { allowed, refused } = await verdicts.ask({
        localCluster,
        blocksMeanNodes,
        alwaysAllowLocalhost: !blocksMeanNodes,
        cluster: given,
        networkPolicies,
        ciliumPolicies,
        flows: list,
      });
      expect(Object.keys(refused).length, JSON.stringify([refused, remarks])).toBe(remarks.length);
      answers.push(allowed);
    }
    const verdict = new Map([...flows.keys()].map((key, i) => [key, answers.map((allowed) => allowed[i] === true)]));
    const naive = (flow: NaiveFlow): Naive => {
      const said = verdict.get(keyOf(given, flow)) ?? [];
      return { atMost: said.some(Boolean), atLeast: said.every(Boolean) };
    };
    return disagreement({ ...around, nodes, naive, knowsMore: ciliumPolicies.length > 0 && isPartlyRead(model) });
  }

  it("agrees over random NetworkPolicies: every flow is let through, or not, or hangs on a setting of the agent, as there", async () => {
    await fc.assert(
      fc.asyncProperty(clusterOfCilium, fc.array(networkPolicy, { maxLength: 4 }), some, async (given, networkPolicies, chance) => {
        expect(await difference({ cluster: given, networkPolicies, ciliumPolicies: [], chance })).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  it.each([
    ["", false],
    [", where blocks mean nodes", true],
  ])(
    "agrees over random policies of Cilium: what is let through there may be here, and what certainly is, is%s",
    async (_, blocksMeanNodes) => {
      await fc.assert(
        fc.asyncProperty(
          clusterOfCilium,
          fc.array(ciliumPolicy, { minLength: 1, maxLength: 3 }),
          fc.array(networkPolicy, { maxLength: 2 }),
          some,
          async (given, ciliumPolicies, networkPolicies, chance) => {
            expect(await difference({ cluster: given, networkPolicies, ciliumPolicies, chance, blocksMeanNodes })).toBeUndefined();
          },
        ),
        { numRuns: 300 },
      );
    },
    120_000,
  );
});

/** A rule may be about addresses of which Cilium knows whose they are, and the policies do not say. */
const isPartlyRead = ({ tiers }: PolicyModel): boolean =>
  tiers.some(({ policies }) =>
    policies.some(({ ingress = [], egress = [] }) => [...ingress, ...egress].some(({ partly }) => partly !== undefined)),
  );

/** Every flow that a comparison asks for, each once. */
function flowsOf(comparison: Omit<Agreement, "naive">): ReadonlyMap<string, NaiveFlow> {
  const flows = new Map<string, NaiveFlow>();
  const anything: Naive = { atMost: false, atLeast: true }; // lies between whatever there is
  const naive = (flow: NaiveFlow): Naive => {
    flows.set(keyOf(comparison.cluster, flow), flow);
    return anything;
  };
  disagreement({ ...comparison, naive, knowsMore: true });
  return flows;
}

const keyOf = ({ pods }: NaiveCluster, { from, to, protocol, port }: NaiveFlow): string => {
  const end = (one: NaiveEnd): number | string => (typeof one === "string" ? one : pods.indexOf(one));
  return `${end(from)} ${end(to)} ${protocol} ${port}`;
};
