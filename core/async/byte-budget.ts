/** Memory that several works share: who needs more than is free waits, in the order of asking. */
export class ByteBudget {
  readonly #total: number;
  readonly #waiting: { readonly bytes: number; readonly resolve: () => void }[] = [];
  #used = 0;

  /** @param total In bytes. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Does something that holds the given number of bytes in memory; more than there is counts as all. */
  async run<T>(sizeBytes: number, work: () => Promise<T>): Promise<T> {
    const bytes = Math.min(sizeBytes, this.#total);
    if (this.#waiting.length > 0 || this.#used + bytes > this.#total) {
      await new Promise<void>((resolve) => this.#waiting.push({ bytes, resolve }));
    } else this.#used += bytes;
    try {
      return await work();
    } finally {
      this.#used -= bytes;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#used + next.bytes > this.#total) return;
      this.#used += next.bytes;
      this.#waiting.shift();
      next.resolve();
    }
  }
}
