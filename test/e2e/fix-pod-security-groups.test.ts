import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  type IpPermission,
} from "@aws-sdk/client-ec2";
import { CreateClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { kubernetesKinds } from "../../core/collect/kubernetes/kinds.ts";
import { propose } from "../../core/fix/propose.ts";
import { type Ground, judgedOn } from "../../core/fix/prove.ts";
import { type Planned, scriptOf } from "../../core/fix/script.ts";
import type { SecurityGroup } from "../../core/model/aws.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import { clusterArn } from "../../core/model/resource.ts";
import { groundOf } from "../fix/policy-estate.ts";
import { bedEnvironment, motoAccount, testCredentials } from "./bed/environment.ts";
import type { Manifest } from "./bed/kube/admin.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { securityGroupPolicyDefinition } from "./bed/kube/vendor-definitions.ts";
import { suite } from "./bed/suite.ts";

const run = promisify(execFile);
const region = "ap-northeast-3";
const name = "branches";
const arn = clusterArn({ account: motoAccount, region, name });

/**
 * The AWS CLI, and what moto lacks: it knows no policy of AWS's, and no EKS Pod Identity. Both are asked of the real one as far as it
 * reads its arguments.
 */
const wrapped = (aws: string): string => `#!/bin/sh
echo "$*" >>"$HOME/asked"
case "$1 $2" in
  "iam attach-role-policy") exec ${aws} "$@" --generate-cli-skeleton output >/dev/null ;;
  "eks list-pod-identity-associations") ${aws} "$@" --generate-cli-skeleton output >/dev/null && printf "%s" "$POD_IDENTITIES_OF" ;;
  *) exec ${aws} "$@" ;;
esac
`;

const template = (container: string, more: object = {}) => ({
  metadata: { labels: { app: container } },
  spec: { containers: [{ name: container, image: `registry.example/${container}:1` }], ...more },
});
const selector = (app: string) => ({ selector: { matchLabels: { app } } });
const settled = { observedGeneration: 1000 };
const agents = { desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 2, numberAvailable: 2 };
/** With the statuses that controllers would leave, as none runs here: all is as it was asked for, whatever is asked for. */
const objects: readonly (readonly [plural: string, object: Manifest, status?: object])[] = [
  [
    "daemonsets",
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { namespace: "kube-system", name: "aws-node" },
      spec: {
        ...selector("aws-node"),
        template: template("aws-node", { initContainers: [{ name: "aws-vpc-cni-init", image: "registry.example/init:1" }] }),
      },
    },
    { ...settled, ...agents, numberMisscheduled: 0 },
  ],
  ...[
    ["shop", "web"],
    ["shop", "api"],
    ["pay", "db"],
    ["lab", "probe"],
  ].map(
    ([namespace = "", app = ""]) =>
      [
        "statefulsets",
        {
          apiVersion: "apps/v1",
          kind: "StatefulSet",
          metadata: { namespace, name: app },
          spec: { serviceName: app, replicas: 1, ...selector(app), template: template(app) },
        },
        { ...settled, replicas: 1, readyReplicas: 1, updatedReplicas: 1, currentReplicas: 1, currentRevision: "r", updateRevision: "r" },
      ] as const,
  ),
  ...["0a", "0b"].map((node) => ["nodes", { apiVersion: "v1", kind: "Node", metadata: { name: node } }] as const),
  [
    "configmaps",
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "kube-system", name: "kube-proxy-config" },
      data: { config: 'bindAddress: 0.0.0.0\nmode: "iptables"\n' },
    },
  ],
];
const room = (count: number): object => ({ capacity: { [podEni]: `${count}` }, allocatable: { [podEni]: `${count}` } });
const podEni = "vpc.amazonaws.com/pod-eni";

suite("The script that gives pods security groups of their own", {
  etcd: inject("etcd"),
  kubectl: inject("kubectl"),
  moto: inject("moto"),
  aws: inject("aws"),
}, ({ etcd, kubectl, moto, aws }) => {
  const ec2 = new EC2Client({ endpoint: moto, region, credentials: testCredentials });
  let server: KubeApiserver;
  let folder: string;
  let ground: Ground;
  let planned: Planned;

  beforeAll(async () => {
    server = await startKubeApiserver({ etcd, etcdPrefix: "/fix-pod-security-groups", clusters: [], keys: [], groups: [] });
    await server.admin.createDefinition(await securityGroupPolicyDefinition());
    for (const namespace of ["shop", "pay", "lab"])
      await server.admin.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    for (const [plural, object, status] of objects) {
      await server.admin.create(plural, object);
      if (status !== undefined) await server.admin.setStatus(plural, object, status);
    }
    await setRoom("0a", 9);
    await setRoom("0b", 9);

    const eks = new EKSClient({ endpoint: moto, region, credentials: testCredentials });
    const vpcId = (await ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups?.[0]?.VpcId ?? "";
    const roleArn = `arn:aws:iam::${motoAccount}:role/eks/cluster-role`;
    await eks.send(new CreateClusterCommand({ name, version: "1.36", roleArn, resourcesVpcConfig: {} }));
    const made = async (group: string, rule?: IpPermission) => {
      const { GroupId = "" } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: group, Description: group, VpcId: vpcId }));
      if (rule !== undefined) await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] }));
      return GroupId;
    };
    const nodes = await made("nodes");
    const itself = { UserIdGroupPairs: [{ GroupId: nodes }] };
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: nodes,
        IpPermissions: [
          { IpProtocol: "-1", ...itself },
          { IpProtocol: "tcp", FromPort: 8443, ToPort: 8443, IpRanges: [{ CidrIp: "10.9.0.0/24" }, { CidrIp: "10.8.0.0/24" }] },
        ],
      }),
    );
    await made("database", { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, ...itself });
    ground = await groundWith(nodes, vpcId);
    const [proposal] = propose(
      ground,
      judgedOn(ground).filter(({ check, status }) => check === "kubelet-blocked-from-pods" && status === "fail"),
    );
    if (proposal?.state !== "planned") throw new TypeError(JSON.stringify(proposal));
    planned = proposal;

    folder = await mkdtemp(path.join(tmpdir(), "eks-perimeter-fix-"));
    const { cert, key } = server.adminCertificate;
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server: server.url, "certificate-authority": server.caFile } }],
      users: [{ name: "admin", user: { "client-certificate-data": base64(cert), "client-key-data": base64(key) } }],
      contexts: [{ name: arn, context: { cluster: name, user: "admin" } }],
    };
    await writeFile(path.join(folder, "kubeconfig"), JSON.stringify(config));
    await writeFile(path.join(folder, "commands.sh"), scriptOf(planned, ground.cluster));
    for (const [command, text] of [["aws", wrapped(aws)] as const, ["sleep", "#!/bin/sh\n"] as const]) {
      await writeFile(path.join(folder, command), text);
      await chmod(path.join(folder, command), 0o755);
    }
  });
  afterAll(() => server?.stop());

  const setRoom = (node: string, count: number) =>
    server.admin.setStatus("nodes", { apiVersion: "v1", kind: "Node", metadata: { name: node } }, room(count));

  /** The estate in moto's VPC, with the security groups that are there. */
  async function groundWith(nodes: string, vpcId: string): Promise<Ground> {
    const whole = groundOf("vpc-cni");
    const facts = JSON.parse(
      JSON.stringify(whole.cluster.facts).replaceAll("sg-cluster", nodes).replaceAll("vpc-0a1", vpcId),
    ) as ClusterFacts;
    const resource = { kind: "Cluster", id: arn, name } as const;
    const securityGroups = known(await groupsOfVpc(vpcId));
    return { ...whole, cluster: { ...whole.cluster, account: motoAccount, region, name, resource, facts: { ...facts, securityGroups } } };
  }

  async function groupsOfVpc(vpcId: string): Promise<readonly SecurityGroup[]> {
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] }));
    return SecurityGroups.map(({ GroupId = "", GroupName = "", Description = "", IpPermissions = [], IpPermissionsEgress = [] }) => ({
      id: GroupId,
      name: GroupName,
      description: Description,
      tags: {},
      ingress: IpPermissions.map(ruleOf),
      egress: IpPermissionsEgress.map(ruleOf),
    }));
  }

  const script = (env: Readonly<Record<string, string>> = {}) =>
    run("sh", [path.join(folder, "commands.sh")], {
      cwd: folder,
      env: bedEnvironment({
        PATH: `${folder}:${kubectl}:${process.env.PATH}`,
        HOME: folder,
        KUBECONFIG: path.join(folder, "kubeconfig"),
        AWS_ENDPOINT_URL: moto,
        ...env,
      }),
    });
  const restarts = async (): Promise<readonly string[]> => {
    const { body } = await server.admin.get("/apis/apps/v1/statefulsets");
    return (body.items as readonly Restartable[]).flatMap(({ metadata, spec }) =>
      spec.template.metadata.annotations?.["kubectl.kubernetes.io/restartedAt"] === undefined ? [] : [metadata.name],
    );
  };
  const vpcOf = (): string => (ground.cluster.facts.network.state === "known" ? ground.cluster.facts.network.value.vpcId : "");
  const pods = async () => (await groupsOfVpc(vpcOf())).find((one) => one.name === `eks-perimeter-pods-${name}`);

  describe("stops before it changes anything", () => {
    const theirs: Manifest = {
      apiVersion: "vpcresources.k8s.aws/v1beta1",
      kind: "SecurityGroupPolicy",
      metadata: { namespace: "lab", name: "theirs" },
      spec: { podSelector: {}, securityGroups: { groupIds: ["sg-theirs"] } },
    };
    const proxy: Manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "kube-system", name: "kube-proxy-config" },
      data: { config: 'mode: "ipvs"\n' },
    };
    const iptables = objects.find(([plural]) => plural === "configmaps")?.[1] as Manifest;
    it.each<[string, Readonly<Record<string, string>>, () => Promise<unknown>, () => Promise<unknown>, RegExp]>([
      [
        "where somebody else gives pods security groups",
        {},
        () => server.admin.create("securitygrouppolicies", theirs),
        () => server.admin.remove("securitygrouppolicies", theirs),
        /give pods security groups already/,
      ],
      [
        "where kube-proxy runs in another mode",
        {},
        async () => {
          await server.admin.remove("configmaps", proxy);
          await server.admin.create("configmaps", proxy);
        },
        async () => {
          await server.admin.remove("configmaps", proxy);
          await server.admin.create("configmaps", iptables);
        },
        /does not run in iptables mode/,
      ],
      ["where pods have EKS Pod Identity", { POD_IDENTITIES_OF: "other\tshop" }, async () => {}, async () => {}, /have EKS Pod Identity/],
    ])("%s", async (_where, env, before, after, stderr) => {
      await before();
      try {
        await expect(script(env)).rejects.toMatchObject({ stderr: expect.stringMatching(stderr) });
      } finally {
        await after();
      }
      expect([await pods(), await restarts()]).toEqual([undefined, []]);
      expect(await readFile(path.join(folder, "asked"), "utf8")).not.toContain("attach-role-policy");
    });

    it("to groups and pods, where a node has room for fewer branch interfaces than it runs pods", async () => {
      await setRoom("0b", 1);
      try {
        await expect(script()).rejects.toMatchObject({ stderr: expect.stringContaining("Node 0b has no room for 2 branch interfaces") });
      } finally {
        await setRoom("0b", 9);
      }
      expect([await pods(), await restarts()]).toEqual([undefined, []]);
    });
  });

  it.each(["at once", "run again"])("leaves what was proved: %s", { timeout: 180_000 }, async () => {
    expect(planned.proof.why ?? "proved").toBe("proved");
    await script();
    const group = await pods();
    const { after } = planned.plan;
    const expected = JSON.parse(
      JSON.stringify(after).replaceAll(`sg-stand-in-eks-perimeter-pods-${name}`, group?.id ?? "none"),
    ) as ClusterFacts;
    expect(byId(await groupsOfVpc(vpcOf()))).toEqual(byId(expected.securityGroups.state === "known" ? expected.securityGroups.value : []));
    expect(await restarts()).toEqual(["probe", "db", "api", "web"]);

    const { body } = await server.admin.get("/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node");
    const { spec } = (body as unknown as Restartable).spec.template;
    expect(spec.containers[0]?.env).toEqual([
      { name: "ENABLE_POD_ENI", value: "true" },
      { name: "POD_SECURITY_GROUP_ENFORCING_MODE", value: "strict" },
    ]);
    expect(spec.initContainers?.[0]?.env).toEqual([{ name: "DISABLE_TCP_EARLY_DEMUX", value: "true" }]);

    const list = await server.admin.get("/apis/vpcresources.k8s.aws/v1beta1/securitygrouppolicies");
    const [kind] = kubernetesKinds.securityGroupPolicies;
    const read = (list.body.items as readonly object[]).map((item) => kind?.object.parse(item));
    expect(read).toEqual(
      ["lab", "pay", "shop"].map((namespace) => ({ namespace, name: "eks-perimeter-no-kubelet", podSelector: {}, groupIds: [group?.id] })),
    );
    expect(await readFile(path.join(folder, "asked"), "utf8")).toContain(
      "iam attach-role-policy --role-name cluster-role --policy-arn arn:aws:iam::aws:policy/AmazonEKSVPCResourceController",
    );
  });
});

interface Container {
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}
interface Restartable {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[] };
    };
  };
}

function ruleOf({ IpProtocol = "", FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] }: IpPermission) {
  return {
    protocol: IpProtocol,
    ...(FromPort === undefined ? {} : { fromPort: FromPort }),
    ...(ToPort === undefined ? {} : { toPort: ToPort }),
    cidrs: [...IpRanges.flatMap(({ CidrIp }) => CidrIp ?? []), ...Ipv6Ranges.flatMap(({ CidrIpv6 }) => CidrIpv6 ?? [])].toSorted(),
    prefixListIds: [],
    groupIds: UserIdGroupPairs.flatMap(({ GroupId }) => GroupId ?? []).toSorted(),
    descriptions: [],
  };
}

/** In the order of their text: EC2 keeps none. */
const byId = (groups: readonly SecurityGroup[]): object =>
  Object.fromEntries(
    groups.map(({ id, ingress, egress }) => [
      id,
      [ingress, egress].map((rules) =>
        rules
          .map((rule) =>
            JSON.stringify({ ...rule, cidrs: rule.cidrs.toSorted(), groupIds: rule.groupIds.toSorted() }, Object.keys(rule).toSorted()),
          )
          .toSorted(),
      ),
    ]),
  );
