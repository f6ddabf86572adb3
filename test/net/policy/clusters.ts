/** Random clusters and NetworkPolicies, small enough that every label, port and range is hit often. */
import fc from "fast-check";
import type { LabelSelector, NetworkPolicy } from "../../../core/model/network-policy.ts";
import { inBlock, type NaiveCluster, type NaivePod } from "../../support/naive-policy.ts";
import { networkOf, plus } from "../plain-arithmetic.ts";

export const namespaceNames = ["one", "two", "three"];
const some = <T>(values: readonly T[]) => fc.constantFrom(...values);

/** Few keys and values, each of them often absent. */
export const labels = fc.dictionary(some(["app", "tier"]), some(["a", "b", "c"]), { maxKeys: 2, noNullPrototype: true });

const namedPort = fc.record({ name: some(["web", "dns"]), protocol: some(["TCP", "UDP"]), port: some([53, 80, 8080]) });
const pod = (namespace: string, index: number): fc.Arbitrary<NaivePod> =>
  fc.record({
    namespace: fc.constant(namespace),
    // Two pods in three share a workload, labels or not.
    workload: some([`w${index}`, "shared"]),
    labels,
    serviceAccount: some(["default", "robot"]),
    ip: fc.integer({ min: 0, max: 255 }).map((octet) => `10.0.${octet % 4}.${octet}`),
    ports: fc.uniqueArray(namedPort, { maxLength: 2 }),
  });

const clusterOf = (maxPods: number): fc.Arbitrary<NaiveCluster> =>
  fc
    .record({
      namespaces: fc.record(Object.fromEntries(namespaceNames.map((name) => [name, labels]))),
      places: fc.array(some(namespaceNames), { minLength: 2, maxLength: maxPods }),
    })
    .chain(({ namespaces, places }) => fc.record({ namespaces: fc.constant(namespaces), pods: fc.tuple(...places.map(pod)) }));

/** Up to six pods in three namespaces. */
export const cluster: fc.Arbitrary<NaiveCluster> = clusterOf(6);

/**
 * A cluster and its policies, of each kind at most so many. Most are small, since what one costs grows with pods, addresses and
 * ports together: one in eight is large.
 */
export const scene = <P>(policies: (atMost: number) => fc.Arbitrary<P>): fc.Arbitrary<readonly [NaiveCluster, P]> =>
  fc.oneof({ weight: 7, arbitrary: fc.tuple(clusterOf(3), policies(2)) }, { weight: 1, arbitrary: fc.tuple(cluster, policies(5)) });

const expression = fc.oneof(
  fc.record({ key: some(["app", "tier"]), operator: some(["In", "NotIn"]), values: fc.uniqueArray(some(["a", "b"]), { minLength: 1 }) }),
  fc.record({ key: some(["app", "tier"]), operator: some(["Exists", "DoesNotExist"]) }),
);
export const selector: fc.Arbitrary<LabelSelector> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: fc.record({ matchLabels: labels }) },
  {
    weight: 2,
    arbitrary: fc.record({ matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 2 }) }, { requiredKeys: [] }),
  },
);
export const namespaceSelector: fc.Arbitrary<LabelSelector> = fc.oneof(
  selector,
  some(namespaceNames).map((name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } })),
);

const wellKnown = [
  "0.0.0.0/0",
  "0.0.0.0/1",
  "10.0.0.0/8",
  "10.0.0.0/23",
  "10.0.1.0/24",
  "10.0.0.128/25",
  "10.0.3.7/32",
  "203.0.113.0/24",
  "::/0",
  "2001:db8::/32",
  "2001:db8:0:1::/64",
] as const;
export const cidr = fc.oneof(
  { weight: 4, arbitrary: some(wellKnown) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${networkOf(address, length)}/${length}`),
  },
);
const lengthOf = (block: string): number => Number(block.split("/")[1]);
const isPart = (part: string, whole: string): boolean => lengthOf(part) > lengthOf(whole) && inBlock(part.split("/")[0] ?? "", whole);
const ipBlock = fc
  .tuple(cidr, fc.array(cidr, { maxLength: 3 }))
  .map(([whole, parts]) => ({ cidr: whole, except: parts.filter((part) => isPart(part, whole)) }));

const port = fc.oneof(
  fc.record({ protocol: some(["TCP", "UDP", "SCTP"]), port: some([53, 80, 443, 8080, 1, 65535]) }, { requiredKeys: [] }),
  fc.record({ port: some([50, 80, 8000]), endPort: some([8000, 8080, 65535]) }),
  fc.record({ protocol: some(["TCP", "UDP"]), port: some(["web", "dns"]) }),
);
const peer = fc.oneof(
  { weight: 3, arbitrary: fc.record({ podSelector: selector }) },
  { weight: 3, arbitrary: fc.record({ namespaceSelector }) },
  { weight: 3, arbitrary: fc.record({ podSelector: selector, namespaceSelector }) },
  { weight: 3, arbitrary: fc.record({ ipBlock }) },
);
const ports = fc.option(fc.array(port, { maxLength: 3 }), { nil: undefined });
const peers = fc.option(fc.array(peer, { maxLength: 3 }), { nil: undefined });
const rules = <K extends string>(key: K) =>
  fc.option(
    fc.array(
      fc.tuple(peers, ports).map(([who, which]) => ({ ...(who ? { [key]: who } : {}), ...(which ? { ports: which } : {}) })),
      { maxLength: 3 },
    ),
    { nil: undefined },
  );

export const networkPolicy: fc.Arbitrary<NetworkPolicy> = fc
  .record({
    namespace: some(namespaceNames),
    podSelector: selector,
    ingress: rules("from"),
    egress: rules("to"),
    policyTypes: some([undefined, ["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
  })
  .map(({ namespace, ...spec }) => ({ namespace, name: "policy", spec }));

/** Addresses at the edges of the blocks, within and without. */
export const edgesOf = (cidrs: readonly string[]): readonly string[] =>
  cidrs.flatMap((block) => {
    const [base = "", length = ""] = block.split("/");
    const bits = base.includes(":") ? 128n : 32n;
    const first = networkOf(base, Number(length));
    const size = 2n ** (bits - BigInt(length));
    const isFirst = first === "0.0.0.0" || /^[0:]*$/.test(first);
    const isLast = BigInt(length) === 0n || size === 2n ** bits;
    const behind = isLast ? [] : [plus(first, size)].filter((address) => !/^0\.|^0:/.test(address));
    return [first, plus(first, size - 1n), ...(isFirst ? [] : [plus(first, -1n)]), ...behind];
  });

/** Every CIDR block that stands anywhere in the value. */
export const cidrsIn = (value: unknown): readonly string[] => [
  ...new Set([...JSON.stringify(value).matchAll(/"([\d.]+\/\d+|[\da-f:]+\/\d+)"/g)].map(([, block = ""]) => block)),
];
/** Every port that stands anywhere in the value, and its neighbours. */
export const portsIn = (value: unknown): readonly number[] => {
  const numbers = [...JSON.stringify(value).matchAll(/"(?:port|endPort|start|end|number)":"?(\d+)/gi)].map(([, text]) => Number(text));
  const near = [1, 65535, 7777, ...numbers.flatMap((number) => [number - 1, number, number + 1])];
  return [...new Set(near)].filter((number) => number >= 1 && number <= 65535);
};
