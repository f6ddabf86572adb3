import { describe, expect, it } from "vitest";
import { endpointBlockedFromPods } from "../../../core/checks/endpoint/endpoint-blocked-from-pods.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import { aCluster, aService, judged, withSettings } from "../../support/cluster.ts";
import { anAgent, anAwsNode, networkSettings } from "../../support/engines.ts";
import { onNode, policed, policy, unpoliced } from "../../support/policed.ts";
import { anEni } from "../../support/vpc.ts";

const forbidden = unknown("forbidden", "No access.");
const web = onNode("web", "10.0.0.1", { labels: { app: "web" } });
const bystander = onNode("quiet", "10.0.0.9", { namespace: "bystander" });
const quiet = policy("quiet", { podSelector: {}, policyTypes: ["Egress"] }, "bystander");
const egress = (cidr: string, port: number | undefined = undefined, except: readonly string[] = []): NetworkPolicy =>
  policy("out", {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [{ to: [{ ipBlock: { cidr, except } }], ...(port === undefined ? {} : { ports: [{ port }] }) }],
  });
const controlPlane = {
  services: known([aService("kubernetes", { namespace: "default", type: "ClusterIP", clusterIPs: ["172.20.0.1"] })]),
  apiServerAddresses: known({ addresses: ["10.0.1.4", "10.0.2.4"], ports: [443] }),
  networkInterfaces: known([
    anEni("eni-a", { privateIpv4: ["10.0.1.4"], description: "Amazon EKS prod" }),
    anEni("eni-b", { privateIpv4: ["10.0.3.4"], description: "Amazon EKS prod" }),
    anEni("eni-c", { privateIpv4: ["10.0.4.4"], description: "Amazon EKS other" }),
  ]),
  roles: known([]),
  roleBindings: known([]),
};
const given = (policies: readonly NetworkPolicy[], rest: Partial<ClusterFacts> = {}, pods = [web]): Partial<ClusterFacts> =>
  policed([bystander, ...pods], [quiet, ...policies], { ...controlPlane, ...rest });
const shop = (facts: Partial<ClusterFacts>, config: Readonly<Record<string, unknown>> = {}) =>
  judged(endpointBlockedFromPods, aCluster(facts), withSettings(config)).find(({ resource }) => resource.name === "shop");

it.each<readonly [string, readonly NetworkPolicy[], string]>([
  ["fail: no policy", [], "fail"],
  ["pass: nothing is allowed", [egress("203.0.113.0/24")], "pass"],
  ["fail: an endpoint is allowed", [egress("10.0.2.4/32")], "fail"],
  ["fail: an interface that is no endpoint now is allowed", [egress("10.0.3.4/32")], "fail"],
  ["fail: the ClusterIP is allowed, which VPC CNI sees", [egress("172.20.0.1/32")], "fail"],
  ["pass: another cluster's interface is allowed", [egress("10.0.4.4/32")], "pass"],
  ["pass: an endpoint is allowed on another port", [egress("10.0.2.4/32", 10250)], "pass"],
  ["pass: everything but the control plane", [egress("0.0.0.0/0", 443, ["10.0.0.0/16", "172.20.0.0/16"])], "pass"],
])("%s", (_rule, policies, status) => {
  expect(shop(given(policies))?.status).toBe(status);
});

it("pass: Calico sees endpoints alone, and only the ClusterIP is allowed", () => {
  const pods = known([anAgent("calico-node", "n1"), web]);
  expect(shop(given([egress("172.20.0.1/32")], { pods, networkSettings: networkSettings() }))?.status).toBe("pass");
  expect(shop(given([egress("10.0.2.4/32")], { pods, networkSettings: networkSettings() }))?.status).toBe("fail");
});

it.each<readonly [string, readonly NetworkPolicy[], Partial<ClusterFacts>, string]>([
  ["unknown: endpoints were not read", [egress("203.0.113.0/24")], { apiServerAddresses: forbidden }, "unknown"],
  ["unknown: Services were not read", [egress("203.0.113.0/24")], { services: forbidden }, "unknown"],
  ["unknown: no interface of the control plane was found", [egress("203.0.113.0/24")], { networkInterfaces: known([]) }, "unknown"],
  ["fail: endpoints were not read, and an interface is reached", [], { apiServerAddresses: forbidden }, "fail"],
  ["unknown: policies were not read", [egress("203.0.113.0/24")], { networkPolicies: forbidden }, "unknown"],
  ["unknown: who needs the API was not read", [], { roleBindings: forbidden }, "unknown"],
  ["pass: who needs the API was not read, and nobody reaches it", [egress("203.0.113.0/24")], { roles: forbidden }, "pass"],
])("%s", (_rule, policies, rest, status) => {
  expect(shop(given(policies, rest))?.status).toBe(status);
});

describe("pods of one family, and a control plane with addresses of both", () => {
  const v6 = onNode("web", "fd00::1", { labels: { app: "web" } });
  const closed = [egress("203.0.113.0/24")];
  const both = {
    ...controlPlane,
    networkInterfaces: known([anEni("eni-a", { privateIpv4: ["10.0.1.4"], ipv6: ["2600:1f18::4"], description: "Amazon EKS prod" })]),
  };
  const ofIpv6 = { apiServerAddresses: known({ addresses: ["2600:1f18::4"], ports: [443] }) };
  const cni = (variables: Readonly<Record<string, string>>, pod = v6) => ({ pods: known([anAwsNode("n1", undefined, variables), pod]) });
  it.each<readonly [string, readonly NetworkPolicy[], Partial<ClusterFacts>, string]>([
    ["unknown: VPC CNI lets IPv6 pods send in IPv4 past every policy", closed, { ...both, ...ofIpv6, ...cni({}) }, "unknown"],
    ["pass: VPC CNI lets IPv6 pods send in IPv6 alone", closed, { ...both, ...ofIpv6, ...cni({ ENABLE_V4_EGRESS: "false" }) }, "pass"],
    ["fail: its own family is let through", [egress("::/0")], { ...both, ...ofIpv6, ...cni({}) }, "fail"],
    ["pass: IPv4 pods send in IPv4 alone, whatever is said of IPv6", [egress("::/0")], { ...both, ...cni({}, web) }, "pass"],
    [
      "unknown: VPC CNI is told to let IPv4 pods send in IPv6 too",
      closed,
      { ...both, ...cni({ ENABLE_V6_EGRESS: "true" }, web) },
      "unknown",
    ],
  ])("%s", (_rule, policies, rest, status) => {
    expect(shop(given(policies, rest))?.status).toBe(status);
  });
});

const bound = (subject: object): Partial<ClusterFacts> => ({
  roles: known([
    {
      namespace: "shop",
      name: "reader",
      rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: [], nonResourceUrls: [] }],
    },
  ]),
  roleBindings: known([
    { namespace: "shop", name: "reader", role: { kind: "Role" as const, name: "reader" }, subjects: [subject as never] },
  ]),
});
it("not-applicable: the account of the only pod has RBAC of its own, and fail: what everybody has is no need", () => {
  const own = { kind: "ServiceAccount", namespace: "shop", name: "default" };
  expect(shop(given([], bound(own)))?.status).toBe("not-applicable");
  expect(shop(given([], bound({ kind: "Group", name: "system:serviceaccounts" })))?.status).toBe("fail");
  expect(shop(given([], bound({ ...own, name: "other" })))?.status).toBe("fail");
});
it("pass: pods that may talk to the API are counted, the others do not reach it", () => {
  const client = onNode("client", "10.0.0.2", { labels: { app: "client" } });
  const closed = policy("web", { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"] });
  const finding = shop(given([closed], {}, [web, client]), { apiClients: [{ namespace: "shop", labels: { app: "client" } }] });
  expect(finding).toMatchObject({ status: "pass", evidence: { podsJudged: 1, notJudged: { excused: 1 } } });
});

it("fail: nothing enforces, and names the pod, the address and the port", () => {
  expect(shop({ ...unpoliced([web], [egress("203.0.113.0/24")]), ...controlPlane })).toMatchObject({
    message:
      "Namespace shop has 1 of 1 pods that reach the API server without need, such as web: it reaches an endpoint of Service kubernetes at 10.0.1.4, no policy engine enforces on the node, so that policies are present but inert.",
    evidence: { witness: { pod: "shop/web", to: "10.0.1.4", port: "TCP 443", enforcement: "no policy engine enforces on the node" } },
  });
});
