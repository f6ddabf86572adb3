/** Text of a cluster or an account as part of a command: hostile until it is quoted. */
import { PerimeterError } from "../model/error.ts";

/** A text that no command is to hold: what it would do to a terminal, or to whoever reads the command, can't be told. */
export class UnquotableError extends PerimeterError {
  override readonly name = "UnquotableError";
}

/** Words that every shell reads as they are. A dash in front would make an option of one, "~" a folder, "#" a comment. */
const plain = /^[A-Za-z0-9_/.:@%+,][\w/.:@%+,=-]*$/;
/** Controls, line and paragraph separators, and marks that reorder the text around them. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/**
 * The text as one word of a POSIX shell, whatever it holds.
 *
 * @throws {UnquotableError} for control characters, marks that reorder text and broken surrogates
 */
export function quoted(text: string): string {
  if (unprintable.test(text) || !text.isWellFormed()) {
    throw new UnquotableError(`${JSON.stringify(text)} holds characters that no command is to hold.`, {
      hint: "Look at the object by hand, and rename it.",
    });
  }
  return plain.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** JSON as one word of a shell: quoted also where a shell would read it as it is, as people expect it. */
export const quotedJson = (value: unknown): string => {
  const word = quoted(JSON.stringify(value));
  return word.startsWith("'") ? word : `'${word}'`;
};

/** A line that ends a script until the variable is set. @param what the end of a sentence that begins with "set it to" */
export const asksFor = (variable: string, what: string): string => `: "\${${variable}:?set it to ${what.replaceAll(/["$`\\}]/g, "")}}"`;

/** JSON as one word of a shell in which some texts are variables of the shell, whose values hold nothing that JSON escapes. */
export function quotedJsonWith(value: unknown, variables: readonly string[]): string {
  return variables.reduce((word, variable) => word.replaceAll(`$${variable}`, `'"$${variable}"'`), quotedJson(value));
}
