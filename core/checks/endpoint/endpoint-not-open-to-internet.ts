import { type About, defineCheck, type Remediation } from "../../model/check.ts";
import type { Settings } from "../../model/settings.ts";
import { parseFilterCidrs, sizeOf } from "../../net/addresses.ts";
import { globallyReachable, isInternet } from "../../net/internet.ts";
import { listed } from "../listed.ts";
import { narrowableTo, updateVpcConfig } from "./eks-commands.ts";
import { publicRanges } from "./public-ranges.ts";

const text =
  "Admit only ranges that the organization owns, or turn public access off. Turn private access on first or in the same step, so that nodes keep reaching the control plane.";

export const endpointNotOpenToInternet = defineCheck({
  id: "endpoint-not-open-to-internet",
  title: "The public endpoint is not open to the internet",
  surface: "endpoint",
  severity: "high",
  path: { from: "internet", to: "endpoint" },
  needs: ["endpoint"],
  why: "Whoever reaches the API server can try stolen credentials, and every flaw in it, from anywhere. A range of more addresses than any one organization was ever allocated is no restriction, however it is written.",
  judged:
    "Fails when public access is on and the union of publicAccessCidrs is the internet. Of the union only globally reachable addresses count, each once: private, shared, loopback, link-local, documentation, multicast and reserved space is left out. More IPv4 addresses than a /8 holds, or more IPv6 addresses than a /19 holds, is the internet, so that 0.0.0.0/1 with 128.0.0.0/1, 2000::/3 and IPv4-mapped forms fail like 0.0.0.0/0; both limits are set under internet in the configuration. An empty list means 0.0.0.0/0. With public access off it passes, whatever the list still says. A range that cannot be parsed makes it unknown, unless the others are the internet already. The AWS plane alone decides, and private access plays no part.",
  unseen:
    "Who stands behind an admitted range, such as a proxy or a VPN that lets everybody in. No connection is attempted, and whether a request needs a credential is judged by endpoint-refuses-anonymous-requests.",
  remediation: text,
  examples: {
    fail: { endpoint: { publicAccess: true, privateAccess: false, publicCidrs: ["0.0.0.0/1", "128.0.0.0/1"] } },
    pass: { endpoint: { publicAccess: true, privateAccess: true, publicCidrs: ["203.0.113.0/24"] } },
  },
  evaluate: ({ endpoint }, settings, about) => {
    const { resource } = about;
    const name = `Cluster ${resource.name}`;
    const { publicAccess, privateAccess } = endpoint;
    if (!publicAccess) return [{ status: "pass", resource, evidence: { publicAccess }, message: `${name} has no public endpoint.` }];
    const { cidrs, addresses, malformed } = publicRanges(endpoint);
    const counted = sizeOf(globallyReachable(addresses));
    const evidence = {
      publicAccess,
      privateAccess,
      publicAccessCidrs: cidrs,
      reachableFrom: { ipv4Addresses: `${counted.ipv4}`, ipv6Addresses: `${counted.ipv6}` },
      limits: settings.internet,
    };
    if (isInternet(addresses, settings.internet)) {
      const message = `${name} has a public endpoint that is open to the internet: it admits ${listed(cidrs)}.`;
      return [{ status: "fail", resource, evidence, message, remediation: remedy(cidrs, settings, about) }];
    }
    if (malformed !== undefined) {
      return [{ status: "unknown", resource, evidence, reason: malformed, message: `${name} was not judged: ${malformed.message}` }];
    }
    return [{ status: "pass", resource, evidence, message: `${name} has a public endpoint that admits only ${listed(cidrs)}.` }];
  },
});

function remedy(current: readonly string[], { trustedCidrs, internet }: Settings, about: About): Remediation {
  const publicAccessCidrs = narrowableTo(trustedCidrs, current);
  const config =
    publicAccessCidrs.length > 0 && !isInternet(parseFilterCidrs(publicAccessCidrs), internet)
      ? { endpointPrivateAccess: true, publicAccessCidrs }
      : { endpointPublicAccess: false, endpointPrivateAccess: true };
  return { text, commands: [updateVpcConfig(about, config)] };
}
