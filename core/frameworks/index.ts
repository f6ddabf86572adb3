import { awsFsbp } from "./aws-fsbp.ts";
import { cisEks } from "./cis-eks.ts";
import type { Framework, PassCondition } from "./framework.ts";
import { nist80053 } from "./nist-800-53.ts";
import { pciDss4 } from "./pci-dss-4.ts";

/** In the order in which a finding names them. */
export const frameworks: readonly Framework[] = [cisEks, awsFsbp, nist80053, pciDss4];

interface Reference {
  readonly text: string;
  readonly passes?: PassCondition;
}

const references = new Map<string, Reference[]>();
for (const { id, requirements } of frameworks) {
  for (const requirement of requirements) {
    if (!("checks" in requirement)) continue;
    const { checks, passes } = requirement;
    for (const check of checks) {
      const reference = { text: `${id}/${requirement.id}`, ...(passes === undefined ? {} : { passes }) };
      references.set(check, [...(references.get(check) ?? []), reference]);
    }
  }
}

/** The requirements that a check answers for, such as "cis-eks-1.7.0/5.4.1". */
export const referencesTo = (check: string): readonly string[] => (references.get(check) ?? []).map(({ text }) => text);

/** Those that a pass with this evidence answers for: some ask for more than the check does. */
export const referencesOfPass = (check: string, evidence: Readonly<Record<string, unknown>>): readonly string[] =>
  (references.get(check) ?? [])
    .filter(({ passes }) => passes === undefined || evidence[passes.evidence] === passes.value)
    .map(({ text }) => text);
