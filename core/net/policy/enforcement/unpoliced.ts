/** Pods on nodes that are not judged by themselves, which no network has to police until a policy selects a pod on them. */
import type { Fact, Reason } from "../../../model/fact.ts";
import type { Pod } from "../../../model/workloads.ts";
import { type Enforcement, type NodeEnforcement, networkPolicyOnNode } from "./enforcement.ts";
import type { Platform } from "./platform.ts";
import type { Enforcing } from "./signal.ts";
import type { Subjects } from "./subjects.ts";

/** Fargate, Windows and hybrid nodes count only where a policy selects a pod on them. */
export const isJudgedByItself = ({ platform }: Pick<NodeEnforcement, "platform">): boolean => platform === "ec2" || platform === "auto";

/** A pod that a policy selects and nothing polices. */
export interface Unpoliced {
  /** Namespace and name. */
  readonly pod: string;
  readonly node: string;
  readonly platform: Platform;
  readonly policy: string;
}

export interface Selected {
  readonly unpoliced: readonly Unpoliced[];
  /** How many are selected and policed. */
  readonly policed: number;
  /** Why there may be more of the former. */
  readonly doubt?: Reason;
}

/** Whether it is a NetworkPolicy that selects the pod, and every engine there was told to leave those alone. */
const isSpared = ({ enforcing }: { readonly enforcing: readonly Enforcing[] }, selected: object): boolean =>
  "by" in selected &&
  String(selected.by).startsWith("NetworkPolicy ") &&
  enforcing.every(({ sparesNetworkPolicy }) => sparesNetworkPolicy !== undefined);

export function selectedOn(
  nodes: readonly NodeEnforcement[],
  pods: Fact<readonly Pod[]>,
  enforcement: Enforcement,
  subjects: Subjects,
): Selected {
  if (pods.state === "unknown") {
    const isMoot =
      nodes.every((node) => networkPolicyOnNode(node) === "enforced") || (subjects.names.length === 0 && subjects.doubt === undefined);
    return { unpoliced: [], policed: 0, ...(isMoot ? {} : { doubt: pods.reason }) };
  }
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const unpoliced: Unpoliced[] = [];
  let policed = 0;
  let doubt: Reason | undefined;
  for (const pod of pods.value) {
    const node = byName.get(pod.nodeName ?? "");
    if (node === undefined || pod.spec.hostNetwork) continue;
    const its = enforcement.ofPod(pod);
    const selected = its.state === "no-endpoint" ? undefined : subjects.selecting(pod);
    if (selected === undefined) continue;
    if (its.state === "enforced" && !isSpared(its, selected)) policed += 1;
    else if (its.state === "unsure") doubt ??= its.reason;
    else if (its.state === "enforced" && its.possible[0] !== undefined) doubt ??= its.possible[0].reason;
    else if ("perhaps" in selected) doubt ??= selected.perhaps;
    else unpoliced.push({ pod: `${pod.namespace}/${pod.name}`, node: node.name, platform: node.platform, policy: selected.by });
  }
  return { unpoliced, policed, ...(doubt && { doubt }) };
}
