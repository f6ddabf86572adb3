import { expect, it } from "vitest";
import { endpointPrivateAccessEnabled } from "../../../core/checks/endpoint/endpoint-private-access-enabled.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { aCluster, anEndpoint, judged } from "../../support/cluster.ts";

it.each([
  ["pass: private access is on, public access is off", { privateAccess: true, publicAccess: false }, "pass"],
  ["pass: both are on, whatever the public ranges are", { privateAccess: true, publicAccess: true, publicCidrs: ["nonsense"] }, "pass"],
  ["fail: only public access is on", { privateAccess: false, publicAccess: true, publicCidrs: ["203.0.113.0/24"] }, "fail"],
] as const)("%s", (_rule, endpoint, status) => {
  const findings = judged(endpointPrivateAccessEnabled, aCluster({ endpoint: known(anEndpoint(endpoint)) }));
  expect(findings.map((finding) => finding.status)).toEqual([status]);
});

it("unknown: the cluster could not be described", () => {
  const cluster = aCluster({ endpoint: unknown("forbidden", "eks:DescribeCluster is denied.") });
  expect(judged(endpointPrivateAccessEnabled, cluster)).toMatchObject([{ status: "unknown", reason: { code: "forbidden" } }]);
});

it("the remedy is this cluster's command", () => {
  const cluster = aCluster({ endpoint: known(anEndpoint({ privateAccess: false, publicAccess: true })) });
  expect(judged(endpointPrivateAccessEnabled, cluster)[0]?.remediation?.commands).toEqual([
    `aws eks update-cluster-config --name prod --region eu-west-1 --resources-vpc-config '{"endpointPrivateAccess":true}'`,
  ]);
});
