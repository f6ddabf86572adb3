import { narrowableTo } from "../../checks/endpoint/eks-commands.ts";
import { publicRanges } from "../../checks/endpoint/public-ranges.ts";
import { listed } from "../../checks/listed.ts";
import { parseFilterCidrs } from "../../net/addresses.ts";
import { isInternet } from "../../net/internet.ts";
import type { Fix } from "../fix.ts";
import { endpointOf, endpointPlan } from "./endpoint-config.ts";

/** Narrowed to what is trusted, else closed. */
export const fixEndpointNotOpenToInternet: Fix = (input) => {
  const endpoint = endpointOf(input);
  const { trustedCidrs, internet } = input.settings;
  const publicAccessCidrs = narrowableTo(trustedCidrs, publicRanges(endpoint).cidrs);
  if (publicAccessCidrs.length > 0 && !isInternet(parseFilterCidrs(publicAccessCidrs), internet)) {
    const summary = `Lets only ${listed(publicAccessCidrs)} reach the public endpoint.`;
    return { plan: endpointPlan(input, endpoint, summary, { endpointPrivateAccess: true, publicAccessCidrs }) };
  }
  const plan = endpointPlan(
    input,
    endpoint,
    "Turns the public endpoint off: no trusted range that it could be narrowed to is configured.",
    {
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
    },
  );
  return {
    plan: {
      ...plan,
      notes: [...(plan.notes ?? []), "To keep a public endpoint for some, list their ranges under trustedCidrs and ask again."],
    },
  };
};
