import { type Fields, fieldsOf, type KubernetesObject, listOf } from "./objects.ts";

/** What the server hands out to Services. The same key always gets the same. */
export interface ServiceAllocator {
  clusterIp(key: string): string;
  /** Undefined once the range is used up. */
  nodePort(key: string): number | undefined;
}

const nodePorts = { first: 30000, last: 32767 } as const; // --service-node-port-range, default

/**
 * Hands out what objects do not claim for themselves.
 *
 * @param prefix the first two bytes of a /16, such as "172.20", which EKS takes for Services by default
 * @param claimed cluster addresses and node ports that objects name
 */
export function createServiceAllocator(prefix: string, claimed: ReadonlySet<string | number>): ServiceAllocator {
  const ips = new Map<string, string>();
  const ports = new Map<string, number>();
  let nextIp = 10; // .1 is the API's own, .10 DNS's; the first of the rest is as good as any
  let nextPort: number = nodePorts.first;
  const freshIp = (): string => {
    nextIp += 1;
    const ip = `${prefix}.${(nextIp >> 8) & 255}.${nextIp & 255}`;
    return claimed.has(ip) ? freshIp() : ip;
  };
  const freshPort = (): number | undefined => {
    if (nextPort > nodePorts.last) return undefined;
    nextPort += 1;
    return claimed.has(nextPort - 1) ? freshPort() : nextPort - 1;
  };
  return {
    clusterIp(key) {
      const ip = ips.get(key) ?? freshIp();
      ips.set(key, ip);
      return ip;
    },
    nodePort(key) {
      const port = ports.get(key) ?? freshPort();
      if (port !== undefined) ports.set(key, port);
      return port;
    },
  };
}

/** Source: kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Service, pkg/registry/core/service/storage/alloc.go. */
function completeService(object: KubernetesObject, key: string, allocator: ServiceAllocator): Fields {
  const spec = fieldsOf(object.spec);
  const type = spec.type ?? "ClusterIP";
  const isExternalName = type === "ExternalName";
  const hasNodePorts = type === "NodePort" || (type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
  const ports = listOf(spec.ports)
    .map(fieldsOf)
    .map((port) => {
      const nodePort = port.nodePort ?? (hasNodePorts ? allocator.nodePort(`${key}:${port.protocol ?? "TCP"}:${port.port}`) : undefined);
      return { protocol: "TCP", targetPort: port.port, ...port, ...(nodePort === undefined ? {} : { nodePort }) };
    });
  const clusterIP = isExternalName ? undefined : (spec.clusterIP ?? listOf(spec.clusterIPs)[0] ?? allocator.clusterIp(key));
  return {
    spec: {
      ...(type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {}),
      ...(type === "LoadBalancer" || type === "NodePort" ? { externalTrafficPolicy: "Cluster" } : {}),
      ...(isExternalName
        ? {}
        : {
            internalTrafficPolicy: "Cluster",
            ipFamilies: [String(clusterIP).includes(":") ? "IPv6" : "IPv4"],
            ipFamilyPolicy: "SingleStack",
            clusterIP,
            clusterIPs: [clusterIP],
          }),
      sessionAffinity: "None",
      ...spec,
      type,
      ...(ports.length > 0 ? { ports } : {}),
    },
    status: { loadBalancer: {}, ...fieldsOf(object.status) },
  };
}

const withTcp = (ports: unknown): readonly Fields[] => listOf(ports).map((port) => ({ protocol: "TCP", ...fieldsOf(port) }));
const rulesWithTcp = (rules: unknown): readonly Fields[] =>
  listOf(rules).map((rule) => ({
    ...fieldsOf(rule),
    ...(listOf(fieldsOf(rule).ports).length > 0 ? { ports: withTcp(fieldsOf(rule).ports) } : {}),
  }));

/** Source: kubernetes pkg/apis/networking/v1/defaults.go. */
function completeNetworkPolicy(object: KubernetesObject): Fields {
  const spec = fieldsOf(object.spec);
  const policyTypes = spec.policyTypes ?? (listOf(spec.egress).length > 0 ? ["Ingress", "Egress"] : ["Ingress"]);
  return {
    spec: {
      podSelector: {},
      ...spec,
      ...(spec.ingress === undefined ? {} : { ingress: rulesWithTcp(spec.ingress) }),
      ...(spec.egress === undefined ? {} : { egress: rulesWithTcp(spec.egress) }),
      policyTypes,
    },
  };
}

/** Source: kubernetes pkg/apis/core/v1/defaults.go SetDefaults_PodSpec, SetDefaults_Container. */
function completePodSpec(podSpec: unknown): Fields {
  const spec = fieldsOf(podSpec);
  // On the host's network a container's port is one of the host's.
  const portsOf = (ports: unknown) =>
    withTcp(ports).map((port) => (spec.hostNetwork === true ? { hostPort: port.containerPort, ...port } : port));
  const containers = (field: string) =>
    spec[field] === undefined
      ? {}
      : {
          [field]: listOf(spec[field])
            .map(fieldsOf)
            .map((container) => ({
              resources: {},
              terminationMessagePath: "/dev/termination-log",
              terminationMessagePolicy: "File",
              imagePullPolicy: /(:latest|^[^:@]*)$/.test(String(container.image ?? "")) ? "Always" : "IfNotPresent",
              ...container,
              ...(container.ports === undefined ? {} : { ports: portsOf(container.ports) }),
            })),
        };
  return {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    ...spec,
    ...containers("containers"),
    ...containers("initContainers"),
  };
}

function completePod(object: KubernetesObject): Fields {
  return {
    spec: { enableServiceLinks: true, ...completePodSpec(object.spec) },
    status: { phase: "Pending", qosClass: "BestEffort", ...fieldsOf(object.status) },
  };
}

const replicated = new Set(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"]);

function completeWorkload(object: KubernetesObject): Fields {
  const spec = fieldsOf(object.spec);
  const template = fieldsOf(spec.template);
  const replicas = replicated.has(object.kind) ? { replicas: 1 } : {};
  return {
    spec: { ...replicas, ...spec, template: { ...template, spec: completePodSpec(template.spec) } },
    status: fieldsOf(object.status),
  };
}

function completeCronJob(object: KubernetesObject): Fields {
  const spec = fieldsOf(object.spec);
  const jobTemplate = fieldsOf(spec.jobTemplate);
  const jobSpec = fieldsOf(jobTemplate.spec);
  const template = fieldsOf(jobSpec.template);
  const completed = { ...template, spec: completePodSpec(template.spec) };
  return {
    spec: {
      concurrencyPolicy: "Allow",
      suspend: false,
      ...spec,
      jobTemplate: { ...jobTemplate, spec: { ...jobSpec, template: completed } },
    },
    status: fieldsOf(object.status),
  };
}

const unsaid = [
  "machineID",
  "systemUUID",
  "bootID",
  "kernelVersion",
  "osImage",
  "containerRuntimeVersion",
  "kubeletVersion",
  "kubeProxyVersion",
];
const nodeInfo = Object.fromEntries([...unsaid, "operatingSystem", "architecture"].map((field) => [field, ""]));

/** Structs of a Node's status that are encoded though nobody filled them. */
function completeNode(object: KubernetesObject): Fields {
  const status = fieldsOf(object.status);
  const daemonEndpoints = { kubeletEndpoint: { Port: 0 } };
  return { spec: fieldsOf(object.spec), status: { daemonEndpoints, ...status, nodeInfo: { ...nodeInfo, ...fieldsOf(status.nodeInfo) } } };
}

/** What the server adds to the body of a built-in object, by "group/Kind". Kinds that are not here are stored as given. */
const completions: Readonly<Record<string, (object: KubernetesObject, key: string, allocator: ServiceAllocator) => Fields>> = {
  "/Service": completeService,
  "/Pod": completePod,
  "/Node": completeNode,
  "/ReplicationController": completeWorkload,
  "/Namespace": (object) => ({
    spec: { finalizers: ["kubernetes"], ...fieldsOf(object.spec) },
    status: { phase: "Active", ...fieldsOf(object.status) },
  }),
  "networking.k8s.io/NetworkPolicy": completeNetworkPolicy,
  "networking.k8s.io/Ingress": (object) => ({ status: { loadBalancer: {}, ...fieldsOf(object.status) } }),
  "apps/Deployment": completeWorkload,
  "apps/DaemonSet": completeWorkload,
  "apps/StatefulSet": completeWorkload,
  "apps/ReplicaSet": completeWorkload,
  "batch/Job": completeWorkload,
  "batch/CronJob": completeCronJob,
};

/** The object's own fields as the server stores them, `metadata` apart. */
export function completeBody(group: string, object: KubernetesObject, key: string, allocator: ServiceAllocator): Fields {
  const { apiVersion: _apiVersion, kind, metadata: _metadata, ...body } = object;
  return { ...body, ...completions[`${group}/${kind}`]?.(object, key, allocator) };
}
