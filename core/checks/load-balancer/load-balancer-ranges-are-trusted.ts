import type { LoadBalancer } from "../../model/aws.ts";
import { defineCheck } from "../../model/check.ts";
import type { Reason } from "../../model/fact.ts";
import { type AddressSet, difference, isEmpty, isWithin, parseFilterCidrs, union } from "../../net/addresses.ts";
import { type Arrival, arrivalOf } from "../../net/load-balancer/arrival.ts";
import { subjectsOf } from "../../net/load-balancer/subjects.ts";
import { indexSubnets } from "../../net/reach/subnet.ts";
import { indexGroups } from "../../net/security-group.ts";
import { cidrsOf, nameOf } from "../words.ts";
import { exampleGroupAdmitting, exampleLoadBalancer, exampleWayIn } from "./example-load-balancer.ts";
import { judgeOwners, noObjects, type Opinion, ownerFacts } from "./owners.ts";

const rest = {
  loadBalancers: [exampleLoadBalancer],
  ...exampleWayIn,
  ...noObjects,
};

export const loadBalancerRangesAreTrusted = defineCheck({
  id: "load-balancer-ranges-are-trusted",
  title: "Internet-facing load balancers admit only trusted ranges",
  surface: "load-balancer",
  severity: "low",
  path: { from: "named-ranges", to: "load-balancers" },
  needs: ["loadBalancers"],
  uses: ["securityGroups", "prefixLists", "routeTables", "networkAcls", "blockPublicAccess", ...ownerFacts],
  why: "A narrow range still belongs to somebody. Ranges of former offices, providers and home connections stay in source ranges for years after the organization gave them up.",
  judged:
    "Fails when some source that certainly reaches an internet-facing listener, past routes, network ACLs and security groups, lies outside trustedCidrs, however few addresses it has. Members of security groups are let in by private addresses and count for nobody's range. An internal load balancer passes, and so does one that nobody reaches. It is not-applicable while no trustedCidrs are configured. A declaration under publicServices excuses nothing here. It passes only when nobody else may come in; what was not read withholds that.",
  unseen: "Ranges that a load balancer without security groups leaves to its targets: it admits everybody here.",
  remediation:
    "Narrow the load balancer's security groups to ranges under trustedCidrs, give security groups to a network load balancer that was made without any, make it internal, or list the range under trustedCidrs if the organization owns it.",
  examples: {
    fail: { ...rest, securityGroups: exampleGroupAdmitting("203.0.113.0/24", "198.51.100.0/24") },
    pass: { ...rest, securityGroups: exampleGroupAdmitting("203.0.113.0/24") },
  },
  evaluate: (
    { loadBalancers, securityGroups, prefixLists, routeTables, networkAcls, blockPublicAccess, ...plane },
    { trustedCidrs },
    about,
  ) => {
    if (trustedCidrs.length === 0) {
      const { resource } = about;
      const message = `${nameOf(resource)} was not compared with trusted ranges: none are configured.`;
      return [{ status: "not-applicable", resource, message }];
    }
    const index = indexGroups(securityGroups, prefixLists);
    const subnets = indexSubnets({ routeTables, networkAcls, blockPublicAccess, prefixLists });
    const trusted = parseFilterCidrs(trustedCidrs);
    return judgeOwners({
      about,
      subjects: subjectsOf(loadBalancers, plane, about.resource),
      spoils: ({ loadBalancer: one }) => one.scheme === "internet-facing",
      judge: ({ loadBalancer: one }, { resource }) => opinionOf(nameOf(resource), one, arrivalOf(one, index, subnets), trusted),
    });
  },
});

function opinionOf(name: string, { arn, name: its, scheme }: LoadBalancer, arrival: Arrival, trusted: AddressSet): Opinion {
  const evidence = { deciding: arn, scheme };
  if (scheme === "internal") {
    return { status: "pass", evidence, message: `${name} has internal load balancer ${its}, which admits no range of the internet.` };
  }
  if (arrival.unreachable !== undefined) {
    return { status: "pass", evidence, message: `${name} has load balancer ${its}, which admits nobody: ${arrival.unreachable}.` };
  }
  const { listeners } = arrival;
  // Members of a group are admitted by their private addresses, which are no range of anybody's.
  const all = listeners.state === "known" ? listeners.value.map(({ sources }) => sources) : [arrival.anyPort];
  const admitted = union(...all.map(({ atLeast }) => atLeast));
  const sources = cidrsOf(admitted);
  const strangers = difference(admitted, trusted);
  if (!isEmpty(strangers) && listeners.state === "known") {
    const untrusted = cidrsOf(strangers);
    const notRead = [...new Set(all.flatMap(({ unread }) => unread.map((layer) => layer.name)))];
    const message = `${name} has internet-facing load balancer ${its}, which admits ${untrusted.slice(0, 3).join(", ")} outside the trusted ranges.`;
    return { status: "fail", evidence: { ...evidence, sources, untrusted, notRead }, message };
  }
  if (all.every(({ atMost }) => isWithin(atMost, trusted))) {
    const message = `${name} has internet-facing load balancer ${its}, which admits only trusted ranges.`;
    return { status: "pass", evidence: { ...evidence, sources }, message };
  }
  const reason = listeners.state === "unknown" ? listeners.reason : (all.find(({ doubt }) => doubt !== undefined)?.doubt ?? unread);
  const message = `${name} has internet-facing load balancer ${its}, and what it admits is not known: ${reason.message}`;
  return { status: "unknown", reason, evidence, message };
}

const unread: Reason = {
  code: "depends-on-unknown",
  message: "What lies between the internet and the load balancer was not read.",
};
