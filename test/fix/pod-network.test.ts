import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { propose } from "../../core/fix/propose.ts";
import { judgedOn } from "../../core/fix/prove.ts";
import type { AddOn } from "../../core/model/add-on.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { Pod } from "../../core/model/workloads.ts";

import { absent, aCiliumAgent, anAgent, anAwsNode, networkSettings, settings as values } from "../support/engines.ts";
import { aNode, anInstance, nodeGroupTags } from "../support/nodes.ts";
import { anAcl } from "../support/vpc.ts";
import { aContainer, anOwner, aPodSpec, aWorkload } from "../support/workloads.ts";
import { dialects, fixed, groundOf, openPods, running } from "./policy-estate.ts";

const commandsOf = (answer: ReturnType<typeof fixed>): readonly string[] => answer.plan?.commands ?? [];
const proved = { passes: true };

describe("network-policies-are-enforced", () => {
  const id = "network-policies-are-enforced";
  const agents = (make: (node: string) => Pod): Partial<ClusterFacts> => ({
    pods: known([make("0a"), make("0b"), ...openPods]),
    networkSettings: networkSettings(),
  });
  const addOn: AddOn = { name: "vpc-cni", version: "v1.23.1-eksbuild.1", status: "ACTIVE", healthIssues: [] };
  const bare = (name: string) => anAwsNode(name, {});

  it("proved: the EKS add-on is configured, and its whole configuration is named as what it replaces", () => {
    const answer = fixed(groundOf("vpc-cni", { facts: { ...agents(bare), addOns: known([addOn]) } }), id, "prod");
    expect(answer.proof).toMatchObject(proved);
    expect(commandsOf(answer)[1]).toBe(
      `aws eks update-addon --cluster-name prod --region eu-west-1 --addon-name vpc-cni --resolve-conflicts PRESERVE --configuration-values "$VPC_CNI_CONFIGURATION"`,
    );
    expect(answer.plan?.notes?.join()).toContain("replaces the add-on's whole configuration");
  });

  it.each([
    ["has none", "None", {}, ['{"enableNetworkPolicy":"true"}']],
    ["has an empty one", "{}", {}, ['{"enableNetworkPolicy":"true"}']],
    ["has that of a script that was run before", '{"enableNetworkPolicy":"true"}', {}, ['{"enableNetworkPolicy":"true"}']],
    ["has one of its own, and nobody said what the whole is to be", '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}', {}, []],
    ["has one of its own, and the whole is given", '{"env":{}}', { VPC_CNI_CONFIGURATION: '{"a": 1}' }, ['{"a": 1}']],
    ["is not told, as the question is refused", "", { FAILS: "yes" }, []],
  ])("the add-on's configuration is never lost: it %s", (_rule, there, env, written) => {
    const answer = fixed(groundOf("vpc-cni", { facts: { ...agents(bare), addOns: known([addOn]) } }), id, "prod");
    const stand = `aws() { case "$2" in describe-addon) [ -z "\${FAILS:-}" ] && printf '%s\\n' "$THERE" ;; update-addon) for last; do :; done; printf '%s\\n' "$last" ;; esac; }`;
    const script = [stand, ...commandsOf(answer)].join("\n");
    const { stdout } = spawnSync("sh", ["-euc", script], { encoding: "utf8", env: { ...process.env, ...env, THERE: there } });
    expect(stdout.split("\n").filter((line) => line !== "")).toEqual(written);
  });

  it("proved: a release of the chart is upgraded where aws-node is no add-on", () => {
    const answer = fixed(groundOf("vpc-cni", { facts: agents(bare) }), id, "prod");
    expect(answer.proof).toMatchObject(proved);
    expect(commandsOf(answer).join()).toMatch(
      /VPC_CNI_CHART_VERSION:\?.*--version "\$VPC_CNI_CHART_VERSION".*--set enableNetworkPolicy=true/,
    );
  });

  it("proved: EKS Auto Mode's nodes need the ConfigMap alone", () => {
    const nodes = known(
      ["0a", "0b"].map((name) =>
        aNode(name, {
          labels: { "eks.amazonaws.com/compute-type": "auto", "eks.amazonaws.com/nodeclass": "default" },
          providerId: `aws:///eu-west-1a/i-${name}`,
        }),
      ),
    );
    const facts = {
      pods: known(openPods),
      nodes,
      networkSettings: networkSettings({ vpcCni: absent }),
      nodeClasses: known([{ name: "default" }]),
    };
    const answer = fixed(groundOf("aws", { facts }), id, "prod");
    expect(answer.proof).toMatchObject(proved);
    expect(commandsOf(answer)).toEqual([
      "kubectl create configmap amazon-vpc-cni --namespace kube-system --from-literal enable-network-policy-controller=true",
    ]);
  });

  it("proved: Cilium in audit mode is told to enforce", () => {
    const facts = {
      ...agents((node) => aCiliumAgent(node)),
      networkSettings: networkSettings({ cilium: values({ "policy-audit-mode": "true" }) }),
    };
    const answer = fixed(groundOf("cilium", { facts }), id, "prod");
    expect(answer.proof).toMatchObject(proved);
    expect(commandsOf(answer)[0]).toContain("policy-audit-mode");
  });

  it("proved: Cilium in audit mode that closes pods by default goes on to do so", () => {
    const facts = {
      ...agents((node) => aCiliumAgent(node)),
      networkSettings: networkSettings({ cilium: values({ "policy-audit-mode": "true", "enable-policy": "always" }) }),
    };
    const answer = fixed(groundOf("cilium", { facts }), id, "prod");
    expect(answer.proof).toMatchObject(proved);
    expect(commandsOf(answer)[0]).not.toContain("enable-policy");
  });

  it("proved: Cilium that leaves NetworkPolicy alone is told to read it", () => {
    const facts = {
      ...agents((node) => aCiliumAgent(node)),
      networkSettings: networkSettings({ cilium: values({ "enable-k8s-networkpolicy": "false" }) }),
    };
    const answer = fixed(groundOf("cilium", { facts }), id, "prod");
    expect(answer.proof).toMatchObject(proved);
    expect(commandsOf(answer)[0]).toContain("enable-k8s-networkpolicy");
  });

  it("none: another engine enforces on some of the nodes, beside which no second one is to enforce", () => {
    const facts = {
      pods: known([anAgent("calico-node", "0a", { namespace: "calico-system" }), ...openPods]),
      networkSettings: networkSettings(),
    };
    expect(fixed(groundOf("calico", { facts }), id, "prod").none).toContain("calico enforces on other nodes");
  });

  it("none: no agent is there that could be told to", () => {
    expect(fixed(groundOf("vpc-cni", { facts: { pods: known(openPods), networkSettings: networkSettings() } }), id, "prod").none).toContain(
      "runs no aws-node with a container aws-eks-nodeagent",
    );
  });
});

describe("host-network-pods-are-declared", () => {
  const id = "host-network-pods-are-declared";
  const spec = aPodSpec({
    hostNetwork: true,
    containers: [
      aContainer("registry.example.com:5000/shop/agent:1@sha256:0123", {
        name: "main",
        ports: [
          { name: "web", protocol: "TCP", containerPort: 80, hostPort: 80 },
          { protocol: "UDP", containerPort: 53 },
        ],
      }),
    ],
  });
  const workload = aWorkload("DaemonSet", "agent", { template: { labels: { app: "agent" }, spec } });
  const pod = running("shop", "agent", "10.0.1.4", { owner: anOwner("DaemonSet", "agent"), spec });

  it("proved: its own ports and its node's network are taken out of the template, and nothing else", () => {
    const ground = groundOf("calico", { pods: [...openPods, pod], facts: { workloads: known([workload]) } });
    const answer = fixed(ground, id, "agent");
    expect(answer.proof?.why).toBeUndefined();
    expect(commandsOf(answer)).toEqual([
      `kubectl patch daemonset agent --namespace shop --type strategic --patch '{"spec":{"template":{"spec":{"hostNetwork":false,"dnsPolicy":"ClusterFirst","containers":[{"name":"main","ports":[{"containerPort":80,"protocol":"TCP","hostPort":null}]}]}}}}'`,
    ]);
    expect(answer.plan?.notes?.join()).toContain(
      `systemWorkloads: [{"namespace":"shop","name":"agent","kind":"DaemonSet","images":["registry.example.com:5000/shop/agent"]}]`,
    );
  });

  it("proved: of a CronJob the template lies deeper", () => {
    const ground = groundOf("calico", { facts: { workloads: known([{ ...workload, kind: "CronJob" as const }]) } });
    expect(commandsOf(fixed(ground, id, "agent"))[0]).toContain(`{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"hostNetwork":false`);
  });

  it("none: a pod without a controller has no template", () => {
    const { owner: _, ...bare } = pod;
    expect(fixed(groundOf("calico", { pods: [...openPods, bare] }), id, bare.name).none).toContain("has no pod template");
  });
});

describe("windows-nodes-are-segmented", () => {
  const id = "windows-nodes-are-segmented";
  const instances = (subnetOfLinux: string) =>
    known([
      anInstance("i-0a", { subnetId: "subnet-a", tags: nodeGroupTags("web"), isWindows: true }),
      anInstance("i-0b", { subnetId: subnetOfLinux, tags: nodeGroupTags("web") }),
    ]);

  it("proved: the ports by which Windows is administered are denied to the other nodes' subnet, before the rule that lets all in", () => {
    const answer = fixed(groundOf("vpc-cni", { facts: { instances: instances("subnet-b") } }), id, "subnet-a");
    expect(answer.proof?.why).toBeUndefined();
    expect(commandsOf(answer)).toEqual(
      [
        [997, 3389, 3389],
        [998, 5985, 5986],
        [999, 445, 445],
      ].map(
        ([number, from, to]) =>
          `aws ec2 create-network-acl-entry --network-acl-id acl-of-subnet-a-subnet-b --ingress --rule-number ${number} --protocol 6 --port-range From=${from},To=${to} --cidr-block 10.0.2.0/24 --rule-action deny --region eu-west-1`,
      ),
    );
  });

  it("none: all nodes stand in one subnet, where no network ACL is on the path", () => {
    const networkInterfaces = known([]);
    const answer = fixed(groundOf("vpc-cni", { facts: { instances: instances("subnet-a"), networkInterfaces } }), id, "subnet-a");
    expect(answer.none).toContain("no network ACL is on the path");
  });

  it("none: no number is free before the first rule", () => {
    const [first] = anAcl(["subnet-a", "subnet-b"]).entries;
    const full = {
      ...anAcl(["subnet-a", "subnet-b"]),
      entries:
        first === undefined
          ? []
          : [
              { ...first, number: 2 },
              { ...first, number: 2, direction: "egress" as const },
            ],
    };
    const answer = fixed(groundOf("vpc-cni", { facts: { instances: instances("subnet-b"), networkAcls: known([full]) } }), id, "subnet-a");
    expect(answer.none).toContain("has no room for rules before its first");
  });
});

describe("network-policies-select-pods", () => {
  const id = "network-policies-select-pods";
  const nobody = { matchLabels: { app: "wbe" } };
  it.each<[string, Partial<ClusterFacts>, string]>([
    [
      "NetworkPolicy",
      { networkPolicies: known([{ namespace: "shop", name: "odd", spec: { podSelector: nobody } }]) },
      "kubectl delete networkpolicies.networking.k8s.io --namespace shop odd",
    ],
    [
      "NetworkPolicy of Calico",
      { calicoPolicies: known([{ namespace: "shop", name: "odd", spec: { selector: "app == 'wbe'" } }]) },
      "kubectl delete networkpolicies.projectcalico.org --namespace shop odd",
    ],
    [
      "GlobalNetworkPolicy",
      { calicoPolicies: known([{ name: "odd", spec: { selector: "app == 'wbe'" } }]) },
      "kubectl delete globalnetworkpolicies.projectcalico.org odd",
    ],
    [
      "CiliumNetworkPolicy",
      { ciliumPolicies: known([{ namespace: "shop", name: "odd", spec: { endpointSelector: nobody, ingress: [{}] } }]) },
      "kubectl delete ciliumnetworkpolicies.cilium.io --namespace shop odd",
    ],
    [
      "ClusterNetworkPolicy of AWS",
      {
        clusterNetworkPolicies: known([
          {
            apiGroup: "networking.k8s.aws",
            name: "odd",
            spec: {
              tier: "Admin",
              priority: 1,
              subject: { namespaces: { matchLabels: { team: "nobody" } } },
              ingress: [{ action: "Deny", from: [{ namespaces: {} }] }],
            },
          },
        ]),
      },
      "kubectl delete clusternetworkpolicies.networking.k8s.aws odd",
    ],
  ])("proved: a %s that selects nothing is deleted by its full name", (_kind, facts, command) => {
    const bystander = { namespace: "pay", name: "odd", spec: { podSelector: { matchLabels: { app: "db" } } } };
    const others = facts.networkPolicies?.state === "known" ? facts.networkPolicies.value : [];
    const answer = fixed(groundOf("vpc-cni", { facts: { ...facts, networkPolicies: known([...others, bystander]) } }), id, "odd");
    expect([answer.proof?.why, commandsOf(answer)]).toEqual([undefined, [command]]);
    expect(answer.plan?.after.networkPolicies).toEqual(known([bystander]));
  });
});

describe("declared-flows-hold", () => {
  const id = "declared-flows-hold";
  const flow = (expect: "allowed" | "denied", rest: object = {}) => ({
    name: "db",
    cluster: "*",
    from: { namespace: "shop", labels: { app: "web" } },
    to: { namespace: "pay", labels: { app: "db" } },
    port: 5432,
    expect,
    ...rest,
  });
  const closed = (namespace: string, direction: "Ingress" | "Egress") => ({
    namespace,
    name: `no-${direction.toLowerCase()}`,
    spec: { podSelector: {}, policyTypes: [direction] },
  });
  const bothClosed = known([closed("shop", "Egress"), closed("pay", "Ingress")]);

  it.each(dialects)("proved: in words of %s a flow is let through at both ends", (dialect) => {
    const answer = fixed(groundOf(dialect, { settings: { flows: [flow("allowed")] }, facts: { networkPolicies: bothClosed } }), id, "db");
    expect([answer.none, answer.proof?.why]).toEqual([undefined, undefined]);
    const opened = answer.proof?.cut?.added.map(({ connection: { from, to } }) =>
      [from, to].map((end) => ("namespace" in end ? `${end.namespace}/${end.name}` : "else")),
    );
    expect(opened).toEqual([["shop/web", "pay/db"]]);
  });

  it.each(dialects)("proved: in words of %s a flow is denied, and no other is", (dialect) => {
    const answer = fixed(groundOf(dialect, { settings: { flows: [flow("denied")] } }), id, "db");
    expect([answer.none, answer.proof?.why]).toEqual([undefined, undefined]);
    const between = (answer.proof?.cut?.removed ?? []).filter(({ connection: { from, to } }) => "namespace" in from && "namespace" in to);
    expect(between.map(({ connection: { from } }) => ("namespace" in from ? `${from.namespace}/${from.name}` : ""))).toEqual(["shop/web"]);
  });

  it.each(dialects)("proved: in words of %s a flow from a range is let in", (dialect) => {
    const flows = [flow("allowed", { from: { cidr: "198.51.100.0/24" } })];
    const answer = fixed(groundOf(dialect, { settings: { flows }, facts: { networkPolicies: bothClosed } }), id, "db");
    expect([answer.none, answer.proof?.why]).toEqual([undefined, undefined]);
  });

  it("none: nothing that is added changes what a policy denies by name", () => {
    const denial = {
      namespace: "pay",
      name: "no-shop",
      spec: {
        endpointSelector: {},
        ingressDeny: [{ fromEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "shop" } }] }],
        enableDefaultDeny: { ingress: false },
      },
    };
    const answer = fixed(
      groundOf("cilium", { settings: { flows: [flow("allowed")] }, facts: { ciliumPolicies: known([denial]) } }),
      id,
      "db",
    );
    expect(answer.proof?.passes ?? false).toBe(false);
  });
});

describe("where no policy helps", () => {
  it("none: nothing enforces policies, which is to be mended first", () => {
    const facts = { pods: known(openPods), networkSettings: networkSettings() };
    expect(fixed(groundOf("vpc-cni", { facts }), "pods-deny-ingress-by-default", "shop").none).toContain(
      "mend network-policies-are-enforced first",
    );
  });

  it("none: Cilium before 1.16 takes what denies for a default-deny", () => {
    const old = (node: string) =>
      aCiliumAgent(node, { spec: { containers: [aContainer("quay.io/cilium/cilium:v1.15.9", { name: "cilium-agent" })] } });
    const facts = { pods: known([old("0a"), old("0b"), ...openPods]) };
    expect(fixed(groundOf("cilium", { facts }), "pods-internet-egress-restricted", "shop").none).toContain("Cilium before 1.16");
  });

  it("proved: Calico before 3.29, which has no tiers to rely on, takes NetworkPolicies", () => {
    const old = (node: string) =>
      anAgent("calico-node", node, {
        namespace: "calico-system",
        spec: { containers: [aContainer("quay.io/calico/node:v3.28.1", { name: "calico-node" })] },
      });
    const answer = fixed(
      groundOf("calico", { facts: { pods: known([old("0a"), old("0b"), ...openPods]) } }),
      "endpoint-blocked-from-pods",
      "shop",
    );
    expect([answer.proof?.why, answer.plan?.manifests.map(({ kind }) => kind)]).toEqual([undefined, ["NetworkPolicy"]]);
  });

  it("none: a pod that no label tells from one that is to be left alone is named", () => {
    const twins = [
      running("shop", "web", "10.0.1.20", { labels: {} }),
      running("shop", "operator", "10.0.1.41", { labels: {}, spec: { serviceAccount: "operator" } }),
    ];
    const rbac = {
      roles: known([
        {
          namespace: "",
          name: "reader",
          rules: [{ verbs: ["list"], apiGroups: [""], resources: ["pods"], resourceNames: [], nonResourceUrls: [] }],
        },
      ]),
      roleBindings: known([
        {
          namespace: "",
          name: "reader",
          role: { kind: "ClusterRole" as const, name: "reader" },
          subjects: [{ kind: "ServiceAccount" as const, namespace: "shop", name: "operator" }],
        },
      ]),
    };
    const { none } = fixed(groundOf("calico", { pods: twins, facts: rbac }), "endpoint-blocked-from-pods", "shop");
    expect(none).toContain("No label tells 1 pods, such as shop/web-x7k2p");
  });
});

it("a name that no manifest can hold leaves its finding without a plan, and the others with theirs", () => {
  const ground = groundOf("vpc-cni", { pods: [...openPods, running("Lab; id", "probe", "10.0.2.24")] });
  const failing = judgedOn(ground).filter(({ check, status }) => check === "pods-deny-ingress-by-default" && status === "fail");
  const proposals = propose(ground, failing);
  const outcomes = new Map(proposals.map((one) => [one.finding.resource.name, one]));
  expect(outcomes.get("shop")).toMatchObject({ state: "planned", proved: true });
  expect(outcomes.get("Lab; id")).toMatchObject({ state: "none", why: expect.stringContaining("A manifest of the plan can't be read") });
});
