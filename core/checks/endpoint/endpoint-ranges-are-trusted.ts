import { defineCheck } from "../../model/check.ts";
import { isCidr, isWithin, parseFilterCidrs } from "../../net/addresses.ts";
import { listed } from "../listed.ts";
import { narrowableTo, updateVpcConfig } from "./eks-commands.ts";
import { publicRanges } from "./public-ranges.ts";

const text =
  "Narrow the public endpoint to ranges under trustedCidrs, turn public access off, or list the range under trustedCidrs if the organization owns it.";

export const endpointRangesAreTrusted = defineCheck({
  id: "endpoint-ranges-are-trusted",
  title: "The public endpoint admits only trusted ranges",
  surface: "endpoint",
  severity: "medium",
  path: { from: "named-ranges", to: "endpoint" },
  needs: ["endpoint"],
  why: "A narrow range still belongs to somebody. Ranges of former offices, providers and home connections stay on endpoints for years after the organization gave them up.",
  judged:
    "Fails when public access is on and some range of publicAccessCidrs does not lie wholly inside the union of trustedCidrs: a range may be covered by two trusted ones together, and one that is only partly covered fails. An empty list means 0.0.0.0/0. With public access off it passes. While no trustedCidrs are configured it is not-applicable, whatever the endpoint admits. A range that cannot be parsed makes it unknown, unless another is outside already.",
  unseen: "Whether a range under trustedCidrs still belongs to the organization: the configuration is taken at its word.",
  remediation: text,
  examples: {
    fail: { endpoint: { publicAccess: true, privateAccess: true, publicCidrs: ["198.51.100.0/24"] } },
    pass: { endpoint: { publicAccess: true, privateAccess: true, publicCidrs: ["203.0.113.0/24"] } },
  },
  evaluate: ({ endpoint }, { trustedCidrs }, about) => {
    const { resource } = about;
    const name = `Cluster ${resource.name}`;
    if (trustedCidrs.length === 0) {
      return [{ status: "not-applicable", resource, message: `${name} was not compared with trusted ranges: none are configured.` }];
    }
    const { publicAccess } = endpoint;
    if (!publicAccess) return [{ status: "pass", resource, evidence: { publicAccess }, message: `${name} has no public endpoint.` }];
    const { cidrs, malformed } = publicRanges(endpoint);
    const trusted = parseFilterCidrs(trustedCidrs);
    const untrusted = cidrs.filter((cidr) => isCidr(cidr) && !isWithin(parseFilterCidrs([cidr]), trusted));
    const evidence = { publicAccess, publicAccessCidrs: cidrs, untrusted, trustedCidrs };
    if (untrusted.length > 0) {
      const publicAccessCidrs = narrowableTo(trustedCidrs, cidrs);
      const config = publicAccessCidrs.length > 0 ? { publicAccessCidrs } : { endpointPublicAccess: false };
      const remediation = { text, commands: [updateVpcConfig(about, { endpointPrivateAccess: true, ...config })] };
      const message = `${name} has a public endpoint that admits ${listed(untrusted)}, outside the trusted ranges.`;
      return [{ status: "fail", resource, evidence, message, remediation }];
    }
    if (malformed !== undefined) {
      return [{ status: "unknown", resource, evidence, reason: malformed, message: `${name} was not judged: ${malformed.message}` }];
    }
    return [
      { status: "pass", resource, evidence, message: `${name} has a public endpoint that admits only trusted ranges: ${listed(cidrs)}.` },
    ];
  },
});
