const compiled = new Map<string, RegExp>();

/** Text as a regular expression that fits it alone. */
export const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Whether a text fits a pattern in which `*` stands for any characters; letters count as written. */
export function fits(pattern: string, text: string): boolean {
  if (pattern === "*" || pattern === text) return true;
  if (!pattern.includes("*")) return false;
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = new RegExp(`^${pattern.split("*").map(literally).join(".*")}$`, "s");
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}
