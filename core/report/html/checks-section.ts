import { type AnyCheck, type Surface, surfaces } from "../../model/check.ts";
import { severities } from "../../model/severity.ts";
import { byStatus } from "../summary.ts";
import { number } from "./clusters-section.ts";
import { linkTo } from "./link.ts";
import { type Html, html } from "./text.ts";
import type { View } from "./view.ts";

const headings: Readonly<Record<Surface, string>> = {
  endpoint: "The cluster endpoint",
  "pod-network": "Pod network",
  nodes: "Nodes and kubelet",
  "load-balancer": "Load balancers",
  beyond: "Beyond the network",
  coverage: "Coverage",
};

/** Every check that was judged, with how many findings of each kind it has. */
export function checksSection(view: View): Html {
  const used = surfaces.filter((surface) => surface !== "coverage" && of(surface, view).length > 0);
  return html`<section aria-labelledby="checks">
<h2 id="checks">By check</h2>
<div class="scroll tall" tabindex="0" role="region" aria-label="Checks and their counts"><table class="counts"><thead><tr><th scope="col" class="wide">What should hold</th><th scope="col">Severity</th><th scope="col" class="number">failing</th><th scope="col" class="number">waived</th><th scope="col" class="number">not judged</th><th scope="col" class="number">passed</th></tr></thead>
${used.map(
  (surface) => html`<tbody><tr><th scope="rowgroup" colspan="6" class="group">${headings[surface]}</th></tr>
${of(surface, view).map((check) => row(check, view))}</tbody>`,
)}</table></div>
</section>`;
}

const of = (surface: Surface, { checks, byCheck }: View): readonly AnyCheck[] =>
  checks.filter((check) => check.surface === surface && byCheck.has(check.id));

function row({ id, title, severity: usual }: AnyCheck, { byCheck }: View): Html {
  const findings = byCheck.get(id) ?? [];
  const { fail = 0, waived = 0, unknown = 0, error = 0, pass = 0 } = byStatus(findings);
  // The configuration may set another severity than the check's own: what is shown is what failed, or would.
  const worst =
    severities.find((severity) => findings.some((finding) => finding.status === "fail" && finding.severity === severity)) ?? usual;
  return html`<tr><th scope="row" class="wide">${title}<br><span class="soft">${id}</span></th><td><span class="badge ${fail > 0 && worst}">${worst}</span></td>${number(fail, worst, linkTo({ check: id, status: ["fail"] }))}${number(waived, "", linkTo({ check: id, status: ["waived"] }))}${number(unknown + error, "", linkTo({ check: id, status: ["unknown", "error"] }))}${number(pass, "good", linkTo({ check: id, status: ["pass"] }))}</tr>
`;
}
