import { describe, expect, it } from "vitest";
import { checks } from "../../core/checks/index.ts";
import { type Proposal, propose } from "../../core/fix/propose.ts";
import { type Ground, judgedOn, prove } from "../../core/fix/prove.ts";
import { scriptOf } from "../../core/fix/script.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known, unknown } from "../../core/model/fact.ts";
import type { NetworkInterface } from "../../core/model/vpc.ts";
import {
  aCluster,
  aLoadBalancer,
  aNetwork,
  anEndpoint,
  aRule,
  aSecurityGroup,
  aService,
  aVersion,
  readAt,
  withSettings,
} from "../support/cluster.ts";
import { anInterface } from "../support/nodes.ts";
import { aRouteTable, aWay, groups, publicly } from "../support/way.ts";

const groundOf = (facts: Partial<ClusterFacts>, config: Readonly<Record<string, unknown>> = {}): Ground => ({
  cluster: aCluster(facts),
  checks,
  settings: withSettings(config),
  readAt,
});
const proposed = (ground: Ground, ...ids: readonly string[]): readonly Proposal[] =>
  propose(
    ground,
    judgedOn(ground).filter(({ check, status }) => ids.includes(check) && status === "fail"),
  );
/** Commands of plans that are proved; else why there are none. */
const typed = (proposals: readonly Proposal[]): readonly (string | readonly string[])[] =>
  proposals.map((one) => {
    if (one.state === "planned") return one.proved ? one.plan.commands : `not proved: ${one.proof.why}`;
    return one.state === "none" ? one.why : one.state;
  });
const vpcConfig = (config: string): string =>
  `aws eks update-cluster-config --name prod --region eu-west-1 --resources-vpc-config '${config}'`;
const wait = "aws eks wait cluster-active --name prod --region eu-west-1";

describe("the endpoint", () => {
  const open = (publicCidrs: readonly string[], privateAccess: boolean) =>
    ({ endpoint: known(anEndpoint({ publicAccess: true, privateAccess, publicCidrs })) }) satisfies Partial<ClusterFacts>;

  it("private access comes first where it is off, and the public one is closed when nobody is named as trusted", () => {
    expect(typed(proposed(groundOf(open(["0.0.0.0/0"], false)), "endpoint-not-open-to-internet"))).toEqual([
      [vpcConfig('{"endpointPrivateAccess":true}'), wait, vpcConfig('{"endpointPublicAccess":false}'), wait],
    ]);
  });

  it("is narrowed to what is trusted of what it admits today, and the list that replaces it is whole", () => {
    const ground = groundOf(open(["203.0.113.7/32", "198.51.100.0/24", "192.0.2.0/25"], true), {
      trustedCidrs: ["203.0.113.0/24", "192.0.2.0/24"],
    });
    expect(typed(proposed(ground, "endpoint-ranges-are-trusted"))).toEqual([
      [vpcConfig('{"publicAccessCidrs":["192.0.2.0/25","203.0.113.7/32"]}'), wait],
    ]);
  });

  it("one plan mends another finding too, which then has none of its own", () => {
    const ground = groundOf(open(["0.0.0.0/0"], false), { trustedCidrs: ["203.0.113.0/24"] });
    const proposals = proposed(ground, "endpoint-not-open-to-internet", "endpoint-ranges-are-trusted", "endpoint-private-access-enabled");
    expect(proposals.map(({ state }) => state)).toEqual(["planned", "mended", "mended"]);
    expect(proposals[1]).toMatchObject({ by: { check: "endpoint-not-open-to-internet" } });
  });

  it("each next plan starts from what the last one leaves behind", () => {
    const ground = groundOf(open(["0.0.0.0/0"], false), { trustedCidrs: ["203.0.113.0/24"] });
    const [first, second] = typed(proposed(ground, "endpoint-not-open-to-internet", "endpoint-public-access-disabled"));
    expect(first).toEqual([vpcConfig('{"endpointPrivateAccess":true}'), wait, vpcConfig('{"publicAccessCidrs":["203.0.113.0/24"]}'), wait]);
    expect(second).toEqual([vpcConfig('{"endpointPublicAccess":false}'), wait]);
  });

  it("the VPC keeps port 443 where the one rule that let it in was too wide", () => {
    const facts: Partial<ClusterFacts> = {
      network: known(aNetwork({ clusterSecurityGroupId: "sg-0c1" })),
      networkInterfaces: known([anInterface("", { id: "eni-0a1", groupIds: ["sg-0c1"], description: "Amazon EKS prod" })]),
      vpc: known({ id: "vpc-0a1", cidrs: ["10.0.0.0/16"] }),
      securityGroups: known([aSecurityGroup("sg-0c1", [aRule({ protocol: "tcp", fromPort: 443, toPort: 443, cidrs: ["10.0.0.0/8"] })])]),
      prefixLists: known([]),
    };
    const [commands = []] = typed(proposed(groundOf(facts), "endpoint-security-groups-restrict-access"));
    expect(commands).toEqual([
      expect.stringMatching(/authorize.*"CidrIp":"10\.0\.0\.0\/16"/),
      expect.stringMatching(/revoke.*"CidrIp":"10\.0\.0\.0\/8"/),
    ]);
  });

  it("closes the endpoint after every plan that types kubectl, also where its finding stands first", () => {
    const facts = { ...open(["0.0.0.0/0"], true), services: known([aService("web", { externalIPs: ["8.8.8.8"] })]) };
    const proposals = proposed(groundOf(facts), "endpoint-not-open-to-internet", "service-uses-no-external-ips");
    expect(proposals.map(({ finding }) => finding.check)).toEqual(["service-uses-no-external-ips", "endpoint-not-open-to-internet"]);
  });

  it("a version goes on through each minor one, until support is not about to end", () => {
    const at = { readAt: known("2026-11-01T06:00:00.000Z"), version: known(aVersion("1.33")) };
    const [commands] = typed(proposed(groundOf(at), "cluster-version-supported"));
    expect(commands).toEqual([
      expect.stringContaining("1.34"),
      wait,
      expect.stringMatching(/Bring add-ons.*1\.34.*; read -r _$/),
      expect.stringContaining("1.35"),
      wait,
    ]);
  });

  it("no version that is known helps", () => {
    const ground = {
      ...groundOf({ readAt: known("2030-01-01T00:00:00.000Z"), version: known(aVersion("1.33")) }),
      readAt: "2030-01-01T00:00:00.000Z",
    };
    expect(typed(proposed(ground, "cluster-version-supported"))).toEqual(["No version after 1.33 is known to be in standard support."]);
  });
});

describe("anonymous requests", () => {
  const binding = (name: string, subjects: readonly string[], namespace = "") => ({
    namespace,
    name,
    role: { kind: "ClusterRole" as const, name: "view" },
    subjects: subjects.map((subject) => ({
      kind: subject.startsWith("system:anon") ? ("User" as const) : ("Group" as const),
      name: subject,
    })),
  });
  const rules = [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: [], nonResourceUrls: [] }];
  const facts = (...bindings: readonly ReturnType<typeof binding>[]): Partial<ClusterFacts> => ({
    roles: known([{ namespace: "", name: "view", rules }]),
    roleBindings: known(bindings),
  });
  const check = "endpoint-refuses-anonymous-requests";

  it("a binding for them alone is deleted, another one keeps its other subjects", () => {
    const theirs = binding("theirs", ["system:anonymous", "system:unauthenticated"], "shop");
    const shared = binding("shared", ["system:anonymous", "team", "system:unauthenticated"]);
    const bystander = binding("bystander", ["team"]);
    const [commands = []] = typed(proposed(groundOf(facts(theirs, shared, bystander)), check));
    // The last subject first: each takes its place in the list with it.
    const patched = expect.stringMatching(/^kubectl patch clusterrolebinding .*"\/subjects\/2".*"\/subjects\/0".* -- shared$/);
    expect([...commands].toSorted()).toEqual(["kubectl delete rolebinding --namespace shop -- theirs", patched]);
  });

  it("a hostile name stays a word", () => {
    const [commands] = typed(proposed(groundOf(facts(binding("x; rm -rf ~", ["system:anonymous"]))), check));
    expect(commands).toEqual(["kubectl delete clusterrolebinding -- 'x; rm -rf ~'"]);
  });

  it("a name that no command is to hold has none", () => {
    const proposals = proposed(groundOf(facts(binding("x\u001b[2J", ["system:anonymous"]))), check);
    expect(typed(proposals)).toEqual([expect.stringContaining("holds characters that no command is to hold")]);
  });
});

describe("nodes", () => {
  const web = (...groupIds: readonly string[]): NetworkInterface => anInterface("i-1", { ...publicly, groupIds });
  const withGroup = (...rules: Parameters<typeof aRule>[0][]): Partial<ClusterFacts> =>
    aWay([web("sg-1")], { securityGroups: known([...groups, aSecurityGroup("sg-1", rules.map(aRule))]) });

  it("a rule of all protocols keeps everything but the ports", () => {
    const [commands = []] = typed(proposed(groundOf(withGroup({ cidrs: ["0.0.0.0/0"] })), "node-ssh-not-public"));
    expect(commands).toEqual([expect.stringContaining("authorize"), expect.stringContaining("revoke")]);
  });

  it("the widest of many ranges go, an office stays", () => {
    const facts = withGroup({ protocol: "tcp", fromPort: 22, toPort: 22, cidrs: ["203.0.113.0/24", "0.0.0.0/1", "128.0.0.0/1"] });
    const [commands = []] = typed(proposed(groundOf(facts), "node-ssh-not-public"));
    expect(commands.at(-1)).not.toContain("203.0.113.0/24");
    expect(commands.at(-1)).toContain("128.0.0.0/1");
  });

  it("a rule that a controller writes comes back, so that it is not revoked", () => {
    const facts = withGroup({
      protocol: "tcp",
      fromPort: 30_080,
      toPort: 30_080,
      cidrs: ["0.0.0.0/0"],
      descriptions: ["kubernetes.io/rule/nlb/client=a0123"],
    });
    expect(typed(proposed(groundOf(facts), "node-ports-not-public"))).toEqual([expect.stringContaining("comes back when it is revoked")]);
  });

  it.each<[string, number, readonly number[]]>([
    ["beside the usual range", 20_000, [20_000, 20_100]],
    ["across its beginning", 29_000, [29_000, 30_500]],
  ])("the range of node ports that the API server was given is closed too: %s", (_where, port, [from = 0, to = 0]) => {
    const facts = {
      ...withGroup({ protocol: "tcp", fromPort: port, toPort: port, cidrs: ["0.0.0.0/0"] }),
      network: known(aNetwork({ nodePorts: known({ from, to }) })),
    };
    const [commands = []] = typed(proposed(groundOf(facts), "node-ports-not-public"));
    expect(commands).toEqual([
      expect.stringMatching(new RegExp(`authorize-security-group-ingress.*"FromPort":${port}.*10\\.0\\.0\\.0/8`)),
      expect.stringMatching(new RegExp(`revoke-security-group-ingress.*"FromPort":${port}.*0\\.0\\.0\\.0/0`)),
    ]);
  });

  it("the kubelet's ports are closed to all but the VPC, on every group of the pool", () => {
    const facts = withGroup({ protocol: "tcp", fromPort: 1025, toPort: 65_535, cidrs: ["10.0.0.0/8"] });
    const [commands = []] = typed(proposed(groundOf(facts), "kubelet-not-exposed"));
    expect(commands[0]).toContain('"FromPort":10250,"ToPort":10250,"IpRanges":[{"CidrIp":"10.0.0.0/16"}]');
  });

  it("a node whose only way out is the internet gateway keeps its address until somebody says that it has another", () => {
    const [commands = []] = typed(proposed(groundOf(withGroup()), "node-has-no-public-address"));
    expect(commands[0]).toContain("NODES_HAVE_ANOTHER_WAY_OUT:?");
    expect(commands[1]).toMatch(/disassociate-address .* \|\| .*--no-associate-public-ip-address/);
  });

  it("IPv6 is led out only", () => {
    const facts = aWay([anInterface("i-1", { ipv6: ["2600:1f18::7"], groupIds: ["sg-vpc"] })], {
      routeTables: known([aRouteTable(["::/0", "igw-0a1"])]),
    });
    const [commands = []] = typed(proposed(groundOf(facts), "node-has-no-public-address"));
    expect(commands).toEqual([
      expect.stringContaining("EGRESS_ONLY_GATEWAY_ID:?"),
      `aws ec2 replace-route --route-table-id rtb-0a1 --destination-ipv6-cidr-block ::/0 --egress-only-internet-gateway-id "$EGRESS_ONLY_GATEWAY_ID" --region eu-west-1`,
    ]);
  });
});

it("what is declared to be public is not taken off the internet for the ranges that it admits", () => {
  const loadBalancer = aLoadBalancer({
    scheme: "internet-facing",
    securityGroupIds: ["sg-open"],
    listeners: known([{ port: 443, protocol: "TCP" }]),
    tags: known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": "shop/web" }),
  });
  const facts = { ...aWay([]), loadBalancers: known([loadBalancer]), services: known([aService("web")]), readAt: known(readAt) };
  const declared = {
    cluster: "prod",
    namespace: "shop",
    kind: "Service",
    name: "web",
    ports: [443],
    owner: "team-shop",
    reason: "the shop",
    expires: "2099-12-31",
  };
  const ground = groundOf(facts, { trustedCidrs: ["203.0.113.0/24"], publicServices: [declared] });
  expect(typed(proposed(ground, "load-balancer-ranges-are-trusted"))).toEqual([
    expect.stringContaining("declared under publicServices by team-shop"),
  ]);
});

describe("a proof", () => {
  const ground = groundOf({ services: known([aService("web", { externalIPs: ["8.8.8.8"] }), aService("bystander")]) });
  const [finding] = judgedOn(ground).filter(({ check, status }) => check === "service-uses-no-external-ips" && status === "fail");
  const facts = ground.cluster.facts;
  const planWith = (after: ClusterFacts, ends?: "gone") => ({
    summary: "Does something.",
    commands: [],
    manifests: [],
    after,
    ...(ends && { ends }),
  });
  const proved = (after: ClusterFacts, ends?: "gone") => {
    if (finding === undefined) throw new TypeError("The Service fails.");
    return prove(ground, finding, planWith(after, ends));
  };
  const services = (...all: readonly ReturnType<typeof aService>[]) => ({ ...facts, services: known(all) });

  it.each<readonly [string, () => ClusterFacts, "gone" | undefined, boolean, string]>([
    ["holds where the finding passes", () => services(aService("web"), aService("bystander")), undefined, true, ""],
    ["fails where nothing changed", () => facts, undefined, false, "Judged again it is fail"],
    [
      "fails where the fail becomes unknown",
      () => ({ ...facts, services: { state: "unknown", reason: { code: "forbidden", message: "No access." } } }),
      undefined,
      false,
      "is not judged any more",
    ],
    [
      "fails where the resource is gone and nobody said so",
      () => services(aService("bystander")),
      undefined,
      false,
      "is not judged any more",
    ],
    ["holds where it is gone as the plan says", () => services(aService("bystander")), "gone", true, ""],
    [
      "fails where another begins to fail",
      () => services(aService("web"), aService("bystander", { externalIPs: ["8.8.4.4"] })),
      undefined,
      false,
      "Another finding begins to fail: service-uses-no-external-ips, Service shop/bystander",
    ],
  ])("%s", (_rule, after, ends, passes, why) => {
    const proof = proved(after(), ends);
    expect(proof.passes).toBe(passes);
    expect(proof.why ?? "").toContain(why);
  });

  it("fails where what failed is not known any more", () => {
    const open = groundOf({ endpoint: known(anEndpoint({ publicAccess: true, privateAccess: false })) });
    const [finding] = judgedOn(open).filter(({ check }) => check === "endpoint-private-access-enabled");
    if (finding === undefined) throw new TypeError("The endpoint is judged.");
    const after = { ...open.cluster.facts, endpoint: unknown("forbidden", "No access.") };
    expect(prove(open, finding, planWith(after))).toMatchObject({
      passes: false,
      why: expect.stringContaining("Judged again it is unknown"),
    });
  });

  it("names the checks that could tell neither before nor after, and no others", () => {
    const unread = groundOf({
      services: known([aService("web", { externalIPs: ["8.8.8.8"] })]),
      endpoint: unknown("forbidden", "No access."),
    });
    const [proposal] = proposed(unread, "service-uses-no-external-ips");
    const untold = proposal?.state === "planned" ? proposal.proof.untold : [];
    expect(untold).toContain("endpoint-private-access-enabled");
    expect(untold).not.toContain("service-uses-no-external-ips");
  });

  it("a finding that a waiver excuses is judged all the same", () => {
    const waiver = { check: "service-uses-no-external-ips", resource: "*", owner: "team", reason: "legacy", expires: "2099-01-31" };
    const waived = { ...ground, settings: withSettings({ waivers: [waiver] }) };
    expect(judgedOn(waived).filter(({ status }) => status === "fail")).not.toEqual([]);
  });
});

describe("a script", () => {
  const ground = groundOf({ services: known([aService("web", { externalIPs: ["8.8.8.8"] })]) });
  const [proposal] = proposed(ground, "service-uses-no-external-ips");
  if (proposal?.state !== "planned") throw new TypeError("The Service has a plan.");

  it("acts on the cluster that it was made for, and on no other", () => {
    const script = scriptOf(proposal, ground.cluster);
    expect(script).toContain('command kubectl --context "$KUBE_CONTEXT"');
    expect(script).toContain("KUBE_CONTEXT:=arn:aws:eks:eu-west-1:111122223333:cluster/prod");
    expect(script).not.toContain("get-caller-identity");
  });

  it.each([
    ["helm, which has contexts of its own", "helm upgrade x", 'command helm --kube-context "$KUBE_CONTEXT"'],
    ["AWS in a loop", "until aws elb describe-load-balancers; do sleep 5; done", "aws sts get-caller-identity"],
    ["any service of AWS", "aws iam attach-role-policy --role-name nodes", "aws sts get-caller-identity"],
    ["AWS in a substitution", 'echo "$(aws eks describe-addon)"', "aws sts get-caller-identity"],
    ["kubectl behind a pipe", "cat x | kubectl replace --filename -", 'command kubectl --context "$KUBE_CONTEXT"'],
  ])("is kept to its own by a guard: %s", (_rule, command, guard) => {
    expect(scriptOf({ ...proposal, plan: { ...proposal.plan, commands: [command] } }, ground.cluster)).toContain(guard);
  });

  it("ends before it did anything where its plan is not proved", () => {
    const lines = scriptOf(
      { ...proposal, proved: false, proof: { ...proposal.proof, passes: false, why: "It does\nnot help." } },
      ground.cluster,
    ).split("\n");
    expect(lines.indexOf("exit 1")).toBeLessThan(lines.findIndex((line) => line.startsWith("kubectl patch")));
    expect(lines).toContain("# NOT PROVED: It does not help.");
  });

  it("text of the cluster stays in comments of one line", () => {
    const hostile = { ...proposal, finding: { ...proposal.finding, message: "Service x\nrm -rf ~\u001b[2J is open." } };
    expect(
      scriptOf(hostile, ground.cluster)
        .split("\n")
        .filter((line) => line.includes("rm -rf")),
    ).toEqual([expect.stringMatching(/^# For service-uses-no-external-ips: Service x rm -rf ~ is open\.$/)]);
  });
});
