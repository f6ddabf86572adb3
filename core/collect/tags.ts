import * as z from "zod";

/** Tags as EC2 and Elastic Load Balancing write them; a tag may have no value. */
export const tagsShape = z.array(z.object({ Key: z.string(), Value: z.string().optional() }));

export const tagsOf = (tags: z.output<typeof tagsShape>): Readonly<Record<string, string>> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value ?? ""]));
