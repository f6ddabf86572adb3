import { PerimeterError } from "../model/error.ts";

/** Text that stands where an address or CIDR block is expected, and is none. */
export class AddressSyntaxError extends PerimeterError {
  override readonly name = "AddressSyntaxError";
  readonly text: string;
  constructor(text: string, options: ErrorOptions = {}) {
    super(`${JSON.stringify(text)} is no IP address and no CIDR block.`, {
      ...options,
      hint: "Write an address or block such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32, without leading zeros, spaces or a zone.",
    });
    this.text = text;
  }
}
