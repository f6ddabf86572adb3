/** Nodes, namespaces and what runs, as Kubernetes has them: of each object only what a check reads. Environment variables never. */
import * as z from "zod";

const strings = z.array(z.string()).readonly();
const texts = z.record(z.string(), z.string()).readonly();

export const Namespace = z.strictObject({ name: z.string(), labels: texts }).readonly();
export type Namespace = z.infer<typeof Namespace>;

export const Node = z
  .strictObject({
    name: z.string(),
    labels: texts,
    /** Such as "aws:///eu-west-1a/i-0123456789abcdef0"; absent until the node is known to the cloud. */
    providerId: z.string().exactOptional(),
    /** status.addresses of type InternalIP and ExternalIP. */
    internalIps: strings,
    externalIps: strings,
    isReady: z.boolean(),
    /** Such as "v1.36.1-eks-1234567". */
    kubeletVersion: z.string().exactOptional(),
    operatingSystem: z.string().exactOptional(),
  })
  .readonly();
export type Node = z.infer<typeof Node>;

export const ContainerPort = z
  .strictObject({
    name: z.string().exactOptional(),
    protocol: z.enum(["TCP", "UDP", "SCTP"]),
    containerPort: z.int(),
    hostPort: z.int().exactOptional(),
  })
  .readonly();
export type ContainerPort = z.infer<typeof ContainerPort>;

/** A container, init and ephemeral ones included. */
export const Container = z
  .strictObject({
    name: z.string(),
    image: z.string(),
    /** An init container that does not run beside the others: its ports are nobody's. */
    isInit: z.boolean(),
    ports: z.array(ContainerPort).readonly(),
    isPrivileged: z.boolean(),
    addedCapabilities: strings,
    /**
     * Named settings alone, by flag or variable, such as "--default-load-balancer-scheme" and "NETWORK_POLICY_ENFORCING_MODE".
     * "(valueFrom)" stands for a variable that is taken from elsewhere, so that it is not mistaken for one that is not set.
     */
    settings: texts,
  })
  .readonly();
export type Container = z.infer<typeof Container>;

/** The part of a pod, or of a workload's pod template, that its author writes. */
export const PodSpec = z
  .strictObject({
    /** "default" where the object names none. */
    serviceAccount: z.string(),
    hostNetwork: z.boolean(),
    hostPid: z.boolean(),
    hostIpc: z.boolean(),
    /** Paths of hostPath volumes. */
    hostPaths: strings,
    containers: z.array(Container).readonly(),
  })
  .readonly();
export type PodSpec = z.infer<typeof PodSpec>;

/** A controller owner reference. */
export const Owner = z.strictObject({ apiVersion: z.string(), kind: z.string(), name: z.string(), uid: z.string() }).readonly();
export type Owner = z.infer<typeof Owner>;

export const Pod = z
  .strictObject({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    labels: texts,
    /** metadata.creationTimestamp, RFC 3339: a pod keeps what its node's network agent made of it then. */
    createdAt: z.string().exactOptional(),
    owner: Owner.exactOptional(),
    nodeName: z.string().exactOptional(),
    phase: z.enum(["Pending", "Running", "Succeeded", "Failed", "Unknown"]),
    /** Its condition Ready; absent where none was written yet. */
    isReady: z.boolean().exactOptional(),
    podIps: strings,
    hostIp: z.string().exactOptional(),
    /** Annotated with vpc.amazonaws.com/pod-eni: it has a branch interface with security groups of its own. */
    hasBranchInterface: z.boolean(),
    /** It holds devices by Dynamic Resource Allocation: EKS Auto Mode gives branch interfaces so, without the annotation. */
    hasClaims: z.boolean().exactOptional(),
    spec: PodSpec,
  })
  .readonly();
export type Pod = z.infer<typeof Pod>;

/** Whether it may have an interface of its own. Source: Amazon EKS User Guide, "Assign security groups to individual Pods in EKS Auto Mode". */
export const mayHaveBranchInterface = ({ hasBranchInterface, hasClaims }: Pick<Pod, "hasBranchInterface" | "hasClaims">): boolean =>
  hasBranchInterface || hasClaims === true;

/** A controller of pods: Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob. */
export const Workload = z
  .strictObject({
    kind: z.enum(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"]),
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    owner: Owner.exactOptional(),
    /** Absent for a DaemonSet, a Job and a CronJob. */
    replicas: z.int().exactOptional(),
    template: z.strictObject({ labels: texts, spec: PodSpec }).readonly(),
  })
  .readonly();
export type Workload = z.infer<typeof Workload>;

/** Where pods run that manifests alone describe. No Node can be called so, and what else runs there is not known. */
export const someNode = "(some node)";
