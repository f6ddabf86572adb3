/** Clusters of an estate, as they stand in the file. */
import * as z from "zod";
import type { Fault } from "../kubernetes/faults.ts";
import { AddOn } from "./add-on.ts";
import { NodeGroup } from "./node-group.ts";
import { oneOrMore, Tags } from "./words.ts";

/** A manifest. What it lacks is the Kubernetes side's business. */
export const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().exactOptional(),
    labels: z.record(z.string(), z.string()).exactOptional(),
    annotations: z.record(z.string(), z.string()).exactOptional(),
  }),
});

/** Who of the account may use the Kubernetes API. */
const AccessEntry = z.strictObject({
  /** "role/NAME" or "user/NAME" of the cluster's account, or a whole ARN. */
  principal: z.string().regex(/^(role|user)\/|^arn:/),
  groups: z.array(z.string()).default([]),
  /** Default: the session's ARN, as EKS has it for roles. */
  username: z.string().optional(),
});
export type AccessEntry = z.infer<typeof AccessEntry>;

/** What a group of callers may do, as a ClusterRole and its binding would say. */
const Grant = z.strictObject({
  groups: oneOrMore,
  apiGroups: oneOrMore,
  resources: oneOrMore,
  verbs: oneOrMore.prefault(["get", "list"]),
  /** Default: whatever its name. */
  resourceNames: z.array(z.string()).exactOptional(),
});
export type Grant = z.infer<typeof Grant>;

/** Reads of everything but Secrets and ConfigMaps, save two of these, and those of kinds that are not built in. */
export const readerGrants: readonly Grant[] = [
  {
    groups: ["eks-perimeter"],
    apiGroups: [""],
    resources: ["endpoints", "namespaces", "nodes", "pods", "replicationcontrollers", "serviceaccounts", "services"],
    verbs: ["get", "list"],
  },
  {
    groups: ["eks-perimeter"],
    apiGroups: [""],
    resources: ["configmaps"],
    resourceNames: ["amazon-vpc-cni", "cilium-config"],
    verbs: ["get"],
  },
  {
    groups: ["eks-perimeter"],
    apiGroups: [
      "apiextensions.k8s.io",
      "apps",
      "batch",
      "cilium.io",
      "crd.projectcalico.org",
      "discovery.k8s.io",
      "eks.amazonaws.com",
      "elbv2.k8s.aws",
      "gateway.k8s.aws",
      "gateway.networking.k8s.io",
      "networking.k8s.aws",
      "networking.k8s.io",
      "policy.networking.k8s.io",
      "projectcalico.org",
      "rbac.authorization.k8s.io",
      "vpcresources.k8s.aws",
    ],
    resources: ["*"],
    verbs: ["get", "list"],
  },
];

const Endpoint = z.strictObject({
  public: z.boolean().default(true),
  private: z.boolean().default(false),
  /** Default: 0.0.0.0/0, and ::/0 for a cluster of IPv6. */
  cidrs: z.array(z.string()).optional(),
});

export const Cluster = z.strictObject({
  name: z.string().regex(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/),
  /** Default: the newest that EKS would give. */
  version: z
    .string()
    .regex(/^1\.\d+$/)
    .optional(),
  status: z.enum(["CREATING", "ACTIVE", "DELETING", "FAILED", "UPDATING", "PENDING"]).default("ACTIVE"),
  /** false: the endpoint is an address where nothing listens. */
  reachable: z.boolean().default(true),
  endpoint: Endpoint.prefault({}),
  /** Control plane logs that are delivered: api, audit, authenticator, controllerManager, scheduler. */
  logging: z.array(z.enum(["api", "audit", "authenticator", "controllerManager", "scheduler"])).default([]),
  /** ARN of the KMS key that encrypts secrets. */
  encryptionKey: z.string().optional(),
  ipFamily: z.enum(["ipv4", "ipv6"]).default("ipv4"),
  autoMode: z.boolean().default(false),
  /** Default: the first VPC of the Region, and all of its subnets. */
  vpc: z.string().optional(),
  subnets: z.array(z.string()).optional(),
  securityGroups: z.array(z.string()).default([]),
  nodeGroups: z.array(NodeGroup).default([]),
  addOns: z.array(AddOn).default([]),
  /** Of a cluster that runs elsewhere and is only registered, such as EKS_ANYWHERE. */
  connector: z.string().optional(),
  tags: Tags.default({}),
  /** Anything else of DescribeCluster's answer, laid over it; null takes a field away. */
  describe: z.record(z.string(), z.unknown()).default({}),
  /** Default: the member role as group eks-perimeter, the account's own user as system:masters. */
  accessEntries: z.array(AccessEntry).optional(),
  /** Default: group eks-perimeter reads everything but Secrets and, save those with network settings, ConfigMaps. */
  grants: z.array(Grant).default([...readerGrants]),
  /** What goes wrong at its API server, as kubernetes/faults.ts names it. */
  faults: z.array(z.custom<Fault>((value) => typeof value === "object" && value !== null && "effect" in value)).default([]),
  /** The Kubernetes objects, as plain manifests. */
  objects: z.array(Manifest).default([]),
});
export type Cluster = z.infer<typeof Cluster>;
