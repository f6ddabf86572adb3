import { expect, it } from "vitest";
import { serviceUsesNoExternalIps } from "../../../core/checks/load-balancer/service-uses-no-external-ips.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { aCluster, aService, inShop, judged, withSettings } from "../../support/cluster.ts";

const settings = withSettings({ trustedCidrs: ["203.0.113.0/25", "203.0.113.128/25", "2001:db8:10::/48"] });

it.each<[string, readonly string[], "pass" | "fail"]>([
  ["pass: no external address", [], "pass"],
  ["pass: trusted by the second half of a split range", ["203.0.113.200"], "pass"],
  ["pass: trusted, written as IPv4-mapped IPv6", ["::ffff:203.0.113.9"], "pass"],
  ["pass: trusted IPv6", ["2001:db8:10::7"], "pass"],
  ["fail: one stranger among trusted addresses", ["203.0.113.9", "198.51.100.7"], "fail"],
  ["fail: a private address that nobody listed", ["10.0.0.7"], "fail"],
  ["fail: IPv6 outside the trusted range", ["2001:db8:11::7"], "fail"],
  ["fail: text that is no address", ["office"], "fail"],
])("%s", (_rule, externalIPs, status) => {
  const cluster = aCluster({ services: known([aService("bystander"), aService("web", { type: "ClusterIP", externalIPs })]) });
  const findings = judged(serviceUsesNoExternalIps, cluster, settings);
  expect(findings.map((finding) => [finding.resource.name, finding.status])).toEqual([
    ["bystander", "pass"],
    ["web", status],
  ]);
});

it("fail: every address, while no ranges are configured", () => {
  const cluster = aCluster({ services: known([aService("web", { externalIPs: ["203.0.113.9"] })]) });
  expect(judged(serviceUsesNoExternalIps, cluster)).toMatchObject([
    {
      status: "fail",
      severity: "high",
      resource: inShop("Service", "services", "web"),
      message: "Service shop/web claims 203.0.113.9, outside the trusted ranges.",
      evidence: { externalIPs: ["203.0.113.9"], untrusted: ["203.0.113.9"] },
    },
  ]);
});

it("unknown: Services could not be listed", () => {
  const services = unknown("forbidden", "The access entry lacks list on services.");
  expect(judged(serviceUsesNoExternalIps, aCluster({ services }), settings)).toMatchObject([
    { status: "unknown", reason: { code: "forbidden" } },
  ]);
});

it("not-applicable: there is no Service", () => {
  expect(judged(serviceUsesNoExternalIps, aCluster({ services: known([]) }))).toMatchObject([{ status: "not-applicable" }]);
});
