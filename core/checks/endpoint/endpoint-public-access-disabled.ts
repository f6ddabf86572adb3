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
  judged:
    "Passes when endpointPublicAccess is false, and fails when it is true, for however few addresses: a list of one address keeps the public endpoint. The ranges are shown in the evidence and change nothing. Its severity is low, since a public endpoint with narrow ranges is a choice; endpoint-not-open-to-internet judges one that is open.",
  unseen:
    "Whether the people and pipelines that need the API server reach it without the public endpoint: turning it off may cut them off.",
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
