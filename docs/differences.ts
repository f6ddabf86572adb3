/** Where the two examples of a check differ, so that a page shows the values that decide and no others. */

export interface Difference {
  /** Such as `endpoint.publicCidrs` or `instances[0].metadata.tokens`. */
  readonly at: string;
  /** As JSON on one line. */
  readonly fail: string;
  readonly pass: string;
}

export function differencesIn({ fail, pass }: { readonly fail: unknown; readonly pass: unknown }): readonly Difference[] {
  return between(fail, pass, "");
}

function between(fail: unknown, pass: unknown, at: string): readonly Difference[] {
  const [a, b] = [opened(fail), opened(pass)];
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item) => isRecord(opened(item)))) {
    return a.flatMap((item, index) => between(item, b[index], `${at}[${index}]`));
  }
  if (isRecord(a) && isRecord(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => between(a[key], b[key], at === "" ? key : `${at}.${key}`));
  }
  return [{ at, fail: text(a), pass: text(b) }];
}

/** The value of a fact that was read. */
const opened = (value: unknown): unknown => (isRecord(value) && value.state === "known" && "value" in value ? value.value : value);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value, (_key, inner) => opened(inner)));
