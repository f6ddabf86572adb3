import type { About, Verdict } from "../../model/check.ts";
import { defineCheck } from "../../model/check.ts";
import { type Fact, known, unknown } from "../../model/fact.ts";
import type { InstanceMetadata } from "../../model/nodes.ts";
import { metadataReach } from "../../net/nodes/instance-metadata.ts";
import { isUp, type Machine, machineName } from "../../net/nodes/machines.ts";
import { type Pool, poolsOf } from "../../net/nodes/pools.ts";
import { exampleNode } from "../nodes/example-node.ts";
import { judgePools, type Opinion } from "../nodes/judge-pools.ts";

/** Whether effective policy denies the addresses to every pod that runs on a machine. */
export type MetadataPolicies = Fact<(machine: Machine, addresses: readonly string[]) => boolean>;

/** A protection that could only narrow the reach: it withholds no fail, and is named beside it. */
const policies: MetadataPolicies = unknown("not-supported", "Network policies are not judged yet.");

const strict: InstanceMetadata = { endpoint: "enabled", ipv6Endpoint: "disabled", tokens: "required", hopLimit: 1 };
const exampleInstances = (metadata: InstanceMetadata) =>
  exampleNode.instances.state === "known"
    ? exampleNode.instances.value.map((instance) => ({ ...instance, metadata: known(metadata) }))
    : [];
const rest = { nodeGroups: exampleNode.nodeGroups, nodes: exampleNode.nodes, networkInterfaces: known([]) };
const advice =
  "Require IMDSv2 with hop limit 1 on each instance (aws ec2 modify-instance-metadata-options), and in the launch template, Karpenter EC2NodeClass or node configuration that makes the next one; nodes of EKS Auto Mode, whose options nobody else may change, get the default of their NodeClass when they are replaced. Pods that then lack credentials take an IAM role of their own (EKS Pod Identity).";

export const instanceMetadataBlockedFromPods = defineCheck({
  id: "instance-metadata-blocked-from-pods",
  title: "Pods are kept from the metadata and credentials of their instance",
  surface: "pod-network",
  severity: "high",
  needs: ["instances"],
  uses: ["networkInterfaces", "nodeGroups", "nodes"],
  why: "Whoever can ask an instance for its metadata gets the credentials of the node's role, which may read every image and attach every network interface of the cluster.",
  remediation: advice,
  examples: {
    fail: { ...rest, instances: exampleInstances({ ...strict, tokens: "optional" }) },
    pass: { ...rest, instances: exampleInstances(strict) },
  },
  evaluate: ({ instances, ...others }, _settings, about) => {
    const facts = { instances: known(instances), ...others };
    const judge = (machine: Machine): Opinion => opinionOf(machine, policies);
    const { pools } = poolsOf(facts, about.resource);
    const byId = new Map(pools.map((pool) => [pool.resource.id, pool]));
    return judgePools({ about, facts, failing: "whose metadata pods can ask for", judge }).map((verdict) =>
      withCommands(verdict, byId.get(verdict.resource.id), about),
    );
  },
});

function opinionOf(machine: Machine, effective: MetadataPolicies): Opinion {
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
  if (effective.state === "known" && effective.value(machine, addresses))
    return { status: "pass", evidence: { deniedByPolicy: addresses } };
  const notRead = effective.state === "unknown" ? { notRead: [effective.reason.message] } : {};
  return {
    status: "fail",
    witness: () => ({
      seen: `${instance.id} answers pods at ${addresses.join(" and ")}, as ${how}`,
      evidence: { instance: instance.id, tokens, hopLimit, addresses, ...notRead },
    }),
  };
}

const commandsShown = 10;

/** Auto Mode's instances are EKS's to change. */
function withCommands(verdict: Verdict, pool: Pool | undefined, { region }: About): Verdict {
  if (verdict.status !== "fail" || pool === undefined) return verdict;
  const failing = pool.machines.filter(
    (machine) => isUp(machine) && machine.instance?.isManaged !== true && opinionOf(machine, policies).status === "fail",
  );
  const ids = [...new Set(failing.flatMap(({ instanceId }) => instanceId ?? []))].sort().slice(0, commandsShown);
  if (ids.length === 0) return verdict;
  const where = region === undefined ? "" : ` --region ${region}`;
  const commands = ids.map(
    (id) => `aws ec2 modify-instance-metadata-options${where} --instance-id ${id} --http-tokens required --http-put-response-hop-limit 1`,
  );
  return { ...verdict, remediation: { text: advice, commands } };
}
