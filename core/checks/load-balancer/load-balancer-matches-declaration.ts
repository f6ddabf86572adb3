import type { LoadBalancer } from "../../model/aws.ts";
import { defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import type { Service } from "../../model/kubernetes.ts";
import { compareSources, compareWithScheme, type SourceComparison } from "../../net/load-balancer/comparison.ts";
import { controllerNames } from "../../net/load-balancer/controller.ts";
import type { EnforcementInput } from "../../net/load-balancer/enforcement.ts";
import { requestedOf } from "../../net/load-balancer/requested.ts";
import type { AskedScheme, UnsureScheme } from "../../net/load-balancer/scheme.ts";
import { reachOf } from "../../net/load-balancer/sources.ts";
import { madeForCluster, subjectsOf } from "../../net/load-balancer/subjects.ts";
import { indexTargets } from "../../net/load-balancer/targets.ts";
import { indexGroups } from "../../net/security-group.ts";
import { cidrsOf, nameOf } from "../words.ts";
import { judgeOwners, noObjects, type Opinion, ownerFacts } from "./owners.ts";

const drifted: LoadBalancer = {
  arn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/a0123456789abcdef0123456789abcde",
  name: "a0123456789abcdef0123456789abcde",
  dnsName: "a0123456789abcdef0123456789abcde-1.eu-west-1.elb.amazonaws.com",
  type: "classic",
  scheme: "internet-facing",
  state: "active",
  ipAddressType: "ipv4",
  subnetIds: ["subnet-0a1"],
  securityGroupIds: ["sg-0a1"],
  listeners: known([{ port: 443, protocol: "TCP", targetPort: 30443 }]),
  tags: known({ "kubernetes.io/cluster/prod": "owned", "kubernetes.io/service-name": "shop/web" }),
};
const service: Service = {
  namespace: "shop",
  name: "web",
  uid: "01234567-89ab-cdef-0123-456789abcdef",
  annotations: { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" },
  labels: {},
  type: "LoadBalancer",
  loadBalancerSourceRanges: [],
  sessionAffinity: "None",
  externalIPs: [],
  clusterIPs: ["10.100.0.7"],
  selector: { app: "web" },
  ports: [{ protocol: "TCP", port: 443, nodePort: 30443 }],
  hostnames: ["a0123456789abcdef0123456789abcde-1.eu-west-1.elb.amazonaws.com"],
};
const rule = { protocol: "tcp", fromPort: 443, toPort: 443, cidrs: ["0.0.0.0/0"], prefixListIds: [], groupIds: [], descriptions: [] };
const rest = {
  securityGroups: known([{ id: "sg-0a1", name: "k8s-elb-a01", description: "", tags: {}, ingress: [rule], egress: [] }]),
  prefixLists: known([]),
  subnets: known([]),
  ...noObjects,
  services: known([service]),
};

export const loadBalancerMatchesDeclaration = defineCheck({
  id: "load-balancer-matches-declaration",
  title: "Load balancers have the scheme and the sources that their manifests ask for",
  surface: "load-balancer",
  severity: "high",
  path: { none: "It compares what was asked for with what is, whoever can reach it." },
  needs: ["loadBalancers"],
  uses: ["securityGroups", "prefixLists", "subnets", ...ownerFacts],
  why: "Controllers do not apply every later change to a load balancer that exists, so a manifest that says internal may stand for an open one.",
  judged:
    "Works out what the manifest asks for today, as its controller reads it, and compares it with the scheme and the sources that AWS has. Wider in AWS than declared fails as high, narrower as low. The in-tree controller takes any text but false and the empty one for internal, and does not change the scheme of a load balancer that exists; AWS Load Balancer Controller refuses values that it does not know, and one Ingress of a group decides for all that are silent. A silent manifest asks for its owner's default: the in-tree controller's is internet-facing, AWS Load Balancer Controller's is what its own flag says where its Deployment was read, else internal; the message then says that an older load balancer may have kept its scheme. A load balancer whose manifest is refused, or asks for none, fails. A load balancer without an object is not-applicable here and fails load-balancer-has-owner.",
  unseen:
    "Differences other than scheme and sources, such as listeners or certificates. Services of other controllers' making are left to those.",
  remediation:
    "Recreate the load balancer where its controller keeps the old scheme or has no security groups to write to, correct its security groups otherwise, or make the manifest say what is meant.",
  examples: {
    fail: { ...rest, loadBalancers: [drifted] },
    pass: { ...rest, loadBalancers: [{ ...drifted, scheme: "internal" }] },
  },
  evaluate: ({ loadBalancers, securityGroups, prefixLists, subnets, ...plane }, _settings, about) => {
    const index = indexGroups(securityGroups, prefixLists);
    const targets = indexTargets(plane.targetGroups);
    return judgeOwners({
      about,
      subjects: madeForCluster(subjectsOf(loadBalancers, plane, about.resource)),
      spoils: () => true,
      judge: (ownership, { resource, manifest }) => {
        const requested = requestedOf(manifest, ownership);
        const { loadBalancer } = ownership;
        const name = nameOf(resource);
        const its = `${loadBalancer.scheme} load balancer ${loadBalancer.name}`;
        const evidence = { deciding: loadBalancer.arn, scheme: loadBalancer.scheme };
        if (requested.state === "unknown") {
          const { reason } = requested;
          return {
            status: "unknown",
            reason,
            evidence,
            message: `${name} has ${its}, and what it asks for is not known: ${reason.message}`,
          };
        }
        if (requested.state !== "asked") {
          if (manifest.kind === "none" || manifest.kind === "absent") {
            return {
              status: "not-applicable",
              evidence,
              message: `${name} has ${its} and no manifest to compare it with: ${requested.rule}.`,
            };
          }
          const isMinor = loadBalancer.scheme === "internal";
          const how = requested.state === "refused" ? "its manifest is refused" : "it asks for none";
          return {
            status: "fail",
            isMinor,
            evidence: { ...evidence, rule: requested.rule },
            message: `${name} has ${its}, although ${how}: ${requested.rule}.`,
          };
        }
        return opinionOf(
          { name, its, scheme: requested.scheme },
          { ownership, manifest, requested: requested.sources, reach: reachOf(loadBalancer, index), index, subnets, targets },
        );
      },
    });
  },
});

function opinionOf(
  { name, its, scheme }: { readonly name: string; readonly its: string; readonly scheme: AskedScheme | UnsureScheme },
  input: EnforcementInput,
): Opinion {
  const { loadBalancer } = input.ownership;
  const schemes = compareWithScheme(loadBalancer.scheme, scheme);
  const sources = compareSources(input);
  const evidence = {
    deciding: loadBalancer.arn,
    scheme: loadBalancer.scheme,
    ...(scheme.state === "unsure" ? {} : { declaredScheme: scheme.scheme, rule: scheme.rule }),
    ...sourcesSeen(sources),
  };
  const differences = [
    ...(scheme.state === "unsure" || schemes.state === "same" ? [] : [schemeWords(scheme, input)]),
    ...(sources.state === "wider" || sources.state === "narrower" ? [sourceWords(sources)] : []),
  ];
  const doubts = [
    ...(schemes.state === "unknown" ? [{ part: "scheme", reason: schemes.reason }] : []),
    ...(sources.state === "unknown" ? [{ part: "sources", reason: sources.reason }] : []),
  ];
  if (differences.length > 0) {
    const isMinor = schemes.state !== "wider" && sources.state !== "wider";
    const doubt = doubts.map(({ part, reason }) => ` Whether it differs in its ${part} too is not known: ${reason.message}`).join("");
    return { status: "fail", isMinor, evidence, message: `${name} has ${its}, although ${differences.join(", and ")}.${doubt}` };
  }
  const [doubt] = doubts;
  if (doubt !== undefined) {
    const { part, reason } = doubt;
    const message = `${name} has ${its}, and whether it differs in its ${part} from what is declared is not known: ${reason.message}`;
    return { status: "unknown", reason, evidence, message };
  }
  return { status: "pass", evidence, message: `${name} has ${its}, with the scheme and the sources that it asks for.` };
}

function schemeWords({ state, scheme }: AskedScheme, { requested }: EnforcementInput): string {
  if (state === "explicit") return `it asks for ${scheme}`;
  return `it says nothing and ${controllerNames[requested.controller]} then makes ${scheme} ones (an older load balancer may have kept its scheme)`;
}

function sourceWords(sources: SourceComparison): string {
  const on = sources.port === undefined ? "" : ` on port ${sources.port}`;
  return sources.state === "wider" ? `it admits more sources${on} than are asked for` : `it admits fewer sources${on} than are asked for`;
}

function sourcesSeen(sources: SourceComparison): Readonly<Record<string, unknown>> {
  if (sources.state === "unknown") return {};
  return {
    ...(sources.real === undefined ? {} : { sources: cidrsOf(sources.real) }),
    ...(sources.asked === undefined ? {} : { declaredSources: cidrsOf(sources.asked) }),
  };
}
