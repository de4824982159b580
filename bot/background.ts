/** Work that goes on after its webhook was answered: GitHub waits ten seconds, a reconciliation may take longer. */
export class Background {
  readonly #running = new Set<Promise<void>>();

  /** Begins; nobody waits, so `failed` hears of errors. */
  start(work: () => Promise<void>, failed: (error: unknown) => void): void {
    const running = work()
      .catch(failed)
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** How much is going on. */
  get size(): number {
    return this.#running.size;
  }

  /** Resolves when all that is going on has ended, and what it set off. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
