import type { About, Evidence, Verdict } from "../../model/check.ts";
import { defineCheck } from "../../model/check.ts";
import { type Fact, known, mapFact, unknown } from "../../model/fact.ts";
import type { InstanceMetadata } from "../../model/nodes.ts";
import { metadataReach } from "../../net/nodes/instance-metadata.ts";
import { isUp, type Machine, machineName } from "../../net/nodes/machines.ts";
import { type Pool, poolsOf } from "../../net/nodes/pools.ts";
import { effectiveFacts } from "../../net/policy/effective.ts";
import { type MetadataAnswer, type MetadataPolicies, metadataPolicies } from "../../net/policy/instance-metadata.ts";
import { exampleNode } from "../nodes/example-node.ts";
import { judgePools, type Opinion } from "../nodes/judge-pools.ts";
import { exampleEnforcement, exampleNamespaces, examplePods } from "./example-policies.ts";

const strict: InstanceMetadata = { endpoint: "enabled", ipv6Endpoint: "disabled", tokens: "required", hopLimit: 1 };
const exampleInstances = (metadata: InstanceMetadata) =>
  exampleNode.instances.state === "known"
    ? exampleNode.instances.value.map((instance) => ({ ...instance, metadata: known(metadata) }))
    : [];
const rest = {
  ...exampleEnforcement,
  networkPolicies: known([]),
  pods: known(examplePods),
  namespaces: known(exampleNamespaces),
  nodeGroups: exampleNode.nodeGroups,
  nodes: exampleNode.nodes,
  networkInterfaces: known([]),
};
const advice =
  "Require IMDSv2 with hop limit 1 on each instance (aws ec2 modify-instance-metadata-options), and in the launch template, Karpenter EC2NodeClass or node configuration that makes the next one; nodes of EKS Auto Mode, whose options nobody else may change, get the default of their NodeClass when they are replaced. Or isolate every pod of such nodes for egress by policies that an engine enforces and that leave out TCP 80 of 169.254.169.254, and of fd00:ec2::254 where the IPv6 endpoint is on. Pods that then lack credentials take an IAM role of their own (EKS Pod Identity).";

export const instanceMetadataBlockedFromPods = defineCheck({
  id: "instance-metadata-blocked-from-pods",
  title: "Pods are kept from the metadata and credentials of their instance",
  surface: "pod-network",
  severity: "high",
  path: { from: "pods", to: "instance-metadata" },
  needs: ["instances"],
  uses: ["networkInterfaces", "nodeGroups", "pods", "namespaces", ...effectiveFacts],
  why: "Whoever can ask an instance for its metadata gets the credentials of the node's role, which may read every image and attach every network interface of the cluster.",
  judged:
    "Passes an instance when its metadata service is off, or requires IMDSv2 with hop limit 1: a pod is one hop further than the machine, so that the token does not reach it. With IMDSv1 allowed the hop limit does not count, and with a limit of 2 or more IMDSv2 is reached too. Else it passes only when policies that an engine enforces deny TCP 80 of 169.254.169.254, and of fd00:ec2::254 where the IPv6 endpoint is on, to every pod on the node; of a node without pods nothing is denied yet. Policies that were not read withhold no fail. Of a pool the worst instance decides. Fargate and hybrid nodes are not-applicable. Options that were not read make it unknown.",
  unseen:
    "Pods on their node's network, which reach the service whatever the hop limit: host-network-pods-are-declared finds them. Account defaults and launch templates are not read, so that the next node may differ.",
  remediation: advice,
  examples: {
    fail: { ...rest, instances: exampleInstances({ ...strict, tokens: "optional" }) },
    pass: { ...rest, instances: exampleInstances(strict) },
  },
  evaluate: ({ instances, networkInterfaces, nodeGroups, pods, namespaces, ...others }, _settings, about) => {
    const facts = { instances: known(instances), networkInterfaces, nodeGroups, nodes: others.nodes };
    const policies =
      namespaces.state === "unknown"
        ? namespaces
        : mapFact(pods, (all) => metadataPolicies({ ...others, pods: all, namespaces: namespaces.value }));
    const policiesThere = policiesOn(policies, facts.nodes);
    const judge = (machine: Machine): Opinion => opinionOf(machine, policiesThere);
    const { pools } = poolsOf(facts, about.resource);
    const byId = new Map(pools.map((pool) => [pool.resource.id, pool]));
    return judgePools({ about, facts, failing: "whose metadata pods can ask for", judge }).map((verdict) =>
      withCommands(verdict, byId.get(verdict.resource.id), judge, about),
    );
  },
});

function opinionOf(machine: Machine, policiesThere: PoliciesThere): Opinion {
  const { instance } = machine;
  if (instance === undefined) {
    const message = `EC2 listed no instance that is node ${machineName(machine)}.`;
    return { status: "unknown", reason: { code: "not-found", message } };
  }
  if (instance.metadata.state === "unknown") return { status: "unknown", reason: instance.metadata.reason };
  const { tokens, hopLimit } = instance.metadata.value;
  const reach = metadataReach(instance.metadata.value);
  if (reach.state === "blocked") return { status: "pass", evidence: { options: [reach.why] } };
  const { how, addresses } = reach;
  const answer = policiesThere(machine, addresses);
  if (answer.state === "known" && isDenied(answer.value))
    return { status: "pass", evidence: { deniedByPolicy: addresses, policies: answer.value.deniedBy } };
  return {
    status: "fail",
    witness: () => {
      const { letThrough, evidence } = withPods(answer);
      return {
        seen: `${instance.id} answers pods at ${addresses.join(" and ")}, as ${how}${letThrough}`,
        evidence: { instance: instance.id, tokens, hopLimit, addresses, ...evidence },
      };
    },
  };
}

/** What policies do to the pods of a machine. Not known, they withhold no fail: they could only narrow what the options open. */
type PoliciesThere = (machine: Machine, addresses: readonly string[]) => Fact<MetadataAnswer>;

const policiesOn =
  (policies: Fact<MetadataPolicies>, nodes: Fact<unknown>): PoliciesThere =>
  ({ node, instanceId }, addresses) => {
    if (policies.state === "unknown") return policies;
    if (node !== undefined) return known(policies.value(node.name, addresses));
    return nodes.state === "unknown" ? nodes : unknown("not-found", `No Node was read that is ${instanceId}.`);
  };

/** Of a machine without pods nothing is denied yet: the next one may be free to ask. */
const isDenied = ({ reaching, inDoubt, denied }: MetadataAnswer): boolean => reaching === 0 && inDoubt === 0 && denied > 0;

/** What a fail tells of the pods that run there. */
function withPods(answer: Fact<MetadataAnswer>): { readonly letThrough: string; readonly evidence: Evidence } {
  if (answer.state === "unknown") return { letThrough: "", evidence: { notRead: [answer.reason.message] } };
  const { reaching, denied, inDoubt, witness, doubt } = answer.value;
  const counts = { podsReaching: reaching, podsDenied: denied, ...(inDoubt > 0 && { podsInDoubt: inDoubt }) };
  const notRead = doubt === undefined ? {} : { notRead: [doubt.message] };
  if (witness === undefined) return { letThrough: "", evidence: { ...counts, ...notRead } };
  const { pod, address, why, isEnforced } = witness;
  return {
    letThrough: `, and Pod ${pod} gets there, as ${why}`,
    evidence: { ...counts, ...notRead, pod: { pod, address, port: "TCP 80", ...(isEnforced ? { policy: why } : { enforcement: why }) } },
  };
}

const commandsShown = 10;

/** Auto Mode's instances are EKS's to change. */
function withCommands(verdict: Verdict, pool: Pool | undefined, judge: (machine: Machine) => Opinion, { region }: About): Verdict {
  if (verdict.status !== "fail" || pool === undefined) return verdict;
  const failing = pool.machines.filter(
    (machine) => isUp(machine) && machine.instance?.isManaged !== true && judge(machine).status === "fail",
  );
  const ids = [...new Set(failing.flatMap(({ instanceId }) => instanceId ?? []))].sort().slice(0, commandsShown);
  if (ids.length === 0) return verdict;
  const where = region === undefined ? "" : ` --region ${region}`;
  const commands = ids.map(
    (id) => `aws ec2 modify-instance-metadata-options${where} --instance-id ${id} --http-tokens required --http-put-response-hop-limit 1`,
  );
  return { ...verdict, remediation: { text: advice, commands } };
}
