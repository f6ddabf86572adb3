import type { Node } from "../../../model/workloads.ts";
import { platformOf } from "../../nodes/node-identity.ts";

/** What decides which engines can run on a node. "untold": the Node was not read. */
export type Platform = "ec2" | "auto" | "windows" | "fargate" | "hybrid" | "untold";

/** Source: Amazon EKS User Guide, "Use Network Policies with EKS Auto Mode", and the well-known labels of Kubernetes. */
export function enforcementPlatform(node: Node | undefined): Platform {
  if (node === undefined) return "untold";
  const platform = platformOf(node);
  if (platform !== "ec2") return platform;
  if ((node.operatingSystem ?? node.labels["kubernetes.io/os"])?.toLowerCase() === "windows") return "windows";
  return node.labels["eks.amazonaws.com/compute-type"] === "auto" ? "auto" : "ec2";
}
