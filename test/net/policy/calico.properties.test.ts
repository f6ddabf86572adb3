import fc from "fast-check";
import { expect, it } from "vitest";
import type { CalicoNetworkSet, CalicoPolicy, CalicoTier } from "../../../core/model/calico-policy.ts";
import { translate } from "../../../core/net/policy/translation.ts";
import { type Meaning, naiveCalico } from "../../support/naive-calico-policy.ts";
import { disagreement } from "./agreement.ts";
import { cidr, cidrsIn, edgesOf, labels, namespaceNames, portsIn, scene } from "./clusters.ts";

const some = <T>(values: readonly T[]) => fc.constantFrom(...values);
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });

/** An expression, and what it means by whoever wrote it. */
interface Written {
  readonly text: string;
  readonly means: Meaning;
}
const atom: fc.Arbitrary<Written> = fc
  .record({
    key: some(["app", "tier"]),
    value: some(["a", "b"]),
    kind: some(["==", "!=", "in", "not in", "has", "contains", "starts with", "ends with", "all"]),
    quote: some(["'", '"']),
  })
  .map(({ key, value, kind, quote }): Written => {
    const literal = `${quote}${value}${quote}`;
    switch (kind) {
      case "!=":
        return { text: `${key} != ${literal}`, means: (of) => of[key] !== value };
      case "in":
        return { text: `${key} in {${literal}, 'c'}`, means: (of) => of[key] === value || of[key] === "c" };
      case "not in":
        return { text: `${key} not in { ${literal} }`, means: (of) => of[key] !== value };
      case "has":
        return { text: `has(${key})`, means: (of) => of[key] !== undefined };
      case "all":
        return { text: "all()", means: () => true };
      case "==":
        return { text: `${key}==${literal}`, means: (of) => of[key] === value };
      default:
        return { text: `${key} ${kind} ${literal}`, means: (of) => of[key] === value }; // of one letter
    }
  });
const expression: fc.Arbitrary<Written> = fc.oneof(
  { weight: 4, arbitrary: atom },
  { weight: 1, arbitrary: atom.map(({ text, means }): Written => ({ text: `!(${text})`, means: (...of) => !means(...of) })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(atom, atom)
      .map(([a, b]): Written => ({ text: `${a.text} && ${b.text}`, means: (...of) => a.means(...of) && b.means(...of) })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(atom, atom, atom).map(
      ([a, b, c]): Written => ({
        text: `${a.text} || ${b.text} && ${c.text}`,
        means: (...of) => a.means(...of) || (b.means(...of) && c.means(...of)),
      }),
    ),
  },
);
const ofNamespace: fc.Arbitrary<Written> = fc.oneof(
  some(namespaceNames).map(
    (name): Written => ({ text: `projectcalico.org/name == '${name}'`, means: (of) => of["projectcalico.org/name"] === name }),
  ),
  fc.constant<Written>({ text: "has(app)", means: (of) => of.app !== undefined }),
  fc.constant<Written>({ text: "all( )", means: (_of, isIn) => isIn }),
);
const ofPeerNamespace = fc.oneof(ofNamespace, fc.constant<Written>({ text: "global()", means: (_of, isIn) => !isIn }));

const entity = fc.record(
  {
    selector: maybe(expression),
    notSelector: maybe(expression),
    namespaceSelector: maybe(ofPeerNamespace),
    nets: maybe(fc.array(cidr, { minLength: 1, maxLength: 2 })),
    notNets: maybe(fc.array(cidr, { minLength: 1, maxLength: 1 })),
    serviceAccounts: maybe(fc.constant({ names: ["robot"] })),
  },
  { requiredKeys: [] },
);
const nothing = fc.constant({});
const mostlyNothing = fc.oneof({ weight: 3, arbitrary: nothing }, { weight: 1, arbitrary: entity });
const port = some([80, 8080, "50:80", "8000:65535", "web"]);
const ports = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ protocol: undefined, ports: undefined, notPorts: undefined }) },
  {
    weight: 2,
    arbitrary: fc.record({
      protocol: some(["TCP", "udp"]),
      ports: fc.array(port, { minLength: 1, maxLength: 2 }),
      notPorts: fc.constant(undefined),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      protocol: some(["TCP"]),
      ports: fc.constant(undefined),
      notPorts: fc.array(some([80, "50:443"]), { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ protocol: some(["SCTP", "ICMP"]), ports: fc.constant(undefined), notPorts: fc.constant(undefined) }),
  },
);
const rule = fc.record({
  action: some(["Allow", "Allow", "Deny", "Pass", "Log"]),
  ports,
  notProtocol: some([undefined, undefined, undefined, "UDP"]),
  ipVersion: some([undefined, undefined, undefined, 4, 6]),
  http: some([undefined, undefined, undefined, {}]),
  near: mostlyNothing,
  far: fc.oneof(entity, nothing),
});
const policy = fc.record({
  namespace: some([undefined, ...namespaceNames]),
  tier: some(["default", "platform", "team"]),
  name: some(["a", "b", "c"]),
  order: some([undefined, 1, 2, 1000]),
  selector: maybe(expression),
  namespaceSelector: maybe(ofNamespace),
  types: some([undefined, ["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
  ingress: fc.array(rule, { maxLength: 2 }),
  egress: fc.array(rule, { maxLength: 2 }),
});
type Rule = typeof rule extends fc.Arbitrary<infer T> ? T : never;
type Entity = typeof entity extends fc.Arbitrary<infer T> ? T : never;
type Drawn = typeof policy extends fc.Arbitrary<infer T> ? T : never;

/** The policy as it is written, with what its expressions mean put aside. */
function written(
  { namespace, name, selector, namespaceSelector, ingress, egress, ...rest }: Drawn,
  meanings: Map<string, Meaning>,
): CalicoPolicy {
  const textOf = (one: Written | undefined): string | undefined => {
    if (one) meanings.set(one.text, one.means);
    return one?.text;
  };
  const end = ({ selector: is, notSelector: not, namespaceSelector: where, ...others }: Entity) => ({
    ...others,
    selector: textOf(is),
    notSelector: textOf(not),
    namespaceSelector: textOf(where),
  });
  const one = (direction: "ingress" | "egress", { near, far, ports: which, ...drawn }: Rule) => {
    const [source, destination] = direction === "ingress" ? [far, near] : [near, far];
    return {
      ...drawn,
      protocol: which.protocol,
      source: end(source),
      destination: { ...end(destination), ports: which.ports, notPorts: which.notPorts },
    };
  };
  return {
    ...(namespace === undefined ? {} : { namespace }),
    name,
    spec: {
      ...rest,
      selector: textOf(selector),
      namespaceSelector: namespace === undefined ? textOf(namespaceSelector) : undefined,
      ingress: ingress.map((drawn) => one("ingress", drawn)),
      egress: egress.map((drawn) => one("egress", drawn)),
    },
  };
}

const networkSet: fc.Arbitrary<CalicoNetworkSet> = fc
  .record({ namespace: some([undefined, ...namespaceNames]), labels, nets: fc.array(cidr, { minLength: 1, maxLength: 2 }) })
  .map(({ namespace, ...set }) => ({ ...(namespace === undefined ? {} : { namespace }), name: "set", ...set }));

const tiers: readonly CalicoTier[] = [
  { name: "team", defaultAction: "Deny" },
  { name: "platform", order: 100, defaultAction: "Pass" },
];

it("Calico's policies: the same as a pod-by-pod evaluator", () => {
  const selector = ({ namespace, name, tier }: Drawn): string => `${namespace} ${name} ${tier}`;
  const several = (maxLength: number) =>
    fc.record({
      drawn: fc.uniqueArray(policy, { selector, maxLength }),
      networkSets: fc.array(networkSet, { maxLength: Math.floor(maxLength / 2) }),
    });
  fc.assert(
    fc.property(scene(several), ([given, { drawn, networkSets }]) => {
      const meanings = new Map<string, Meaning>();
      // Which of two with one name and order is first is a question of where they lie; here no two are.
      const policies = drawn.map((one, i) => ({ ...written(one, meanings), name: `${one.name}${i}` }));
      const { model, remarks } = translate("calico", {
        calicoPolicies: policies,
        calicoTiers: tiers,
        calicoNetworkSets: networkSets,
        namespaces: Object.fromEntries(namespaceNames.map((name) => [name, given.namespaces[name] ?? {}])),
      });
      expect(remarks).toEqual([]);
      const answer = disagreement({
        cluster: given,
        model,
        naive: (flow) => {
          const sides = (["egress", "ingress"] as const).map((direction) =>
            naiveCalico({ cluster: given, policies, tiers, networkSets, meanings }, direction, flow),
          );
          return { atMost: sides.every((side) => side.has("allow")), atLeast: sides.every((side) => !side.has("deny")) };
        },
        addresses: [...edgesOf(cidrsIn([policies, networkSets])), "8.8.8.8", "2001:db8::1"],
        ports: portsIn([policies, given]),
      });
      expect(answer).toBeUndefined();
    }),
    { numRuns: 1000 },
  );
}, 240_000);
