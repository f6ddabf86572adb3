import { spawn } from "node:child_process";
import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { once } from "node:events";
import { request } from "node:https";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import {
  CreateAccessEntryCommand,
  type CreateAccessEntryCommandInput,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  ListClustersCommand,
} from "@aws-sdk/client-eks";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentity, Checksum, SourceData } from "@smithy/types";
import { describe, expect, it } from "vitest";
import { loadEstate, parseEstate } from "../../sandbox/estate.ts";
import { startSandbox } from "../../sandbox/start.ts";
import { buildWorld } from "../../sandbox/world/world.ts";
import { anEstate, assumed, clients, home, hub, member, rejection, started } from "./support.ts";

const demo = fileURLToPath(new URL("../../sandbox/estates/demo.yaml", import.meta.url));

describe("an estate that makes no sense is refused with the path of each mistake", () => {
  it.each<[string, unknown, string]>([
    ["an unknown key", { hub: { account: hub }, accounts: [{ id: hub, colour: "red" }] }, 'accounts.0: Unrecognized key: "colour"'],
    ["an account id without quotes", { hub: { account: 1 }, accounts: [{ id: hub }] }, "hub.account: "],
    [
      "an account twice",
      { hub: { account: hub }, accounts: [{ id: hub }, { id: hub }] },
      `accounts.1.id: account ${hub} stands here twice`,
    ],
    [
      "a hub that is no account",
      { hub: { account: hub }, accounts: [{ id: member }] },
      `hub.account: account ${hub} is not one of the accounts`,
    ],
    [
      "a Region that is not enabled",
      { hub: { account: hub }, accounts: [{ id: hub, regions: { "af-south-1": {} } }] },
      "accounts.0.regions.af-south-1: this Region is not enabled for the account",
    ],
  ])("%s", (_what, input, message) => {
    expect(() => parseEstate(input)).toThrow(message);
  });

  it.each<[string, object, string]>([
    ["a VPC", { clusters: [{ name: "a", vpc: "vpc-9" }], vpcs: [{ id: "vpc-1" }] }, "a is in VPC vpc-9"],
    ["a subnet", { loadBalancers: [{ name: "b", subnets: ["subnet-9"] }] }, "b is in subnet subnet-9"],
    ["a security group", { loadBalancers: [{ name: "b", securityGroups: ["sg-9"] }] }, "b has security group sg-9"],
    ["a cluster's name twice", { clusters: [{ name: "a" }, { name: "a" }] }, "cluster a stands here twice"],
  ])("%s that it does not have", (_what, region, message) => {
    const estate = anEstate({ accounts: [{ id: hub, regions: { [home]: region } }] });
    expect(() => buildWorld(estate, new Date())).toThrow(message);
  });
});

class Sha256 implements Checksum {
  readonly #hash: Hash | Hmac;
  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", toBytes(secret));
  }
  update(data: SourceData): void {
    this.#hash.update(toBytes(data));
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }
  reset(): void {}
}
// The signer hands over texts and byte arrays.
const toBytes = (data: SourceData): string | Uint8Array => data as string | Uint8Array;

/** GET of a path of a cluster's API with a bearer token for the cluster that is named. */
async function ask(sandbox: Awaited<ReturnType<typeof started>>, as: AwsCredentialIdentity, cluster: string, signedFor = cluster) {
  const { cluster: described } = await clients(sandbox, await assumed(sandbox)).eks.send(new DescribeClusterCommand({ name: cluster }));
  const token = await tokenFor(signedFor, as);
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const url = new URL("/api/v1/services", described?.endpoint);
    const ca = Buffer.from(described?.certificateAuthority?.data ?? "", "base64");
    const sent = request(url, { ca, headers: { authorization: `Bearer ${token}` } }, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, body });
    });
    sent.on("error", reject).end();
  });
}

async function tokenFor(cluster: string, credentials: AwsCredentialIdentity): Promise<string> {
  const hostname = `sts.${home}.amazonaws.com`;
  const signer = new SignatureV4({ service: "sts", region: home, credentials, sha256: Sha256 });
  const { query } = await signer.presign(
    {
      method: "GET",
      protocol: "https:",
      hostname,
      path: "/",
      query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
      headers: { host: hostname, "x-k8s-aws-id": cluster },
    },
    { expiresIn: 60 },
  );
  const search = new URLSearchParams(query as Record<string, string>);
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${search}`).toString("base64url")}`;
}

describe("clusters of an estate have a Kubernetes API", () => {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop" },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
  };
  const withClusters = (...clusters: object[]) =>
    started({ accounts: [{ id: hub }, { id: member, regions: { [home]: { clusters: clusters as never } } }] });

  it("that the member role reads by its token, and only by a token for that cluster", async () => {
    const sandbox = await withClusters({ name: "prod", objects: [service] }, { name: "other" });
    const session = await assumed(sandbox);
    const answer = await ask(sandbox, session, "prod");
    expect(answer.status).toBe(200);
    const { items } = JSON.parse(answer.body) as { items: { metadata: { name: string } }[] };
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["kubernetes", "web"]);
    expect((await ask(sandbox, session, "prod", "other")).status).toBe(401);
    expect((await ask(sandbox, sandbox.credentials, "prod")).status).toBe(401);
  });

  it("whose access entries and grants decide", async () => {
    const sandbox = await withClusters({ name: "closed", accessEntries: [] }, { name: "blind", grants: [] });
    const session = await assumed(sandbox);
    expect((await ask(sandbox, session, "closed")).status).toBe(401);
    expect((await ask(sandbox, session, "blind")).status).toBe(403);
    expect((await ask(sandbox, sandbox.credentialsOf(member), "blind")).status).toBe(200);
  });

  it("whose access entries are told one by one, unless the cluster goes by its ConfigMap", async () => {
    const named = [{ principal: "role/eks-perimeter-member", groups: ["readers"] }];
    const config = { describe: { accessConfig: { authenticationMode: "CONFIG_MAP" } } };
    const sandbox = await withClusters({ name: "prod", accessEntries: named }, { name: "old", ...config });
    const { eks } = clients(sandbox, await assumed(sandbox));
    const entryOf = (clusterName: string, role: string) =>
      eks.send(new DescribeAccessEntryCommand({ clusterName, principalArn: `arn:aws:iam::${member}:role/${role}` }));
    expect((await entryOf("prod", "eks-perimeter-member")).accessEntry).toMatchObject({ kubernetesGroups: ["readers"], type: "STANDARD" });
    expect((await rejection(entryOf("prod", "nobody"))).name).toBe("ResourceNotFoundException");
    expect((await rejection(entryOf("old", "eks-perimeter-member"))).name).toBe("InvalidRequestException");
  });

  it("whose access entries are created once, count at once, and are refused as EKS refuses them", async () => {
    const config = { describe: { accessConfig: { authenticationMode: "CONFIG_MAP" } } };
    const sandbox = await withClusters({ name: "prod", accessEntries: [] }, { name: "old", ...config });
    const session = await assumed(sandbox);
    const { eks } = clients(sandbox, session);
    const role = (name: string) => `arn:aws:iam::${member}:role/${name}`;
    const create = (over: Partial<CreateAccessEntryCommandInput> = {}) =>
      eks.send(new CreateAccessEntryCommand({ clusterName: "prod", principalArn: role("eks-perimeter-member"), ...over }));
    const refusal = async (over: Partial<CreateAccessEntryCommandInput>) => (await rejection(create(over))).name;
    expect((await ask(sandbox, session, "prod")).status).toBe(401);
    expect(await refusal({ clusterName: "none" })).toBe("ResourceNotFoundException");
    expect(await refusal({ clusterName: "old" })).toBe("InvalidRequestException");
    expect(await refusal({ principalArn: role("nobody") })).toBe("InvalidParameterException");
    expect(await refusal({ principalArn: `arn:aws:sts::${member}:assumed-role/eks-perimeter-member/scan` })).toBe(
      "InvalidParameterException",
    );
    expect(await refusal({ kubernetesGroups: ["system:masters"] })).toBe("InvalidParameterException");
    const { accessEntry } = await create({ kubernetesGroups: ["eks-perimeter"] });
    expect(accessEntry).toMatchObject({ kubernetesGroups: ["eks-perimeter"], type: "STANDARD" });
    expect((await ask(sandbox, session, "prod")).status).toBe(200);
    expect(await refusal({})).toBe("ResourceInUseException");
  });

  it("that refuses connections where the estate says that it can't be reached", async () => {
    const sandbox = await withClusters({ name: "far", reachable: false });
    await expect(ask(sandbox, await assumed(sandbox), "far")).rejects.toThrow("ECONNREFUSED");
  });

  it("and change with the estate, while findings and credentials stay", async () => {
    const sandbox = await started();
    const session = await assumed(sandbox);
    await sandbox.change(anEstate({ accounts: [{ id: hub }, { id: member, regions: { [home]: { clusters: [{ name: "next" }] } } }] }));
    expect((await clients(sandbox, session).eks.send(new ListClustersCommand())).clusters).toEqual(["next"]);
    expect((await ask(sandbox, session, "next")).status).toBe(200);
  });
});

describe("the demo estate", () => {
  it("has the accounts, Regions and clusters that a demonstration needs", async () => {
    const estate = await loadEstate(demo);
    const usable = estate.accounts.filter(({ state, roles }) => state === "ACTIVE" && roles === undefined);
    const clusters = usable.flatMap(({ regions }) =>
      Object.entries(regions).flatMap(([region, { clusters }]) => clusters.map(({ name }) => [region, name])),
    );
    expect(usable.length).toBeGreaterThanOrEqual(3);
    expect(new Set(clusters.map(([region]) => region)).size).toBe(2);
    expect(clusters.length).toBeGreaterThanOrEqual(7);
    expect(estate.accounts.some(({ roles }) => roles !== undefined && Object.keys(roles).length === 0)).toBe(true);
    const sandbox = await startSandbox(estate);
    await sandbox.close();
  });

  it("runs as a process of its own that says where it is and ends when told", async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL("../../sandbox/main.ts", import.meta.url)), demo], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const { endpoint, credentials } = JSON.parse(line) as Awaited<ReturnType<typeof started>>;
    const { eks } = clients({ endpoint } as Awaited<ReturnType<typeof started>>, credentials);
    expect((await eks.send(new ListClustersCommand())).clusters).toEqual([]);
    eks.destroy();
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
  });
});
