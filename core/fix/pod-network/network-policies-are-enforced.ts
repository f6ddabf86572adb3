import { asksFor, quotedJson } from "../../checks/shell.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { type Fact, known, mapFact } from "../../model/fact.ts";
import type { NamedSettings } from "../../model/pod-network.ts";
import type { PodSpec } from "../../model/workloads.ts";
import { enforcementOf, type NodeEnforcement, networkPolicyOnNode, sparedOnNode } from "../../net/policy/enforcement/enforcement.ts";
import { isJudgedByItself } from "../../net/policy/enforcement/unpoliced.ts";
import { vpcCniAddOn } from "../../net/policy/enforcement/vpc-cni.ts";
import { aboutOf, type Fix, type FixInput, type Plan } from "../fix.ts";
import { later } from "../later.ts";
import { configuration, configureAddOn } from "../vpc-cni-add-on.ts";

/** The engine that is there is told to enforce; where there is none, VPC CNI, which gives the pods their addresses anyway. */
export const fixNetworkPoliciesAreEnforced: Fix = (input) => {
  const enforcement = enforcementOf(input.cluster.facts).nodes;
  if (enforcement.state === "unknown") return { none: `Nodes were not read: ${enforcement.reason.message}` };
  const judged = enforcement.value.filter((node) => node.isReady && isJudgedByItself(node));
  const bare = judged.filter((node) => networkPolicyOnNode(node) === "not-enforced");
  if (bare.length === 0) return { none: onOthers };
  if (bare.some((node) => sparedOnNode(node).length > 0 || node.inert.some(({ engine }) => engine === "cilium")))
    return { plan: byCilium(input) };
  const others = [
    ...new Set(judged.flatMap(({ enforcing }) => enforcing.map(({ engine }) => engine)).filter((engine) => engine !== "vpc-cni")),
  ];
  if (others.length > 0)
    return { none: `${others.join(" and ")} enforces on other nodes: let its agent run on ${bare[0]?.name} too, and no second engine.` };
  return byVpcCni(input, bare);
};

const onOthers =
  "Every node that is judged by itself has an engine: move the pods that policies are meant for from Fargate, Windows or hybrid nodes to these, or take the policies for what they are there.";

function byVpcCni(input: FixInput, bare: readonly NodeEnforcement[]): ReturnType<Fix> {
  const { facts } = input.cluster;
  const about = aboutOf(input);
  const isAuto = bare.every(({ platform }) => platform === "auto");
  const onEc2 = bare.filter(({ platform }) => platform === "ec2").map(({ name }) => name);
  if (onEc2.length > 0) {
    const agents = (facts.pods.state === "known" ? facts.pods.value : []).filter(
      ({ owner }) => owner?.kind === "DaemonSet" && owner.name === "aws-node",
    );
    const without = onEc2.find((name) => !agents.some(({ nodeName, spec }) => nodeName === name && spec.containers.some(isNodeAgent)));
    if (without !== undefined)
      return {
        none: `Node ${without} runs no aws-node with a container aws-eks-nodeagent: bring Amazon VPC CNI to 1.14 or later first, or run an engine of your own.`,
      };
  }
  const addOn = facts.addOns.state === "known" ? vpcCniAddOn(facts.addOns.value) : undefined;
  const byAddOn = configureAddOn(about, addOnValues, '"enableNetworkPolicy": "true" added');
  const byChart = [
    asksFor("VPC_CNI_CHART_VERSION", "the version of the chart that is installed, which helm list --namespace kube-system tells"),
    'helm upgrade aws-vpc-cni aws-vpc-cni --repo https://aws.github.io/eks-charts --version "$VPC_CNI_CHART_VERSION" --namespace kube-system --reuse-values --set enableNetworkPolicy=true',
  ];
  const byHand = ["kubectl create configmap amazon-vpc-cni --namespace kube-system --from-literal enable-network-policy-controller=true"];
  return {
    plan: {
      summary: `Lets Amazon VPC CNI enforce network policies${isAuto ? " on nodes of EKS Auto Mode" : ""}.`,
      commands: isAuto ? byHand : addOn === undefined ? byChart : byAddOn,
      manifests: [],
      after: withVpcCni(facts, input.readAt),
      notes: [
        ...(isAuto || addOn === undefined
          ? []
          : [
              `--configuration-values replaces the add-on's whole configuration: where it has one, the commands stop until ${configuration} holds it with this added.`,
            ]),
        ...(isAuto ? ["Where the ConfigMap is there already, set the key in it."] : []),
        ...(!isAuto && addOn === undefined
          ? ["The command is for a release of the chart that is called aws-vpc-cni: aws-node is no EKS add-on here."]
          : []),
        "Policies that were inert hold from then on: the connections that they cut are listed with the proof.",
      ],
    },
  };
}

const addOnValues = { enableNetworkPolicy: "true" };

const isNodeAgent = ({ name, isInit }: PodSpec["containers"][number]): boolean => name === "aws-eks-nodeagent" && !isInit;

/** As the scanner would read it: the agent's pods are made anew, and are younger than all others. */
function withVpcCni(facts: ClusterFacts, readAt: string): ClusterFacts {
  const told = (spec: PodSpec): PodSpec => ({
    ...spec,
    containers: spec.containers.map((one) =>
      isNodeAgent(one) ? { ...one, settings: { ...one.settings, "--enable-network-policy": "true" } } : one,
    ),
  });
  return {
    ...facts,
    networkSettings: mapFact(facts.networkSettings, (settings) => ({
      ...settings,
      vpcCni: withKey(settings.vpcCni, "enable-network-policy-controller", "true"),
    })),
    pods: mapFact(facts.pods, (all) =>
      all.map((pod) =>
        pod.owner?.kind === "DaemonSet" && pod.owner.name === "aws-node"
          ? { ...pod, spec: told(pod.spec), createdAt: later(readAt, 3) }
          : pod,
      ),
    ),
    workloads: mapFact(facts.workloads, (all) =>
      all.map((one) =>
        one.kind === "DaemonSet" && one.name === "aws-node"
          ? { ...one, template: { ...one.template, spec: told(one.template.spec) } }
          : one,
      ),
    ),
    addOns: mapFact(facts.addOns, (all) =>
      all.map((one) => (one.name === "vpc-cni" ? { ...one, enableNetworkPolicy: known("true") } : one)),
    ),
  };
}

const withKey = (settings: Fact<NamedSettings>, key: string, value: string): Fact<NamedSettings> =>
  known({ isPresent: true, values: { ...(settings.state === "known" ? settings.value.values : {}), [key]: value } });

/** Its agent runs, and was told to let everything through. */
function byCilium({ cluster: { facts } }: FixInput): Plan {
  const told = facts.networkSettings.state === "known" ? facts.networkSettings.value.cilium : facts.networkSettings;
  const isToldOfKind = told.state === "known" && told.value.values["enable-k8s-networkpolicy"] !== undefined;
  const isAlways = told.state === "known" && told.value.values["enable-policy"]?.toLowerCase() === "always";
  const patch = {
    data: {
      "policy-audit-mode": "false",
      // It closes pods that no policy selects: that is not to be undone.
      ...(isAlways ? {} : { "enable-policy": "default" }),
      ...(isToldOfKind ? { "enable-k8s-networkpolicy": "true" } : {}),
    },
  };
  const settings = (before: Fact<NamedSettings>) =>
    Object.entries(patch.data).reduce((sum, [key, value]) => withKey(sum, key, value), before);
  return {
    summary: "Lets Cilium enforce network policies.",
    commands: [
      `kubectl patch configmap cilium-config --namespace kube-system --type merge --patch ${quotedJson(patch)}`,
      "kubectl rollout restart daemonset/cilium --namespace kube-system",
      "kubectl rollout status daemonset/cilium --namespace kube-system",
    ],
    manifests: [],
    after: { ...facts, networkSettings: mapFact(facts.networkSettings, (all) => ({ ...all, cilium: settings(all.cilium) })) },
    notes: [
      "Set it in the chart's values too (policyAuditMode, policyEnforcementMode, k8sNetworkPolicy.enabled), or it will come back.",
      "Policies that were inert hold from then on: the connections that they cut are listed with the proof.",
    ],
  };
}
