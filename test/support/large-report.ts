/** A report of many clusters, for measuring: as many findings as asked for, each about as large as those of a real run. */
import { checks } from "../../core/checks/index.ts";
import { referencesTo } from "../../core/frameworks/index.ts";
import { known } from "../../core/model/fact.ts";
import type { Finding, Status } from "../../core/model/finding.ts";
import { findingId } from "../../core/model/finding-id.ts";
import { clusterArn, objectId, type Resource } from "../../core/model/resource.ts";
import { defaultSettings } from "../../core/model/settings.ts";
import { severities } from "../../core/model/severity.ts";
import type { NamespaceReach } from "../../core/net/connectivity/namespaces.ts";
import type { Report } from "../../core/report/report.ts";
import { toReport } from "../../core/report/summary.ts";

const region = "eu-west-1";
/** Of ten findings. */
const mix: readonly Status[] = ["pass", "fail", "pass", "pass", "unknown", "pass", "fail", "not-applicable", "pass", "fail"];
const judging = checks.filter(({ subject, surface }) => subject === "cluster" && surface !== "coverage");

/** Twelve kinds of namespaces, some of which reach the internet and each the next. */
const kinds = Array.from({ length: 12 }, (_, kind) => kind);
const namespaces: NamespaceReach = {
  groups: kinds.map((kind) => ({
    names: Array.from({ length: 3 }, (_, at) => `namespace-${kind * 3 + at}`),
    count: 3,
    pods: 20,
    isAlike: true,
    within: "a",
    among: "n",
    fromInternet: "nothing",
    toInternet: kind % 3 === 0 ? "all" : "nothing",
  })),
  between: kinds.map((from) => kinds.map((to) => (from === to ? "." : to === from + 1 ? "s" : "n")).join("")),
  letters: { a: { reached: "all" }, n: { reached: "nothing" }, s: { reached: "some", ports: "TCP 8080" } },
  pods: 240,
  policies: 40,
  withoutPods: 2,
};

export function largeReport({ clusters, findings }: { readonly clusters: number; readonly findings: number }): Report {
  const perCluster = Math.floor(findings / clusters);
  const accountOf = (cluster: number) => String(111_100_000_000 + Math.floor(cluster / 10));
  return toReport({
    run: { id: "20261101T060000Z-1", startedAt: "2026-11-01T06:00:00.000Z", finishedAt: "2026-11-01T06:21:00.000Z", version: "0.1.0" },
    accounts: Array.from({ length: Math.ceil(clusters / 10) }, (_, at) => ({ account: accountOf(at * 10), coverage: [], findings: [] })),
    clusters: Array.from({ length: clusters }, (_, at) => {
      const target = { account: accountOf(at), region, name: `team-${at % 40}-${at}` };
      const arn = clusterArn(target);
      const reason = { code: "refused", message: `10.0.${at % 256}.9 refused the connection.` } as const;
      const refused = Array.from(
        { length: at % 10 === 0 ? 40 : 0 },
        (_one, kind) => ({ read: `kubernetes:list kind-${kind}`, state: "unknown", reason }) as const,
      );
      return {
        cluster: {
          arn,
          ...target,
          namespaces: known(namespaces),
          kubernetesVersion: `1.${33 + (at % 4)}`,
          coverage: [{ read: "eks:DescribeCluster", state: "read" } as const, ...refused],
        },
        findings: Array.from({ length: perCluster }, (_one, place) => findingOf(arn, at, place)),
      };
    }),
    checks,
    settings: defaultSettings,
    fullScope: true,
  });
}

function findingOf(arn: string, cluster: number, place: number): Finding {
  const check = judging[place % judging.length] as (typeof judging)[number]; // the place is within it
  const status = mix[(cluster + place) % mix.length] as Status; // as above
  const [namespace, name] = [`namespace-${(cluster + place) % 200}`, `workload-${place}-${cluster}`];
  const resource: Resource = { kind: "Service", id: objectId(arn, "services", name, namespace), namespace, name };
  return {
    id: findingId(check.id, arn, resource),
    check: check.id,
    status,
    severity: severities[(cluster * 7 + place) % severities.length] ?? "low",
    cluster: arn,
    resource,
    message: `Service ${namespace}/${name} is reachable from the internet: internet-facing load balancer k8s-${name}-6e0f8a2c19 admits 0.0.0.0/0 on TCP 443.`,
    evidence: {
      deciding: `arn:aws:elasticloadbalancing:${region}:303030303030:loadbalancer/net/k8s-${name}-6e0f8a2c19/941c54a3346a9470`,
      loadBalancerArns: [`arn:aws:elasticloadbalancing:${region}:303030303030:loadbalancer/net/k8s-${name}-6e0f8a2c19/941c54a3346a9470`],
      sources: ["0.0.0.0/0"],
      witness: {
        from: "the internet",
        pod: `${namespace}/${name}-5c7f8d9b66-b4w8z`,
        policy: "no policy selects it for ingress",
        port: "TCP 443",
      },
    },
    ...(status === "unknown" ? { reason: { code: "refused", message: `10.0.${cluster % 256}.9 refused the connection.` } as const } : {}),
    ...(status === "fail"
      ? {
          remediation: {
            text: check.remediation,
            commands: [
              `kubectl --context ${arn} -n ${namespace} annotate service ${name} service.beta.kubernetes.io/aws-load-balancer-scheme=internal --overwrite`,
            ],
          },
        }
      : {}),
    frameworks: referencesTo(check.id),
  };
}
