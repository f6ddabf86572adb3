import { checks as catalogue } from "../../checks/index.ts";
import type { Finding } from "../../model/finding.ts";
import { severities } from "../../model/severity.ts";
import { byStatus, failBySeverity } from "../summary.ts";
import { whyNoneJudged } from "../unread.ts";
import { clusterAnchor, clusterSection } from "./cluster-section.ts";
import { exposureDefinitions } from "./exposure-picture.ts";
import { linkTo } from "./link.ts";
import { type Html, html } from "./text.ts";
import type { View } from "./view.ts";
import { grouped } from "./words.ts";

const shown = severities.filter((severity) => severity !== "informational");

/** Every cluster in a line, and below it a part for each that opens to its picture and what fails there. */
export function clustersSection(view: View): Html {
  const { clusters } = view.report;
  if (clusters.length === 0)
    return html`<section aria-labelledby="clusters"><h2 id="clusters">By cluster</h2><p>No cluster was found${!view.report.summary.complete && html`, but <a href="#not-seen">not everything was seen</a>`}.</p></section>`;
  const heads = [...shown, "waived", "not judged"].map((name) => html`<th scope="col" class="number">${name}</th>`);
  return html`<section aria-labelledby="clusters">
<h2 id="clusters">By cluster</h2>
<div class="scroll tall" tabindex="0" role="region" aria-label="Clusters and their counts"><table class="counts"><thead><tr><th scope="col">Cluster</th><th scope="col">Region</th><th scope="col">Account</th><th scope="col">Kubernetes</th>${heads}</tr></thead>
<tbody>${clusters.map((cluster, place) => row(cluster, place, view.byCluster.get(cluster.arn) ?? []))}</tbody></table></div>
${exposureDefinitions}
${clusters.map((cluster, place) => clusterSection({ catalogue, cluster, place, findings: view.byCluster.get(cluster.arn) ?? [] }))}
</section>`;
}

function row(
  { arn, account, region, name, kubernetesVersion }: View["report"]["clusters"][number],
  place: number,
  findings: readonly Finding[],
): Html {
  const head = html`<th scope="row"><a href="#${clusterAnchor(place)}">${name}</a></th><td>${region}</td><td>${account}</td><td>${kubernetesVersion ?? "not read"}</td>`;
  const reason = whyNoneJudged(findings);
  if (reason !== undefined)
    return html`<tr>${head}<td colspan="${shown.length + 2}">not judged: ${reason.message}</td></tr>
`;
  const fails = failBySeverity(findings);
  const { waived = 0, unknown = 0, error = 0 } = byStatus(findings);
  const numbers = shown.map((severity) =>
    number(fails[severity] ?? 0, severity, linkTo({ cluster: arn, status: ["fail"], severity: [severity] })),
  );
  return html`<tr>${head}${numbers}${number(waived, "", linkTo({ cluster: arn, status: ["waived"] }))}${number(unknown + error, "", linkTo({ cluster: arn, status: ["unknown", "error"] }))}</tr>
`;
}

/** A count that leads to what it counts. */
export const number = (count: number, colour: string, link: string): Html =>
  html`<td class="number ${count > 0 && colour}">${count === 0 ? html`<span class="soft">0</span>` : html`<a href="${link}">${grouped(count)}</a>`}</td>`;
