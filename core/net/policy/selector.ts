/** Label selectors, compiled once. Source: Kubernetes API, LabelSelector. */

export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
}

/** All of its requirements must hold; without any it selects everything. */
export interface Selector {
  /** The same for selectors that say the same in the same words. */
  readonly key: string;
  readonly requirements: readonly Requirement[];
  readonly matches: (labels: Labels) => boolean;
}

/** A selector of `matchLabels` and `matchExpressions` together. NotIn and DoesNotExist also match where the key is absent. */
export function selectorOf(matchLabels: Labels = {}, matchExpressions: readonly Requirement[] = []): Selector {
  const equal = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "In", values: [value] }) as const);
  const requirements = [...equal, ...matchExpressions];
  const tests = requirements.map(compiled);
  const words = requirements.map(({ key, operator, values }) => JSON.stringify([key, operator, [...values].sort()]));
  return { key: words.sort().join(), requirements, matches: (labels) => tests.every((test) => test(labels)) };
}

export const everything: Selector = selectorOf();

function compiled({ key, operator, values }: Requirement): (labels: Labels) => boolean {
  const allowed = new Set(values);
  const valueIn = (labels: Labels): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  switch (operator) {
    case "In":
      return (labels) => {
        const value = valueIn(labels);
        return value !== undefined && allowed.has(value);
      };
    case "NotIn":
      return (labels) => {
        const value = valueIn(labels);
        return value === undefined || !allowed.has(value);
      };
    case "Exists":
      return (labels) => valueIn(labels) !== undefined;
    case "DoesNotExist":
      return (labels) => valueIn(labels) === undefined;
  }
}
