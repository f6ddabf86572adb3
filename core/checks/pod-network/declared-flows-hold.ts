import { defineCheck, type Verdict } from "../../model/check.ts";
import { known, type Reason } from "../../model/fact.ts";
import type { Resource } from "../../model/resource.ts";
import type { Settings } from "../../model/settings.ts";
import { isCidr, parseCidrs } from "../../net/addresses.ts";
import { matchesPattern } from "../../net/pattern.ts";
import { effectiveFacts, effectivePolicies } from "../../net/policy/effective.ts";
import { type Flow, flowAnswer, podOnHost, podsOfEnd } from "../../net/policy/flows.ts";
import { familiesBeside } from "../../net/policy/other-family.ts";
import { addressesOf } from "../../net/workloads/ends.ts";
import { exampleEnforcement, exampleNamespaces, examplePods, examplePolicy, policedPod } from "./example-policies.ts";

const rest = {
  ...exampleEnforcement,
  pods: [...examplePods, policedPod("api", "10.0.1.21", { labels: { app: "api" } })],
  namespaces: exampleNamespaces,
  network: known({
    vpcId: "vpc-0a1",
    subnetIds: [],
    securityGroupIds: [],
    ipFamily: "ipv4" as const,
    serviceCidrs: ["172.20.0.0/16"],
    remoteNodeNetworks: [],
    remotePodNetworks: [],
    autoModeLoadBalancing: false,
  }),
};
const fromWeb = (app: string) =>
  examplePolicy("api", { podSelector: { matchLabels: { app: "api" } }, ingress: [{ from: [{ podSelector: { matchLabels: { app } } }] }] });

export const declaredFlowsHold = defineCheck({
  id: "declared-flows-hold",
  title: "Every declared flow is allowed or denied as expected",
  surface: "pod-network",
  severity: "high",
  path: { none: "Each declared flow has ends of its own." },
  needs: ["pods", "namespaces"],
  uses: [...effectiveFacts, "network"],
  why: "A declared flow is what the organization said must, or must not, be possible: policies that say otherwise break a service, or a promise.",
  judged:
    "Judges each configured flow for every pair of pods that its ends mean, by the policies that the engines enforce: allowed needs egress of the source and ingress of the destination for all pairs, denied needs one of them closed for all pairs. One pair against it fails, with that pair as witness. A range as an end means the addresses outside the cluster and the nodes; the pod's own node is left out, which most engines let through whatever policies say. A pod's connection to itself is not judged. In a cluster that its pattern does not match a flow is not-applicable. One that means no pod is unknown with not-found; so is one that means a hostNetwork pod, or a range that holds only the cluster's own pods or Services, which policies let through by labels.",
  unseen: "Security groups, routes, and whether anything listens: allowed means that no policy stands in the way.",
  remediation:
    "Change the NetworkPolicy that decides, or add the one that is lacking, so that the flow is allowed or denied as it is declared; or correct the flow in the configuration.",
  examples: {
    fail: { ...rest, networkPolicies: known([fromWeb("shop-front")]) },
    pass: { ...rest, networkPolicies: known([fromWeb("web")]) },
  },
  evaluate: (facts, { flows }, { resource: cluster }) => {
    if (flows.length === 0) return [];
    const effective = effectivePolicies(facts);
    const nodes = facts.nodes.state === "known" ? addressesOf(facts.nodes.value) : undefined;
    const beside = familiesBeside(facts);
    const services = facts.network.state === "known" ? facts.network.value.serviceCidrs : [];
    const podIps = facts.pods.flatMap(({ podIps, spec }) => (spec.hostNetwork ? [] : podIps));
    const inside = parseCidrs([...services, ...podIps].filter(isCidr));
    return flows.map((flow): Verdict => {
      const resource = { kind: "Flow", id: `${cluster.id}/flows/${flow.name}`, name: flow.name };
      if (!matchesPattern(flow.cluster, cluster.name)) {
        return { resource, status: "not-applicable", message: `Flow ${flow.name} is not declared for cluster ${cluster.name}.` };
      }
      const ends = { from: podsOfEnd(flow.from, facts.pods, effective), to: podsOfEnd(flow.to, facts.pods, effective) };
      const missing = (["from", "to"] as const).find((side) => ends[side]?.length === 0);
      if (missing !== undefined) return unmatched(flow, resource, missing);
      const onHost = podOnHost(flow.from, facts.pods) ?? podOnHost(flow.to, facts.pods);
      return verdictOn(flow, resource, flowAnswer(flow, { ...ends, nodes, inside, onHost, beside }));
    });
  },
});

function unmatched({ name }: Flow, resource: Resource, side: "from" | "to"): Verdict {
  const reason: Reason = { code: "not-found", message: `No pod with a network of its own is meant by "${side}".` };
  return { resource, status: "unknown", reason, message: `Flow ${name} was not judged: ${reason.message}` };
}

function verdictOn(flow: Settings["flows"][number], resource: Resource, answer: ReturnType<typeof flowAnswer>): Verdict {
  const { name, protocol, port, expect } = flow;
  if (answer.state === "unsure") {
    const message = `Flow ${name} may not be ${expect}: ${answer.reason.message}`;
    return { resource, status: "unknown", reason: answer.reason, message };
  }
  const evidence = { expect, port: `${protocol} ${port}`, podsFrom: answer.podsFrom, podsTo: answer.podsTo };
  if (answer.state === "holds") {
    return { resource, status: "pass", evidence, message: `Flow ${name} is ${expect}, as declared, on ${protocol} ${port}.` };
  }
  const { from, to, why } = answer.witness;
  const seen = expect === "allowed" ? "denied" : "allowed";
  const message = `Flow ${name} is ${seen} on ${protocol} ${port} from ${from} to ${to}, against what is declared: ${why}.`;
  return { resource, status: "fail", evidence: { ...evidence, witness: { from, to, port: `${protocol} ${port}`, policy: why } }, message };
}
