import type { Finding } from "../../model/finding.ts";

/**
 * Who answers for a resource, by the resource's id: the owner of a waiver or of a declared public service that any finding about it
 * names. Owners of the same resource stand side by side.
 */
export function ownersOf(findings: readonly Finding[]): ReadonlyMap<string, string> {
  const owners = new Map<string, Set<string>>();
  for (const { resource, waiver, evidence } of findings) {
    const named = [...(waiver === undefined ? [] : [waiver.owner]), ...declaredOwners(evidence?.declared)];
    if (named.length === 0) continue;
    const known = owners.get(resource.id) ?? new Set();
    for (const owner of named) known.add(owner);
    owners.set(resource.id, known);
  }
  return new Map([...owners].map(([id, named]) => [id, [...named].sort().join(", ")]));
}

/** Declared public services as evidence shows them. */
function declaredOwners(declared: unknown): readonly string[] {
  if (!Array.isArray(declared)) return [];
  return declared.flatMap((one: unknown) =>
    typeof one === "object" && one !== null && "owner" in one && typeof one.owner === "string" ? [one.owner] : [],
  );
}
