import { fieldsOf, type KubernetesObject } from "./objects.ts";
import { badRequest, type Refusal } from "./status.ts";
import type { Stored } from "./store.ts";

type Matches = (row: Stored) => boolean;
type Term = (labels: Readonly<Record<string, unknown>>) => boolean;

const name = String.raw`[\w./-]+`;
const forms: readonly (readonly [form: RegExp, term: (key: string, value: string) => Term])[] = [
  [new RegExp(`^(${name})\\s+in\\s+\\((.*)\\)$`), (key, values) => (labels) => split(values).includes(String(labels[key]))],
  [new RegExp(`^(${name})\\s+notin\\s+\\((.*)\\)$`), (key, values) => (labels) => !split(values).includes(String(labels[key] ?? "\0"))],
  [new RegExp(`^(${name})\\s*==?\\s*(${name})?$`), (key, value) => (labels) => labels[key] === value],
  [new RegExp(`^(${name})\\s*!=\\s*(${name})?$`), (key, value) => (labels) => labels[key] !== value],
  [new RegExp(`^(${name})$`), (key) => (labels) => Object.hasOwn(labels, key)],
  [new RegExp(`^!\\s*(${name})$`), (key) => (labels) => !Object.hasOwn(labels, key)],
];

const split = (values: string): readonly string[] => values.split(",").map((value) => value.trim());

function parseTerm(text: string): Term | undefined {
  for (const [form, term] of forms) {
    const [found, key, value = ""] = form.exec(text) ?? [];
    if (found !== undefined && key !== undefined) return term(key, value);
  }
  return undefined;
}

/** Requirements joined by commas outside parentheses. Source: apimachinery pkg/labels/selector.go. */
function labelMatches(selector: string): Matches | Refusal {
  const terms: Term[] = [];
  for (const text of selector.split(/,(?![^(]*\))/).map((part) => part.trim())) {
    const term = parseTerm(text);
    if (term === undefined) return badRequest(`unable to parse requirement: ${text}`);
    terms.push(term);
  }
  return ({ metadata }) => {
    const labels = fieldsOf(metadata.labels);
    return terms.every((term) => term(labels));
  };
}

/** Fields that may be selected by, beside `metadata.name` and `metadata.namespace`. Source: kubernetes pkg/apis/core/v1/conversion.go. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  pods: ["spec.nodeName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP"],
  services: ["spec.type", "spec.clusterIP"],
};

const valueAt = (object: KubernetesObject["spec"], path: readonly string[]): unknown =>
  path.reduce((value, step) => fieldsOf(value)[step], object);

function fieldMatches(selector: string, plural: string): Matches | Refusal {
  const terms: Matches[] = [];
  for (const text of selector.split(",")) {
    const [, field, operator, value] = /^([\w.]+)(==|!=|=)(.*)$/.exec(text.trim()) ?? [];
    if (field === undefined) return badRequest(`invalid selector: '${selector}'; can't understand '${text}'`);
    const path = field.split(".");
    const isKnown = field === "metadata.name" || field === "metadata.namespace" || selectable[plural]?.includes(field) === true;
    if (!isKnown) return badRequest(`field label not supported: ${field}`);
    const wanted = operator !== "!=";
    terms.push((row) => (String(valueAt(path[0] === "metadata" ? { metadata: row.metadata } : row.body, path) ?? "") === value) === wanted);
  }
  return (row) => terms.every((term) => term(row));
}

/** The objects that a list's selectors leave; undefined where it has none. */
export function selectorOf(query: URLSearchParams, plural: string): Matches | Refusal | undefined {
  const labels = query.get("labelSelector") ?? "";
  const fields = query.get("fieldSelector") ?? "";
  const matches: Matches[] = [];
  for (const parsed of [labels === "" ? undefined : labelMatches(labels), fields === "" ? undefined : fieldMatches(fields, plural)]) {
    if (parsed === undefined) continue;
    if (typeof parsed !== "function") return parsed;
    matches.push(parsed);
  }
  return matches.length === 0 ? undefined : (row) => matches.every((match) => match(row));
}

/** The one name that a field selector asks for: authorization treats such a list as being about that object. */
export const nameSelectedBy = (query: URLSearchParams): string =>
  /(?:^|,)metadata\.name==?([^,/%]+)(?:,|$)/.exec(query.get("fieldSelector") ?? "")?.[1] ?? "";
