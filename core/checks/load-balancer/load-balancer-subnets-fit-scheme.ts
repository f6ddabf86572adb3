import type { LoadBalancer } from "../../model/aws.ts";
import { defineCheck } from "../../model/check.ts";
import { known, type Reason } from "../../model/fact.ts";
import type { NetworkAcl } from "../../model/vpc.ts";
import { restricts } from "../../net/load-balancer/enforcement.ts";
import type { Ownership } from "../../net/load-balancer/owner.ts";
import { type Placement, placementOfInternal, placementOfRestricted } from "../../net/load-balancer/placement.ts";
import { requestedOf } from "../../net/load-balancer/requested.ts";
import { madeForCluster, type Subject, subjectsOf } from "../../net/load-balancer/subjects.ts";
import { indexSubnets } from "../../net/reach/subnet.ts";
import { type GroupIndex, indexGroups } from "../../net/security-group.ts";
import { few } from "../listed.ts";
import { nameOf } from "../words.ts";
import { exampleLoadBalancer, exampleRoutes } from "./example-load-balancer.ts";
import { judgeOwners, noObjects, type Opinion, ownerFacts } from "./owners.ts";

const rest = {
  loadBalancers: [{ ...exampleLoadBalancer, scheme: "internal" as const }],
  securityGroups: known([]),
  prefixLists: known([]),
  networkAcls: known<readonly NetworkAcl[]>([]),
  ...noObjects,
};

export const loadBalancerSubnetsFitScheme = defineCheck({
  id: "load-balancer-subnets-fit-scheme",
  title: "Load balancers lie in subnets that fit their scheme",
  surface: "load-balancer",
  severity: "low",
  path: { none: "It judges where a load balancer lies, which by itself lets nobody in." },
  needs: ["loadBalancers"],
  uses: ["securityGroups", "prefixLists", "routeTables", "networkAcls", ...ownerFacts],
  why: "A subnet that fits is a second line: an internal load balancer without a route to the internet stays internal when its scheme changes, and a network ACL still keeps strangers out when a security group is opened.",
  judged:
    "Fails an internal load balancer of which a subnet's route table leads to an internet gateway, and an internet-facing one with declared sources of which a subnet's network ACL admits every address on every port both ways, as the default one does. It is a second line and says nothing of reach, so that its severity is low. An internet-facing load balancer without declared sources is not-applicable. Route tables or network ACLs that were not read make it unknown unless another subnet fails already.",
  unseen:
    "Block Public Access and security groups, which other checks weigh. Which sources the ACL ought to admit is not judged, only that it admits less than everything.",
  remediation:
    "Recreate an internal load balancer in subnets without a route to an internet gateway (tag them kubernetes.io/role/internal-elb, or name them in the subnets annotation). Give the subnets of an internet-facing one a network ACL that admits the declared sources and the answers to what is asked from inside.",
  examples: { fail: { ...rest, routeTables: exampleRoutes("igw-0a1") }, pass: { ...rest, routeTables: exampleRoutes("nat-0a1") } },
  evaluate: ({ loadBalancers, securityGroups, prefixLists, routeTables, networkAcls, ...plane }, _settings, about) => {
    const groups = indexGroups(securityGroups, prefixLists);
    const blockPublicAccess = known({ mode: "off" as const, exclusions: [] });
    const subnets = indexSubnets({ routeTables, networkAcls, blockPublicAccess, prefixLists });
    return judgeOwners({
      about,
      subjects: madeForCluster(subjectsOf(loadBalancers, plane, about.resource)),
      spoils: () => true,
      judge: (ownership, subject) => {
        const { loadBalancer: one } = ownership;
        if (one.scheme === "internal") return opinionOf(one, subject, placementOfInternal(one, subnets));
        const declared = declaresSources(ownership, subject, groups);
        if (declared === true) return opinionOf(one, subject, placementOfRestricted(one, subnets));
        const has = `${nameOf(subject.resource)} has internet-facing load balancer ${one.name}`;
        const evidence = { deciding: one.arn, scheme: one.scheme };
        if (declared === false) return { status: "not-applicable", evidence, message: `${has}, for which no sources are declared.` };
        const message = `${has}, and whether sources are declared for it is not known: ${declared.message}`;
        return { status: "unknown", reason: declared, evidence, message };
      },
    });
  },
});

/** Whether the owner declares sources that restrict; a reason says what was not read. */
function declaresSources(ownership: Ownership, { manifest }: Subject, groups: GroupIndex): boolean | Reason {
  const requested = requestedOf(manifest, ownership);
  if (requested.state === "unknown") return requested.reason;
  const { sources } = requested;
  if (sources === undefined) return requested.state !== "asked" && requested.refusesRanges === true;
  const { loadBalancer: one } = ownership;
  const ports = one.listeners.state === "known" ? one.listeners.value.map(({ port }) => port) : [];
  // A port that no listener has asks for what the manifest asks of all its ports.
  return (ports.length > 0 ? ports : [-1]).some((port) => restricts(sources.sourcesOn(port), one, groups));
}

function opinionOf(one: LoadBalancer, { resource }: Subject, { misfits, doubt }: Placement): Opinion {
  const { arn, name: its, scheme, subnetIds } = one;
  const has = `${nameOf(resource)} has ${scheme} load balancer ${its}`;
  const evidence = { deciding: arn, scheme, subnets: few(subnetIds), misfits: few(misfits) };
  const [first] = misfits;
  if (first !== undefined) {
    const more = misfits.length > 1 ? ` and ${misfits.length - 1} more` : "";
    const why =
      scheme === "internal"
        ? `from which route table ${first.by} leads to an internet gateway`
        : `whose network ACL ${first.by} admits every address on every port although sources are declared`;
    return { status: "fail", evidence, message: `${has} in subnet ${first.subnetId}${more}, ${why}.` };
  }
  if (doubt !== undefined) {
    return { status: "unknown", reason: doubt, evidence, message: `${has}, and its subnets are not known: ${doubt.message}` };
  }
  const why =
    scheme === "internal"
      ? "from which no route leads to an internet gateway"
      : "whose network ACLs do not admit every address on every port";
  return { status: "pass", evidence, message: `${has} in subnets ${few(subnetIds).join(", ")}, ${why}.` };
}
