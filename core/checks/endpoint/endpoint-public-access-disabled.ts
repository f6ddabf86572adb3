import { defineCheck } from "../../model/check.ts";
import { listed } from "../listed.ts";
import { updateVpcConfig } from "./eks-commands.ts";
import { publicRanges } from "./public-ranges.ts";

const text =
  "Turn public access off once everyone who needs the API server reaches it through the VPC: from a peered or connected network, a VPN or a bastion. Turn private access on in the same step.";

export const endpointPublicAccessDisabled = defineCheck({
  id: "endpoint-public-access-disabled",
  title: "The public endpoint is disabled",
  surface: "endpoint",
  severity: "low",
  path: { from: "internet", to: "endpoint" },
  needs: ["endpoint"],
  why: "An endpoint without public access can't be reached from outside the VPC by a mistake in its ranges.",
  remediation: text,
  examples: {
    fail: { endpoint: { publicAccess: true, privateAccess: false, publicCidrs: ["203.0.113.0/24"] } },
    pass: { endpoint: { publicAccess: false, privateAccess: true, publicCidrs: ["203.0.113.0/24"] } },
  },
  evaluate: ({ endpoint }, _settings, about) => {
    const { resource } = about;
    const name = `Cluster ${resource.name}`;
    const { publicAccess } = endpoint;
    if (!publicAccess) return [{ status: "pass", resource, evidence: { publicAccess }, message: `${name} has no public endpoint.` }];
    const { cidrs } = publicRanges(endpoint);
    const remediation = { text, commands: [updateVpcConfig(about, { endpointPublicAccess: false, endpointPrivateAccess: true })] };
    const evidence = { publicAccess, publicAccessCidrs: cidrs };
    return [{ status: "fail", resource, evidence, remediation, message: `${name} has a public endpoint, which admits ${listed(cidrs)}.` }];
  },
});
