import type { AnyCheck } from "../model/check.ts";
import { loadBalancerInternalOrRestricted } from "./load-balancer/load-balancer-internal-or-restricted.ts";
import { loadBalancerMatchesDeclaration } from "./load-balancer/load-balancer-matches-declaration.ts";
import { loadBalancerSourceRangesEnforced } from "./load-balancer/load-balancer-source-ranges-enforced.ts";

/** Every check, in the order in which reports list them. */
export const checks: readonly AnyCheck[] = [
  loadBalancerInternalOrRestricted,
  loadBalancerMatchesDeclaration,
  loadBalancerSourceRangesEnforced,
];

/** The check with this id. */
export const checkById = (id: string): AnyCheck | undefined => checks.find((check) => check.id === id);
