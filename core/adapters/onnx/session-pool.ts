import { type Feeds, type RunOutput, type SessionSource, SessionThread } from './session-thread.ts';

/** Number of threads per model. */
export interface PoolLimits {
  /** Asked again for each batch. */
  readonly threads: () => number;
}

/**
 * Threads that hold the same model each, and share its batches: that takes half as long as one session whose operators
 * are computed by two threads, which wait for each other many times a batch. A thread is added when there is a batch
 * that none of them has time for.
 */
export class SessionPool {
  readonly #main: string;
  readonly #source: SessionSource;
  readonly #limits: PoolLimits;
  readonly #first: SessionThread;
  readonly #members: { readonly thread: Promise<SessionThread>; waiting: number }[];

  /** @param first A thread with the model open. */
  constructor(first: SessionThread, of: { readonly main: string; readonly source: SessionSource }, limits: PoolLimits) {
    this.#main = of.main;
    this.#source = of.source;
    this.#limits = limits;
    this.#first = first;
    this.#members = [{ thread: Promise.resolve(first), waiting: 0 }];
  }

  /** Runs the feeds of a batch, one after the other, on the thread that has least to do. */
  async run(feeds: readonly Feeds[], outputs: readonly string[]): Promise<readonly (readonly RunOutput[])[]> {
    const member = this.#idlest();
    member.waiting++;
    try {
      return await (await member.thread).run(feeds, outputs);
    } finally {
      member.waiting--;
    }
  }

  /** Duration of each feed on one thread in milliseconds, one after the other. */
  async measure(feeds: readonly Feeds[], outputs: readonly string[]): Promise<Float64Array> {
    return (await this.#idlest().thread).measure(feeds, outputs);
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    for (const { thread } of this.#members) await (await thread).close();
  }

  #idlest() {
    const found = this.#members.reduce((best, member) => (member.waiting < best.waiting ? member : best));
    if (found.waiting === 0 || this.#members.length >= this.#limits.threads()) return found;
    // Where there is no room for another one, its batches wait for the first.
    const added = { thread: this.#start().catch(() => this.#first), waiting: 0 };
    this.#members.push(added);
    return added;
  }

  async #start(): Promise<SessionThread> {
    const thread = new SessionThread(this.#main);
    try {
      await thread.open(this.#source);
      return thread;
    } catch (error) {
      await thread.close();
      throw error;
    }
  }
}
