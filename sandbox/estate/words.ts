/** Forms that recur in an estate's file. */
import * as z from "zod";

export const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => (typeof value === "string" ? [value] : value));
export const Tags = z.record(z.string(), z.string());
