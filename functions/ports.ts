/** What the steps are given where they are deployed. */
import { S3Client } from "@aws-sdk/client-s3";
import { checkedSettings } from "../core/config.ts";
import { defaultSettings, type Settings } from "../core/model/settings.ts";
import type { Ports } from "../core/ports.ts";
import { s3Store } from "../core/publish/s3-store.ts";
import type { Store } from "../core/publish/store.ts";
import { version } from "../core/version.ts";
import { accountAccess, allowedEndpointHosts, common, memo, ownSecurityHub, required, securityHub } from "./clients.ts";
import { log, measure } from "./entry-point.ts";

/** The ports of a deployed function, kept from one invocation to the next: sessions and connections stay open. */
const deployed = memo(async () => {
  const homeRegion = required("AWS_REGION");
  const store = s3Store(new S3Client({ ...common, region: homeRegion }), required("EKS_PERIMETER_STORE"));
  const externalId = process.env.EKS_PERIMETER_EXTERNAL_ID;
  return { homeRegion, store, ...(externalId === undefined ? {} : { externalId }) };
});

/** @throws {MisconfiguredError} */
export async function deployedPorts(readTimeoutMs: number): Promise<Ports> {
  const { homeRegion, store, externalId } = await deployed("");
  const settings = await settingsIn(store);
  const now = () => new Date();
  return {
    access: accessOf(JSON.stringify([homeRegion, settings.memberRoleName, externalId ?? ""])),
    now,
    readTimeoutMs,
    allowedEndpointHosts: allowedEndpointHosts(),
    store,
    settings,
    version,
    homeRegion,
    securityHub,
    centralHub: () => ({ account: required("EKS_PERIMETER_ACCOUNT"), client: ownSecurityHub(homeRegion) }),
    log,
    measure,
  };
}

const accessOf = memo((key: string) => {
  const [homeRegion = "", roleName = "", externalId = ""] = JSON.parse(key) as string[];
  return accountAccess({ homeRegion, roleName, ...(externalId === "" ? {} : { externalId }), now: () => new Date() });
});

/** The deployed configuration lies in the store beside the runs, so that a change of it is no change of code. */
async function settingsIn(store: Store): Promise<Settings> {
  const stored = await store.get("config.json");
  return stored === undefined ? defaultSettings : checkedSettings(JSON.parse(stored.body), `${store.description}/config.json`);
}
