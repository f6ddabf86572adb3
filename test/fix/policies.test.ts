import { describe, expect, it } from "vitest";
import { dialects, fixed, groundOf } from "./policy-estate.ts";

describe.each(dialects)("in words of %s", (dialect) => {
  it.each([
    ["pods-deny-ingress-by-default", "shop"],
    ["pods-deny-egress-by-default", "shop"],
    ["pods-internet-egress-restricted", "shop"],
    ["pods-ingress-from-internet-declared", "shop"],
    ["namespaces-are-isolated", "pay"],
    ["endpoint-blocked-from-pods", "shop"],
  ])("proved: %s, where no policy is", (check, name) => {
    const { proof, none } = fixed(groundOf(dialect), check, name);
    expect([none, proof?.why]).toEqual([undefined, undefined]);
  });
});

describe("the kubelet's ports", () => {
  it.each(["calico", "cilium"] as const)("proved: %s polices the own node too", (dialect) => {
    const { proof, none } = fixed(groundOf(dialect), "kubelet-blocked-from-pods", "prod");
    expect([none, proof?.why]).toEqual([undefined, undefined]);
  });

  it("partly: NetworkPolicies under VPC CNI leave the own node, which is low", () => {
    const { proof, plan } = fixed(groundOf("vpc-cni"), "kubelet-blocked-from-pods", "prod");
    expect(proof).toMatchObject({ passes: false, becomes: { status: "fail", severity: "low" }, newFails: [], worse: [], lost: [] });
    expect(plan?.notes?.join()).toContain("SecurityGroupPolicy");
  });

  it("partly: whether AWS's own policies hold for the own node hangs on the agent", () => {
    const { proof, plan } = fixed(groundOf("aws"), "kubelet-blocked-from-pods", "prod");
    expect(proof).toMatchObject({ passes: false, becomes: { status: "unknown" }, newFails: [], worse: [], lost: [] });
    expect(plan?.notes?.join()).toContain("SecurityGroupPolicy");
  });
});
