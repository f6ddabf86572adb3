/** Random policies of Cilium. */
import fc from "fast-check";
import type { CiliumPolicy } from "../../../core/model/cilium-policy.ts";
import { inBlock } from "../../support/naive-policy.ts";
import { cidr, namespaceNames } from "./clusters.ts";

const some = <T>(values: readonly T[]) => fc.constantFrom(...values);
const list = <T>(one: fc.Arbitrary<T>, minLength = 1, maxLength = 2) => fc.array(one, { minLength, maxLength });

const key = some([
  "app",
  "k8s:app",
  "any:tier",
  "k8s:io.kubernetes.pod.namespace",
  "k8s:io.cilium.k8s.namespace.labels.app",
  "io.cilium.k8s.policy.serviceaccount",
]);
const value = some(["a", "b", "robot", ...namespaceNames]);
const endpoints = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: fc.dictionary(key, value, { maxKeys: 2, noNullPrototype: true }) }),
  fc.record({
    matchExpressions: list(
      fc.oneof(
        fc.record({ key, operator: some(["In", "NotIn"]), values: list(value) }),
        fc.record({ key, operator: some(["Exists", "DoesNotExist"]) }),
      ),
    ),
  }),
);
const cidrRule = fc.tuple(cidr, fc.array(cidr, { maxLength: 2 })).map(([whole, parts]) => ({
  cidr: whole,
  except: parts.filter((part) => Number(part.split("/")[1]) > Number(whole.split("/")[1]) && inBlock(part.split("/")[0] ?? "", whole)),
}));
const entity = some(["all", "world", "cluster", "host", "remote-node", "kube-apiserver", "health", "none"]);
const port = fc.oneof(
  fc.record({ port: some(["53", "80", "8080"]), protocol: some([undefined, "TCP", "UDP", "SCTP", "ANY"]) }),
  fc.record({ port: some(["50", "80"]), endPort: some([80, 443]), protocol: some(["TCP"]) }),
  fc.record({ port: some(["web", "dns", "0"]), protocol: some(["TCP", "UDP", "ANY"]) }),
);
const toPorts = (mayHaveRules: boolean) =>
  fc.option(list(fc.record({ ports: list(port, 0), rules: mayHaveRules ? some([undefined, undefined, {}]) : fc.constant(undefined) })), {
    nil: undefined,
  });

const from = fc.oneof(
  fc.record({ fromEndpoints: list(endpoints, 0) }),
  fc.record({ fromCIDR: list(cidr) }),
  fc.record({ fromCIDRSet: list(cidrRule) }),
  fc.record({ fromEntities: list(entity) }),
  fc.constant({}),
);
const to = (mayNameDomains: boolean) =>
  fc.oneof(
    fc.record({ toEndpoints: list(endpoints, 0) }),
    fc.record({ toCIDR: list(cidr) }),
    fc.record({ toCIDRSet: list(cidrRule) }),
    fc.record({ toEntities: list(entity) }),
    fc.constant(mayNameDomains ? { toFQDNs: [{ matchName: "example.com" }] } : {}),
    fc.constant({}),
  );
const both = <A extends object, B>(peers: fc.Arbitrary<A>, ports: fc.Arbitrary<B>) =>
  fc.tuple(peers, ports).map(([who, which]) => ({ ...who, toPorts: which }));
const sections = fc
  .record(
    {
      ingress: fc.array(both(from, toPorts(true)), { maxLength: 2 }),
      ingressDeny: fc.array(both(from, toPorts(false)), { maxLength: 1 }),
      egress: fc.array(both(to(true), toPorts(true)), { maxLength: 2 }),
      egressDeny: fc.array(both(to(false), toPorts(false)), { maxLength: 1 }),
    },
    { requiredKeys: [] },
  )
  .filter((one) => Object.values(one).some((rules) => (rules ?? []).length > 0));
const subject = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: fc.dictionary(some(["app", "k8s:tier"]), some(["a", "b"]), { maxKeys: 1, noNullPrototype: true }) }),
  fc.record({
    matchExpressions: list(
      fc.record({ key: some(["app", "k8s:io.cilium.k8s.namespace.labels.app"]), operator: some(["Exists", "DoesNotExist"]) }),
    ),
  }),
);

export const ciliumPolicy: fc.Arbitrary<CiliumPolicy> = fc
  .record({
    namespace: some([undefined, ...namespaceNames]),
    endpointSelector: subject,
    rules: sections,
    enableDefaultDeny: fc.option(fc.record({ ingress: fc.boolean(), egress: fc.boolean() }, { requiredKeys: [] }), { nil: undefined }),
  })
  .map(({ namespace, endpointSelector, rules, enableDefaultDeny }) => ({
    ...(namespace === undefined ? {} : { namespace }),
    name: "policy",
    spec: { endpointSelector, enableDefaultDeny, ...rules },
  }));
