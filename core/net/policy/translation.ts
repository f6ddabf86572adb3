import type { NetworkPolicy } from "../../model/network-policy.ts";
import { PolicyFieldError } from "./errors.ts";
import type { OnNote } from "./fields.ts";
import { type NetworkPolicyReading, readNetworkPolicy } from "./kubernetes.ts";
import type { Policy, PolicyModel } from "./model.ts";

/** "kubernetes" is the text of the API, with blocks applied to addresses outside the cluster only. */
export const engines = ["kubernetes", "vpc-cni", "calico", "cilium"] as const;
export type Engine = (typeof engines)[number];

/** The policies of a cluster, of every kind that was read. */
export interface Policies {
  readonly networkPolicies: readonly NetworkPolicy[];
}

/** What is to be said of a field of a policy. */
export interface Remark {
  /** Kind, namespace and name. */
  readonly policy: string;
  readonly field: string;
  /** One sentence. */
  readonly message: string;
  /** The policy was left out, as its API would not have taken it. Otherwise it counts, as the message says. */
  readonly isRefused: boolean;
}

export interface Translation {
  readonly model: PolicyModel;
  readonly remarks: readonly Remark[];
}

/** The policies as the engine reads them. One that can't be read is left out, with a remark; the rest counts. */
export function translate(engine: Engine, { networkPolicies }: Policies): Translation {
  const remarks: Remark[] = [];
  const policies = networkPolicies.flatMap((policy) =>
    accepted(`NetworkPolicy ${policy.namespace}/${policy.name}`, remarks, (onNote) => [
      readNetworkPolicy(policy, readings[engine], onNote),
    ]),
  );
  return { model: { tiers: [{ name: "NetworkPolicy", policies, otherwise: "deny" }] }, remarks };
}

/** Sources: domain rules of each engine; see `NetworkPolicyReading`. */
const readings: Readonly<Record<Engine, NetworkPolicyReading>> = {
  kubernetes: { blocksMeanPods: false, unnamedSectionsCount: false, absenceMeansOutside: false },
  "vpc-cni": { blocksMeanPods: true, unnamedSectionsCount: false, absenceMeansOutside: false },
  calico: { blocksMeanPods: true, unnamedSectionsCount: false, absenceMeansOutside: false },
  cilium: { blocksMeanPods: false, unnamedSectionsCount: true, absenceMeansOutside: true },
};

function accepted(policy: string, remarks: Remark[], read: (onNote: OnNote) => readonly Policy[]): readonly Policy[] {
  const remark = (field: string, problem: string, isRefused: boolean): void => {
    remarks.push({ policy, field, isRefused, message: `${policy}: ${field} ${problem}.` });
  };
  try {
    return read((field, problem) => remark(field, problem, false));
  } catch (cause) {
    if (!(cause instanceof PolicyFieldError)) throw cause;
    remark(cause.field, cause.problem, true);
    return [];
  }
}
