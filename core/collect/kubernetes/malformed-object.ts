import type * as z from "zod";

/** Namespace and name of an object that may be anything; undefined where it has no usable name. */
export function nameOf(object: unknown): string | undefined {
  const metadata = fieldOf(object, "metadata");
  const [namespace, name] = [fieldOf(metadata, "namespace"), fieldOf(metadata, "name")];
  if (!isName(name)) return undefined;
  return isName(namespace) ? `${namespace}/${name}` : name;
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;

/** Stricter than the API, which admits no such name either: what fails here would be someone else's text in our message. */
const isName = (value: unknown): value is string => typeof value === "string" && /^[a-z0-9][a-z0-9.:-]{0,252}$/.test(value);

/** The first thing wrong, and where; never a value, nor a key that someone chose. */
export function describeIssue({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return "it has another shape";
  const path = issue.path.map((part) => (/^([A-Za-z]{1,32}|\d+)$/.test(String(part)) ? String(part) : "?")).join(".");
  return `${path === "" ? "" : `${path}: `}${issue.message}`;
}
