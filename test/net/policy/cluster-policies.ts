/** Random policies for whole clusters. */
import fc from "fast-check";
import type { AdminNetworkPolicy, ClusterNetworkPolicy } from "../../../core/model/cluster-network-policy.ts";
import { cidr, namespaceSelector, selector } from "./clusters.ts";

const some = <T>(values: readonly T[]) => fc.constantFrom(...values);
const pods = fc.record({ namespaceSelector, podSelector: selector });
const subject = fc.oneof(fc.record({ namespaces: namespaceSelector }), fc.record({ pods }));
const ingressPeer = fc.oneof(fc.record({ namespaces: namespaceSelector }), fc.record({ pods }));
const egressPeer = fc.oneof(
  { weight: 4, arbitrary: ingressPeer },
  { weight: 3, arbitrary: fc.record({ networks: fc.array(cidr, { minLength: 1, maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.constant({ nodes: {} }) },
  { weight: 1, arbitrary: fc.constant({ domainNames: ["*.example.com"] }) },
);
const number = some([53, 80, 8080]);
const range = some([
  { start: 50, end: 80 },
  { start: 8000, end: 65535 },
]);
const portList = fc.array(
  fc.oneof(
    fc.record({ portNumber: fc.record({ port: number, protocol: some([undefined, "UDP", "SCTP"]) }) }),
    fc.record({ portRange: range }),
    fc.record({ namedPort: some(["web", "dns"]) }),
  ),
  { minLength: 1, maxLength: 2 },
);
const destinationPort = fc.oneof(fc.record({ number }), fc.record({ range }));
const protocolList = fc.array(
  fc.oneof(
    fc.record({ tcp: fc.record({ destinationPort }) }),
    fc.record({ udp: fc.record({ destinationPort }) }),
    fc.record({ sctp: fc.record({ destinationPort }, { requiredKeys: [] }) }),
    fc.record({ destinationNamedPort: some(["web", "dns"]) }),
  ),
  { minLength: 1, maxLength: 2 },
);

type Dialect = "v1alpha1" | "v1alpha2" | "aws";
const ruleOf = (dialect: Dialect, isBaseline: boolean) => {
  const allow = dialect === "v1alpha1" ? "Allow" : "Accept";
  const none = fc.constant(undefined);
  return {
    action: some(isBaseline && dialect === "v1alpha1" ? [allow, "Deny"] : [allow, "Deny", "Pass"]),
    ports: dialect === "v1alpha2" ? none : fc.option(portList, { nil: undefined }),
    protocols: dialect === "v1alpha2" ? fc.option(protocolList, { nil: undefined }) : none,
  };
};
const peersOf = <T>(peer: fc.Arbitrary<T>) => fc.array(peer, { minLength: 1, maxLength: 2 });
const specOf = (dialect: Dialect, isBaseline = false) => ({
  subject,
  ingress: fc.array(fc.record({ ...ruleOf(dialect, isBaseline), from: peersOf(ingressPeer) }), { maxLength: 3 }),
  egress: fc.array(fc.record({ ...ruleOf(dialect, isBaseline), to: peersOf(egressPeer) }), { maxLength: 3 }),
});
const priority = some([0, 1, 7]);

export const adminNetworkPolicy: fc.Arbitrary<AdminNetworkPolicy> = fc.oneof(
  fc.record({
    kind: fc.constant("AdminNetworkPolicy" as const),
    name: fc.constant("admin"),
    spec: fc.record({ ...specOf("v1alpha1"), priority }),
  }),
  fc.record({
    kind: fc.constant("BaselineAdminNetworkPolicy" as const),
    name: fc.constant("default"),
    spec: fc.record(specOf("v1alpha1", true)),
  }),
);
const clusterNetworkPolicy = (dialect: "v1alpha2" | "aws"): fc.Arbitrary<ClusterNetworkPolicy> =>
  fc.record({
    apiGroup: fc.constant(dialect === "aws" ? ("networking.k8s.aws" as const) : ("policy.networking.k8s.io" as const)),
    name: fc.constant("cluster"),
    spec: fc.record({ ...specOf(dialect), tier: some(["Admin", "Baseline"]), priority }),
  });
export const upstreamClusterNetworkPolicy = clusterNetworkPolicy("v1alpha2");
export const awsClusterNetworkPolicy = clusterNetworkPolicy("aws");
