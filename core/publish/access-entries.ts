/** The one thing that is written into a cluster's access, where a person asks for it: `doctor --onboard`, and nothing that is deployed. */
import { CreateAccessEntryCommand, type EKSClient, InvalidParameterException, ResourceInUseException } from "@aws-sdk/client-eks";
import { readersGroup } from "../model/onboarding.ts";
import { AccessEntryError } from "./errors.ts";

/**
 * Creates the access entry of the role that reads. One that exists is not touched: EKS creates none beside it.
 *
 * @throws {AccessEntryError} where EKS does not take the role, and whatever the SDK throws
 */
export async function createAccessEntry(
  eks: EKSClient,
  { cluster, principalArn }: { readonly cluster: string; readonly principalArn: string },
  signal: AbortSignal,
): Promise<"created" | "existed"> {
  // The type is EKS's default as well, but a policy can demand only what the request says.
  const entry = { clusterName: cluster, principalArn, kubernetesGroups: [readersGroup], type: "STANDARD" };
  try {
    await eks.send(new CreateAccessEntryCommand(entry), { abortSignal: signal });
    return "created";
  } catch (cause) {
    if (cause instanceof ResourceInUseException) return "existed";
    if (!(cause instanceof InvalidParameterException)) throw cause;
    throw new AccessEntryError(`EKS does not take ${principalArn} (InvalidParameterException): the role may not exist.`, {
      hint: "Deploy the member role first.",
      cause,
    });
  }
}
