import { once } from "node:events";
import { request } from "node:https";
import {
  DescribeRouteTablesCommand,
  DescribeVpcBlockPublicAccessExclusionsCommand,
  DescribeVpcBlockPublicAccessOptionsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { ClusterVersionStatus, DescribeClusterCommand, DescribeClusterVersionsCommand, EKSClient } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { getToken } from "./bed/aws-cli.ts";
import { motoAccount, testCredentials } from "./bed/environment.ts";
import { motoRegion } from "./bed/estate.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { suite } from "./bed/suite.ts";

const region = "ap-south-1";
const arn = `arn:aws:iam::${motoAccount}:user/testing`;
const wrongSecret = { ...testCredentials, secretAccessKey: "another" };

suite("test bed", { moto: inject("moto"), etcd: inject("etcd"), aws: inject("aws") }, ({ moto, etcd, aws }) => {
  let server: KubeApiserver;
  beforeAll(async () => {
    const keys = [{ ...testCredentials, arn }];
    server = await startKubeApiserver({ etcd, etcdPrefix: "/bed", clusters: ["bed"], keys, groups: [readers] });
    await grantDeclaredReads(server.admin);
  });
  afterAll(() => server?.stop());

  it("moto: DescribeCluster leads to the API server that a tag names, with EKS's defaults filled in", async () => {
    const api = { url: server.url, caFile: server.caFile };
    const plan = { name: "bed", api, publicAccess: true, privateAccess: false, ranges: ["8.8.8.0/24"], logs: ["audit"] } as const;
    await (await motoRegion(moto, region)).createCluster(plan);
    const eks = new EKSClient({ endpoint: moto, region, credentials: testCredentials });
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: "bed" }));
    expect(cluster).toMatchObject({
      endpoint: server.url,
      status: "ACTIVE",
      resourcesVpcConfig: {
        endpointPublicAccess: true,
        endpointPrivateAccess: false,
        publicAccessCidrs: ["8.8.8.0/24"],
        vpcId: expect.stringMatching(/^vpc-/),
      },
      logging: { clusterLogging: [{ types: ["audit"], enabled: true }, { enabled: false }] },
    });
    expect(Buffer.from(cluster?.certificateAuthority?.data ?? "", "base64").toString()).toBe(server.ca);
  });

  it("moto: VPC Block Public Access is off, and the default VPC leads to the internet, as in AWS", async () => {
    const ec2 = new EC2Client({ endpoint: moto, region, credentials: testCredentials });
    const { VpcBlockPublicAccessOptions: options } = await ec2.send(new DescribeVpcBlockPublicAccessOptionsCommand({}));
    expect(options).toMatchObject({ InternetGatewayBlockMode: "off", AwsRegion: region, AwsAccountId: motoAccount });
    const { VpcBlockPublicAccessExclusions: exclusions } = await ec2.send(new DescribeVpcBlockPublicAccessExclusionsCommand({}));
    expect(exclusions).toEqual([]);
    const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
    expect(RouteTables.flatMap(({ Routes = [] }) => Routes)).toContainEqual(
      expect.objectContaining({ DestinationCidrBlock: "0.0.0.0/0", GatewayId: expect.stringMatching(/^igw-/) }),
    );
  });

  it("moto: DescribeClusterVersions answers in the shapes of EKS", async () => {
    const eks = new EKSClient({ endpoint: moto, region, credentials: testCredentials });
    const { clusterVersions } = await eks.send(new DescribeClusterVersionsCommand({}));
    expect(clusterVersions?.[0]).toMatchObject({ clusterVersion: "1.36", status: ClusterVersionStatus.standard_support });
    expect(clusterVersions?.[0]?.endOfStandardSupportDate).toBeInstanceOf(Date);
  });

  const statusOf = async (path: string, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const sent = request(new URL(path, server.url), { ca: server.ca, headers, agent: false }).end();
    const [response] = await once(sent, "response");
    response.resume();
    return response.statusCode;
  };

  it.each([
    ["200: health", "/livez", undefined, 200],
    ["401: everything else, as EKS has it from 1.32 on", "/version", undefined, 401],
    ["401: a token that is none", "/version", "k8s-aws-v1.bm9uc2Vuc2U", 401],
  ])("kube-apiserver, without a good token: %s", async (_name, path, token, status) => {
    expect(await statusOf(path, token)).toBe(status);
  });

  it.each([
    ["200: what the product declares that it reads", "/api/v1/services", "bed", testCredentials, 200],
    ["403: what it does not", "/api/v1/secrets", "bed", testCredentials, 403],
    ["401: signed for another cluster", "/api/v1/services", "other", testCredentials, 401],
    ["401: signed with a wrong secret", "/api/v1/services", "bed", wrongSecret, 401],
  ])("kube-apiserver, with a token of the AWS CLI: %s", async (_name, path, cluster, credentials, status) => {
    expect(await statusOf(path, await getToken(aws, { cluster, region, credentials }))).toBe(status);
  });
});
