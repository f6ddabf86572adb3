/** Calico's selector expressions. Source: projectcalico/calico libcalico-go/lib/selector. */
import { PolicyFieldError } from "../errors.ts";
import { quoted } from "../fields.ts";

/** What an expression asks of: labels by key, and whether the thing lies in a namespace. */
export interface Selectable {
  readonly label: (key: string) => string | undefined;
  readonly isInNamespace: boolean;
}
export type Expression = (one: Selectable) => boolean;

/** Deeper than anyone writes; a limit to what a hostile text may cost. */
const deepest = 100;

/**
 * The empty expression means everything.
 *
 * @param allows what else the field admits: all() of a namespaceSelector means what lies in any namespace, global() what lies in none
 * @throws {PolicyFieldError} for text that is no expression
 */
export function parseExpression(text: string, field: string, allows: { readonly global: boolean } = { global: false }): Expression {
  const tokens = tokensOf(text, field);
  let next = 0;
  const fail = (): never => {
    throw new PolicyFieldError(field, `is ${quoted(text)}, which is no selector expression`);
  };
  const take = (token: string): boolean => {
    if (tokens[next] !== token) return false;
    next++;
    return true;
  };
  const expect = (token: string): void => {
    if (!take(token)) fail();
  };
  const label = (): string => {
    const token = tokens[next++];
    return token !== undefined && /^[\w./-]+$/.test(token) ? token : fail();
  };
  const literal = (): string => {
    const token = tokens[next++];
    return token !== undefined && /^["']/.test(token) ? token.slice(1, -1) : fail();
  };
  const literals = (): ReadonlySet<string> => {
    expect("{");
    const values = new Set<string>();
    while (!take("}")) {
      values.add(literal());
      if (!take(",") && tokens[next] !== "}") fail();
    }
    return values;
  };

  const either = (depth: number): Expression => {
    const parts = [both(depth)];
    while (take("||")) parts.push(both(depth));
    return parts.length === 1 ? (parts[0] ?? fail()) : (one) => parts.some((part) => part(one));
  };
  const both = (depth: number): Expression => {
    const parts = [single(depth)];
    while (take("&&")) parts.push(single(depth));
    return parts.length === 1 ? (parts[0] ?? fail()) : (one) => parts.every((part) => part(one));
  };
  const single = (depth: number): Expression => {
    if (depth > deepest) fail();
    if (take("!")) {
      const negated = single(depth + 1);
      return (one) => !negated(one);
    }
    if (take("(")) {
      const inner = either(depth + 1);
      expect(")");
      return inner;
    }
    if (tokens[next + 1] === "(") return call();
    return comparison(label());
  };
  const call = (): Expression => {
    const name = label();
    expect("(");
    const key = name === "has" ? label() : "";
    expect(")");
    if (name === "has") return ({ label: of }) => of(key) !== undefined;
    if (name === "all") return allows.global ? ({ isInNamespace }) => isInNamespace : () => true;
    if (name === "global" && allows.global) return ({ isInNamespace }) => !isInNamespace;
    return fail();
  };
  const comparison = (key: string): Expression => {
    const operator = tokens[next++];
    const second = operator === "not" || operator === "starts" || operator === "ends" ? tokens[next++] : "";
    switch (`${operator} ${second}`) {
      case "== ": {
        const value = literal();
        return ({ label: of }) => of(key) === value;
      }
      case "!= ": {
        const value = literal();
        return ({ label: of }) => of(key) !== value; // also where the label is absent
      }
      case "in ": {
        const values = literals();
        return ({ label: of }) => values.has(of(key) ?? "") && of(key) !== undefined;
      }
      case "not in": {
        const values = literals();
        return ({ label: of }) => !values.has(of(key) ?? "") || of(key) === undefined;
      }
      case "contains ": {
        const value = literal();
        return ({ label: of }) => of(key)?.includes(value) ?? false;
      }
      case "starts with": {
        const value = literal();
        return ({ label: of }) => of(key)?.startsWith(value) ?? false;
      }
      case "ends with": {
        const value = literal();
        return ({ label: of }) => of(key)?.endsWith(value) ?? false;
      }
      default:
        return fail();
    }
  };

  if (tokens.length === 0) return allows.global ? ({ isInNamespace }) => isInNamespace : () => true;
  const expression = either(0);
  if (next !== tokens.length) fail();
  return expression;
}

const token = /\s*(&&|\|\||==|!=|[!(){},]|"[^"]*"|'[^']*'|[\w./-]+)/y;

function tokensOf(text: string, field: string): readonly string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const found = token.exec(text);
    if (found?.[1] === undefined) throw new PolicyFieldError(field, `is ${quoted(text)}, which is no selector expression`);
    tokens.push(found[1]);
  }
  return tokens;
}
