import type { Finding } from "../model/finding.ts";
import type { PublicService, Settings, Waiver } from "../model/settings.ts";
import { matchesPattern } from "../net/pattern.ts";
import type { ReportSummary } from "./report.ts";

/**
 * The waivers that cover no failure, and the declared public services that nothing was judged as. Only a complete run of
 * full scope can say so.
 */
export function unusedDeclarations({ waivers, publicServices }: Settings, findings: readonly Finding[]): ReportSummary["unused"] {
  const failures = findings.filter(({ status }) => status === "fail" || status === "waived");
  return [
    ...waivers
      .filter((waiver) => !failures.some((finding) => covers(waiver, finding)))
      .map(({ check, resource }) => ({ kind: "waiver" as const, what: `${check} on ${resource}` })),
    ...publicServices
      .filter((service) => !findings.some((finding) => declares(service, finding)))
      .map(({ cluster, kind, namespace, name }) => ({
        kind: "publicService" as const,
        what: `${kind} ${namespace}/${name} in ${cluster}`,
      })),
  ];
}

const covers = ({ check, resource }: Waiver, finding: Finding): boolean =>
  matchesPattern(check, finding.check) && matchesPattern(resource, finding.resource.id);

const declares = ({ cluster, kind, namespace, name }: PublicService, { cluster: arn, resource }: Finding): boolean =>
  arn !== undefined &&
  matchesPattern(cluster, arn.slice(arn.indexOf("/") + 1)) &&
  resource.kind === kind &&
  resource.namespace === namespace &&
  matchesPattern(name, resource.name);
