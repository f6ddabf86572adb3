import { expect, it } from "vitest";
import { endpointRangesAreTrusted } from "../../../core/checks/endpoint/endpoint-ranges-are-trusted.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { aCluster, anEndpoint, judged, withSettings } from "../../support/cluster.ts";

const settings = withSettings({ trustedCidrs: ["203.0.113.0/25", "203.0.113.128/25", "2001:db8::/32"] });
const open = (publicCidrs: readonly string[]) => aCluster({ endpoint: known(anEndpoint({ publicAccess: true, publicCidrs })) });

it.each<readonly [string, readonly string[], "pass" | "fail" | "unknown"]>([
  ["pass: a trusted range", ["203.0.113.0/25"], "pass"],
  ["pass: trusted by two halves together", ["203.0.113.0/24"], "pass"],
  ["pass: trusted, written as IPv4-mapped", ["::ffff:203.0.113.9"], "pass"],
  ["pass: trusted in both families", ["203.0.113.0/30", "2001:db8:1::/48"], "pass"],
  ["fail: one stranger among trusted ranges", ["203.0.113.0/24", "198.51.100.7/32"], "fail"],
  ["fail: wider than what is trusted", ["203.0.112.0/23"], "fail"],
  ["fail: a private range that nobody listed", ["10.0.0.0/8"], "fail"],
  ["fail: everything", ["0.0.0.0/0"], "fail"],
  ["fail: no ranges at all, which AWS reads as everything", [], "fail"],
  ["fail: a stranger, although another range is no range", ["198.51.100.7/32", "office"], "fail"],
  ["unknown: trusted ranges, and text that is no range", ["203.0.113.0/24", "office"], "unknown"],
])("%s", (_rule, publicCidrs, status) => {
  expect(judged(endpointRangesAreTrusted, open(publicCidrs), settings).map((finding) => finding.status)).toEqual([status]);
});

it("pass: ranges are not judged while public access is off", () => {
  const stale = aCluster({ endpoint: known(anEndpoint({ publicAccess: false, publicCidrs: ["198.51.100.0/24"] })) });
  expect(judged(endpointRangesAreTrusted, stale, settings)).toMatchObject([{ status: "pass" }]);
});

it("not-applicable: no ranges are configured", () => {
  expect(judged(endpointRangesAreTrusted, open(["198.51.100.0/24"]))).toMatchObject([{ status: "not-applicable" }]);
});

it("unknown: the cluster could not be described", () => {
  const cluster = aCluster({ endpoint: unknown("throttled", "Rate exceeded.") });
  expect(judged(endpointRangesAreTrusted, cluster, settings)).toMatchObject([{ status: "unknown", reason: { code: "throttled" } }]);
});

it("IPv6 that is trusted as a whole does not make IPv4 trusted", () => {
  const ipv6 = withSettings({ trustedCidrs: ["::/0"] });
  expect(judged(endpointRangesAreTrusted, open(["203.0.113.0/24"]), ipv6)).toMatchObject([{ status: "fail" }]);
  expect(judged(endpointRangesAreTrusted, open(["2001:db8::/32"]), ipv6)).toMatchObject([{ status: "pass" }]);
});

it("names the strangers, and narrows the endpoint to the trusted ranges", () => {
  const [finding] = judged(endpointRangesAreTrusted, open(["203.0.113.0/24", "198.51.100.7/32"]), settings);
  expect(finding).toMatchObject({
    message: "Cluster prod has a public endpoint that admits 198.51.100.7/32, outside the trusted ranges.",
    evidence: { untrusted: ["198.51.100.7/32"], publicAccessCidrs: ["203.0.113.0/24", "198.51.100.7/32"] },
    remediation: {
      commands: [
        `aws eks update-cluster-config --name prod --region eu-west-1 --resources-vpc-config '{"endpointPrivateAccess":true,"publicAccessCidrs":["203.0.113.0/25","203.0.113.128/25"]}'`,
      ],
    },
  });
});

it("turns public access off where no trusted range fits a public endpoint", () => {
  const [finding] = judged(endpointRangesAreTrusted, open(["0.0.0.0/0"]), withSettings({ trustedCidrs: ["10.0.0.0/8"] }));
  expect(finding?.remediation?.commands).toEqual([
    `aws eks update-cluster-config --name prod --region eu-west-1 --resources-vpc-config '{"endpointPrivateAccess":true,"endpointPublicAccess":false}'`,
  ]);
});
