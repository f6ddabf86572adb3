/** Severities, the worst first. */
export const severities = ["critical", "high", "medium", "low", "informational"] as const;
export type Severity = (typeof severities)[number];

/** Whether `a` is as bad as `b` or worse. */
export const isAtLeast = (a: Severity, b: Severity): boolean => severities.indexOf(a) <= severities.indexOf(b);
