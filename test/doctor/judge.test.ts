import { describe, expect, it } from "vitest";
import { isReady, judgeDeployment } from "../../core/doctor/judge.ts";
import type { Coverage } from "../../core/model/cluster.ts";
import type { Deployment, DeploymentAccount, DeploymentCluster } from "../../core/model/deployment.ts";
import { principalOf } from "../../core/model/deployment.ts";
import { known, type ReasonCode, unknown } from "../../core/model/fact.ts";
import type { Area, Prerequisite } from "../../core/model/prerequisite.ts";

const hub = "111111111111";
const member = "222222222222";
const home = "eu-west-1";
const roleArn = `arn:aws:iam::${member}:role/eks-perimeter-member`;

const read = (name: string): Coverage => ({ read: name, state: "read" });
const refused = (name: string, code: ReasonCode): Coverage => ({
  read: name,
  state: "unknown",
  reason: { code, message: `Refused: ${code}.` },
  remedy: `Mend ${code}.`,
});
const left = (name: string, code: ReasonCode): Coverage => ({ read: name, state: "skipped", reason: { code, message: `Left: ${code}.` } });

const kubernetes = ["kubernetes:list namespaces", "kubernetes:list nodes", "kubernetes:list pods"] as const;
const all = (code: ReasonCode): readonly Coverage[] => kubernetes.map((name) => refused(name, code));

const aCluster = (over: Partial<DeploymentCluster> = {}): DeploymentCluster => ({
  account: member,
  region: home,
  name: "prod",
  endpoint: known({ publicAccess: true, privateAccess: false, publicCidrs: ["0.0.0.0/0"] }),
  principal: { arn: roleArn },
  authenticationMode: known("API_AND_CONFIG_MAP"),
  accessEntry: known({ groups: ["eks-perimeter:readers"] }),
  reads: kubernetes.map(read),
  ...over,
});

const anAccount = (over: Partial<DeploymentAccount> = {}): DeploymentAccount => ({
  account: member,
  roleArn,
  reads: [read("account:ListRegions"), read(`eks:ListClusters ${home}`), read("sts:AssumeRole")],
  hubs: [{ region: home, isOn: known(true) }],
  clusters: [aCluster()],
  ...over,
});

const aDeployment = (account: Partial<DeploymentAccount>, over: Partial<Deployment> = {}): Deployment => ({
  caller: { account: hub, arn: `arn:aws:sts::${hub}:assumed-role/Operator/me` },
  homeRegion: home,
  // A neighbour in order, of which nothing is to be said but that.
  accounts: [anAccount({ account: "333333333333", clusters: [] }), anAccount(account)],
  ...over,
});

/** What is said in one area of the account in question. */
const said = (deployment: Deployment, area: Area, account = member): readonly Prerequisite[] =>
  judgeDeployment(deployment).filter((one) => one.area === area && one.place.account === account);
const states = (deployment: Deployment, area: Area, account = member) => said(deployment, area, account).map(({ state }) => state);
const commandsOf = (found: readonly Prerequisite[]) => found.flatMap(({ toDo }) => toDo?.commands ?? []);

it("ok: everything is there, and the deployment is ready", () => {
  const prerequisites = judgeDeployment(aDeployment({}));
  expect(prerequisites.map(({ area, state }) => [area, state])).toEqual([
    ["role", "ok"],
    ["role", "ok"],
    ["regions", "ok"],
    ["regions", "ok"],
    ["security-hub", "ok"],
    ["security-hub", "ok"],
    ["network", "ok"],
    ["access-entry", "ok"],
  ]);
  expect(isReady(prerequisites)).toBe(true);
});

describe("organization", () => {
  const asked = (organization: Deployment["organization"]) => said(aDeployment({}, organization && { organization }), "organization", hub);
  it.each<[string, Deployment["organization"], string[], RegExp | undefined]>([
    ["nothing: it was not asked for", undefined, [], undefined],
    ["ok: its accounts were listed", known({ accounts: [hub, member] }), ["ok"], undefined],
    ["lacks: the caller's account is no delegated administrator", unknown("forbidden", "No."), ["lacks"], /--account-id 111111111111 /],
    ["lacks: there is no organization", unknown("not-enabled", "None."), ["lacks"], undefined],
    ["unknown: it did not answer", unknown("timeout", "Late."), ["unknown"], undefined],
  ])("%s", (_rule, organization, expected, command) => {
    const found = asked(organization);
    expect(found.map(({ state }) => state)).toEqual(expected);
    if (command !== undefined) expect(commandsOf(found)).toEqual([expect.stringMatching(command)]);
  });
});

describe("role", () => {
  const closed = (reads: readonly Coverage[]): Partial<DeploymentAccount> => ({ reads, hubs: [], clusters: [] });
  it.each<[string, Partial<DeploymentAccount>, string[]]>([
    ["ok: it was assumed", {}, ["ok"]],
    ["lacks: it can't be assumed", closed([refused("sts:AssumeRole", "forbidden")]), ["lacks"]],
    ["unknown: STS did not answer", closed([refused("sts:AssumeRole", "timeout")]), ["unknown"]],
    ["unknown: nothing was told of it", closed([]), ["unknown"]],
    ["skipped: a service control policy closes it", closed([left("sts:AssumeRole", "denied-by-policy")]), ["skipped"]],
  ])("%s", (_rule, account, expected) => {
    expect(states(aDeployment(account), "role")).toEqual(expected);
  });

  it("skipped: the caller's own credentials act in the account", () => {
    const { roleArn: _, ...own } = anAccount({ account: hub });
    expect(states(aDeployment({}, { accounts: [own] }), "role", hub)).toEqual(["skipped"]);
  });

  const refusing = closed([refused("sts:AssumeRole", "forbidden")]);
  it("lacks: of a member, what became of the StackSet there, and whom its trust policy would have to name", () => {
    const [found] = said(aDeployment(refusing), "role");
    expect(found?.toDo?.commands).toEqual([expect.stringMatching(/list-stack-instances .*--stack-instance-account 222222222222 /)]);
    expect(found?.toDo?.text).toContain(`arn:aws:iam::${hub}:role/Operator`);
    expect(found?.toDo?.text).toContain("A StackSet never reaches the management account");
  });
  it("lacks: of the management account, the stack by hand, since no StackSet reaches it", () => {
    const organization = known({ accounts: [hub, member], managementAccount: member });
    const [found] = said(aDeployment(refusing, { organization }), "role");
    expect(found?.toDo?.commands).toEqual([expect.stringMatching(/cloudformation create-stack /)]);
  });
});

describe("regions", () => {
  const listing = (...reads: readonly Coverage[]): Partial<DeploymentAccount> => ({ reads: [read("sts:AssumeRole"), ...reads] });
  it.each<[string, Partial<DeploymentAccount>, [string, string?][]]>([
    ["lacks: Regions may not be listed", listing(refused("account:ListRegions", "forbidden")), [["lacks"]]],
    ["unknown: Regions were not listed in time", listing(refused("account:ListRegions", "timeout")), [["unknown"]]],
    [
      "lacks: clusters of one Region may not be listed",
      listing(read(`eks:ListClusters ${home}`), refused("eks:ListClusters us-east-1", "forbidden")),
      [["lacks", "us-east-1"], ["ok"]],
    ],
    [
      "unknown: one Region did not answer",
      listing(read(`eks:ListClusters ${home}`), refused("eks:ListClusters us-east-1", "server-error")),
      [["unknown", "us-east-1"], ["ok"]],
    ],
    [
      "skipped: Regions closed by a service control policy are no lack",
      listing(read(`eks:ListClusters ${home}`), left("eks:ListClusters us-east-1", "denied-by-policy")),
      [["skipped"], ["ok"]],
    ],
    ["skipped: a Region that is not enabled", listing(left("eks:DescribeCluster af-south-1 prod", "not-enabled")), [["skipped"]]],
  ])("%s", (_rule, account, expected) => {
    const found = said(aDeployment(account), "regions");
    expect(found.map(({ state, place }) => [state, ...(place.region === undefined ? [] : [place.region])])).toEqual(expected);
  });

  it("skipped: all Regions that are closed for one reason are named together", () => {
    const account = listing(left("eks:ListClusters us-east-1", "denied-by-policy"), left("eks:ListClusters us-east-2", "denied-by-policy"));
    expect(said(aDeployment(account), "regions").map(({ seen }) => seen)).toEqual([
      "Closed by a service control policy: us-east-1, us-east-2.",
    ]);
  });
  it("lacks: the caller's own rights are named where no role was assumed", () => {
    const { roleArn: _, ...own } = anAccount(listing(refused("account:ListRegions", "forbidden")));
    expect(said(aDeployment({}, { accounts: [own] }), "regions")[0]?.toDo?.text).toContain("docs/access/member-policy.json");
  });
});

describe("security-hub", () => {
  const hubs = (isOn: DeploymentAccount["hubs"][number]["isOn"]): Partial<DeploymentAccount> => ({ hubs: [{ region: "us-east-1", isOn }] });
  it.each<[string, DeploymentAccount["hubs"][number]["isOn"], string, RegExp | undefined]>([
    ["ok: it is on", known(true), "ok", undefined],
    ["lacks: it is off", known(false), "lacks", /^aws securityhub enable-security-hub .*--region us-east-1$/],
    ["unknown: the role's policy is older than the product", unknown("forbidden", "No."), "unknown", /update-stack-set /],
    ["unknown: it did not answer", unknown("server-error", "500."), "unknown", undefined],
    ["skipped: the Region is closed by a service control policy", unknown("denied-by-policy", "No."), "skipped", undefined],
  ])("%s", (_rule, isOn, state, command) => {
    const found = said(aDeployment(hubs(isOn)), "security-hub");
    expect(found.map((one) => [one.state, one.place.region])).toEqual([[state, "us-east-1"]]);
    expect(commandsOf(found)).toEqual(command === undefined ? [] : [expect.stringMatching(command)]);
  });
  it("skipped: another account's Security Hub holds its findings", () => {
    const deployment = aDeployment({ hubs: [], isCentral: true });
    expect(states(deployment, "security-hub")).toEqual(["skipped"]);
    expect(states(deployment, "security-hub", "333333333333")).toEqual(["ok"]);
    expect(isReady(judgeDeployment(deployment))).toBe(true);
  });
});

it("unknown: of the management account, its own stack is brought up to date, since no StackSet reaches it", () => {
  const organization = known({ accounts: [hub, member], managementAccount: member });
  const found = said(aDeployment({ hubs: [{ region: home, isOn: unknown("forbidden", "No.") }] }, { organization }), "security-hub");
  expect(commandsOf(found)).toEqual([expect.stringMatching(/cloudformation update-stack /)]);
});

describe("network", () => {
  const ofCluster = (cluster: Partial<DeploymentCluster>) => said(aDeployment({ clusters: [aCluster(cluster)] }), "network");
  const door = (publicAccess: boolean, publicCidrs: readonly string[]) =>
    known({ publicAccess, privateAccess: true, publicCidrs: [...publicCidrs] });
  const described = unknown("forbidden", "The role may not call eks:DescribeCluster.");
  it.each<[string, Partial<DeploymentCluster>, string]>([
    ["ok: every read is answered", {}, "ok"],
    ["ok: a refusal is an answer as well", { reads: all("unauthenticated") }, "ok"],
    ["ok: one answer among failures", { reads: [read(kubernetes[0]), refused(kubernetes[1], "timeout")] }, "ok"],
    ["lacks: the name is not resolved", { reads: all("dns") }, "lacks"],
    ["lacks: nothing comes back", { reads: all("timeout") }, "lacks"],
    ["lacks: the connection is refused", { reads: all("refused") }, "lacks"],
    ["lacks: something else answers", { reads: all("tls") }, "lacks"],
    ["lacks: the host is none of EKS", { reads: all("blocked-host") }, "lacks"],
    ["unknown: the cluster may not be described", { endpoint: described, reads: [] }, "unknown"],
    [
      "skipped: the cluster is being made",
      { inapplicable: { code: "not-ready", message: "The cluster is CREATING." }, reads: [] },
      "skipped",
    ],
    ["skipped: a failed cluster has no API to ask", { reads: all("not-ready") }, "skipped"],
  ])("%s", (_rule, cluster, state) => {
    expect(ofCluster(cluster).map((one) => one.state)).toEqual([state]);
  });

  it.each<[string, DeploymentCluster["endpoint"], RegExp, RegExp]>([
    ["a private endpoint: attach the scanner to a VPC", door(false, []), /endpoint is private/, /^EKS_PERIMETER_SUBNETS=/],
    [
      "an endpoint of some ranges: these, and the address that is missing",
      door(true, ["203.0.113.0/24"]),
      /public for 203\.0\.113\.0\/24/,
      /--name prod --region eu-west-1 .*publicAccessCidrs=YOUR.ADDRESS\/32,203\.0\.113\.0\/24$/,
    ],
  ])("lacks: %s", (_rule, endpoint, seen, command) => {
    const [found] = ofCluster({ endpoint, reads: all("timeout") });
    expect(found?.seen).toMatch(seen);
    expect(found?.toDo?.commands.at(-1)).toMatch(command);
  });
  it("lacks: an endpoint that is open to all is not to be opened further", () => {
    const [found] = ofCluster({ reads: all("timeout") });
    expect(found?.toDo).toEqual({ text: "Mend timeout.", commands: [] });
  });
  it("unknown: what may not be described asks for the role's policy", () => {
    expect(commandsOf(ofCluster({ endpoint: described, reads: [] }))).toEqual([expect.stringMatching(/update-stack-set /)]);
    expect(commandsOf(ofCluster({ endpoint: unknown("timeout", "Late."), reads: [] }))).toEqual([]);
  });
});

describe("access-entry", () => {
  const ofCluster = (cluster: Partial<DeploymentCluster>) => said(aDeployment({ clusters: [aCluster(cluster)] }), "access-entry");
  const none = known(null);
  const entry = (...groups: string[]) => known({ groups });
  const [configMap, api] = [known("CONFIG_MAP"), known("API")];
  const denied = { reads: [read(kubernetes[0]), refused(kubernetes[1], "forbidden"), read(kubernetes[2])] };
  const create = `aws eks create-access-entry --cluster-name prod --region ${home} --principal-arn ${roleArn} --kubernetes-groups eks-perimeter:readers`;
  const apply = [`aws eks update-kubeconfig --name prod --region ${home}`, "kubectl apply -f docs/access/cluster-role.yaml"];
  const edit = "kubectl edit configmap aws-auth --namespace kube-system";
  it.each<[string, Partial<DeploymentCluster>, string, readonly string[]]>([
    ["ok: every read is answered", {}, "ok", []],
    ["ok: every read is answered, whatever its entry says", { accessEntry: none, authenticationMode: configMap }, "ok", []],
    ["lacks: 401, no entry", { reads: all("unauthenticated"), accessEntry: none }, "lacks", [create, ...apply]],
    [
      "lacks: 401, and what entry there is was not read",
      { reads: all("unauthenticated"), accessEntry: unknown("forbidden", "No.") },
      "lacks",
      [create, ...apply],
    ],
    [
      "lacks: 401 in spite of an entry, which is that of an earlier role",
      { reads: all("unauthenticated") },
      "lacks",
      [create.replace("create", "delete").replace(/ --kubernetes-groups.*/, ""), create, ...apply],
    ],
    [
      "lacks: 401 of a cluster that goes by aws-auth alone",
      { reads: all("unauthenticated"), accessEntry: none, authenticationMode: configMap },
      "lacks",
      [...apply, edit],
    ],
    ["lacks: one 403, the entry has the group", denied, "lacks", apply],
    [
      "lacks: one 403, the entry has other groups, which it keeps",
      { ...denied, accessEntry: entry("ops; rm -rf /") },
      "lacks",
      [create.replace("create", "update").replace(/\S+$/, "'ops; rm -rf /' eks-perimeter:readers"), ...apply],
    ],
    [
      "lacks: one 403 of a cluster that goes by aws-auth",
      { ...denied, accessEntry: none, authenticationMode: configMap },
      "lacks",
      [...apply, edit],
    ],
    ["unknown: one read failed otherwise", { reads: [read(kubernetes[0]), refused(kubernetes[1], "server-error")] }, "unknown", []],
    ["unknown: not reached, the entry has the group", { reads: all("timeout") }, "unknown", []],
    ["unknown: not reached, aws-auth may name it", { reads: all("timeout"), accessEntry: none }, "unknown", [create, ...apply]],
    [
      "lacks: not reached, and entries alone count",
      { reads: all("timeout"), accessEntry: none, authenticationMode: api },
      "lacks",
      [create, ...apply],
    ],
    ["unknown: the cluster may not be described", { endpoint: unknown("forbidden", "No."), reads: [] }, "unknown", []],
    [
      "skipped: the cluster is being made",
      { inapplicable: { code: "not-ready", message: "The cluster is CREATING." }, reads: [] },
      "skipped",
      [],
    ],
    ["skipped: a failed cluster has no API to ask", { reads: all("not-ready") }, "skipped", []],
  ])("%s", (_rule, cluster, state, commands) => {
    const found = ofCluster(cluster);
    expect([found.map((one) => one.state), commandsOf(found)]).toEqual([[state], commands]);
  });

  it("lacks: a group's name may end no word of the command that keeps it", () => {
    const found = ofCluster({ ...denied, accessEntry: entry("it's; $(reboot)") });
    expect(commandsOf(found)[0]).toMatch(/ --kubernetes-groups 'it'\\''s; \$\(reboot\)' eks-perimeter:readers$/);
  });
  it("lacks: aws-auth has users and roles in lists of their own", () => {
    const ofMode = { reads: all("unauthenticated"), accessEntry: none, authenticationMode: configMap };
    expect(ofCluster(ofMode)[0]?.toDo?.text).toContain(`mapRoles of aws-auth: - { rolearn: ${roleArn},`);
    const user = `arn:aws:iam::${hub}:user/me`;
    expect(ofCluster({ ...ofMode, principal: { arn: user } })[0]?.toDo?.text).toContain(`mapUsers of aws-auth: - { userarn: ${user},`);
  });
  it("lacks: of a caller of whom only a session was seen, the role's own ARN is asked for", () => {
    const principal = principalOf(`arn:aws:sts::${hub}:assumed-role/Operator/me`);
    const [command] = commandsOf(ofCluster({ principal, reads: all("unauthenticated"), accessEntry: none }));
    expect(command).toContain('--principal-arn "$(aws iam get-role --role-name Operator --query Role.Arn --output text)"');
  });
});

it.each<[string, Partial<DeploymentAccount>, boolean]>([
  ["no: something lacks", { hubs: [{ region: home, isOn: known(false) }] }, false],
  ["no: something could not be looked at", { hubs: [{ region: home, isOn: unknown("timeout", "Late.") }] }, false],
  ["yes: something is closed on purpose", { hubs: [{ region: home, isOn: unknown("denied-by-policy", "No.") }] }, true],
])("ready: %s", (_rule, account, ready) => {
  expect(isReady(judgeDeployment(aDeployment(account)))).toBe(ready);
});

it("whatever lacks or is unknown says what to do, and nothing else does", () => {
  const broken = anAccount({
    reads: [read("sts:AssumeRole"), refused("account:ListRegions", "forbidden")],
    hubs: [{ region: home, isOn: unknown("forbidden", "No.") }],
    clusters: [aCluster({ reads: all("dns") }), aCluster({ reads: all("unauthenticated") }), aCluster()],
  });
  const found = judgeDeployment(aDeployment({}, { accounts: [broken], organization: unknown("forbidden", "No.") }));
  expect(found.filter(({ state, toDo }) => (state === "lacks" || state === "unknown") !== (toDo !== undefined))).toEqual([]);
  expect(found.map(({ state }) => state)).toEqual(["lacks", "lacks", "lacks", "lacks", "unknown", "unknown", "ok", "ok", "ok", "ok"]);
});
