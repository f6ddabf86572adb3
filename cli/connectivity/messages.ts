import { clipped, plainText } from "../../core/report/plain-text.ts";

/** Says on stderr what a person is to know of an input; of very much the beginning. */
export class Messages {
  readonly #said = new Set<string>();
  #left = 0;

  /** Something in the input counts otherwise than it seems, or not at all. */
  warn = (sentence: string): void => this.#say(`warning: ${sentence}`);
  /** Something in the input is wrong, and was left out. */
  error = (sentence: string): void => this.#say(`error: ${sentence}`);
  note = (sentence: string): void => this.#say(sentence);

  #say(line: string): void {
    if (this.#said.has(line)) return;
    if (this.#said.size >= mostLines) this.#left += 1;
    else {
      this.#said.add(line);
      process.stderr.write(`${clipped(plainText(line), 1000)}\n`);
    }
  }

  /** Says how much was left out. */
  end(): void {
    if (this.#left > 0) process.stderr.write(`warning: ${this.#left} more messages were left out.\n`);
    this.#left = 0;
  }
}

const mostLines = 500;
