/** Which engine enforces network policies where. */
import type { Fact, Reason } from "../../../model/fact.ts";
import type { NetworkSettings, NodeClass } from "../../../model/pod-network.ts";
import type { Node, Pod, Workload } from "../../../model/workloads.ts";
import type { CniAgent } from "./cni-agent.ts";
import { daemonEngineSignals, type EngineSignal } from "./daemon-engines.ts";
import { daemonPodsOf } from "./daemon-pods.ts";
import { enforcementPlatform, type Platform } from "./platform.ts";
import { limitFor } from "./pod-limits.ts";
import type { Enforcing, PolicyEngine } from "./signal.ts";
import { cniAgentOn, vpcCniSignal } from "./vpc-cni.ts";

export interface EnforcementFacts {
  readonly nodes: Fact<readonly Node[]>;
  readonly pods: Fact<readonly Pod[]>;
  readonly workloads: Fact<readonly Workload[]>;
  readonly networkSettings: Fact<NetworkSettings>;
  readonly nodeClasses: Fact<readonly NodeClass[]>;
}

/** An engine that may enforce; without a name it is one that is not judged. */
export interface Possible {
  readonly engine?: PolicyEngine;
  readonly reason: Reason;
}

export interface NodeEnforcement {
  readonly name: string;
  readonly platform: Platform;
  /** False as well where the Node was not read. */
  readonly isReady: boolean;
  /** For certain. Several at once get into each other's way: their results together are not documented. */
  readonly enforcing: readonly Enforcing[];
  readonly possible: readonly Possible[];
  /** Installed, and for certain enforcing nothing. */
  readonly inert: readonly { readonly engine?: PolicyEngine; readonly seen: string }[];
  /** VPC CNI's agent there, whether it enforces policies or not. */
  readonly cni?: CniAgent;
}

export type PodEnforcement =
  /** `possible` may enforce as well, by policies of its own. */
  | { readonly state: "enforced"; readonly enforcing: readonly Enforcing[]; readonly possible: readonly Possible[] }
  /** `why` is a clause: "it shares the network of its node". */
  | { readonly state: "not-enforced"; readonly cause: NotEnforced; readonly why: string }
  | { readonly state: "unsure"; readonly reason: Reason }
  /** It has ended, or is on no node yet: there is nothing to connect to. */
  | { readonly state: "no-endpoint" };
export type NotEnforced = "host-network" | "no-engine" | "standalone" | "branch-interface" | "ipv6";

export interface Enforcement {
  /** Of every Node that was read; unknown where none could be. */
  readonly nodes: Fact<readonly NodeEnforcement[]>;
  /** Also of a node that is none of those: what its pods tell. */
  readonly onNode: (name: string) => NodeEnforcement;
  /** Whether policies hold for the pod, and by which engines. */
  readonly ofPod: (pod: Pod) => PodEnforcement;
}

export function enforcementOf(facts: EnforcementFacts): Enforcement {
  const { nodes } = facts;
  const daemonPods = daemonPodsOf(facts.pods, facts.workloads);
  const byName = new Map((nodes.state === "known" ? nodes.value : []).map((node) => [node.name, node]));
  const done = new Map<string, NodeEnforcement>();
  const onNode = (name: string): NodeEnforcement => {
    const known = done.get(name);
    if (known !== undefined) return known;
    const node = byName.get(name);
    const platform = enforcementPlatform(node);
    const untold = nodes.state === "unknown" ? nodes.reason : notAmong(name);
    const signals: readonly EngineSignal[] = [
      { engine: "vpc-cni", signal: vpcCniSignal({ name, platform, untold, ...(node && { node }) }, { ...facts, daemonPods }) },
      ...daemonEngineSignals(name, platform, { ...facts, daemonPods }),
    ];
    const cni = cniAgentOn(name, daemonPods);
    const one = { name, platform, isReady: node?.isReady ?? false, ...sorted(signals), ...(cni && { cni }) };
    done.set(name, one);
    return one;
  };
  return {
    nodes: nodes.state === "known" ? { state: "known", value: nodes.value.map(({ name }) => onNode(name)) } : nodes,
    onNode,
    ofPod: (pod) => podEnforcement(pod, onNode),
  };
}

const notAmong = (node: string): Reason => ({ code: "not-found", message: `Node ${node} is none of the nodes that were read.` });

/** Whether any engine enforces on the node. */
export function stateOnNode({ enforcing, possible }: NodeEnforcement): "enforced" | "not-enforced" | "unsure" {
  if (enforcing.length > 0) return "enforced";
  return possible.length > 0 ? "unsure" : "not-enforced";
}

/** What it was told to leave alone, where no engine on the node enforces NetworkPolicy for certain, but one enforces others; else none. */
export const sparedOnNode = ({ enforcing }: Pick<NodeEnforcement, "enforcing">): readonly string[] =>
  enforcing.every(({ sparesNetworkPolicy }) => sparesNetworkPolicy !== undefined)
    ? enforcing.flatMap(({ sparesNetworkPolicy }) => sparesNetworkPolicy ?? [])
    : [];

/** Whether any engine on the node enforces NetworkPolicy. */
export function networkPolicyOnNode(node: NodeEnforcement): "enforced" | "not-enforced" | "unsure" {
  if (sparedOnNode(node).length === 0) return stateOnNode(node);
  return node.possible.length > 0 ? "unsure" : "not-enforced";
}

function sorted(signals: readonly EngineSignal[]): Pick<NodeEnforcement, "enforcing" | "possible" | "inert"> {
  return {
    enforcing: signals.flatMap(({ engine, signal }) => {
      if (engine === undefined || signal.state !== "on") return [];
      const { state: _on, ...rest } = signal;
      return [{ engine, ...rest }];
    }),
    possible: signals.flatMap(({ engine, signal }) =>
      signal.state === "unsure" ? [{ reason: signal.reason, ...(engine && { engine }) }] : [],
    ),
    inert: signals.flatMap(({ engine, signal }) =>
      signal.state === "off" && signal.inert !== undefined ? [{ seen: signal.inert, ...(engine && { engine }) }] : [],
    ),
  };
}

function podEnforcement(pod: Pod, onNode: (name: string) => NodeEnforcement): PodEnforcement {
  const { phase, nodeName, spec } = pod;
  if (phase === "Succeeded" || phase === "Failed" || nodeName === undefined) return { state: "no-endpoint" };
  if (spec.hostNetwork) return { state: "not-enforced", cause: "host-network", why: "it shares the network of its node" };
  const node = onNode(nodeName);
  const claims = node.enforcing.map((one) => ({ one, limit: limitFor(one, pod, node.cni) }));
  const enforcing = claims.flatMap(({ one, limit }) => (limit === undefined ? [one] : []));
  const possible = [
    ...claims.flatMap(({ one: { engine }, limit }) => (limit?.state === "unsure" ? [{ engine, reason: limit.reason }] : [])),
    ...node.possible.filter(({ engine }) => engine === undefined || limitFor({ engine }, pod, node.cni)?.state !== "not-enforced"),
  ];
  if (enforcing.length > 0) return { state: "enforced", enforcing, possible };
  const [first] = possible;
  if (first !== undefined) return { state: "unsure", reason: first.reason };
  const limited = claims.flatMap(({ limit }) => (limit?.state === "not-enforced" ? [limit] : []))[0];
  return limited ?? { state: "not-enforced", cause: "no-engine", why: `no policy engine enforces on node ${nodeName}` };
}
