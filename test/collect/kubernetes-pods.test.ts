import { describe, expect, it } from "vitest";
import { PodObject } from "../../core/collect/kubernetes/parse-pod.ts";
import { workloadObject } from "../../core/collect/kubernetes/parse-workload.ts";
import { type Container, Pod, Workload } from "../../core/model/workloads.ts";
import { read } from "./kept.ts";

const metadata = { namespace: "shop", name: "web-1", uid: "0a1b" };
const bareSpec = { serviceAccount: "default", hostNetwork: false, hostPid: false, hostIpc: false, hostPaths: [], containers: [] };
const pod = (fields: object) => read(PodObject, Pod, { metadata, spec: {}, ...fields });
const bare = { ...metadata, labels: {}, phase: "Unknown", podIps: [], hasBranchInterface: false, spec: bareSpec };
const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-7d9", uid: "2c3d" };
const ownerReferences = [
  { apiVersion: "v1", kind: "Node", name: "n", uid: "4e5f" },
  { ...owner, controller: true, blockOwnerDeletion: true },
];

describe("Pod", () => {
  it.each<[string, object, object]>([
    ["nothing set: of no phase, no owner and no node", {}, {}],
    ["an empty status", { status: {} }, {}],
    ["null is as good as absent", { status: { phase: null, podIPs: null, podIP: null, hostIP: null } }, {}],
    [
      "where it runs",
      {
        spec: { nodeName: "ip-10-0-0-7" },
        status: {
          phase: "Running",
          podIP: "10.0.1.9",
          podIPs: [{ ip: "10.0.1.9" }, { ip: "2001:db8::9" }],
          hostIP: "10.0.0.7",
          hostIPs: [],
        },
      },
      { nodeName: "ip-10-0-0-7", phase: "Running", podIps: ["10.0.1.9", "2001:db8::9"], hostIp: "10.0.0.7" },
    ],
    [
      "the only address of a pod without the list",
      { status: { phase: "Running", podIP: "10.0.1.9" } },
      { phase: "Running", podIps: ["10.0.1.9"] },
    ],
    [
      "ready by its condition",
      {
        status: {
          conditions: [
            { type: "Initialized", status: "True" },
            { type: "Ready", status: "True" },
          ],
        },
      },
      { isReady: true },
    ],
    [
      "not ready, whatever else holds",
      {
        status: {
          conditions: [
            { type: "Ready", status: "False" },
            { type: "PodScheduled", status: "True" },
          ],
        },
      },
      { isReady: false },
    ],
    ["ready perhaps", { status: { conditions: [{ type: "Ready", status: "Unknown" }] } }, { isReady: false }],
    ["of no word on it", { status: { conditions: [{ type: "PodScheduled", status: "True" }] } }, {}],
    ["addresses that are not given yet", { status: { podIP: "", podIPs: [{}], hostIP: "" } }, {}],
    ["a phase of a later version", { status: { phase: "Hibernating" } }, {}],
    [
      "labels, and no other metadata",
      { metadata: { ...metadata, labels: { app: "web" }, annotations: { a: "b" } } },
      { labels: { app: "web" } },
    ],
    ["the controller among its owners", { metadata: { ...metadata, ownerReferences } }, { owner }],
    ["owners of which none controls it", { metadata: { ...metadata, ownerReferences: ownerReferences.slice(0, 1) } }, {}],
    ["not scheduled yet", { spec: { nodeName: "" } }, {}],
  ])("kept: %s", (_name, fields, difference) => {
    expect(pod(fields)).toEqual({ ...bare, ...difference });
  });

  it.each<[string, object | null | undefined, boolean]>([
    ["its annotation", { "vpc.amazonaws.com/pod-eni": '[{"eniId":"eni-0a1b"}]' }, true],
    ["an empty annotation", { "vpc.amazonaws.com/pod-eni": "" }, false],
    ["another annotation", { "vpc.amazonaws.com/pod-ips": "10.0.1.9" }, false],
    ["no annotation", undefined, false],
    ["none, as Go writes it", null, false],
  ])("a branch interface by %s: %s", (_name, annotations, hasBranchInterface) => {
    expect(pod({ metadata: { ...metadata, annotations } })).toEqual({ ...bare, hasBranchInterface });
  });

  it.each<[string, unknown, object]>([
    ["its time", "2026-01-05T09:00:00Z", { createdAt: "2026-01-05T09:00:00Z" }],
    ["none, as Go writes it", null, {}],
  ])("when it was made, by %s", (_name, creationTimestamp, told) => {
    expect(pod({ metadata: { ...metadata, creationTimestamp } })).toEqual({ ...bare, ...told });
  });

  it.each<[string, object, object]>([
    ["a claim", { spec: { containers: [], resourceClaims: [{ name: "eni" }] } }, { hasClaims: true }],
    ["a claim that was made", { status: { resourceClaimStatuses: [{ name: "eni", resourceClaimName: "web-eni" }] } }, { hasClaims: true }],
    ["an extended resource", { status: { extendedResourceClaimStatus: { resourceClaimName: "web-x" } } }, { hasClaims: true }],
    ["no claim, as Go writes it", { spec: { containers: [], resourceClaims: null }, status: { extendedResourceClaimStatus: null } }, {}],
  ])("devices by Dynamic Resource Allocation: %s", (_name, fields, expected) => {
    const { hasClaims } = pod(fields) as { hasClaims?: boolean };
    expect(hasClaims === undefined ? {} : { hasClaims }).toEqual(expected);
  });

  it.each<[string, object]>([
    ["no spec", { spec: undefined }],
    ["no namespace", { metadata: { name: "web-1", uid: "u" } }],
    [
      "an owner without a uid",
      { metadata: { ...metadata, ownerReferences: [{ apiVersion: "v1", kind: "K", name: "n", controller: true }] } },
    ],
    ["an address that is a number", { status: { podIPs: [{ ip: 7 }] } }],
    ["hostNetwork that is text", { spec: { hostNetwork: "true" } }],
    ["a container without a name", { spec: { containers: [{ image: "web" }] } }],
    ["an unknown protocol", { spec: { containers: [{ name: "a", ports: [{ containerPort: 1, protocol: "QUIC" }] }] } }],
    ["a port that is text", { spec: { containers: [{ name: "a", ports: [{ containerPort: "http" }] }] } }],
    ["arguments that are text", { spec: { containers: [{ name: "a", args: "--a" }] } }],
    ["variables that are no list", { spec: { containers: [{ name: "a", env: { A: "b" } }] } }],
  ])("malformed: %s", (_name, fields) => {
    expect(pod(fields)).toBe("malformed");
  });
});

describe("the spec of a pod", () => {
  const specOf = (spec: object) => {
    const answer = pod({ spec });
    return answer === "malformed" ? answer : answer.spec;
  };

  it.each<[string, object, object]>([
    ["its service account", { serviceAccountName: "web", serviceAccount: "web" }, { serviceAccount: "web" }],
    ["a service account by the older name alone", { serviceAccount: "old" }, { serviceAccount: "old" }],
    ["an empty service account is the default one", { serviceAccountName: "" }, { serviceAccount: "default" }],
    [
      "what it shares with its host",
      { hostNetwork: true, hostPID: true, hostIPC: true },
      { hostNetwork: true, hostPid: true, hostIpc: true },
    ],
    [
      "paths of the host, and no other volume",
      {
        volumes: [
          { name: "a", hostPath: { path: "/", type: "Directory" } },
          { name: "b", secret: { secretName: "s" } },
          { name: "c", hostPath: null },
          { name: "d", hostPath: { path: "/var/log" } },
        ],
      },
      { hostPaths: ["/", "/var/log"] },
    ],
  ])("kept: %s", (_name, spec, difference) => {
    expect(specOf(spec)).toEqual({ ...bareSpec, ...difference });
  });

  it("containers of every list: an init container that is always restarted runs beside the others", () => {
    const named = (name: string, more: object = {}) => ({ name, image: `${name}:1`, ...more });
    const spec = {
      containers: [named("web", { restartPolicy: "Never" })],
      initContainers: [named("migrate"), named("proxy", { restartPolicy: "Always" }), named("once", { restartPolicy: "Never" })],
      ephemeralContainers: [named("debugger", { targetContainerName: "web" })],
    };
    const answer = specOf(spec);
    expect(answer).toMatchObject({ containers: { length: 5 } });
    const isInit = (answer as { containers: readonly Container[] }).containers.map((container) => [container.name, container.isInit]);
    expect(Object.fromEntries(isInit)).toEqual({ web: false, migrate: true, proxy: false, once: true, debugger: false });
  });

  it.each<[string, object, object]>([
    ["nothing but its name", {}, {}],
    ["its image", { image: "web@sha256:00" }, { image: "web@sha256:00" }],
    [
      "its ports, TCP unless they say otherwise; port 0 of the host is none",
      {
        ports: [
          { name: "http", containerPort: 8080 },
          { containerPort: 53, protocol: "UDP", hostPort: 53, hostIP: "127.0.0.1" },
          { containerPort: 9, hostPort: 0, name: null },
        ],
      },
      {
        ports: [
          { name: "http", protocol: "TCP", containerPort: 8080 },
          { protocol: "UDP", containerPort: 53, hostPort: 53 },
          { protocol: "TCP", containerPort: 9 },
        ],
      },
    ],
    ["privileged", { securityContext: { privileged: true } }, { isPrivileged: true }],
    ["not privileged", { securityContext: { privileged: false, capabilities: null } }, {}],
    [
      "capabilities that are added; those dropped are not",
      { securityContext: { capabilities: { add: ["NET_ADMIN", "SYS_ADMIN"], drop: ["ALL"] } } },
      { addedCapabilities: ["NET_ADMIN", "SYS_ADMIN"] },
    ],
  ])("of a container: %s", (_name, container, difference) => {
    const kept = { name: "c", image: "", isInit: false, ports: [], isPrivileged: false, addedCapabilities: [], settings: {} };
    expect(specOf({ containers: [{ name: "c", ...container }] })).toEqual({ ...bareSpec, containers: [{ ...kept, ...difference }] });
  });
});

describe("settings of a container", () => {
  const settingsOf = (container: object) => {
    const answer = pod({ spec: { containers: [{ name: "web", ...container }] } });
    return answer === "malformed" ? answer : answer.spec.containers[0]?.settings;
  };
  const scheme = { "--default-load-balancer-scheme": "internet-facing" };
  const args = ["--default-load-balancer-scheme=internet-facing", "--db-password=hunter2"];
  const env = [
    { name: "ENABLE_POD_ENI", value: "true" },
    { name: "DB_PASSWORD", value: "hunter2" },
  ];
  const lbc = "public.ecr.aws/eks/aws-load-balancer-controller";
  const both = { ...scheme, ENABLE_POD_ENI: "true" };

  it.each<[string, object, object]>([
    ["none: any other container", { name: "web", image: "web:1" }, {}],
    ["none: an image that only begins like one", { image: "example.com/aws-node-exporter:1" }, {}],
    ["none: a registry that is called like one", { image: "aws-node:5000/web" }, {}],
    [
      "flags and variables: the VPC CNI",
      { name: "aws-node", image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1" },
      both,
    ],
    ["flags and variables: its node agent", { name: "aws-eks-nodeagent" }, both],
    ["flags and variables: Calico", { name: "calico-node" }, both],
    ["flags and variables: Cilium", { name: "cilium-agent" }, both],
    ["flags and variables: by the image, with tag and digest", { image: "mirror.example:5000/x/aws-node:v1@sha256:00" }, both],
    ["flags alone: the AWS Load Balancer Controller", { name: "controller", image: `${lbc}:v3.2.0` }, scheme],
    ["flags alone: the same by digest", { name: "controller", image: `${lbc}@sha256:00` }, scheme],
    ["flags alone: the same from a mirror", { image: "mirror.example:5000/team-aws-load-balancer-controller" }, scheme],
    [
      "flags alone: the same by its older image",
      { name: "controller", image: "docker.io/amazon/aws-alb-ingress-controller:v2.4.4" },
      scheme,
    ],
    ["flags alone: the same by its container's name", { name: "aws-load-balancer-controller", image: "mirror/lbc:1" }, scheme],
    ["none: another controller", { name: "controller", image: "registry.k8s.io/ingress-nginx/controller:v1" }, {}],
  ])("%s", (_name, container, settings) => {
    expect(settingsOf({ args, env, ...container })).toEqual(settings);
  });

  it.each<[string, readonly string[], object]>([
    ["none", [], {}],
    ["behind an equals sign", ["--cluster-name=prod"], { "--cluster-name": "prod" }],
    ["as the next argument", ["--cluster-name", "prod", "hunter2"], { "--cluster-name": "prod" }],
    ["that looks like a flag and is one's value", ["--cluster-name", "--ingress-class=x"], { "--cluster-name": "--ingress-class=x" }],
    ["the last one wins", ["--ingress-class=a", "--ingress-class", "b"], { "--ingress-class": "b" }],
    ["the last one wins, empty as it may be", ["--load-balancer-class=a", "--load-balancer-class="], { "--load-balancer-class": "" }],
    ["with more equals signs", ["--feature-gates=A=true,B=false"], { "--feature-gates": "A=true,B=false" }],
    ["a switch that stands alone", ["--enable-network-policy", "false"], { "--enable-network-policy": "true" }],
    ["a switch that is off", ["--enable-network-policy=false"], { "--enable-network-policy": "false" }],
    ["a switch, on and off again", ["--enable-network-policy", "--enable-network-policy=false"], { "--enable-network-policy": "false" }],
    ["missing at the end", ["--cluster-name"], {}],
    ["behind the end of flags", ["--", "--cluster-name=prod"], {}],
    ["with one dash", ["-cluster-name=prod"], {}],
    ["of a flag that only begins like one", ["--cluster-names=prod", "--cluster-nam=prod"], {}],
    ["of names that every object has", ["--constructor=x", "__proto__=x", "constructor", "toString"], {}],
    ["over two lines", ["--cluster-name=prod\nnext"], { "--cluster-name": "prod\nnext" }],
  ])("a flag's value %s", (_name, ofFlags, settings) => {
    expect(settingsOf({ name: "aws-node", args: ofFlags })).toEqual(settings);
  });

  it("flags that stand in the command count as well, before the arguments", () => {
    const command = ["/controller", "--ingress-class=a", "--cluster-name=prod"];
    expect(settingsOf({ image: lbc, command, args: ["--ingress-class=b"] })).toEqual({ "--ingress-class": "b", "--cluster-name": "prod" });
  });

  it.each<[string, readonly object[], object]>([
    [
      "the last of a name wins",
      [
        { name: "ENABLE_POD_ENI", value: "true" },
        { name: "ENABLE_POD_ENI", value: "false" },
      ],
      { ENABLE_POD_ENI: "false" },
    ],
    ["empty, as Go leaves it out", [{ name: "ENABLE_POD_ENI" }], { ENABLE_POD_ENI: "" }],
    [
      "from a Secret: only that it is",
      [{ name: "ENABLE_POD_ENI", valueFrom: { secretKeyRef: { name: "s", key: "hunter2" } } }],
      { ENABLE_POD_ENI: "(valueFrom)" },
    ],
    [
      "from elsewhere over a literal one: only that it is",
      [
        { name: "ENABLE_POD_ENI", value: "true" },
        { name: "ENABLE_POD_ENI", valueFrom: { configMapKeyRef: { name: "c", key: "k" } } },
      ],
      { ENABLE_POD_ENI: "(valueFrom)" },
    ],
    ["null sources are none", [{ name: "ENABLE_POD_ENI", value: "true", valueFrom: null }], { ENABLE_POD_ENI: "true" }],
    [
      "only by its whole name",
      [
        { name: "XENABLE_POD_ENI", value: "x" },
        { name: "enable_pod_eni", value: "x" },
      ],
      {},
    ],
    [
      "every one that is named",
      [
        "NETWORK_POLICY_ENFORCING_MODE",
        "POD_SECURITY_GROUP_ENFORCING_MODE",
        "ENABLE_V4_EGRESS",
        "ENABLE_V6_EGRESS",
        "AWS_VPC_K8S_CNI_EXTERNALSNAT",
        "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG",
      ].map((name) => ({ name, value: "strict" })),
      {
        NETWORK_POLICY_ENFORCING_MODE: "strict",
        POD_SECURITY_GROUP_ENFORCING_MODE: "strict",
        ENABLE_V4_EGRESS: "strict",
        ENABLE_V6_EGRESS: "strict",
        AWS_VPC_K8S_CNI_EXTERNALSNAT: "strict",
        AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "strict",
      },
    ],
  ])("a variable: %s", (_name, variables, settings) => {
    expect(settingsOf({ name: "aws-node", env: variables })).toEqual(settings);
  });

  it("a variable: what is not named may be in a whole ConfigMap, of VPC CNI alone", () => {
    const whole = { env, envFrom: [{ configMapRef: { name: "hunter2" } }] };
    expect(settingsOf({ name: "aws-node", ...whole })).toEqual({
      NETWORK_POLICY_ENFORCING_MODE: "(valueFrom)",
      ENABLE_POD_ENI: "true",
      POD_SECURITY_GROUP_ENFORCING_MODE: "(valueFrom)",
      ENABLE_V4_EGRESS: "(valueFrom)",
      ENABLE_V6_EGRESS: "(valueFrom)",
      AWS_VPC_K8S_CNI_EXTERNALSNAT: "(valueFrom)",
      AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "(valueFrom)",
    });
    expect(settingsOf({ name: "calico-node", ...whole })).toEqual({ ENABLE_POD_ENI: "true" });
    expect(settingsOf({ name: "aws-node", env, envFrom: [] })).toEqual({ ENABLE_POD_ENI: "true" });
  });
});

describe("a controller of pods", () => {
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [], hostNetwork: true } };
  const keptTemplate = { labels: { app: "web" }, spec: { ...bareSpec, hostNetwork: true } };
  const workload = (kind: Workload["kind"], spec: unknown, more: object = {}) =>
    read(workloadObject(kind), Workload, { metadata: { ...metadata, labels: { a: "b" }, ...more }, spec });

  it.each(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"] as const)("%s: its template and how many", (kind) => {
    expect(workload(kind, { replicas: 3, template, selector: {} })).toEqual({ kind, ...metadata, replicas: 3, template: keptTemplate });
    expect(workload(kind, { replicas: 0, template })).toMatchObject({ replicas: 0 });
    expect(workload(kind, { template })).toMatchObject({ replicas: 1 });
  });

  it.each(["DaemonSet", "Job"] as const)("%s: its template", (kind) => {
    expect(workload(kind, { template, replicas: 3 })).toEqual({ kind, ...metadata, template: keptTemplate });
  });

  it("CronJob: the template of its jobs", () => {
    const spec = { schedule: "@daily", jobTemplate: { spec: { template } } };
    expect(workload("CronJob", spec)).toEqual({ kind: "CronJob", ...metadata, template: keptTemplate });
    expect(workload("CronJob", { template })).toBe("malformed");
  });

  it("keeps the controller that it belongs to itself", () => {
    const answer = workload("ReplicaSet", { template }, { ownerReferences: [{ ...owner, kind: "Deployment", controller: true }] });
    expect(answer).toMatchObject({ owner: { ...owner, kind: "Deployment" } });
  });

  it("a template without metadata labels its pods with nothing", () => {
    expect(workload("Job", { template: { spec: {} } })).toMatchObject({ template: { labels: {}, spec: bareSpec } });
  });

  it.each<[string, unknown]>([
    ["no spec", undefined],
    ["no template", { replicas: 1 }],
    ["a template without a spec", { template: { metadata: {} } }],
    ["replicas that are text", { replicas: "3", template }],
  ])("malformed: %s", (_name, spec) => {
    expect(workload("Deployment", spec)).toBe("malformed");
  });
});
