import { awsFsbp } from "./aws-fsbp.ts";
import { cisEks } from "./cis-eks.ts";
import type { Framework } from "./framework.ts";
import { nist80053 } from "./nist-800-53.ts";
import { pciDss4 } from "./pci-dss-4.ts";

/** In the order in which a finding names them. */
export const frameworks: readonly Framework[] = [cisEks, awsFsbp, nist80053, pciDss4];

const references = new Map<string, string[]>();
for (const { id, requirements } of frameworks) {
  for (const requirement of requirements) {
    for (const check of "checks" in requirement ? requirement.checks : []) {
      references.set(check, [...(references.get(check) ?? []), `${id}/${requirement.id}`]);
    }
  }
}

/** The requirements that a check answers for, such as "cis-eks-1.7.0/5.4.1". */
export const referencesTo = (check: string): readonly string[] => references.get(check) ?? [];
