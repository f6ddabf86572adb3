import type { Fix } from "../fix.ts";
import { endpointOf, endpointPlan } from "./endpoint-config.ts";

export const fixEndpointPublicAccessDisabled: Fix = (input) => ({
  plan: endpointPlan(input, endpointOf(input), "Turns the public endpoint off, with the private one on.", {
    endpointPrivateAccess: true,
    endpointPublicAccess: false,
  }),
});
