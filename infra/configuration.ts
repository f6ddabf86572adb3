import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { checkedSettings } from "../core/config.ts";

/** The configuration of the folder that was deployed from; without one the defaults hold. */
const file = "eks-perimeter.config.yaml";
export const configuration: unknown = existsSync(file) ? (parse(readFileSync(file, "utf8")) ?? {}) : undefined;

/**
 * The role that the functions assume in each account: they read the same configuration, and may assume no other.
 * What the functions would refuse ends the deployment before anything is declared.
 */
const settings = checkedSettings(configuration ?? {}, file);
export const { memberRoleName } = settings;

/** Whether the product's own Security Hub holds findings of accounts that have none. */
export const hasCentralAccounts = settings.securityHub.centralAccounts.length > 0;
