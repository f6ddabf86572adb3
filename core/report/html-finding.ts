import type { Evidence, Remediation } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { type Html, html } from "./html-text.ts";

/** A failing or waived finding with all that is known about it; it opens by a click. */
export const findingCard = (finding: Finding, title: string): Html => html`<details>
<summary><span class="severity ${finding.severity}">${finding.severity}</span>${finding.waiver && html`<span class="severity informational">waived</span>`}<h3>${finding.message}</h3></summary>
<div>
<p class="soft">Should be: ${title}.</p>
${finding.waiver && html`<p>Waived by ${finding.waiver.owner} through ${finding.waiver.expires}: ${finding.waiver.reason}</p>`}
${evidenceList(finding.evidence)}
${remedy(finding.remediation)}
<p class="soft">${finding.check} · ${finding.resource.kind} ${finding.resource.id}${finding.frameworks.map((reference) => ` · ${reference}`)}</p>
</div>
</details>`;

/** A finding in one line. */
export const findingLine = ({ check, message }: Finding): Html => html`<li>${message} <span class="soft">${check}</span></li>`;

function evidenceList(evidence: Evidence | undefined): Html | undefined {
  const entries = Object.entries(evidence ?? {});
  if (entries.length === 0) return undefined;
  return html`<dl>${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${shown(value)}</dd>`)}</dl>`;
}

function shown(value: unknown): Html {
  if (Array.isArray(value) && value.every(isScalar)) {
    return value.length === 0
      ? html`<span class="soft">none</span>`
      : html`${value.map((one, at) => html`${at > 0 && " "}<code>${String(one)}</code>`)}`;
  }
  return isScalar(value) ? html`<code>${String(value)}</code>` : html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
}
const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

function remedy(remediation: Remediation | undefined): Html | undefined {
  if (remediation === undefined) return undefined;
  const { text, commands = [], manifest } = remediation;
  return html`<p><b>What to do:</b> ${text}</p>${commands.length > 0 && html`<pre>${commands.join("\n")}</pre>`}${manifest !== undefined && html`<pre>${manifest}</pre>`}`;
}
