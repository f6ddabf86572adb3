/** Target groups of an estate, as they stand in the file. */
import * as z from "zod";

const Target = {
  type: z.enum(["instance", "ip", "lambda", "alb"]).default("ip"),
  /** preserve_client_ip.enabled. Default: ELB's own, which is no for ip targets of TCP and TLS, and yes for the rest. */
  preservesClientIp: z.boolean().optional(),
};

/** What a listener or rule forwards to. */
export const ForwardTarget = z.strictObject({
  ...Target,
  /** Default: made from the load balancer's name and the listener. */
  name: z.string().max(32).optional(),
  /** Default: the listener's, without TLS. */
  protocol: z.string().optional(),
  /** Default: the listener's. */
  port: z.int().min(1).max(65535).optional(),
});
export type ForwardTarget = z.infer<typeof ForwardTarget>;

/** A target group that nothing forwards to. */
export const IdleTargetGroup = z.strictObject({
  ...Target,
  name: z.string().max(32),
  protocol: z.string().default("TCP"),
  port: z.int().min(1).max(65535).default(80),
  /** Default: the first VPC of the Region; a function's group is in none. */
  vpc: z.string().optional(),
});
export type IdleTargetGroup = z.infer<typeof IdleTargetGroup>;
