import type { Coverage } from "../model/cluster.ts";
import { type Fact, known } from "../model/fact.ts";
import type { CollectPorts } from "./access.ts";
import { reasonOf } from "./reason.ts";
import type { ReadName } from "./reads.ts";

/** Keeps the outcome of every read of one cluster or account, so that nothing unread goes unsaid. */
export class Reading {
  readonly #ports: Pick<CollectPorts, "now" | "onRead">;
  readonly #outcomes = new Map<string, Coverage>();

  constructor(ports: Pick<CollectPorts, "now" | "onRead">) {
    this.#ports = ports;
  }

  /**
   * The fact that one read answers: what `work` returns, or the reason why it failed in an expected way. Anything else
   * that `work` throws is a bug and stays one.
   *
   * @param detail what was asked for, where the read's name alone does not say, such as a Region
   */
  async attempt<T>(read: ReadName, work: () => Promise<T>, detail?: string): Promise<Fact<T>> {
    const started = this.#ports.now().getTime();
    const fact = await work().then(known, (error: unknown): Fact<T> => {
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      return { state: "unknown", reason };
    });
    const name = detail === undefined ? read : `${read} ${detail}`;
    this.#ports.onRead?.({ read: name, ms: this.#ports.now().getTime() - started, state: fact.state === "known" ? "read" : "unknown" });
    this.note(name, fact);
    return fact;
  }

  /** Records the outcome of a read made elsewhere. A read that failed once in this run stays unread. */
  note(name: string, fact: Fact<unknown>): void {
    if (this.#outcomes.get(name)?.state === "unknown") return;
    this.#outcomes.set(
      name,
      fact.state === "known" ? { read: name, state: "read" } : { read: name, state: "unknown", reason: fact.reason },
    );
  }

  /** Records a read that was left out on purpose. */
  skip(name: string, reason: Coverage["reason"] & object): void {
    this.#outcomes.set(name, { read: name, state: "skipped", reason });
  }

  /** In the order of their names. */
  get outcomes(): readonly Coverage[] {
    return [...this.#outcomes.values()].sort((a, b) => (a.read < b.read ? -1 : 1));
  }
}
