import { defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import { bypassesOf } from "../../net/load-balancer/bypasses.ts";
import { enforcementOf } from "../../net/load-balancer/enforcement.ts";
import { requestedOf } from "../../net/load-balancer/requested.ts";
import { reachOf } from "../../net/load-balancer/sources.ts";
import { madeForCluster, subjectsOf } from "../../net/load-balancer/subjects.ts";
import { indexTargets } from "../../net/load-balancer/targets.ts";
import { indexGroups } from "../../net/security-group.ts";
import { cidrsOf, nameOf } from "../words.ts";
import { exampleGroupAdmitting, exampleLoadBalancer, exampleService } from "./example-load-balancer.ts";
import { judgeOwners, noObjects, ownerFacts } from "./owners.ts";

const service = {
  ...exampleService,
  loadBalancerSourceRanges: ["203.0.113.0/24"],
  hostnames: ["k8s-shop-web-0123456789abcdef.elb.eu-west-1.amazonaws.com"],
};
const rest = {
  loadBalancers: [exampleLoadBalancer],
  prefixLists: known([]),
  subnets: known([]),
  nodes: known([]),
  ...noObjects,
  services: known([service]),
};

export const loadBalancerSourceRangesEnforced = defineCheck({
  id: "load-balancer-source-ranges-enforced",
  title: "Declared source ranges are enforced",
  surface: "load-balancer",
  severity: "high",
  path: { from: "named-ranges", to: "load-balancers" },
  needs: ["loadBalancers"],
  uses: ["securityGroups", "prefixLists", "subnets", "nodes", ...ownerFacts],
  why: "Source ranges on a load balancer that ignores them are believed to protect for years.",
  judged:
    "Asks, where a manifest declares ranges that hold less than everything, what enforces them for each listener. With security groups on the load balancer their rules decide: more than declared fails, and so does an annotation that names groups of the user's own, since the controller then writes the ranges nowhere. A network load balancer without security groups refuses nobody itself: only nodes and pods can, and only while they see the client's address. Where they see the load balancer's (targets by ip unless client addresses are preserved) it fails. The rules that the in-tree controller wrote on the nodes' groups are compared on the node port, health checks aside; whether the groups of other targets hold the ranges is unknown. Auto Mode does not support the annotation load-balancer-source-ranges: there the security groups decide as well. Ways past the ranges that hold (PrivateLink with the rules off, translation between IPv4 and IPv6, node ports of nodes with public addresses) are named in a pass. Without declared ranges it is not-applicable; groups, listeners or target groups that were not read make it unknown.",
  unseen:
    "Groups of single pods behind a load balancer without groups, unless the in-tree controller wrote the rules. Lists of addresses in AWS WAF or in an ingress controller's own configuration are not read.",
  remediation:
    "Let the controller write the ranges: drop the annotation that names security groups of your own, recreate a network load balancer that was made without any, and use spec.loadBalancerSourceRanges. Where your own groups have to stay, put the ranges in their rules and drop the declaration; remove rules that admit more.",
  examples: {
    fail: { ...rest, securityGroups: exampleGroupAdmitting("0.0.0.0/0") },
    pass: { ...rest, securityGroups: exampleGroupAdmitting("203.0.113.0/24") },
  },
  evaluate: ({ loadBalancers, securityGroups, prefixLists, subnets, nodes, ...plane }, _settings, about) => {
    const index = indexGroups(securityGroups, prefixLists);
    const targets = indexTargets(plane.targetGroups);
    return judgeOwners({
      about,
      subjects: madeForCluster(subjectsOf(loadBalancers, plane, about.resource)),
      spoils: () => true,
      judge: (ownership, { resource, manifest }) => {
        const name = nameOf(resource);
        const its = `load balancer ${ownership.loadBalancer.name}`;
        const evidence = { deciding: ownership.loadBalancer.arn };
        const requested = requestedOf(manifest, ownership);
        if (requested.state === "unknown") {
          const { reason } = requested;
          return {
            status: "unknown",
            reason,
            evidence,
            message: `${name} has ${its}, and what it declares is not known: ${reason.message}`,
          };
        }
        const refusal = requested.state === "asked" ? "" : ` (what it asks for is not done: ${requested.rule})`;
        const { sources } = requested;
        if (sources === undefined) {
          const ignored = requested.state !== "asked" && requested.refusesRanges === true;
          if (!ignored)
            return { status: "not-applicable", evidence, message: `${name} has ${its} and declares no source ranges${refusal}.` };
          const why = `its controller refuses the manifest: ${requested.rule}`;
          return {
            status: "fail",
            evidence: { ...evidence, why },
            message: `${name} declares source ranges that nothing enforces on ${its}: ${why}.`,
          };
        }
        const reach = reachOf(ownership.loadBalancer, index);
        const enforcement = enforcementOf({ ownership, manifest, requested: sources, reach, index, subnets, targets });
        const bypasses = bypassesOf(ownership.loadBalancer, manifest, nodes);
        const past = bypasses.length === 0 ? {} : { bypasses };
        switch (enforcement.state) {
          case "none":
            return { status: "not-applicable", evidence, message: `${name} has ${its}, and ${enforcement.rule}.` };
          case "enforced":
            return {
              status: "pass",
              evidence: { ...evidence, by: enforcement.by, ...past },
              message: `${name} has its source ranges enforced on ${its} by ${enforcement.by}${bypassWords(bypasses)}.`,
            };
          case "not-enforced": {
            const { why, admitted } = enforcement;
            const seen = { ...evidence, why, ...past, ...(admitted === undefined ? {} : { sources: cidrsOf(admitted) }) };
            return {
              status: "fail",
              evidence: seen,
              message: `${name} declares source ranges that nothing enforces on ${its}: ${why}${refusal}.`,
            };
          }
          case "unknown": {
            const { reason } = enforcement;
            return {
              status: "unknown",
              reason,
              evidence: { ...evidence, ...past },
              message: `${name} declares source ranges, and whether ${its} keeps them is not known: ${reason.message}`,
            };
          }
        }
      },
    });
  },
});

const bypassWords = (bypasses: readonly string[]): string =>
  bypasses.length === 0 ? "" : `, which do not stand in the way of ${bypasses.join("; ")}`;
