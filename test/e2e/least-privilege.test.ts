/** The shipped policy of the member's role is what a scan and `doctor` call, and not one action more: moto checks every request by it. */
import { CreateClusterCommand, CreateNodegroupCommand, EKSClient, UpdateClusterConfigCommand } from "@aws-sdk/client-eks";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { EnableSecurityHubCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { collectDeployment } from "../../core/collect/deployment.ts";
import { Settings } from "../../core/model/settings.ts";
import { scanCluster } from "../../core/scan.ts";
import { version } from "../../core/version.ts";
import { templateRole } from "../support/member-template.ts";
import { memoryStore } from "../support/memory-store.ts";
import { collectPorts } from "./bed/collect-ports.ts";
import { type Door, startDoor } from "./bed/door.ts";
import type { PolicyDocument } from "./bed/iam/judge.ts";
import { askedOfIam } from "./bed/iam/request.ts";
import { type Moto, startMoto } from "./bed/moto.ts";
import { type MotoRole, motoRole } from "./bed/moto-authorization.ts";
import { motoNetwork } from "./bed/moto-network.ts";
import { type SessionCredentials, sessionIn } from "./bed/organization.ts";
import { suite } from "./bed/suite.ts";

/** For which the template's role is filled in. */
const account = "222233334444";
const region = "eu-west-1";
const cluster = "prod";
const roleName = "eks-perimeter-member";

interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string;
}
const statements = templateRole({}).Policies.flatMap(({ PolicyDocument: { Statement } }) => Statement as readonly Statement[]);
const granted = statements.flatMap(({ Action }) => Action).toSorted();
const narrowed = granted.filter((action) =>
  statements.some(({ Action, Resource }) => Action.includes(action) && Resource.includes(account)),
);
/** As it is shipped, less one action. */
const policyWithout = (removed?: string): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: statements
    .map((statement) => ({ ...statement, Action: statement.Action.filter((action) => action !== removed) }))
    .filter(({ Action }) => Action.length > 0),
});
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

// a moto of its own: its check of policies holds for whatever it serves
suite("the member's role by its shipped policy", { moto: inject("moto") }, () => {
  let moto: Moto;
  let door: Door;
  let role: MotoRole;
  let member: SessionCredentials;

  beforeAll(async () => {
    moto = await startMoto();
    door = await startDoor({ upstream: moto.url });
    const admin = await sessionIn(moto.url, account, "admin");
    role = await motoRole(moto.url, roleName, admin);
    member = await sessionIn(moto.url, account, roleName);
    await furnish(moto.url, admin);
  });
  afterAll(() => Promise.all([door?.stop(), moto?.stop()]));

  /** A scan of the cluster and what `doctor` looks at; answers what was asked of IAM, and how AWS answered. */
  async function asked(policy: PolicyDocument): Promise<readonly { readonly action: string; readonly status: number }[]> {
    await role.permit(policy);
    const before = door.heard.length;
    const signal = AbortSignal.timeout(30_000);
    const ports = {
      ...collectPorts(door.url, region, member),
      store: memoryStore().seenBy((call) => call()),
      settings: Settings.parse({ slack: { channel: "alerts" } }), // which asks Security Hub for what is suppressed
      readTimeoutMs: 20_000,
      version,
      homeRegion: region,
      securityHub: (_access: unknown, place: string) => new SecurityHubClient({ endpoint: door.url, region: place, credentials: member }),
      log: silent,
    };
    await scanCluster({ account, region, cluster }, ports, signal);
    const deployment = {
      ...ports,
      caller: { account, arn: `arn:aws:sts::${account}:assumed-role/${roleName}/e2e` },
      organizations: () => new OrganizationsClient({ endpoint: door.url, region, credentials: member }),
    };
    await collectDeployment({ accounts: [account], excluded: [], regions: "all" }, deployment, signal);
    return door.heard.slice(before).map(({ request, reply }) => ({ action: askedOfIam(request, account).action, status: reply.status }));
  }
  const actionsOf = (all: readonly { readonly action: string }[]) => [...new Set(all.map(({ action }) => action))].toSorted();
  const refusedOf = (calls: Awaited<ReturnType<typeof asked>>) => actionsOf(calls.filter(({ status }) => status === 403));

  it("accepts every call, and each of its actions is called", async () => {
    const calls = await asked(policyWithout());
    // The role has no access entry, which is an answer.
    expect(calls.filter(({ status }) => status !== 200)).toEqual([{ action: "eks:DescribeAccessEntry", status: 404 }]);
    expect(actionsOf(calls)).toEqual(granted);
  });

  it.each(granted)("without %s: refuses that call, and no other", async (removed) => {
    expect(refusedOf(await asked(policyWithout(removed)))).toEqual([removed]);
  });

  it.each(narrowed)("with %s on the resources of another account alone: refuses that call, and no other", async (moved) => {
    const elsewhere = statements
      .filter(({ Action }) => Action.includes(moved))
      .map(({ Resource, ...rest }) => ({ ...rest, Action: [moved], Resource: Resource.replaceAll(account, "999988887777") }));
    const { Version, Statement } = policyWithout(moved);
    expect(refusedOf(await asked({ Version, Statement: [...Statement, ...elsewhere] }))).toEqual([moved]);
  });

  it("refuses what it does not name", async () => {
    await role.permit(policyWithout());
    const eks = new EKSClient({ endpoint: moto.url, region, credentials: member, maxAttempts: 1 });
    const update = eks.send(new UpdateClusterConfigCommand({ name: cluster, resourcesVpcConfig: { endpointPublicAccess: true } }));
    await expect(update).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });
});

/** A cluster that leads to every read: load balancers of each kind, a prefix list, a node group, an add-on. */
async function furnish(endpoint: string, credentials: SessionCredentials): Promise<void> {
  const aws = await motoNetwork(endpoint, region, 50, credentials);
  await aws.blockIngress(); // where it is off, nobody asks for exclusions
  await new SecurityHubClient({ endpoint, region, credentials }).send(new EnableSecurityHubCommand({}));
  const eks = new EKSClient({ endpoint, region, credentials });
  const subnets = [...aws.subnetIds.public];
  await eks.send(
    new CreateClusterCommand({
      name: cluster,
      version: "1.36",
      roleArn: `arn:aws:iam::${account}:role/eks-cluster`,
      resourcesVpcConfig: { subnetIds: subnets },
      tags: { "test:endpoint": "https://127.0.0.1:1", "test:vpc-cni": "true" },
    }),
  );
  const nodeRole = `arn:aws:iam::${account}:role/eks-node`;
  await eks.send(new CreateNodegroupCommand({ clusterName: cluster, nodegroupName: "general", nodeRole, subnets }));
  const list = await aws.createPrefixList("offices", ["203.0.113.0/24"]);
  const common = {
    scheme: "internet-facing",
    subnets: "public",
    port: 80,
    tags: { [`kubernetes.io/cluster/${cluster}`]: "owned" },
  } as const;
  await aws.createBalancer({ ...common, name: "web", type: "application", protocol: "HTTP", admitsPrefixLists: [list] });
  await aws.createBalancer({ ...common, name: "bare", type: "network", protocol: "TCP" }); // asked whether it hands on clients' addresses
  await aws.createBalancer({ ...common, name: "old", type: "classic", protocol: "TCP" });
}
