import { expect } from "vitest";
import type { AnyCheck } from "../../../core/model/check.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import type { Finding } from "../../../core/model/finding.ts";
import { aCluster, judged } from "../../support/cluster.ts";

export const findings = (check: AnyCheck, facts: Partial<ClusterFacts>): readonly Finding[] => judged(check, aCluster(facts));

/** "Kind name: status" of every finding but the bystander's, which must not fail. */
export function told(check: AnyCheck, facts: Partial<ClusterFacts>): readonly string[] {
  const all = findings(check, facts);
  expect(all.filter(({ resource, status }) => resource.name.includes("bystander") && status === "fail")).toEqual([]);
  return all
    .filter(({ resource }) => !resource.name.includes("bystander"))
    .map(({ resource, status }) => `${resource.kind} ${resource.name}: ${status}`);
}
