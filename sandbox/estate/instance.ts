/** Instances and network interfaces of an estate's VPCs, as they stand in the file. */
import * as z from "zod";
import { oneOrMore, Tags } from "./words.ts";

/** What an interface has of addresses and groups. */
const Attached = {
  /** Default: the VPC's first subnet. */
  subnet: z.string().optional(),
  /** Default: the VPC's default group. */
  securityGroups: z.array(z.string()).default([]),
  /** Default: one made from the subnet's range. Further ones are secondary addresses. */
  privateIps: z.array(z.string()).optional(),
  /** A public or Elastic address of the first private one; of several, of each in turn. */
  publicIps: oneOrMore.prefault([]),
  ipv6: oneOrMore.prefault([]),
  /** Delegated prefixes of either family, from which pods get their addresses. */
  prefixes: oneOrMore.prefault([]),
};

/** MetadataOptions. Defaults are EC2's for an AMI that says nothing of IMDS; null leaves a field out of the answer. */
const Metadata = z.strictObject({
  state: z.enum(["pending", "applied"]).default("applied"),
  endpoint: z.enum(["enabled", "disabled"]).nullable().default("enabled"),
  ipv6Endpoint: z.enum(["enabled", "disabled"]).nullable().default("disabled"),
  tokens: z.enum(["optional", "required"]).nullable().default("optional"),
  hopLimit: z.int().min(1).max(64).nullable().default(1),
});

/** An instance and its primary interface. */
export const Instance = z.strictObject({
  id: z.string().startsWith("i-"),
  state: z.enum(["pending", "running", "shutting-down", "terminated", "stopping", "stopped"]).default("running"),
  type: z.string().default("m7g.large"),
  ...Attached,
  windows: z.boolean().default(false),
  /** The service that runs the instance, as EKS Auto Mode does: eks.amazonaws.com. */
  operator: z.string().optional(),
  /** Left out of lists that do not ask for managed resources, as an account may have it for those of an operator. */
  hidden: z.boolean().default(false),
  metadata: Metadata.prefault({}),
  tags: Tags.default({}),
});
export type Instance = z.infer<typeof Instance>;

/** An interface beside those that instances, load balancers and control planes bring along. */
export const NetworkInterface = z.strictObject({
  id: z.string().startsWith("eni-"),
  ...Attached,
  /** EC2's word: interface, trunk, branch, natGateway, lambda, …. */
  type: z.string().default("interface"),
  description: z.string().default(""),
  /** The instance that it is attached to. */
  instance: z.string().optional(),
});
export type NetworkInterface = z.infer<typeof NetworkInterface>;
