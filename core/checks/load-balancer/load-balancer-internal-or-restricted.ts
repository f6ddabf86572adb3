import type { Listener, LoadBalancer } from "../../model/aws.ts";
import { defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import { type Arrival, arrivalOf } from "../../net/load-balancer/arrival.ts";
import { type Exposure, exposureOf } from "../../net/load-balancer/exposure.ts";
import { type DeclaredExposure, declaredExposureOf } from "../../net/load-balancer/public-services.ts";
import { type Subject, subjectsOf } from "../../net/load-balancer/subjects.ts";
import { clientAddressesKept, indexTargets, type TargetIndex } from "../../net/load-balancer/targets.ts";
import type { Layer } from "../../net/reach/layer.ts";
import { indexSubnets } from "../../net/reach/subnet.ts";
import { indexGroups } from "../../net/security-group.ts";
import { few } from "../listed.ts";
import { cidrsOf, nameOf } from "../words.ts";
import { makeInternal } from "./commands.ts";
import { exampleLoadBalancer, exampleWayIn } from "./example-load-balancer.ts";
import { judgeOwners, noObjects, type Opinion, ownerFacts } from "./owners.ts";

const exposed: LoadBalancer = { ...exampleLoadBalancer, securityGroupIds: [] };
const text =
  "Make the load balancer internal (scheme annotation or IngressClassParams: internal; recreate it where its controller keeps the old scheme), restrict its sources on security groups attached to it, or declare the exposure and its ports under publicServices.";
const rest = {
  readAt: "2026-11-01T06:00:00.000Z",
  securityGroups: known([]),
  ...exampleWayIn,
  networkAcls: known([
    {
      id: "acl-0a1",
      isDefault: true,
      subnetIds: ["subnet-0a1"],
      entries: (["ingress", "egress"] as const).map((direction) => ({
        number: 100,
        direction,
        action: "allow" as const,
        protocol: "-1",
        cidr: "0.0.0.0/0",
      })),
    },
  ]),
  ...noObjects,
};

export const loadBalancerInternalOrRestricted = defineCheck({
  id: "load-balancer-internal-or-restricted",
  title: "Load balancers are internal, restricted to known sources, or declared public",
  surface: "load-balancer",
  severity: "medium",
  path: { from: "internet", to: "load-balancers" },
  needs: ["readAt", "loadBalancers"],
  uses: ["securityGroups", "prefixLists", "routeTables", "networkAcls", "blockPublicAccess", ...ownerFacts],
  why: "A load balancer that admits the internet puts a workload in reach of everybody, past every control that counts on the network.",
  judged:
    "AWS decides, and the manifest does not. Passes when the real scheme is internal; when it has no listener, or its state is failed or provisioning; when public addresses, routes of its subnets, Block Public Access, network ACLs or security groups keep the sources to less than the internet (a /8 in IPv4, a /19 in IPv6); or when every port that the internet reaches is listed under publicServices for the owner, until the declaration's last day. A network load balancer without security groups is open whatever loadBalancerSourceRanges says. One subnet that lets the internet in is enough. Missing or unhealthy targets close nothing, since they come back. Of several load balancers of one owner the worst decides, and one that a TargetGroupBinding leads from counts like an own one. Block Public Access and network ACLs that were not read withhold no fail and are named in it; routes, groups or listeners that were not read make it unknown unless the rest decides.",
  unseen:
    "Global Accelerator and CloudFront, which lead the internet to internal load balancers as well, and the attribute ipv6.deny_all_igw_traffic; the evidence of an internal one names what was not seen. AWS WAF and authentication at the listener are not looked at.",
  remediation: text,
  examples: {
    fail: { ...rest, loadBalancers: [exposed] },
    pass: { ...rest, loadBalancers: [{ ...exposed, scheme: "internal" }] },
  },
  evaluate: (
    { readAt, loadBalancers, securityGroups, prefixLists, routeTables, networkAcls, blockPublicAccess, ...plane },
    { internet, publicServices },
    about,
  ) => {
    const index = indexGroups(securityGroups, prefixLists);
    const subnets = indexSubnets({ routeTables, networkAcls, blockPublicAccess, prefixLists });
    const targets = indexTargets(plane.targetGroups);
    return judgeOwners({
      about,
      subjects: subjectsOf(loadBalancers, plane, about.resource),
      spoils: ({ loadBalancer }) => loadBalancer.scheme === "internet-facing",
      judge: ({ loadBalancer }, subject) => {
        const arrival = arrivalOf(loadBalancer, index, subnets);
        const declared = declaredExposureOf(subject.resource, { cluster: about.resource.name, readAt, publicServices });
        const exposure = exposureOf(loadBalancer, arrival, { internet, declaredPorts: declared.ports });
        return opinionOf({ subject, loadBalancer, arrival, declared, exposure, targets });
      },
    });
  },
});

interface Seen {
  readonly subject: Subject;
  readonly loadBalancer: LoadBalancer;
  readonly arrival: Arrival;
  readonly declared: DeclaredExposure;
  readonly exposure: Exposure;
  readonly targets: TargetIndex;
}

function opinionOf({ subject, loadBalancer, arrival, declared, exposure, targets }: Seen): Opinion {
  const name = nameOf(subject.resource);
  const { arn, scheme, state, listeners } = loadBalancer;
  const its = `${scheme} load balancer ${loadBalancer.name}`;
  const evidence = { deciding: arn, scheme, state };
  switch (exposure.state) {
    case "closed": {
      const ports = listeners.state === "known" ? listeners.value.map(({ port }) => port) : undefined;
      const { why, barriers } = exposure;
      const seen = {
        ...evidence,
        ...(ports === undefined ? {} : { ports }),
        ...(barriers.length === 0 ? {} : { decidedBy: few(barriers) }),
        sources: cidrsOf(arrival.anyPort.atMost),
        ...(scheme === "internal" ? { notSeen: notSeenOf(loadBalancer) } : {}),
      };
      return { status: "pass", evidence: seen, message: `${name} is not reachable from the internet through ${its}: ${why}.` };
    }
    case "declared": {
      const owners = [...new Set(declared.inForce.map(({ owner }) => owner))];
      const message = `${name} is reachable from the internet through ${its} on ports ${exposure.ports.join(", ")}, all declared by ${owners.join(", ")}.`;
      return { status: "pass", message, evidence: { ...evidence, ports: exposure.ports, declared: declared.inForce } };
    }
    case "unsure": {
      const { reason } = exposure;
      return { status: "unknown", reason, evidence, message: `${name} has ${its}, and who reaches it is not known: ${reason.message}` };
    }
    case "open": {
      const { undeclared, ports, unread } = exposure;
      const sources = cidrsOf(exposure.sources);
      const open = undeclared.map(({ port, protocol }) => `${protocol} ${port}`).join(", ");
      const how = arrival.guardedBy === "nothing" ? "without security groups is open" : `admits ${sources.slice(0, 3).join(", ")}`;
      const behind = arrival.guardedBy === "nothing" ? behindIt(loadBalancer, undeclared, targets) : [];
      const commands = makeInternal(subject);
      return {
        status: "fail",
        evidence: { ...evidence, ports, sources, notRead: [...unread.map((one) => protections[one.name]), ...behind] },
        message: `${name} is reachable from the internet: ${its} ${how} on ${open}.${expiryNote(declared)}`,
        ...(commands.length === 0 ? {} : { remediation: { text, commands } }),
      };
    }
  }
}

/** What leads the internet to an internal load balancer too, and is in none of the facts. Source: Global Accelerator guide, "Endpoints". */
const accelerator = "Global Accelerator";
/** What keeps an internet gateway from an internal load balancer's IPv6 addresses unless it is turned off. Source: Elastic Load Balancing API, LoadBalancerAttribute. */
const gatewayDenial = "the attribute ipv6.deny_all_igw_traffic";

const notSeenOf = ({ ipAddressType }: LoadBalancer): readonly string[] =>
  ipAddressType === "ipv4" ? [accelerator] : [accelerator, gatewayDenial];

/** What could only narrow the reach: where it was not read it withholds no fail, and is named beside it. */
const protections: Readonly<Record<Layer["name"], string>> = {
  "public address": "public addresses",
  route: "routes of the subnets",
  "Block Public Access": "VPC Block Public Access",
  "network ACL": "network ACLs",
  "security group": "security groups",
};

/** The security groups of targets refuse a client only by an address that they still see. */
function behindIt(loadBalancer: LoadBalancer, open: readonly Listener[], targets: TargetIndex): readonly string[] {
  const kept = open.map((listener) => clientAddressesKept(loadBalancer, listener, targets));
  if (kept.every((answer) => answer.state === "known" && !answer.value)) return [];
  return kept.some((answer) => answer.state === "unknown")
    ? ["target groups and the security groups of targets"]
    : ["security groups of targets"];
}

function expiryNote({ expired }: DeclaredExposure): string {
  const last = [...expired].sort((a, b) => (a.expires < b.expires ? 1 : -1))[0];
  return last === undefined ? "" : ` Its declaration by ${last.owner} expired on ${last.expires}.`;
}
