import { describe, expect, it } from "vitest";
import { judgedOn } from "../../core/fix/prove.ts";
import { type DialectName, dialects, fixed, groundOf, policyChecks } from "./policy-estate.ts";
import { estates, withMetadata } from "./policy-estates.ts";

/** What no policy of the dialect can mend, and how that is told. */
const beyondPolicies: readonly { readonly dialect: DialectName; readonly check?: string; readonly told: RegExp }[] = [
  // A block of the VPC, from which the load balancer sends, means the pods of every namespace too.
  {
    dialect: "vpc-cni",
    check: "namespaces-are-isolated",
    told: /NetworkPolicy shop\/eks-perimeter-no-other-namespaces-to-web ingress\[0\] allows it/,
  },
  { dialect: "calico", told: /Calico polices no IPv6 pod while VPC CNI lets it send in IPv4/ },
];

describe.each(dialects)("in words of %s every fail is mended, or it is told why not", (dialect) => {
  it.each(Object.entries(estates))("%s", (_name, estate) => {
    const ground = groundOf(dialect, estate(dialect));
    const failing = judgedOn(ground).filter(({ status, check }) => status === "fail" && policyChecks.some((one) => one === check));
    expect(failing.length).toBeGreaterThan(5);
    const left = failing.flatMap((finding) => {
      const { proof, none } = fixed(ground, finding.check, finding.resource.name);
      const told = none ?? proof?.why;
      const isInherent = beyondPolicies.some(
        (one) => one.dialect === dialect && (one.check ?? finding.check) === finding.check && one.told.test(told ?? ""),
      );
      expect(proof?.cut?.added ?? [], finding.check).toEqual([]);
      return told === undefined || isInherent ? [] : [`${finding.check} ${finding.resource.name}: ${told}`];
    });
    expect(left).toEqual([]);
  });
});

describe("the kubelet's ports", () => {
  it("partly: NetworkPolicies under VPC CNI leave the own node, which is low", () => {
    const { first } = fixed(groundOf("vpc-cni"), "kubelet-blocked-from-pods", "prod");
    expect(first?.proof).toMatchObject({ passes: false, becomes: { status: "fail", severity: "low" }, newFails: [], worse: [], lost: [] });
    expect(first?.plan.notes?.join()).toContain("SecurityGroupPolicy");
  });

  it("proved: AWS's own policies hold for the own node too, where the version of the agent is known to", () => {
    const { proof, plan } = fixed(groundOf("aws"), "kubelet-blocked-from-pods", "prod");
    expect(proof).toMatchObject({ passes: true, becomes: { status: "pass" }, newFails: [], worse: [], lost: [] });
    expect(plan?.summary).toBe("Keeps 4 pods from the kubelets of all nodes.");
    expect(plan?.notes?.join()).not.toContain("own node");
  });

  it.each([
    ["of no node it is known", () => "v1.5.0-eksbuild.1"],
    ["of one node it is not", (node: string) => (node === "0b" ? "v1.5.0-eksbuild.1" : "v1.4.1-eksbuild.1")],
  ])("partly: whether AWS's own policies hold for the own node hangs on the version of the agent, and %s", (_rule, agentTag) => {
    const { first } = fixed(groundOf("aws", { agentTag }), "kubelet-blocked-from-pods", "prod");
    expect(first?.proof).toMatchObject({ passes: false, becomes: { status: "unknown" }, newFails: [], worse: [], lost: [] });
    expect(first?.proof.why).toMatch(
      /past a ClusterNetworkPolicy.*hangs on the version of its agent: of v1.5.0-eksbuild.1 it is not known/,
    );
    expect(first?.plan.notes?.join()).toMatch(/of some it is not known, as of v1.5.0-eksbuild.1 it is not known: .*SecurityGroupPolicy/);
  });

  it("partly: an agent that knows no ClusterNetworkPolicies is spoken to in NetworkPolicies", () => {
    const { first } = fixed(groundOf("aws", { agentTag: () => "v1.2.7-eksbuild.1" }), "kubelet-blocked-from-pods", "prod");
    expect(first?.proof).toMatchObject({ passes: false, becomes: { status: "fail", severity: "low" }, newFails: [], worse: [], lost: [] });
    expect(new Set(first?.plan.manifests.map(({ kind }) => kind))).toEqual(new Set(["NetworkPolicy"]));
  });
});

describe("the metadata of instances", () => {
  it("proved: their options are changed where they may be, by the id of each", () => {
    const { proof, plan } = fixed(groundOf("vpc-cni", withMetadata(false)), "instance-metadata-blocked-from-pods", "web");
    expect([proof?.why, plan?.manifests, plan?.commands.length]).toEqual([undefined, [], 2]);
    expect(plan?.commands[0]).toContain("--instance-id i-0a --http-tokens required --http-put-response-hop-limit 1");
  });

  it.each(dialects)("proved: pods are kept from those of EKS Auto Mode by policies of %s", (dialect) => {
    const { proof, plan } = fixed(groundOf(dialect, withMetadata(true)), "instance-metadata-blocked-from-pods", "web");
    expect([proof?.why, plan?.commands]).toEqual([undefined, []]);
    expect(JSON.stringify(plan?.manifests)).toContain("169.254.169.254");
  });
});
