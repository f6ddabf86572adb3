/** The wrong assumptions of docs/faq.md, met as facts: the check that an entry leads to says what the entry says. */
import { describe, expect, it } from "vitest";
import { checkById } from "../../core/checks/index.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { NetworkPolicy } from "../../core/model/network-policy.ts";
import type { InstanceMetadata } from "../../core/model/nodes.ts";
import { textOf } from "../gates/source.ts";
import { aCluster, aLoadBalancer, aNetwork, anEndpoint, aRule, aSecurityGroup, aService, aVersion, judged } from "../support/cluster.ts";
import { aCiliumAgent, anAwsNode, networkSettings, settings } from "../support/engines.ts";
import { aPlane } from "../support/ingress-plane.ts";
import { aRoute, aRouteTable } from "../support/network.ts";
import { aNode, anInstance, anInterface, nodeOf } from "../support/nodes.ts";
import { namespacesNamed, onNode, policed, policy, unpoliced } from "../support/policed.ts";

type Facts = Partial<ClusterFacts>;

const entries = new Map(
  textOf("docs/faq.md")
    .split("\n### ")
    .slice(1)
    .map((entry) => [entry.split("\n", 1)[0] ?? "", entry]),
);

/** What the check that the entry leads to says of the resource of that name. */
function said(heading: string, id: string, facts: Facts, resource: string): readonly string[] {
  expect(entries.get(heading), `docs/faq.md has the entry, and it leads to ${id}`).toContain(`(checks/${id}.md)`);
  const check = checkById(id);
  if (check === undefined) throw new Error(`There is no check ${id}.`);
  const findings = judged(check, aCluster(facts)).filter((finding) => finding.resource.name === resource);
  return findings.map(({ status, severity }) => (status === "fail" ? `fail, ${severity}` : status));
}

type Case = readonly [heading: string, check: string, facts: Facts, verdict: string];
const saysOf = (resource: string, cases: readonly Case[]): void => {
  it.each(cases)("%s (%s)", (heading, check, facts, verdict) => {
    expect(said(heading, check, facts, resource)).toEqual([verdict]);
  });
};

describe("the cluster endpoint", () => {
  const endpoint = (...publicCidrs: readonly string[]): Facts => ({ endpoint: known(anEndpoint({ publicAccess: true, publicCidrs })) });
  const anonymous = (name: string, kubernetes: string): Facts => {
    const rule = { verbs: ["get"], apiGroups: [], resources: [], resourceNames: [], nonResourceUrls: ["/api", "/apis/*"] };
    const subjects = [{ kind: "Group" as const, name: "system:unauthenticated" }];
    return {
      version: known(aVersion(kubernetes)),
      roles: known([{ namespace: "", name, rules: [rule] }]),
      roleBindings: known([{ namespace: "", name, role: { kind: "ClusterRole", name }, subjects }]),
    };
  };
  const refuses = "endpoint-refuses-anonymous-requests";
  saysOf("prod", [
    [
      "The private endpoint is enabled, so the public one is off",
      "endpoint-public-access-disabled",
      endpoint("203.0.113.0/24"),
      "fail, low",
    ],
    ["It does not say 0.0.0.0/0, so it is restricted", "endpoint-not-open-to-internet", endpoint("0.0.0.0/1", "128.0.0.0/1"), "fail, high"],
    ["An empty list of public ranges admits nobody", "endpoint-not-open-to-internet", endpoint(), "fail, high"],
    ["EKS refuses anonymous requests", refuses, anonymous("wallboard", "1.31"), "fail, high"],
    ["EKS refuses anonymous requests", refuses, anonymous("wallboard", "1.32"), "fail, low"],
    ["Upgrades took old anonymous bindings away", refuses, anonymous("system:discovery", "1.31"), "fail, high"],
  ]);
});

describe("load balancers", () => {
  const annotated = (name: string, value: string) => ({ annotations: { [`service.beta.kubernetes.io/${name}`]: value } });
  const byLbc = known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": "shop/web" });
  const byInTree = known({ "kubernetes.io/cluster/prod": "owned", "kubernetes.io/service-name": "shop/web" });
  const facing = { scheme: "internet-facing", securityGroupIds: ["sg-all"] } as const;
  const made = (loadBalancer: Parameters<typeof aLoadBalancer>[0], service: Parameters<typeof aService>[1]): Facts => ({
    ...aPlane({ services: [aService("web", service)] }),
    loadBalancers: known([
      aLoadBalancer({
        listeners: known([{ port: 443, protocol: "TCP", actions: known([{ type: "forward", targetGroupArns: ["tg-1"] }]) }]),
        ...loadBalancer,
      }),
    ]),
    targetGroups: known([
      { arn: "tg-1", name: "web", protocol: "TCP", port: 8443, targetType: "ip", loadBalancerArns: [], preservesClientIp: known(false) },
    ]),
    securityGroups: known([aSecurityGroup("sg-all", [aRule({ cidrs: ["0.0.0.0/0"] })])]),
    prefixLists: known([]),
    subnets: known([]),
  });
  const lbc = { loadBalancerClass: "service.k8s.aws/nlb" };
  const office = { ...lbc, loadBalancerSourceRanges: ["203.0.113.0/24"] };
  const [matches, enforced] = ["load-balancer-matches-declaration", "load-balancer-source-ranges-enforced"];
  saysOf("web", [
    [
      'aws-load-balancer-internal: "0.0.0.0/0" makes it internal',
      matches,
      made({ ...facing, tags: byLbc }, { ...lbc, ...annotated("aws-load-balancer-internal", "0.0.0.0/0") }),
      "fail, high",
    ],
    [
      "Changing the scheme's annotation changes the load balancer",
      matches,
      made({ ...facing, type: "classic", tags: byInTree }, annotated("aws-load-balancer-internal", "true")),
      "fail, high",
    ],
    ["loadBalancerSourceRanges protects a network load balancer", enforced, made({ tags: byLbc }, office), "fail, high"],
    ["Security groups can be added to a network load balancer later", enforced, made({ tags: byLbc }, office), "fail, high"],
    [
      "Source ranges still count beside security groups of our own",
      enforced,
      made({ ...facing, tags: byLbc }, { ...office, ...annotated("aws-load-balancer-security-groups", "sg-all") }),
      "fail, high",
    ],
    [
      "spec.externalIPs only adds an address",
      "service-uses-no-external-ips",
      { services: known([aService("web", { externalIPs: ["10.0.0.7"] })]) },
      "fail, high",
    ],
  ]);
});

describe("nodes", () => {
  const node = (ipv6Route: string, metadata: Partial<InstanceMetadata> = {}): Facts => ({
    ...policed([], []),
    network: known(aNetwork()),
    nodes: known([nodeOf("i-1")]),
    nodeGroups: known([]),
    instances: known([
      anInstance("i-1", {
        tags: { "eks:cluster-name": "prod" },
        metadata: known({ endpoint: "enabled", ipv6Endpoint: "disabled", tokens: "required", hopLimit: 1, ...metadata }),
      }),
    ]),
    networkInterfaces: known([anInterface("i-1", { ipv6: ["2600:1f18::7"] })]),
    prefixLists: known([]),
    routeTables: known([{ ...aRouteTable([], aRoute("0.0.0.0/0", "nat-1"), aRoute("::/0", ipv6Route)), isMain: true }]),
  });
  const [address, metadata] = ["node-has-no-public-address", "instance-metadata-blocked-from-pods"];
  saysOf(nodeOf("i-1").name, [
    ["A private subnet has no public path", address, node("igw-1"), "fail, medium"],
    ["A global IPv6 address makes a node public", address, node("eigw-1"), "pass"],
    ["Hop limit 1 keeps pods from the metadata service", metadata, node("eigw-1", { tokens: "optional" }), "fail, high"],
    ["IMDSv2 is required, so pods get no credentials of the node", metadata, node("eigw-1", { hopLimit: 2 }), "fail, high"],
  ]);
});

describe("network policies", () => {
  const web = onNode("web", "10.0.0.1", { labels: { app: "web" } });
  const other = onNode("other", "10.0.0.9", { namespace: "bystander" });
  const spec = (rest: NetworkPolicy["spec"]): readonly NetworkPolicy[] => [policy("web", rest)];
  const deny = spec({ podSelector: {}, policyTypes: ["Ingress"] });
  const everyAddress = spec({ podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] });
  const everybody = spec({ podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [] }] });
  const beside = (facts: Facts): Facts => ({ ...facts, network: known(aNetwork()), addOns: known([]) });
  const two = { namespaces: namespacesNamed("shop", "bystander") };
  const fargate = aNode("f1", { labels: { "eks.amazonaws.com/compute-type": "fargate" } });
  const { owner: _controller, ...standalone } = web;
  const enforced = "network-policies-are-enforced";

  saysOf("prod", [
    ["A NetworkPolicy protects the pods that it selects", enforced, beside(unpoliced([web], deny)), "fail, high"],
    [
      "The agent's container runs, so policies are enforced",
      enforced,
      beside(policed([web], deny, { networkSettings: networkSettings() })),
      "fail, high",
    ],
    [
      "The agent's container runs, so policies are enforced",
      enforced,
      beside(policed([], deny, { pods: known([anAwsNode("n1", {}), web]) })),
      "fail, high",
    ],
    [
      "Policies hold on Fargate and on Windows",
      enforced,
      beside(policed([{ ...web, nodeName: "f1" }], deny, { nodes: known([aNode("n1"), fargate]) })),
      "fail, high",
    ],
    [
      "Staged policies and audit mode protect a little",
      enforced,
      beside(
        policed([], deny, {
          nodes: known([aNode("n1")]),
          pods: known([aCiliumAgent("n1"), web]),
          networkSettings: networkSettings({ cilium: settings({ "policy-audit-mode": "true" }) }),
        }),
      ),
      "fail, high",
    ],
  ]);

  saysOf("shop", [
    ["Every pod on a policed node is policed", "pods-deny-ingress-by-default", policed([standalone], deny), "fail, medium"],
    [
      "A policy with egress rules is enough to isolate egress, and one without is too",
      "pods-deny-egress-by-default",
      policed([web], spec({ podSelector: {} })),
      "fail, medium",
    ],
    ["ipBlock means addresses outside the cluster", "namespaces-are-isolated", policed([web, other], everyAddress, two), "fail, low"],
    [
      "ipBlock means addresses outside the cluster",
      "namespaces-are-isolated",
      policed([], everyAddress, {
        ...two,
        pods: known([aCiliumAgent("n1"), web, other]),
        networkSettings: networkSettings({ cilium: settings({ "enable-policy": "default" }) }),
      }),
      "pass",
    ],
  ]);

  saysOf("web", [
    [
      "Policies hold for pods with hostNetwork",
      "host-network-pods-are-declared",
      policed([{ ...web, spec: { ...web.spec, hostNetwork: true } }], deny),
      "fail, medium",
    ],
    ["An empty from means nobody", "network-policies-restrict", policed([web], everybody), "fail, medium"],
    [
      "A selector that matches nothing does no harm",
      "network-policies-select-pods",
      policed([web], spec({ podSelector: { matchLabels: { app: "wbe" } } })),
      "fail, low",
    ],
  ]);

  it("pass: the pods of these cases are policed where nothing else is said", () => {
    const check = checkById("pods-deny-ingress-by-default");
    const findings = check === undefined ? [] : judged(check, aCluster(policed([web], deny)));
    expect(findings.find(({ resource }) => resource.name === "shop")?.status).toBe("pass");
  });
});
