/** Text in lines of a width; for terminals, where a character takes one column. */

/** Lines of at most so many columns, broken at blanks; a word that is longer is broken where the line ends. */
export function wrapped(text: string, columns: number): readonly string[] {
  const width = Math.max(1, columns);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((one) => pieces(one, width))) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** The first line after `first`, the others as far to the right. */
export const hanging = (first: string, text: string, columns: number): readonly string[] =>
  wrapped(text, columns - first.length).map((line, at) => (at === 0 ? first : " ".repeat(first.length)) + line);

function pieces(word: string, width: number): readonly string[] {
  if (word.length <= width) return [word];
  const parts = [""];
  for (const character of word) {
    if (`${parts.at(-1)}${character}`.length > width) parts.push(character);
    else parts[parts.length - 1] += character;
  }
  return parts;
}
