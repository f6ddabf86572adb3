/** Which machine a Node is. */
import { type Fact, known, unknown } from "../../model/fact.ts";
import type { Instance } from "../../model/nodes.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import type { Node } from "../../model/workloads.ts";

/** Instances and their interfaces, found in one step each. */
export interface InstanceIndex {
  readonly instance: (id: string) => Instance | undefined;
  /** An instance always has one, so none at all means that they were not told. */
  readonly interfaces: (instanceId: string) => Fact<readonly NetworkInterface[]>;
  /** The instance that has the private address. */
  readonly byAddress: (address: string) => string | undefined;
  /** Whether Amazon VPC CNI, which runs on nodes alone, attached an interface to it. */
  readonly runsVpcCni: (instanceId: string) => boolean;
}

/** What VPC CNI calls the interfaces it attaches. Source: amazon-vpc-cni-k8s:pkg/awsutils/awsutils.go, eniDescriptionPrefix. */
const vpcCniPrefix = "aws-K8S-";

export function indexInstances(facts: {
  readonly instances: Fact<readonly Instance[]>;
  readonly networkInterfaces: Fact<readonly NetworkInterface[]>;
}): InstanceIndex {
  const instances = new Map((facts.instances.state === "known" ? facts.instances.value : []).map((instance) => [instance.id, instance]));
  const interfaces = new Map<string, NetworkInterface[]>();
  const byAddress = new Map<string, string>();
  for (const one of facts.networkInterfaces.state === "known" ? facts.networkInterfaces.value : []) {
    if (one.instanceId === undefined) continue;
    const others = interfaces.get(one.instanceId);
    if (others === undefined) interfaces.set(one.instanceId, [one]);
    else others.push(one);
    for (const address of [...one.privateIpv4, ...one.ipv6]) byAddress.set(address, one.instanceId);
  }
  return {
    instance: (id) => instances.get(id),
    interfaces: (id) => {
      if (facts.networkInterfaces.state === "unknown") return facts.networkInterfaces;
      const found = interfaces.get(id);
      return found === undefined ? unknown("not-found", `No network interface of instance ${id} is among the VPC's.`) : known(found);
    },
    byAddress: (address) => byAddress.get(address),
    runsVpcCni: (id) => (interfaces.get(id) ?? []).some(({ description }) => description.startsWith(vpcCniPrefix)),
  };
}

const ec2ProviderId = /^aws:\/\/\/(?:[^/]*\/)?(i-[0-9a-z]+)$/;
const computeType = "eks.amazonaws.com/compute-type";

/**
 * The provider id is the cloud's word and goes before a label, which the machine itself may set.
 * Sources: cloud-provider-aws:pkg/providers/v1/instances.go; eks-hybrid:internal/kubelet/config.go; EKS user guide, "Fargate".
 */
export function platformOf({ providerId = "", labels }: Node): "ec2" | "fargate" | "hybrid" {
  if (ec2ProviderId.test(providerId)) return "ec2";
  if (providerId.startsWith("eks-hybrid:")) return "hybrid";
  const type = labels[computeType];
  return type === "fargate" || type === "hybrid" ? type : "ec2";
}

/** By its provider id; until the cloud has given it one, by an address that only one instance of the VPC can have. */
export function instanceIdOf({ providerId, internalIps }: Node, index: InstanceIndex): string | undefined {
  if (providerId !== undefined) return ec2ProviderId.exec(providerId)?.[1];
  return internalIps.flatMap((address) => index.byAddress(address) ?? [])[0];
}
