/** Base of everything that the sandbox throws on purpose while it starts. */
export abstract class SandboxError extends Error {
  abstract override readonly name: string;
}

/** The estate file could not be read or says something that makes no sense. Each line of the message names a path in the file. */
export class EstateError extends SandboxError {
  override readonly name = "EstateError";
}

/** The sandbox was started with arguments that it does not have. */
export class SandboxUsageError extends SandboxError {
  override readonly name = "SandboxUsageError";
}
