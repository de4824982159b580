/**
 * Runs work one at a time for each key, in the order it came: two events of one repository never write at once.
 */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #waiting = new Map<string, Promise<void>>();

  /** Settles as the work does; a failure does not stop what waits behind it. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(work, work);
    const tail = result.catch(() => undefined);
    this.#tails.set(key, tail);
    try {
      return await result;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }

  /**
   * The same for work that looks at everything anyway: what waits already and has not begun does it for all who ask.
   *
   * @param name Of the work; the same name is the same work.
   */
  async runOnce(key: string, name: string, work: () => Promise<void>): Promise<void> {
    const slot = `${key}\n${name}`;
    const waiting = this.#waiting.get(slot);
    if (waiting !== undefined) return waiting;
    const result = this.run(key, () => {
      // What comes from now on may have changed what this run has read: it waits for the next.
      this.#waiting.delete(slot);
      return work();
    });
    this.#waiting.set(slot, result);
    return result;
  }
}
