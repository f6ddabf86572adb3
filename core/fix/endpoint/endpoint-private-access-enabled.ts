import type { Fix } from "../fix.ts";
import { endpointOf, endpointPlan } from "./endpoint-config.ts";

export const fixEndpointPrivateAccessEnabled: Fix = (input) => ({
  plan: endpointPlan(input, endpointOf(input), "Turns the private endpoint on.", { endpointPrivateAccess: true }),
});
