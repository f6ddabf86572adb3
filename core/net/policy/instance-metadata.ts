/**
 * Whether policies keep the pods of a node from the metadata service of its instance. The service is at link-local addresses,
 * behind the interface of the pod like any other address outside the cluster: no engine has an entry of its own for it.
 */
import type { Reason } from "../../model/fact.ts";
import type { Pod } from "../../model/workloads.ts";
import { isEmpty, parseCidrs } from "../addresses.ts";
import { type EffectiveFacts, effectivePolicies, type Subject } from "./effective.ts";
import type { CniAgent } from "./enforcement/cni-agent.ts";
import { daemonPodsOf } from "./enforcement/daemon-pods.ts";
import { cniAgentOn } from "./enforcement/vpc-cni.ts";
import { egressOf, isKeptFrom } from "./other-family.ts";
import { portsOf } from "./port-set.ts";

/** What becomes of the pods that run on a node now, those on its own network left out. */
export interface MetadataAnswer {
  readonly reaching: number;
  readonly denied: number;
  readonly inDoubt: number;
  /** One that certainly gets there. */
  readonly witness?: MetadataWitness;
  /** Why it is not known of another. */
  readonly doubt?: Reason;
  /** What denies it, as clauses, each once. */
  readonly deniedBy: readonly string[];
}

export interface MetadataWitness {
  /** Namespace and name. */
  readonly pod: string;
  readonly address: string;
  /** A clause: "no policy selects it for egress". */
  readonly why: string;
  readonly isEnforced: boolean;
}

/** Asked with the name of a Node, and the addresses at which its instance answers. */
export type MetadataPolicies = (node: string, addresses: readonly string[]) => MetadataAnswer;

type Family = "ipv4" | "ipv6";
type One =
  | { readonly state: "reaches"; readonly why: string; readonly isEnforced: boolean }
  | { readonly state: "denied"; readonly why: string }
  | { readonly state: "unsure"; readonly reason: Reason };

const http = portsOf("TCP", 80, 80);

export function metadataPolicies(facts: EffectiveFacts): MetadataPolicies {
  const effective = effectivePolicies(facts);
  const byNode = Map.groupBy(facts.pods, ({ nodeName }) => nodeName ?? "");
  const daemonPods = daemonPodsOf({ state: "known", value: facts.pods }, facts.workloads);
  const asked = new Map<string, One>();
  const bySubject = (subject: Subject, address: string): One => {
    const key = `${subject.key} ${address}`;
    const one = asked.get(key) ?? answerOf(subject, address);
    asked.set(key, one);
    return one;
  };
  const familiesOf = (pod: Pod): readonly Family[] =>
    (["ipv4", "ipv6"] as const).filter((family) => effective.classesOf(pod).some(({ addresses }) => addresses[family].length > 0));
  // The pods of a cluster have addresses of one family: a pod whose own is not known yet will have what the others have.
  const usual = facts.pods
    .filter(({ spec }) => !spec.hostNetwork)
    .map(familiesOf)
    .find(({ length }) => length > 0);

  return (node, addresses) => {
    const cni = cniAgentOn(node, daemonPods);
    const counts = { reaches: 0, denied: 0, unsure: 0 };
    const deniedBy = new Set<string>();
    let witness: MetadataWitness | undefined;
    let doubt: Reason | undefined;
    for (const pod of byNode.get(node) ?? []) {
      const subject = effective.of(pod);
      if (subject === undefined) continue;
      const own = familiesOf(pod);
      const families = own.length > 0 ? own : (usual ?? []);
      const answers = addresses.map((address) => {
        const family = address.includes(":") ? "ipv6" : "ipv4";
        const one = bySubject(subject, address);
        return { address, one: families.includes(family) ? one : inOtherFamily(family, one, pod, cni) };
      });
      const reached = answers.find(({ one }) => one.state === "reaches");
      const unsure = answers.find(({ one }) => one.state === "unsure");
      counts[(reached ?? unsure)?.one.state ?? "denied"] += 1;
      if (reached?.one.state === "reaches") {
        const { why, isEnforced } = reached.one;
        witness ??= { pod: `${pod.namespace}/${pod.name}`, address: reached.address, why, isEnforced };
      } else if (unsure?.one.state === "unsure") doubt ??= unsure.one.reason;
      for (const { one } of answers) if (one.state === "denied") deniedBy.add(one.why);
    }
    return {
      reaching: counts.reaches,
      denied: counts.denied,
      inDoubt: counts.unsure,
      deniedBy: [...deniedBy].sort(),
      ...(witness && { witness }),
      ...(doubt && { doubt }),
    };
  };
}

function answerOf(subject: Subject, address: string): One {
  const outside = parseCidrs([address]);
  const { atLeast, atMost } = subject.reach("egress", outside, http);
  const why = (): string => subject.why("egress", { outside }, "TCP", 80);
  if (!isEmpty(atLeast)) return { state: "reaches", why: why(), isEnforced: subject.unenforced === undefined };
  if (isEmpty(atMost)) return { state: "denied", why: why() };
  return { state: "unsure", reason: subject.doubt };
}

/**
 * VPC CNI lets pods send in the family that they have no address of, past every policy: in IPv4 unless told otherwise, in IPv6
 * if told to. So a policy that denies keeps a pod from there only where VPC CNI does so too, and one that allows proves nothing.
 * Source: aws/amazon-vpc-cni-k8s README.md, ENABLE_V4_EGRESS and ENABLE_V6_EGRESS.
 */
function inOtherFamily(family: Family, byPolicy: One, pod: Pod, cni: CniAgent | undefined): One {
  const { namespace, name } = pod;
  const { text } = egressOf[family];
  const isKept = cni?.state === "runs" && isKeptFrom(family, pod, cni);
  if (byPolicy.state === "unsure" || (byPolicy.state === "denied" && isKept)) return byPolicy;
  const why = byPolicy.state === "denied" ? "no policy holds for it" : "no policy denies it";
  const message = `Pod ${namespace}/${name} may send in ${text}, of which it has no address and where ${why}.`;
  return { state: "unsure", reason: { code: "not-supported", message } };
}
