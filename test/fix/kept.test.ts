import { describe, expect, it } from "vitest";
import { judgedFacts } from "../../core/fix/policies/judged.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import { isEmpty, parseCidrs } from "../../core/net/addresses.ts";
import { effectivePolicies } from "../../core/net/policy/effective.ts";
import type { Direction } from "../../core/net/policy/model.ts";
import { commonPorts, isNone, portsOf } from "../../core/net/policy/port-set.ts";
import { aService } from "../support/cluster.ts";
import { type DialectName, dialects, type Estate, fixed, groundOf, openPods, running, services } from "./policy-estate.ts";
import { estates, publicServices, withClients } from "./policy-estates.ts";

/** Whether the pod may still have a connection with the address, or the pod, at the other end. */
function passes(
  facts: ClusterFacts,
  pod: string,
  direction: Direction,
  other: string,
  port: number,
  protocol: "TCP" | "UDP" = "TCP",
): boolean {
  const judged = judgedFacts(facts);
  if (judged === undefined) throw new TypeError("pods were not read");
  const effective = effectivePolicies(judged);
  const of = (name: string) => judged.pods.find((one) => `${one.namespace}/${one.name}` === name);
  const own = of(pod);
  const subject = own && effective.of(own);
  if (subject === undefined) throw new TypeError(`no pod ${pod}`);
  const ports = portsOf(protocol, port, port);
  const peer = of(other);
  if (peer === undefined) return !isEmpty(subject.reach(direction, parseCidrs([other]), ports).atLeast);
  return effective.classesOf(peer).some((one) => !isNone(commonPorts(subject.side(direction, { pod: one }).atLeast, ports)));
}

/** With the policies that are the fix's first plan. */
const factsAfter = (dialect: DialectName, estate: Estate, check: string, name = "shop"): ClusterFacts => {
  const { first, none } = fixed(groundOf(dialect, estate), check, name);
  if (first === undefined) throw new TypeError(none);
  return first.plan.after;
};

describe.each(dialects)("in words of %s a default-deny", (dialect) => {
  it("for ingress keeps what the load balancer brings, on the port of the pods, and no more", () => {
    const facts = factsAfter(dialect, {}, "pods-deny-ingress-by-default");
    expect(passes(facts, "shop/web-x7k2p", "ingress", "10.0.7.7", 8080)).toBe(true);
    expect(passes(facts, "shop/web-x7k2p", "ingress", "10.0.7.7", 8081)).toBe(false);
    expect(passes(facts, "shop/web-x7k2p", "ingress", "198.51.100.7", 8080)).toBe(false);
    expect(passes(facts, "shop/api-x7k2p", "ingress", "10.0.7.7", 8080)).toBe(false);
  });

  it("for ingress keeps everybody at the port of a declared public service", () => {
    const facts = factsAfter(dialect, { settings: { publicServices } }, "pods-deny-ingress-by-default");
    expect(passes(facts, "shop/web-x7k2p", "ingress", "8.8.8.8", 8080)).toBe(true);
    expect(passes(facts, "shop/web-x7k2p", "ingress", "8.8.8.8", 9090)).toBe(false);
  });

  it("for ingress keeps the ranges that a Service names, and the targets that it names", () => {
    const facts = factsAfter(
      dialect,
      {
        facts: {
          services: known([
            ...services.slice(0, 2),
            aService("web", {
              namespace: "shop",
              selector: { app: "web" },
              loadBalancerSourceRanges: ["198.51.100.0/24"],
              ports: [{ protocol: "TCP", port: 443, targetPort: "http" }],
            }),
          ]),
        },
      },
      "pods-deny-ingress-by-default",
    );
    expect(passes(facts, "shop/web-x7k2p", "ingress", "198.51.100.7", 8080)).toBe(true);
    expect(passes(facts, "shop/web-x7k2p", "ingress", "203.0.113.7", 8080)).toBe(false);
  });

  it("for ingress keeps declared flows, from pods and from ranges", () => {
    const estate = estates["declared flows"]?.(dialect) ?? {};
    const facts = factsAfter(dialect, estate, "pods-deny-ingress-by-default");
    expect(passes(facts, "shop/api-x7k2p", "ingress", "shop/web-x7k2p", 9090)).toBe(true);
    expect(passes(facts, "shop/api-x7k2p", "ingress", "198.51.100.7", 8443)).toBe(true);
    expect(passes(facts, "shop/api-x7k2p", "ingress", "pay/db-x7k2p", 9090)).toBe(false);
    expect(passes(facts, "shop/web-x7k2p", "ingress", "198.51.100.7", 8443)).toBe(false);
  });

  it("for egress keeps DNS and declared flows, and nothing else", () => {
    const facts = factsAfter(dialect, estates["declared flows"]?.(dialect) ?? {}, "pods-deny-egress-by-default");
    for (const pod of ["shop/web-x7k2p", "shop/api-x7k2p"]) {
      expect(passes(facts, pod, "egress", "kube-system/coredns-5d", 53, "UDP")).toBe(true);
      expect(passes(facts, pod, "egress", "172.20.0.10", 53, "UDP")).toBe(true);
      expect(passes(facts, pod, "egress", "kube-system/coredns-5d", 80)).toBe(false);
      expect(passes(facts, pod, "egress", "8.8.8.8", 443)).toBe(false);
    }
    expect(passes(facts, "shop/api-x7k2p", "egress", "pay/db-x7k2p", 5432)).toBe(true);
    expect(passes(facts, "shop/web-x7k2p", "egress", "pay/db-x7k2p", 5432)).toBe(false);
  });

  it("for egress keeps the API server for pods that need it", () => {
    const facts = factsAfter(dialect, withClients, "pods-deny-egress-by-default");
    expect(passes(facts, "shop/operator-x7k2p", "egress", "10.0.1.200", 443)).toBe(true);
    expect(passes(facts, "shop/web-x7k2p", "egress", "10.0.1.200", 443)).toBe(false);
  });
});

describe.each(dialects)("in words of %s a fix leaves alone", (dialect) => {
  it("what is inside, where the internet is cut: the VPC, Services, a peered network, and what the organization trusts", () => {
    const facts = factsAfter(dialect, { settings: { trustedCidrs: ["203.0.113.0/24"] } }, "pods-internet-egress-restricted");
    for (const address of ["10.0.9.9", "172.20.0.80", "10.99.0.1", "203.0.113.7", "169.254.170.23", "pay/db-x7k2p"])
      expect([address, passes(facts, "shop/web-x7k2p", "egress", address, 443)]).toEqual([address, true]);
    for (const address of ["8.8.8.8", "100.1.2.3"]) expect(passes(facts, "shop/web-x7k2p", "egress", address, 443)).toBe(false);
  });

  it("clients of the API, and every other address", () => {
    const facts = factsAfter(dialect, withClients, "endpoint-blocked-from-pods");
    expect(passes(facts, "shop/operator-x7k2p", "egress", "10.0.1.200", 443)).toBe(true);
    expect(passes(facts, "shop/web-x7k2p", "egress", "10.0.1.200", 443)).toBe(false);
    for (const address of ["10.0.1.201", "8.8.8.8", "172.20.0.80", "pay/db-x7k2p"])
      expect([address, passes(facts, "shop/web-x7k2p", "egress", address, 443)]).toEqual([address, true]);
  });

  it("clients of kubelets, other ports of nodes, and the kubelet's port on pods", () => {
    const facts = factsAfter(dialect, withClients, "kubelet-blocked-from-pods", "prod");
    expect(passes(facts, "shop/web-x7k2p", "egress", "10.0.2.4", 9100)).toBe(true);
    expect(passes(facts, "shop/web-x7k2p", "egress", "shop/api-x7k2p", 10250)).toBe(true);
    if (dialect !== "cilium") {
      expect(passes(facts, "shop/scraper-x7k2p", "egress", "10.0.2.4", 10250)).toBe(true);
      expect(passes(facts, "shop/web-x7k2p", "egress", "10.0.2.4", 10250)).toBe(false);
    }
  });

  it("pods that a policy selects already: what they were let through to, and what not", () => {
    const closed = {
      namespace: "shop",
      name: "api",
      spec: {
        podSelector: { matchLabels: { app: "api" } },
        policyTypes: ["Egress"],
        egress: [{ to: [{ ipBlock: { cidr: "10.0.1.20/32" } }] }],
      },
    };
    const facts = factsAfter(dialect, { facts: { networkPolicies: known([closed]) } }, "pods-deny-egress-by-default");
    expect(passes(facts, "shop/api-x7k2p", "egress", "kube-system/coredns-5d", 53, "UDP")).toBe(false);
    expect(passes(facts, "shop/web-x7k2p", "egress", "kube-system/coredns-5d", 53, "UDP")).toBe(true);
  });
});

describe("where a NetworkPolicy that lets more through is shared with pods that need it, these keep what they had", () => {
  const shared = {
    namespace: "shop",
    name: "out",
    spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] },
  };
  const estate: Estate = { ...withClients, facts: { networkPolicies: known([shared]) } };

  it("the API server", () => {
    const facts = factsAfter("vpc-cni", estate, "endpoint-blocked-from-pods");
    const reach = (pod: string, address: string) => passes(facts, `shop/${pod}-x7k2p`, "egress", address, 443);
    expect(["10.0.1.200", "172.20.0.1", "8.8.8.8", "10.0.1.201"].map((address) => reach("operator", address))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(["10.0.1.200", "172.20.0.1", "8.8.8.8", "10.0.1.201"].map((address) => reach("web", address))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it("the kubelet's port", () => {
    const facts = factsAfter("vpc-cni", estate, "kubelet-blocked-from-pods", "prod");
    const reach = (pod: string, port: number) => passes(facts, `shop/${pod}-x7k2p`, "egress", "10.0.2.4", port);
    expect([10250, 10255, 9100].map((port) => reach("scraper", port))).toEqual([true, true, true]);
    expect([10250, 10255, 9100].map((port) => reach("web", port))).toEqual([false, false, true]);
  });
});

describe("names", () => {
  it("never those of objects that are there, and the same each time", () => {
    const taken = { namespace: "shop", name: "eks-perimeter-deny-ingress", spec: { podSelector: { matchLabels: { app: "nobody" } } } };
    const estate: Estate = { pods: [...openPods, running("shop", "nobody", "10.0.1.60")], facts: { networkPolicies: known([taken]) } };
    const names = () =>
      fixed(groundOf("vpc-cni", estate), "pods-deny-ingress-by-default", "shop").plan?.manifests.map(({ metadata }) => metadata.name);
    expect(names()).toEqual(["eks-perimeter-deny-ingress-2", "eks-perimeter-deny-ingress-to-web"]);
    expect(names()).toEqual(names());
  });

  it("are labels of DNS, however long and odd the names that they are made of", () => {
    const long = "a".repeat(60);
    const estate: Estate = {
      facts: { services: known([...services.slice(0, 2), aService(long, { namespace: "shop", selector: { app: "web" } })]) },
      settings: {
        flows: [{ name: `Ä ${long} /../`, cluster: "*", from: { namespace: "lab" }, to: { namespace: "pay" }, port: 1, expect: "denied" }],
      },
    };
    const ground = groundOf("calico", estate);
    const all = [fixed(ground, "pods-deny-ingress-by-default", "shop"), fixed(ground, "declared-flows-hold", `Ä ${long} /../`)];
    const names = all.flatMap(({ plan }) => plan?.manifests ?? []).map(({ metadata }) => metadata.name);
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) expect(name).toMatch(/^(?:eks-perimeter\.)?[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/);
  });
});
