import { expect, it } from "vitest";
import { endpointPublicAccessDisabled } from "../../../core/checks/endpoint/endpoint-public-access-disabled.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { aCluster, anEndpoint, judged } from "../../support/cluster.ts";

it.each([
  ["pass: public access is off", { publicAccess: false }, "pass"],
  ["pass: public access is off, stale ranges are left", { publicAccess: false, publicCidrs: ["0.0.0.0/0"] }, "pass"],
  ["fail: public access is on, for one address only", { publicAccess: true, publicCidrs: ["203.0.113.7/32"] }, "fail"],
  ["fail: public access is on, without ranges", { publicAccess: true, publicCidrs: [] }, "fail"],
  ["fail: public access is on, with text that is no range", { publicAccess: true, publicCidrs: ["nonsense"] }, "fail"],
] as const)("%s", (_rule, endpoint, status) => {
  const findings = judged(endpointPublicAccessDisabled, aCluster({ endpoint: known(anEndpoint(endpoint)) }));
  expect(findings.map((finding) => [finding.status, finding.severity])).toEqual([[status, "low"]]);
});

it("unknown: the cluster could not be described", () => {
  const cluster = aCluster({ endpoint: unknown("forbidden", "eks:DescribeCluster is denied.") });
  expect(judged(endpointPublicAccessDisabled, cluster)).toMatchObject([{ status: "unknown", reason: { code: "forbidden" } }]);
});

it("names the ranges, and the remedy is this cluster's command", () => {
  const cluster = aCluster({ endpoint: known(anEndpoint({ publicAccess: true })) });
  expect(judged(endpointPublicAccessDisabled, cluster)).toMatchObject([
    {
      message: "Cluster prod has a public endpoint, which admits 0.0.0.0/0.",
      evidence: { publicAccess: true, publicAccessCidrs: ["0.0.0.0/0"] },
      remediation: {
        commands: [
          `aws eks update-cluster-config --name prod --region eu-west-1 --resources-vpc-config '{"endpointPublicAccess":false,"endpointPrivateAccess":true}'`,
        ],
      },
    },
  ]);
});
