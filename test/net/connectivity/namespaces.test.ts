import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import { defaultSettings } from "../../../core/model/settings.ts";
import type { Answer, Reached } from "../../../core/net/connectivity/namespace-groups.ts";
import { type NamespaceReach, namespaceReach } from "../../../core/net/connectivity/namespaces.ts";
import { aCluster } from "../../support/cluster.ts";
import { type NaiveCluster, type NaivePod, naiveVerdict } from "../../support/naive-policy.ts";
import { namespacesNamed, onNode, policed, policy, unpoliced } from "../../support/policed.ts";
import { aContainer } from "../../support/workloads.ts";
import { cluster, networkPolicy, portsIn } from "../policy/clusters.ts";

const asked = (facts: Partial<ClusterFacts>) => namespaceReach(aCluster(facts).facts, defaultSettings.internet);
function reachOf(facts: Partial<ClusterFacts>): NamespaceReach {
  const reach = asked(facts);
  if (reach.state === "unknown") throw new Error(reach.reason.message);
  return reach.value;
}

/** What is said of one namespace towards another, whatever groups they are in. */
function between({ groups, between: rows, letters }: NamespaceReach, from: string, to: string): Answer | undefined {
  const [a, b] = [from, to].map((name) => groups.findIndex(({ names }) => names.includes(name)));
  const group = groups[a ?? -1];
  if (group === undefined || b === undefined || b < 0) return undefined;
  if (from === to) return letters[group.within];
  return a === b ? letters[group.among ?? ""] : letters[rows[a ?? 0]?.[b] ?? ""];
}
const groupOf = ({ groups }: NamespaceReach, name: string) => groups.find(({ names }) => names.includes(name));

const pods = (...namespaces: readonly string[]) =>
  namespaces.map((namespace, i) => onNode(`web-${namespace}-${i}`, `10.0.1.${i + 1}`, { namespace, labels: { app: "web" } }));
const three = pods("shop", "pay", "bystander");
const isolate = (namespace: string) => policy("isolate", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }, namespace);
const fromShop = { from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } } }], ports: [{ port: 8080 }] };

describe("one namespace towards another", () => {
  it.each<[string, Partial<ClusterFacts>, Answer]>([
    ["all: no policy", policed(three, []), { reached: "all" }],
    ["all: a policy that nothing enforces", unpoliced(three, [isolate("pay")]), { reached: "all" }],
    ["nothing: the destination is isolated", policed(three, [isolate("pay")]), { reached: "nothing" }],
    ["nothing: the source is", policed(three, [isolate("shop")]), { reached: "nothing" }],
    [
      "some: one port is allowed",
      policed(three, [policy("in", { podSelector: {}, ingress: [fromShop] }, "pay")]),
      { reached: "some", ports: "TCP 8080" },
    ],
    [
      "some: one pod of two is isolated, the other not",
      policed(
        [...three, onNode("db", "10.0.1.9", { namespace: "pay", labels: { app: "db" } })],
        [policy("db", { podSelector: { matchLabels: { app: "db" } }, policyTypes: ["Ingress"] }, "pay")],
      ),
      { reached: "some", ports: "all ports" },
    ],
    [
      "perhaps: a kind of policy was not read",
      policed(three, [], { clusterNetworkPolicies: unknown("forbidden", "It may not list them.") }),
      { reached: "perhaps", ports: "all ports" },
    ],
    [
      "nothing: isolated, whatever was not read",
      policed(three, [isolate("pay")], { nodes: unknown("forbidden", "It may not list nodes.") }),
      { reached: "nothing" },
    ],
  ])("%s", (_rule, facts, answer) => {
    expect(between(reachOf(facts), "shop", "pay")).toEqual(answer);
  });

  it("the bystander stays reachable where another is isolated", () => {
    const reach = reachOf(policed(three, [isolate("pay")]));
    expect(between(reach, "shop", "bystander")).toEqual({ reached: "all" });
    expect(between(reach, "bystander", "bystander")).toEqual({ reached: "all" });
    expect(between(reach, "pay", "pay")).toEqual({ reached: "nothing" });
  });

  it("a port by name is that of the destination", () => {
    const spec = { containers: [aContainer("x", { ports: [{ name: "http", protocol: "TCP", containerPort: 9090 }] })] };
    const facts = policed(
      [onNode("a", "10.0.1.1"), onNode("b", "10.0.1.2", { namespace: "pay", spec })],
      [
        policy("out", {
          podSelector: {},
          policyTypes: ["Egress"],
          egress: [{ to: [{ namespaceSelector: {}, podSelector: {} }], ports: [{ port: "http" }] }],
        }),
      ],
    );
    expect(between(reachOf(facts), "shop", "pay")).toEqual({ reached: "some", ports: "TCP 9090" });
  });
});

describe("the internet", () => {
  const ofShop = (facts: Partial<ClusterFacts>): readonly (Reached | undefined)[] => {
    const group = groupOf(reachOf(facts), "shop");
    return [group?.fromInternet, group?.toInternet];
  };
  const ingress = (...cidrs: readonly string[]) =>
    policy("in", {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }],
    });
  it.each<[string, Partial<ClusterFacts>, readonly Reached[]]>([
    ["all both ways: no policy", policed(three, []), ["all", "all"]],
    ["nothing: isolated both ways", policed(three, [isolate("shop")]), ["nothing", "nothing"]],
    ["all: 0.0.0.0/1 and 128.0.0.0/1", policed(three, [ingress("0.0.0.0/1", "128.0.0.0/1")]), ["all", "nothing"]],
    ["some: one range", policed(three, [ingress("203.0.113.0/24", "8.8.8.0/24")]), ["some", "nothing"]],
    ["nothing: a private range", policed(three, [ingress("10.0.0.0/8")]), ["nothing", "nothing"]],
    [
      "perhaps: a kind of policy was not read",
      policed(three, [], { clusterNetworkPolicies: unknown("forbidden", "It may not list them.") }),
      ["perhaps", "perhaps"],
    ],
  ])("%s", (_rule, facts, reached) => {
    expect(ofShop(facts)).toEqual(reached);
  });
});

describe("what is said beside", () => {
  it("unknown: pods or namespaces were not read, with the reason", () => {
    const refusal = unknown("forbidden", "It may not list them.");
    expect(asked({ ...policed(three, []), pods: refusal })).toEqual(refusal);
    expect(asked({ ...policed(three, []), namespaces: refusal })).toEqual(refusal);
  });

  it("how many pods nothing polices, and why", () => {
    expect(reachOf(unpoliced(three, [isolate("pay")]))).toMatchObject({
      pods: 3,
      policies: 1,
      unenforced: { pods: 3, why: "no policy engine enforces on the node" },
    });
    expect(reachOf(policed(three, [])).unenforced).toBeUndefined();
  });

  it("what a perhaps hangs on, and nothing where there is none", () => {
    const refusal = unknown("forbidden", "It may not list them.");
    expect(reachOf(policed(three, [], { clusterNetworkPolicies: refusal })).doubt).toBe("It may not list them.");
    expect(reachOf(policed(three, [])).doubt).toBeUndefined();
  });

  it("counts namespaces in which no pod has an address of its own", () => {
    const reach = reachOf(policed(three, [], { namespaces: namespacesNamed("shop", "pay", "bystander", "empty", "kube-system") }));
    expect(reach.withoutPods).toBe(2);
    expect(reach.groups.flatMap(({ names }) => names).toSorted()).toEqual(["bystander", "pay", "shop"]);
  });

  it("takes a few kB, however many namespaces and however different they are", () => {
    const names = Array.from({ length: 200 }, (_, i) => `team-${i}`);
    const own = names.map((name, i) =>
      policy(
        "own",
        {
          podSelector: {},
          ingress: [
            {
              from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": `team-${(i * 7) % 200}` } } }],
              ports: [{ port: 8000 + i }],
            },
          ],
        },
        name,
      ),
    );
    const reach = reachOf(policed(pods(...names), own, { namespaces: namespacesNamed(...names) }));
    expect(reach.groups.reduce((sum, { count }) => sum + count, 0)).toBe(200);
    expect(reach.groups.length).toBeLessThanOrEqual(40);
    expect(JSON.stringify(reach).length).toBeLessThan(16_000);
    expect(reach.groups.filter(({ isAlike }) => !isAlike)).toHaveLength(1);
  });
});

const factsOf = ({ namespaces, pods: all }: NaiveCluster, policies: Parameters<typeof policed>[1]): Partial<ClusterFacts> =>
  policed(
    all.map(({ namespace, workload, labels, ip, ports, serviceAccount = "default" }, i) =>
      onNode(`${workload}-${i}`, ip, {
        namespace,
        labels,
        spec: {
          serviceAccount,
          containers: [
            aContainer("x", {
              ports: ports.map(({ name, protocol, port }) => ({ name, protocol: protocol === "UDP" ? "UDP" : "TCP", containerPort: port })),
            }),
          ],
        },
      }),
    ),
    policies,
    { namespaces: known(Object.entries(namespaces).map(([name, labels]) => ({ name, labels }))) },
  );

/** VPC CNI looks ports by name up at pods beside the destination, of which a naive evaluator knows nothing. */
const withoutNames = (policy: NetworkPolicy): NetworkPolicy => ({
  ...policy,
  spec: {
    ...policy.spec,
    ingress: policy.spec.ingress?.map((rule) => ({
      ...rule,
      ports: rule.ports?.map((one) => (typeof one.port === "string" ? { ...one, port: 53 } : one)),
    })),
  },
});

it("says of every two namespaces what a naive evaluator says of their pods, port by port", () => {
  const protocols = ["TCP", "UDP", "SCTP"] as const;
  const reading = { blocksMeanPods: true, isCilium: false, namesNeedSelectors: true };
  fc.assert(
    fc.property(cluster, fc.array(networkPolicy.map(withoutNames), { maxLength: 5 }), (given, policies) => {
      const reach = reachOf(factsOf(given, policies));
      const ports = portsIn([policies, given]);
      const lets = (from: NaivePod, to: NaivePod, isStrict: boolean) =>
        protocols.flatMap((protocol) =>
          ports.map((port) =>
            (["egress", "ingress"] as const).every(
              (direction) =>
                naiveVerdict(given, policies, { ...reading, localCluster: isStrict, exceptionsDeny: isStrict }, direction, {
                  from,
                  to,
                  protocol,
                  port,
                }) !== "deny",
            ),
          ),
        );
      const names = [...new Set(given.pods.map(({ namespace }) => namespace))];
      const of = (name: string) => given.pods.filter(({ namespace }) => namespace === name);
      for (const from of names) {
        for (const to of names) {
          const flows = (isStrict: boolean) => of(from).flatMap((source) => of(to).flatMap((target) => lets(source, target, isStrict)));
          const certain = flows(true);
          const expected: Reached = !flows(false).includes(true)
            ? "nothing"
            : certain.every(Boolean)
              ? "all"
              : certain.includes(true)
                ? "some"
                : "perhaps";
          expect([from, to, between(reach, from, to)?.reached]).toEqual([from, to, expected]);
        }
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
