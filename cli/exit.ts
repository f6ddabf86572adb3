/**
 * What a command's exit code says; 0 to 3 are a contract with pipelines. The others are no verdict: 70 and 74 are EX_SOFTWARE and
 * EX_IOERR of sysexits.h, and a signal that ended a command counts from 128, as shells have it.
 */
export const exit = { ok: 0, failed: 1, usage: 2, gap: 3, broken: 70, unwritten: 74, interrupted: 130, terminated: 143 } as const;
export type ExitCode = (typeof exit)[keyof typeof exit];
