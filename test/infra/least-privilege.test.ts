/** What no grant of the product may be, over every resource that is declared and both files that open members and clusters. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { type AwsRead, awsReads } from "../../core/collect/reads.ts";
import { type Declared, declare, stack } from "./graph.ts";

let graph: readonly Declared[] = [];
beforeAll(async () => {
  graph = await declare("test", ...stack);
}, 180_000);

interface Grant {
  /** The resource that holds it. */
  readonly at: string;
  readonly action: string;
  readonly resource: string;
}
type Listed = string | readonly string[] | undefined;
type Statement = Readonly<Record<string, Listed>>;
const listed = (value: Listed): readonly string[] => [value ?? []].flat();

/** Every action with every resource that a document allows; what it allows by exclusion stands as an asterisk. */
function grantsOf(at: string, text: string): readonly Grant[] {
  const document = JSON.parse(text) as Readonly<Record<string, readonly Statement[] | undefined>>;
  return (document.Statement ?? document.statements ?? [])
    .filter((one) => (one.Effect ?? one.effect ?? "Allow") === "Allow")
    .flatMap((one) => {
      const excludes = [one.NotAction, one.notActions, one.NotResource, one.notResources].some((value) => value !== undefined);
      const actions = excludes ? ["*"] : listed(one.Action ?? one.actions);
      return actions.flatMap((action) => listed(one.Resource ?? one.resources).map((resource) => ({ at, action, resource })));
    });
}
const grants = (): readonly Grant[] =>
  graph.flatMap(({ name, inputs }) => {
    const inline = (inputs.inlinePolicies ?? []).map(({ policy }: { policy: string }) => policy);
    return [inputs.policy, ...inline].filter((text) => text !== undefined).flatMap((text) => grantsOf(name, text));
  });

/** Whatever is granted on every resource, and why it can't be narrower. */
const onEverything: Readonly<Record<string, string>> = {
  "PlanRole organizations:ListAccounts": "the action takes no resource",
  "WorkflowPolicy logs:CreateLogDelivery": "actions on the delivery of logs take no resource",
  "WorkflowPolicy logs:DeleteLogDelivery": "actions on the delivery of logs take no resource",
  "WorkflowPolicy logs:DescribeLogGroups": "the workflow looks its log up among all",
  "WorkflowPolicy logs:DescribeResourcePolicies": "the action takes no resource",
  "WorkflowPolicy logs:GetLogDelivery": "actions on the delivery of logs take no resource",
  "WorkflowPolicy logs:ListLogDeliveries": "actions on the delivery of logs take no resource",
  "WorkflowPolicy logs:PutResourcePolicy": "the action takes no resource",
  "WorkflowPolicy logs:UpdateLogDelivery": "actions on the delivery of logs take no resource",
  ...Object.fromEntries(
    Object.values<AwsRead>(awsReads).flatMap(({ actions, resource }) =>
      "any" in resource ? actions.map((action) => [`MemberReads ${action}`, resource.any]) : [],
    ),
  ),
};

describe("grants", () => {
  it("name their actions: no asterisk, and nothing by exclusion", () => {
    expect(grants().length).toBeGreaterThan(50);
    expect(grants().filter(({ action }) => action.includes("*"))).toEqual([]);
  });
  it("are on every resource only where the list says why, and the list says nothing else", () => {
    const isKey = new Set(graph.filter(({ type }) => type === "aws:kms/key:Key").map(({ name }) => name)); // whose policy speaks of itself
    const everywhere = grants().filter(({ at, resource }) => resource === "*" && !isKey.has(at));
    expect([...new Set(everywhere.map(({ at, action }) => `${at} ${action}`))].sort()).toEqual(Object.keys(onEverything).sort());
    for (const [grant, reason] of Object.entries(onEverything)) expect(reason, grant).not.toBe("");
  });
  it("by managed policies are the writing of logs, and nothing else", () => {
    const roles = graph.filter(({ type }) => type === "aws:iam/role:Role");
    const managed = new Set(roles.flatMap(({ inputs }) => inputs.managedPolicyArns ?? []));
    expect([...managed]).toEqual(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]);
    expect(graph.filter(({ type }) => /PolicyAttachment|iam\/(?:user|group|policy):/.test(type))).toEqual([]);
  });
  it("change no role, and assume none but the member's", () => {
    expect(grants().filter(({ action }) => /^(?:iam|sts:(?!AssumeRole$)|organizations:(?!ListAccounts$))/.test(action))).toEqual([]);
    const assumed = grants().filter(({ action, at }) => action === "sts:AssumeRole" && at !== "MemberReads");
    expect(assumed.map(({ at, resource }) => [at, resource])).toEqual([
      ["DiscoverRole", "arn:aws:iam::*:role/eks-perimeter-member"],
      ["ScanRole", "arn:aws:iam::*:role/eks-perimeter-member"],
    ]);
  });
});

describe("roles", () => {
  interface Trust {
    readonly Effect: string;
    readonly Action: string;
    readonly Principal: Readonly<Record<string, Listed>>;
  }
  it("are assumed by one service each, or by the hub's two roles; never by a whole account", () => {
    const roles = graph.filter(({ type }) => type === "aws:iam/role:Role");
    const trusted = roles.map(({ name, inputs }) => {
      const { Statement } = JSON.parse(inputs.assumeRolePolicy) as { Statement: readonly Trust[] };
      return [name, Statement.flatMap(({ Principal }) => Object.entries(Principal).map(([kind, who]) => [kind, ...listed(who)].join(" ")))];
    });
    const lambda = ["Service lambda.amazonaws.com"];
    expect(Object.fromEntries(trusted)).toEqual({
      PlanRole: lambda,
      DiscoverRole: lambda,
      ScanRole: lambda,
      SummarizeRole: lambda,
      RescanRole: lambda,
      WorkflowRole: ["Service states.amazonaws.com"],
      ScheduleRole: ["Service scheduler.amazonaws.com"],
      Member: ["AWS arn:aws:mock:eu-west-1:111122223333:DiscoverRole arn:aws:mock:eu-west-1:111122223333:ScanRole"],
    });
  });
});

describe("the template of the member role", () => {
  it("names its actions, and has every resource only where a read says why", () => {
    const { Properties } = parse(readFileSync("docs/access/member.template.yaml", "utf8")).Resources.Member;
    const granted = Properties.Policies.flatMap(({ PolicyDocument }: { PolicyDocument: unknown }) =>
      grantsOf("MemberReads", JSON.stringify(PolicyDocument)),
    ) as readonly Grant[];
    expect(granted.length).toBeGreaterThan(20);
    expect(granted.filter(({ action }) => action.includes("*"))).toEqual([]);
    for (const { at, action, resource } of granted) {
      if (resource === "*") expect(onEverything, action).toHaveProperty([`${at} ${action}`]);
    }
  });
});

describe("the ClusterRole", () => {
  interface Rule {
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly verbs: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly nonResourceURLs?: readonly string[];
  }
  const documents = parseAllDocuments(readFileSync("docs/access/cluster-role.yaml", "utf8")).map((one) => one.toJS());
  const rules = documents.flatMap(({ rules: found = [] }: { rules?: readonly Rule[] }) => found);

  it("gets and lists, and does nothing else", () => {
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.flatMap(({ verbs }) => verbs).filter((verb) => verb !== "get" && verb !== "list")).toEqual([]);
  });
  it("names its groups and resources: no Secret, no asterisk, and no subresource, which may be a way in", () => {
    const named = rules.flatMap(({ apiGroups = [], resources = [] }) => [...apiGroups, ...resources]);
    expect(named.filter((name) => /\*|\/|^(?:secrets|serviceaccounts)$/.test(name))).toEqual([]);
    expect(rules.flatMap(({ nonResourceURLs = [] }) => nonResourceURLs)).toEqual([]);
  });
  it("reads ConfigMaps by name alone", () => {
    for (const rule of rules.filter(({ resources = [] }) => resources.includes("configmaps"))) {
      expect(rule.verbs).toEqual(["get"]);
      expect(rule.resourceNames?.length).toBeGreaterThan(0);
    }
  });
  it("is bound to the group of readers alone", () => {
    const subjects = documents.flatMap(({ subjects: found = [] }) => found);
    expect(subjects).toEqual([{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "eks-perimeter:readers" }]);
  });
});
