/**
 * Escape sequences of ECMA-48: OSC up to its end, CSI with its parameters, and the short ones. No part can match what
 * another one does, so that hostile text costs no more time than its length; node:util's pattern needs its square.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const escapes = /\u001b\][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
/** Line and paragraph breaks of every kind, and tabs. */
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Controls, and the marks that reorder the text around them: what is left of them is shown, not obeyed. */
const unprintable = /[\p{Cc}\p{Bidi_Control}]/gu;
const unprintableInLines = /[^\P{Cc}\n]|\p{Bidi_Control}/gu;
const shown = "\uFFFD";

/**
 * Text from a cluster or an account as one harmless line: terminal escapes are gone, line breaks are spaces, and other
 * control characters, marks that reorder text and broken surrogates are shown as U+FFFD.
 */
export const plainText = (text: string): string =>
  text.toWellFormed().replace(escapes, "").replace(breaks, " ").replace(unprintable, shown);

/** The same, with its lines kept: for manifests and commands. */
export const plainLines = (text: string): string =>
  text
    .toWellFormed()
    .replace(escapes, "")
    .replaceAll("\r\n", "\n")
    .replaceAll("\t", "  ")
    .replace(/[\v\f\r\u0085\u2028\u2029]/g, "\n")
    .replace(unprintableInLines, shown);

/**
 * Controls that JSON leaves as they are, marks that reorder the text around them, and breaks of lines that JavaScript once took for
 * ends of a string. C0 controls are escaped by JSON itself.
 */
const unprintableInJson = /[\u007f-\u009f\u2028\u2029]|\p{Bidi_Control}/gu;

/** A JSON document that says the same to every reader, and in which a terminal or an editor finds nothing to obey. */
export const plainJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    unprintableInJson,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** At most so many UTF-16 units of the text, cut between code points; what was cut ends in "…". */
export function clipped(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = limit - 1;
  const splitsPair = isHighSurrogate(text.charCodeAt(end - 1));
  return `${text.slice(0, splitsPair ? end - 1 : end)}…`;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
