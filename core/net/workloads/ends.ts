/** What of a cluster's workloads and pods network policies speak about: the ends of connections inside the cluster. */
import { known } from "../../model/fact.ts";
import type { Namespace, Node, Pod, PodSpec, Workload } from "../../model/workloads.ts";
import { type AddressSet, isCidr, noAddresses, parseCidrs } from "../addresses.ts";
import type { Workload as End } from "../policy/connections.ts";
import type { NamedPort, PodClass } from "../policy/model.ts";
import type { Labels } from "../policy/selector.ts";
import { topControllers } from "./top-controller.ts";

/** What was read, of a cluster or of manifests. */
export interface Inventory {
  readonly namespaces: readonly Namespace[];
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
  readonly nodes?: readonly Node[];
}

export interface Ends {
  /** Each with the pods that it has, else with what its template says of those that it would have. */
  readonly workloads: readonly End[];
  /** Pods in the host's network are no subjects of policies, and have the addresses of their nodes: these have no other pods. */
  readonly hostNetwork: readonly Controller[];
}

export interface Controller {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * The workloads of the inventory: top controllers, and bare pods. A pod that has ended has no address any more, so a Job whose
 * pods have all ended is none; other controllers will have new ones.
 */
export function endsOf({ namespaces, workloads, pods, nodes = [] }: Inventory): Ends {
  const nodeAddresses = new Map(nodes.map((node) => [node.name, addressesOf([node])]));
  const labelsOf = namespaceLabels(namespaces);
  const ends: End[] = [];
  const hostNetwork: Controller[] = [];
  for (const { controller, running, ended, templates } of grouped(workloads, pods)) {
    const hasFinished = running.length === 0 && ended > 0 && (controller.kind === "Job" || controller.kind === "Pod");
    if (hasFinished) continue;
    const described: readonly Described[] =
      running.length > 0 ? running : inUse(templates).map(({ namespace, template }) => ({ namespace, ...template, podIps: [] }));
    const networked = described.filter(({ spec }) => !spec.hostNetwork);
    if (networked.length > 0)
      ends.push({
        ...controller,
        pods: networked.flatMap((pod) => onNode(podClasses(pod, labelsOf), nodeAddresses.get(pod.nodeName ?? ""))),
      });
    else if (described.length > 0) hostNetwork.push(controller);
  }
  return { workloads: ends, hostNetwork };
}

type Described = Parameters<typeof podClasses>[0] & Pick<Pod, "nodeName">;

const onNode = (classes: readonly PodClass[], nodeAddresses: AddressSet | undefined): readonly PodClass[] =>
  nodeAddresses === undefined ? classes : classes.map((one) => ({ ...one, nodeAddresses }));

/** Those that nodes tell of. */
export const addressesOf = (nodes: readonly Node[]): AddressSet =>
  parseCidrs(nodes.flatMap(({ internalIps }) => internalIps.filter(isCidr)));

/** Labels by namespace. One that only objects name exists all the same, with the label that the API server gives to each. */
export function namespaceLabels(namespaces: readonly Namespace[]): (namespace: string) => Labels {
  const known = new Map(namespaces.map(({ name, labels }) => [name, { ...labels, [nameLabel]: name }]));
  return (namespace) => {
    const labels = known.get(namespace) ?? { [nameLabel]: namespace };
    known.set(namespace, labels);
    return labels;
  };
}
const nameLabel = "kubernetes.io/metadata.name";

interface Group {
  readonly controller: Controller;
  readonly running: Pod[];
  ended: number;
  /** What makes pods for the controller: itself, or what it made for the purpose. */
  readonly templates: Workload[];
}

function grouped(workloads: readonly Workload[], pods: readonly Pod[]): readonly Group[] {
  const groups = new Map<string, Group>();
  const groupOf = ({ kind, namespace, name }: Controller): Group => {
    const key = keyOf({ kind, namespace, name });
    const group = groups.get(key) ?? { controller: { kind, namespace, name }, running: [], ended: 0, templates: [] };
    groups.set(key, group);
    return group;
  };
  const named = new Set(workloads.map(keyOf));
  const topOf = topControllers(known(workloads));
  for (const workload of workloads) {
    const top = madeFor(workload);
    if (top === undefined) groupOf(workload).templates.push(workload);
    // A controller that was read tells itself what its pods are like; old revisions of it may say otherwise.
    else if (!named.has(keyOf(top))) groupOf(top).templates.push(workload);
  }
  for (const pod of pods) {
    // Static pods are written on the node, which is no controller.
    const { owner, ...bare } = pod;
    const group = groupOf(topOf(owner?.kind === "Node" ? bare : pod));
    if (pod.phase === "Succeeded" || pod.phase === "Failed") group.ended += 1;
    else group.running.push(pod);
  }
  return [...groups.values()];
}

const keyOf = ({ kind, namespace, name }: Controller): string => JSON.stringify([kind, namespace, name]);

/** Whoever made the workload for its own purpose; an operator that owns a Deployment or a DaemonSet is not its pods' controller. */
function madeFor({ kind, namespace, owner }: Workload): Controller | undefined {
  if (owner === undefined || !["ReplicaSet", "ReplicationController", "Job"].includes(kind)) return undefined;
  return { kind: owner.kind, namespace, name: owner.name };
}

/** Revisions that want pods; where none does, any may be taken up again. */
function inUse(templates: readonly Workload[]): readonly Workload[] {
  const wanted = templates.filter(({ replicas }) => replicas !== 0);
  return wanted.length > 0 ? wanted : templates;
}

/**
 * A pod as policies see it, once for each family in which it has an address: ranges of one family mean nothing in the other.
 *
 * @param labelsOf see `namespaceLabels`
 */
export function podClasses(
  { namespace, labels, podIps, spec }: Pick<Pod, "namespace" | "labels" | "podIps" | "spec">,
  labelsOf: (namespace: string) => Labels,
): readonly PodClass[] {
  const pod = {
    namespace,
    labels,
    namespaceLabels: labelsOf(namespace),
    serviceAccount: spec.serviceAccount,
    namedPorts: namedPortsOf(spec),
  };
  const addresses = parseCidrs(podIps.filter((ip) => !ip.includes("/") && isCidr(ip)));
  if (addresses.ipv4.length === 0 || addresses.ipv6.length === 0) return [{ ...pod, addresses }];
  return [
    { ...pod, addresses: { ...noAddresses, ipv4: addresses.ipv4 } },
    { ...pod, addresses: { ...noAddresses, ipv6: addresses.ipv6 } },
  ];
}

/** The ports by name of containers that run beside each other. */
const namedPortsOf = ({ containers }: PodSpec): readonly NamedPort[] =>
  containers
    .filter(({ isInit }) => !isInit)
    .flatMap(({ ports }) =>
      ports.flatMap(({ name, protocol, containerPort: port }) => (name === undefined ? [] : [{ name, protocol, port }])),
    );
