import { beforeAll, describe, expect, it } from "vitest";
import { collectAccount } from "../../core/collect/account.ts";
import { collectCluster } from "../../core/collect/cluster.ts";
import { listAccounts } from "../../core/collect/organization.ts";
import { type AwsRead, awsReads, doctorReads, hubReads, kubernetesReads } from "../../core/collect/reads.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import { clients } from "../sandbox/support.ts";
import { everyFact, gapsOf, home, hub, member, portsTo, soon, valueIn, withRegion } from "./aws-bed.ts";

/** What a complete collection sends, as the other side saw it: IAM actions, each with who asked. */
let sent: readonly { readonly action: string; readonly account?: string }[] = [];
let covered: readonly string[] = [];

beforeAll(async () => {
  const sandbox = await withRegion({
    vpcs: [
      {
        id: "vpc-a",
        subnets: [{ id: "subnet-a", cidr: "10.0.0.0/24" }],
        securityGroups: [{ id: "sg-1", ingress: [{ from: ["pl-1"] }] }],
      },
    ],
    // Exclusions are only asked for where something is blocked.
    blockPublicAccess: { mode: "block-ingress" },
    prefixLists: [{ id: "pl-1", entries: ["198.51.100.0/24"] }],
    loadBalancers: [
      { name: "net", listeners: [{ port: 443 }] },
      // Rules are only asked for of application load balancers.
      { name: "app", type: "application", listeners: [{ port: 443 }] },
      { name: "old", type: "classic", listeners: [{ port: 80 }] },
    ],
    clusters: [{ name: "prod", nodeGroups: [{ name: "general" }], addOns: [{ name: "vpc-cni" }] }],
  });
  const ports = portsTo(sandbox);
  const accounts = await listAccounts(clients(sandbox, sandbox.credentials).organizations, soon());
  expect(accounts).toEqual([hub, member]);
  const account = await collectAccount(member, { regions: "all" }, ports, soon());
  const target = { account: member, region: home, name: "prod" };
  const { facts } = await collectCluster(target, everyFact, ports, soon());
  expect([...gapsOf(account.facts.reads), ...gapsOf(facts.reads)]).toEqual([]);
  sent = sandbox.requests();
  covered = [...valueIn(account.facts.reads), ...valueIn(facts.reads)].map(({ read }) => read);
});

const actionsOf = (reads: Readonly<Record<string, AwsRead>>) => new Set(Object.values(reads).flatMap(({ actions }) => actions));

describe("what is sent is what is declared, both ways", () => {
  it("in the member account", () => {
    expect(new Set(sent.filter(({ account }) => account === member).map(({ action }) => action))).toEqual(actionsOf(awsReads));
  });
  it("with the product's own credentials", () => {
    expect(new Set(sent.filter(({ account }) => account === hub).map(({ action }) => action))).toEqual(actionsOf(hubReads));
  });
  it("and the coverage names each", () => {
    const names = Object.keys({ ...awsReads, ...hubReads, ...kubernetesReads }).filter((name) => name !== "organizations:ListAccounts");
    const named = names.filter((name) => covered.some((read) => read === name || read.startsWith(`${name} `)));
    expect(named).toEqual(names);
    expect(covered.filter((read) => !names.some((name) => read === name || read.startsWith(`${name} `)))).toEqual([]);
  });
});

describe("the table", () => {
  const reads = { ...awsReads, ...hubReads, ...kubernetesReads };
  it("every fact but those about the reading itself hangs on a read", () => {
    const read = new Set(Object.values(reads).flatMap(({ facts }) => facts as readonly string[]));
    const facts = Object.keys(ClusterFacts.unwrap().shape).filter((name) => !["readAt", "reads"].includes(name));
    expect(read).toEqual(new Set(facts));
  });
  it("no action changes anything: each is a list, a description or a get, besides assuming the role", () => {
    const actions = [...actionsOf(awsReads), ...actionsOf(doctorReads), ...actionsOf(hubReads)];
    expect(actions.filter((action) => !/^[a-z0-9-]+:(List|Describe|Get)[A-Za-z]+$/.test(action))).toEqual(["sts:AssumeRole"]);
    expect(Object.values(kubernetesReads).filter(({ verb }) => !["get", "list"].includes(verb))).toEqual([]);
  });
});
