import type { AnyCheck } from "../../model/check.ts";
import type { Finding } from "../../model/finding.ts";
import { severities } from "../../model/severity.ts";
import type { ReportCluster } from "../report.ts";
import { byStatus, failBySeverity } from "../summary.ts";
import { whyNoneJudged } from "../unread.ts";
import { exposurePicture } from "./exposure-picture.ts";
import { linkTo } from "./link.ts";
import { namespacePicture } from "./namespace-picture.ts";
import { type Html, html } from "./text.ts";
import { grouped } from "./words.ts";

/** One cluster of the report and what was judged about its exposure. */
export interface ClusterPart {
  readonly cluster: ReportCluster;
  /** Its place among the report's clusters. */
  readonly place: number;
  readonly findings: readonly Finding[];
  /** Every check that there is. */
  readonly catalogue: readonly AnyCheck[];
}

/** Where a cluster's part of the page begins. */
export const clusterAnchor = (place: number): string => `cluster-${place}`;

/** One cluster: a line with its worst, which opens to its picture and what fails; the script lists that when it is opened. */
export function clusterSection({ cluster, place, findings, catalogue }: ClusterPart): Html {
  const { name, region, account, kubernetesVersion, arn } = cluster;
  const fails = failBySeverity(findings);
  const badges = severities.map(
    (severity) => fails[severity] !== undefined && html`<span class="badge ${severity}">${grouped(fails[severity])} ${severity}</span>`,
  );
  const { fail = 0, waived = 0, pass = 0, unknown = 0, error = 0 } = byStatus(findings);
  const unjudged = unknown + error;
  const reason = whyNoneJudged(findings);
  const said = reason === undefined ? withoutFails({ pass, waived, unjudged }) : `not judged: ${reason.message}`;
  return html`<details class="cluster" id="${clusterAnchor(place)}" data-cluster="${place}">
<summary><h3>${name}</h3> <span class="soft">${region} · ${account}${kubernetesVersion !== undefined && ` · Kubernetes ${kubernetesVersion}`}</span> <span class="badges">${badges}${unjudged > 0 && html`<span class="badge">${grouped(unjudged)} not judged</span>`}${waived > 0 && html`<span class="badge">${grouped(waived)} waived</span>`}${fail === 0 && html`<span class="soft">${said}</span>`}</span></summary>
<div>
${exposurePicture({ cluster, findings, catalogue })}
${namespacePicture(cluster.namespaces)}
<div class="list"></div>
<p><a href="${linkTo({ cluster: arn })}">All ${grouped(findings.length)} findings of ${name}</a></p>
</div>
</details>`;
}

/** What is said of a cluster of which nothing fails: what was not judged is not well, and what is waived is open. */
function withoutFails({ pass, waived, unjudged }: { readonly pass: number; readonly waived: number; readonly unjudged: number }): string {
  if (unjudged > 0) return pass + waived > 0 ? "nothing that could be judged fails" : "nothing could be judged";
  if (waived > 0) return "nothing fails that is not waived";
  return pass > 0 ? "nothing fails" : "nothing to judge";
}
