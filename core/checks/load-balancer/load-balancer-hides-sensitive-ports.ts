import type { LoadBalancer } from "../../model/aws.ts";
import { defineCheck } from "../../model/check.ts";
import { known, type Reason } from "../../model/fact.ts";
import { arrivalOf } from "../../net/load-balancer/arrival.ts";
import { indexBackends } from "../../net/load-balancer/backends.ts";
import { dashboardAt } from "../../net/load-balancer/dashboards.ts";
import { type DestinationIndex, destinationsOf } from "../../net/load-balancer/destinations.ts";
import { listenersReached } from "../../net/load-balancer/exposure.ts";
import { sensitiveAt } from "../../net/load-balancer/sensitive-ports.ts";
import type { ListenerPorts } from "../../net/load-balancer/sources.ts";
import { portsOf } from "../../net/load-balancer/sources.ts";
import { type Subject, subjectsOf } from "../../net/load-balancer/subjects.ts";
import { indexTargets } from "../../net/load-balancer/targets.ts";
import { indexSubnets } from "../../net/reach/subnet.ts";
import { indexGroups } from "../../net/security-group.ts";
import { few } from "../listed.ts";
import { exampleNetwork } from "../nodes/example-node.ts";
import { nameOf } from "../words.ts";
import { makeInternal } from "./commands.ts";
import { exampleLoadBalancer, exampleWayIn } from "./example-load-balancer.ts";
import { judgeOwners, noObjects, type Opinion, ownerFacts } from "./owners.ts";

const text =
  "Take the port off the load balancer, or make the load balancer internal and reach the service through the VPC, a VPN or kubectl port-forward. A declaration under publicServices does not excuse it; where the port is meant for a few, admit their ranges alone.";
const targetGroup = {
  arn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/k8s-shop-cache/0123456789abcdef",
  name: "k8s-shop-cache",
  protocol: "TCP",
  port: 6379,
  targetType: "ip" as const,
  loadBalancerArns: [],
  preservesClientIp: known(false),
};
const exposed: LoadBalancer = {
  ...exampleLoadBalancer,
  arn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/k8s-shop-cache/0123456789abcdef",
  name: "k8s-shop-cache",
  dnsName: "k8s-shop-cache-0123456789abcdef.elb.eu-west-1.amazonaws.com",
  securityGroupIds: [],
  listeners: known([{ port: 443, protocol: "TCP", actions: known([{ type: "forward", targetGroupArns: [targetGroup.arn] }]) }]),
  tags: known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": "shop/cache" }),
};
const rest = {
  securityGroups: known([]),
  ...exampleWayIn,
  ...noObjects,
  targetGroups: known([targetGroup]),
  network: known(exampleNetwork),
  pods: known([]),
};

export const loadBalancerHidesSensitivePorts = defineCheck({
  id: "load-balancer-hides-sensitive-ports",
  title: "No listener that the internet reaches leads to a database, cache, shell, kubelet, etcd or dashboard",
  surface: "load-balancer",
  severity: "critical",
  path: { from: "load-balancers", to: "workloads" },
  needs: ["loadBalancers"],
  uses: ["securityGroups", "prefixLists", "routeTables", "networkAcls", "blockPublicAccess", ...ownerFacts, "network", "pods"],
  why: "Scanners find an open database, cache or shell within hours, and many of them ask for no password, or for one that can be guessed at leisure.",
  judged:
    "Fails when the internet certainly reaches a listener that leads to a port of a database, cache, remote shell, kubelet or etcd, by one dated table. The port that answers decides, not the one that listens: 443 that leads to 6379 fails. Where it is not known what answers, the listener's own port is taken. A port of a dashboard or of metrics fails, as high, only when the name of the Service or of its port, or an image of the pods behind it, confirms it, since such ports mean nothing alone. A declaration under publicServices does not excuse it. A load balancer that is internal or restricted to less than the internet passes. Reach is worked out as in load-balancer-internal-or-restricted.",
  unseen:
    "Services on ports that are not in the table, and whether they ask for a password. Paths: an application load balancer that serves a dashboard under a path on 443 is known only by its target's port.",
  remediation: text,
  examples: {
    fail: { ...rest, loadBalancers: [exposed] },
    pass: { ...rest, loadBalancers: [{ ...exposed, scheme: "internal" }] },
  },
  evaluate: (
    { loadBalancers, securityGroups, prefixLists, routeTables, networkAcls, blockPublicAccess, network, pods, ...plane },
    { internet },
    about,
  ) => {
    const groups = indexGroups(securityGroups, prefixLists);
    const subnets = indexSubnets({ routeTables, networkAcls, blockPublicAccess, prefixLists });
    const index = { targets: indexTargets(plane.targetGroups), backends: indexBackends({ network, services: plane.services, pods }) };
    return judgeOwners({
      about,
      subjects: subjectsOf(loadBalancers, plane, about.resource),
      spoils: ({ loadBalancer }) => loadBalancer.scheme === "internet-facing",
      judge: ({ loadBalancer }, subject) => {
        const reached = listenersReached(loadBalancer, arrivalOf(loadBalancer, groups, subnets), internet);
        if (reached.state === "unknown") return unsure(loadBalancer, subject, reached.reason);
        const open = reached.value.flatMap(({ listener, answer }) => (answer === false ? [] : [{ listener, answer }]));
        const seen = open.map((one) => seenAt({ ...one, loadBalancer, subject }, index));
        return opinionOf(loadBalancer, subject, seen);
      },
    });
  },
});

interface Find {
  readonly listener: string;
  readonly port: number;
  readonly kind: string;
  readonly what: string;
  readonly by: string;
}
/** What one listener leads to that is nobody's business. Both only where the internet certainly reaches it. */
interface Seen {
  readonly critical: readonly Find[];
  readonly high: readonly Find[];
  readonly doubt?: Reason;
}
type Open = Extract<ReturnType<typeof listenersReached>, { state: "known" }>["value"][number] & {
  readonly loadBalancer: LoadBalancer;
  readonly subject: Subject;
};

function seenAt({ listener, answer, loadBalancer, subject }: Open, index: DestinationIndex): Seen {
  const { known: destinations, doubt: leadsElsewhere } = destinationsOf(loadBalancer, listener, subject, index);
  const on = `${listener.protocol} ${listener.port}`;
  const critical = destinations.flatMap(({ port, transport }): readonly Find[] => {
    const found = sensitiveAt(port, transport);
    return found === undefined ? [] : [{ listener: on, port, kind: found.kind, what: found.what, by: "the port" }];
  });
  const owner = subject.resource.kind === "Service" ? subject.resource.name : undefined;
  const confirmed = destinations.map((destination) => ({ destination, dashboard: dashboardAt(destination, owner, index.backends) }));
  const high = confirmed.flatMap(({ destination, dashboard }): readonly Find[] =>
    dashboard.state === "known" && dashboard.value !== undefined
      ? [{ listener: on, port: destination.port, kind: "dashboard", ...dashboard.value }]
      : [],
  );
  // Where it is not known what answers, the port that is offered still says what for.
  const offered = leadsElsewhere === undefined ? [] : portsOf(listener).flatMap((ports) => offeredOn(ports, on));
  const unconfirmed = confirmed.flatMap(({ dashboard }) => (dashboard.state === "unknown" ? [dashboard.reason] : []))[0];
  const all = [...critical, ...offered];
  if (typeof answer === "object") {
    const isHarmless = all.length + high.length === 0 && leadsElsewhere === undefined && unconfirmed === undefined;
    return { critical: [], high: [], ...(isHarmless ? {} : { doubt: answer }) };
  }
  const doubt = leadsElsewhere ?? unconfirmed;
  return { critical: all, high, ...(doubt === undefined ? {} : { doubt }) };
}

function offeredOn({ from, protocol }: ListenerPorts, on: string): readonly Find[] {
  const found = sensitiveAt(from, protocol);
  return found === undefined ? [] : [{ listener: on, port: from, kind: found.kind, what: found.what, by: "the listener's port" }];
}

function opinionOf(loadBalancer: LoadBalancer, subject: Subject, seen: readonly Seen[]): Opinion {
  const name = nameOf(subject.resource);
  const { arn, name: its, scheme } = loadBalancer;
  const critical = seen.flatMap((one) => one.critical);
  const finds = critical.length > 0 ? critical : seen.flatMap((one) => one.high);
  const [first] = finds;
  if (first !== undefined) {
    const commands = makeInternal(subject);
    const more = finds.length > 1 ? ` and ${finds.length - 1} more such` : "";
    return {
      status: "fail",
      evidence: { deciding: arn, scheme, leadsTo: few(finds) },
      message: `${name} offers the internet ${first.what} (${first.kind}, known by ${first.by}): load balancer ${its} leads from ${first.listener} to port ${first.port}${more}.`,
      ...(critical.length > 0 ? {} : { severity: "high" as const }),
      ...(commands.length === 0 ? {} : { remediation: { text, commands } }),
    };
  }
  const doubt = seen.find((one) => one.doubt !== undefined)?.doubt;
  if (doubt !== undefined) return unsure(loadBalancer, subject, doubt);
  const message = `${name} offers the internet no database, cache, shell, kubelet, etcd or dashboard through ${scheme} load balancer ${its}.`;
  return { status: "pass", evidence: { deciding: arn, scheme, listenersReached: seen.length }, message };
}

function unsure({ arn, name: its, scheme }: LoadBalancer, { resource }: Subject, reason: Reason): Opinion {
  const message = `${nameOf(resource)} has ${scheme} load balancer ${its}, and what it offers the internet is not known: ${reason.message}`;
  return { status: "unknown", reason, evidence: { deciding: arn, scheme }, message };
}
