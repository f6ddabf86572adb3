import type { LoadBalancer } from "../../model/aws.ts";
import { defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import { type Exposure, exposureOf } from "../../net/load-balancer/exposure.ts";
import { type DeclaredExposure, declaredExposureOf } from "../../net/load-balancer/public-services.ts";
import { type Reach, reachOf } from "../../net/load-balancer/sources.ts";
import { subjectsOf } from "../../net/load-balancer/subjects.ts";
import { indexGroups } from "../../net/security-group.ts";
import { cidrsOf, judgeOwners, nameOf, type Opinion } from "./owners.ts";

const exposed: LoadBalancer = {
  arn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/k8s-shop-web/0123456789abcdef",
  name: "k8s-shop-web",
  dnsName: "k8s-shop-web-0123456789abcdef.elb.eu-west-1.amazonaws.com",
  type: "network",
  scheme: "internet-facing",
  state: "active",
  ipAddressType: "ipv4",
  subnetIds: ["subnet-0a1"],
  securityGroupIds: [],
  listeners: known([{ port: 443, protocol: "TCP" }]),
  tags: known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": "shop/web" }),
};
const rest = {
  readAt: "2026-11-01T06:00:00.000Z",
  securityGroups: known([]),
  prefixLists: known([]),
  services: known([]),
  ingresses: known([]),
  ingressClasses: known([]),
  ingressClassParams: known([]),
};

export const loadBalancerInternalOrRestricted = defineCheck({
  id: "load-balancer-internal-or-restricted",
  title: "Load balancers are internal, restricted to known sources, or declared public",
  surface: "load-balancer",
  severity: "medium",
  needs: ["readAt", "loadBalancers"],
  uses: ["securityGroups", "prefixLists", "services", "ingresses", "ingressClasses", "ingressClassParams"],
  why: "A load balancer that admits the internet puts a workload in reach of everybody, past every control that counts on the network.",
  remediation:
    "Make the load balancer internal (scheme annotation or IngressClassParams: internal; recreate it where its controller keeps the old scheme), restrict its sources on security groups attached to it, or declare the exposure and its ports under publicServices.",
  examples: {
    fail: { ...rest, loadBalancers: [exposed] },
    pass: { ...rest, loadBalancers: [{ ...exposed, scheme: "internal" }] },
  },
  evaluate: ({ readAt, loadBalancers, securityGroups, prefixLists, ...plane }, { internet, publicServices }, about) => {
    const index = indexGroups(securityGroups, prefixLists);
    return judgeOwners({
      about,
      subjects: subjectsOf(loadBalancers, plane, about.resource),
      spoils: ({ loadBalancer }) => loadBalancer.scheme === "internet-facing",
      judge: ({ loadBalancer }, { resource }) => {
        const reach = reachOf(loadBalancer, index);
        const declared = declaredExposureOf(resource, { cluster: about.resource.name, readAt, publicServices });
        const exposure = exposureOf(loadBalancer, reach, { internet, declaredPorts: declared.ports });
        return opinionOf({ name: nameOf(resource), loadBalancer, reach, declared, exposure });
      },
    });
  },
});

interface Seen {
  readonly name: string;
  readonly loadBalancer: LoadBalancer;
  readonly reach: Reach;
  readonly declared: DeclaredExposure;
  readonly exposure: Exposure;
}

function opinionOf({ name, loadBalancer, reach, declared, exposure }: Seen): Opinion {
  const { arn, scheme, state, listeners } = loadBalancer;
  const its = `${scheme} load balancer ${loadBalancer.name}`;
  const evidence = { deciding: arn, scheme, state };
  switch (exposure.state) {
    case "closed": {
      const ports = listeners.state === "known" ? listeners.value.map(({ port }) => port) : undefined;
      const seen = { ...evidence, ...(ports === undefined ? {} : { ports }), sources: cidrsOf(reach.anyPort.atLeast) };
      return { status: "pass", evidence: seen, message: `${name} is not reachable from the internet through ${its}: ${exposure.why}.` };
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
      const { undeclared, ports } = exposure;
      const sources = cidrsOf(exposure.sources);
      const open = undeclared.map(({ port, protocol }) => `${protocol} ${port}`).join(", ");
      const how = reach.guardedBy === "nothing" ? "without security groups is open" : `admits ${sources.slice(0, 3).join(", ")}`;
      return {
        status: "fail",
        evidence: { ...evidence, ports, sources, notRead: protectionsUnread(reach) },
        message: `${name} is reachable from the internet: ${its} ${how} on ${open}.${expiryNote(declared)}`,
      };
    }
  }
}

/** What could only narrow the reach and is not read: it withholds no fail, and is named beside it. */
const protectionsUnread = ({ guardedBy }: Reach): readonly string[] => [
  "routes of the subnets",
  "network ACLs",
  "VPC Block Public Access",
  ...(guardedBy === "nothing" ? ["target groups and the security groups of targets"] : []),
];

function expiryNote({ expired }: DeclaredExposure): string {
  const last = [...expired].sort((a, b) => (a.expires < b.expires ? 1 : -1))[0];
  return last === undefined ? "" : ` Its declaration by ${last.owner} expired on ${last.expires}.`;
}
