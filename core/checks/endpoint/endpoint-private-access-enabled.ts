import { defineCheck } from "../../model/check.ts";
import { updateVpcConfig } from "./eks-commands.ts";

const text = "Turn private access on: the endpoint's name then resolves to addresses in the VPC for everything inside it.";

export const endpointPrivateAccessEnabled = defineCheck({
  id: "endpoint-private-access-enabled",
  title: "The private endpoint is enabled",
  surface: "endpoint",
  severity: "medium",
  path: { from: "nodes", to: "endpoint" },
  needs: ["endpoint"],
  why: "Without a private endpoint the traffic between nodes and control plane leaves the VPC, and the public endpoint has to admit the nodes' addresses.",
  judged:
    "Passes when endpointPrivateAccess is true, and fails when it is false. It is judged on its own: private access does not turn public access off, and both may be on. The AWS plane alone decides.",
  unseen:
    "Whether clients in the VPC resolve the endpoint's name to the private addresses, and whether the control plane's security groups admit them: the latter is judged by endpoint-security-groups-restrict-access.",
  remediation: text,
  examples: {
    fail: { endpoint: { publicAccess: true, privateAccess: false, publicCidrs: ["203.0.113.0/24"] } },
    pass: { endpoint: { publicAccess: true, privateAccess: true, publicCidrs: ["203.0.113.0/24"] } },
  },
  evaluate: ({ endpoint: { privateAccess, publicAccess } }, _settings, about) => {
    const { resource } = about;
    const name = `Cluster ${resource.name}`;
    const evidence = { privateAccess, publicAccess };
    if (privateAccess) return [{ status: "pass", resource, evidence, message: `${name} has its private endpoint enabled.` }];
    const remediation = { text, commands: [updateVpcConfig(about, { endpointPrivateAccess: true })] };
    return [
      { status: "fail", resource, evidence, remediation, message: `${name} has no private endpoint, so its nodes use the public one.` },
    ];
  },
});
