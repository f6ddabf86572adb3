import type { Coverage } from "../../model/cluster.ts";
import type { ReasonCode } from "../../model/fact.ts";

/** What to do about a read that failed with this reason. */
type Advice = string | { readonly aws: string; readonly kubernetes: string };

const advice: Readonly<Record<ReasonCode, Advice>> = {
  forbidden: {
    aws: "Allow the action to the role that reads the account: compare its policy with the one this version ships.",
    kubernetes:
      "Give the scanner's group the read: apply the ClusterRole that this version ships, and bind it to the group of the scanner's access entry.",
  },
  unauthenticated: {
    aws: "Check the credentials, the role's trust policy and its external id.",
    kubernetes:
      "Create an access entry for the role that reads the account, or map the role in the aws-auth ConfigMap of an older cluster.",
  },
  "not-enabled": "Enable the service or the Region for this account, or leave the Region out of the configuration.",
  dns: "The endpoint's name did not resolve: scan from a network whose resolver knows the name, or from inside the VPC.",
  timeout: {
    aws: "The service did not answer in time: scan again, and check the route to it if it stays so.",
    kubernetes:
      "Nothing answered: a private endpoint is reached only from its VPC or a network connected to it, and its security group must admit 443 from there.",
  },
  refused: {
    aws: "The connection was refused: check the proxy or firewall on the way to the service.",
    kubernetes: "The connection was refused: check the proxy or firewall on the way to the endpoint.",
  },
  tls: "The certificate did not match the cluster's or service's own authority: look for a proxy that breaks TLS open.",
  throttled: "AWS or the API server slowed the scanner down: scan again, or scan fewer clusters of this account at once.",
  "server-error": "The other side failed: scan again, and look at its health if it stays so.",
  malformed: "The answer was not what the API promises: report it with the read's name and the product's version.",
  "too-large": "The answer was larger than a scan takes: look for a runaway number of objects of this kind.",
  "not-found": "What was to be read is gone: scan again, and check that the cluster still exists.",
  "blocked-host": "The endpoint's host is none of EKS's own, so the token was not sent there: find out who changed the answer.",
  "not-supported": "This version of the product can't read it.",
  "depends-on-unknown": "It depends on another unread answer: mend that one first.",
  "not-ready": "The cluster was not ready: scan again once it is ACTIVE.",
  "denied-by-policy": "A service control policy denies it: exempt the scanner's role there, if this is to be seen.",
  internal: "The product broke: report it with the log of this run.",
};

/** Whether the read goes to the Kubernetes API. */
const isKubernetes = (read: string): boolean => read.startsWith("kubernetes:");

/** One unread answer as evidence: what, why, and what to do about it. */
export interface Unread {
  readonly read: string;
  readonly code: ReasonCode;
  readonly message: string;
  readonly whatToDo: string;
}

/** The coverage entry with what to do about it: what the reader of it advised, else what its reason calls for. */
export function unreadOf({ read, reason, remedy }: Coverage): Unread {
  const { code, message } = reason ?? { code: "internal", message: "No reason was recorded." };
  const given = advice[code];
  const usual = typeof given === "string" ? given : isKubernetes(read) ? given.kubernetes : given.aws;
  return { read, code, message, whatToDo: remedy ?? usual };
}

/** What to do about all of them, each advice once, with the reads that it is for. */
export function adviceFor(unread: readonly Unread[]): string {
  const reads = new Map<string, string[]>();
  for (const { read, whatToDo } of unread) reads.set(whatToDo, [...(reads.get(whatToDo) ?? []), read]);
  return [...reads].map(([whatToDo, of]) => `${of.join(", ")}: ${whatToDo}`).join("\n");
}
