import type { Framework } from "../../frameworks/framework.ts";
import { frameworks } from "../../frameworks/index.ts";
import { byStatus } from "../summary.ts";
import { number } from "./clusters-section.ts";
import { linkTo } from "./link.ts";
import type { NotSeen } from "./not-seen.ts";
import { type Answered, answered, type RequirementState } from "./requirement-state.ts";
import { type Html, html } from "./text.ts";
import type { View } from "./view.ts";

/** What of a framework is told in its line, the worst first, and how it is coloured. */
const states: readonly (readonly [RequirementState, string])[] = [
  ["fails", "high"],
  ["not judged", "medium"],
  ["left open", "medium"],
  ["waived", ""],
  ["met", "good"],
  ["nothing to judge", ""],
  ["manual", ""],
  ["not covered", ""],
];
const colourOf = new Map(states);

/** Every framework, requirement by requirement; what needs a person's judgement and what is not covered is listed as such. */
export function frameworksSection(view: View, { groups }: NotSeen): Html {
  const isWhole = view.report.summary.complete && groups.length === 0;
  const incomplete = !isWhole && html`<p class="soft">“Met” speaks for what was read; <a href="#not-seen">not everything was</a>.</p>`;
  return html`<section aria-labelledby="frameworks">
<h2 id="frameworks">By framework</h2>
${incomplete}
${frameworks.map((framework) => part(framework, view))}
</section>`;
}

function part({ id, title, requirements }: Framework, { byCheck }: View): Html {
  const rows = requirements.map((requirement) => {
    const reference = `${id}/${requirement.id}`;
    return { requirement, reference, said: answered(requirement, reference, byCheck) };
  });
  const badges = states.map(([state, colour]) => {
    const count = rows.filter(({ said }) => said.state === state).length;
    return count > 0 && html`<span class="badge ${colour}">${count} ${state}</span>`;
  });
  return html`<details class="framework">
<summary><h3>${title}</h3> <span class="badges">${badges}</span></summary>
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="counts"><thead><tr><th scope="col">Requirement</th><th scope="col" class="wide"><span class="hidden">What it asks</span></th><th scope="col">State</th><th scope="col" class="number">failing</th><th scope="col" class="number">not judged</th><th scope="col" class="number">waived</th><th scope="col" class="number">passed</th></tr></thead>
<tbody>${rows.map(({ requirement, reference, said }) => row(requirement.id, requirement.title, reference, said))}</tbody></table></div>
</details>`;
}

function row(id: string, title: string, reference: string, { state, findings, checks, note }: Answered): Html {
  const { fail = 0, unknown = 0, error = 0, waived = 0, pass = 0 } = byStatus(findings);
  const cells =
    checks.length === 0
      ? html`<td colspan="4" class="soft">no check</td>`
      : html`${number(fail, "high", linkTo({ requirement: reference, status: ["fail"] }))}${number(unknown + error, "", linkTo({ requirement: reference, status: ["unknown", "error"] }))}${number(waived, "", linkTo({ requirement: reference, status: ["waived"] }))}${number(pass, "good", linkTo({ requirement: reference, status: ["pass"] }))}`;
  return html`<tr><th scope="row">${id}</th><td class="wide">${title}${(note ?? checks.join(", ")) !== "" && html`<br><span class="soft">${note ?? checks.join(", ")}</span>`}</td><td><span class="badge ${colourOf.get(state)}">${state}</span></td>${cells}</tr>
`;
}
