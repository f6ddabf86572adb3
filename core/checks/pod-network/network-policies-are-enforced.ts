import { defineCheck, type Evidence } from "../../model/check.ts";
import { known, type Reason } from "../../model/fact.ts";
import type { Pod } from "../../model/workloads.ts";
import { policyFacts } from "../../net/policy/effective.ts";
import { enforcementOf, type NodeEnforcement, networkPolicyOnNode, sparedOnNode } from "../../net/policy/enforcement/enforcement.ts";
import { type Subjects, subjectsOf } from "../../net/policy/enforcement/subjects.ts";
import { isJudgedByItself, type Selected, selectedOn } from "../../net/policy/enforcement/unpoliced.ts";
import { few, listed } from "../listed.ts";
import { exampleNetwork } from "../nodes/example-node.ts";
import { addOnClaims, addOnSeen, engineNames, enginesSeen, platformNames } from "./engine-words.ts";
import { examplePod, exampleSpec } from "./example-pods.ts";

const nodeName = "ip-10-0-1-7.eu-west-1.compute.internal";
/** The pod of VPC CNI on the one node of the examples. */
const awsNode = (enforces: boolean): Pod =>
  examplePod("aws-node-7k2xq", {
    namespace: "kube-system",
    isReady: true,
    owner: { apiVersion: "apps/v1", kind: "DaemonSet", name: "aws-node", uid: "uid-of-aws-node" },
    spec: {
      ...exampleSpec,
      hostNetwork: true,
      containers: exampleSpec.containers.map((container) => ({
        ...container,
        name: "aws-eks-nodeagent",
        image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.4.1",
        settings: { "--enable-network-policy": String(enforces) },
      })),
    },
  });
const none = known([]);
const example = (enforces: boolean) => ({
  network: exampleNetwork,
  nodes: known([{ name: nodeName, labels: {}, internalIps: ["10.0.1.7"], externalIps: [], isReady: true, operatingSystem: "linux" }]),
  pods: known([awsNode(enforces)]),
  workloads: none,
  networkSettings: known({
    vpcCni: known({ isPresent: true, values: { "enable-network-policy-controller": String(enforces) } }),
    cilium: known({ isPresent: false, values: {} }),
  }),
  nodeClasses: none,
  addOns: known([{ name: "vpc-cni", status: "ACTIVE", healthIssues: [], enableNetworkPolicy: known(String(enforces)) }]),
  namespaces: none,
  networkPolicies: known([{ namespace: "shop", name: "deny-all", spec: { podSelector: {} } }]),
  adminNetworkPolicies: none,
  clusterNetworkPolicies: none,
  applicationNetworkPolicies: none,
  calicoPolicies: none,
  calicoTiers: none,
  calicoNetworkSets: none,
  ciliumPolicies: none,
});

export const networkPoliciesAreEnforced = defineCheck({
  id: "network-policies-are-enforced",
  title: "An engine enforces network policies on every node",
  surface: "pod-network",
  severity: "high",
  path: { from: "pods", to: "workloads" },
  // Without it there is no cluster to speak of; what else is missing still lets what is left be told.
  needs: ["network"],
  uses: ["nodes", "pods", "workloads", "networkSettings", "nodeClasses", "addOns", "namespaces", ...policyFacts],
  why: "The API server takes every policy, whether or not anything in the cluster enforces it: without an engine each pod still reaches each other.",
  judged:
    "Judges every Ready EC2 and Auto Mode node by what runs on it: an object of kind NetworkPolicy, an installed CRD or a DaemonSet's template proves nothing, only a ready pod of the engine on that node does. VPC CNI counts when aws-node's agent runs with --enable-network-policy=true and the ConfigMap amazon-vpc-cni has enable-network-policy-controller exactly true: one half alone is inert. In Auto Mode the ConfigMap decides with the node's NodeClass, since no agent's pod is there to be seen. Calico, Antrea and kube-router (with --run-firewall=true) count by their pods, Cilium unless policy-audit-mode is on, enable-policy is never or enable-k8s-networkpolicy is false. What the add-on's configuration says is evidence and never decides. A node without an engine fails the cluster, with policies present but inert where policies exist. Fargate, Windows and hybrid nodes fail it only where a policy selects a pod on them. An agent that is not ready, or a second engine on the same node, makes it unknown.",
  unseen:
    "Whether the engine has programmed the rules: its dataplane is not looked at. Engines that it does not know, such as Weave or canal, make it unknown.",
  remediation:
    'Let Amazon VPC CNI enforce policies: set enableNetworkPolicy to "true" in the configuration of the add-on vpc-cni, or, in EKS Auto Mode, create the ConfigMap amazon-vpc-cni in kube-system with enable-network-policy-controller "true". Or run the pods of Calico or Cilium on every node, and no two engines at once. Move pods that policies are meant for from Fargate to nodes where an engine runs.',
  examples: { fail: example(false), pass: example(true) },
  evaluate: ({ network, addOns, ...facts }, _settings, { resource }) => {
    const name = `Cluster ${resource.name}`;
    const subjects = subjectsOf(facts);
    const common = { ipFamily: network.ipFamily, ...policiesSeen(subjects), ...addOnSeen(addOns) };
    const enforcement = enforcementOf(facts);
    if (enforcement.nodes.state === "unknown") {
      const { reason } = enforcement.nodes;
      const message = `${name} was not judged${addOnClaims(addOns)}, its nodes could not be read: ${reason.message}`;
      return [{ status: "unknown", resource, reason, evidence: common, message }];
    }
    const judged = enforcement.nodes.value.filter((node) => node.isReady && isJudgedByItself(node));
    const others = enforcement.nodes.value.filter((node) => !isJudgedByItself(node));
    const selected = selectedOn(others, facts.pods, enforcement, subjects);
    const bare = judged.filter((node) => networkPolicyOnNode(node) === "not-enforced");
    const evidence = { ...common, ...enginesSeen(judged), nodes: judged.length };

    if (bare.length > 0 || selected.unpoliced.length > 0) {
      const inert = [...new Set(bare.flatMap((node) => [...node.inert.map(({ seen }) => seen), ...sparedOnNode(node)]))];
      return [
        {
          status: "fail",
          resource,
          message: `${name} ${failing({ bare, judged, inert, subjects, selected })}.`,
          evidence: {
            ...evidence,
            ...(bare.length > 0 ? { withoutEngine: few(bare.map((node) => node.name)) } : {}),
            ...(inert.length > 0 ? { inert: few(inert) } : {}),
            ...(selected.unpoliced.length > 0 ? { selectedInVain: few(selected.unpoliced) } : {}),
          },
        },
      ];
    }
    const doubt = doubtOf(judged) ?? doubtOfOthers(selected, others);
    if (doubt !== undefined) {
      const message = `${name} may have ${doubt.what}${addOnClaims(addOns)}: ${doubt.reason.message}`;
      return [{ status: "unknown", resource, reason: doubt.reason, evidence, message }];
    }
    if (judged.length === 0 && selected.policed === 0) {
      const message = `${name} has no ready EC2 or Auto Mode node, and no policy selects a pod on any other.`;
      return [{ status: "not-applicable", resource, message }];
    }
    const engines = listed([...new Set(judged.flatMap(({ enforcing }) => enforcing.map(({ engine }) => engineNames[engine])))]);
    const all = judged.length === 0 ? "for every pod that policies select" : `by ${engines} on ${nodesOf("all", judged)}`;
    return [{ status: "pass", resource, evidence, message: `${name} has network policies enforced ${all}.` }];
  },
});

interface Doubt {
  /** What the cluster may have. */
  readonly what: string;
  readonly reason: Reason;
}

function doubtOfOthers({ doubt: reason }: Selected, others: readonly NodeEnforcement[]): Doubt | undefined {
  if (reason === undefined) return undefined;
  const platforms = [...new Set(others.map(({ platform }) => platformNames[platform]))].sort();
  return { what: `pods on ${listed(platforms)} that policies select in vain`, reason };
}

/** What withholds a pass from nodes that do not fail. */
function doubtOf(judged: readonly NodeEnforcement[]): Doubt | undefined {
  for (const node of judged) {
    const [possible] = node.possible;
    if (networkPolicyOnNode(node) === "unsure" && possible !== undefined) {
      return { what: `nodes where no policy engine enforces, such as ${node.name}`, reason: possible.reason };
    }
    if (node.enforcing.length > 1) {
      const engines = node.enforcing.map(({ engine }) => engineNames[engine]).join(" and ");
      const message = `${engines} both enforce on node ${node.name}, and what becomes of policies then is not documented.`;
      return { what: "policies that do not hold as they are written", reason: { code: "not-supported", message } };
    }
  }
  return undefined;
}

interface Failure {
  readonly bare: readonly NodeEnforcement[];
  readonly judged: readonly NodeEnforcement[];
  readonly inert: readonly string[];
  readonly subjects: Subjects;
  readonly selected: Selected;
}

function failing({ bare, judged, inert, subjects: { names }, selected }: Failure): string {
  const because = inert.length === 0 ? "" : `: ${listed(inert)}`;
  if (bare.length === 0) {
    const [first] = selected.unpoliced;
    const where = platformNames[first?.platform ?? "untold"];
    return `has policies present but inert on ${where}: ${first?.policy} selects Pod ${first?.pod} on node ${first?.node}, where nothing enforces it`;
  }
  if (bare.length < judged.length) {
    return `has ${bare.length} of ${judged.length} nodes where no policy engine enforces, such as ${bare[0]?.name}${because}`;
  }
  if (names.length === 0) return `has no policy engine that enforces on ${nodesOf("any", judged)}${because}`;
  return `has policies present but inert, as nothing enforces ${listed(names)} on ${nodesOf("any", judged)}${because}`;
}

const nodesOf = (which: "all" | "any", { length }: readonly unknown[]): string =>
  length === 1 ? "its one node" : `${which} of its ${length} nodes`;

const policiesSeen = ({ names, doubt }: Subjects): Evidence => ({
  policies: names.length,
  ...(doubt && { policiesUnread: doubt.message }),
});
