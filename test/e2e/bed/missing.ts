/** Something that the bed is made of cannot be had on this machine. */
export class MissingToolError extends Error {
  override readonly name = "MissingToolError";
}

/** What a part of the bed came to: the thing itself, or why a laptop goes without it. */
export type Had<T> = { readonly had: T } | { readonly missing: string };

/** On a laptop what cannot be had is a named skip; where `CI=true` it is an error, so that nothing is skipped for ever. */
export async function orMissing<T>(make: () => Promise<T>): Promise<Had<T>> {
  try {
    return { had: await make() };
  } catch (error) {
    if (!(error instanceof MissingToolError) || process.env.CI === "true") throw error;
    process.stderr.write(`skipped: ${error.message}\n`);
    return { missing: error.message };
  }
}
