/** Who may do what: everything, but for what the estate denies. */
import type { Denial } from "../estate/account.ts";
import { fits } from "../pattern.ts";
import type { Principal } from "./credentials.ts";
import type { State } from "./service.ts";

function denialsOf({ world }: State, { account, kind, name }: Principal): readonly Denial[] {
  if (kind === "session") return world.accounts.get(account)?.roles.get(name)?.denied ?? [];
  return account === world.estate.hub.account && name === world.estate.hub.user ? world.estate.hub.denied : [];
}

export interface Attempt {
  readonly action: string;
  /** Of the Region that the request goes to; undefined for a global service. */
  readonly region: string | undefined;
  readonly resource: string | undefined;
}

/** Why the principal may not, in IAM's words; undefined where it may. A service control policy speaks first. */
export function whyDenied(state: State, principal: Principal, { action, region, resource }: Attempt): string | undefined {
  const policies = state.world.accounts.get(principal.account)?.estate.serviceControlPolicies ?? [];
  const about = resource === undefined ? "" : ` on resource: ${resource}`;
  const sentence = `User: ${principal.arn} is not authorized to perform: ${action}${about}`;
  const inRegion = (pattern: string) => fits(pattern, region ?? "");
  if (policies.some(({ regions, actions }) => regions.some(inRegion) && actions.some((pattern) => fits(pattern, action)))) {
    return `${sentence} with an explicit deny in a service control policy`;
  }
  const denied = denialsOf(state, principal).some(
    (denial) => fits(denial.action, action) && inRegion(denial.region) && fits(denial.resource, resource ?? "*"),
  );
  return denied ? `${sentence} because no identity-based policy allows the ${action} action` : undefined;
}
