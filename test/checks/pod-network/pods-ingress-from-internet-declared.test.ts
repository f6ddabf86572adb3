import { expect, it } from "vitest";
import { podsIngressFromInternetDeclared } from "../../../core/checks/pod-network/pods-ingress-from-internet-declared.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import { aCluster, anIngress, aService, judged, readAt, withSettings } from "../../support/cluster.ts";
import { onNode, policed, policy, unpoliced } from "../../support/policed.ts";

const forbidden = unknown("forbidden", "No access.");
const web = onNode("web", "10.0.0.1", { labels: { app: "web" } });
const bystander = onNode("quiet", "10.0.0.9", { namespace: "bystander" });
const quiet = policy("quiet", { podSelector: {}, policyTypes: ["Ingress"] }, "bystander");
const from = (...cidrs: readonly string[]): NetworkPolicy =>
  policy("in", { podSelector: {}, ingress: [{ from: cidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ port: 8443 }] }] });
const declaration = {
  cluster: "prod",
  namespace: "shop",
  kind: "Service",
  name: "web",
  ports: [443],
  owner: "o",
  reason: "r",
  expires: "2027-06-30",
};
const objects = { readAt: known(readAt), services: known([aService("web"), aService("other")]), ingresses: known([]) };
const shop = (facts: Partial<ClusterFacts>, publicServices: readonly object[] = []) => {
  const findings = judged(podsIngressFromInternetDeclared, aCluster(facts), withSettings({ publicServices }));
  return findings.find(({ resource }) => resource.name === "shop");
};
const given = (policies: readonly NetworkPolicy[], rest: Partial<ClusterFacts> = {}) =>
  policed([web, bystander], [quiet, ...policies], { ...objects, ...rest });

it.each<readonly [string, readonly NetworkPolicy[], readonly object[], string]>([
  ["fail: every address on one port", [from("0.0.0.0/0")], [], "fail"],
  ["fail: every address by two halves", [from("0.0.0.0/1", "128.0.0.0/1")], [], "fail"],
  ["fail: no policy closes the pod at all", [], [], "fail"],
  ["pass: the VPC and an office", [from("10.0.0.0/8", "203.0.113.0/24")], [], "pass"],
  ["not-applicable: a declared Service leads to the only pod", [from("0.0.0.0/0")], [declaration], "not-applicable"],
  ["fail: the declaration has expired", [from("0.0.0.0/0")], [{ ...declaration, expires: "2026-10-31" }], "fail"],
  ["fail: the declaration is for another cluster", [from("0.0.0.0/0")], [{ ...declaration, cluster: "test-*" }], "fail"],
  ["fail: the declared Service leads to other pods", [from("0.0.0.0/0")], [{ ...declaration, name: "other" }], "fail"],
  ["unknown: where the declared Gateway leads is not read", [from("0.0.0.0/0")], [{ ...declaration, kind: "Gateway" }], "unknown"],
  [
    "pass: where a declared Gateway leads is not read, and nothing is open",
    [from("10.0.0.0/8")],
    [{ ...declaration, kind: "Gateway" }],
    "pass",
  ],
])("%s", (_rule, policies, publicServices, status) => {
  expect(shop(given(policies), publicServices)?.status).toBe(status);
});

it("not-applicable: a declared Ingress leads to the pod by its backend", () => {
  const ingresses = known([anIngress("front", { backends: [{ service: "web" }] })]);
  const declared = [{ ...declaration, kind: "Ingress", name: "front" }];
  expect(shop(given([from("0.0.0.0/0")], { ingresses }), declared)?.status).toBe("not-applicable");
  expect(shop(given([from("0.0.0.0/0")], { ingresses: forbidden }), declared)?.status).toBe("unknown");
});

it.each<readonly [string, Partial<ClusterFacts>, string]>([
  ["unknown: Services, which a declaration names, were not read", { services: forbidden }, "unknown"],
  ["unknown: policies were not read", { networkPolicies: forbidden }, "unknown"],
])("%s", (_rule, rest, status) => {
  expect(shop(given([from("0.0.0.0/0")], rest), [declaration, { ...declaration, name: "other" }])?.status ?? "").toBe(
    rest.networkPolicies === undefined ? status : "not-applicable",
  );
  expect(shop(given([from("10.0.0.0/8")], { networkPolicies: forbidden }))?.status).toBe("unknown");
});

it("fail: nothing enforces, and names the pod, the sources, the port and the rule or its absence", () => {
  expect(shop({ ...unpoliced([web], [from("10.0.0.0/8")]), ...objects })).toMatchObject({
    status: "fail",
    evidence: { policies: "present but inert", witness: { pod: "shop/web", enforcement: "no policy engine enforces on the node" } },
  });
  expect(shop(given([from("0.0.0.0/0")]))).toMatchObject({
    evidence: { witness: { pod: "shop/web", port: "TCP 8443", policy: "NetworkPolicy shop/in ingress[0] allows it" } },
  });
});
