/**
 * The engines that run as DaemonSets beside, or instead of, VPC CNI. Installed kinds of policy prove nothing: only a ready pod
 * of the agent on the node does.
 * Sources: tigera/operator pkg/render/node.go and projectcalico/calico manifests; cilium/cilium install/kubernetes/cilium and
 * Documentation/security/policy-creation; antrea-io/antrea build/yamls/antrea-eks.yml; cloudnativelabs/kube-router daemonset.
 */
import type { Fact } from "../../../model/fact.ts";
import type { NetworkSettings } from "../../../model/pod-network.ts";
import type { Pod } from "../../../model/workloads.ts";
import type { DaemonPods, DaemonSetName } from "./daemon-pods.ts";
import type { Platform } from "./platform.ts";
import { off, type PolicyEngine, type Signal, unsure } from "./signal.ts";
import { isTrue } from "./vpc-cni.ts";

export interface DaemonEngineFacts {
  readonly networkSettings: Fact<NetworkSettings>;
  readonly daemonPods: DaemonPods;
}

interface DaemonEngine {
  readonly engine: PolicyEngine;
  readonly daemonSet: DaemonSetName;
  /** Where the engine's own installers put it: what bears its name elsewhere may be anything. */
  readonly homes: readonly string[];
  readonly platforms: readonly Platform[];
  /** What a ready pod in one of the homes says. */
  readonly judge: (pod: Pod, facts: DaemonEngineFacts) => Signal;
}

const linux: readonly Platform[] = ["ec2", "auto", "hybrid", "untold"];
const runs = ({ owner }: Pod): Signal => ({ state: "on", seen: `${owner?.name} runs` });

const daemonEngines: readonly DaemonEngine[] = [
  {
    engine: "calico",
    daemonSet: { name: "calico-node" },
    homes: ["calico-system", "kube-system"],
    platforms: linux,
    judge: runs,
  },
  {
    engine: "calico",
    daemonSet: { name: "calico-node-windows" },
    homes: ["calico-system", "kube-system"],
    platforms: ["windows", "untold"],
    judge: runs,
  },
  {
    engine: "cilium",
    daemonSet: { name: "cilium", label: ["k8s-app", "cilium"] },
    // Its ConfigMap lies beside it, and is read there alone.
    homes: ["kube-system"],
    platforms: linux,
    judge: ciliumSignal,
  },
  { engine: "antrea", daemonSet: { name: "antrea-agent" }, homes: ["kube-system"], platforms: linux, judge: runs },
  { engine: "kube-router", daemonSet: { name: "kube-router" }, homes: ["kube-system"], platforms: linux, judge: kubeRouterSignal },
];

/** Engines that enforce policies in ways that are not judged here. */
const others: readonly DaemonSetName[] = [{ name: "weave-net" }, { name: "canal" }, { name: "kube-network-policies" }];

export interface EngineSignal {
  /** Undefined: one of those that are not judged. */
  readonly engine?: PolicyEngine;
  readonly signal: Signal;
}

/** What tells of each engine on a node, those without a trace left out. */
export function daemonEngineSignals(node: string, platform: Platform, facts: DaemonEngineFacts): readonly EngineSignal[] {
  // Fargate runs no DaemonSet.
  if (platform === "fargate") return [];
  const found = daemonEngines
    .filter(({ platforms }) => platforms.includes(platform))
    .map((one) => ({ engine: one.engine, signal: signalOf(node, one, facts) }));
  const strange = others.map((daemonSet): EngineSignal => ({ signal: strangerSignal(node, daemonSet, facts) }));
  return [...found, ...strange].filter(({ signal }) => signal !== off);
}

function signalOf(node: string, { daemonSet, homes, judge }: DaemonEngine, facts: DaemonEngineFacts): Signal {
  const atHome = facts.daemonPods.on(node, { ...daemonSet, namespaces: homes });
  if (atHome.state === "runs") return judge(atHome.pod, facts);
  if (atHome.state === "unsure") return unsure(atHome.reason);
  return strangerSignal(node, daemonSet, facts);
}

function strangerSignal(node: string, daemonSet: DaemonSetName, { daemonPods }: DaemonEngineFacts): Signal {
  const agent = daemonPods.on(node, daemonSet);
  if (agent.state === "absent") return off;
  if (agent.state === "unsure") return unsure(agent.reason);
  const { namespace } = agent.pod;
  return unsure({
    code: "not-supported",
    message: `DaemonSet ${namespace}/${daemonSet.name} may enforce policies in ways that are not judged.`,
  });
}

/** Source: cilium/cilium pkg/option/config.go (EnableK8sNetworkPolicy), pkg/policy/k8s/cell.go. */
const networkPolicyKey = "enable-k8s-networkpolicy";
const ciliumConfig = "ConfigMap kube-system/cilium-config";

function ciliumSignal(_pod: Pod, { networkSettings }: DaemonEngineFacts): Signal {
  if (networkSettings.state === "unknown") return unsure(networkSettings.reason);
  const { cilium } = networkSettings.value;
  if (cilium.state === "unknown") return unsure(cilium.reason);
  const { isPresent, values } = cilium.value;
  if (!isPresent) return unsure({ code: "not-found", message: `DaemonSet cilium runs without ${ciliumConfig}.` });
  const audit = values["policy-audit-mode"] ?? "false";
  if (isTrue(audit)) return { state: "off", inert: `cilium runs, but ${ciliumConfig} has policy-audit-mode ${JSON.stringify(audit)}` };
  const policy = (values["enable-policy"] ?? "default").toLowerCase();
  if (policy === "never") return { state: "off", inert: `cilium runs, but ${ciliumConfig} has enable-policy "never"` };
  if (policy === "default" || policy === "always") {
    const kinds = values[networkPolicyKey];
    const spares = kinds !== undefined && !isTrue(kinds);
    return {
      state: "on",
      seen: `cilium runs, and ${ciliumConfig} has enable-policy ${policy}`,
      ...(spares ? { sparesNetworkPolicy: `${ciliumConfig} has ${networkPolicyKey} ${JSON.stringify(kinds)}` } : {}),
    };
  }
  return unsure({ code: "malformed", message: `${ciliumConfig} has an enable-policy that is not known.` });
}

function kubeRouterSignal({ spec }: Pod): Signal {
  const flag = "--run-firewall";
  const value = spec.containers.find(({ name }) => name === "kube-router")?.settings[flag];
  if (value === undefined) return unsure({ code: "not-supported", message: `DaemonSet kube-router runs without ${flag}.` });
  return isTrue(value)
    ? { state: "on", seen: `kube-router runs with ${flag}=true` }
    : { state: "off", inert: `kube-router runs with ${flag} off` };
}
