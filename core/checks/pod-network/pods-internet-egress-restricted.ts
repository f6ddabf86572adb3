import type { ClusterNetwork } from "../../model/aws.ts";
import { type About, defineCheck } from "../../model/check.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { known } from "../../model/fact.ts";
import type { Settings } from "../../model/settings.ts";
import { intersection, noAddresses, toCidrs } from "../../net/addresses.ts";
import { globallyReachable, type InternetLimits, isInternet } from "../../net/internet.ts";
import { type EffectiveFacts, effectiveFacts, type Subject } from "../../net/policy/effective.ts";
import { everyIpv4, everyIpv6 } from "../../net/policy/isolation.ts";
import { type Family, familiesBeside, unpolicedIn } from "../../net/policy/other-family.ts";
import { allPorts } from "../../net/policy/port-set.ts";
import type { WayOut } from "../../net/reach/egress.ts";
import { podWaysOut } from "../../net/workloads/ways-out.ts";
import { few } from "../listed.ts";
import { exampleNetwork } from "../nodes/example-node.ts";
import { exampleEnforcement, exampleNamespaces, examplePods, examplePolicy } from "./example-policies.ts";
import { type Judgement, judgeNamespaces, type Opinion } from "./judge-namespaces.ts";

const rest = {
  ...exampleEnforcement,
  pods: examplePods,
  namespaces: exampleNamespaces,
  network: exampleNetwork,
  prefixLists: known([]),
  routeTables: known([
    {
      id: "rtb-0a1",
      vpcId: "vpc-0a1",
      isMain: true,
      subnetIds: [],
      routes: [
        { cidr: "10.0.0.0/16", target: "local", state: "active" as const },
        { cidr: "0.0.0.0/0", target: "nat-0a1", state: "active" as const },
      ],
    },
  ]),
  networkInterfaces: known([
    {
      id: "eni-0a1",
      subnetId: "subnet-0a1",
      groupIds: ["sg-0a1"],
      privateIpv4: ["10.0.1.7", "10.0.1.20"],
      publicIpv4: [],
      ipv6: [],
      instanceId: "i-0a1",
      type: "interface",
      description: "",
    },
  ]),
};
const egressTo = (cidr: string) =>
  examplePolicy("out", { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr } }] }] });

export const podsInternetEgressRestricted = defineCheck({
  id: "pods-internet-egress-restricted",
  title: "No pod may open connections to the whole internet",
  surface: "pod-network",
  severity: "medium",
  path: { from: "pods", to: "internet" },
  needs: ["pods", "namespaces", "network"],
  uses: [...effectiveFacts, "routeTables", "prefixLists", "networkInterfaces"],
  why: "A pod that may talk to any address on the internet fetches what an intruder tells it to, and sends out what it finds.",
  judged:
    "Fails a namespace in which a pod may certainly open connections, on any port, to more of the internet than one organization could own (the limits of internet in the configuration): policies that are enforced let it, and the routes of its subnet lead there. A NAT gateway is a way out, and so is an egress-only internet gateway: neither lets anybody in, both let everybody out. A route to a transit gateway, a private gateway, a firewall's endpoint or an appliance may lead on to the internet, which makes it unknown; a peering connection does not. Either of the two layers alone is enough to pass: policies that name narrower ranges, or a subnet without a route. 0.0.0.0/1 with 128.0.0.0/1 counts as everything. The pod's own subnet and its node's may both decide, as VPC CNI sends out by the node's address; where they differ it is unknown. So it is where a pod may send in an address family that its policies do not cover. hostNetwork pods and system workloads are counted, not judged.",
  unseen: "What a firewall, a proxy or a DNS filter on the way lets through, and the egress rules of security groups.",
  remediation:
    "Isolate the pods for egress by a NetworkPolicy that names the addresses that they need, and let an engine enforce it; or run them in subnets whose route table has no route to the internet.",
  examples: {
    fail: { ...rest, networkPolicies: known([egressTo("0.0.0.0/0")]) },
    pass: { ...rest, networkPolicies: known([egressTo("203.0.113.0/24")]) },
  },
  evaluate: (facts, settings, about) => judgeNamespaces(internetEgress(facts, settings, about)),
});

type Facts = EffectiveFacts &
  Pick<ClusterFacts, "routeTables" | "prefixLists" | "networkInterfaces"> & { readonly network: ClusterNetwork };

/** How it is judged. */
export function internetEgress(given: Facts, settings: Settings, about: About): Judgement {
  const { network, routeTables, prefixLists, networkInterfaces, ...facts } = given;
  const out = podWaysOut({ vpcId: network.vpcId, routeTables, prefixLists, networkInterfaces });
  const beside = familiesBeside(facts);
  return {
    facts,
    settings,
    about,
    failing: "free to open connections to the whole internet",
    keyOf: (pod) => `${out.subnetsOf(pod)} ${beside(pod).join()}`,
    judge: (subject, pod) => {
      const way = out.of(pod);
      const opinion = opinionOf(subject, way, settings.internet);
      return opinion.status === "pass" ? unlessBeside(beside(pod), way, settings.internet) : opinion;
    },
  };
}

/** Policies are of the family of the pods' addresses: what is sent in the other one passes by them, where the routes lead it out. */
function unlessBeside(beside: readonly Family[], way: WayOut, limits: InternetLimits): Opinion {
  const open = beside.find((family) => isInternet(intersection({ ...noAddresses, [family]: internet[family] }, way.atMost), limits));
  if (open === undefined) return { status: "pass" };
  return { status: "unknown", reason: unpolicedIn(open) };
}

const internet = globallyReachable({ ipv4: everyIpv4.ipv4, ipv6: everyIpv6.ipv6 });

function opinionOf(subject: Subject, way: WayOut, limits: InternetLimits): Opinion {
  // A pod sends in the families that it has addresses of; one whose addresses are not known yet in either.
  const has = (family: "ipv4" | "ipv6"): boolean => subject.classes.some(({ addresses }) => addresses[family].length > 0);
  const isPlaced = has("ipv4") || has("ipv6");
  const asked = {
    ipv4: !isPlaced || has("ipv4") ? internet.ipv4 : noAddresses.ipv4,
    ipv6: !isPlaced || has("ipv6") ? internet.ipv6 : noAddresses.ipv6,
  };
  const byPolicy = subject.reach("egress", asked, allPorts);
  if (!isInternet(byPolicy.atMost, limits) || !isInternet(intersection(asked, way.atMost), limits)) return { status: "pass" };
  if (!isInternet(intersection(byPolicy.atMost, way.atMost), limits)) return { status: "pass" };
  const certain = intersection(byPolicy.atLeast, way.atLeast);
  if (!isInternet(certain, limits)) {
    const reason = isInternet(byPolicy.atLeast, limits) ? (way.doubt ?? subject.doubt) : subject.doubt;
    return { status: "unknown", reason };
  }
  const to = toCidrs(certain);
  const family = certain.ipv4[0] !== undefined ? "ipv4" : "ipv6";
  const [range] = certain[family];
  const one = range === undefined ? noAddresses : { ...noAddresses, [family]: [{ first: range.first, last: range.first }] };
  const why = subject.why("egress", { outside: one }, "TCP", 443);
  const table = way.routeTable === undefined ? {} : { routeTable: way.routeTable };
  const decides = subject.unenforced === undefined ? { policy: why } : { enforcement: subject.unenforced };
  return {
    status: "fail",
    seen: `${why}, and its subnet is routed there`,
    witness: { from: "the pod", to: few(to), port: "TCP 443", ...decides, ...table },
  };
}
