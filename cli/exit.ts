/** What a command's exit code says; the numbers are a contract with pipelines. */
export const exit = { ok: 0, failed: 1, usage: 2, gap: 3 } as const;
export type ExitCode = (typeof exit)[keyof typeof exit];
