/** Reads the form bodies of the query protocols: `Filter.1.Value.2=x` is a value in a list in an object in a list. */

interface Tree {
  [key: string]: Tree | string;
}

/** Lists are objects with numbers for keys; the query protocol wraps them in a `member`. */
function toValue(tree: Tree | string): unknown {
  if (typeof tree === "string") return tree;
  const { member } = tree;
  if (typeof member === "object" && Object.keys(tree).length === 1) return toValue(member);
  const keys = Object.keys(tree);
  if (keys.every((key) => /^\d+$/.test(key))) {
    return keys.sort((a, b) => Number(a) - Number(b)).map((key) => toValue(tree[key] ?? ""));
  }
  return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, toValue(child)]));
}

/** The fields of a form as one object; every leaf is text. */
export function readForm(fields: URLSearchParams): Record<string, unknown> {
  const root: Tree = Object.create(null) as Tree;
  for (const [path, text] of fields) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let tree = root;
    for (const key of keys) {
      // A text where a structure is expected gives way, as two fields can't both be meant.
      if (typeof tree[key] !== "object") tree[key] = Object.create(null) as Tree;
      tree = tree[key];
    }
    tree[last] = text;
  }
  return Object.fromEntries(Object.entries(root).map(([key, child]) => [key, toValue(child)]));
}
