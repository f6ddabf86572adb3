import type { Settings } from "../../model/settings.ts";
import { systemTable } from "./system-table.ts";

/** Made by Kubernetes itself. Source: Kubernetes, "Namespaces", initial namespaces. */
const initial = ["kube-system", "kube-public", "kube-node-lease"];
const listed: ReadonlySet<string> = new Set([...initial, ...systemTable.flatMap(({ namespaces }) => namespaces)]);

/** Whether a namespace is the platform's: one of the product's table of system workloads, or of the configuration's. */
export const isSystemNamespace = (name: string, { systemWorkloads }: Pick<Settings, "systemWorkloads">): boolean =>
  listed.has(name) || systemWorkloads.some(({ namespace }) => namespace === name);
