import type { LabelSelector } from "../../model/network-policy.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { isCidr, parseCidrs, parseFilterCidrs } from "../../net/addresses.ts";
import { effectivePolicies } from "../../net/policy/effective.ts";
import type { Direction } from "../../net/policy/model.ts";
import { allPorts, portsOf, portsWithout } from "../../net/policy/port-set.ts";
import { hasEnded } from "../../net/workloads/phase.ts";
import type { Fix, FixInput } from "../fix.ts";
import { applied } from "../manifests.ts";
import { admitted } from "../policies/admitted.ts";
import { denied } from "../policies/denied.ts";
import { type Dialect, dialectFor } from "../policies/dialect.ts";
import { type Judged, judgedFacts, nothingFails, notRead } from "../policies/judged.ts";
import { isMeantBy, peerOf } from "../policies/kept.ts";
import { namesIn } from "../policies/names.ts";
import { portList } from "../policies/narrow.ts";
import { allBut, familiesOf } from "../policies/ranges.ts";
import { everyPod, type Peer } from "../policies/terms.ts";

type Flow = Settings["flows"][number];

/** Lets the flow through at each end that is isolated, or denies it at one of them. */
export const fixDeclaredFlowsHold: Fix = (input) => {
  const { cluster, settings, finding } = input;
  const facts = judgedFacts(cluster.facts);
  if (facts === undefined) return notRead;
  const flow = settings.flows.find(({ name }) => name === finding.resource.name);
  if (flow === undefined) return nothingFails;
  const pods = facts.pods.filter((pod) => !hasEnded(pod) && !pod.spec.hostNetwork && pod.nodeName !== undefined);
  const spoken = dialectFor(
    cluster.facts,
    pods.filter((pod) => isMeantBy(flow.from, pod) || isMeantBy(flow.to, pod)),
  );
  if ("none" in spoken) return spoken;
  const written =
    flow.expect === "allowed" ? allowing(input, flow, spoken.dialect, facts, pods) : denying(input, flow, spoken.dialect, pods);
  if ("none" in written) return written;
  if (written.manifests.length === 0)
    return { none: "No policy that can be added would change it: change the one that decides, which the finding names." };
  return {
    plan: {
      summary: `${flow.expect === "allowed" ? "Lets" : "Denies"} flow ${flow.name} ${flow.expect === "allowed" ? "through" : "by policy"}, on ${flow.protocol} ${flow.port}.`,
      commands: [],
      manifests: written.manifests,
      after: applied(cluster.facts, written.manifests),
      notes: written.notes,
    },
  };
};

const selectorOf = (end: Flow["from"]): LabelSelector =>
  "cidr" in end || end.labels === undefined || Object.keys(end.labels).length === 0 ? {} : { matchLabels: end.labels };

const ends = (flow: Flow): readonly (readonly [Direction, Flow["from"], Flow["from"]])[] => [
  ["egress", flow.from, flow.to],
  ["ingress", flow.to, flow.from],
];

function allowing({ cluster }: FixInput, flow: Flow, dialect: Dialect, facts: Judged, pods: readonly Pod[]) {
  const effective = effectivePolicies(facts);
  const names = namesIn(cluster.facts);
  const manifests = ends(flow).flatMap(([direction, own, other]) => {
    if ("cidr" in own) return [];
    const its = pods.filter((pod) => isMeantBy(own, pod));
    const closed = its.filter((pod) => effective.of(pod)?.isolation(direction).state === "yes");
    return admitted(
      cluster.facts,
      dialect,
      `flow-${plain(flow.name)}`,
      {
        direction,
        subject: { namespace: own.namespace, selector: selectorOf(own) },
        closed,
        others: pods.filter((pod) => pod.namespace === own.namespace && !closed.includes(pod)),
        allow: { peers: [peerOf(other)], ports: [{ protocol: flow.protocol, port: flow.port }] },
      },
      names,
    );
  });
  return {
    manifests: manifests.filter(
      (one, i) =>
        manifests.findIndex(
          ({ kind, metadata }) => kind === one.kind && metadata.name === one.metadata.name && metadata.namespace === one.metadata.namespace,
        ) === i,
    ),
    notes: [],
  };
}

/** Where it arrives, if that is at pods: a policy there holds whoever sends. */
function denying({ cluster }: FixInput, flow: Flow, dialect: Dialect, pods: readonly Pod[]) {
  const [direction, own, other]: readonly [Direction, Flow["from"], Flow["from"]] =
    "cidr" in flow.to ? ["egress", flow.from, flow.to] : ["ingress", flow.to, flow.from];
  if ("cidr" in own) return { manifests: [], notes: [] };
  const its = pods.filter((pod) => isMeantBy(own, pod));
  const port = { protocol: flow.protocol, port: flow.port };
  const families = familiesOf(its);
  const vpc =
    cluster.facts.vpc.state === "known" ? cluster.facts.vpc.value.cidrs.filter(isCidr) : ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
  const meant = "cidr" in other ? parseFilterCidrs([other.cidr]) : parseCidrs(vpc);
  const everyoneElse: readonly Peer[] = [...("cidr" in other ? [everyPod] : allOthers(other)), ...allBut(meant, families)];
  return denied(cluster.facts, dialect, {
    purpose: `flow-${plain(flow.name)}`,
    direction,
    groups: [{ namespace: own.namespace, pods: its, others: pods.filter((pod) => pod.namespace === own.namespace && !its.includes(pod)) }],
    peers: [peerOf(other)],
    ports: [port],
    otherwise: [
      { peers: [], ports: portList(portsWithout(allPorts, portsOf(flow.protocol, flow.port, flow.port))) },
      { peers: everyoneElse, ports: [port] },
    ],
    takenOut: "cidr" in other ? { addresses: meant } : { addresses: parseCidrs([]) },
  });
}

/** Every pod that lacks one of the labels, or is of another namespace. */
function allOthers({ namespace, labels = {} }: Exclude<Flow["from"], { readonly cidr: string }>): readonly Peer[] {
  return [
    { namespaces: { notIn: [namespace] }, pods: {} },
    ...Object.entries(labels).map(
      ([key, value]): Peer => ({ namespaces: [namespace], pods: { matchExpressions: [{ key, operator: "NotIn", values: [value] }] } }),
    ),
  ];
}

/** As a name of an object may be. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "") || "declared";
