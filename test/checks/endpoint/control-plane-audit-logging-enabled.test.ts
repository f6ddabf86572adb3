import { expect, it } from "vitest";
import { controlPlaneAuditLoggingEnabled } from "../../../core/checks/endpoint/control-plane-audit-logging-enabled.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { aCluster, judged } from "../../support/cluster.ts";

const command = (types: string) =>
  `aws eks update-cluster-config --name prod --region eu-west-1 --logging '{"clusterLogging":[{"types":[${types}],"enabled":true}]}'`;

it.each<readonly [string, readonly string[], string | undefined, string]>([
  ["pass: both", ["audit", "authenticator"], undefined, "Cluster prod delivers its audit and authenticator logs."],
  [
    "pass: all",
    ["api", "audit", "authenticator", "controllerManager", "scheduler"],
    undefined,
    "Cluster prod delivers its audit and authenticator logs.",
  ],
  ["fail: audit alone", ["audit"], command('"authenticator"'), "Cluster prod does not deliver its authenticator log."],
  ["fail: authenticator alone", ["api", "authenticator"], command('"audit"'), "Cluster prod does not deliver its audit log."],
  [
    "fail: others only",
    ["api", "scheduler"],
    command('"audit","authenticator"'),
    "Cluster prod does not deliver its audit and authenticator logs.",
  ],
  ["fail: none", [], command('"audit","authenticator"'), "Cluster prod does not deliver its audit and authenticator logs."],
])("%s", (rule, enabledTypes, remedy, message) => {
  const [finding, ...more] = judged(controlPlaneAuditLoggingEnabled, aCluster({ logging: known({ enabledTypes }) }));
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ status: rule.slice(0, "pass".length), message });
  expect(finding?.remediation?.commands?.[0]).toBe(remedy);
});

it("unknown: the cluster could not be described", () => {
  const cluster = aCluster({ logging: unknown("forbidden", "eks:DescribeCluster is denied.") });
  expect(judged(controlPlaneAuditLoggingEnabled, cluster)).toMatchObject([{ status: "unknown", reason: { code: "forbidden" } }]);
});
