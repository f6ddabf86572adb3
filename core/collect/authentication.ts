/** How a cluster knows its callers. */
import { DescribeAccessEntryCommand, DescribeClusterCommand, type EKSClient } from "@aws-sdk/client-eks";
import * as z from "zod";
import type { AccessEntry } from "../model/deployment.ts";
import { answerOf } from "./answer.ts";
import { reasonOf } from "./reason.ts";

const Described = z.object({ cluster: z.object({ accessConfig: z.object({ authenticationMode: z.string() }) }) });

/** CONFIG_MAP, API_AND_CONFIG_MAP or API. */
export async function readAuthenticationMode(eks: EKSClient, name: string, signal: AbortSignal): Promise<string> {
  const { cluster } = await answerOf(Described, eks.send(new DescribeClusterCommand({ name }), { abortSignal: signal }), signal);
  return cluster.accessConfig.authenticationMode;
}

const Entry = z.object({ accessEntry: z.object({ kubernetesGroups: z.array(z.string()).optional() }) });

/**
 * The access entry of a principal; null where it has none. A cluster in CONFIG_MAP mode has none for anybody, and must not be
 * asked: it answers with an error.
 */
export async function readAccessEntry(
  eks: EKSClient,
  { cluster, principalArn }: { readonly cluster: string; readonly principalArn: string },
  signal: AbortSignal,
): Promise<AccessEntry | null> {
  const call = eks.send(new DescribeAccessEntryCommand({ clusterName: cluster, principalArn }), { abortSignal: signal });
  try {
    const { accessEntry } = await answerOf(Entry, call, signal);
    return { groups: accessEntry.kubernetesGroups ?? [] };
  } catch (error) {
    if (reasonOf(error)?.code === "not-found") return null;
    throw error;
  }
}
