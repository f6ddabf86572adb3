import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { listAccounts } from "../core/collect/organization.ts";
import type { PlanPorts, Ports } from "../core/ports.ts";
import { common } from "./clients.ts";

/** Organizations, asked by the process's own credentials. */
export const organizations = (region: string): OrganizationsClient => new OrganizationsClient({ ...common, region });

/** The ports of `plan`, which alone lists the organization's accounts, by the process's own credentials. */
export const withOrganization = (ports: Ports): PlanPorts => ({
  ...ports,
  listAccounts: (signal) => listAccounts(organizations(ports.homeRegion), signal),
});
