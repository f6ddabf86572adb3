import { type About, defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import type { Settings } from "../../model/settings.ts";
import { noAddresses, toCidrs } from "../../net/addresses.ts";
import { globallyReachable, isInternet } from "../../net/internet.ts";
import { type EffectiveFacts, effectiveFacts } from "../../net/policy/effective.ts";
import { everyIpv4, everyIpv6 } from "../../net/policy/isolation.ts";
import { allPorts } from "../../net/policy/port-set.ts";
import { type DeclaredFacts, declaredPods } from "../../net/workloads/declared.ts";
import { few } from "../listed.ts";
import { exampleEnforcement, exampleNamespaces, examplePods, examplePolicy } from "./example-policies.ts";
import { type Judgement, judgeNamespaces } from "./judge-namespaces.ts";

const rest = {
  ...exampleEnforcement,
  readAt: "2026-11-01T06:00:00.000Z",
  pods: examplePods,
  namespaces: exampleNamespaces,
  services: known([]),
  ingresses: known([]),
};
const ingressFrom = (cidr: string) =>
  examplePolicy("in", { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [{ ipBlock: { cidr } }], ports: [{ port: 8443 }] }] });
const internet = globallyReachable({ ipv4: everyIpv4.ipv4, ipv6: everyIpv6.ipv6 });

export const podsIngressFromInternetDeclared = defineCheck({
  id: "pods-ingress-from-internet-declared",
  title: "Only pods of declared public services may be reached from internet addresses",
  surface: "pod-network",
  severity: "medium",
  path: { from: "internet", to: "workloads" },
  needs: ["pods", "namespaces", "readAt"],
  uses: [...effectiveFacts, "services", "ingresses"],
  why: "What policies let in from anywhere is one load balancer, public address or route away from being public; only what is meant to be should be let in.",
  judged:
    "Fails a namespace in which enforced policies, or none, certainly admit more of the internet to a pod than one organization could own, on any port, and no declared public service leads to the pod. A rule for 0.0.0.0/0 fails even while no load balancer exists. A pod is excused when the selector of a Service that is declared under publicServices matches it, or of a Service behind a declared Ingress, until the declaration's last day. Where such Services or Ingresses were not read, or a Gateway is declared, the pod may be excused and the verdict is unknown. A pod without any IPv6 address is asked about IPv4 alone.",
  unseen:
    "Whether a load balancer, a public address or a route leads to the pod at all: the load balancer checks judge that. Traffic through a load balancer may arrive from private addresses, which this check does not call the internet.",
  remediation:
    "Name in the ingress rules of the NetworkPolicy the addresses that are needed, such as the load balancer's subnets, and isolate pods that no policy selects; or declare the Service or Ingress under publicServices.",
  examples: {
    fail: { ...rest, networkPolicies: known([ingressFrom("0.0.0.0/0")]) },
    pass: { ...rest, networkPolicies: known([ingressFrom("10.0.0.0/16")]) },
  },
  evaluate: (facts, settings, about) => judgeNamespaces(ingressFromInternet(facts, settings, about)),
});

type Facts = EffectiveFacts & DeclaredFacts & { readonly readAt: string };

/** How it is judged. */
export function ingressFromInternet({ services, ingresses, readAt, ...facts }: Facts, settings: Settings, about: About): Judgement {
  const declared = declaredPods({ services, ingresses }, { cluster: about.resource.name, readAt, publicServices: settings.publicServices });
  return {
    facts,
    settings,
    about,
    failing: "open to the internet by policy, without a declared public service",
    excuse: declared,
    judge: (subject) => {
      const has = (family: "ipv4" | "ipv6"): boolean => subject.classes.some(({ addresses }) => addresses[family].length > 0);
      const asked = has("ipv6") ? internet : { ...internet, ipv6: noAddresses.ipv6 };
      const { atLeast, atMost } = subject.reach("ingress", asked, allPorts);
      if (!isInternet(atMost, settings.internet)) return { status: "pass" };
      if (!isInternet(atLeast, settings.internet)) return { status: "unknown", reason: subject.doubt };
      const family = atLeast.ipv4[0] === undefined ? "ipv6" : "ipv4";
      const [range] = atLeast[family];
      const one = range === undefined ? noAddresses : { ...noAddresses, [family]: [{ first: range.first, last: range.first }] };
      const port = subject.side("ingress", { outside: one }).atLeast.TCP[0]?.from ?? 1;
      const why = subject.why("ingress", { outside: one }, "TCP", port);
      const decides = subject.unenforced === undefined ? { policy: why } : { enforcement: subject.unenforced };
      return { status: "fail", seen: why, witness: { from: few(toCidrs(atLeast)), to: "the pod", port: `TCP ${port}`, ...decides } };
    },
  };
}
