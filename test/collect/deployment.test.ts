import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { describe, expect, it } from "vitest";
import { collectDeployment, type DeploymentPorts } from "../../core/collect/deployment.ts";
import { type AwsRead, doctorReads, hubReads, kubernetesReads } from "../../core/collect/reads.ts";
import type { DeploymentCluster } from "../../core/model/deployment.ts";
import { known } from "../../core/model/fact.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { home, hub, member, portsTo, type RegionInput, soon, stateOf, valueIn, withRegion } from "./aws-bed.ts";

const deploymentPorts = (sandbox: Sandbox, over: Partial<DeploymentPorts> = {}): DeploymentPorts => {
  const options = { endpoint: sandbox.endpoint, region: home, maxAttempts: 1 };
  return {
    ...portsTo(sandbox, {}, 30_000),
    caller: { account: hub, arn: `arn:aws:iam::${hub}:user/eks-perimeter` },
    readTimeoutMs: 20_000,
    organizations: () => new OrganizationsClient({ ...options, credentials: sandbox.credentials }),
    securityHub: ({ credentials }, region) => new SecurityHubClient({ ...options, region, credentials }),
    ...over,
  };
};
const ofMember = { accounts: [member], excluded: [], regions: [home] };
const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

/** What is seen of the one cluster of the member, in a Region that is like this. */
async function seenOf(region: RegionInput): Promise<DeploymentCluster> {
  const { accounts } = await collectDeployment(ofMember, deploymentPorts(await withRegion(region)), soon());
  const [cluster] = accounts.flatMap(({ clusters }) => clusters);
  if (cluster === undefined) throw new Error("The member has a cluster.");
  return cluster;
}
const codesOf = ({ reads }: DeploymentCluster) => new Set(reads.map(({ state, reason }) => reason?.code ?? state));

it("what is sent is what is declared: the reads of doctor, and of a scan no more than those that find clusters", async () => {
  const sandbox = await withRegion({ clusters: [{ name: "prod", objects: ["a", "b", "c"].map(namespace) }] });
  const seen = await collectDeployment({ accounts: "organization", excluded: [hub], regions: "all" }, deploymentPorts(sandbox), soon());
  const actions = new Set(sandbox.requests().map(({ action }) => action));
  const declared = [...Object.values<AwsRead>(doctorReads), ...Object.values<AwsRead>(hubReads)].flatMap((one) => [...one.actions]);
  expect([...actions].toSorted()).toEqual([...declared, "account:ListRegions", "eks:DescribeCluster", "eks:ListClusters"].toSorted());
  expect(seen.organization).toEqual(known({ accounts: [hub, member], managementAccount: hub }));
  const [account] = seen.accounts;
  expect(seen.accounts.map((one) => one.account)).toEqual([member]);
  expect(account?.hubs).toEqual([{ region: home, isOn: known(true) }]);
});

describe("the Kubernetes API", () => {
  it("read: a list of which more than one object exists was answered, though it was not read to its end", async () => {
    const sandbox = await withRegion({ clusters: [{ name: "prod", objects: ["a", "b", "c"].map(namespace) }] });
    const { accounts } = await collectDeployment(ofMember, deploymentPorts(sandbox), soon());
    const [cluster] = accounts.flatMap(({ clusters }) => clusters);
    const asked = sandbox.kubernetes(`arn:aws:eks:${home}:${member}:cluster/prod`)?.requests() ?? [];
    expect(asked.filter(({ path }) => path === "/api/v1/namespaces").map(({ query }) => query)).toEqual([{ limit: "1" }]);
    if (cluster === undefined) throw new Error("The member has a cluster.");
    expect(cluster.reads.map(({ read }) => read).toSorted()).toEqual(Object.keys(kubernetesReads).toSorted());
    expect(codesOf(cluster)).toEqual(new Set(["read"]));
  });
  it("unauthenticated: nobody made an access entry", async () => {
    const cluster = await seenOf({ clusters: [{ name: "prod", accessEntries: [] }] });
    expect([codesOf(cluster), cluster.accessEntry]).toEqual([new Set(["unauthenticated"]), known(null)]);
  });
  it("forbidden: an entry whose groups have no rights; its groups are told", async () => {
    const accessEntries = [{ principal: "role/eks-perimeter-member", groups: ["eks-perimeter:readers"] }];
    const cluster = await seenOf({ clusters: [{ name: "prod", accessEntries }] });
    expect(codesOf(cluster)).toContain("forbidden");
    expect(cluster.accessEntry).toEqual(known({ groups: ["eks-perimeter:readers"] }));
  });
  it("refused: nothing listens; the entry is told all the same", async () => {
    const cluster = await seenOf({ clusters: [{ name: "prod", reachable: false, endpoint: { public: false, private: true } }] });
    expect([codesOf(cluster), cluster.accessEntry]).toEqual([new Set(["refused"]), known({ groups: ["eks-perimeter"] })]);
  });
  it("not asked: the cluster is being made", async () => {
    const cluster = await seenOf({ clusters: [{ name: "next", status: "CREATING" }] });
    expect([cluster.inapplicable?.code, cluster.reads]).toEqual(["not-ready", []]);
  });
});

it("a cluster in CONFIG_MAP mode is not asked for access entries, which it would answer with an error", async () => {
  const sandbox = await withRegion({ clusters: [{ name: "old", describe: { accessConfig: { authenticationMode: "CONFIG_MAP" } } }] });
  const { accounts } = await collectDeployment(ofMember, deploymentPorts(sandbox), soon());
  const [cluster] = accounts.flatMap(({ clusters }) => clusters);
  expect([cluster?.authenticationMode, cluster?.accessEntry]).toEqual([known("CONFIG_MAP"), known(null)]);
  expect(sandbox.requests().map(({ action }) => action)).not.toContain("eks:DescribeAccessEntry");
});

describe("the member role's entry, where the caller's own credentials act", () => {
  const roleIn = (account: string) => `arn:aws:iam::${account}:role/eks-perimeter-member`;
  const seen = async (over: Partial<DeploymentPorts>, ownAccount: string | undefined) => {
    const sandbox = await withRegion({ clusters: [{ name: "prod" }] });
    const ports = deploymentPorts(sandbox, over);
    const access = (account: string) => {
      const { roleArn: _, ...way } = ports.access(account);
      return account === ownAccount ? way : ports.access(account);
    };
    const { accounts } = await collectDeployment(ofMember, { ...ports, access }, soon());
    const [cluster] = accounts.flatMap(({ clusters }) => clusters);
    const asked = sandbox.requests().filter(({ action }) => action === "eks:DescribeAccessEntry");
    return { member: cluster?.member, asked: asked.length };
  };
  it("is read besides the caller's, if it matters", async () => {
    const entry = { arn: roleIn(member), accessEntry: known({ groups: ["eks-perimeter"] }) };
    expect(await seen({ memberRole: roleIn }, member)).toEqual({ member: entry, asked: 2 });
  });
  it("is not read if it does not matter, nor where the role itself is who looks", async () => {
    expect(await seen({}, member)).toEqual({ member: undefined, asked: 1 });
    expect(await seen({ memberRole: roleIn }, undefined)).toEqual({ member: undefined, asked: 1 });
  });
});

describe("Security Hub", () => {
  const hubOf = async (region: RegionInput, arm?: (sandbox: Sandbox) => void) => {
    const sandbox = await withRegion(region);
    arm?.(sandbox);
    const { accounts } = await collectDeployment(ofMember, deploymentPorts(sandbox), soon());
    return accounts[0]?.hubs[0]?.isOn;
  };
  it("on", async () => expect(await hubOf({})).toEqual(known(true)));
  it("off: that the account is not subscribed is an answer", async () =>
    expect(await hubOf({ securityHub: "disabled" })).toEqual(known(false)));
  it("not asked: the account's findings are held elsewhere", async () => {
    const sandbox = await withRegion({ securityHub: "disabled" });
    const scope = { ...ofMember, accounts: [hub, member], central: [member] };
    const { accounts } = await collectDeployment(scope, deploymentPorts(sandbox), soon());
    expect(accounts.map(({ account, hubs, isCentral }) => [account, hubs.length, isCentral])).toEqual([
      [hub, 1, undefined],
      [member, 0, true],
    ]);
  });
  it("forbidden: the role is older than this read", async () => {
    const isOn = await hubOf({}, ({ faults }) =>
      faults.add([{ kind: "error", service: "securityhub", operation: "DescribeHub", code: "AccessDeniedException", status: 403 }]),
    );
    expect(isOn && stateOf(isOn)).toBe("forbidden");
  });
});

it("an account whose role can't be assumed is asked for nothing else, and keeps no other from being seen", async () => {
  const sandbox = await withRegion({ clusters: [{ name: "prod" }] }, { accounts: [{ id: hub, roles: {} }, { id: member }] });
  const { accounts } = await collectDeployment({ ...ofMember, accounts: [hub, member] }, deploymentPorts(sandbox), soon());
  expect(
    accounts.map(({ account, hubs, reads }) => [account, hubs.length, reads.find(({ read }) => read === "sts:AssumeRole")?.state]),
  ).toEqual([
    [hub, 0, "unknown"],
    [member, 1, "read"],
  ]);
});

it("an organization that can't be listed leaves the caller's account", async () => {
  const sandbox = await withRegion({}, { organization: null });
  const seen = await collectDeployment({ ...ofMember, accounts: "organization" }, deploymentPorts(sandbox), soon());
  expect([seen.organization && stateOf(seen.organization), seen.accounts.map(({ account }) => account)]).toEqual(["not-enabled", [hub]]);
});

it("ends when it is interrupted", async () => {
  const sandbox = await withRegion({ clusters: [{ name: "prod" }] });
  const interrupted = new AbortController();
  const ports = deploymentPorts(sandbox, { onFound: () => interrupted.abort(new Error("interrupted")) });
  await expect(collectDeployment(ofMember, ports, interrupted.signal)).rejects.toThrow("interrupted");
});

it("the deadline of a cluster makes its reads unknown with timeout", async () => {
  const sandbox = await withRegion({ clusters: [{ name: "prod" }] });
  sandbox.faults.add([{ kind: "hang", service: "eks", operation: "DescribeAccessEntry" }]);
  const { accounts } = await collectDeployment(ofMember, deploymentPorts(sandbox, { readTimeoutMs: 3_000 }), soon());
  const [cluster] = accounts.flatMap(({ clusters }) => clusters);
  expect(cluster && stateOf(cluster.accessEntry)).toBe("timeout");
  expect(cluster && valueIn(cluster.authenticationMode)).toBe("API_AND_CONFIG_MAP");
});
