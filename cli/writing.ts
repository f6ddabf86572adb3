import { whatToDo } from "./end.ts";
import { OutputError } from "./errors.ts";

/**
 * Does what writes to a place that the user named.
 *
 * @param place how the place is called, such as its path
 * @throws {OutputError} for what the operating system refuses
 */
export async function writing<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof Error && "syscall" in cause && "code" in cause ? String(cause.code) : undefined;
    if (code === undefined) throw cause;
    throw new OutputError(`${place} can't be written (${code}).`, { hint: whatToDo[code] ?? "Check the path.", cause });
  }
}
