import type { Ports } from "./ports.ts";
import type { Publishing } from "./publish/publish.ts";

type HubPorts = Pick<Ports, "access" | "centralHub" | "homeRegion" | "securityHub" | "settings">;

/** Which Security Hub takes the findings about an account and Region: their own, or the product's for an account in central mode. */
export function hubOf(ports: HubPorts, account: string, region: string): Pick<Publishing, "securityHub" | "hub"> {
  const { access, centralHub, homeRegion, securityHub, settings } = ports;
  if (securityHub === undefined) return {};
  if (!settings.securityHub.centralAccounts.includes(account)) return { securityHub: securityHub(access(account), region) };
  if (centralHub === undefined) return {};
  const central = centralHub();
  return { securityHub: central.client, hub: { account: central.account, region: homeRegion } };
}
