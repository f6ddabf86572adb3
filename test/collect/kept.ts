import type * as z from "zod";

/** What is kept of an object of the Kubernetes API; it must also be what the model says. */
export function read<T>(object: z.ZodType<T>, model: z.ZodType<T>, input: unknown): T | "malformed" {
  const { success, data } = object.safeParse(input);
  return success ? model.parse(data) : "malformed";
}
