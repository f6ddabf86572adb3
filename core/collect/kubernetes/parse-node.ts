import * as z from "zod";
import type { Node } from "../../model/workloads.ts";
import { filled, listOrEmpty, present, textsOrEmpty } from "./object-meta.ts";

const Address = z.object({ type: z.string(), address: z.string() });
const Condition = z.object({ type: z.string(), status: z.string() });

const Status = z
  .object({
    addresses: listOrEmpty(Address),
    conditions: listOrEmpty(Condition),
    nodeInfo: z.object({ kubeletVersion: filled, operatingSystem: filled }).nullish(),
  })
  .nullish()
  .transform((status) => {
    const addressesOf = (wanted: string) => (status?.addresses ?? []).flatMap(({ type, address }) => (type === wanted ? [address] : []));
    return {
      internalIps: addressesOf("InternalIP"),
      externalIps: addressesOf("ExternalIP"),
      isReady: (status?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True"),
      ...present({ kubeletVersion: status?.nodeInfo?.kubeletVersion, operatingSystem: status?.nodeInfo?.operatingSystem }),
    };
  });

/** v1 Node. */
export const NodeObject: z.ZodType<Node> = z
  .object({
    metadata: z.object({ name: z.string().min(1), labels: textsOrEmpty }),
    spec: z.object({ providerID: filled }).nullish(),
    status: Status,
  })
  .transform(({ metadata, spec, status }) => ({ ...metadata, ...status, ...present({ providerId: spec?.providerID }) }));
