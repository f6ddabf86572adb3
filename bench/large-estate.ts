/** One account with clusters of given sizes, whose objects are as long as those of real clusters: what a scan has to hold. */
import { type Estate, parseEstate } from "../sandbox/estate.ts";

export const account = "111111111111";
export const region = "eu-west-1";
export const clusterOf = (pods: number): string => `of-${pods}-pods`;

const count = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const namespaceOf = (i: number, pods: number): string => `team-${i % Math.ceil(pods / 100)}`;
const nodes = (pods: number): number => Math.ceil(pods / 50);
const nodeOf = (i: number, pods: number): string => `node-${i % nodes(pods)}`;
const nodeAddress = (i: number): string => `10.0.${i >> 8}.${i & 255}`;
const podAddress = (i: number): string => `10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
const instanceOf = (i: number, pods: number): string => `i-${(pods * 1_000_000 + i).toString(16).padStart(17, "0")}`;

/** About 15 kB as JSON, as pods with a sidecar, probes, variables and managed fields are. */
function pod(i: number, pods: number): object {
  const app = `app-${Math.floor(i / 5)}`;
  const container = (name: string) => ({
    name,
    image: `registry.example.com/${name}:1.0.0`,
    ports: [{ name: "http", containerPort: 8080 }],
    env: count(40, (n) => ({ name: `SETTING_${n}`, value: `the value of setting ${n} of ${app}, which is some words long` })),
    readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 10 },
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
    volumeMounts: count(4, (n) => ({ name: `volume-${n}`, mountPath: `/var/run/volume-${n}`, readOnly: true })),
  });
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${app}-${i}`,
      namespace: namespaceOf(i, pods),
      labels: { app, tier: `tier-${i % 5}`, "pod-template-hash": "5d59d67564" },
      managedFields: [{ manager: "kube-controller-manager", operation: "Update", fieldsV1: { "f:spec": "x".repeat(3_000) } }],
    },
    spec: {
      nodeName: nodeOf(i, pods),
      serviceAccountName: "default",
      containers: [container("main"), container("sidecar")],
      volumes: count(4, (n) => ({ name: `volume-${n}`, configMap: { name: `${app}-${n}` } })),
      tolerations: [{ key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }],
    },
    status: {
      phase: "Running",
      hostIP: nodeAddress(i % nodes(pods)),
      podIP: podAddress(i),
      podIPs: [{ ip: podAddress(i) }],
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: ["main", "sidecar"].map((name) => ({ name, ready: true, imageID: `sha256:${"0".repeat(64)}` })),
    },
  };
}

const policy = (i: number, pods: number): object => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: `policy-${i}`, namespace: namespaceOf(i, pods) },
  spec:
    i % 2 === 0
      ? { podSelector: {}, policyTypes: ["Ingress", "Egress"] }
      : { podSelector: { matchLabels: { app: `app-${i}` } }, ingress: [{ from: [{ ipBlock: { cidr: `203.0.${i % 256}.0/24` } }] }] },
});

const service = (i: number, pods: number): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: `app-${i}`, namespace: namespaceOf(i * 5, pods) },
  spec: { selector: { app: `app-${i}` }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
});

const node = (i: number, pods: number): object => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: `node-${i}`, labels: { "kubernetes.io/os": "linux" } },
  spec: { providerID: `aws:///${region}a/${instanceOf(i, pods)}` },
  status: { addresses: [{ type: "InternalIP", address: nodeAddress(i) }], conditions: [{ type: "Ready", status: "True" }] },
});

/** The VPC CNI, which enforces policies on its node. */
const awsNode = (i: number): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: `aws-node-${i}`,
    namespace: "kube-system",
    labels: { "k8s-app": "aws-node" },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "aws-node", uid: "uid-of-aws-node" }],
  },
  spec: {
    nodeName: `node-${i}`,
    hostNetwork: true,
    containers: [
      { name: "aws-node", image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.23.1" },
      {
        name: "aws-eks-nodeagent",
        image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.4.1",
        args: ["--enable-network-policy=true"],
      },
    ],
  },
  status: { phase: "Running", hostIP: nodeAddress(i), podIP: nodeAddress(i), podIPs: [{ ip: nodeAddress(i) }] },
});

/** To 20 pods a policy, to 5 pods a Service, to 50 pods a node. */
const objects = (pods: number): object[] => [
  ...count(Math.ceil(pods / 100), (i) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: `team-${i}` } })),
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
    data: { "enable-network-policy-controller": "true" },
  },
  ...count(nodes(pods), (i) => node(i, pods)),
  ...count(nodes(pods), awsNode),
  ...count(pods, (i) => pod(i, pods)),
  ...count(pods / 20, (i) => policy(i, pods)),
  ...count(pods / 5, (i) => service(i, pods)),
];

/** @param sizes pods of each cluster */
export const largeEstate = (sizes: readonly number[]): Estate =>
  parseEstate({
    hub: { account: "999999999999" },
    accounts: [
      { id: "999999999999" },
      {
        id: account,
        regions: {
          [region]: {
            vpcs: sizes.map((pods) => ({
              id: `vpc-${pods}`,
              subnets: [{ id: `subnet-${pods}`, cidr: "10.0.0.0/8" }],
              instances: count(nodes(pods), (i) => ({
                id: instanceOf(i, pods),
                privateIps: [nodeAddress(i), ...count(50, (n) => podAddress(i + n * nodes(pods)))],
                tags: { [`kubernetes.io/cluster/${clusterOf(pods)}`]: "owned" },
              })),
            })),
            clusters: sizes.map((pods) => ({ name: clusterOf(pods), vpc: `vpc-${pods}`, objects: objects(pods) })),
          },
        },
      },
    ],
  } as Parameters<typeof parseEstate>[0]);
