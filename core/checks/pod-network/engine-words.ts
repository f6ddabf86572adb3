/** How the checks of this folder speak of policy engines. */
import type { Evidence } from "../../model/check.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import type { NodeEnforcement } from "../../net/policy/enforcement/enforcement.ts";
import type { Platform } from "../../net/policy/enforcement/platform.ts";
import type { PolicyEngine } from "../../net/policy/enforcement/signal.ts";
import { vpcCniAddOn } from "../../net/policy/enforcement/vpc-cni.ts";
import { few } from "../listed.ts";

export const engineNames: Readonly<Record<PolicyEngine, string>> = {
  "vpc-cni": "Amazon VPC CNI",
  calico: "Calico",
  cilium: "Cilium",
  antrea: "Antrea",
  "kube-router": "kube-router",
};

export const platformNames: Readonly<Record<Platform, string>> = {
  ec2: "EC2",
  auto: "EKS Auto Mode",
  windows: "Windows",
  fargate: "Fargate",
  hybrid: "hybrid nodes",
  untold: "nodes of no known kind",
};

/** Which engine was seen on which nodes, and by what. */
export function enginesSeen(nodes: readonly NodeEnforcement[]): Evidence {
  const seen = new Map<string, string[]>();
  for (const { name, enforcing } of nodes) {
    for (const { engine, seen: how } of enforcing) {
      const key = `${engineNames[engine]}: ${how}`;
      const others = seen.get(key);
      if (others === undefined) seen.set(key, [name]);
      else others.push(name);
    }
  }
  return { engines: [...seen].map(([engine, names]) => ({ engine, nodes: few(names) })) };
}

/** What the AWS plane says of VPC CNI. */
export function addOnSeen(addOns: ClusterFacts["addOns"]): Evidence {
  if (addOns.state === "unknown") return { addOnUnread: addOns.reason.message };
  const found = vpcCniAddOn(addOns.value);
  if (found === undefined) return {};
  const { addOn, says } = found;
  return { addOn: { name: addOn.name, status: addOn.status, ...(addOn.version && { version: addOn.version }), networkPolicy: says } };
}

/** All that the AWS plane says, for a verdict that Kubernetes leaves open. */
export function addOnClaims(addOns: ClusterFacts["addOns"]): string {
  const says = addOns.state === "known" ? vpcCniAddOn(addOns.value)?.says : undefined;
  if (says === "on") return ", though the add-on vpc-cni is configured to enforce policies";
  return says === "off" || says === "unset" ? ", and the add-on vpc-cni is not configured to enforce policies" : "";
}
