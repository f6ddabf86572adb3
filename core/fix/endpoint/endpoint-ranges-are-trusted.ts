import { narrowableTo } from "../../checks/endpoint/eks-commands.ts";
import { publicRanges } from "../../checks/endpoint/public-ranges.ts";
import { listed } from "../../checks/listed.ts";
import type { Fix } from "../fix.ts";
import { endpointOf, endpointPlan } from "./endpoint-config.ts";

/** Narrowed to the trusted part of what is admitted, else to what is trusted, else closed. */
export const fixEndpointRangesAreTrusted: Fix = (input) => {
  const endpoint = endpointOf(input);
  const publicAccessCidrs = narrowableTo(input.settings.trustedCidrs, publicRanges(endpoint).cidrs);
  if (publicAccessCidrs.length > 0) {
    const summary = `Lets only ${listed(publicAccessCidrs)} reach the public endpoint.`;
    return { plan: endpointPlan(input, endpoint, summary, { endpointPrivateAccess: true, publicAccessCidrs }) };
  }
  const summary = "Turns the public endpoint off: it can be narrowed to none of the trusted ranges.";
  return { plan: endpointPlan(input, endpoint, summary, { endpointPrivateAccess: true, endpointPublicAccess: false }) };
};
