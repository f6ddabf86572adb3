/** What a policy engine does to connections from pods to kubelets: one layer among those on the path. */
import type { Fact, Reason } from "../../model/fact.ts";
import { mayHaveBranchInterface, type Namespace, type Node, type Pod } from "../../model/workloads.ts";
import {
  type AddressSet,
  allAddresses,
  difference,
  intersection,
  isCidr,
  isEmpty,
  isWithin,
  noAddresses,
  parseCidrs,
  toRangesText,
  union,
  unionOf,
} from "../addresses.ts";
import { platformOf } from "../nodes/node-identity.ts";
import { type EffectiveFacts, effectivePolicies, type Subject } from "../policy/effective.ts";
import { untoldAgent, type VpcCniAgent } from "../policy/enforcement/vpc-cni-agent.ts";
import type { Zone } from "../policy/model.ts";
import { type Family, familiesBeside, unpolicedIn } from "../policy/other-family.ts";
import { portsOf } from "../policy/port-set.ts";
import { anythingUnlessKnown, type Bounds, everything } from "../reach/within-vpc.ts";
import { allowsByHostEndpoints, hostEndpointPolicies, hostPolicies, hostProtectionsNotRead, nodeEnforcement } from "./hosts.ts";
import type { NodeClass } from "./targets.ts";

/** It tells pods apart by class and nodes by address, so that no pair of a pod and a node is looked at. */
export interface EngineLayer {
  /** Pods of one class are treated alike. */
  readonly classOf: (pod: Pod) => string;
  /** Addresses at which pods of the class are let through to the kubelet of the node that they run on. */
  readonly toOwnNode: (podClass: string, port: number) => OwnBounds;
  /** Addresses of other nodes at which they are. */
  readonly toNodes: (podClass: string, port: number) => Bounds;
}

export interface OwnBounds extends Bounds {
  /** To the engine all addresses of the node are one end: at one of them a pod is let through for certain where it is at all. */
  readonly isOneEnd?: boolean;
}

export interface PolicyLayer extends EngineLayer {
  /** Why it lets a pod through, as a clause. */
  readonly why: (pod: Pod, to: { readonly address: string; readonly port: number; readonly isOwn: boolean }) => string;
  /** The engine by itself stops no pod of the class from reaching its own node. */
  readonly sparesOwnNode: (podClass: string) => boolean;
  /** The version of VPC CNI's agent by which policies for the whole cluster hold for the own node too. */
  readonly ownNodeBy: (podClass: string) => string | undefined;
  /** Protections at the nodes themselves that were not read: fewer connections may be let through for them. */
  readonly unread: readonly Reason[];
}

export interface PolicyLayerFacts extends Omit<EffectiveFacts, "namespaces"> {
  readonly namespaces: Fact<readonly Namespace[]>;
}

interface ByPort {
  readonly own: OwnBounds;
  readonly others: Bounds;
}

interface Treatment {
  readonly key: string;
  readonly sparesOwnNode: boolean;
  readonly ownNodeBy?: string | undefined;
  readonly onPort: (port: number) => ByPort;
}

/**
 * Egress of pods towards nodes, by the policies that hold for them. To Cilium every address of the own node is the host's, and of
 * other nodes those that their Nodes tell, where its agent runs there too; what else their interfaces have it takes for the world.
 * Sources: aws/aws-network-policy-agent pkg/fwruleprocessor/fw_rule_processor.go; projectcalico/calico felix/rules/static.go
 * (filterWorkloadToHostChain); cilium/cilium pkg/node/manager/manager.go (nodeIdentityLabels), daemon/cmd/hostips-sync.go.
 */
export function policyLayer(facts: PolicyLayerFacts, targets: readonly NodeClass[], ports: readonly number[]): PolicyLayer {
  const { namespaces } = facts;
  const given = { ...facts, namespaces: namespaces.state === "known" ? namespaces.value : [] };
  const effective = effectivePolicies(given);
  const onFargate = fargateNodes(facts.nodes);
  // A node without an address may be anywhere.
  const scope = targets.some(({ possible }) => isEmpty(possible)) ? allAddresses : unionOf(targets.map(({ possible }) => possible));
  const guarded = hostPolicies(facts);
  const enforcement = nodeEnforcement(given);
  const guardedFromOthers = guarded ?? hostEndpointPolicies(facts, enforcement);
  const ofCilium = parseCidrs(
    (facts.nodes.state === "known" ? facts.nodes.value : [])
      .filter((node) => enforcement.onNode(node.name).enforcing.some(({ engine }) => engine === "cilium"))
      .flatMap(({ internalIps }) => internalIps.filter(isCidr)),
  );
  const spare = unionOf(targets.map((target) => target.spare));
  const hasOtherAddresses = !isWithin(difference(scope, spare), ofCilium);
  const hasHostEndpoints = allowsByHostEndpoints(facts.calicoPolicies);
  const beside = familiesBeside(facts);

  const treatmentOf = (pod: Pod, subject: Subject | undefined): Omit<Treatment, "key"> => {
    const isFargate = pod.nodeName !== undefined && onFargate.names.has(pod.nodeName);
    const same = (bounds: Bounds) => () => ({ own: isFargate ? anythingUnlessKnown(fargateOwnNode) : bounds, others: withGuard(bounds) });
    const withGuard = (bounds: Bounds): Bounds =>
      guardedFromOthers === undefined || isEmpty(bounds.atLeast)
        ? bounds
        : { ...bounds, atLeast: intersection(bounds.atLeast, onFargate.addresses), doubt: guardedFromOthers };
    const plain = { sparesOwnNode: false };
    if (subject === undefined) return { ...plain, onPort: same(anythingUnlessKnown(notPlaced)) };
    if (subject.unenforced !== undefined) return { ...plain, onPort: same(everything) };
    if (namespaces.state === "unknown") return { ...plain, onPort: same(anythingUnlessKnown(namespaces.reason)) };
    if (subject.engines.length === 1 && subject.engines[0] === "cilium") {
      return {
        ...plain,
        onPort: (port) => {
          const own = reachOf(subject, scope, port, "own");
          const [ofNodes, ofWorld] = [reachOf(subject, scope, port, "other"), reachOf(subject, scope, port)];
          const doubt = hasOtherAddresses ? nodesHaveOtherAddresses : subject.doubt;
          const either = eitherOf(ofNodes, mayHaveBranchInterface(pod) ? eitherOf(ofWorld, own) : ofWorld);
          const { atLeast, atMost } = mayHaveBranchInterface(pod) ? either : within(ofCilium, ofNodes, either);
          const others = withGuard({ atLeast, atMost: difference(atMost, spare), doubt });
          return { own: { ...(guarded === undefined ? own : withGuard(own)), isOneEnd: true }, others };
        },
      };
    }
    if (subject.engines.includes("cilium")) return { ...plain, onPort: same(anythingUnlessKnown(guarded ?? nodesAreEntities)) };
    if (subject.engines.length === 1 && subject.engines[0] === "vpc-cni") {
      return {
        sparesOwnNode: true,
        ...(subject.agent?.clusterPolicies === "own node too" ? { ownNodeBy: subject.agent.tag } : {}),
        onPort: (port) => {
          const byPolicy = reachOf(subject, scope, port);
          const doubt = isEmpty(byPolicy.atMost) ? ownNodeUnclear(subject.agent) : subject.doubt;
          const past = (bounds: Bounds): Bounds => beside(pod).reduce(pastPolicies, bounds);
          const [its, own] = [past(byPolicy), past({ ...reachOf(subject, scope, port, "own"), doubt })] as const;
          // In strict mode a branch interface leads to the own node like to all others.
          return { own, others: withGuard(mayHaveBranchInterface(pod) ? { ...its, ...eitherOf(its, own) } : its) };
        },
      };
    }
    return {
      ...plain,
      onPort: (port) => {
        const its = reachOf(subject, scope, port);
        const mayMeanHosts = subject.engines.includes("calico") && hasHostEndpoints;
        const bounds = mayMeanHosts ? { ...its, atMost: allAddresses, doubt: hostEndpointsMeant } : its;
        const isSeveral = subject.engines.includes("vpc-cni");
        return { own: isSeveral ? { ...bounds, atMost: allAddresses } : bounds, others: withGuard(bounds) };
      },
    };
  };

  const bySubject = new Map<string, Treatment>();
  const byKey = new Map<string, Treatment>();
  const treatment = (pod: Pod): Treatment => {
    const subject = effective.of(pod);
    const isFargate = pod.nodeName !== undefined && onFargate.names.has(pod.nodeName);
    const asked = `${subject?.key ?? "on no node"} ${mayHaveBranchInterface(pod)} ${isFargate} ${beside(pod).join()}`;
    const found = bySubject.get(asked);
    if (found !== undefined) return found;
    const { onPort, sparesOwnNode, ownNodeBy } = treatmentOf(pod, subject);
    const answers = new Map(ports.map((port) => [port, onPort(port)]));
    const key = [sparesOwnNode, ownNodeBy, ...[...answers.values()].flatMap(({ own, others: rest }) => [textOf(own), textOf(rest)])].join(
      " ",
    );
    const made = byKey.get(key) ?? { key, sparesOwnNode, ownNodeBy, onPort: (port: number) => answers.get(port) ?? onPort(port) };
    byKey.set(key, made);
    bySubject.set(asked, made);
    return made;
  };
  const answerFor = (podClass: string, port: number): ByPort =>
    byKey.get(podClass)?.onPort(port) ?? { own: anythingUnlessKnown(notPlaced), others: anythingUnlessKnown(notPlaced) };

  return {
    classOf: (pod) => treatment(pod).key,
    toOwnNode: (podClass, port) => answerFor(podClass, port).own,
    toNodes: (podClass, port) => answerFor(podClass, port).others,
    sparesOwnNode: (podClass) => byKey.get(podClass)?.sparesOwnNode ?? false,
    ownNodeBy: (podClass) => byKey.get(podClass)?.ownNodeBy,
    unread: hostProtectionsNotRead(given, enforcement),
    why: (pod, { address, port, isOwn }) => {
      const subject = effective.of(pod);
      if (subject === undefined) return "";
      if (subject.unenforced !== undefined) return subject.unenforced;
      return subject.why("egress", { outside: parseCidrs([address]), node: isOwn ? "own" : "other" }, "TCP", port);
    },
  };
}

function reachOf(subject: Subject, scope: AddressSet, port: number, zone?: Zone): Bounds {
  const { atLeast, atMost } = subject.reach("egress", scope, portsOf("TCP", port, port), zone);
  return { atLeast, atMost, doubt: subject.doubt };
}

/** What may be sent in a family past every policy. */
const pastPolicies = ({ atLeast, atMost, doubt }: Bounds, family: Family): Bounds => ({
  atLeast,
  atMost: union(atMost, { ...noAddresses, [family]: allAddresses[family] }),
  doubt: isEmpty(atMost) || doubt === undefined ? unpolicedIn(family) : doubt,
});

/** It isn't known which of the two holds. */
const eitherOf = (a: Bounds, b: Bounds): Bounds => ({
  atLeast: intersection(a.atLeast, b.atLeast),
  atMost: union(a.atMost, b.atMost),
});

/** The one at some addresses, the other at the rest. */
const within = (addresses: AddressSet, there: Bounds, elsewhere: Bounds): Bounds => ({
  atLeast: union(intersection(there.atLeast, addresses), difference(elsewhere.atLeast, addresses)),
  atMost: union(intersection(there.atMost, addresses), difference(elsewhere.atMost, addresses)),
});

const textOf = ({ atLeast, atMost, doubt }: Bounds): string =>
  `${toRangesText(atLeast).join()}/${toRangesText(atMost).join()}/${doubt?.message ?? ""}`;

/** Fargate's machines run no DaemonSet and so no engine. Source: Amazon EKS User Guide, "Simplify compute management with AWS Fargate". */
function fargateNodes(nodes: Fact<readonly Node[]>): { readonly names: ReadonlySet<string>; readonly addresses: AddressSet } {
  const fargate = (nodes.state === "known" ? nodes.value : []).filter((node) => platformOf(node) === "fargate");
  return { names: new Set(fargate.map(({ name }) => name)), addresses: parseCidrs(fargate.flatMap(({ internalIps }) => internalIps)) };
}

const notPlaced: Reason = { code: "not-ready", message: "A pod is on no node yet." };
const fargateOwnNode: Reason = {
  code: "not-supported",
  message: "How a machine of Fargate keeps its own pod from its kubelet is not documented.",
};
const nodesAreEntities: Reason = {
  code: "not-supported",
  message: "What Cilium lets through to nodes beside another policy engine is not judged.",
};
const nodesHaveOtherAddresses: Reason = {
  code: "not-supported",
  message: "Nodes have addresses that Cilium may take for the world's: of further interfaces, or where its agent does not run.",
};
const ownNodeUnclear = ({ clusterPolicies, why }: VpcCniAgent = untoldAgent("it was not read")): Reason => ({
  code: "not-supported",
  message:
    clusterPolicies === "perhaps not own node"
      ? `Whether VPC CNI lets a pod reach its own node past a ClusterNetworkPolicy, or in strict mode, hangs on the version of its agent: ${why}.`
      : "Whether VPC CNI keeps a pod from its own node in strict mode, or by a block that begins at the node's own address, is not documented.",
});
const hostEndpointsMeant: Reason = {
  code: "not-supported",
  message: "A selector of a Calico policy that allows may mean host endpoints, which are not read.",
};
