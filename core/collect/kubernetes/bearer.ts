/** A token lives 15 minutes from its signing; a new one is made well before, so that none expires between two pages. */
const renewAfterMs = 10 * 60_000;

interface Minted {
  readonly token: Promise<string>;
  readonly at: number;
  /** Made because its predecessor was refused. */
  readonly second: boolean;
  /** Let in at least once. */
  accepted: boolean;
}

/** The token of one cluster, shared by all requests to it. */
export class Bearer {
  readonly #mint: () => Promise<string>;
  readonly #now: () => Date;
  #current: Minted | undefined;

  constructor(mint: () => Promise<string>, now: () => Date) {
    this.#mint = mint;
    this.#now = now;
  }

  token(): Promise<string> {
    const age = this.#current === undefined ? Number.POSITIVE_INFINITY : this.#now().getTime() - this.#current.at;
    if (this.#current === undefined || age > renewAfterMs) this.#current = this.#minted(false);
    return this.#current.token;
  }

  async accepted(token: string): Promise<void> {
    if (this.#current !== undefined && (await this.#current.token) === token) this.#current.accepted = true;
  }

  /**
   * Whether there is another token to try in place of the refused one. One refusal leads to one new token, however many
   * requests met it; if that is refused as well without ever having been accepted, the caller is simply not known.
   */
  async replaced(refused: string): Promise<boolean> {
    const current = this.#current;
    if (current === undefined || (await current.token) !== refused || this.#current !== current) return true;
    if (current.second && !current.accepted) return false;
    this.#current = this.#minted(true);
    return true;
  }

  #minted(second: boolean): Minted {
    return { token: this.#mint(), at: this.#now().getTime(), second, accepted: false };
  }
}
