import type { Coverage } from "../model/cluster.ts";
import { type Fact, known, type Reason } from "../model/fact.ts";
import type { CollectPorts } from "./access.ts";
import type { ReadName } from "./reads.ts";
import { failureOf, remedyFor } from "./reason.ts";

/** Keeps the outcome of every read of one cluster or account, so that nothing unread goes unsaid. */
export class Reading {
  readonly #ports: Pick<CollectPorts, "now" | "onRead">;
  readonly #about: string | undefined;
  readonly #outcomes = new Map<string, Coverage>();

  /** @param about which cluster or account it is, for whoever follows the reads of several */
  constructor(ports: Pick<CollectPorts, "now" | "onRead">, about?: string) {
    this.#ports = ports;
    this.#about = about;
  }

  /**
   * The fact that one read answers: what `work` returns, or the reason why it failed in an expected way. Anything else
   * that `work` throws is a bug and stays one.
   *
   * @param detail what was asked for, where the read's name alone does not say, such as a Region
   */
  async attempt<T>(read: ReadName, work: () => Promise<T>, detail?: string): Promise<Fact<T>> {
    const started = this.#ports.now().getTime();
    const name = nameOf(read, detail);
    const said = (state: "read" | "unknown"): void =>
      this.#ports.onRead?.({
        read: name,
        ms: this.#ports.now().getTime() - started,
        state,
        ...(this.#about === undefined ? {} : { about: this.#about }),
      });
    try {
      const fact = known(await work());
      said("read");
      this.note(name, fact);
      return fact;
    } catch (error) {
      const failure = failureOf(error, read);
      if (failure === undefined) throw error;
      said("unknown");
      const fact = { state: "unknown", reason: failure.reason } as const;
      this.note(name, fact, failure.remedy);
      return fact;
    }
  }

  /** Records the outcome of a read made elsewhere. A read that failed once stays unread, for the reason it first had. */
  note(name: string, fact: Fact<unknown>, remedy?: string): void {
    if (this.#outcomes.get(name)?.state === "unknown") return;
    if (fact.state === "known") this.#outcomes.set(name, { read: name, state: "read" });
    else {
      const { reason } = fact;
      this.#outcomes.set(name, { read: name, state: "unknown", reason, remedy: remedy ?? remedyFor(reason.code, name) });
    }
  }

  /** Records that a read was left out on purpose, or that what it was refused for is closed on purpose. */
  skip(read: ReadName, reason: Reason, detail?: string): void {
    const name = nameOf(read, detail);
    this.#outcomes.set(name, { read: name, state: "skipped", reason });
  }

  /** In the order of their names. */
  get outcomes(): readonly Coverage[] {
    return [...this.#outcomes.values()].sort((a, b) => (a.read < b.read ? -1 : 1));
  }
}

const nameOf = (read: ReadName, detail: string | undefined): string => (detail === undefined ? read : `${read} ${detail}`);
