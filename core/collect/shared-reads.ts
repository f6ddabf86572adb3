import { unlessAborted } from "./deadline.ts";

interface Answer {
  readonly value: Promise<unknown>;
  readonly startedAt: Date;
  readonly signal: AbortSignal;
}

/**
 * Reads that the clusters of one run have in common, each made once: the load balancers of a Region, the groups of a VPC.
 * Held by the caller for one run and no longer, since nothing here grows old.
 */
export class SharedReads {
  readonly #now: () => Date;
  readonly #answers = new Map<string, Answer>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * What `work` answers to the first who asks under this key. A refusal is shared like an answer; a read that was given up
   * because the time of the one who began it ran out is made again for those who still have time.
   *
   * @returns also when the read began, which may be before its present asker began to read
   */
  async once<T>(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<{ value: T; startedAt: Date }> {
    for (;;) {
      const answer = this.#answers.get(key) ?? this.#ask(key, work, signal);
      try {
        // Under one key lies what one kind of work answers.
        return { value: (await unlessAborted(answer.value, signal)) as T, startedAt: answer.startedAt };
      } catch (error) {
        if (signal.aborted || !answer.signal.aborted) throw error;
        if (this.#answers.get(key) === answer) this.#answers.delete(key);
      }
    }
  }

  #ask(key: string, work: (signal: AbortSignal) => Promise<unknown>, signal: AbortSignal): Answer {
    const answer: Answer = { value: work(signal), startedAt: this.#now(), signal };
    this.#answers.set(key, answer);
    return answer;
  }
}
