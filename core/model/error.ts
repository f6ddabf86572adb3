/** Base of everything thrown on purpose. The message is safe to show; `hint` says what to do about it. */
export abstract class PerimeterError extends Error {
  abstract override readonly name: string; // spelled out, as a minifier renames classes
  readonly hint: string;
  constructor(message: string, options: ErrorOptions & { readonly hint: string }) {
    super(message, options);
    this.hint = options.hint;
  }
}
